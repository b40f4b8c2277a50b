//! Makes somebody a member of a group of Entra, or finds them there.

use crosspull_core::names::Outcome;
use crosspull_core::operation::{JoinGroup, Learnt, TakeBack};

use super::shared::api;
use super::shared::members::{Place, Was};
use crate::step_context::StepContext;
use crate::step_result::{StepResult, nothing_there, plainly};

/// Adds the member. That they were none is recorded before.
pub(super) async fn perform(op: &JoinGroup, context: &StepContext<'_>) -> StepResult {
    context.begin()?;
    let what = format!("{} was not added to {}.", op.principal.name, op.name);
    let place = Place { group: op.group, member: op.member, what: &what };
    let learnt = |how| vec![Learnt::new(how, op.fact(), &op.name)];
    let was_added = context.past().facts.learnt(&op.fact()).is_some_and(|l| l.how == Outcome::Created);
    let mut how = if was_added { Outcome::Created } else { Outcome::Found };
    if !place.is_taken(context).await? {
        let ahead = learnt(Outcome::Created);
        context.learn_ahead(ahead.clone())?;
        let was = context.withdraws(&ahead, place.take(context).await)?;
        how = if was == Was::None || was_added { Outcome::Created } else { Outcome::Found };
    }
    context.learn(learnt(how))?;
    plainly(how)
}

/// Removes the member that the run added.
pub(super) async fn take_back(op: &JoinGroup, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    api::forget_answer(context, &op.cluster)?;
    if back.made.is_empty() {
        return nothing_there();
    }
    let what = format!("{} was not taken out of {}.", op.principal.name, op.name);
    Place { group: op.group, member: op.member, what: &what }.leave(context).await?;
    context.undone(&back.made, &[])
}
