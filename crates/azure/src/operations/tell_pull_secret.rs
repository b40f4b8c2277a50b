//! Says how the pull secret is written, where the cluster's Kubernetes API cannot be used from here.

use crosspull_core::command::Command;
use crosspull_core::names::Outcome;
use crosspull_core::operation::TellPullSecret;

use super::shared::credential;
use crate::step_context::StepContext;
use crate::step_result::StepResult;

/// Tells the commands, once the credential is there. Nothing is written.
pub(super) async fn perform(op: &TellPullSecret, context: &StepContext<'_>) -> StepResult {
    context.after(|_| true).await?;
    let credential = credential::made(context, op.user, &op.registry).await?;
    context.begin()?;
    let TellPullSecret { namespaces, name, login_server, accounts, why, .. } = op;
    let one = |namespace: &String| {
        Command::CreatePullSecret { name, namespace, server: login_server, user: &credential.user }.to_string()
    };
    let commands = namespaces.iter().map(one).collect::<Vec<_>>().join(" ; ");
    let accounts = match accounts.as_slice() {
        [] => String::new(),
        accounts => format!(
            " ; then add {name} to imagePullSecrets of the service accounts {} with kubectl edit serviceaccount",
            accounts.join(", ")
        ),
    };
    Ok((
        Outcome::NotDone,
        format!("not written: {why}. With the secret in a FILE, run where the API answers: {commands}{accounts}"),
    ))
}
