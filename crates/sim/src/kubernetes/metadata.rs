//! The metadata of objects that a request brings, and the namespace that it names.

use http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{asked::Asked, objects::date, refusals::bad_request};
use crate::{
    errors::{self, Refusal},
    world::Cluster,
};

/// The members of metadata that a client may set.
pub const KEPT: &[&str] = &["name", "generateName", "labels", "annotations", "ownerReferences", "finalizers"];

/// Returns the metadata of a new object: what the body says, and what Kubernetes adds. The namespace is empty where the
/// object is in none.
///
/// # Errors
/// 400 for a body of another namespace.
pub fn new(asked: &Asked, body: &Value, namespace: &str) -> Result<Map<String, Value>, Refusal> {
    same_namespace(body, namespace)?;
    let given = body.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut metadata: Map<String, Value> =
        given.into_iter().filter(|(name, _)| KEPT.contains(&name.as_str())).collect();
    let text = |name: &str| metadata.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if text("name").is_empty() && !text("generateName").is_empty() {
        let suffix: String = Uuid::new_v4().simple().to_string().chars().take(5).collect();
        metadata.insert("name".to_owned(), json!(format!("{}{suffix}", text("generateName"))));
    }
    if !namespace.is_empty() {
        metadata.insert("namespace".to_owned(), json!(namespace));
    }
    metadata.insert("uid".to_owned(), json!(Uuid::new_v4()));
    metadata.insert("creationTimestamp".to_owned(), json!(date(asked.cloud().clock.timestamp())));
    Ok(metadata)
}

/// Refuses a body that names another namespace than its path.
pub fn same_namespace(body: &Value, namespace: &str) -> Result<(), Refusal> {
    match body.pointer("/metadata/namespace").and_then(Value::as_str) {
        Some(other) if !other.is_empty() && other != namespace => {
            Err(bad_request("the namespace of the provided object does not match the namespace sent on the request"))
        }
        _ => Ok(()),
    }
}

/// Refuses a body that names another object than its path.
pub fn same_name(body: &Value, name: &str) -> Result<(), Refusal> {
    match body.pointer("/metadata/name").and_then(Value::as_str) {
        Some(other) if other != name => {
            let message = format!("the name of the object ({other}) does not match the name on the URL ({name})");
            Err(bad_request(&message))
        }
        _ => Ok(()),
    }
}

/// Refuses a namespace that is named and is not there, as the admission of namespaces does.
pub fn known_namespace(cluster: &Cluster, namespace: &str) -> Result<(), Refusal> {
    if namespace.is_empty() || cluster.namespaces.contains_key(namespace) {
        return Ok(());
    }
    let message = format!("namespaces \"{namespace}\" not found");
    let details = json!({ "name": namespace, "kind": "namespaces" });
    Err(errors::kubernetes(StatusCode::NOT_FOUND, "NotFound", &message, &details))
}
