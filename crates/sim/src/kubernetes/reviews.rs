//! The reviews: what the caller may do, what somebody else may do, and who the caller is (Kubernetes API reference,
//! groups `authorization.k8s.io` and `authentication.k8s.io`).

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    answers::plain,
    asked::Asked,
    authorizers::decide,
    kinds::{Kind, Target},
    protobuf,
    question::{About, Decision, Question, Resource, Verdict},
    rbac,
    refusals::{Cause, bad_request, invalid},
    user::User,
};
use crate::errors::{self, Answer, Refusal};

/// Answers a review. `kubectl` sends it in Kubernetes' own binary form.
pub fn create(asked: &Asked, target: &Target<'_>) -> Answer {
    let spec = if errors::is_of(&asked.headers, protobuf::MEDIA_TYPE) {
        protobuf::review_spec(&asked.body).ok_or_else(|| bad_request("the object provided is unrecognized"))?
    } else {
        asked.object()?.get("spec").cloned().unwrap_or_default()
    };
    let kind = target.kind;
    match kind.plural {
        "selfsubjectreviews" => Ok(answered(kind, None, json!({ "userInfo": shown(&asked.user) }))),
        "selfsubjectrulesreviews" => rules(asked, kind, spec),
        "selfsubjectaccessreviews" => {
            let verdict = decide(&asked.api, &asked.user, &question(kind, &spec)?);
            Ok(answered(kind, Some(spec), status(&verdict)))
        }
        _ => {
            let question = question(kind, &spec)?;
            if let Some(namespace) = target.namespace.filter(|namespace| *namespace != question.namespace()) {
                let why = format!("must match metadata.namespace: {namespace}");
                let field = "spec.resourceAttributes.namespace";
                return Err(invalid(kind, "", &[Cause::invalid(field, question.namespace(), &why)]));
            }
            let verdict = decide(&asked.api, &subject(kind, &spec)?, &question);
            Ok(answered(kind, Some(spec), status(&verdict)))
        }
    }
}

fn answered(kind: &Kind, spec: Option<Value>, status: Value) -> axum::response::Response {
    let mut body = json!({
        "kind": kind.name,
        "apiVersion": kind.api_version(),
        "metadata": { "creationTimestamp": null },
    });
    if let Some(spec) = spec {
        body["spec"] = spec;
    }
    body["status"] = status;
    plain(StatusCode::CREATED, &body)
}

/// Returns a verdict as reviews show it.
fn status(verdict: &Verdict) -> Value {
    let mut status = json!({ "allowed": verdict.allowed() });
    if verdict.decision == Decision::Deny {
        status["denied"] = json!(true);
    }
    if !verdict.reason.is_empty() {
        status["reason"] = json!(verdict.reason);
    }
    if let Some(error) = &verdict.error {
        status["evaluationError"] = json!(error);
    }
    status
}

/// Returns the question of a review.
fn question<'s>(kind: &Kind, spec: &'s Value) -> Result<Question<'s>, Refusal> {
    let text = |pointer: &str| spec.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let is_given = |name: &str| spec.get(name).is_some_and(Value::is_object);
    match (is_given("resourceAttributes"), is_given("nonResourceAttributes")) {
        (true, false) => Ok(Question::of(
            text("/resourceAttributes/verb"),
            Resource {
                group: text("/resourceAttributes/group"),
                resource: text("/resourceAttributes/resource"),
                subresource: text("/resourceAttributes/subresource"),
                name: text("/resourceAttributes/name"),
                namespace: text("/resourceAttributes/namespace"),
            },
        )),
        (false, true) => Ok(Question {
            verb: text("/nonResourceAttributes/verb"),
            about: About::Path(text("/nonResourceAttributes/path")),
        }),
        _ => {
            let why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
            Err(invalid(kind, "", &[Cause::invalid("spec.resourceAttributes", "null", why)]))
        }
    }
}

/// Returns the user of a review that is about somebody.
fn subject(kind: &Kind, spec: &Value) -> Result<User, Refusal> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Subject {
        user: String,
        uid: String,
        groups: Vec<String>,
        extra: BTreeMap<String, Vec<String>>,
    }
    let found = Subject::deserialize(spec).map_err(|why| bad_request(&why.to_string()))?;
    if found.user.is_empty() && found.groups.is_empty() {
        let why = "at least one of user or group must be specified";
        return Err(invalid(kind, "", &[Cause::invalid("spec.user", "", why)]));
    }
    Ok(User { name: found.user, uid: found.uid, groups: found.groups, extra: found.extra })
}

fn shown(user: &User) -> Value {
    let mut shown = json!({ "username": user.name, "groups": user.groups });
    if !user.uid.is_empty() {
        shown["uid"] = json!(user.uid);
    }
    if !user.extra.is_empty() {
        shown["extra"] = json!(user.extra);
    }
    shown
}

/// Answers with the rules of the caller in a namespace. Those of a webhook are not among them.
fn rules(asked: &Asked, kind: &Kind, spec: Value) -> Answer {
    let namespace = spec.get("namespace").and_then(Value::as_str).unwrap_or_default();
    if namespace.is_empty() {
        return Err(bad_request("no namespace on request"));
    }
    let (found, by_webhook) = asked.cluster(|cluster| {
        let by_webhook = cluster.entra.as_ref().is_some_and(|entra| entra.azure_rbac);
        (rbac::rules_of(cluster, &asked.user, namespace), by_webhook)
    })?;
    let (paths, resources): (Vec<_>, Vec<_>) = found.into_iter().partition(|rule| !rule.paths.is_empty());
    let resource = |rule: &rbac::Rule| {
        let mut shown = json!({ "verbs": rule.verbs, "apiGroups": rule.api_groups, "resources": rule.resources });
        if !rule.resource_names.is_empty() {
            shown["resourceNames"] = json!(rule.resource_names);
        }
        shown
    };
    let path = |rule: &rbac::Rule| json!({ "verbs": rule.verbs, "nonResourceURLs": rule.paths });
    let mut status = json!({
        "resourceRules": resources.iter().map(resource).collect::<Vec<_>>(),
        "nonResourceRules": paths.iter().map(path).collect::<Vec<_>>(),
        "incomplete": by_webhook,
    });
    if by_webhook {
        status["evaluationError"] = json!("webhook authorizer does not support user rule resolution");
    }
    Ok(answered(kind, Some(spec), status))
}
