//! Parts of the present principal's rights that could not be read.
//!
//! A part that was not read never counts as absent: it stops the run, unless somebody named it as one that may be
//! missing.

use crate::explain::Refusal;
use crate::input::Part;

/// A part of the present principal's rights that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Unread {
    pub part: Part,
    /// The reason, as the second half of a sentence.
    pub why: String,
    /// True where the account may not read the part, so that asking again changes nothing.
    pub denied: bool,
    /// The service's answer behind it.
    pub refusal: Option<Refusal>,
}
