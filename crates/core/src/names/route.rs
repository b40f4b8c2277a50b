//! The names of the routes; what a route is, `crate::route` tells.

use serde::{Deserialize, Serialize};

/// A way to give the cluster access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// A new multi-tenant app becomes the cluster's service principal.
    NewApp,
    /// No way there, but the way back: what a run made is taken back.
    TakeBack,
}

impl Route {
    /// Its name on screens.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::NewApp => "new app",
            Self::TakeBack => "take back",
        }
    }

    /// What it changes in A, in B, and whether nodes restart.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::NewApp => {
                "In A a multi-tenant app becomes the cluster's service principal, and its nodes restart. In B that app may \
                 pull from the registry."
            }
            Self::TakeBack => "What a run made is taken back, newest first. What was there before it stays.",
        }
    }
}
