//! The callers of a Kubernetes API, and their rights there.

use http::{HeaderMap, StatusCode};

use super::{kinds::Target, refusals::failure};
use crate::{
    errors::{self, Refusal},
    secret::Secret,
    server::PeerCertificate,
    tls::{Authority, TlsError},
    tokens,
    world::{Cluster, KubernetesAccess, KubernetesUser},
};

/// A user whom the API knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: String,
    /// The rights.
    pub rights: Rights,
}

/// The rights of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Everything, as the group `system:masters` has it.
    All,
    /// Reading everything.
    ReadOnly,
    /// Everything but what is about secrets in some namespaces, or in all of them where none is named.
    NoSecrets(Vec<String>),
}

/// The question whether a user may do something.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The verb.
    pub verb: &'a str,
    /// The API group. Empty for the core.
    pub group: &'a str,
    /// The plural of the kind.
    pub resource: &'a str,
    /// The namespace. `None` where it is about all of them, or about what is in none.
    pub namespace: Option<&'a str>,
}

/// Returns the users of a cluster, whose kubeconfigs the Resource Manager gives away: local accounts, both of the group
/// that may do everything unless the scenario takes rights from the first one.
///
/// # Errors
/// No randomness, or no usable cryptography.
pub fn users(authority: &Authority, access: KubernetesAccess) -> Result<Vec<KubernetesUser>, TlsError> {
    ["clusterUser", "clusterAdmin"]
        .into_iter()
        .map(|name| {
            let (user, group) = subject(name, access);
            let certificate = authority.client(user, group)?;
            Ok(KubernetesUser {
                name,
                token: Secret::new(uuid::Uuid::new_v4().simple().to_string()),
                certificate: certificate.pem,
                certificate_der: certificate.der,
                key: Secret::new(certificate.key),
            })
        })
        .collect()
}

/// Returns name and group of a local account. AKS gives both accounts the name `masterclient`.
fn subject(account: &str, access: KubernetesAccess) -> (&'static str, &'static str) {
    match access {
        KubernetesAccess::ReadOnly if account == "clusterUser" => ("clusterUser", "readers"),
        KubernetesAccess::NoSecrets if account == "clusterUser" => ("clusterUser", "developers"),
        _ => ("masterclient", "system:masters"),
    }
}

/// Returns the user of a request: by the certificate of its connection, or by its token. The cluster knows those that
/// it gave out.
///
/// # Errors
/// 401 for nobody, and for a wrong certificate or token.
pub fn known(cluster: &Cluster, headers: &HeaderMap, peer: Option<&PeerCertificate>) -> Result<User, Refusal> {
    let token = tokens::bearer(headers);
    let is = |user: &&KubernetesUser| {
        peer.is_some_and(|peer| *peer.0 == *user.certificate_der)
            || token.is_some_and(|token| token == user.token.reveal())
    };
    let found = cluster.kubernetes.users.iter().find(is);
    let found = found.ok_or_else(|| failure(StatusCode::UNAUTHORIZED, "Unauthorized", "Unauthorized"))?;
    let (name, group) = subject(found.name, cluster.kubernetes.access);
    let rights = match group {
        "readers" => Rights::ReadOnly,
        "developers" => Rights::NoSecrets(cluster.kubernetes.no_secrets_in.clone()),
        _ => Rights::All,
    };
    Ok(User { name: name.to_owned(), rights })
}

impl User {
    /// True where the user may do something.
    #[must_use]
    pub fn may(&self, asked: &Question<'_>) -> bool {
        // Everybody may ask what he may do (the cluster role `system:basic-user`).
        if asked.group == "authorization.k8s.io" && asked.resource == "selfsubjectaccessreviews" {
            return true;
        }
        match &self.rights {
            Rights::All => true,
            Rights::ReadOnly => matches!(asked.verb, "get" | "list" | "watch"),
            Rights::NoSecrets(namespaces) => {
                let here = asked.namespace.is_none_or(|namespace| namespaces.iter().any(|known| known == namespace));
                !["secrets", "*"].contains(&asked.resource) || !(namespaces.is_empty() || here)
            }
        }
    }

    /// Lets it do something with the target.
    ///
    /// # Errors
    /// 403 in the words of RBAC.
    pub fn require(&self, verb: &str, target: &Target<'_>) -> Result<(), Refusal> {
        let kind = target.kind;
        let asked = Question { verb, group: kind.group, resource: kind.plural, namespace: target.namespace };
        if self.may(&asked) {
            return Ok(());
        }
        let named = target.name.map(|name| format!(" \"{name}\"")).unwrap_or_default();
        let place = match target.namespace {
            Some(namespace) => format!("in the namespace \"{namespace}\""),
            None => "at the cluster scope".to_owned(),
        };
        let message = format!(
            "{}{named} is forbidden: User \"{}\" cannot {verb} resource \"{}\" in API group \"{}\" {place}",
            kind.resource(),
            self.name,
            kind.plural,
            kind.group
        );
        let details = kind.details(target.name.unwrap_or_default());
        Err(errors::kubernetes(StatusCode::FORBIDDEN, "Forbidden", &message, &details))
    }
}
