//! Gives the new principal the roles of the cluster's former one, with their conditions and scopes.

use crosspull_core::check::HeldRole;
use crosspull_core::ids::ObjectId;
use crosspull_core::names::{Outcome, Side};
use crosspull_core::operation::{CopyRoles, Fact, TakeBack};
use crosspull_core::text::count;
use futures_util::future::join_all;

use super::shared::others;
use super::shared::roles::{self, RoleGrant};
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult};

/// Finds or creates every role assignment.
pub(super) async fn perform(op: &CopyRoles, context: &StepContext<'_>) -> StepResult {
    let principal: ObjectId = context.need(Fact::PrincipalA).await?;
    context.begin()?;
    let grants: Vec<RoleGrant<'_>> = op
        .roles
        .iter()
        .filter_map(|held| {
            Some(RoleGrant {
                side: Side::A,
                fact: Fact::RoleCopy(held.key()),
                role: &held.role,
                definition: held.definition.clone(),
                id: roles::copy_id(held, principal)?,
                scope: &held.scope,
                principal,
                condition: held.condition.clone(),
            })
        })
        .collect();
    let granted = join_all(grants.iter().map(|grant| roles::grant_or_lack(context, grant))).await;
    let outcomes = granted.into_iter().collect::<Result<Vec<Outcome>, StepError>>()?;
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
    let nothing = if refused > 0 { Outcome::Skipped } else { Outcome::Found };
    Ok((outcome.unwrap_or(nothing), note))
}

/// Takes the copied roles back.
pub(super) async fn take_back(op: &CopyRoles, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    others::own_app_is_free(context).await?;
    let principal: Option<ObjectId> = context.known(&Fact::PrincipalA);
    let derived = principal.into_iter().flat_map(|principal| {
        let copy = move |held| Some((Fact::RoleCopy(HeldRole::key(held)), roles::copy_id(held, principal)?));
        op.roles.iter().filter_map(copy)
    });
    let wanted = |fact: &Fact| op.roles.iter().find(|r| Fact::RoleCopy(r.key()) == *fact)?.condition.as_deref();
    roles::take_back(context, Side::A, &back.made, derived.collect(), wanted).await
}
