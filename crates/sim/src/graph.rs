//! Microsoft Graph v1.0, as far as the routes and the Azure CLI use it (`docs/facts/azure.md` 3.3,
//! `docs/facts/real-clients.md` 3).

use axum::{Router, body::Bytes, extract::State};
use http::{HeaderMap, Method, Uri};
use uuid::Uuid;

use self::{
    call::{Call, Key},
    refusals::{bad_request, no_segment},
};
use crate::{
    cloud::Shared,
    errors::{Answer, Refusal},
    tokens,
};

mod application;
mod applications;
mod call;
mod certificates;
mod directory_objects;
mod federated;
mod filter;
mod groups;
mod members;
mod memberships;
mod objects;
mod owners;
mod passwords;
mod policies;
mod principal;
mod principals;
mod properties;
mod query;
mod readers;
mod refusals;
mod relations;
mod shapes;
mod users;

/// The relations of an object to others.
const RELATIONS: &[&str] =
    &["memberOf", "transitiveMemberOf", "appRoleAssignments", "members", "owners", "getMemberGroups", "$ref"];

/// Returns the routes of everything under `/v1.0`.
pub fn router(cloud: Shared) -> Router {
    Router::new().fallback(answer).with_state(cloud)
}

async fn answer(State(cloud): State<Shared>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Answer {
    let caller = tokens::graph_caller(&cloud, &headers)?;
    let query = query::Query::read(uri.query())?;
    let call = Call { cloud, caller, query, uri, headers, body };
    let path = percent_encoding::percent_decode_str(call.uri.path()).decode_utf8_lossy().into_owned();
    let mut segments = path.trim_start_matches("/v1.0").split('/').filter(|segment| !segment.is_empty());
    let Some(first) = segments.next() else {
        return Err(no_segment(""));
    };
    let rest: Vec<&str> = segments.collect();
    // `applications(appId='…')` is one segment that names a collection and a key.
    let (collection, key) = match first.split_once('(') {
        Some((collection, key)) => (collection, Some(alternate_key(key)?)),
        None => (first, None),
    };
    // What a relation leads to is of other kinds.
    let related = rest.last().is_some_and(|name| RELATIONS.contains(name));
    if let Some(kind) = properties::kind_of(collection).filter(|_| !related) {
        call.query.check(kind)?;
    }
    match (collection, key) {
        ("applications", key) => applications::answer(&call, &method, key, &rest),
        ("servicePrincipals", key) => principals::answer(&call, &method, key, &rest),
        ("policies", None) => policies::answer(&call, &method, &rest),
        (_, None) => directory_objects::answer(&call, &method, first, &rest),
        _ => Err(no_segment(first)),
    }
}

/// Reads an alternate key: `appId='…')`.
fn alternate_key(text: &str) -> Result<Key, Refusal> {
    let id = text.strip_prefix("appId='").and_then(|text| text.strip_suffix("')"));
    let id = id.and_then(|id| Uuid::parse_str(id).ok());
    id.map(Key::AppId).ok_or_else(|| bad_request("Invalid key in the request URL."))
}
