//! Removes the client secret that the pull secrets had, once all of them have another. One that cannot be removed is
//! named, and fails nothing.

use crosspull_core::command::Command;
use crosspull_core::ids::{AppId, KeyId, ObjectId};
use crosspull_core::names::Outcome;
use crosspull_core::operation::{Fact, Op, RemovePullPassword};

use super::remove_secret::remove_by_key;
use super::shared::credential::PullCredential;
use super::shared::directory::AppRef;
use super::shared::pull_secrets;
use crate::step_context::StepContext;
use crate::step_result::StepResult;

/// Removes the secret, after every other step ended well and every node that was asked pulled with the new one.
pub(super) async fn perform(op: &RemovePullPassword, context: &StepContext<'_>) -> StepResult {
    context.after(|_| true).await?;
    context.begin()?;
    let (key, app) = (op.key, context.need::<AppId>(Fact::App).await?);
    if context.known::<KeyId>(&Fact::SecretKey) == Some(key) {
        return Ok((Outcome::Skipped, "the pull secrets have it".to_owned()));
    }
    let by_hand = Command::DeleteSecret { app: &app.to_string(), key: &key.to_string() }.to_string();
    let mut proofs = context.plan().steps.iter().filter(|step| matches!(step.op, Op::ProveInside(_)));
    if proofs.any(|step| context.outcome(step.id) != Some(Outcome::Proved)) {
        let note = format!(
            "the replaced secret {key} stays, since not every pull with the new one was seen. Once it was: {by_hand}"
        );
        return Ok((Outcome::NotDone, note));
    }
    let new: KeyId = context.need(Fact::SecretKey).await?;
    let credential = PullCredential { user: app.to_string(), key: new, password: context.vault().get(new) };
    if let Some(why) = pull_secrets::still_needed(context, &credential, key, op.others_may_stay_unread).await? {
        let note = format!("the replaced secret {key} stays, since {why}. Once nothing needs it: {by_hand}");
        return Ok((Outcome::NotDone, note));
    }
    let object: ObjectId = context.need(Fact::AppObject).await?;
    remove_by_key(context, AppRef { side: op.home, object }, key, &by_hand).await
}
