//! Pushes: uploads of blobs, whole and in parts, and manifests (OCI distribution specification, "Push").

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    auth,
    content::needs,
    identity::Identity,
    images::{Blob, digest},
    plane::DataPlane,
    scope::Access,
};
use crate::{
    errors::{self, Answer, Refusal},
    world::RegistryPull,
};

/// A request that brings content.
pub struct Brought<'a> {
    pub method: &'a Method,
    pub headers: &'a HeaderMap,
    pub query: &'a [(String, String)],
    pub body: &'a Bytes,
}

impl Brought<'_> {
    fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Answers `/v2/{name}/blobs/uploads/` and what is under it.
pub fn upload(plane: &DataPlane, asked: &Brought<'_>, name: &str, id: &str) -> Answer {
    let identity = auth::authorise(plane, asked.headers, Some(&to_push(name)))?;
    if !is_repository(name) {
        return Err(refusal(
            StatusCode::BAD_REQUEST,
            "NAME_INVALID",
            "invalid repository name",
            &json!({"name": name}),
        ));
    }
    if id.is_empty() {
        return begin(plane, asked, name, &identity);
    }
    let unknown =
        || refusal(StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", &Value::Null);
    let id = Uuid::parse_str(id).map_err(|_| unknown())?;
    let size = plane.pushed.size(name, id).ok_or_else(unknown)?;
    match asked.method.as_str() {
        "GET" => Ok(going_on(StatusCode::NO_CONTENT, name, id, size)),
        "DELETE" => {
            plane.pushed.end(id);
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        "PATCH" => {
            in_order(asked.headers, size)?;
            let size = plane.pushed.append(id, asked.body).ok_or_else(unknown)?;
            Ok(going_on(StatusCode::ACCEPTED, name, id, size))
        }
        "PUT" => {
            let wanted = asked.query("digest").unwrap_or_default().to_owned();
            plane.pushed.append(id, asked.body).ok_or_else(unknown)?;
            let bytes = plane.pushed.end(id).ok_or_else(unknown)?;
            whole(plane, name, &wanted, bytes)
        }
        _ => Err(unsupported()),
    }
}

/// Begins an upload, or ends it at once: where the blob comes with the request, or another repository has it.
fn begin(plane: &DataPlane, asked: &Brought<'_>, name: &str, identity: &Identity) -> Answer {
    if asked.method != Method::POST {
        return Err(unsupported());
    }
    if let Some(wanted) = asked.query("digest") {
        return whole(plane, name, wanted, asked.body.clone());
    }
    let elsewhere = asked.query("mount").zip(asked.query("from")).and_then(|(wanted, from)| {
        let world = plane.cloud.world();
        let registry = world.registry(&plane.id)?;
        identity.grant(&plane.cloud, &world, registry, &needs(from, "pull"))?;
        drop(world);
        plane.blob(from, wanted)
    });
    if let Some(blob) = elsewhere {
        let digest = blob.digest.clone();
        plane.pushed.keep_blob(name, blob);
        return Ok(created(&format!("/v2/{name}/blobs/{digest}"), &digest));
    }
    Ok(going_on(StatusCode::ACCEPTED, name, plane.pushed.begin(name), 0))
}

/// Refuses a part that does not begin where the last one ended.
fn in_order(headers: &HeaderMap, size: usize) -> Result<(), Refusal> {
    let range = headers.get(header::CONTENT_RANGE).and_then(|range| range.to_str().ok());
    let from = range
        .map(|range| range.trim_start_matches("bytes ").split('-').next().and_then(|from| from.parse::<usize>().ok()));
    match from {
        None => Ok(()),
        Some(Some(from)) if from == size => Ok(()),
        Some(_) => Err(Refusal::from(StatusCode::RANGE_NOT_SATISFIABLE.into_response())),
    }
}

fn whole(plane: &DataPlane, name: &str, wanted: &str, bytes: Bytes) -> Answer {
    let blob = Blob::new("application/octet-stream", bytes);
    if blob.digest != wanted {
        return Err(wrong_digest(wanted));
    }
    plane.pushed.keep_blob(name, blob);
    Ok(created(&format!("/v2/{name}/blobs/{wanted}"), wanted))
}

/// Answers `PUT /v2/{name}/manifests/{reference}`: all that the manifest names has to be there.
pub fn manifest(plane: &DataPlane, asked: &Brought<'_>, name: &str, reference: &str) -> Answer {
    let identity = auth::authorise(plane, asked.headers, Some(&to_push(name)))?;
    let invalid = |why: &str| refusal(StatusCode::BAD_REQUEST, "MANIFEST_INVALID", why, &Value::Null);
    let content: Value = serde_json::from_slice(asked.body).map_err(|_| invalid("manifest invalid"))?;
    let said = asked.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let named = content.get("mediaType").and_then(Value::as_str).unwrap_or(said);
    if content.get("schemaVersion") != Some(&json!(2)) || named.is_empty() || (!said.is_empty() && said != named) {
        return Err(invalid("manifest invalid"));
    }
    for part in parts(&content) {
        let wanted = part.get("digest").and_then(Value::as_str).unwrap_or_default();
        if plane.blob(name, wanted).is_none() && plane.manifest(name, wanted).is_none() {
            let detail = json!({"digest": wanted});
            return Err(refusal(StatusCode::BAD_REQUEST, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", &detail));
        }
    }
    let by_digest = reference.contains(':');
    let found = digest(asked.body);
    if by_digest && reference != found {
        return Err(wrong_digest(reference));
    }
    let tag = (!by_digest).then_some(reference);
    plane.pushed.keep_manifest(name, tag, Blob::new(named.to_owned(), asked.body.clone()));
    let mut world = plane.cloud.world();
    if let Some(registry) = world.registry_mut(&plane.id) {
        registry.pushes.push(RegistryPull { repository: name.to_owned(), by: identity.name() });
    }
    drop(world);
    Ok(created(&format!("/v2/{name}/manifests/{found}"), &found))
}

/// Returns the access that a push asks of a token: to read what is there already, and to write.
fn to_push(repository: &str) -> Access {
    let mut access = needs(repository, "pull");
    access.actions.push("push".to_owned());
    access
}

/// Returns the descriptors of what a manifest names and the registry has to hold. Layers of others are not in it
/// (`docs/facts/azure.md` 9.3).
fn parts(manifest: &Value) -> impl Iterator<Item = &Value> {
    let list = |name: &str| manifest.get(name).and_then(Value::as_array).into_iter().flatten();
    let own = |layer: &&Value| {
        let kind = layer.get("mediaType").and_then(Value::as_str).unwrap_or_default();
        layer.get("urls").is_none() && !kind.contains("foreign") && !kind.contains("nondistributable")
    };
    manifest.get("config").into_iter().chain(list("layers").filter(own)).chain(list("manifests"))
}

fn is_repository(name: &str) -> bool {
    let part = |part: &str| {
        let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        part.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric()) && part.bytes().all(legal)
    };
    name.len() <= 255 && name.split('/').all(part)
}

fn going_on(status: StatusCode, name: &str, id: Uuid, size: usize) -> Response {
    let headers = [
        (header::LOCATION, format!("/v2/{name}/blobs/uploads/{id}?_nouploadcache=false")),
        (header::RANGE, format!("0-{}", size.saturating_sub(1))),
        (HeaderName::from_static("docker-upload-uuid"), id.to_string()),
    ];
    (status, headers).into_response()
}

fn created(location: &str, digest: &str) -> Response {
    let headers = [
        (header::LOCATION, location.to_owned()),
        (HeaderName::from_static("docker-content-digest"), digest.to_owned()),
    ];
    (StatusCode::CREATED, headers).into_response()
}

fn wrong_digest(wanted: &str) -> Refusal {
    let message = "provided digest did not match uploaded content";
    refusal(StatusCode::BAD_REQUEST, "DIGEST_INVALID", message, &json!({"digest": wanted}))
}

/// Returns 405 for a method that an address does not take.
pub fn unsupported() -> Refusal {
    refusal(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", "The operation is unsupported.", &Value::Null)
}

fn refusal(status: StatusCode, code: &str, message: &str, detail: &Value) -> Refusal {
    errors::registry(status, code, message, detail)
}
