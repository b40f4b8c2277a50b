//! The user whose credential pulls.

use serde::{Deserialize, Serialize};

/// The user whose credential pulls from a registry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PullUser {
    /// The app of the run, by its client secret: it has a role on each registry.
    #[default]
    App,
    /// A user of the registry's own: a repository token, or the admin account.
    OfRegistry,
}

impl PullUser {
    /// True for the app of the run, which plans leave out.
    #[must_use]
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub const fn is_app(&self) -> bool {
        matches!(self, Self::App)
    }
}
