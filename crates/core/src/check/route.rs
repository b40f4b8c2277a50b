//! The check of the route, where the choice is left to crosspull.

use super::{About, Check, Finding};
use crate::route::{self, Assessed, Fit};

pub(super) fn about() -> About {
    About::both("which route fits")
}

/// Returns a finding that tells which route is taken and why, which others can work, and why the others cannot.
#[must_use]
pub fn judge_route(assessed: &[Assessed]) -> Finding {
    let word = |one: &Assessed| route::word(one.spec.route);
    let of = |wanted: fn(&Fit) -> bool| assessed.iter().filter(move |one| wanted(&one.fit));
    let Some(taken) = of(|fit| matches!(fit, Fit::Recommended(_))).next() else {
        let why: Vec<String> = assessed.iter().map(|one| format!("{}: {}", word(one), one.fit.why())).collect();
        return Check::Route.stop(format!("no route fits: {}", why.join("; ")), "");
    };
    let others: Vec<&str> = of(|fit| matches!(fit, Fit::Works(_))).map(word).collect();
    let others = if others.is_empty() { String::new() } else { format!(" (also possible: {})", others.join(", ")) };
    Check::Route.pass(format!("route {}: {}{others}", word(taken), taken.fit.why()))
}
