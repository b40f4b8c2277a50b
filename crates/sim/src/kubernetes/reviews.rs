//! `SelfSubjectAccessReview`: what the caller may do.

use http::StatusCode;
use serde_json::{Value, json};

use super::{answers::plain, asked::Asked, protobuf, refusals::bad_request};
use crate::errors::{self, Answer};

/// Answers a review. `kubectl auth can-i` sends it in Kubernetes' own binary form.
pub fn create(asked: &Asked) -> Answer {
    let spec = if errors::is_of(&asked.headers, protobuf::MEDIA_TYPE) {
        protobuf::review_spec(&asked.body).ok_or_else(|| bad_request("the object provided is unrecognized"))?
    } else {
        asked.object()?.get("spec").cloned().unwrap_or_default()
    };
    let text = |pointer: &str| spec.pointer(pointer).and_then(Value::as_str);
    let allowed = match (text("/resourceAttributes/verb"), text("/nonResourceAttributes/verb")) {
        (Some(verb), _) => asked.user.may(verb, text("/resourceAttributes/resource").unwrap_or_default()),
        (None, Some(verb)) => asked.user.may(verb, ""),
        (None, None) => {
            return Err(bad_request("exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        }
    };
    let body = json!({
        "kind": "SelfSubjectAccessReview",
        "apiVersion": "authorization.k8s.io/v1",
        "metadata": { "creationTimestamp": null },
        "spec": spec,
        "status": { "allowed": allowed },
    });
    Ok(plain(StatusCode::CREATED, &body))
}
