//! Ends the password of a repository token that the pull secrets had, once all of them have the other one. One that
//! cannot be ended is named, and fails nothing.

use crosspull_core::command::Command;
use crosspull_core::ids::KeyId;
use crosspull_core::names::{Outcome, PullUser};
use crosspull_core::operation::{EndTokenPassword, Fact, Op};

use super::shared::credential;
use super::shared::pull_secrets;
use super::shared::repository_tokens::{self, password_named};
use crate::step_context::StepContext;
use crate::step_result::StepResult;

/// Ends the password, after every other step ended well and every node that was asked pulled with the other one.
pub(super) async fn perform(op: &EndTokenPassword, context: &StepContext<'_>) -> StepResult {
    context.after(|step| !matches!(step.op, Op::EndTokenPassword(_))).await?;
    let name: String = context.need(Fact::Token(op.registry.clone())).await?;
    context.begin()?;
    if context.known::<KeyId>(&Fact::PullKey(op.registry.clone())) == Some(op.key) {
        return Ok((Outcome::Skipped, "the pull secrets have it".to_owned()));
    }
    let token = repository_tokens::needed(context, &op.registry, &name).await?;
    let live = repository_tokens::live(context, &op.registry, &token);
    let replaced = live.iter().find(|password| password.key == op.key).and_then(|one| password_named(&one.name));
    let Some(password) = replaced else {
        return Ok((Outcome::Skipped, "the replaced password has ended already".to_owned()));
    };
    let by_hand =
        Command::EndTokenPassword { registry: op.registry.name(), token: &name, password: Some(password) }.to_string();
    let mut proofs = context.plan().steps.iter().filter(|step| matches!(step.op, Op::ProveInside(_)));
    if proofs.any(|step| context.outcome(step.id) != Some(Outcome::Proved)) {
        let note = format!(
            "the replaced {password} stays, since not every pull with the new one was seen. Once it was: {by_hand}"
        );
        return Ok((Outcome::NotDone, note));
    }
    let credential = credential::made(context, PullUser::OfRegistry, &op.registry).await?;
    if let Some(why) = pull_secrets::still_needed(context, &credential, op.key, op.others_may_stay_unread).await? {
        let note = format!("the replaced {password} stays, since {why}. Once nothing needs it: {by_hand}");
        return Ok((Outcome::NotDone, note));
    }
    let what = format!("The replaced {password} did not end.");
    match repository_tokens::end(context, &op.registry, &name, password, &what).await {
        Ok(()) => Ok((Outcome::Changed, password.to_owned())),
        Err(error) if error.ends_the_run() => Err(error),
        Err(error) => {
            Ok((Outcome::NotDone, format!("the replaced {password} stays: {} By hand: {by_hand}", error.why())))
        }
    }
}
