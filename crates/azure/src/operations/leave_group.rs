//! Takes somebody out of a group of Entra, and adds them again.

use crosspull_core::names::Outcome;
use crosspull_core::operation::{Learnt, LeaveGroup, TakeBack};

use super::shared::api;
use super::shared::members::Place;
use crate::step_context::StepContext;
use crate::step_result::{StepResult, nothing_there};

/// Removes the member. That they were one is recorded before.
pub(super) async fn perform(op: &LeaveGroup, context: &StepContext<'_>) -> StepResult {
    context.begin()?;
    let what = format!("{} was not taken out of {}.", op.principal.name, op.name);
    let place = Place { group: op.group, member: op.member, what: &what };
    let learnt = |how| vec![Learnt::new(how, op.fact(), &op.name)];
    if !place.is_taken(context).await? {
        let was_removed = context.past().facts.learnt(&op.fact()).is_some_and(|l| l.how == Outcome::Changed);
        let how = if was_removed { Outcome::Changed } else { Outcome::Found };
        context.learn(learnt(how))?;
        return Ok((how, "they are no member any more".to_owned()));
    }
    let ahead = learnt(Outcome::Changed);
    context.learn_ahead(ahead.clone())?;
    context.withdraws(&ahead, place.leave(context).await)?;
    context.learn(ahead)?;
    Ok((Outcome::Changed, "taken out".to_owned()))
}

/// Adds the member again that the run removed.
pub(super) async fn take_back(op: &LeaveGroup, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    api::forget_answer(context, &op.cluster)?;
    if back.made.is_empty() {
        return nothing_there();
    }
    let what = format!("{} was not added to {} again.", op.principal.name, op.name);
    Place { group: op.group, member: op.member, what: &what }.take(context).await?;
    context.undone(&back.made, &[])
}
