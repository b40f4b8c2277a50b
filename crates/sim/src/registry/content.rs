//! Manifests and blobs of a registry.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::json;

use super::{auth, images::Blob, plane::DataPlane, scope::Access};
use crate::{
    errors::{self, Answer, Refusal},
    world::RegistryPull,
};

/// The validity of the address of a blob in storage, in seconds.
const STORAGE_SECONDS: i64 = 20 * 60;
/// The path of the simulated storage account. It is behind the registry's listener, but at an address of its own, so
/// that a client has to mind that this is another host.
pub const STORAGE: &str = "/storage/docker/registry/v2/blobs/sha256";

/// Answers `/v2/{name}/manifests/{reference}`.
pub fn manifest(plane: &DataPlane, method: &Method, headers: &HeaderMap, name: &str, reference: &str) -> Answer {
    let identity = auth::authorise(plane, headers, Some(&needs(name, "pull")))?;
    known_repository(plane, name)?;
    let found = plane.manifest(name, reference).ok_or_else(|| manifest_unknown(name, reference))?;
    if !accepts(headers, &found.media_type) {
        let message = "OCI manifest found, but accept header does not support OCI manifests";
        return Err(no_manifest(name, reference, message));
    }
    if method == Method::GET {
        let mut world = plane.cloud.world();
        if let Some(registry) = world.registry_mut(&plane.id) {
            registry.pulls.push(RegistryPull { repository: name.to_owned(), by: identity.name() });
        }
    }
    let mut response = whole(method, &found);
    let etag = format!("\"{}\"", found.digest);
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

/// Returns 404 for a manifest that is not there.
pub fn manifest_unknown(name: &str, reference: &str) -> Refusal {
    no_manifest(name, reference, &format!("manifest tagged by \"{reference}\" is not found"))
}

fn no_manifest(name: &str, reference: &str, message: &str) -> Refusal {
    let detail = json!({"Name": name, "Revision": reference});
    errors::registry(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", message, &detail)
}

/// True where the request takes a media type; without an `Accept` it takes anything.
fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    let mut all = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|part| part.split(';').next().unwrap_or_default().trim())
        .peekable();
    all.peek().is_none() || all.any(|part| [media_type, "*/*", "application/*"].contains(&part))
}

/// Answers `/v2/{name}/blobs/{digest}`: a redirect to storage with a signed address, as ACR does.
pub fn blob(plane: &DataPlane, headers: &HeaderMap, name: &str, digest: &str) -> Answer {
    auth::authorise(plane, headers, Some(&needs(name, "pull")))?;
    known_repository(plane, name)?;
    let blob = plane.blob(name, digest).ok_or_else(|| {
        let detail = json!({"digest": digest});
        errors::registry(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", "blob unknown to registry", &detail)
    })?;
    let hex = blob.digest.trim_start_matches("sha256:");
    let end = plane.cloud.clock.timestamp().as_second() + STORAGE_SECONDS;
    let signature = plane.cloud.issuer.sign(&json!({"exp": end, "repository": name, "digest": digest}));
    let address = format!(
        "https://{}{STORAGE}/{}/{hex}/data?sp=r&sr=b&sig={signature}",
        plane.storage_host(),
        hex.get(..2).unwrap_or_default()
    );
    let headers =
        [(header::LOCATION, address), (HeaderName::from_static("docker-content-digest"), blob.digest.clone())];
    Ok((StatusCode::TEMPORARY_REDIRECT, headers).into_response())
}

/// Returns a blob in storage: the signature in the address is all it takes, and ranges are served. A token beside the
/// signature is refused, as storage does; a client that sends one gave the registry's token to another host.
pub fn stored(plane: &DataPlane, method: &Method, headers: &HeaderMap, signature: Option<&str>) -> Answer {
    if headers.contains_key(header::AUTHORIZATION) {
        let text =
            "Authentication information is not given in the correct format. Check the value of Authorization header.";
        return Err(storage_error(StatusCode::BAD_REQUEST, "InvalidAuthenticationInfo", text));
    }
    let claims = signature.and_then(|signature| plane.cloud.issuer.open(signature, &plane.cloud.clock).ok());
    let claim = |name: &str| claims.as_ref()?.get(name)?.as_str();
    let found = claim("repository").zip(claim("digest")).and_then(|(name, digest)| plane.blob(name, digest));
    let Some(blob) = found else {
        let text = "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.";
        return Err(storage_error(StatusCode::FORBIDDEN, "AuthenticationFailed", text));
    };
    match headers.get(header::RANGE).and_then(|value| value.to_str().ok()) {
        None => Ok(whole(method, &blob)),
        Some(range) => Ok(part(method, &blob, range)),
    }
}

/// Returns an error of storage, which speaks XML.
fn storage_error(status: StatusCode, code: &str, message: &str) -> Refusal {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    let headers = [(header::CONTENT_TYPE, "application/xml"), (HeaderName::from_static("x-ms-error-code"), code)];
    Refusal::from((status, headers, body).into_response())
}

fn whole(method: &Method, blob: &Blob) -> Response {
    let headers = [
        (header::CONTENT_TYPE, blob.media_type.to_string()),
        (header::CONTENT_LENGTH, blob.bytes.len().to_string()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (HeaderName::from_static("docker-content-digest"), blob.digest.clone()),
    ];
    (StatusCode::OK, headers, body(method, blob.bytes.clone())).into_response()
}

fn part(method: &Method, blob: &Blob, range: &str) -> Response {
    let size = blob.bytes.len();
    let Some((from, to)) = range_of(range, size) else {
        let headers = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
        return (StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, (to + 1 - from).to_string()),
        (header::CONTENT_RANGE, format!("bytes {from}-{to}/{size}")),
    ];
    let bytes = blob.bytes.slice(from..=to);
    (StatusCode::PARTIAL_CONTENT, headers, body(method, bytes)).into_response()
}

fn body(method: &Method, bytes: Bytes) -> Bytes {
    if method == Method::HEAD { Bytes::new() } else { bytes }
}

/// Returns first and last byte of the one range that a `Range` names (RFC 9110 14.1.2).
fn range_of(range: &str, size: usize) -> Option<(usize, usize)> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let last = size.checked_sub(1)?;
    let (from, to) = match (from, to) {
        ("", count) => (size.saturating_sub(count.parse().ok()?), last),
        (from, "") => (from.parse().ok()?, last),
        (from, to) => (from.parse().ok()?, to.parse::<usize>().ok()?.min(last)),
    };
    (from <= to).then_some((from, to))
}

/// Returns the access that a repository's content asks of a token.
pub fn needs(repository: &str, action: &str) -> Access {
    Access { kind: "repository".to_owned(), name: repository.to_owned(), actions: vec![action.to_owned()] }
}

/// Refuses a repository that is not there.
pub fn known_repository(plane: &DataPlane, name: &str) -> Result<(), Refusal> {
    if plane.tags(name).is_some() {
        return Ok(());
    }
    let message = "repository name not known to registry";
    Err(errors::registry(StatusCode::NOT_FOUND, "NAME_UNKNOWN", message, &json!({"name": name})))
}

#[cfg(test)]
mod tests {
    use super::{super::images::MANIFEST_TYPE, *};

    #[test]
    fn ranges_are_read_as_http_says() {
        assert_eq!(range_of("bytes=0-0", 10), Some((0, 0)));
        assert_eq!(range_of("bytes=5-", 10), Some((5, 9)));
        assert_eq!(range_of("bytes=5-99", 10), Some((5, 9)));
        assert_eq!(range_of("bytes=-3", 10), Some((7, 9)));
        assert_eq!(range_of("bytes=10-", 10), None);
        assert_eq!(range_of("bytes=-0", 10), None);
        assert_eq!(range_of("bytes=0-", 0), None);
        assert_eq!(range_of("lines=0-1", 10), None);
    }

    #[test]
    fn a_client_that_cannot_read_oci_gets_none() {
        let with = |value: &'static str| HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(value))]);
        assert!(accepts(&HeaderMap::new(), MANIFEST_TYPE));
        assert!(accepts(&with("text/html, */*;q=0.1"), MANIFEST_TYPE));
        assert!(accepts(&with("application/vnd.oci.image.manifest.v1+json"), MANIFEST_TYPE));
        assert!(!accepts(&with("application/vnd.docker.distribution.manifest.v2+json"), MANIFEST_TYPE));
    }
}
