//! Earlier runs in a line.

use crosspull_core::run::Run;

/// Returns an earlier run in a line: when it began, and what it is about.
pub(crate) fn began(run: &Run) -> String {
    let at = run.started.map(|at| at.strftime("%-d %b %H:%M UTC").to_string()).unwrap_or_default();
    format!("{at} · {}", run.about())
}

/// Returns an earlier run in a line, with where it stopped.
pub(crate) fn earlier(run: &Run) -> String {
    format!("{} · {}", began(run), run.where_it_stopped())
}
