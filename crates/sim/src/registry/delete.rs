//! Deletes: manifests by their digests, tags and whole repositories, which Microsoft's clients answer with 202
//! (azure-containerregistry, `_generated/operations/_operations.py`; `acr_dataplane_tag_unknown`).

use std::collections::BTreeSet;

use axum::response::IntoResponse;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::{
    auth,
    content::{known_repository, manifest_unknown, needs},
    listing::tag_unknown,
    plane::DataPlane,
    push,
};
use crate::errors::{self, Answer};

/// Answers `DELETE /v2/{name}/manifests/{digest}`. A tag in place of the digest is refused, as the OCI distribution
/// specification allows ("Deleting tags").
pub fn manifest(plane: &DataPlane, headers: &HeaderMap, name: &str, digest: &str) -> Answer {
    auth::authorise(plane, headers, Some(&needs(name, "delete")))?;
    if !digest.contains(':') {
        return Err(push::unsupported());
    }
    known_repository(plane, name)?;
    plane.delete_manifest(name, digest).ok_or_else(|| manifest_unknown(name, digest))?;
    Ok(StatusCode::ACCEPTED.into_response())
}

/// Answers `DELETE /acr/v1/{name}/_tags/{tag}`: the manifest stays.
pub fn tag(plane: &DataPlane, headers: &HeaderMap, name: &str, tag: &str) -> Answer {
    auth::authorise(plane, headers, Some(&needs(name, "delete")))?;
    if !plane.tags(name).is_some_and(|tags| tags.iter().any(|known| known == tag)) {
        return Err(tag_unknown());
    }
    plane.pushed.delete(name, tag);
    Ok(StatusCode::ACCEPTED.into_response())
}

/// Answers `DELETE /acr/v1/{name}`: everything that has a tag. The name itself stays known.
pub fn repository(plane: &DataPlane, headers: &HeaderMap, name: &str) -> Answer {
    auth::authorise(plane, headers, Some(&needs(name, "delete")))?;
    known_repository(plane, name)?;
    let tags = plane.tags(name).unwrap_or_default();
    let digests: BTreeSet<String> =
        tags.iter().filter_map(|tag| plane.manifest(name, tag)).map(|manifest| manifest.digest).collect();
    for digest in &digests {
        plane.delete_manifest(name, digest);
    }
    Ok(errors::json(StatusCode::ACCEPTED, &json!({"manifestsDeleted": digests, "tagsDeleted": tags})))
}
