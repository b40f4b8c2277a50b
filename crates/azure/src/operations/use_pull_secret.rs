//! Adds a pull secret to a service account's list, or takes it out again. What others have there stays.

use crosspull_core::names::Outcome;
use crosspull_core::operation::{Learnt, TakeBack, UsePullSecret};
use k8s_openapi::api::core::v1::ServiceAccount;
use serde_json::Value;

use super::shared::pods::SILENT;
use super::shared::pull_secrets::Place;
use crate::kubernetes::{Kubernetes, requests};
use crate::patience::{Asked, Patience};
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there, plainly};
use crate::wire::CallError;

/// Somebody else may change the account at the same moment; then it is read again.
const API: Patience = Patience::new(2, 2).evenly();

/// What a service account's list is to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Add,
    Remove,
}

/// Has the account's pods use the pull secret.
pub(super) async fn perform(op: &UsePullSecret, context: &StepContext<'_>) -> StepResult {
    for fact in context.plan().reads(context.step) {
        let _: String = context.need(fact).await?;
    }
    context.begin()?;
    let what = format!("{}/{} does not use the pull secret {}.", op.namespace, op.account, op.name);
    let changed = change(op, Change::Add, context, &what).await?;
    let Some(changed) = changed else {
        return Err(StepError::failed(
            what,
            format!("{} has no service account {}.", op.namespace, op.account),
            "Make it, then go on with crosspull resume.",
        ));
    };
    let earlier = context.past().facts.learnt(&op.fact()).map(|learnt| learnt.how).filter(|how| how.is_made());
    let wrote = context.past().wrote(context.step.id);
    let how = earlier.unwrap_or(if changed || wrote { Outcome::Changed } else { Outcome::Found });
    context.learn(vec![Learnt::new(how, op.fact(), format!("{}/{}", op.namespace, op.account))])?;
    plainly(how)
}

/// Takes the pull secret out of the account's list.
pub(super) async fn take_back(op: &UsePullSecret, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    let what = format!("{}/{} still uses the pull secret {}.", op.namespace, op.account, op.name);
    match change(op, Change::Remove, context, &what).await? {
        Some(_) => context.undone(&back.made, &[]),
        None => nothing_there(),
    }
}

/// Changes the list. Returns true where it was changed, and `None` where there is no such account.
async fn change(
    op: &UsePullSecret,
    change: Change,
    context: &StepContext<'_>,
    what: &str,
) -> Result<Option<bool>, StepError> {
    let place = Place::of(&op.cluster, &op.namespace, &op.name)?;
    let api = place.needed_api(context, what).await?;
    let mut sent = false;
    context
        .until(API, what, async || {
            let Some(account) = read(op, context, &api, what).await? else { return Ok(Asked::Yes(None)) };
            let Some(names) = changed_list(&account, &op.name, change) else { return Ok(Asked::Yes(Some(sent))) };
            let version = account.metadata.resource_version.as_deref().unwrap_or_default();
            let request = requests::set_pull_secrets(&op.namespace, &op.account, version, &names);
            sent = true;
            match api.json::<Value>(&context.work, request).await {
                Ok(_) => Ok(Asked::Yes(Some(true))),
                Err(CallError::Refused(r)) if r.refusal.status == Some(409) => {
                    sent = false;
                    Ok(Asked::NotYet("somebody changed the account meanwhile; reading it again", Some(r.refusal)))
                }
                Err(CallError::Lost(refusal)) => {
                    Ok(Asked::NotYet("the answer was lost; reading the account", Some(refusal)))
                }
                Err(CallError::Unreachable(refusal)) => {
                    sent = false;
                    Ok(Asked::NotYet(SILENT, Some(refusal)))
                }
                Err(error) => Err(StepError::of(what, error)),
            }
        })
        .await
}

async fn read(
    op: &UsePullSecret,
    context: &StepContext<'_>,
    api: &Kubernetes,
    what: &str,
) -> Result<Option<ServiceAccount>, StepError> {
    context
        .until(API, what, async || match api.json(&context.work, requests::account(&op.namespace, &op.account)).await {
            Ok(account) => Ok(Asked::Yes(Some(account))),
            Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(Asked::Yes(None)),
            Err(CallError::Unreachable(refusal)) => Ok(Asked::NotYet(SILENT, Some(refusal))),
            Err(error) => Err(StepError::of(what, error)),
        })
        .await
}

/// Returns the list as it is to be. `None` where it is so already.
fn changed_list(account: &ServiceAccount, name: &str, change: Change) -> Option<Vec<String>> {
    let listed = account.image_pull_secrets.iter().flatten();
    let mut names: Vec<String> = listed.map(|reference| reference.name.clone()).collect();
    let is_there = names.iter().any(|one| one == name);
    match change {
        Change::Add if !is_there => names.push(name.to_owned()),
        Change::Remove if is_there => names.retain(|one| one != name),
        _ => return None,
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_have_in_the_list_stays() {
        let account: ServiceAccount = serde_json::from_value(
            serde_json::json!({ "metadata": {}, "imagePullSecrets": [{ "name": "theirs" }, { "name": "ours" }] }),
        )
        .expect("an account");
        assert_eq!(changed_list(&account, "ours", Change::Add), None);
        assert_eq!(changed_list(&account, "ours", Change::Remove), Some(vec!["theirs".to_owned()]));
        assert_eq!(changed_list(&account, "new", Change::Remove), None);
        let all = ["theirs", "ours", "new"].map(str::to_owned).to_vec();
        assert_eq!(changed_list(&account, "new", Change::Add), Some(all));
    }
}
