//! The question whether the cluster is as the plan has it.

use crosspull_core::ids::AppId;
use crosspull_core::names::Direction;
use crosspull_core::operation::{Fact, Op};

use super::super::cluster::{self, is_over, state};
use super::{LookAnswer, PendingReset, direction, unseen};
use crate::step_context::StepContext;
use crate::step_result::StepError;

pub(super) async fn as_planned(context: &StepContext<'_>, reset: PendingReset<'_>) -> Result<LookAnswer, StepError> {
    let name = reset.cluster.name();
    let now = match cluster::try_read(context, reset.cluster).await {
        Ok(now) => now,
        Err(error) => return unseen(&format!("{name} cannot be read"), error),
    };
    if !is_over(&now) {
        return Ok(LookAnswer::No(format!("{name} is in the state {}: another operation is going on.", state(&now))));
    }
    let power = now.power_state.as_ref().and_then(|p| p.code.as_deref()).unwrap_or("Running");
    if !power.eq_ignore_ascii_case("Running") {
        return Ok(LookAnswer::No(format!("{name} is {}.", power.to_lowercase())));
    }
    let planned = apps_as_planned(context, reset);
    let has = now.client_id();
    if planned.is_empty() || has.is_some_and(|has| planned.contains(&has)) {
        return Ok(LookAnswer::Yes);
    }
    let has = has.map_or_else(|| "a managed identity".to_owned(), |has| format!("the app {has}"));
    Ok(LookAnswer::No(match (direction(context), planned.first()) {
        (Direction::Forward, Some(planned)) => {
            format!("{name} had the app {planned} when the run was planned, and has {has} now.")
        }
        _ => format!("{name} has {has} , which is neither the run's nor its former one."),
    }))
}

/// Returns the apps that the cluster may have now. Plans of the first version do not tell which app it had.
fn apps_as_planned(context: &StepContext<'_>, reset: PendingReset<'_>) -> Vec<AppId> {
    if direction(context) == Direction::Back {
        return context.known(&Fact::App).into_iter().chain([reset.app]).collect();
    }
    let tells = context.plan().steps.iter().any(|s| matches!(s.op, Op::ProveInside(_)));
    match reset.from {
        Some(from) => vec![from, reset.app],
        None if tells => vec![reset.app],
        None => Vec::new(),
    }
}
