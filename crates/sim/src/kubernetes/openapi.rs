//! The little of the OpenAPI document that kubectl looks for before it applies something: that the server checks the
//! fields of a patch itself.

use serde_json::{Value, json};

use super::kinds::{KINDS, Kind};

/// Returns the list of documents, or the document of the core group.
#[must_use]
pub fn document(path: &[&str]) -> Option<Value> {
    match path {
        [] => {
            let core = json!({ "serverRelativeURL": "/openapi/v3/api/v1?hash=0" });
            Some(json!({ "paths": { "api/v1": core } }))
        }
        ["api", "v1"] => Some(core()),
        _ => None,
    }
}

fn core() -> Value {
    let written = KINDS.iter().filter(|kind| kind.group.is_empty() && kind.verbs.contains(&"patch"));
    let paths: serde_json::Map<String, Value> = written
        .map(|kind| {
            (format!("/api/v1/namespaces/{{namespace}}/{}/{{name}}", kind.plural), json!({ "patch": patch(kind) }))
        })
        .collect();
    json!({
        "openapi": "3.0.0",
        "info": { "title": "Kubernetes", "version": "v1.33.2" },
        "paths": paths,
        "components": { "schemas": {} },
    })
}

fn patch(kind: &Kind) -> Value {
    let parameter =
        |name: &str| json!({ "name": name, "in": "query", "schema": { "type": "string", "uniqueItems": true } });
    let parameters = ["dryRun", "fieldManager", "fieldValidation", "force"].map(parameter);
    json!({
        "operationId": format!("patchCoreV1Namespaced{}", kind.name),
        "parameters": parameters,
        "responses": { "200": { "description": "OK" } },
        "x-kubernetes-action": "patch",
        "x-kubernetes-group-version-kind": { "group": kind.group, "kind": kind.name, "version": kind.version },
    })
}
