//! `SelfSubjectAccessReview`: what the caller may do.

use http::StatusCode;
use serde_json::{Value, json};

use super::{answers::plain, asked::Asked, identity::Question, protobuf, refusals::bad_request};
use crate::errors::{self, Answer};

/// Answers a review. `kubectl auth can-i` sends it in Kubernetes' own binary form.
pub fn create(asked: &Asked) -> Answer {
    let spec = if errors::is_of(&asked.headers, protobuf::MEDIA_TYPE) {
        protobuf::review_spec(&asked.body).ok_or_else(|| bad_request("the object provided is unrecognized"))?
    } else {
        asked.object()?.get("spec").cloned().unwrap_or_default()
    };
    let text = |pointer: &str| spec.pointer(pointer).and_then(Value::as_str);
    let resource = |name: &str| text(&format!("/resourceAttributes/{name}")).unwrap_or_default();
    let question = match (text("/resourceAttributes/verb"), text("/nonResourceAttributes/verb")) {
        (Some(verb), _) => {
            let namespace = Some(resource("namespace")).filter(|namespace| !namespace.is_empty());
            Question { verb, group: resource("group"), resource: resource("resource"), namespace }
        }
        (None, Some(verb)) => Question { verb, group: "", resource: "", namespace: None },
        (None, None) => {
            return Err(bad_request("exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        }
    };
    let allowed = asked.user.may(&question);
    let body = json!({
        "kind": "SelfSubjectAccessReview",
        "apiVersion": "authorization.k8s.io/v1",
        "metadata": { "creationTimestamp": null },
        "spec": spec,
        "status": { "allowed": allowed },
    });
    Ok(plain(StatusCode::CREATED, &body))
}
