//! The tenants that may let an app in.

use serde::{Deserialize, Serialize};

/// The tenants that may let an app in (Graph: `signInAudience`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AppAudience {
    /// Every tenant: `AzureADMultipleOrgs`.
    #[default]
    ManyTenants,
    /// Its own tenant alone: `AzureADMyOrg`.
    OneTenant,
}

impl AppAudience {
    /// Returns the word that Graph has for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ManyTenants => "AzureADMultipleOrgs",
            Self::OneTenant => "AzureADMyOrg",
        }
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub(crate) const fn is_many(&self) -> bool {
        matches!(self, Self::ManyTenants)
    }

    /// True for the word of an audience that other tenants may let in, whoever set it.
    #[must_use]
    pub fn is_open(word: &str) -> bool {
        word == Self::ManyTenants.word() || word == "AzureADandPersonalMicrosoftAccount"
    }
}
