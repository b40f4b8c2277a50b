//! The checks where there is no screen: each answer as it comes.

use crosspull_core::check::{Finding, Level};
use crosspull_core::names::Side;
use crosspull_core::wording::Front;

use super::{another, details, is_told, status};
use crate::live::Activity;
use crate::shared::Shared;
use crate::spoken::Spoken;
use crate::words::names;

/// Columns in which no id is shortened.
const WHOLE: usize = 1000;

/// Returns what is said of the checks.
pub(crate) fn checks(shared: &Shared) -> Spoken {
    let live = &shared.live;
    let mut spoken = Spoken::titled(if live.taken_up.is_some() { "Sign-in" } else { "Checks" });
    spoken.lines = answers(shared, |_| true);
    if live.activity != Activity::None {
        spoken.works = Some(open(shared));
        return spoken;
    }
    if let Some(found) = live.run.trouble.as_ref().filter(|_| live.taken_up.is_none()) {
        spoken.lines.extend(found.told(Front::Fields, shared.holding().cloud()));
    }
    spoken.lines.extend(status(shared).map(|(_, says)| says));
    spoken
}

/// Returns the answers so far, those of them that are wanted, each with what to do about it.
pub(crate) fn answers(shared: &Shared, wanted: impl Fn(&Finding) -> bool) -> Vec<String> {
    let entered = [Side::A, Side::B].into_iter().filter(|side| !is_told(shared, *side));
    let entered = entered.filter_map(|side| Some((side, shared.signed_in.of(side, shared.holding())?)));
    let mut lines: Vec<String> =
        entered.map(|(side, who)| format!("{side}: {}", names::who_entered(who, WHOLE))).collect();
    for finding in shared.live.checks().into_iter().filter_map(|(_, finding)| finding).filter(|f| wanted(f)) {
        let side = finding.check.side().map_or_else(String::new, |side| format!("{side}: "));
        let level = match finding.level {
            Level::Pass => "",
            Level::Warn => "warning: ",
            Level::Stop => "stop: ",
        };
        lines.push(format!("{side}{level}{}", finding.text));
        lines.extend(
            details(shared, finding).into_iter().chain(another(shared, finding)).map(|text| format!("  {text}")),
        );
    }
    lines
}

/// Returns what is waited for.
pub(crate) fn open(shared: &Shared) -> String {
    let checks = shared.live.checks().into_iter().filter(|(_, finding)| finding.is_none());
    let open: Vec<String> = checks.map(|(check, _)| check.title()).collect();
    let why = shared.live.run.waiting.as_ref().map(|wait| wait.why.clone());
    let waits = why.into_iter().chain((!open.is_empty()).then(|| open.join(", ")));
    let waits = waits.collect::<Vec<_>>().join("; ");
    if waits.is_empty() { "waits for the first answer".to_owned() } else { format!("waits for: {waits}") }
}
