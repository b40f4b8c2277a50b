//! The last look: between the operator's yes and the reset, everything that the reset stands on is looked at once more.
//! A wait may have been long and a question may have stood for a night; any miss ends the run before the reset.

mod cluster_now;
mod credential;
mod needs_now;
mod roles_now;

pub use roles_now::learn_what_was_given;

use std::time::{Duration, Instant};

use crosspull_core::event::Event;
use crosspull_core::ids::{AppId, ClusterId};
use crosspull_core::names::Direction;
use crosspull_core::operation::{Op, Precondition};
use crosspull_core::secret::Secret;
use futures_util::future::join_all;

use super::cluster;
use crate::patience::{Asked, Patience};
use crate::reply::ClusterProperties;
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::CallError;

/// Directories and sign-in have many replicas, and one that is behind is asked again; but what is gone stays gone.
const LOOK: Patience = Patience::new(2, 1);

/// The greatest age of what was seen when the reset is sent.
const FRESH: Duration = Duration::from_secs(20);

/// The least of that age at any pace: a machine's own time does not run faster.
const FRESH_AT_LEAST: Duration = Duration::from_secs(3);

/// The number of looks where looking takes longer than that.
const LOOKS: u32 = 5;

/// A reset that is about to be sent.
#[derive(Clone, Copy)]
pub struct PendingReset<'a> {
    pub cluster: &'a ClusterId,
    /// The app that the cluster gets.
    pub app: AppId,
    /// That app's secret.
    pub secret: &'a Secret,
    /// The app that the cluster had when the run was planned. `None` where that was the app that it gets.
    pub from: Option<AppId>,
}

/// The answer to a question: nothing where all is well, else the sentence that says what is missing.
type Held = Result<Option<String>, StepError>;

/// The answer to one try of a question: yes, or why not and whether asking again may help.
enum LookAnswer {
    Yes,
    NotYet(String),
    No(String),
}

/// Looks at everything that the reset stands on, all at once, and returns what the cluster is now. The result is an
/// event, by which the run's own fold decides whether the reset may be sent.
pub async fn look_again(context: &StepContext<'_>, reset: PendingReset<'_>) -> Result<ClusterProperties, StepError> {
    let stands = context.plan().preconditions(context.step);
    let fresh = context.door().wire().pace().of(FRESH).max(FRESH_AT_LEAST);
    let mut missing = vec!["Looking at everything takes too long.".to_owned()];
    for _ in 0..LOOKS {
        let begun = Instant::now();
        let held = join_all(stands.iter().map(|one| holds(context, one, reset))).await;
        let seen: Vec<String> =
            held.into_iter().collect::<Result<Vec<_>, StepError>>()?.into_iter().flatten().collect();
        // What was seen first is old where something else was slow: then all of it is looked at again.
        if begun.elapsed() <= fresh || !seen.is_empty() {
            missing = seen;
            break;
        }
    }
    let recorder = context.door().wire().recorder();
    recorder.record(Event::Looked { step: context.step.id, stands, missing: missing.clone() })?;
    if !missing.is_empty() {
        return Err(not_sent(context, reset, missing.join(" ")));
    }
    if !recorder.of_run(|run| run.lets_reset(context.step.id)) {
        return Err(not_sent(context, reset, "What it stands on was not looked at.".to_owned()));
    }
    cluster::read(context, reset.cluster).await
}

fn not_sent(context: &StepContext<'_>, reset: PendingReset<'_>, why: String) -> StepError {
    let run = context.run();
    let now = match direction(context) {
        Direction::Forward => format!(
            "No reset was sent. Put right what is missing and go on with crosspull resume {run} , or take the run back \
             with crosspull undo {run}"
        ),
        Direction::Back => {
            format!("No reset was sent. Put right what is missing, then crosspull undo {run} goes on.")
        }
    };
    StepError::failed(format!("{} was not reset.", reset.cluster.name()), why, now)
}

fn direction(context: &StepContext<'_>) -> Direction {
    if matches!(context.step.op, Op::TakeBack(_)) { Direction::Back } else { Direction::Forward }
}

async fn holds(context: &StepContext<'_>, one: &Precondition, reset: PendingReset<'_>) -> Held {
    match one {
        Precondition::ClusterAsPlanned => looked(context, async || cluster_now::as_planned(context, reset).await).await,
        Precondition::App => looked(context, async || credential::app_is_there(context).await).await,
        Precondition::Principal(side) => {
            looked(context, async || credential::principal_is_there(context, *side, reset).await).await
        }
        Precondition::SecretAccepted(side) => {
            looked(context, async || credential::secret_is_taken(context, *side, reset).await).await
        }
        Precondition::SecretLives => Ok(credential::secret_ends_too_soon(context)),
        Precondition::Pull(registry) => {
            looked(context, async || credential::image_is_pulled(context, registry, reset).await).await
        }
        Precondition::Assignment(fact) => {
            looked(context, async || roles_now::assignment_is_there(context, fact).await).await
        }
        Precondition::NoNewRoles => looked(context, async || roles_now::no_role_is_new(context, reset).await).await,
        Precondition::Needs => looked(context, async || needs_now::are_fulfilled(context).await).await,
        Precondition::FormerRoles => {
            looked(context, async || roles_now::former_roles_are_there(context, reset).await).await
        }
    }
}

/// Asks a question until the answer is yes, or no for good, or a minute is over.
async fn looked(context: &StepContext<'_>, ask: impl AsyncFn() -> Result<LookAnswer, StepError>) -> Held {
    let mut last = String::new();
    let found = context
        .until(LOOK, "", async || match ask().await? {
            LookAnswer::Yes => Ok(Asked::Yes(None)),
            LookAnswer::No(why) => Ok(Asked::Yes(Some(why))),
            LookAnswer::NotYet(why) => {
                last = why;
                Ok(Asked::NotYet("looking once more before the reset", None))
            }
        })
        .await;
    match found {
        Err(error) if error.ends_the_run() => Err(error),
        // Patience is over, or the question itself could not be asked.
        Err(error) if last.is_empty() => Ok(Some(error.why())),
        Err(_) => Ok(Some(last)),
        Ok(found) => Ok(found),
    }
}

/// Judges a question that was not answered. Its object counts as missing, and the question is asked again for a while,
/// unless the answer is final.
fn unseen(what: &str, error: CallError) -> Result<LookAnswer, StepError> {
    let is_final = !error.may_pass();
    match StepError::of("", error) {
        error @ (StepError::Stopped | StepError::Journal(_)) => Err(error),
        error => {
            let why = format!("{what}: {}", error.why());
            Ok(if is_final { LookAnswer::No(why) } else { LookAnswer::NotYet(why) })
        }
    }
}
