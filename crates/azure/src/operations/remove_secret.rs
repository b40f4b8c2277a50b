//! Removes a secret that nobody needs any more, when the run is done. A secret that cannot be removed is named, and
//! fails nothing: the cluster has what it needs by then.

use crosspull_core::command::Command;
use crosspull_core::ids::{AppId, ClusterId, KeyId, ObjectId};
use crosspull_core::names::{Outcome, SecretFor, Side};
use crosspull_core::operation::{Fact, Learnt, OldSecret, Op, RemoveSecret};

use super::shared::directory::{self, AppRef};
use super::shared::secrets;
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult};
use crate::wire::CallError;

const NOT_READ: &str = "The cluster's former app cannot be read.";

/// Removes a secret, after every other step ended well.
pub(super) async fn perform(op: &RemoveSecret, context: &StepContext<'_>) -> StepResult {
    context.after(|earlier| !matches!(earlier.op, Op::RemoveSecret(_))).await?;
    context.begin()?;
    match &op.secret {
        OldSecret::Replaced(key) => remove_replaced(context, &op.cluster, *key).await,
        OldSecret::WayBack(former) => remove_proof_of_way_back(context, *former).await,
    }
}

/// Removes the secret that the cluster had before, once a node was seen to pull with the new one.
async fn remove_replaced(context: &StepContext<'_>, cluster: &ClusterId, key: KeyId) -> StepResult {
    let app: AppId = context.need(Fact::App).await?;
    let by_hand = Command::DeleteSecret { app: &app.to_string(), key: &key.to_string() }.to_string();
    let seen = context.how(&Fact::ProvedInside(cluster.clone())) == Some(Outcome::Proved);
    if context.known::<KeyId>(&Fact::SecretKey) == Some(key) {
        return Ok((Outcome::Skipped, "the cluster uses it".to_owned()));
    }
    if !seen {
        return Ok((
            Outcome::NotDone,
            format!(
                "the replaced secret {key} stays, since no node was seen to pull with the new one. Once one was: {by_hand}"
            ),
        ));
    }
    let object: ObjectId = context.need(Fact::AppObject).await?;
    remove_by_key(context, AppRef { side: Side::A, object }, key, &by_hand).await
}

/// Removes a replaced secret by its key id. One that cannot be removed is named, and fails nothing.
pub(super) async fn remove_by_key(context: &StepContext<'_>, app: AppRef, key: KeyId, by_hand: &str) -> StepResult {
    let what = format!("the replaced secret {key} was not removed");
    let request = request::remove_password(context.door().endpoints(), app.side, app.object, key);
    match context.door().raw(&context.work, request).await {
        Ok(_) => Ok((Outcome::Changed, format!("key id {key}"))),
        // The secret was removed before, or by the request whose answer was lost: the app tells.
        Err(error @ (CallError::Lost(_) | CallError::Refused(_))) => match directory::read_app(context, app).await {
            Ok(app) if app.password_credentials.iter().all(|c| c.key_id != key) => {
                Ok((Outcome::Changed, format!("key id {key}")))
            }
            Err(error) if error.ends_the_run() => Err(error),
            _ => told(error, &what, by_hand),
        },
        Err(error) => told(error, &what, by_hand),
    }
}

/// Removes the secret that proved that there is a way back, since nobody saved it.
async fn remove_proof_of_way_back(context: &StepContext<'_>, former: AppId) -> StepResult {
    let made =
        context.known::<KeyId>(&Fact::WayBackKey).filter(|_| context.how(&Fact::WayBackKey) == Some(Outcome::Created));
    let Some(key) = made else { return Ok((Outcome::Skipped, "there is none".to_owned())) };
    let by_hand = Command::DeleteSecret { app: &former.to_string(), key: &key.to_string() }.to_string();
    let stays = format!("the secret {key} of the former app was not removed");
    let removed = match directory::find_app(context, Side::A, former, NOT_READ).await {
        Ok(Ok(Some(app))) => secrets::remove(context, app, SecretFor::WayBack, &[]).await.map(drop),
        Ok(Ok(None)) => {
            return Ok((Outcome::Skipped, "the former app is gone, and its secrets with it".to_owned()));
        }
        Ok(Err(_)) => {
            return Ok((Outcome::NotDone, format!("{stays}: the app cannot be read. By hand: {by_hand}")));
        }
        Err(error) => Err(error),
    };
    match removed {
        Ok(()) => {
            context.learn_undone(&[Learnt::new(Outcome::Created, Fact::WayBackKey, key)])?;
            Ok((Outcome::Changed, format!("key id {key}; crosspull undo adds another, and needs the right to")))
        }
        Err(error) if error.ends_the_run() => Err(error),
        Err(error) => Ok((Outcome::NotDone, format!("{stays}: {} By hand: {by_hand}", error.why()))),
    }
}

/// Ends the step by telling what was not done. That fails nothing.
fn told(error: CallError, what: &str, by_hand: &str) -> StepResult {
    match StepError::of("", error) {
        error @ (StepError::Stopped | StepError::Journal(_)) => Err(error),
        error => Ok((Outcome::NotDone, format!("{what}: {} By hand: {by_hand}", error.why()))),
    }
}
