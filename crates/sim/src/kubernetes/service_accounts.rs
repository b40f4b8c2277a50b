//! Service accounts as callers: the tokens that the API gives out for them, and the names that they have (`TokenRequest`;
//! Kubernetes documentation, "Managing Service Accounts").

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    answers::plain,
    api::Api,
    asked::Asked,
    authorizers::require,
    identity::{AUTHENTICATED, User},
    kinds::{self, Target},
    objects::{self, date},
    protobuf,
    question::{Question, Resource},
    refusals::{Cause, bad_request, invalid, no_method, no_path, not_found},
};
use crate::{
    errors::{self, Answer},
    world::Cluster,
};

const PREFIX: &str = "system:serviceaccount:";
/// The audience of the API itself.
const AUDIENCE: &str = "https://kubernetes.default.svc";
const SHORTEST: i64 = 600;
const USUAL: i64 = 3600;

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
    let is_for_this = claims.get("aud").and_then(Value::as_array)?.iter().any(|audience| *audience == audience_value());
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

fn audience_value() -> Value {
    json!(AUDIENCE)
}

fn account<'c>(cluster: &'c Cluster, namespace: &str, name: &str) -> Option<&'c crate::world::Stored> {
    let kind = kinds::find("", "v1", "serviceaccounts")?;
    objects::kept(cluster, &Target { kind, namespace: Some(namespace), name: Some(name) })
}

/// Answers a request for a token of a service account, as `kubectl create token` sends it.
pub fn token(asked: &Asked, namespace: &str, name: &str) -> Answer {
    if asked.method != Method::POST {
        return Err(no_method());
    }
    let (resource, subresource) = ("serviceaccounts", "token");
    require(
        &asked.api,
        &asked.user,
        &Question::of("create", Resource { group: "", resource, subresource, name, namespace }),
    )?;
    let spec = if errors::is_of(&asked.headers, protobuf::MEDIA_TYPE) {
        protobuf::token_spec(&asked.body).ok_or_else(|| bad_request("the object provided is unrecognized"))?
    } else {
        asked.object()?.get("spec").cloned().unwrap_or_default()
    };
    let kind = kinds::find("", "v1", "serviceaccounts").ok_or_else(no_path)?;
    let seconds = spec.get("expirationSeconds").and_then(Value::as_i64).unwrap_or(USUAL);
    if seconds < SHORTEST {
        let why = "may not specify a duration less than 10 minutes";
        let causes = [Cause::invalid("spec.expirationSeconds", &seconds.to_string(), why)];
        return Err(invalid(kind, name, &causes));
    }
    let audiences = match spec.get("audiences").and_then(Value::as_array) {
        Some(named) if !named.is_empty() => json!(named),
        _ => json!([audience_value()]),
    };
    let now = asked.cloud().clock.timestamp();
    let end = now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
    let claims = asked.cluster(|cluster| {
        let account = account(cluster, namespace, name)?;
        Some(json!({
            "aud": audiences, "iss": cluster.issuer, "sub": format!("{PREFIX}{namespace}:{name}"),
            "exp": end.as_second(), "iat": now.as_second(), "nbf": now.as_second(), "jti": Uuid::new_v4(),
            "kubernetes.io": {
                "namespace": namespace,
                "serviceaccount": { "name": name, "uid": account.text("/metadata/uid") },
            },
        }))
    })?;
    let target = Target { kind, namespace: Some(namespace), name: Some(name) };
    let claims = claims.ok_or_else(|| not_found(&target))?;
    let body = json!({
        "kind": "TokenRequest",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": { "name": name, "namespace": namespace, "creationTimestamp": date(now) },
        "spec": { "audiences": audiences, "expirationSeconds": seconds, "boundObjectRef": null },
        "status": { "token": asked.cloud().issuer.sign(&claims), "expirationTimestamp": date(end) },
    });
    Ok(plain(StatusCode::CREATED, &body))
}
