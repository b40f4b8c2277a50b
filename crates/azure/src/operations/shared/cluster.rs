//! A cluster: reading it, waiting until an operation on it has ended, and telling what became of it.

use crosspull_core::explain::Trouble;
use crosspull_core::ids::{AppId, ClusterId};
use crosspull_core::names::{Direction, Outcome};
use crosspull_core::operation::{Fact, Learnt};
use crosspull_core::plan::Plan;

use crate::patience::{Asked, Patience};
use crate::reply::{Cluster, ClusterProperties};
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::CallError;
use crate::{long_running, request};

/// The cluster settles after its operation ended.
pub const SETTLES: Patience = Patience::new(5, 180);

/// Reads the cluster.
pub async fn read(context: &StepContext<'_>, cluster: &ClusterId) -> Result<ClusterProperties, StepError> {
    let read = try_read(context, cluster).await;
    read.map_err(|e| StepError::of(&format!("{} cannot be read.", cluster.name()), e))
}

/// Reads the cluster; the caller judges why it cannot be read.
pub async fn try_read(context: &StepContext<'_>, cluster: &ClusterId) -> Result<ClusterProperties, CallError> {
    let request = request::cluster(context.door().endpoints(), cluster);
    let read: Cluster = context.door().json(&context.work, request).await?;
    Ok(read.properties)
}

/// Waits until an operation has ended that an earlier part of this run may have started. Nothing is done to the cluster
/// or to its secrets before; the cluster itself tells how the operation ended.
pub async fn sit_out(context: &StepContext<'_>, cluster: &ClusterId) -> Result<(), StepError> {
    // The resets of the way back came later.
    let past = context.past();
    let Some(last) = past.resets(Direction::Back).last().or_else(|| past.resets(Direction::Forward).last()) else {
        return Ok(());
    };
    let what = format!("Whether the earlier reset of {} has ended cannot be told.", cluster.name());
    let address: Option<url::Url> = last.operation.as_ref().and_then(|address| address.parse().ok());
    if let Some(address) = address {
        let watched = long_running::watch(context.door(), &context.work, context.step.side, &what, address).await;
        // The cluster's own state says more than an operation that may be gone.
        if let Err(error @ (StepError::Stopped | StepError::Journal(_))) = watched {
            return Err(error);
        }
    } else if !last.was_accepted() {
        let target = if last.back { past.forward_plan().and_then(Plan::former_app) } else { context.known(&Fact::App) };
        if let Some(target) = target {
            was_taken(context, cluster, target, None).await?;
        }
    }
    let over = context
        .until(SETTLES, &what, async || match try_read(context, cluster).await {
            Ok(now) if is_over(&now) => Ok(Asked::Yes(())),
            // On a cluster that is gone nothing is running.
            Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(Asked::Yes(())),
            Ok(_) => Ok(Asked::NotYet("the cluster is still being updated", None)),
            Err(CallError::Unreachable(refusal)) => Ok(Asked::NotYet("the cluster cannot be asked", Some(refusal))),
            Err(error) => Err(StepError::of(&what, error)),
        })
        .await;
    telling_state(context, cluster, over).await
}

/// Returns whether a reset whose answer was lost was taken. The state of a cluster follows late, so it is looked at for
/// a minute. A cluster that had the target before tells nothing by having it now.
pub async fn was_taken(
    context: &StepContext<'_>,
    cluster: &ClusterId,
    target: AppId,
    before: Option<AppId>,
) -> Result<bool, StepError> {
    let what = "Whether the reset was taken cannot be told.";
    let mut left = 6_u8;
    context
        .until(Patience::new(10, 5).evenly(), what, async || {
            let now = match try_read(context, cluster).await {
                Ok(now) => now,
                // What cannot be asked now may be asked soon: nothing is concluded from it.
                Err(error) if error.may_pass() => {
                    return Ok(Asked::NotYet("the cluster cannot be asked", None));
                }
                Err(error) => return Err(StepError::of(what, error).unknown()),
            };
            left = left.saturating_sub(1);
            let taken = !is_over(&now) || (now.client_id() == Some(target) && before != Some(target));
            Ok(match (taken, left) {
                (true, _) => Asked::Yes(true),
                // A cluster at rest that had that app before tells nothing of what became of the reset.
                (false, 0) if before == Some(target) => {
                    return Err(StepError::Unknown(Trouble::new(
                        what,
                        "The answer was lost, and the cluster has the same app as before.",
                        "Look at the cluster's activity log. crosspull resume makes another secret and gives it to the \
                         cluster: the nodes may restart once more.",
                    )));
                }
                (false, 0) => Asked::Yes(false),
                (false, _) => Asked::NotYet("the answer was lost; looking whether the reset was taken", None),
            })
        })
        .await
        .map_err(StepError::unknown)
}

/// Records the state of the cluster after a reset that did not end well, as far as the cluster can be read.
pub async fn telling_state(
    context: &StepContext<'_>,
    cluster: &ClusterId,
    done: Result<(), StepError>,
) -> Result<(), StepError> {
    if !matches!(done, Err(StepError::Failed(_) | StepError::Unknown(_))) {
        return done;
    }
    let Ok(now) = try_read(context, cluster).await else { return done };
    let app = now.client_id().map_or_else(|| "unknown".to_owned(), |app| app.to_string());
    context.learn(vec![
        Learnt::new(Outcome::Found, Fact::ClusterState(cluster.clone()), state(&now)),
        Learnt::new(Outcome::Found, Fact::ClusterClient(cluster.clone()), app),
    ])?;
    done
}

pub fn state(cluster: &ClusterProperties) -> &str {
    cluster.provisioning_state.as_deref().unwrap_or_default()
}

/// True where no operation is running on the cluster.
pub fn is_over(cluster: &ClusterProperties) -> bool {
    matches!(state(cluster), "Succeeded" | "Failed" | "Canceled")
}
