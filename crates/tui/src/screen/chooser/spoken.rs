//! The weighed routes where there is no screen.

use super::{LOOKS_AT, Stage, TITLE, UNREAD, reason, stage, status};
use crate::screen::checks;
use crate::shared::Shared;
use crate::spoken::{Row, Spoken};
use crosspull_core::check::Level;
use crosspull_core::route;

/// Returns what is said of the routes, with the one in focus.
pub(super) fn chooser(shared: &Shared, chosen: usize) -> Spoken {
    let mut spoken = match stage(shared) {
        Stage::Reading => {
            let lines = [LOOKS_AT.to_owned()].into_iter().chain(checks::answers(shared, |_| true)).collect();
            return Spoken { lines, works: Some(checks::open(shared)), ..Spoken::titled(TITLE) };
        }
        Stage::Unread => {
            let stops = checks::answers(shared, |finding| finding.level == Level::Stop);
            Spoken { lines: [UNREAD.to_owned()].into_iter().chain(stops).collect(), ..Spoken::titled(TITLE) }
        }
        Stage::Weighed => {
            let rows = shared.weighing.routes.iter().map(|one| {
                let effects = one.effects().map(|(name, says)| format!("{name}: {says}"));
                let title = format!("{}, {}", route::title(one.route), one.fit.word());
                Row::new(title, [reason(one)].into_iter().chain(effects))
            });
            Spoken::choice(TITLE, rows.collect(), Some(chosen))
        }
    };
    spoken.lines.extend(status(shared).map(|(_, says)| says));
    spoken
}
