//! The outcomes of steps and the verdicts on runs.

use serde::{Deserialize, Serialize};

/// The outcome of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The object was made, and belongs to this run.
    Created,
    /// The object was changed.
    Changed,
    /// The object was there already. It is never taken back.
    Found,
    /// The pull was proved.
    Proved,
    /// The step was not needed.
    Skipped,
    /// The step could not do its work, or not all of it. Its note tells what lacks; nothing else fails by it.
    NotDone,
    /// The step did not work.
    Failed,
    /// The answer was lost. The object may or may not be there.
    Unknown,
    /// The object was made by this run and is taken back.
    Undone,
    /// The object was to be taken back and stays, since something that came before it stays.
    Left,
}

/// The verdict on a run: how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All steps are done.
    Done,
    /// A step failed.
    Failed,
    /// A person must act first. The run can be resumed.
    Waits,
    /// A check stopped the run. Nothing was written.
    Stopped,
    /// The operator or a signal stopped the run. It can be resumed.
    Interrupted,
    /// The work of the run was to be taken back, and some of it stays.
    Left,
}

impl Outcome {
    /// Returns the word for the outcome on screens and in output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Found => "found",
            Self::Proved => "proved",
            Self::Skipped => "skipped",
            Self::NotDone => "not done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Undone => "undone",
            Self::Left => "left",
        }
    }

    /// True where the steps that build on the step may go on.
    #[must_use]
    pub const fn is_good(self) -> bool {
        !matches!(self, Self::Failed | Self::Unknown | Self::Left)
    }

    /// True for this run's own work, which taking the run back takes back.
    #[must_use]
    pub const fn is_made(self) -> bool {
        matches!(self, Self::Created | Self::Changed)
    }
}

impl Verdict {
    /// Returns the exit code of a run that ended so (`docs/PRODUCT.md` 5).
    ///
    /// Signals and wrong input have codes of their own.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Waits => 3,
            Self::Stopped => 4,
            Self::Left => 5,
            Self::Interrupted => 130,
        }
    }
}
