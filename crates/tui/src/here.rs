//! The place that the wizard runs in.

use crosspull_core::names::{PerTenant, Side};
use crosspull_core::sign_in::Offer;

/// The offers of the place that the wizard runs in.
#[derive(Debug, Clone, Default)]
pub struct Here {
    /// The ways to sign in to A and to B, the recommended one first.
    pub offers: PerTenant<Vec<Offer>>,
    /// The other end of an SSH login, as its owner calls it.
    pub tunnel: Option<String>,
    /// True on a desktop, where a browser can be opened.
    pub desktop: bool,
    /// The clipboard that a copy reaches.
    pub clipboard: Clipboard,
}

/// A clipboard that a copy reaches, as far as the program can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clipboard {
    /// The terminal's, which does not answer: a copy is sent, and nobody sees it arrive.
    #[default]
    Terminals,
    /// The program's own, so that what was copied goes when the program ends.
    Own,
    /// A file of the program in place of one, which goes when the program ends.
    File,
    /// None at all.
    Nowhere,
}

impl Clipboard {
    /// Returns true where what was copied goes when the program ends.
    pub(crate) fn goes(self) -> bool {
        matches!(self, Self::Own | Self::File)
    }

    /// Returns where a secret that was copied is, as the rest of a sentence.
    pub(crate) const fn holds(self) -> &'static str {
        match self {
            Self::Own => "is in the clipboard",
            Self::File => "is in the file for copies",
            Self::Terminals | Self::Nowhere => "was sent to your terminal's clipboard",
        }
    }
}

impl Here {
    /// Returns the ways to sign in to a tenant.
    pub(crate) fn offers(&self, side: Side) -> &[Offer] {
        &self.offers[side]
    }
}
