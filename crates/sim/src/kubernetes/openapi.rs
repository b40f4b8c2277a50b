//! The little of the OpenAPI document that kubectl looks for before it applies something: that the server checks the
//! fields of a patch itself.

use serde_json::{Value, json};

use super::kinds::{KINDS, Kind};

/// Returns the list of documents, or that of a group.
#[must_use]
pub fn document(path: &[&str]) -> Option<Value> {
    match path {
        [] => {
            let paths = KINDS.iter().map(|kind| {
                let base = base(kind);
                let url = json!({ "serverRelativeURL": format!("/openapi/v3/{base}?hash=0") });
                (base, url)
            });
            Some(json!({ "paths": paths.collect::<serde_json::Map<_, _>>() }))
        }
        ["api", "v1"] => Some(group("")),
        ["apis", name, "v1"] if KINDS.iter().any(|kind| kind.group == *name) => Some(group(name)),
        _ => None,
    }
}

/// Returns the path of the group of a kind.
fn base(kind: &Kind) -> String {
    if kind.group.is_empty() { "api/v1".to_owned() } else { format!("apis/{}", kind.api_version()) }
}

fn group(name: &str) -> Value {
    let written = KINDS.iter().filter(|kind| kind.group == name && kind.verbs.contains(&"patch"));
    let paths: serde_json::Map<String, Value> = written
        .map(|kind| {
            let place = if kind.namespaced { "/namespaces/{namespace}" } else { "" };
            (format!("/{}{place}/{}/{{name}}", base(kind), kind.plural), json!({ "patch": patch(kind) }))
        })
        .collect();
    json!({
        "openapi": "3.0.0",
        "info": { "title": "Kubernetes", "version": "v1.33.2" },
        "paths": paths,
        "components": { "schemas": {} },
    })
}

/// Returns the name of the operation, as the API server makes it of group, version and kind.
fn operation(kind: &Kind) -> String {
    let group = if kind.group.is_empty() { "Core" } else { "RbacAuthorization" };
    let namespaced = if kind.namespaced { "Namespaced" } else { "" };
    format!("patch{group}V1{namespaced}{}", kind.name)
}

fn patch(kind: &Kind) -> Value {
    let parameter =
        |name: &str| json!({ "name": name, "in": "query", "schema": { "type": "string", "uniqueItems": true } });
    let parameters = ["dryRun", "fieldManager", "fieldValidation", "force"].map(parameter);
    json!({
        "operationId": operation(kind),
        "parameters": parameters,
        "responses": { "200": { "description": "OK" } },
        "x-kubernetes-action": "patch",
        "x-kubernetes-group-version-kind": { "group": kind.group, "kind": kind.name, "version": kind.version },
    })
}
