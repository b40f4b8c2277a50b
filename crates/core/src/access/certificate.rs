//! The certificates that come with a kubeconfig. Each is the admin's, in the group `system:masters`, which may do everything:
//! that of users where Entra signs nobody in, and that of the local admin account (`docs/facts/azure.md` 9.5; Microsoft,
//! "Access and identity options for AKS").

use super::ways::ClusterDoors;

/// Gets the kubeconfig of users.
pub const USER_CREDENTIAL: &str = "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action";
/// Gets the kubeconfig of the local admin account.
pub const ADMIN_CREDENTIAL: &str = "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action";
/// A certificate of the admin's that a kubeconfig holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certificate {
    /// The one of every user, where Entra signs nobody in.
    Users,
    /// The one of the local admin account.
    LocalAdmin,
}

impl Certificate {
    /// Returns those that a cluster gives out, the one that takes least first.
    pub fn given_by(of: ClusterDoors) -> impl Iterator<Item = Self> {
        let users = (!of.entra).then_some(Self::Users);
        let admin = (!of.no_local_accounts).then_some(Self::LocalAdmin);
        users.into_iter().chain(admin)
    }

    /// Returns the action in Azure that fetches it.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Users => USER_CREDENTIAL,
            Self::LocalAdmin => ADMIN_CREDENTIAL,
        }
    }

    /// Returns the name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Users => "the certificate that all users share there, which is the admin's",
            Self::LocalAdmin => "the local admin's certificate",
        }
    }
}
