//! Parts of the present principal's rights that could not be read. Not read is never taken for not there: it stops the
//! run, or somebody named it as something that may be missing.

use crate::explain::Refusal;
use crate::input::Part;

/// A part that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Which.
    pub part: Part,
    /// Why not, as the second half of a sentence.
    pub why: String,
    /// True where the account may not read it, so that asking again changes nothing.
    pub denied: bool,
    /// The service's answer behind it.
    pub refusal: Option<Refusal>,
}
