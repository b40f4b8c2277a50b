//! The ways into a cluster: which of them are open, by what the cluster is like (Microsoft, "Access and identity options for
//! AKS", table "Summary", and the ways that came since: `docs/facts/azure.md` 9.5).

/// The settings of a cluster that decide which ways into it are open (`properties` of a managed cluster).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClusterDoors {
    /// True where Entra signs people in (`aadProfile.managed`).
    pub entra: bool,
    /// True where Azure's roles decide what may be done at the Kubernetes API (`aadProfile.enableAzureRBAC`).
    pub azure_roles: bool,
    /// True where groups of Entra are administrators of the cluster (`aadProfile.adminGroupObjectIDs`).
    pub admin_groups: bool,
    /// True where there are no local accounts (`disableLocalAccounts`).
    pub no_local_accounts: bool,
    /// True where commands are not run through Azure (`apiServerAccessProfile.disableRunCommand`).
    pub no_run_command: bool,
}

/// A way into a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The certificate of the local admin account: `az aks get-credentials --admin`.
    LocalAdmin,
    /// A kubeconfig of users that holds a certificate, where Entra signs nobody in: it is the admin's.
    SharedCertificate,
    /// An account of Entra with bindings of Kubernetes.
    Bindings,
    /// An account of Entra in a group of administrators.
    AdminGroup,
    /// An account of Entra with a role of Azure for Kubernetes.
    AzureRole,
    /// Commands that Azure runs in a pod of the cluster: `az aks command invoke`.
    RunCommand,
    /// A service account's token, for whoever may make one or read it.
    ServiceAccount,
}

/// Whether a way is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The way is open to whoever has what it takes, as the end of a sentence that begins with "it takes".
    Open(&'static str),
    /// The way is closed, by that.
    Closed(&'static str),
}

impl Way {
    /// All of them: the rows of Microsoft's table first, and then the others.
    pub const ALL: [Self; 7] = [
        Self::LocalAdmin,
        Self::Bindings,
        Self::AdminGroup,
        Self::AzureRole,
        Self::SharedCertificate,
        Self::RunCommand,
        Self::ServiceAccount,
    ];

    /// Returns the name of the way.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LocalAdmin => "the local admin account",
            Self::SharedCertificate => "the users' certificate",
            Self::Bindings => "an Entra account with bindings",
            Self::AdminGroup => "an Entra group of administrators",
            Self::AzureRole => "an Azure role for Kubernetes",
            Self::RunCommand => "commands that Azure runs",
            Self::ServiceAccount => "a service account",
        }
    }

    /// Returns whether the way is open on such a cluster.
    #[must_use]
    pub const fn door(self, of: ClusterDoors) -> Door {
        const NO_ENTRA: &str = "Entra signs nobody in to this cluster";
        match self {
            Self::LocalAdmin if of.no_local_accounts => Door::Closed("local accounts are disabled"),
            Self::LocalAdmin => {
                Door::Open("the Cluster Admin role, which does nothing else; Kubernetes sees no person")
            }
            Self::SharedCertificate if of.entra => {
                Door::Closed("Entra signs people in, so their kubeconfig holds none")
            }
            Self::SharedCertificate => {
                Door::Open("the Cluster User role; the certificate is the admin's, for everybody")
            }
            Self::Bindings | Self::AdminGroup | Self::AzureRole if !of.entra => Door::Closed(NO_ENTRA),
            Self::Bindings if of.azure_roles => {
                Door::Open("the Cluster User role, and a binding, which counts beside Azure's roles")
            }
            Self::Bindings => Door::Open("the Cluster User role, and a RoleBinding or ClusterRoleBinding"),
            Self::AdminGroup if !of.admin_groups => Door::Closed("no group of administrators is named"),
            Self::AdminGroup if of.azure_roles => Door::Open(
                "the Cluster User role, and membership, which counts beside Azure's roles by what was seen; Microsoft's pages \
                 disagree",
            ),
            Self::AdminGroup => Door::Open("the Cluster User role, and membership in one of the groups"),
            Self::AzureRole if !of.azure_roles => Door::Closed("Entra authorization for Kubernetes is off"),
            Self::AzureRole => {
                Door::Open("the Cluster User role, and a role for Kubernetes on the cluster or a namespace")
            }
            Self::RunCommand if of.no_run_command => Door::Closed("commands through Azure are disabled"),
            Self::RunCommand => {
                Door::Open("managedClusters/runcommand/action, as Contributor has it; also in a private cluster")
            }
            Self::ServiceAccount => {
                Door::Open("the right to make its token, or a pod that uses it; Azure is not asked")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(of: ClusterDoors) -> Vec<Way> {
        Way::ALL.into_iter().filter(|way| matches!(way.door(of), Door::Open(_))).collect()
    }

    #[test]
    fn what_a_cluster_is_like_decides_which_ways_are_open() {
        let plain = ClusterDoors::default();
        let rest = [Way::RunCommand, Way::ServiceAccount];
        assert_eq!(open(plain), [&[Way::LocalAdmin, Way::SharedCertificate][..], &rest].concat());
        let entra = ClusterDoors { entra: true, ..plain };
        assert_eq!(open(entra), [&[Way::LocalAdmin, Way::Bindings][..], &rest].concat());
        let groups = ClusterDoors { admin_groups: true, ..entra };
        assert_eq!(open(groups), [&[Way::LocalAdmin, Way::Bindings, Way::AdminGroup][..], &rest].concat());
        let roles = ClusterDoors { azure_roles: true, no_local_accounts: true, ..entra };
        assert_eq!(open(roles), [&[Way::Bindings, Way::AzureRole][..], &rest].concat());
        let shut = ClusterDoors { no_run_command: true, ..roles };
        assert_eq!(open(shut), [Way::Bindings, Way::AzureRole, Way::ServiceAccount]);
    }
}
