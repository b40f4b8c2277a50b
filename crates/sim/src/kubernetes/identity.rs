//! The callers of a Kubernetes API.

use std::collections::BTreeMap;

use http::{HeaderMap, StatusCode};

use super::{
    api::Api,
    rbac::limited,
    refusals::{failure, no_path},
    service_accounts,
    user::{AUTHENTICATED, MASTERS, OID, User},
};
use crate::{
    errors::Refusal,
    secret::Secret,
    server::PeerCertificate,
    tls::{Authority, TlsError},
    tokens::{self, Audience, Caller},
    world::{Cluster, KubernetesAccess, KubernetesUser, World},
};

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
        KubernetesAccess::ReadOnly if account == "clusterUser" => ("clusterUser", limited::READERS),
        KubernetesAccess::NoSecrets if account == "clusterUser" => ("clusterUser", limited::DEVELOPERS),
        _ => ("masterclient", MASTERS),
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
    let account = token.and_then(|token| service_accounts::of_token(api, token));
    let world = api.cloud.world();
    let cluster = world.cluster(&api.cluster).ok_or_else(no_path)?;
    let found = local(cluster, token, peer).or(account).or_else(|| of_entra(&world, cluster, &caller?));
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
    let groups = vec![group.to_owned(), AUTHENTICATED.to_owned()];
    Some(User { name: name.to_owned(), groups, ..User::default() })
}

/// Returns the user that a token of Entra names: members by their user principal names, all others by their object ids;
/// the groups by theirs, those around groups among them (`docs/facts/azure.md` 9.5).
fn of_entra(world: &World, cluster: &Cluster, caller: &Caller) -> Option<User> {
    cluster.entra.as_ref().filter(|_| caller.tenant == cluster.tenant)?;
    let directory = world.directory(cluster.tenant);
    let user = directory.and_then(|directory| directory.user(caller.object_id));
    let name = user.filter(|user| user.is_member(cluster.tenant)).map(|user| user.user_principal_name.clone());
    let around = directory.map(|directory| directory.groups_around(caller.object_id)).unwrap_or_default();
    let groups = around.iter().map(|group| group.id.to_string()).chain([AUTHENTICATED.to_owned()]);
    Some(User {
        name: name.unwrap_or_else(|| caller.object_id.to_string()),
        uid: String::new(),
        groups: groups.collect(),
        extra: BTreeMap::from([(OID.to_owned(), vec![caller.object_id.to_string()])]),
    })
}
