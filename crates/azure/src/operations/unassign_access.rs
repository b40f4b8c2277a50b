//! Takes a role assignment away, and makes it again as it was.

use crosspull_core::names::{Outcome, Side};
use crosspull_core::operation::{Learnt, TakeBack, UnassignAccess};
use serde_json::{Map, Value};

use super::shared::api;
use super::shared::directory::DIRECTORY;
use crate::patience::Asked;
use crate::refusal::AzureCode;
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there};
use crate::wire::CallError;

/// The properties of an assignment that are written (contract of role assignments, `RoleAssignmentProperties`).
const WRITTEN: [&str; 7] = [
    "roleDefinitionId",
    "principalId",
    "principalType",
    "condition",
    "conditionVersion",
    "description",
    "delegatedManagedIdentityResourceId",
];

/// Deletes the assignment. What it was is recorded before.
pub(super) async fn perform(op: &UnassignAccess, context: &StepContext<'_>) -> StepResult {
    context.begin()?;
    let what = format!("{} was not taken from {}.", op.role.built_in().name, op.principal.name);
    is_id(op, &what)?;
    let fact = op.fact();
    let earlier = context.past().facts.learnt(&fact).filter(|l| l.how.is_made()).cloned();
    let Some(there) = read(op, context, &what).await? else {
        let learnt = earlier.unwrap_or_else(|| Learnt::new(Outcome::Found, fact, &op.assignment));
        let how = learnt.how;
        context.learn(vec![learnt])?;
        return Ok((how, "it is not there any more".to_owned()));
    };
    is_planned(op, &there, &what)?;
    let removed = Learnt::new(Outcome::Changed, fact, &op.assignment).in_place_of(Value::Object(there));
    let ahead = vec![removed.clone()];
    context.learn_ahead(ahead.clone())?;
    context.withdraws(&ahead, delete(op, context, &what).await)?;
    context.learn(vec![removed])?;
    Ok((Outcome::Changed, "taken away".to_owned()))
}

/// Makes the assignment again as it was, where nobody did.
pub(super) async fn take_back(op: &UnassignAccess, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    api::forget_answer(context, &op.cluster)?;
    let what = format!("{} was not given back to {}.", op.role.built_in().name, op.principal.name);
    is_id(op, &what)?;
    let Some(before) = back.made.iter().find_map(|learnt| learnt.before.as_deref()) else { return nothing_there() };
    let before: Map<String, Value> = serde_json::from_str(before).map_err(|_| tampered(&what))?;
    is_planned(op, &before, &what)?;
    let properties = Value::Object(before);
    let note = context
        .until(DIRECTORY, &what, async || {
            if let Some(there) = read(op, context, &what).await? {
                let is_as_it_was = Value::Object(there) == properties;
                let note = if is_as_it_was { "" } else { "somebody gave it back since, not as it was; it is left" };
                return Ok(Asked::Yes(note));
            }
            let at = context.door().endpoints();
            let request = request::restore_role(at, Side::A, &op.assignment, &properties);
            match context.door().raw(&context.work, request).await {
                Ok(_) => Ok(Asked::Yes("")),
                Err(CallError::Refused(r)) if AzureCode::RoleAssignmentExists.is_of(&r.refusal) => {
                    Ok(Asked::Yes("somebody gave it back since, under another name"))
                }
                Err(CallError::Lost(refusal)) => Ok(Asked::NotYet("the answer was lost; looking", Some(refusal))),
                Err(error) => Err(StepError::of(&what, error)),
            }
        })
        .await?;
    context.learn_undone(&back.made)?;
    Ok((Outcome::Undone, note.to_owned()))
}

async fn delete(op: &UnassignAccess, context: &StepContext<'_>, what: &str) -> Result<(), StepError> {
    context
        .until(DIRECTORY, what, async || {
            let request = request::remove_role(context.door().endpoints(), Side::A, &op.assignment);
            match context.door().raw(&context.work, request).await {
                Ok(_) => Ok(Asked::Yes(())),
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(Asked::Yes(())),
                Err(CallError::Lost(refusal)) => Ok(Asked::NotYet("the answer was lost; looking", Some(refusal))),
                Err(error) => Err(StepError::of(what, error).where_denied(
                    "You may not take roles away there.",
                    "Ask an owner of the cluster for that right, or to take it away; then go on.",
                )),
            }
        })
        .await
}

/// Reads what of the assignment is written. `None` where there is none.
async fn read(
    op: &UnassignAccess,
    context: &StepContext<'_>,
    what: &str,
) -> Result<Option<Map<String, Value>>, StepError> {
    let request = request::assignment(context.door().endpoints(), Side::A, &op.assignment);
    let read: Value = match context.door().json(&context.work, request).await {
        Ok(read) => read,
        Err(CallError::Refused(r)) if r.refusal.status == Some(404) => return Ok(None),
        Err(error) => return Err(StepError::of(what, error)),
    };
    let properties = read.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let written = |(name, value): &(String, Value)| WRITTEN.contains(&name.as_str()) && !value.is_null();
    Ok(Some(properties.into_iter().filter(written).collect()))
}

/// Halts where the assignment is another's, or of another role, than was planned.
fn is_planned(op: &UnassignAccess, there: &Map<String, Value>, what: &str) -> Result<(), StepError> {
    let text = |name: &str| there.get(name).and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let is_theirs = op.principal.object.is_some_and(|object| text("principalId") == object.to_string());
    if is_theirs && text("roleDefinitionId").ends_with(&op.role.built_in().id.to_string()) {
        return Ok(());
    }
    Err(StepError::failed(
        what,
        format!("The assignment {} is not what was planned: somebody changed it.", op.assignment),
        "Look at it, and close access again.",
    ))
}

fn is_id(op: &UnassignAccess, what: &str) -> Result<(), StepError> {
    if request::is_assignment_id(&op.assignment) { Ok(()) } else { Err(tampered(what)) }
}

fn tampered(what: &str) -> StepError {
    StepError::failed(
        what,
        "The journal holds something else in the place of a role assignment.",
        "Look what was done to the journal.",
    )
}
