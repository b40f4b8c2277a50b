//! Somebody who may get into a cluster: how people name one, and who it is found to be.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::ObjectId;
use crate::text::printable;

/// A principal as somebody names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalRef {
    /// The one who is signed in.
    Me,
    /// A user principal name, or a mail address by which a guest is known.
    Upn(String),
    /// An object id of the tenant, or the app id of a service principal.
    Id(ObjectId),
    /// The display name of a group or of a service principal.
    Named(String),
    /// A service account of the cluster.
    ServiceAccount {
        /// The namespace.
        namespace: String,
        /// The name.
        name: String,
    },
}

/// The kind of a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrincipalKind {
    /// A person of the tenant, or a guest there.
    User,
    /// A group.
    Group,
    /// An app, or a managed identity.
    ServicePrincipal,
    /// An account of Kubernetes, which Entra does not know.
    ServiceAccount,
}

/// A principal as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The kind.
    pub kind: PrincipalKind,
    /// The object id in the cluster's tenant. `None` for a service account.
    pub object: Option<ObjectId>,
    /// The name for people.
    pub name: String,
    /// The name by which Kubernetes knows it: a member of the tenant by the user principal name, everybody else of Entra by the
    /// object id, a group by that too (`docs/facts/azure.md` 9.5).
    pub kubernetes_name: String,
}

impl PrincipalRef {
    /// Where Kubernetes' own accounts begin.
    const ACCOUNT: &'static str = "system:serviceaccount:";
}

impl FromStr for PrincipalRef {
    type Err = String;

    /// Reads a principal: `me`, a user principal name, an object id or app id, the display name of a group or of a service
    /// principal, or `system:serviceaccount:NAMESPACE:NAME`.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err(
                "empty: give me, a user principal name, an object id, a display name or a service account".to_owned()
            );
        }
        if text.eq_ignore_ascii_case("me") {
            return Ok(Self::Me);
        }
        if let Some(account) = text.strip_prefix(Self::ACCOUNT) {
            return match account.split_once(':') {
                Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() && !name.contains(':') => {
                    Ok(Self::ServiceAccount { namespace: namespace.to_owned(), name: name.to_owned() })
                }
                _ => Err(format!(
                    "{} is no service account: it reads {}NAMESPACE:NAME",
                    printable(text, 80),
                    Self::ACCOUNT
                )),
            };
        }
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        if text.contains('@') {
            return Ok(Self::Upn(text.to_owned()));
        }
        Ok(Self::Named(text.to_owned()))
    }
}

impl fmt::Display for PrincipalRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Me => f.write_str("me"),
            Self::Upn(name) | Self::Named(name) => f.write_str(name),
            Self::Id(id) => id.fmt(f),
            Self::ServiceAccount { namespace, name } => write!(f, "{}{namespace}:{name}", Self::ACCOUNT),
        }
    }
}

impl PrincipalKind {
    /// Returns the word for people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::ServicePrincipal => "service principal",
            Self::ServiceAccount => "service account",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_give_is_understood_and_reads_back() {
        let account = PrincipalRef::ServiceAccount { namespace: "shop".to_owned(), name: "build".to_owned() };
        let id = "11111111-1111-4111-8111-111111111111";
        for (text, meant) in [
            ("me", PrincipalRef::Me),
            ("ada@contoso.com", PrincipalRef::Upn("ada@contoso.com".to_owned())),
            (id, PrincipalRef::Id(id.parse().expect("an id"))),
            ("Cluster admins", PrincipalRef::Named("Cluster admins".to_owned())),
            ("system:serviceaccount:shop:build", account),
        ] {
            let read: PrincipalRef = format!("  {text} ").parse().expect("a principal");
            assert_eq!(read, meant);
            assert_eq!(read.to_string(), text);
        }
    }

    #[test]
    fn what_is_nobody_is_refused() {
        for text in ["", "  ", "system:serviceaccount:shop", "system:serviceaccount:a:b:c", "system:serviceaccount::b"]
        {
            assert!(text.parse::<PrincipalRef>().is_err(), "{text}");
        }
    }
}
