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
    /// True where the clipboard is the program's own, so that what was copied goes when the program ends.
    pub clipboard_goes: bool,
}

impl Here {
    /// Returns the ways to sign in to a tenant.
    pub(crate) fn offers(&self, side: Side) -> &[Offer] {
        &self.offers[side]
    }
}
