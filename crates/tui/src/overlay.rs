//! What lies over a screen: help, a question, something to read, a place for a file.

use crosspull_core::explain::Trouble;
use crosspull_core::plan::{Side, StepId};
use crosspull_core::sign_in::Offer;

use crate::input::TextBox;
use crate::keys::Context;

/// One layer over the screen; keys go to the topmost.
#[derive(Debug)]
pub(crate) enum Overlay {
    /// The keys of a place.
    Help {
        /// Which place.
        context: Context,
        /// The first line that is shown.
        from: usize,
    },
    /// Leave?
    Leave {
        /// True where the focus is on yes.
        yes: bool,
        /// True where the secret was taken out of the clipboard while it was asked what is to become of it there.
        cleared: bool,
    },
    /// Leave, and what is to become of the secret that is in the clipboard alone?
    Clipboard {
        /// The answer in focus.
        chosen: Parting,
    },
    /// Reset the cluster now?
    Reset {
        /// The step that asks.
        step: StepId,
        /// True where the focus is on yes.
        yes: bool,
        /// The first line that is shown of what stands above the buttons.
        from: usize,
    },
    /// Wait no longer before the reset?
    CutShort {
        /// True where the focus is on yes.
        yes: bool,
    },
    /// The calls of a step.
    Calls {
        /// Which step.
        step: StepId,
        /// The first line that is shown.
        from: usize,
    },
    /// A step, explained.
    Explain {
        /// Which step.
        step: StepId,
        /// The first line that is shown.
        from: usize,
    },
    /// Other ways to sign in, since one did not work.
    Ways {
        /// Which tenant.
        side: Side,
        /// Why it did not work.
        trouble: Box<Trouble>,
        /// The others that fit.
        offers: Vec<Offer>,
        /// The one that is chosen, by its place.
        chosen: usize,
    },
    /// Where to save.
    Path {
        /// What is saved.
        what: Saving,
        /// The path, as typed.
        input: TextBox,
    },
}

/// What is to become of a secret in the clipboard when the program is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parting {
    /// The secret stays in the clipboard.
    Keep,
    /// The secret is taken out of it.
    Clear,
    /// Nothing: the program is not left.
    Stay,
}

impl Parting {
    /// The answers that there are. A clipboard that goes with the program keeps nothing.
    pub const fn all(goes: bool) -> &'static [Self] {
        if goes { &[Self::Clear, Self::Stay] } else { &[Self::Keep, Self::Clear, Self::Stay] }
    }

    /// The words of its button.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Keep => "Leave it there",
            Self::Clear => "Clear it",
            Self::Stay => "Stay",
        }
    }

    /// The answer beside it; after the last one comes the first.
    pub fn beside(self, goes: bool, forward: bool) -> Self {
        let all = Self::all(goes);
        let at = all.iter().position(|one| *one == self).unwrap_or(0);
        let to = at + if forward { 1 } else { all.len() - 1 };
        all.get(to % all.len()).copied().unwrap_or(self)
    }
}

/// What is saved in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Saving {
    /// The secret.
    Secret,
    /// The plan.
    Plan,
}
