//! Service accounts as callers: the names that they have, and the tokens that the API gave out for them (Kubernetes
//! documentation, "Managing Service Accounts").

use serde_json::Value;

use super::{
    api::Api,
    kinds::{self, Target},
    objects,
    user::{AUTHENTICATED, User},
};
use crate::world::{Cluster, Stored};

/// The beginning of the names of service accounts as users.
pub const PREFIX: &str = "system:serviceaccount:";
/// The audience of the API itself.
pub const AUDIENCE: &str = "https://kubernetes.default.svc";

/// Returns namespace and name of the service account that a user name is.
#[must_use]
pub fn of_name(user: &str) -> Option<(&str, &str)> {
    user.strip_prefix(PREFIX)?.split_once(':').filter(|(namespace, name)| !namespace.is_empty() && !name.is_empty())
}

/// Returns the groups of the service accounts of a namespace.
#[must_use]
pub fn groups(namespace: &str) -> Vec<String> {
    vec!["system:serviceaccounts".to_owned(), format!("system:serviceaccounts:{namespace}"), AUTHENTICATED.to_owned()]
}

/// Returns the service account of a token that this API gave out, if it is still there.
#[must_use]
pub fn of_token(api: &Api, token: &str) -> Option<User> {
    let claims = api.cloud.issuer.open(token, &api.cloud.clock).ok()?;
    let text = |pointer: &str| claims.pointer(pointer).and_then(Value::as_str);
    let is_for_this = claims.get("aud").and_then(Value::as_array)?.iter().any(|audience| audience == AUDIENCE);
    let (namespace, name) = of_name(text("/sub")?)?;
    let world = api.cloud.world();
    let cluster = world.cluster(&api.cluster).filter(|cluster| is_for_this && text("/iss") == Some(&cluster.issuer))?;
    let account = account(cluster, namespace, name)?;
    let uid = account.text("/metadata/uid").to_owned();
    (text("/kubernetes.io/serviceaccount/uid") == Some(uid.as_str())).then(|| User {
        name: format!("{PREFIX}{namespace}:{name}"),
        uid,
        groups: groups(namespace),
        extra: Default::default(),
    })
}

/// Returns a service account.
#[must_use]
pub fn account<'c>(cluster: &'c Cluster, namespace: &str, name: &str) -> Option<&'c Stored> {
    let kind = kinds::find("", "v1", "serviceaccounts")?;
    objects::kept(cluster, &Target { kind, namespace: Some(namespace), name: Some(name) })
}
