//! How steps and runs end.

use serde::{Deserialize, Serialize};

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The step made something, which is the run's own.
    Created,
    /// The step changed something.
    Changed,
    /// The work of the step was there already; it is never undone.
    Found,
    /// The pull was proved.
    Proved,
    /// The step was not needed.
    Skipped,
    /// The step did not work.
    Failed,
    /// The answer was lost; it may or may not be there.
    Unknown,
    /// What the run made is taken back.
    Undone,
    /// What was to be taken back stays, since something that came before it stays.
    Left,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All steps are done.
    Done,
    /// A step failed.
    Failed,
    /// A person must act first; the run can be resumed.
    Waits,
    /// A check stopped it; nothing was written.
    Stopped,
    /// The operator or a signal stopped it; it can be resumed.
    Interrupted,
    /// What the run made was to be taken back, and something of it stays.
    Left,
}

impl Outcome {
    /// Returns the word on screens and in output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Found => "found",
            Self::Proved => "proved",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Undone => "undone",
            Self::Left => "left",
        }
    }

    /// True where the steps that build on it may go on.
    #[must_use]
    pub const fn is_good(self) -> bool {
        !matches!(self, Self::Failed | Self::Unknown | Self::Left)
    }

    /// True for what is this run's own work, which taking the run back takes back.
    #[must_use]
    pub const fn is_made(self) -> bool {
        matches!(self, Self::Created | Self::Changed)
    }
}

impl Verdict {
    /// The exit code of a run that ended so (`docs/PRODUCT.md` 5). Signals and wrong input have codes of their own.
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
