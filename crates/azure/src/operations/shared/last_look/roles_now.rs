//! The questions about roles: those that the cluster needs are there, and none was given since that the new principal
//! lacks.

use crosspull_core::check::HeldRole;
use crosspull_core::ids::ObjectId;
use crosspull_core::names::{Outcome, Side};
use crosspull_core::operation::{Fact, Learnt, Op, ResetCluster};

use super::super::roles::{self, covers};
use super::super::{directory, former_principal};
use super::{LookAnswer, PendingReset, unseen};
use crate::reply::Assignment;
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::CallError;
use crate::{request, role_lists};

/// Looks for a role assignment that an earlier step made or found. Where nobody signs in to tenant B, or nobody may
/// read its assignments, the pull tells enough.
pub(super) async fn assignment_is_there(context: &StepContext<'_>, fact: &Fact) -> Result<LookAnswer, StepError> {
    let side = if matches!(fact, Fact::Assignment(_)) { Side::B } else { Side::A };
    let what = match fact {
        Fact::RoleCopy(key) => copied_role(context, fact).map_or_else(|| format!("The role {key}"), HeldRole::short),
        _ => "The role on the registry".to_owned(),
    };
    let Some(id) = context.known::<String>(fact) else { return Ok(LookAnswer::No(format!("{what} was not granted."))) };
    if side == Side::B && (!context.door().tokens().signs_in(side) || !request::is_assignment_id(&id)) {
        return Ok(LookAnswer::Yes);
    }
    let principal = if side == Side::A { Fact::PrincipalA } else { Fact::PrincipalB };
    let principal: Option<ObjectId> = context.known(&principal);
    if context.how(fact) == Some(Outcome::Skipped) {
        return given_by_somebody(context, fact, principal).await;
    }
    let request = request::assignment(context.door().endpoints(), side, &id);
    match context.door().json::<Assignment>(&context.work, request).await {
        Ok(there) if Some(there.properties.principal_id) == principal => {
            let wanted = copied_role(context, fact);
            let holds = wanted.is_none_or(|role| covers(there.properties.condition.as_deref(), role));
            Ok(if holds {
                LookAnswer::Yes
            } else {
                LookAnswer::No(format!(
                    "The condition of {what}, role assignment {id} , is not the one that was given."
                ))
            })
        }
        Ok(_) => Ok(LookAnswer::No(format!("{what}, role assignment {id} , is another principal's."))),
        Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
            Ok(LookAnswer::No(format!("{what} is not granted any more: the role assignment {id} is gone.")))
        }
        Err(CallError::Refused(r)) if side == Side::B && r.refusal.status == Some(403) => Ok(LookAnswer::Yes),
        Err(error) => unseen(&format!("{what} cannot be read"), error),
    }
}

/// Learns which of the roles that could not be copied somebody has given since, so that the question before the reset
/// names no other as lacking. What cannot be read stays named; the last look asks again.
pub async fn learn_what_was_given(context: &StepContext<'_>) -> Result<(), StepError> {
    let Some(principal) = context.known::<ObjectId>(&Fact::PrincipalA) else { return Ok(()) };
    let facts = context.plan().steps.iter().flat_map(|step| step.writes());
    for fact in facts.filter(|fact| context.how(fact) == Some(Outcome::Skipped)) {
        let Some(held) = copied_role(context, &fact) else { continue };
        match roles::given_since(context, held, principal).await {
            Ok(Some(id)) => context.learn(vec![Learnt::new(Outcome::Found, fact, id)])?,
            Ok(None) => {}
            Err(error) => match StepError::of("", error) {
                error if error.ends_the_run() => return Err(error),
                _ => {}
            },
        }
    }
    Ok(())
}

/// Looks whether somebody has given the role that could not be copied. Where nobody has, the reset goes on without it: it
/// was named as lacking before.
async fn given_by_somebody(
    context: &StepContext<'_>,
    fact: &Fact,
    principal: Option<ObjectId>,
) -> Result<LookAnswer, StepError> {
    let (Some(held), Some(principal)) = (copied_role(context, fact), principal) else { return Ok(LookAnswer::Yes) };
    match roles::given_since(context, held, principal).await {
        Ok(Some(id)) => {
            context.learn(vec![Learnt::new(Outcome::Found, fact.clone(), id)])?;
            Ok(LookAnswer::Yes)
        }
        Ok(None) => Ok(LookAnswer::Yes),
        // It was named as lacking, and stays so.
        Err(CallError::Refused(r)) if r.refusal.status == Some(403) => Ok(LookAnswer::Yes),
        Err(error) => unseen(&format!("Whether {} was given meanwhile cannot be read", held.short()), error),
    }
}

/// Returns the copied role of a fact, as the plan tells.
fn copied_role<'a>(context: &StepContext<'a>, fact: &Fact) -> Option<&'a HeldRole> {
    let Fact::RoleCopy(key) = fact else { return None };
    context.plan().steps.iter().find_map(|step| match &step.op {
        Op::CopyRoles(copy) => copy.role(key),
        _ => None,
    })
}

/// Reads the roles of the principal that the cluster has, and compares them with those that the plan knows. A role that
/// was given since, by whomever, would be lost, unless the new principal has it too.
pub(super) async fn no_role_is_new(
    context: &StepContext<'_>,
    reset: PendingReset<'_>,
) -> Result<LookAnswer, StepError> {
    let Op::ResetCluster(ResetCluster { from: Some(former), holds, .. }) = &context.step.op else {
        return Ok(LookAnswer::Yes);
    };
    let former = match directory::look_for_principal(context, Side::A, *former, "The present principal cannot be read.")
        .await
    {
        Ok(Ok(Some(principal))) => principal.id,
        // The checks told so, and somebody accepted it.
        Ok(_) => return Ok(LookAnswer::Yes),
        Err(error) if error.ends_the_run() => return Err(error),
        Err(error) => return Ok(LookAnswer::NotYet(format!("The present principal cannot be read: {}", error.why()))),
    };
    let (subscriptions, not_listed) = role_lists::subscriptions(context.door(), &context.work, reset.cluster).await;
    let lists = role_lists::roles_of(context.door(), &context.work, former, &subscriptions).await;
    // What may not be read was accepted in the checks; all else has to be read.
    let errors = not_listed.into_iter().chain(lists.unread.into_iter().map(|(_, error)| error));
    if let Some(error) = errors.into_iter().find(|error| !error.is_final()) {
        return unseen("The roles of the present principal cannot be read", error);
    }
    let known = |a: &Assignment| holds.iter().any(|role| role.is_at(&a.properties.role_definition_id, &a.scope()));
    let new: Vec<&Assignment> = lists.found.iter().filter(|a| !known(a)).collect();
    if new.is_empty() {
        return Ok(LookAnswer::Yes);
    }
    let own: Option<ObjectId> = context.known(&Fact::PrincipalA);
    let Some(own) = own else { return Ok(LookAnswer::No("The new principal is not known.".to_owned())) };
    let given = role_lists::roles_of(context.door(), &context.work, own, &subscriptions).await.found;
    let lost: Vec<String> =
        new.into_iter().filter(|a| !given.iter().any(|g| same_role(a, g))).map(|a| a.id.clone()).collect();
    if lost.is_empty() {
        return Ok(LookAnswer::Yes);
    }
    Ok(LookAnswer::No(format!(
        "Since the checks the present principal was given what the new one lacks: {} . Give it to the new one too.",
        lost.join(" ")
    )))
}

pub(super) async fn former_roles_are_there(
    context: &StepContext<'_>,
    reset: PendingReset<'_>,
) -> Result<LookAnswer, StepError> {
    match former_principal::missing_roles(context, reset.app).await? {
        missing if missing.is_empty() => Ok(LookAnswer::Yes),
        missing => {
            let missing: Vec<String> = missing.iter().map(HeldRole::short).collect();
            Ok(LookAnswer::NotYet(format!("The former principal lacks {}.", missing.join(", "))))
        }
    }
}

/// True for the same role at the same place under the same condition, or under none.
fn same_role(one: &Assignment, other: &Assignment) -> bool {
    let id =
        |a: &Assignment| a.properties.role_definition_id.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let (scope, condition) = (other.scope(), other.properties.condition.as_deref());
    id(one) == id(other)
        && one.scope().trim_end_matches('/').eq_ignore_ascii_case(scope.trim_end_matches('/'))
        && (condition.is_none() || condition == one.properties.condition.as_deref())
}
