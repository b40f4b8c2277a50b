//! Removes the secret that proved the pull. One that cannot be removed is named, and ends by itself within a day.

use crosspull_core::command::Command;
use crosspull_core::ids::{AppId, KeyId, ObjectId};
use crosspull_core::names::{Outcome, SecretFor};
use crosspull_core::operation::{Fact, Learnt, RemoveProofSecret};
use jiff::Timestamp;

use super::shared::directory::AppRef;
use super::shared::secrets;
use crate::step_context::StepContext;
use crate::step_result::StepResult;

/// Removes the secrets that this run added, once the pull is proved.
pub(super) async fn perform(op: &RemoveProofSecret, context: &StepContext<'_>) -> StepResult {
    context.after(|_| true).await?;
    context.begin()?;
    let object: ObjectId = context.need(Fact::AppObject).await?;
    let key: KeyId = context.need(Fact::SecretKey).await?;
    match secrets::remove(context, AppRef { side: op.home, object }, SecretFor::Cluster, &[]).await {
        Ok(_) => {
            let ends = context.known::<Timestamp>(&Fact::SecretEnds);
            let ends = ends.map(|ends| Learnt::new(Outcome::Created, Fact::SecretEnds, ends));
            let gone: Vec<Learnt> =
                std::iter::once(Learnt::new(Outcome::Created, Fact::SecretKey, key)).chain(ends).collect();
            context.learn_undone(&gone)?;
            Ok((Outcome::Changed, format!("key id {key}")))
        }
        Err(error) if error.ends_the_run() => Err(error),
        Err(error) => {
            let app: AppId = context.need(Fact::App).await?;
            let by_hand = Command::DeleteSecret { app: &app.to_string(), key: &key.to_string() }.to_string();
            Ok((
                Outcome::NotDone,
                format!(
                    "the proof's secret {key} was not removed, and ends within a day: {} By hand: {by_hand}",
                    error.why()
                ),
            ))
        }
    }
}
