//! Gives the new principal the roles of the cluster's former one, with their conditions and scopes.

use crosspull_core::check::{HeldRole, WithheldRole};
use crosspull_core::ids::ObjectId;
use crosspull_core::names::{Outcome, Side};
use crosspull_core::operation::{CopyRoles, Fact, Learnt, TakeBack};
use crosspull_core::text::count;
use futures_util::future::{join, join_all};

use super::shared::others;
use super::shared::roles::{self, RoleGrant};
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult};
use crate::wire::CallError;

/// Finds or creates every role assignment, and looks for those that only somebody else can give.
pub(super) async fn perform(op: &CopyRoles, context: &StepContext<'_>) -> StepResult {
    let principal: ObjectId = context.need(Fact::PrincipalA).await?;
    context.begin()?;
    let grants: Vec<RoleGrant<'_>> = op
        .given()
        .filter_map(|held| {
            Some(RoleGrant {
                side: Side::A,
                fact: Fact::RoleCopy(held.key()),
                role: &held.role,
                definition: held.definition.clone(),
                id: roles::copy_id(held, principal)?,
                scope: &held.scope,
                principal,
                kind: roles::SERVICE_PRINCIPAL,
                condition: held.condition.clone(),
            })
        })
        .collect();
    let (granted, looked_for) = join(
        join_all(grants.iter().map(|grant| roles::grant_or_lack(context, grant))),
        join_all(op.withheld.iter().map(|withheld| look_for(context, withheld, principal))),
    )
    .await;
    let outcomes = granted.into_iter().chain(looked_for).collect::<Result<Vec<Outcome>, StepError>>()?;
    let has = |outcome| outcomes.contains(&outcome);
    let outcome = [Outcome::Created, Outcome::Found].into_iter().find(|outcome| has(*outcome));
    let refused = outcomes.iter().filter(|outcome| **outcome == Outcome::Skipped).count();
    let note = match refused {
        0 => String::new(),
        some => format!(
            "{} could not be given; the new principal lacks what is named before the reset",
            count(some, "role")
        ),
    };
    let outcome = if refused > 0 { Outcome::NotDone } else { outcome.unwrap_or(Outcome::Found) };
    Ok((outcome, note))
}

/// Looks whether somebody else has given a role that the operator cannot. Where that may not be read, nobody has, as far
/// as can be told.
async fn look_for(
    context: &StepContext<'_>,
    withheld: &WithheldRole,
    principal: ObjectId,
) -> Result<Outcome, StepError> {
    let given = match roles::given_since(context, &withheld.role, principal).await {
        Err(CallError::Refused(r)) if r.refusal.status == Some(403) => None,
        given => given.map_err(|error| {
            StepError::of(&format!("Whether somebody gave {} cannot be told.", withheld.role.short()), error)
        })?,
    };
    let (how, value) = given.map_or_else(|| (Outcome::Skipped, withheld.why.clone()), |id| (Outcome::Found, id));
    context.learn(vec![Learnt::new(how, Fact::RoleCopy(withheld.role.key()), value)])?;
    Ok(how)
}

/// Takes the copied roles back.
pub(super) async fn take_back(op: &CopyRoles, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    others::own_app_is_free(context).await?;
    let principal: Option<ObjectId> = context.known(&Fact::PrincipalA);
    let derived = principal.into_iter().flat_map(|principal| {
        let copy = move |held| Some((Fact::RoleCopy(HeldRole::key(held)), roles::copy_id(held, principal)?));
        op.given().filter_map(copy)
    });
    let wanted = |fact: &Fact| op.given().find(|r| Fact::RoleCopy(r.key()) == *fact)?.condition.as_deref();
    roles::take_back(context, Side::A, &back.made, derived.collect(), wanted).await
}
