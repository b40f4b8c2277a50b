//! Discovery: versions, groups, kinds, health.

use axum::response::IntoResponse;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    answers::plain,
    asked::Asked,
    kinds::{KINDS, Kind},
    openapi,
    refusals::{no_method, no_path},
};
use crate::errors::Answer;

/// Answers what is about no object. The forms are those of the Kubernetes API reference and of the documentation of
/// discovery; the newer, aggregated form is not served, and clients fall back.
pub fn answer(asked: &Asked, segments: &[&str]) -> Answer {
    let body = match segments {
        ["version"] => version(&asked.cluster(|cluster| cluster.kubernetes_version.clone())?),
        ["api"] => json!({ "kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [] }),
        ["apis"] => {
            let groups: Vec<Value> = groups().into_iter().map(|(name, version)| group(name, version)).collect();
            json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": groups })
        }
        ["apis", name] => {
            let (name, version) = groups().into_iter().find(|(known, _)| known == name).ok_or_else(no_path)?;
            let mut group = group(name, version);
            group["kind"] = json!("APIGroup");
            group["apiVersion"] = json!("v1");
            group
        }
        ["api", version] => resources("", version).ok_or_else(no_path)?,
        ["apis", group, version] => resources(group, version).ok_or_else(no_path)?,
        ["openapi", "v3", path @ ..] => openapi::document(path).ok_or_else(no_path)?,
        ["healthz" | "livez" | "readyz"] => return Ok("ok".into_response()),
        _ => return Err(no_path()),
    };
    if asked.method != Method::GET {
        return Err(no_method());
    }
    Ok(plain(StatusCode::OK, &body))
}

fn version(version: &str) -> Value {
    let mut parts = version.split('.');
    json!({
        "major": parts.next(),
        "minor": parts.next(),
        "gitVersion": format!("v{version}"),
        "gitCommit": "0000000000000000000000000000000000000000",
        "gitTreeState": "clean",
        "buildDate": "2025-06-17T18:32:35Z",
        "goVersion": "go1.24.4",
        "compiler": "gc",
        "platform": "linux/amd64",
    })
}

/// Returns the groups beside the core, each with its only version.
fn groups() -> Vec<(&'static str, &'static str)> {
    let mut groups: Vec<_> =
        KINDS.iter().filter(|kind| !kind.group.is_empty()).map(|kind| (kind.group, kind.version)).collect();
    groups.dedup();
    groups
}

fn group(name: &str, version: &str) -> Value {
    let version = json!({ "groupVersion": format!("{name}/{version}"), "version": version });
    json!({ "name": name, "versions": [version], "preferredVersion": version })
}

fn resources(group: &str, version: &str) -> Option<Value> {
    let kinds: Vec<&Kind> = KINDS.iter().filter(|kind| kind.group == group && kind.version == version).collect();
    let resource = |kind: &&Kind| {
        let mut shown = json!({
            "name": kind.plural,
            "singularName": kind.singular,
            "namespaced": kind.namespaced,
            "kind": kind.name,
            "verbs": kind.verbs,
        });
        if !kind.short.is_empty() {
            shown["shortNames"] = json!(kind.short);
        }
        if ["pods", "deployments", "statefulsets"].contains(&kind.plural) {
            shown["categories"] = json!(["all"]);
        }
        shown
    };
    let group_version = kinds.first()?.api_version();
    let resources: Vec<Value> = kinds.iter().map(resource).collect();
    Some(json!({
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": group_version,
        "resources": resources,
    }))
}
