//! A binding: who has a role.

use std::fmt::{self, Display, Formatter};

use serde::Deserialize;

use crate::{kubernetes::user::User, world::Cluster};

/// A `RoleBinding` or `ClusterRoleBinding`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Binding {
    /// The name, and the namespace of a `RoleBinding`.
    pub metadata: Metadata,
    /// The holder of the role.
    #[serde(default)]
    pub subjects: Vec<Subject>,
    /// The role.
    pub role_ref: RoleRef,
}

/// The name of a binding, and its namespace, which is empty for the whole cluster.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    /// The name.
    pub name: String,
    /// The namespace.
    #[serde(default)]
    pub namespace: String,
}

/// The holder of a role.
#[derive(Debug, Deserialize)]
pub struct Subject {
    /// `User`, `Group` or `ServiceAccount`.
    pub kind: String,
    /// The name.
    pub name: String,
    /// The namespace of a service account.
    #[serde(default)]
    pub namespace: String,
}

/// The role of a binding.
#[derive(Debug, Deserialize)]
pub struct RoleRef {
    /// `Role` or `ClusterRole`.
    pub kind: String,
    /// The name.
    pub name: String,
}

/// Returns the bindings of the whole cluster, and those of a namespace if one is named.
pub fn around<'c>(cluster: &'c Cluster, namespace: &'c str) -> impl Iterator<Item = Binding> + 'c {
    let everywhere = cluster.kubernetes.of("clusterrolebindings", "");
    let here = cluster.kubernetes.of("rolebindings", namespace).filter(move |_| !namespace.is_empty());
    everywhere.chain(here).filter_map(|stored| Binding::deserialize(&stored.object).ok())
}

impl Binding {
    /// Returns the subject that a user is, as reasons name it; `None` where it is none of them.
    #[must_use]
    pub fn subject_of(&self, user: &User) -> Option<String> {
        self.subjects.iter().find_map(|subject| {
            let namespace = match subject.namespace.as_str() {
                "" => self.metadata.namespace.as_str(),
                namespace => namespace,
            };
            match subject.kind.as_str() {
                "User" => (subject.name == user.name).then(|| format!("User \"{}\"", subject.name)),
                "Group" => user.is_in(&subject.name).then(|| format!("Group \"{}\"", subject.name)),
                "ServiceAccount" if !namespace.is_empty() => {
                    let name = format!("system:serviceaccount:{namespace}:{}", subject.name);
                    (name == user.name).then(|| format!("ServiceAccount \"{}/{namespace}\"", subject.name))
                }
                _ => None,
            }
        })
    }

    /// Returns the words for a role that is not there.
    #[must_use]
    pub fn missing_role(&self) -> String {
        let RoleRef { kind, name } = &self.role_ref;
        format!("{}.rbac.authorization.k8s.io \"{name}\" not found", kind.to_lowercase())
    }
}

impl Display for Binding {
    /// Writes the binding and its role as reasons name them.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let RoleRef { kind, name: role } = &self.role_ref;
        match &self.metadata {
            Metadata { name, namespace } if namespace.is_empty() => {
                write!(f, "ClusterRoleBinding \"{name}\" of {kind} \"{role}\"")
            }
            Metadata { name, namespace } => write!(f, "RoleBinding \"{name}/{namespace}\" of {kind} \"{role}\""),
        }
    }
}
