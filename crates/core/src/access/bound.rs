//! The two ends of a binding of Kubernetes: a role, and a subject (Kubernetes documentation, "Using RBAC Authorization").

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Principal, PrincipalKind};
use crate::text::printable;

/// The kind of a role of Kubernetes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of Kubernetes")]
pub enum RoleKind {
    ClusterRole,
    Role,
}

/// A role of Kubernetes that a binding gives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct BoundRole {
    pub kind: RoleKind,
    pub name: String,
}

/// A subject of a binding, in the fields of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are those of Kubernetes")]
pub struct Subject {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub api_group: String,
    pub kind: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// The API group of roles, bindings, users and groups.
pub const RBAC: &str = "rbac.authorization.k8s.io";
/// The beginning of the name by which Kubernetes knows a service account.
const ACCOUNT: &str = "system:serviceaccount:";

impl BoundRole {
    /// Returns a ClusterRole.
    #[must_use]
    pub fn cluster(name: &str) -> Self {
        Self { kind: RoleKind::ClusterRole, name: name.to_owned() }
    }

    /// True for the ClusterRole that allows everything.
    #[must_use]
    pub fn is_cluster_admin(&self) -> bool {
        *self == Self::cluster("cluster-admin")
    }

    /// Returns the kind in the word of Kubernetes.
    #[must_use]
    pub const fn kind_word(&self) -> &'static str {
        match self.kind {
            RoleKind::ClusterRole => "ClusterRole",
            RoleKind::Role => "Role",
        }
    }
}

impl FromStr for BoundRole {
    type Err = String;

    /// Reads `NAME`, a ClusterRole, or `role/NAME`, a Role of the namespace.
    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, name) = match text.split_once('/') {
            None => (RoleKind::ClusterRole, text),
            Some((kind, name)) if kind.eq_ignore_ascii_case("clusterrole") => (RoleKind::ClusterRole, name),
            Some((kind, name)) if kind.eq_ignore_ascii_case("role") => (RoleKind::Role, name),
            Some(_) => return Err(told(text)),
        };
        if is_segment(name) { Ok(Self { kind, name: name.to_owned() }) } else { Err(told(text)) }
    }
}

/// True for a name that a role or a binding may have: any segment of a path (Kubernetes documentation, "Object Names and
/// IDs"), but for what an address would take for something else.
#[must_use]
pub fn is_segment(name: &str) -> bool {
    let odd = |c: char| matches!(c, '/' | '%' | '?' | '#' | '\\') || c.is_control() || c.is_whitespace();
    !matches!(name, "" | "." | "..") && name.len() <= 253 && !name.contains(odd)
}

fn told(text: &str) -> String {
    format!(
        "\"{}\" is no role of Kubernetes: give view, edit, admin, cluster-admin, another ClusterRole, or role/NAME for a Role \
         of the namespace",
        printable(text, 80)
    )
}

impl fmt::Display for BoundRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind_word(), printable(&self.name, 100))
    }
}

impl Subject {
    /// Returns the subject by which Kubernetes knows a principal.
    #[must_use]
    pub fn of(principal: &Principal) -> Self {
        let of_rbac = |kind: &str| Self {
            api_group: RBAC.to_owned(),
            kind: kind.to_owned(),
            name: principal.kubernetes_name.clone(),
            namespace: None,
        };
        match (principal.kind, principal.account()) {
            (PrincipalKind::ServiceAccount, Some((namespace, name))) => Self {
                api_group: String::new(),
                kind: "ServiceAccount".to_owned(),
                name: name.to_owned(),
                namespace: Some(namespace.to_owned()),
            },
            (PrincipalKind::Group, _) => of_rbac("Group"),
            _ => of_rbac("User"),
        }
    }

    /// True where both name the same. A user of the name of a service account is that account.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        let known = |subject: &Self| match (subject.kind.as_str(), &subject.namespace) {
            ("ServiceAccount", Some(namespace)) => {
                ("User".to_owned(), format!("{ACCOUNT}{namespace}:{}", subject.name))
            }
            _ => (subject.kind.clone(), subject.name.clone()),
        };
        known(self) == known(other)
    }
}

impl Principal {
    /// Returns namespace and name of a service account. `None` for everybody else.
    #[must_use]
    pub fn account(&self) -> Option<(&str, &str)> {
        let of_account = (self.kind == PrincipalKind::ServiceAccount).then_some(self.kubernetes_name.as_str())?;
        of_account.strip_prefix(ACCOUNT)?.split_once(':')
    }

    /// Returns the word by which Resource Manager knows the kind.
    #[must_use]
    pub const fn azure_type(&self) -> &'static str {
        match self.kind {
            PrincipalKind::User => "User",
            PrincipalKind::Group => "Group",
            PrincipalKind::ServicePrincipal | PrincipalKind::ServiceAccount => "ServicePrincipal",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_as_kubernetes_names_it() {
        for (text, shown) in [
            ("view", "ClusterRole view"),
            ("system:node", "ClusterRole system:node"),
            ("role/reader", "Role reader"),
            ("ClusterRole/edit", "ClusterRole edit"),
        ] {
            assert_eq!(text.parse::<BoundRole>().expect("a role").to_string(), shown);
        }
        for wrong in ["", "role/", "x/y", "a b", "role/../x", "..", "a%2f", "role/a/b"] {
            assert!(wrong.parse::<BoundRole>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_subject_is_the_one_that_kubernetes_knows() {
        let principal = |kind, name: &str| Principal {
            kind,
            object: None,
            name: "somebody".to_owned(),
            kubernetes_name: name.to_owned(),
        };
        let account = Subject::of(&principal(PrincipalKind::ServiceAccount, "system:serviceaccount:shop:build"));
        assert_eq!((account.kind.as_str(), account.namespace.as_deref()), ("ServiceAccount", Some("shop")));
        let user = Subject::of(&principal(PrincipalKind::User, "system:serviceaccount:shop:build"));
        assert!(account.is(&user), "Kubernetes knows the account by that name too");
        let group = Subject::of(&principal(PrincipalKind::Group, "system:serviceaccount:shop:build"));
        assert!(!account.is(&group) && group.api_group == RBAC);
    }
}
