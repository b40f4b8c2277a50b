//! The check of the route, where the choice is left to crosspull.

use super::{About, Check, Finding};

pub(super) fn about() -> About {
    About::both("which route fits")
}

/// Returns a finding that tells which route is taken, and why.
#[must_use]
pub fn judge_route(word: &str, why: &str) -> Finding {
    Check::Route.pass(format!("route {word}: {why}"))
}
