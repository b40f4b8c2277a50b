//! Signing in to a registry: who uses it, which registry is meant, and what a sign-in is granted there (Microsoft,
//! "Authenticate with an Azure container registry").

pub mod admin;
mod granted;
pub mod helper;
pub mod helper_config;
pub mod look;
pub mod look_lines;
mod meant;
pub mod settings;
mod signed_in;
mod wish;

pub use crate::field::login::{FIELDS, WAYS};
pub use granted::{Granted, Grants};
pub use meant::Meant;
pub use signed_in::{Given, SignedIn, ends};
pub use wish::{NEEDS_SERVER, Wish, judge, repository};

use crate::route::{METHODS, Method};
use crate::sign_in::SignIn;

/// The user name that goes with a registry's refresh token.
///
/// Docker and its kin take it for a name as any other, where `<token>` breaks several of them
/// (`docs/facts/azure.md` 9.4).
pub const NULL_USER: &str = "00000000-0000-0000-0000-000000000000";

/// The hours that a registry's refresh token lasts (`docs/facts/azure.md` 3.10).
pub const REFRESH_HOURS: i64 = 3;

/// The one who signs in to a registry: a row of Microsoft's table each ([`crate::route::METHODS`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A person, by their own account.
    Me,
    /// A service principal of the registry's tenant.
    ServicePrincipal,
    /// The managed identity of the machine.
    ManagedIdentity,
    /// The workload identity of the pod.
    WorkloadIdentity,
    /// The registry's admin account.
    Admin,
    /// A token of the registry's own, for repositories.
    Token,
}

impl Who {
    /// All of them with their words in flags and what each is, in the order of Microsoft's table.
    pub const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Me, "me", "your own account, for pushing and pulling by hand"),
        (Self::ServicePrincipal, "service-principal", "an app with its secret, certificate or token, for pipelines"),
        (Self::ManagedIdentity, "managed-identity", "the identity of this Azure machine, without a secret"),
        (Self::WorkloadIdentity, "workload-identity", "the identity of this pod, without a secret"),
        (Self::Admin, "admin", "the registry's admin account: one for all, pushes and pulls everything"),
        (Self::Token, "token", "a token of the registry for some repositories, and its password"),
    ];

    /// Returns the word for it in flags.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(who, ..)| *who == self).map_or("", |(_, word, _)| word)
    }

    /// Returns the one of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == word).map(|(who, ..)| *who)
    }

    /// Returns what Microsoft's table says of it. `None` for a pod's identity, which that table has no row for.
    #[must_use]
    pub fn method(self) -> Option<&'static Method> {
        let name = match self {
            Self::Me => "Your own account",
            Self::ServicePrincipal => "Service principal",
            Self::ManagedIdentity => "Managed identity of an Azure resource",
            Self::WorkloadIdentity => return None,
            Self::Admin => "The registry's admin user",
            Self::Token => "A token of the registry, for repositories",
        };
        METHODS.iter().find(|method| method.name == name)
    }

    /// Returns the warning that goes with a user of the registry's own (Microsoft, "Authenticate with an Azure container
    /// registry", sections "Admin account" and "Token and scope map"). `None` for an identity of Entra.
    #[must_use]
    pub const fn warning(self) -> Option<&'static str> {
        match self {
            Self::Admin => Some(
                "The admin account is one account for all, which pushes and pulls everything: for tests by one person. A \
                 password of it that is made anew works after a minute.",
            ),
            Self::Token => Some(
                "No identity of Entra stands behind a token: whoever has its password is the token, until the password ends \
                 or somebody disables it.",
            ),
            Self::Me | Self::ServicePrincipal | Self::ManagedIdentity | Self::WorkloadIdentity => None,
        }
    }

    /// True for an app, which signs in to the one tenant that it is told.
    #[must_use]
    pub const fn is_app(self) -> bool {
        matches!(self, Self::ServicePrincipal | Self::WorkloadIdentity)
    }

    /// Returns why a registry lets nobody in, and what to do then: it says 401 and no more.
    #[must_use]
    pub const fn refused(self) -> (&'static str, &'static str) {
        match self {
            Self::Admin | Self::Token => (
                "The name or the password is not right, the password has ended, or the user is disabled.",
                "A password that was made a moment ago takes a minute. Else check both, and look at the user in the portal, under \
                 the registry's Access keys or Tokens.",
            ),
            Self::Me | Self::ServicePrincipal | Self::ManagedIdentity | Self::WorkloadIdentity => (
                "The registry does not say why: its tenant is another one, nothing is granted there, or it takes no tokens for \
                 Resource Manager and Entra gave no other.",
                "Check the tenant, and ask whoever runs the registry for a role there, such as AcrPull. A role that was given a \
                 moment ago takes some minutes.",
            ),
        }
    }

    /// Returns the way to sign in to the registry's tenant. `way` is the one that a person chose; the admin account's
    /// password is read by a person's or an app's sign-in too. `None` for a token, which no identity of Entra stands behind.
    #[must_use]
    pub const fn sign_in(self, way: SignIn) -> Option<SignIn> {
        match self {
            Self::Me | Self::Admin => Some(way),
            Self::ServicePrincipal => Some(SignIn::ServicePrincipal),
            Self::ManagedIdentity => Some(SignIn::ManagedIdentity),
            Self::WorkloadIdentity => Some(SignIn::WorkloadIdentity),
            Self::Token => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_one_is_known_by_its_word() {
        for (who, word, _) in Who::ALL {
            assert_eq!((Who::from_word(word), who.word()), (Some(who), word));
        }
        assert_eq!(Who::from_word("docker"), None);
    }

    #[test]
    fn the_table_tells_of_all_but_a_pods_identity() {
        for (who, word, _) in Who::ALL {
            assert_eq!(who.method().is_none(), who == Who::WorkloadIdentity, "{word}");
        }
    }
}
