//! The built-in roles that are about reaching a cluster, by id (Microsoft, "Azure built-in roles for Containers").

use serde::{Deserialize, Serialize};
use uuid::{Uuid, uuid};

/// A built-in role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// The name.
    pub name: &'static str,
    /// The id of the definition.
    pub id: Uuid,
}

/// A role that is about a cluster's kubeconfig or its Kubernetes API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KubernetesRole {
    /// Gets the kubeconfig of users, and may do nothing else.
    ClusterUser,
    /// Gets the kubeconfig of the local admin account, and the users'.
    ClusterAdmin,
    /// Reads most things, not secrets, roles or bindings.
    RbacReader,
    /// Reads and writes most things, secrets among them, not roles or bindings.
    RbacWriter,
    /// Reads and writes most things, roles and bindings among them, not quotas and not the namespace itself.
    RbacAdmin,
    /// Does everything.
    RbacClusterAdmin,
}

impl KubernetesRole {
    /// All of them, the one that allows least first.
    pub const ALL: [Self; 6] = [
        Self::ClusterUser,
        Self::RbacReader,
        Self::RbacWriter,
        Self::RbacAdmin,
        Self::RbacClusterAdmin,
        Self::ClusterAdmin,
    ];

    /// Returns the role's name and id.
    #[must_use]
    pub const fn built_in(self) -> BuiltIn {
        let (name, id) = match self {
            Self::ClusterUser => {
                ("Azure Kubernetes Service Cluster User Role", uuid!("4abbcc35-e782-43d8-92c5-2d3f1bd2253f"))
            }
            Self::ClusterAdmin => {
                ("Azure Kubernetes Service Cluster Admin Role", uuid!("0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8"))
            }
            Self::RbacReader => ("Azure Kubernetes Service RBAC Reader", uuid!("7f6c6a51-bcf8-42ba-9220-52d62157d7db")),
            Self::RbacWriter => ("Azure Kubernetes Service RBAC Writer", uuid!("a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb")),
            Self::RbacAdmin => ("Azure Kubernetes Service RBAC Admin", uuid!("3498e952-d568-435e-9b2c-8d77e338d7f7")),
            Self::RbacClusterAdmin => {
                ("Azure Kubernetes Service RBAC Cluster Admin", uuid!("b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"))
            }
        };
        BuiltIn { name, id }
    }

    /// Returns the word for the role in flags.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ClusterUser => "cluster-user",
            Self::ClusterAdmin => "cluster-admin",
            Self::RbacReader => "rbac-reader",
            Self::RbacWriter => "rbac-writer",
            Self::RbacAdmin => "rbac-admin",
            Self::RbacClusterAdmin => "rbac-cluster-admin",
        }
    }

    /// Returns the role of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Returns the name without what all of them begin with.
    #[must_use]
    pub fn short(self) -> &'static str {
        let name = self.built_in().name;
        name.strip_prefix("Azure Kubernetes Service ").unwrap_or(name)
    }

    /// True where the role at the cluster gets the kubeconfig of users (`docs/facts/azure.md` 9.5).
    #[must_use]
    pub const fn gets_kubeconfig(self) -> bool {
        !matches!(self, Self::RbacReader | Self::RbacWriter)
    }

    /// True where the role may be held for a namespace alone. A kubeconfig is the whole cluster's.
    #[must_use]
    pub const fn fits_a_namespace(self) -> bool {
        matches!(self, Self::RbacReader | Self::RbacWriter | Self::RbacAdmin | Self::RbacClusterAdmin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_name_and_an_id_of_its_own() {
        let ids: std::collections::BTreeSet<Uuid> = KubernetesRole::ALL.iter().map(|role| role.built_in().id).collect();
        assert_eq!(ids.len(), KubernetesRole::ALL.len());
        assert!(!KubernetesRole::ClusterUser.fits_a_namespace());
        for role in KubernetesRole::ALL {
            assert_eq!(KubernetesRole::from_word(role.word()), Some(role));
            assert_eq!(serde_json::to_value(role).expect("writes"), role.word());
        }
    }
}
