//! The callers of a Kubernetes API, and their rights there.

use http::{HeaderMap, StatusCode};

use uuid::Uuid;

use super::{
    api::Api,
    azure,
    kinds::Target,
    refusals::{failure, no_path},
};
use crate::{
    errors::{self, Refusal},
    secret::Secret,
    server::PeerCertificate,
    tls::{Authority, TlsError},
    tokens::{self, Audience, Caller},
    world::{Cluster, KubernetesAccess, KubernetesUser, World},
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
    /// Nothing but what everybody may do who is known.
    Nothing,
    /// What the role assignments of Azure give a principal.
    Azure(Uuid),
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// True where the user may.
    pub allowed: bool,
    /// The words of who decided. Empty where it was RBAC.
    pub reason: String,
}

impl Verdict {
    fn of(allowed: bool) -> Self {
        Self { allowed, reason: String::new() }
    }
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
    /// The subresource. Empty for none.
    pub subresource: &'a str,
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
/// it gave out, and where it takes users of Entra those of its own tenant.
///
/// # Errors
/// 401 for nobody, and for a wrong certificate or token.
pub fn known(api: &Api, headers: &HeaderMap, peer: Option<&PeerCertificate>) -> Result<User, Refusal> {
    let token = tokens::bearer(headers);
    let caller = tokens::caller(&api.cloud, token, Audience::Kubernetes).ok();
    let world = api.cloud.world();
    let cluster = world.cluster(&api.cluster).ok_or_else(no_path)?;
    let local = local(cluster, token, peer);
    let found = local.or_else(|| of_entra(&world, cluster, &caller?));
    found.ok_or_else(|| failure(StatusCode::UNAUTHORIZED, "Unauthorized", "Unauthorized"))
}

/// Returns the local account of a certificate or token, unless the cluster has disabled those.
fn local(cluster: &Cluster, token: Option<&str>, peer: Option<&PeerCertificate>) -> Option<User> {
    let is = |user: &&KubernetesUser| {
        peer.is_some_and(|peer| *peer.0 == *user.certificate_der)
            || token.is_some_and(|token| token == user.token.reveal())
    };
    let found = cluster.kubernetes.users.iter().find(is).filter(|_| !cluster.disable_local_accounts)?;
    let (name, group) = subject(found.name, cluster.kubernetes.access);
    let rights = match group {
        "readers" => Rights::ReadOnly,
        "developers" => Rights::NoSecrets(cluster.kubernetes.no_secrets_in.clone()),
        _ => Rights::All,
    };
    Some(User { name: name.to_owned(), rights })
}

/// Returns the user that a token of Entra names: members by their user principal names, all others by their object ids
/// (`docs/facts/azure.md` 9.5).
fn of_entra(world: &World, cluster: &Cluster, caller: &Caller) -> Option<User> {
    let profile = cluster.entra.as_ref().filter(|_| caller.tenant == cluster.tenant)?;
    let user = world.directory(cluster.tenant).and_then(|directory| directory.user(caller.object_id));
    let name = user.filter(|user| user.is_member(cluster.tenant)).map(|user| user.user_principal_name.clone());
    let is_admin = || world.identities(caller.object_id).iter().any(|id| profile.admin_groups.contains(id));
    let rights = match () {
        () if profile.azure_rbac => Rights::Azure(caller.object_id),
        () if is_admin() => Rights::All,
        () => Rights::Nothing,
    };
    Some(User { name: name.unwrap_or_else(|| caller.object_id.to_string()), rights })
}

impl User {
    /// Returns whether the user may do something, and who says so.
    #[must_use]
    pub fn may(&self, api: &Api, asked: &Question<'_>) -> Verdict {
        // Everybody may ask what he may do (the cluster role `system:basic-user`).
        if asked.group == "authorization.k8s.io" && asked.resource == "selfsubjectaccessreviews" {
            return Verdict::of(true);
        }
        match &self.rights {
            Rights::All => Verdict::of(true),
            Rights::Nothing => Verdict::of(false),
            Rights::ReadOnly => Verdict::of(matches!(asked.verb, "get" | "list" | "watch")),
            Rights::Azure(principal) => azure::verdict(api, *principal, asked),
            Rights::NoSecrets(namespaces) => {
                let here = asked.namespace.is_none_or(|namespace| namespaces.iter().any(|known| known == namespace));
                Verdict::of(!["secrets", "*"].contains(&asked.resource) || !(namespaces.is_empty() || here))
            }
        }
    }

    /// Lets it do something with the target.
    ///
    /// # Errors
    /// 403 in the words of RBAC.
    pub fn require(&self, api: &Api, verb: &str, target: &Target<'_>) -> Result<(), Refusal> {
        let kind = target.kind;
        let (group, resource, namespace) = (kind.group, kind.plural, target.namespace);
        let verdict = self.may(api, &Question { verb, group, resource, subresource: "", namespace });
        if verdict.allowed {
            return Ok(());
        }
        let reason = if verdict.reason.is_empty() { String::new() } else { format!(": {}", verdict.reason) };
        let named = target.name.map(|name| format!(" \"{name}\"")).unwrap_or_default();
        let place = match target.namespace {
            Some(namespace) => format!("in the namespace \"{namespace}\""),
            None => "at the cluster scope".to_owned(),
        };
        let message = format!(
            "{}{named} is forbidden: User \"{}\" cannot {verb} resource \"{}\" in API group \"{}\" {place}{reason}",
            kind.resource(),
            self.name,
            kind.plural,
            kind.group
        );
        let details = kind.details(target.name.unwrap_or_default());
        Err(errors::kubernetes(StatusCode::FORBIDDEN, "Forbidden", &message, &details))
    }
}
