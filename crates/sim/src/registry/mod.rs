//! The data plane of a registry, at the root of its own origin (`docs/facts/real-clients.md` 2, layout rule 3).

use std::{net::IpAddr, sync::Arc};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Value, json};

use crate::{
    cloud::Shared,
    errors::{self, Answer, Refusal},
    nodes,
    world::Registry,
};

mod auth;
#[cfg(test)]
mod auth_tests;
mod content;
mod delete;
mod identity;
pub mod images;
mod listing;
mod plane;
mod push;
#[cfg(test)]
mod push_tests;
mod pushed;
pub mod scope;
#[cfg(test)]
mod tests;

use images::Images;
use plane::DataPlane;
use push::Brought;
use pushed::Pushed;

/// No form of this plane is larger: an Entra token and little else.
const MAX_BODY: usize = 1 << 16;
/// No content that is pushed is larger: it is held in memory.
const MAX_CONTENT: usize = 64 << 20;

/// Returns the data plane of the registry of a resource id, which listens at `address`.
pub fn router(cloud: Shared, registry_id: String, address: IpAddr) -> Router {
    let of_registry = |registry: &Registry| (Arc::clone(&registry.repositories), Arc::clone(&registry.windows));
    let (repositories, windows) = cloud.world().registry(&registry_id).map(of_registry).unwrap_or_default();
    let images = Images::of(repositories, windows);
    let plane = Arc::new(DataPlane { cloud, id: registry_id, images, pushed: Pushed::default(), address });
    // One handler, since a repository's name may hold slashes in the middle of a path.
    Router::new().fallback(handle).with_state(plane)
}

async fn handle(State(plane): State<Arc<DataPlane>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let most = if parts.uri.path().starts_with("/v2/") { MAX_CONTENT } else { MAX_BODY };
    let Ok(body) = to_bytes(body, most).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let path = percent_encoding::percent_decode_str(parts.uri.path()).decode_utf8_lossy().into_owned();
    let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
    let form = if errors::is_of(&parts.headers, errors::FORM) { pairs(&body) } else { Vec::new() };
    let asked = Asked { method: parts.method, headers: parts.headers, path, query, form, body };
    let answer = let_in(&plane, &asked.headers).and_then(|()| dispatch(&plane, &asked));
    answer.unwrap_or_else(IntoResponse::into_response)
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

struct Asked {
    method: Method,
    headers: HeaderMap,
    path: String,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    body: Bytes,
}

/// Applies the network rules: 403 at every address (`docs/facts/azure.md` 3.10), but maybe not for the cluster's nodes.
fn let_in(plane: &DataPlane, headers: &HeaderMap) -> Result<(), Refusal> {
    let world = plane.cloud.world();
    let Some(registry) = world.registry(&plane.id) else {
        return Ok(());
    };
    if !registry.firewalled || (registry.firewall_lets_nodes_in && nodes::is_node(headers)) {
        return Ok(());
    }
    let message =
        "client with IP '127.0.0.1' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.";
    Err(errors::registry(StatusCode::FORBIDDEN, "DENIED", message, &Value::Null))
}

fn dispatch(plane: &DataPlane, asked: &Asked) -> Answer {
    let Asked { method, headers, path, query, form, .. } = asked;
    let reads = method == Method::GET || method == Method::HEAD;
    match (method.as_str(), path.as_str()) {
        ("GET", "/oauth2/token") => auth::token_by_query(plane, headers, query),
        ("POST", "/oauth2/token") => auth::token_by_form(plane, form),
        ("POST", "/oauth2/exchange") => auth::exchange(plane, form),
        (_, "/v2" | "/v2/") if reads => {
            auth::authorise(plane, headers, None)?;
            Ok(errors::json(StatusCode::OK, &json!({})))
        }
        ("GET", "/v2/_catalog" | "/acr/v1/_catalog") => listing::catalog(plane, headers, path, query),
        _ if reads && path.starts_with(content::STORAGE) => {
            let signature = query.iter().find(|(name, _)| name == "sig");
            content::stored(plane, method, headers, signature.map(|(_, value)| value.as_str()))
        }
        _ if path.starts_with("/v2/") => docker(plane, asked),
        ("GET" | "DELETE", _) if path.starts_with("/acr/v1/") => metadata(plane, asked),
        _ => Err(not_found()),
    }
}

/// Returns the addresses of the distribution specification that name a repository.
fn docker(plane: &DataPlane, asked: &Asked) -> Answer {
    let Asked { method, headers, path, query, .. } = asked;
    let rest = path.trim_start_matches("/v2/");
    let reads = method == Method::GET || method == Method::HEAD;
    let brought = Brought { method, headers, query, body: &asked.body };
    if let Some((name, id)) = rest.rsplit_once("/blobs/uploads").filter(|(_, id)| id.is_empty() || id.starts_with('/'))
    {
        return push::upload(plane, &brought, name, id.trim_start_matches('/'));
    }
    if let Some((name, reference)) = rest.rsplit_once("/manifests/").filter(|_| method == Method::PUT) {
        return push::manifest(plane, &brought, name, reference);
    }
    if let Some((name, digest)) = rest.rsplit_once("/manifests/").filter(|_| method == Method::DELETE) {
        return delete::manifest(plane, headers, name, digest);
    }
    if !reads {
        return Err(push::unsupported());
    }
    if let Some((name, reference)) = rest.rsplit_once("/manifests/") {
        return content::manifest(plane, method, headers, name, reference);
    }
    if let Some((name, digest)) = rest.rsplit_once("/blobs/") {
        return content::blob(plane, headers, name, digest);
    }
    match rest.strip_suffix("/tags/list") {
        Some(name) => listing::tag_names(plane, headers, name, query),
        None => Err(not_found()),
    }
}

/// Answers ACR's own addresses (`acr-dataplane-2021-07-01.json`).
fn metadata(plane: &DataPlane, asked: &Asked) -> Answer {
    let Asked { headers, path, query, .. } = asked;
    let rest = path.trim_start_matches("/acr/v1/");
    if asked.method == Method::DELETE {
        return match rest.rsplit_once("/_tags/") {
            Some((name, tag)) => delete::tag(plane, headers, name, tag),
            None => delete::repository(plane, headers, rest),
        };
    }
    if let Some(name) = rest.strip_suffix("/_tags") {
        return listing::tags(plane, headers, name, query);
    }
    if let Some(name) = rest.strip_suffix("/_manifests") {
        return listing::manifests(plane, headers, name);
    }
    match rest.rsplit_once("/_tags/") {
        Some((name, tag)) => listing::tag(plane, headers, name, tag),
        None => listing::repository(plane, headers, rest),
    }
}

fn not_found() -> Refusal {
    Refusal::from(
        (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "404 page not found\n")
            .into_response(),
    )
}
