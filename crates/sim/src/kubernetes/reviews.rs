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
            let (group, subresource) = (resource("group"), resource("subresource"));
            Question { verb, group, resource: resource("resource"), subresource, namespace }
        }
        (None, Some(verb)) => Question { verb, group: "", resource: "", subresource: "", namespace: None },
        (None, None) => {
            return Err(bad_request("exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        }
    };
    let verdict = asked.user.may(&asked.api, &question);
    let mut status = json!({ "allowed": verdict.allowed });
    if !verdict.reason.is_empty() {
        status["reason"] = json!(verdict.reason);
        if !verdict.allowed {
            status["denied"] = json!(true);
        }
    }
    let body = json!({
        "kind": "SelfSubjectAccessReview",
        "apiVersion": "authorization.k8s.io/v1",
        "metadata": { "creationTimestamp": null },
        "spec": spec,
        "status": status,
    });
    Ok(plain(StatusCode::CREATED, &body))
}
