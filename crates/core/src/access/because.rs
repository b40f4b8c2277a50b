//! Whether somebody may do something, and because of what.

use std::fmt;

use super::certificate::Certificate;
use super::rbac::{Grant, RbacSubject};
use crate::ids::ObjectId;

/// The answer to whether somebody may do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum May {
    /// They may, because of that.
    Yes(Because),
    /// They may not, as all that could allow it was read: why, as the end of a sentence.
    No(String),
    /// That is not known: why, as the end of a sentence that begins with "not known, since".
    Unknown(String),
}

/// The thing that lets somebody do something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// An assignment of a role of Azure's.
    Assignment {
        /// The id of the assignment.
        id: String,
        /// The name of the role.
        role: String,
        /// The scope.
        scope: String,
        /// The group that holds it. `None` where they do themselves.
        through: Option<String>,
    },
    /// A binding of Kubernetes.
    Binding {
        /// The name of the binding.
        name: String,
        /// The namespace. `None` for a `ClusterRoleBinding`.
        namespace: Option<String>,
        /// The kind and name of the role.
        role: String,
        /// The one whom it names, where that is not themselves.
        through: Option<String>,
    },
    /// A group of administrators of the cluster.
    AdminGroup {
        /// The name.
        group: String,
    },
    /// A certificate of the admin's that they may fetch.
    Certificate {
        /// The certificate.
        certificate: Certificate,
        /// The role that lets them fetch it.
        by: Box<Self>,
    },
}

impl Because {
    /// Returns a binding. `name_of` tells the name of a group of Entra by its id.
    #[must_use]
    pub fn binding(grant: Grant<'_>, name_of: impl Fn(ObjectId) -> Option<String>) -> Self {
        let Grant { binding, subject } = grant;
        let through = match subject {
            RbacSubject::Group(name) => match name.parse() {
                Ok(id) => name_of(id),
                Err(_) => Some(name.clone()),
            },
            RbacSubject::User(_) | RbacSubject::ServiceAccount { .. } => None,
        };
        let kind = if binding.is_cluster_role { "ClusterRole" } else { "Role" };
        Self::Binding {
            name: binding.name.clone(),
            namespace: binding.namespace.clone(),
            role: format!("{kind} {}", binding.role),
            through,
        }
    }

    /// Returns the word for the kind in JSON and CSV.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Assignment { .. } => "assignment",
            Self::Binding { .. } => "binding",
            Self::AdminGroup { .. } => "admin_group",
            Self::Certificate { .. } => "certificate",
        }
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (words, through) = match self {
            Self::Assignment { role, scope, through, .. } => (format!("{role} on {}", place(scope)), through),
            Self::Binding { name, namespace: None, role, through } => {
                (format!("ClusterRoleBinding {name} ({role})"), through)
            }
            Self::Binding { name, namespace: Some(namespace), role, through } => {
                (format!("RoleBinding {namespace}/{name} ({role})"), through)
            }
            Self::AdminGroup { group } => (format!("the admin group {group}"), &None),
            Self::Certificate { certificate, by } => {
                (format!("{} (system:masters), which they fetch by {by}", certificate.name()), &None)
            }
        };
        f.write_str(&words)?;
        through.iter().try_for_each(|group| write!(f, ", through the group {group}"))
    }
}

/// Returns the words for a scope: what it is, with the name by which people know it.
#[must_use]
pub fn place(scope: &str) -> String {
    let parts: Vec<&str> = scope.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => "everything".to_owned(),
        [one, id] if one.eq_ignore_ascii_case("subscriptions") => format!("the subscription {id}"),
        [.., kind, name] if kind.eq_ignore_ascii_case("resourceGroups") => format!("the resource group {name}"),
        [.., kind, name] if kind.eq_ignore_ascii_case("managementGroups") => format!("the management group {name}"),
        [.., kind, name] if kind.eq_ignore_ascii_case("managedClusters") => format!("the cluster {name}"),
        [.., kind, name] if kind.eq_ignore_ascii_case("namespaces") => format!("the namespace {name}"),
        [.., kind, name] if kind.eq_ignore_ascii_case("managedNamespaces") => format!("the managed namespace {name}"),
        _ => scope.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_told_by_what_it_is() {
        for (scope, words) in [
            ("/", "everything"),
            ("/subscriptions/s1", "the subscription s1"),
            ("/subscriptions/s1/resourceGroups/rg", "the resource group rg"),
            (
                "/subscriptions/s1/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/a",
                "the cluster a",
            ),
            (
                "/subscriptions/s1/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/a/namespaces/n",
                "the namespace n",
            ),
            ("/providers/Microsoft.Management/managementGroups/m", "the management group m"),
            ("/x/y/z", "/x/y/z"),
        ] {
            assert_eq!(place(scope), words);
        }
    }

    #[test]
    fn what_lets_somebody_in_is_told_with_the_group_between() {
        let through = Some("Shop".to_owned());
        let assigned = Because::Assignment {
            id: "i".to_owned(),
            role: "Reader".to_owned(),
            scope: "/subscriptions/s".to_owned(),
            through: through.clone(),
        };
        assert_eq!(assigned.to_string(), "Reader on the subscription s, through the group Shop");
        let bound = Because::Binding {
            name: "view".to_owned(),
            namespace: Some("shop".to_owned()),
            role: "ClusterRole view".to_owned(),
            through: None,
        };
        assert_eq!(bound.to_string(), "RoleBinding shop/view (ClusterRole view)");
        assert_eq!(Because::AdminGroup { group: "Ops".to_owned() }.to_string(), "the admin group Ops");
    }
}
