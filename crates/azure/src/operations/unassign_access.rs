//! Takes a role assignment away, and makes it again as it was.

use crosspull_core::names::{Outcome, Side};
use crosspull_core::operation::{Learnt, TakeBack, UnassignAccess, access_scope};
use serde_json::{Map, Value};

use super::shared::api;
use super::shared::directory::DIRECTORY;
use crate::patience::Asked;
use crate::refusal::AzureCode;
use crate::reply::Assignment;
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
                if !gives_the_same(&there, &properties) {
                    return Err(given_otherwise(&what, &op.assignment));
                }
                let is_as_it_was = Value::Object(there) == properties;
                return Ok(Asked::Yes(if is_as_it_was {
                    ""
                } else {
                    "somebody gave it back since; it is left as it is"
                }));
            }
            let at = context.door().endpoints();
            let request = request::restore_role(at, Side::A, &op.assignment, &properties);
            match context.door().raw(&context.work, request).await {
                Ok(_) => Ok(Asked::Yes("")),
                Err(CallError::Refused(r)) if AzureCode::RoleAssignmentExists.is_of(&r.refusal) => {
                    under_another_name(op, &properties, context, &what).await.map(Asked::Yes)
                }
                Err(CallError::Lost(refusal)) => Ok(Asked::NotYet("the answer was lost; looking", Some(refusal))),
                Err(error) => Err(StepError::of(&what, error)),
            }
        })
        .await?;
    context.learn_undone(&back.made)?;
    Ok((Outcome::Undone, note.to_owned()))
}

/// Judges the assignment that somebody made under another name in the place of the one that was there. Returns a note.
async fn under_another_name(
    op: &UnassignAccess,
    before: &Value,
    context: &StepContext<'_>,
    what: &str,
) -> Result<&'static str, StepError> {
    const NOTE: &str = "somebody gave it back since, under another name";
    let Some(object) = op.principal.object else { return Ok(NOTE) };
    let scope = access_scope(&op.cluster, op.namespace.as_deref());
    let request = request::roles_assigned_to(context.door().endpoints(), Side::A, &scope, object);
    let all: Vec<Assignment> =
        context.door().list(&context.work, request).await.map_err(|error| StepError::of(what, error))?;
    let role = op.role.built_in().id.to_string();
    let mut given = all.iter().filter(|one| {
        let is_role = one.properties.role_definition_id.to_ascii_lowercase().ends_with(&role);
        is_role && one.properties.principal_id == object && one.scope().eq_ignore_ascii_case(&scope)
    });
    let condition = before.get("condition").and_then(Value::as_str);
    match given.find(|one| one.properties.condition.as_deref() != condition) {
        Some(otherwise) => Err(given_otherwise(what, &otherwise.id)),
        None => Ok(NOTE),
    }
}

/// True where an assignment gives what was given: its description gives nothing.
fn gives_the_same(there: &Map<String, Value>, before: &Value) -> bool {
    let gives = ["condition", "conditionVersion", "delegatedManagedIdentityResourceId"];
    gives.iter().all(|name| there.get(*name) == before.get(*name))
}

/// Returns the error of an assignment that somebody made in the place of the one that was there, and that gives something else.
fn given_otherwise(what: &str, id: &str) -> StepError {
    StepError::failed(
        what,
        format!("Somebody gave it back since by {id} , not as it was: under another condition. It is left as it is."),
        "Look at its condition. Where they are to have all that they had, remove that assignment; then take this run back again.",
    )
}

async fn delete(op: &UnassignAccess, context: &StepContext<'_>, what: &str) -> Result<(), StepError> {
    context
        .until(DIRECTORY, what, async || {
            let request = request::remove_role(context.door().endpoints(), Side::A, &op.assignment);
            match context.door().raw(&context.work, request).await {
                Ok(_) => Ok(Asked::Yes(())),
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
                    Ok(match read(op, context, what).await? {
                        Some(_) => Asked::NotYet("Azure shows an assignment that it does not find", Some(r.refusal)),
                        None => Asked::Yes(()),
                    })
                }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn under_another_condition_it_is_not_what_was_given() {
        let read = |value: Value| value.as_object().cloned().expect("an object");
        let before = json!({ "roleDefinitionId": "r", "description": "one" });
        assert!(gives_the_same(&read(json!({ "roleDefinitionId": "r", "description": "two" })), &before));
        let narrower = read(json!({ "roleDefinitionId": "r", "condition": "c", "conditionVersion": "2.0" }));
        assert!(!gives_the_same(&narrower, &before));
        assert!(gives_the_same(&narrower, &Value::Object(narrower.clone())));
    }
}
