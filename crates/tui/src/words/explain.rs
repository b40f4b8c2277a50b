//! A step, explained: what it does, what it needs, how it is taken back.

use crosspull_core::names::Route;
use crosspull_core::operation::{Step, Undo};
use crosspull_core::plan::Plan;

/// Returns a step in sentences: what it does, what it needs, how it is taken back.
#[must_use]
pub(crate) fn explain(plan: &Plan, step: &Step) -> Vec<String> {
    let mut sentences = vec![step.op.operation().explains()];
    sentences.push(format!("It happens in tenant {}, {}", step.side, plan.tenant(step.side)));
    sentences.push(step.op.operation().needs().to_owned());
    sentences.push(match step.undo() {
        Undo::Nothing => "It leaves nothing behind.".to_owned(),
        Undo::By(call) => format!("What it made is taken back by {call}"),
        Undo::With(what) => format!("What it made goes when {what} goes."),
        Undo::ByHand(how) => format!("crosspull cannot take it back. By hand: {how}."),
    });
    if plan.route == Route::TakeBack {
        sentences.pop();
    }
    sentences
}
