//! Which route is taken, where that is left to crosspull.

use super::{About, Check, Finding};

pub(super) fn about() -> About {
    About::both("which route fits")
}

/// Says which route is taken, and why.
#[must_use]
pub fn judge_route(word: &str, why: &str) -> Finding {
    Check::Route.pass(format!("route {word}: {why}"))
}
