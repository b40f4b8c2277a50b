//! Keys that were pressed before a screen could be read do not act on it where something is written, or lost.

use jiff::{SignedDuration, Timestamp};

use super::Model;
use crate::keys::Action;
use crate::msg::{Effect, Notice};

/// A screen that has been in sight for this long, with no Enter pressed meanwhile, can have been read. It is longer than the
/// time after which a key that is held down repeats.
const READ: SignedDuration = SignedDuration::from_millis(700);

/// The knowledge of whether the screen in front was read.
#[derive(Debug, Default)]
pub(super) struct Readable {
    /// The time since which it is in front; none for the first one.
    since: Option<Timestamp>,
    /// The time of the last Enter, wherever it was pressed.
    entered: Option<Timestamp>,
    /// The number of Enters that came too early for this screen.
    early: u32,
}

impl Readable {
    /// Takes in that something else is in front.
    pub(super) const fn changed(&mut self, now: Timestamp) {
        self.since = Some(now);
        self.early = 0;
    }

    /// Returns true once what is in front can have been read.
    fn is(&self, now: Timestamp) -> bool {
        let passed = |then: Option<Timestamp>| then.is_none_or(|then| now.duration_since(then) >= READ);
        passed(self.since) && passed(self.entered)
    }
}

impl Model {
    /// Returns true where an action is to be taken; else says why it is not.
    pub(super) fn was_read(&mut self, action: Action, now: Timestamp) -> bool {
        let takes = !self.writes(action) || self.readable.is(now);
        if action == Action::GoOn {
            self.readable.entered = Some(now);
        }
        if takes {
            return true;
        }
        let enter = action == Action::GoOn;
        self.readable.early += u32::from(enter);
        if self.readable.early > 1 || !enter || !self.shared.simulated {
            let says = if enter {
                "Enter came before this could be read. Read it, then press Enter once."
            } else {
                "That key came before this could be read. Read it, then press it again."
            };
            self.shared.notice = Some(Notice::good(says));
        }
        false
    }

    /// Returns true while an early Enter may still be taken: in a simulated cloud, where nothing can break, one that is not held
    /// down is.
    pub(super) fn may_still_take(&self) -> bool {
        self.shared.simulated && self.readable.early == 1
    }

    /// Takes the one early Enter, once it is known that it is not held down.
    pub(super) fn take_early(&mut self, now: Timestamp) -> Vec<Effect> {
        if !self.may_still_take() || !self.readable.is(now) {
            return Vec::new();
        }
        self.readable.early = 0;
        if self.writes(Action::GoOn) { self.act(Action::GoOn) } else { Vec::new() }
    }

    /// Returns true where an action writes or loses something as it is asked for now.
    fn writes(&self, action: Action) -> bool {
        let in_front = match self.top_layer().and_then(|at| self.layers.get(at)) {
            Some(layer) => layer.view(),
            None => self.front(),
        };
        in_front.writes(&self.shared, action)
    }
}
