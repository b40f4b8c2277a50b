//! Makes a service account in a cluster, or finds it.

use crosspull_core::names::Outcome;
use crosspull_core::operation::{Learnt, MakeAccount, TakeBack, binding_place};
use k8s_openapi::api::core::v1::ServiceAccount;

use super::shared::api;
use crate::kubernetes::{access, requests};
use crate::reply::RUN;
use crate::step_context::StepContext;
use crate::step_result::{StepResult, nothing_there, plainly};

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

/// Deletes the account that the run made.
pub(super) async fn take_back(op: &MakeAccount, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    let place = binding_place(Some(&op.namespace), &op.name);
    let what = format!("The service account {place} was not deleted.");
    api::is_name(Some(&op.namespace), &op.name, &what)?;
    let api = api::needed(context, &op.cluster, &what).await?;
    let read =
        async || api::read::<ServiceAccount>(context, &api, &what, || requests::account(&op.namespace, &op.name)).await;
    if read().await?.is_none_or(|there| !is_own(&there, context)) {
        context.learn_undone(&back.made)?;
        return nothing_there();
    }
    api::settle(context, &api, &what, async || {
        let there = read().await?.filter(|there| is_own(there, context));
        Ok(there.map(|there| {
            access::delete_account(&op.namespace, &op.name, there.metadata.uid.as_deref().unwrap_or_default())
        }))
    })
    .await?;
    context.undone(&back.made, &[])
}

/// True where this run made it, by its mark.
fn is_own(account: &ServiceAccount, context: &StepContext<'_>) -> bool {
    let run = account.metadata.annotations.as_ref().and_then(|texts| texts.get(RUN));
    run.is_some_and(|run| *run == context.run().0)
}
