//! The ways to sign in to a tenant.

use serde::{Deserialize, Serialize};

/// A way to sign in to a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignIn {
    /// The Azure CLI's account for that tenant.
    AzureCli,
    /// A person enters a code in a browser on any machine.
    DeviceCode,
    /// A person signs in by a browser that reaches this machine.
    Browser,
    /// A service principal's id, and its secret, certificate or federated token, from the environment.
    ServicePrincipal,
    /// The managed identity of the machine that crosspull runs on.
    ManagedIdentity,
    /// The workload identity of the pod that crosspull runs in.
    WorkloadIdentity,
    /// Nobody: somebody else administers the tenant.
    Nobody,
}

impl SignIn {
    /// All ways with their words in flags and their descriptions, in the order in which they are offered.
    pub const ALL: [(Self, &'static str, &'static str); 7] = [
        (Self::AzureCli, "azure-cli", "the account of `az login --tenant …` on this machine"),
        (Self::DeviceCode, "device-code", "a code that you enter in a browser on any machine"),
        (Self::Browser, "browser", "a browser on this machine, or on yours through ssh -L"),
        (
            Self::ServicePrincipal,
            "service-principal",
            "an id, and a secret, certificate or token, from the environment",
        ),
        (Self::ManagedIdentity, "managed-identity", "the identity of the Azure machine that crosspull runs on"),
        (Self::WorkloadIdentity, "workload-identity", "the identity of the pod that crosspull runs in"),
        (Self::Nobody, "none", "somebody else administers it; they get a page with what to do"),
    ];

    /// Returns the word for the way in flags and answers.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(way, ..)| *way == self).map_or("", |(_, word, _)| word)
    }

    /// Returns what people call the way.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AzureCli => "your az login",
            Self::DeviceCode => "a code, in any browser",
            Self::Browser => "a browser here",
            Self::ServicePrincipal => "an app, by its secret",
            Self::ManagedIdentity => "this machine's identity",
            Self::WorkloadIdentity => "this pod's identity",
            Self::Nobody => "somebody else administers it",
        }
    }

    /// Returns the way of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == word).map(|(way, ..)| *way)
    }

    /// True where the way leads to one account for both sides of a tenant, since nothing in the environment tells the
    /// sides apart.
    #[must_use]
    pub const fn is_the_same_on_both_sides(self) -> bool {
        matches!(self, Self::AzureCli | Self::DeviceCode | Self::Browser | Self::ManagedIdentity)
    }

    /// True where a person has to do something while crosspull waits.
    #[must_use]
    pub const fn asks_a_person(self) -> bool {
        matches!(self, Self::DeviceCode | Self::Browser)
    }
}
