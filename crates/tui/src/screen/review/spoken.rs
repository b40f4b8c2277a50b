//! The review where there is no screen: every step with its requests and its undo, then the question that a typed yes answers.

use crosspull_core::names::{Direction, Route, Side};
use crosspull_core::text::count;

use super::{WATCHES, at_rest, beginning, is_watched, title};
use crate::screen::step_row;
use crate::shared::Shared;
use crate::spoken::Spoken;
use crate::words::{names, reset};

/// Returns what is said of the plan.
pub(super) fn review(shared: &Shared) -> Spoken {
    let Some(plan) = shared.live.plan() else { return Spoken::titled("Review") };
    let earlier = shared.live.taken_up.as_ref();
    let name = earlier.map_or_else(|| "Review".to_owned(), title);
    let mut spoken = Spoken::titled(format!("{name}, {}", count(plan.steps.len(), "step")));
    spoken.lines.extend(earlier.map(|earlier| beginning(&shared.live.run, earlier)));
    spoken.lines.push(if is_watched(shared) { WATCHES.to_owned() } else { reset::warning(plan) });
    spoken.lines.push(if shared.simulated {
        "On the simulated cloud.".to_owned()
    } else {
        format!("On the {}.", names::cloud(shared.holding()))
    });
    for (side, resource) in [Side::A, Side::B].into_iter().zip(names::resources(plan)) {
        spoken.lines.push(format!("{side}: {}", plan.tenant(side)));
        spoken.lines.extend((!resource.is_empty()).then(|| format!("  {resource}")));
    }
    let goes_on = earlier.is_some_and(|earlier| earlier.way == Direction::Forward);
    let back = plan.route == Route::TakeBack;
    for (at, step) in plan.steps.iter().enumerate() {
        // Those that take a run back have its numbers, the other way round.
        let of_run = if back { format!(", for step {} of the run", step.id) } else { String::new() };
        let head = format!("{}. {}: {}{of_run}", at + 1, step.side, step.title());
        match shared.live.run.step(step.id).filter(|_| goes_on) {
            Some(state) => {
                let word = step_row::word(step, &at_rest(state));
                spoken.lines.push(if word.is_empty() { head } else { format!("{head}: {word}") });
            }
            None => {
                spoken.lines.push(head);
                spoken.lines.extend(step.calls().iter().map(|call| format!("  {call}")));
                let undo = (!back).then(|| format!("  {}", step.undo()));
                spoken.lines.extend(undo);
            }
        }
    }
    spoken.numbered = plan.steps.len();
    spoken.lines.push("A step's number explains it.".to_owned());
    spoken.yes(match earlier.map(|earlier| earlier.way) {
        None => "Run this plan?",
        Some(Direction::Forward) => "Go on with this run?",
        Some(Direction::Back) => "Take this back?",
    })
}
