//! Creating namespaces.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    answers::object,
    asked::Asked,
    kinds::{self, Target},
    objects::one,
    refusals::{Cause, NO_LABEL, already_exists, bad_request, invalid, is_name, no_path},
};
use crate::errors::Answer;

/// Makes a namespace, which `kubectl create namespace` sends in Kubernetes' own binary form. Its service account `default` is there at once.
pub fn create(asked: &Asked) -> Answer {
    let kind = kinds::find("", "v1", "namespaces").ok_or_else(no_path)?;
    let body = asked.object()?;
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
    if (text("/kind"), text("/apiVersion")) != (Some("Namespace"), Some("v1")) {
        return Err(bad_request("no kind \"Namespace\" of version \"v1\" in the object provided"));
    }
    let name = text("/metadata/name").unwrap_or_default().to_owned();
    if !is_name(&name, false) {
        return Err(invalid(kind, &name, &[Cause::invalid("metadata.name", &name, NO_LABEL)]));
    }
    let (created, dry_run) = (asked.cloud().clock.timestamp(), asked.is_dry_run());
    let made = asked.cluster(|cluster| {
        if cluster.namespaces.contains_key(&name) {
            return None;
        }
        if dry_run {
            return Some(json!({ "metadata": { "name": name } }));
        }
        cluster.open(&name, created);
        one(cluster, &Target { kind, namespace: None, name: Some(&name) })
    })?;
    Ok(object(StatusCode::CREATED, kind, made.ok_or_else(|| already_exists(kind, &name))?))
}
