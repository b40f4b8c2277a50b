//! Tokens of service accounts, given out on request (Kubernetes API reference, "TokenRequest").

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    answers::plain,
    asked::Asked,
    authorizers::require,
    kinds::{self, Target},
    objects::date,
    protobuf,
    question::{Question, Resource},
    refusals::{Cause, bad_request, invalid, no_method, no_path, not_found},
    service_accounts::{AUDIENCE, PREFIX, account},
};
use crate::errors::{self, Answer};

/// The shortest and the usual life of a token, in seconds.
const SHORTEST: i64 = 600;
const USUAL: i64 = 3600;

/// Answers a request for a token of a service account, as `kubectl create token` sends it.
pub fn create(asked: &Asked, namespace: &str, name: &str) -> Answer {
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
        _ => json!([AUDIENCE]),
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
