//! The wish: the one thing that somebody is to have at a cluster, and the act that it allows.

use std::fmt;

use crate::access::{BoundRole, KubernetesRole, Principal, PrincipalKind, RoleKind};
use crate::ids::{ClusterId, ObjectId};
use crate::operation::Act;

/// A group of Entra that somebody joins or leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct TheGroup {
    pub id: ObjectId,
    pub name: String,
    /// True where its members are administrators of the cluster.
    pub administers: bool,
}

/// One way into a cluster that somebody is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A role of Azure.
    Role(KubernetesRole),
    /// A role of Kubernetes.
    Bind(BoundRole),
    /// Membership in a group.
    Group(TheGroup),
}

/// A wish: who, where, and which way in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Asked {
    pub cluster: ClusterId,
    pub principal: Principal,
    /// The namespace. `None` for the whole cluster.
    pub namespace: Option<String>,
    pub wanted: Wanted,
}

impl Asked {
    /// Returns what may be done by it, for the cluster to be asked about. `None` where Kubernetes cannot tell, or nobody knows
    /// what it is for. A role of Kubernetes with a name of its own is told by its rules.
    #[must_use]
    pub fn act(&self) -> Option<Act> {
        let namespace = self.namespace.as_deref();
        let is_group = self.principal.kind == PrincipalKind::Group;
        match &self.wanted {
            // Azure's roles are asked by who signs in, and no group does.
            Wanted::Role(_) if is_group => None,
            Wanted::Role(KubernetesRole::ClusterUser | KubernetesRole::ClusterAdmin) => None,
            Wanted::Role(KubernetesRole::RbacReader) => Some(reads(namespace)),
            Wanted::Role(KubernetesRole::RbacWriter) => Some(writes(namespace)),
            Wanted::Role(KubernetesRole::RbacAdmin) => Some(administers(namespace)),
            Wanted::Role(KubernetesRole::RbacClusterAdmin) => Some(rules(namespace)),
            Wanted::Bind(role) => act_of_role(role, namespace),
            Wanted::Group(group) => group.administers.then(|| rules(None)),
        }
    }
}

/// Returns what a standard ClusterRole is for. `None` for any other role.
#[must_use]
pub fn act_of_role(role: &BoundRole, namespace: Option<&str>) -> Option<Act> {
    match (role.kind, role.name.as_str()) {
        (RoleKind::ClusterRole, "view") => Some(reads(namespace)),
        (RoleKind::ClusterRole, "edit") => Some(writes(namespace)),
        (RoleKind::ClusterRole, "admin") => Some(administers(namespace)),
        (RoleKind::ClusterRole, "cluster-admin") => Some(rules(namespace)),
        _ => None,
    }
}

fn reads(namespace: Option<&str>) -> Act {
    Act::new("list", "pods", namespace)
}

fn writes(namespace: Option<&str>) -> Act {
    Act::new("create", "pods", namespace)
}

fn administers(namespace: Option<&str>) -> Act {
    Act::of_group("create", crate::access::RBAC, "rolebindings", namespace)
}

/// An act that only the widest role allows: neither `admin` nor RBAC Admin writes quotas, or deletes nodes.
fn rules(namespace: Option<&str>) -> Act {
    match namespace {
        Some(_) => Act::new("delete", "resourcequotas", namespace),
        None => Act::new("delete", "nodes", None),
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(role) => f.write_str(role.built_in().name),
            Self::Bind(role) => role.fmt(f),
            Self::Group(group) => write!(f, "membership in {}", group.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_way_in_is_for_is_what_the_cluster_is_asked() {
        let asked = |kind, namespace: Option<&str>, wanted| Asked {
            cluster: super::super::refused::tests::cluster(),
            principal: Principal { kind, object: None, name: "ada".to_owned(), kubernetes_name: "ada".to_owned() },
            namespace: namespace.map(str::to_owned),
            wanted,
        };
        let act = |kind, namespace, wanted| asked(kind, namespace, wanted).act().map(|act| act.to_string());
        let told = |text: &str| Some(text.to_owned());
        use PrincipalKind::{Group, User};
        for (kind, namespace, wanted, expected) in [
            (User, Some("shop"), Wanted::Role(KubernetesRole::RbacReader), told("list pods in shop")),
            (User, None, Wanted::Role(KubernetesRole::RbacClusterAdmin), told("delete nodes")),
            (User, Some("shop"), Wanted::Role(KubernetesRole::RbacClusterAdmin), told("delete resourcequotas in shop")),
            (User, None, Wanted::Role(KubernetesRole::ClusterUser), None),
            (Group, None, Wanted::Role(KubernetesRole::RbacReader), None),
            (Group, Some("shop"), Wanted::Bind(BoundRole::cluster("edit")), told("create pods in shop")),
            (User, Some("shop"), Wanted::Bind("role/view".parse().expect("a role")), None),
        ] {
            assert_eq!(act(kind, namespace, wanted.clone()), expected, "{wanted}");
        }
    }
}
