//! The fate of the secret that a run makes: seen, copied, saved.

use crosspull_core::secret::Secret;
use jiff::{SignedDuration, Timestamp};

/// The time for which a revealed secret stays in sight (`docs/facts/terminal.md` 3).
pub(crate) const REVEALED_FOR: SignedDuration = SignedDuration::from_secs(10);
/// The time for which a copied secret stays in the clipboard.
pub(crate) const COPIED_FOR: SignedDuration = SignedDuration::from_secs(60);

/// The way in which the secret was handed over to the operator. Seen or copied it is not: that may be lost in a second.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Handed {
    #[default]
    No,
    /// Nobody has it, and the file that was meant for it was not made, for the reason in this sentence.
    NotSaved(String),
    /// The file with this path holds it.
    Saved(String),
}

/// The kind of text that the shell is copying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Copying {
    Secret,
    /// A text that anybody may see.
    Other,
}

/// The secret while it is in the clipboard.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Copied {
    /// crosspull takes it away again.
    For { until: Timestamp, seconds_left: u64 },
    /// The operator wants it there.
    Kept,
}

/// A secret that is in sight until some time.
#[derive(Debug)]
pub(crate) struct Revealed {
    pub secret: Secret,
    pub until: Timestamp,
}
