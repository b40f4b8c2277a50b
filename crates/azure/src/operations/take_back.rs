//! Guards the way back: what the cluster needs stays as long as the cluster uses the app.

use crosspull_core::explain::Trouble;
use crosspull_core::ids::AppId;
use crosspull_core::names::{Direction, Outcome};
use crosspull_core::operation::{Fact, Learnt, Op, Step, TakeBack};

use super::shared::cluster;
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::CallError;

/// Halts where the cluster may need what the step made: the cluster keeps the app, or may get it soon. The reset goes
/// first on the way back, and nobody needs the pod of a proof.
pub(super) async fn may_go(back: &TakeBack, context: &StepContext<'_>) -> Result<(), StepError> {
    let resets = |step: &Step| matches!(step.op, Op::ResetCluster(_));
    let route_resets = context.past().forward_plan().is_some_and(|plan| plan.steps.iter().any(resets));
    match back.of.op {
        Op::ProveInside(_) | Op::ResetCluster(_) => Ok(()),
        // It is a secret of the former app, and this run never gave the cluster another one.
        Op::KeepWayBack(_) if context.past().resets(Direction::Forward).next().is_none() => Ok(()),
        // A route that gives the cluster no app leaves it the one that it has.
        _ if !route_resets => Ok(()),
        _ => cluster_is_free(&back.made, context).await,
    }
}

/// Halts where the cluster uses the app, or may soon, and did not when this run was planned. Where the cluster had the
/// app already, what the run made was an addition.
async fn cluster_is_free(made: &[Learnt], context: &StepContext<'_>) -> Result<(), StepError> {
    let Some(route) = context.past().forward_plan() else { return Ok(()) };
    let (Some(cluster), Some(app)) = (route.subject().0, context.known::<AppId>(&Fact::App)) else { return Ok(()) };
    let found = context.past().facts.learnt(&Fact::ClusterClient(cluster.clone()));
    let found = found.is_some_and(|l| l.how == Outcome::Found && l.value == app.to_string());
    // What was added to a condition may go again; what was made may be what the cluster pulls by.
    let only_added = made.iter().all(|l| l.how == Outcome::Changed);
    if only_added && route.former_app().is_none() && found && context.past().resets(Direction::Forward).next().is_none()
    {
        return Ok(());
    }
    match cluster::try_read(context, cluster).await {
        Ok(now) if now.client_id() == Some(app) => Err(StepError::Needed(Trouble::new(
            format!("{} uses the app {app}, so nothing that it needs is taken back.", cluster.name()),
            "Another run gave the app to the cluster, or somebody did.",
            "Take that run back first: crosspull runs lists them.",
        ))),
        Ok(now) if !cluster::is_over(&now) => Err(StepError::Needed(Trouble::new(
            format!("{} is being updated, so nothing that it may need is taken back.", cluster.name()),
            format!("Whether it gets the app {app} is told when that has ended."),
            format!("Wait until it has, then crosspull undo {} goes on.", context.run()),
        ))),
        Ok(_) => Ok(()),
        // A cluster that is gone needs nothing.
        Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(()),
        Err(error) => Err(StepError::of(&format!("Whether {} uses the app cannot be told.", cluster.name()), error)),
    }
}
