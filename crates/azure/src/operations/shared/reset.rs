//! The reset of a cluster's service principal: asked for, sent, and seen through to its end.

use std::cell::Cell;

use crosspull_core::event::Event;
use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::{AppId, ClusterId};
use crosspull_core::names::Outcome;
use crosspull_core::operation::{Fact, Learnt};

use super::cluster::{self, SETTLES, state};
use super::last_look::{self, PendingReset};
use crate::patience::{Asked, Patience};
use crate::refusal::{AzureCode, WRONG_SECRET};
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::CallError;
use crate::{long_running, request};

/// The number of times that a cluster at rest may be seen to use another app than it was given: some minutes.
const LOOKS_AT_ANOTHER: u32 = 8;

/// Resets the cluster to an app, and sees the reset through. The state of the cluster is recorded where the reset does
/// not end well.
pub async fn to(context: &StepContext<'_>, reset: PendingReset<'_>) -> Result<(), StepError> {
    let done = match send(context, reset).await {
        Ok(()) => settled(context, reset.cluster, reset.app).await,
        Err(error) => Err(error),
    };
    cluster::telling_state(context, reset.cluster, done).await
}

/// Asks the operator once more; the proof is on the screen.
pub async fn confirmed(context: &StepContext<'_>) -> Result<(), StepError> {
    let wire = context.door().wire();
    if !wire.control().is_confirmed(context.step.id) {
        wire.recorder().record(Event::Asking { step: context.step.id })?;
        let yes = tokio::select! {
            yes = wire.control().confirmed(context.step.id) => yes,
            () = wire.control().stopped() => false,
        };
        if !yes {
            return Err(StepError::Stopped);
        }
    }
    Ok(wire.recorder().record(Event::Confirmed { step: context.step.id })?)
}

/// Sends the reset and follows its operation. Everything that the reset stands on is looked at right before each try.
///
/// When the answer is lost, the cluster itself tells whether the reset was taken. The reset is sent again only where it
/// was not.
async fn send(context: &StepContext<'_>, reset: PendingReset<'_>) -> Result<(), StepError> {
    let PendingReset { cluster, app, secret, .. } = reset;
    let what = format!("{} was not reset.", cluster.name());
    let mut lost = false;
    let accepted = context
        .until(Patience::new(5, 10), &what, async || {
            let before = last_look::look_again(context, reset).await?.client_id();
            let request = request::reset_cluster(context.door().endpoints(), cluster, app, secret);
            match context.door().raw(&context.work, request).await {
                Ok(reply) => Ok(Asked::Yes(Some(reply))),
                Err(CallError::Lost(refusal)) => {
                    lost = true;
                    let taken = cluster::was_taken(context, cluster, app, before).await?;
                    Ok(if taken {
                        Asked::Yes(None)
                    } else {
                        Asked::NotYet("the answer was lost, and the cluster is as before", Some(refusal))
                    })
                }
                // The lost one was taken after all: an operation is running.
                Err(CallError::Refused(r)) if lost && r.refusal.status == Some(409) => Ok(Asked::Yes(None)),
                Err(CallError::Refused(r)) if not_known_yet(&r.refusal) => Ok(Asked::NotYet(
                    "the cluster's service does not know the service principal or its secret yet",
                    Some(r.refusal),
                )),
                Err(error) => Err(StepError::of(&what, error)),
            }
        })
        .await?;
    let Some(reply) = accepted else { return Ok(()) };
    let what = failed_reset(cluster);
    // Where it is asked is kept before it is asked: a run that stops now goes on from there.
    if let Some(address) = long_running::address(&reply.headers, &context.door().endpoints().arm).ok().flatten() {
        context.learn(vec![Learnt::new(Outcome::Found, Fact::Operation(cluster.clone()), address)])?;
    }
    long_running::follow(context.door(), &context.work, context.step.side, &what, &reply).await
}

/// Waits until the reset is seen to be done: the cluster is `Succeeded` and uses the app (`docs/facts/azure.md` 3.1).
async fn settled(context: &StepContext<'_>, cluster: &ClusterId, app: AppId) -> Result<(), StepError> {
    let what = failed_reset(cluster);
    let mut others = 0;
    // True once the cluster itself told that it did not work: all else leaves the end open.
    let is_told = Cell::new(false);
    let told = |trouble: Trouble| {
        is_told.set(true);
        StepError::Failed(trouble)
    };
    context
        .until(SETTLES, &what, async || {
            let now = match cluster::try_read(context, cluster).await {
                Ok(now) => now,
                Err(error @ (CallError::Stopped | CallError::Journal(_))) => return Err(StepError::of(&what, error)),
                // A reset takes longer than many an outage, of the line or of the service; and a cluster that
                // cannot be asked tells nothing of its reset.
                Err(_) => return Ok(Asked::NotYet("the cluster cannot be asked", None)),
            };
            match state(&now) {
                "Succeeded" if now.client_id() == Some(app) => Ok(Asked::Yes(())),
                "Failed" | "Canceled" => Err(told(Trouble::new(
                    &what,
                    format!("{} is in the state {}.", cluster.name(), state(&now)),
                    "Look at the cluster's activity log. Then crosspull resume repeats the reset.",
                ))),
                // The state of the cluster follows late, but not for ever.
                "Succeeded" if others < LOOKS_AT_ANOTHER => {
                    others += 1;
                    Ok(Asked::NotYet("the cluster does not name its new app yet", None))
                }
                "Succeeded" => Err(told(Trouble::new(
                    &what,
                    format!("Nothing is going on at {} any more, and it does not use the app {app}", cluster.name()),
                    "Look at the cluster's activity log, then go on with the run: it looks at the cluster first.",
                ))),
                _ => Ok(Asked::NotYet("the cluster is still being updated", None)),
            }
        })
        .await
        .map_err(|error| if is_told.get() { error } else { error.unknown() })
}

fn failed_reset(cluster: &ClusterId) -> String {
    format!("The reset of {} did not succeed.", cluster.name())
}

/// True for a refusal that may pass: the cluster's service asks replicas of its own for the principal (recording
/// `aks_sp_not_found_retry`) and for its secret, which sign-in took elsewhere before (`docs/facts/azure.md` 9.1).
fn not_known_yet(refusal: &Refusal) -> bool {
    let of_secret =
        || AzureCode::ServicePrincipalValidationClientError.is_of(refusal) && refusal.message.contains(WRONG_SECRET);
    refusal.status == Some(400) && (AzureCode::ServicePrincipalNotFound.is_of(refusal) || of_secret())
}
