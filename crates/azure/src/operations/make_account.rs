//! Makes a service account in a cluster, or finds it.

use crosspull_core::names::Outcome;
use crosspull_core::operation::{Learnt, MakeAccount, TakeBack, binding_place};
use k8s_openapi::api::core::v1::ServiceAccount;

use super::shared::account_users::{Account, put_on, users};
use super::shared::api;
use crate::kubernetes::{access, requests};
use crate::reply::RUN;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there, plainly};

/// Makes the account, where it is not there.
pub(super) async fn perform(op: &MakeAccount, context: &StepContext<'_>) -> StepResult {
    context.begin()?;
    let place = binding_place(Some(&op.namespace), &op.name);
    let what = format!("The service account {place} was not made.");
    api::is_name(Some(&op.namespace), &op.name, &what)?;
    let api = api::needed(context, &op.cluster, &what).await?;
    let there: Option<ServiceAccount> =
        api::read(context, &api, &what, || requests::account(&op.namespace, &op.name)).await?;
    let how = match &there {
        Some(there) if !is_own(there, context) => Outcome::Found,
        _ => Outcome::Created,
    };
    if there.is_none() {
        api::apply(context, &api, &what, || access::apply_account(&op.namespace, &op.name, context.run())).await?;
    }
    context.learn(vec![Learnt::new(how, op.fact(), place)])?;
    plainly(how)
}

/// Deletes the account that the run made. One that others use by now stays, and so does one of which nobody can tell.
pub(super) async fn take_back(op: &MakeAccount, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    let place = binding_place(Some(&op.namespace), &op.name);
    let what = format!("The service account {place} was not deleted.");
    api::is_name(Some(&op.namespace), &op.name, &what)?;
    let api = api::needed(context, &op.cluster, &what).await?;
    let read =
        async || api::read::<ServiceAccount>(context, &api, &what, || requests::account(&op.namespace, &op.name)).await;
    match read().await? {
        None => {
            context.learn_undone(&back.made)?;
            return nothing_there();
        }
        Some(there) if is_own(&there, context) => {}
        Some(_) if back.made.is_empty() => return nothing_there(),
        Some(_) => return Err(not_marked(op, &what)),
    }
    let account = Account { namespace: &op.namespace, name: &op.name };
    stays(op, &what, users(context, &api, &what, account).await?)?;
    api::settle(context, &api, &what, async || {
        let Some(there) = read().await?.filter(|there| is_own(there, context)) else { return Ok(None) };
        stays(op, &what, put_on(&there))?;
        let uid = there.metadata.uid.as_deref().unwrap_or_default();
        let version = there.metadata.resource_version.as_deref().unwrap_or_default();
        Ok(Some(access::delete_account(&op.namespace, &op.name, uid, version)))
    })
    .await?;
    context.undone(&back.made, &[])
}

/// Halts where others use the account.
fn stays(op: &MakeAccount, what: &str, theirs: Vec<String>) -> Result<(), StepError> {
    if theirs.is_empty() {
        return Ok(());
    }
    Err(StepError::failed(
        what,
        format!("Others use it by now, and would lose it: {}.", theirs.join(", ")),
        format!("Where nobody needs it, delete the service account {} in {} by hand.", op.name, op.namespace),
    ))
}

fn not_marked(op: &MakeAccount, what: &str) -> StepError {
    StepError::failed(
        what,
        "It is there, and is no longer marked as this run's: somebody changed it or made it anew, so it is left as it is.",
        format!("Where nobody needs it, delete the service account {} in {} by hand.", op.name, op.namespace),
    )
}

/// True where this run made it, by its mark.
fn is_own(account: &ServiceAccount, context: &StepContext<'_>) -> bool {
    let run = account.metadata.annotations.as_ref().and_then(|texts| texts.get(RUN));
    run.is_some_and(|run| *run == context.run().0)
}
