//! The catalog and the tags of a registry, page by page, and ACR's own view of them (`acr-dataplane-2021-07-01.json`).

use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::{
    auth,
    content::{known_repository, needs},
    plane::DataPlane,
    scope::Access,
};
use crate::errors::{self, Answer, Refusal};

/// Answers `/v2/_catalog` and `/acr/v1/_catalog`, page by page.
pub fn catalog(plane: &DataPlane, headers: &HeaderMap, path: &str, query: &[(String, String)]) -> Answer {
    let needed = Access { kind: "registry".to_owned(), name: "catalog".to_owned(), actions: vec!["*".to_owned()] };
    auth::authorise(plane, headers, Some(&needed))?;
    let repositories = plane.repositories();
    let (page, more) = paged(repositories.iter().map(String::as_str), query);
    Ok(with_next(&json!({"repositories": page}), path, more))
}

/// Answers `/v2/{name}/tags/list`.
pub fn tag_names(plane: &DataPlane, headers: &HeaderMap, name: &str, query: &[(String, String)]) -> Answer {
    let tags = readable_tags(plane, headers, name, "pull")?;
    let (page, more) = paged(tags.iter().map(String::as_str), query);
    Ok(with_next(&json!({"name": name, "tags": page}), &format!("/v2/{name}/tags/list"), more))
}

/// Answers `/acr/v1/{name}/_tags`.
pub fn tags(plane: &DataPlane, headers: &HeaderMap, name: &str, query: &[(String, String)]) -> Answer {
    let tags = readable_tags(plane, headers, name, "metadata_read")?;
    let (page, more) = paged(tags.iter().map(String::as_str), query);
    let shown: Vec<Value> = page.iter().map(|tag| tag_shape(plane, name, tag)).collect();
    let body = json!({"registry": plane.login_server(), "imageName": name, "tags": shown});
    Ok(with_next(&body, &format!("/acr/v1/{name}/_tags"), more))
}

/// Answers `/acr/v1/{name}/_tags/{tag}`.
pub fn tag(plane: &DataPlane, headers: &HeaderMap, name: &str, tag: &str) -> Answer {
    let tags = readable_tags(plane, headers, name, "metadata_read")?;
    if !tags.iter().any(|known| known == tag) {
        return Err(tag_unknown());
    }
    let body = json!({"registry": plane.login_server(), "imageName": name, "tag": tag_shape(plane, name, tag)});
    Ok(errors::json(StatusCode::OK, &body))
}

/// Returns 404 for a tag that is not there.
pub fn tag_unknown() -> Refusal {
    let message = "the specified tag does not exist";
    errors::registry(StatusCode::NOT_FOUND, "TAG_UNKNOWN", message, &Value::Null)
}

/// Answers `/acr/v1/{name}/_manifests`: every manifest with the tags that name it.
pub fn manifests(plane: &DataPlane, headers: &HeaderMap, name: &str) -> Answer {
    let tags = readable_tags(plane, headers, name, "metadata_read")?;
    let shown: Vec<Value> = tags
        .iter()
        .filter_map(|tag| Some((tag, plane.manifest(name, tag)?)))
        .map(|(tag, manifest)| {
            let content: Value = serde_json::from_slice(&manifest.bytes).unwrap_or_default();
            let layers = content.get("layers").and_then(Value::as_array).into_iter().flatten();
            let parts = content.get("config").into_iter().chain(layers);
            let sizes = parts.filter(|part| part.get("urls").is_none()).filter_map(|part| part.get("size")?.as_u64());
            json!({
                "digest": manifest.digest,
                "imageSize": sizes.sum::<u64>(),
                "createdTime": "2025-01-01T00:00:00.0000000Z",
                "lastUpdateTime": "2025-01-01T00:00:00.0000000Z",
                "architecture": "amd64",
                "os": "linux",
                "mediaType": manifest.media_type,
                "configMediaType": content.pointer("/config/mediaType"),
                "tags": [tag],
                "changeableAttributes": changeable(),
            })
        })
        .collect();
    let body = json!({"registry": plane.login_server(), "imageName": name, "manifests": shown});
    Ok(errors::json(StatusCode::OK, &body))
}

/// Answers `/acr/v1/{name}`: the repository itself.
pub fn repository(plane: &DataPlane, headers: &HeaderMap, name: &str) -> Answer {
    let tags = readable_tags(plane, headers, name, "metadata_read")?;
    let body = json!({
        "registry": plane.login_server(),
        "imageName": name,
        "createdTime": "2025-01-01T00:00:00.0000000Z",
        "lastUpdateTime": "2025-01-01T00:00:00.0000000Z",
        "manifestCount": tags.len(),
        "tagCount": tags.len(),
        "changeableAttributes": changeable(),
    });
    Ok(errors::json(StatusCode::OK, &body))
}

fn tag_shape(plane: &DataPlane, name: &str, tag: &str) -> Value {
    let digest = plane.manifest(name, tag).map(|manifest| manifest.digest);
    json!({
        "name": tag,
        "digest": digest,
        "createdTime": "2025-01-01T00:00:00.0000000Z",
        "lastUpdateTime": "2025-01-01T00:00:00.0000000Z",
        "signed": false,
        "changeableAttributes": changeable(),
    })
}

fn changeable() -> Value {
    json!({"deleteEnabled": true, "writeEnabled": true, "readEnabled": true, "listEnabled": true})
}

fn readable_tags(plane: &DataPlane, headers: &HeaderMap, name: &str, action: &str) -> Result<Vec<String>, Refusal> {
    auth::authorise(plane, headers, Some(&needs(name, action)))?;
    known_repository(plane, name)?;
    Ok(plane.tags(name).unwrap_or_default())
}

/// Returns the names after `last`, at most `n`, and whether there are more.
fn paged<'a>(names: impl Iterator<Item = &'a str>, query: &[(String, String)]) -> (Vec<&'a str>, Option<usize>) {
    let value = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let most = value("n").and_then(|n| n.parse().ok()).filter(|n| *n > 0).unwrap_or(100);
    let last = value("last").unwrap_or_default();
    let mut left: Vec<&str> = names.filter(|name| last.is_empty() || *name > last).collect();
    let more = left.len() > most;
    left.truncate(most);
    (left, more.then_some(most))
}

/// Returns a page, with a `Link` to the next one where there is one (`acr_dataplane_catalog_js`).
fn with_next(body: &Value, path: &str, more: Option<usize>) -> Response {
    let mut response = errors::json(StatusCode::OK, body);
    let names = body.get("repositories").or_else(|| body.get("tags")).and_then(Value::as_array);
    let last = names.and_then(|names| names.last()).map(|last| last.get("name").unwrap_or(last));
    if let (Some(n), Some(last)) = (more, last.and_then(Value::as_str)) {
        let last: String = url::form_urlencoded::byte_serialize(last.as_bytes()).collect();
        let link = format!("<{path}?last={last}&n={n}&orderby=>; rel=\"next\"");
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_go_on_after_the_last_name() {
        let query = |n: &str, last: &str| vec![("n".to_owned(), n.to_owned()), ("last".to_owned(), last.to_owned())];
        let names = ["a", "b", "c"];
        assert_eq!(paged(names.into_iter(), &query("2", "")), (vec!["a", "b"], Some(2)));
        assert_eq!(paged(names.into_iter(), &query("2", "b")), (vec!["c"], None));
    }
}
