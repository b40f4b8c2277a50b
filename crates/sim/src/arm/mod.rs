//! The Resource Manager: one router for everything, since its paths are matched in any case.
//!
//! Every request passes the same gates in the same order: a token for this plane, an `api-version`, a subscription of the
//! caller's own tenant. Then one table of paths names the handler.

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderName, Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    cloud::{Cloud, Shared},
    errors::{self, Answer, Refusal},
    faults::Fate,
    paging::Page,
    rights,
    tokens::Caller,
    world::{World, crowd::Kind},
};

mod clusters;
mod compute;
mod crowd;
mod filter;
mod gates;
mod kql;
mod metadata;
mod operations;
mod registries;
mod registry_tokens;
mod resets;
mod resource_graph;
mod role_rows;
mod roles;
mod shapes;
mod subscriptions;
#[cfg(test)]
mod tests;
mod updates;
mod vaults;

pub use shapes::SYSTEM_SCOPE_MAPS;

/// Everything under `/metadata`, `/subscriptions`, `/providers` and `/tenants`.
pub fn router(cloud: Shared) -> Router {
    // One handler: a router's own table would mind the case.
    Router::new().fallback(handle).with_state(cloud)
}

/// A request that has passed the gates.
struct Asked {
    method: Method,
    /// The path's segments as they came, percent-decoded.
    segments: Vec<String>,
    path_and_query: String,
    query: Vec<(String, String)>,
    body: Bytes,
    caller: Caller,
    fate: Fate,
}

impl Asked {
    /// A query parameter, its name in any case.
    fn query(&self, name: &str) -> Option<&str> {
        gates::query_value(&self.query, name)
    }

    /// The `$filter`, parsed; `known` names in lower case what the list understands.
    fn filter(&self, known: &[&str]) -> Result<Vec<filter::Term>, Refusal> {
        filter::parse(self.query("$filter").unwrap_or_default(), known).map_err(|term| {
            let message = format!("The filter '{term}' is not supported for this resource.");
            errors::arm(StatusCode::BAD_REQUEST, "InvalidFilterInQueryString", &message)
        })
    }

    /// The body, which has to have the form of `T`.
    fn body<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let message = format!("The request content was invalid and could not be deserialized: '{error}'.");
            errors::arm(StatusCode::BAD_REQUEST, "InvalidRequestContent", &message)
        })
    }
}

async fn handle(State(cloud): State<Shared>, request: Request) -> Response {
    let answer = match gates::ask(&cloud, request).await {
        Ok(gates::Gate::Open(asked)) => dispatch(&cloud, &asked),
        Ok(gates::Gate::Answered(response)) => Ok(response),
        Err(refusal) => Err(refusal),
    };
    answer.unwrap_or_else(IntoResponse::into_response)
}

/// The table of paths, in lower case; names keep the casing they came with.
fn dispatch(cloud: &Shared, asked: &Asked) -> Answer {
    let lower: Vec<String> = asked.segments.iter().map(|segment| segment.to_lowercase()).collect();
    let path: Vec<&str> = lower.iter().map(String::as_str).collect();
    if let Some(at) = path.windows(2).rposition(|pair| pair == ["providers", "microsoft.authorization"]) {
        let scope = format!("/{}", asked.segments.get(..at).unwrap_or_default().join("/"));
        return roles::answer(cloud, asked, &scope, path.get(at + 2..).unwrap_or_default());
    }
    match (asked.method.as_str(), path.as_slice()) {
        ("GET", ["tenants"]) => subscriptions::tenants(cloud, asked),
        ("GET", ["subscriptions"]) => subscriptions::list(cloud, asked),
        ("GET", ["subscriptions", _]) => subscriptions::show(cloud, asked),
        ("GET", ["subscriptions", _, "resourcegroups"]) => subscriptions::groups(cloud, asked),
        ("GET", ["subscriptions", _, "resourcegroups", _]) => subscriptions::group(cloud, asked),
        ("GET", ["subscriptions", _, "resources"] | ["subscriptions", _, "resourcegroups", _, "resources"]) => {
            subscriptions::resources(cloud, asked)
        }
        ("GET", ["subscriptions", _, "providers", "microsoft.compute", "locations", location, "usages"]) => {
            compute::usages(cloud, asked, location)
        }
        ("POST", ["providers", "microsoft.resourcegraph", "resources"]) => resource_graph::answer(cloud, asked),
        (_, ["subscriptions", _, "providers", "microsoft.containerservice", "locations", _, kind, id]) => {
            operations::show(cloud, asked, kind, id)
        }
        (_, ["subscriptions", _, "providers", "microsoft.containerservice", "managedclusters"]) => {
            clusters::list(cloud, asked, None)
        }
        (
            _,
            ["subscriptions", _, "resourcegroups", group, "providers", "microsoft.containerservice", "managedclusters"],
        ) => clusters::list(cloud, asked, Some(group)),
        (
            _,
            [
                "subscriptions",
                _,
                "resourcegroups",
                _,
                "providers",
                "microsoft.containerservice",
                "managedclusters",
                _,
                rest @ ..,
            ],
        ) => clusters::answer(cloud, asked, rest),
        ("POST", ["subscriptions", _, "providers", "microsoft.containerregistry", "checknameavailability"]) => {
            registries::check_name(cloud, asked)
        }
        (_, ["subscriptions", _, "providers", "microsoft.containerregistry", "registries"]) => {
            registries::list(cloud, asked, None)
        }
        (
            _,
            ["subscriptions", _, "resourcegroups", group, "providers", "microsoft.containerregistry", "registries"],
        ) => registries::list(cloud, asked, Some(group)),
        (
            _,
            [
                "subscriptions",
                _,
                "resourcegroups",
                _,
                "providers",
                "microsoft.containerregistry",
                "registries",
                _,
                rest @ ..,
            ],
        ) => registries::answer(cloud, asked, rest),
        (_, ["subscriptions", _, "providers", "microsoft.keyvault", "vaults"]) => vaults::list(cloud, asked, None),
        (_, ["subscriptions", _, "resourcegroups", group, "providers", "microsoft.keyvault", "vaults"]) => {
            vaults::list(cloud, asked, Some(group))
        }
        (_, ["subscriptions", _, "resourcegroups", _, "providers", "microsoft.keyvault", "vaults", _]) => {
            vaults::answer(cloud, asked)
        }
        _ => Err(not_served(asked)),
    }
}

/// What no handler serves: a provider or type that is not simulated, or a method that it does not have.
fn not_served(asked: &Asked) -> Refusal {
    let path = asked.segments.join("/");
    let message = format!("The resource type could not be found for '{}' of '/{path}'.", asked.method);
    errors::arm(StatusCode::NOT_FOUND, "InvalidResourceType", &message)
}

/// The list of a kind of resource in a subscription or one of its groups; `found` gives those under that scope.
fn list_in(
    cloud: &Cloud,
    asked: &Asked,
    group: Option<&str>,
    kind: &str,
    found: impl FnOnce(&World, &str) -> Vec<Value>,
) -> Answer {
    if asked.method != Method::GET {
        return Err(not_served(asked));
    }
    let scope = scope(asked, if group.is_some() { 4 } else { 2 });
    rights::require(cloud, &asked.caller, &scope, &format!("{kind}/read"))?;
    let world = cloud.world();
    if let Some(group) = group {
        known_group(&world, &subscription_of(asked).to_string(), group)?;
    }
    value(cloud, asked, found(&world, &scope))
}

/// The most items of a list's page. Providers choose theirs and document none.
const PAGE: usize = 200;

/// A list's answer: a page of it, smaller ones where the scenario makes them so.
fn value(cloud: &Cloud, asked: &Asked, items: Vec<Value>) -> Answer {
    let size = cloud.page.unwrap_or(PAGE);
    let page = Page::of(items, size, &asked.path_and_query, "$skipToken").ok_or_else(|| {
        let message = "The provided skip token is invalid.";
        errors::arm(StatusCode::BAD_REQUEST, "InvalidSkipToken", message)
    })?;
    let mut body = json!({"value": page.items});
    if let Some(next) = page.next {
        body["nextLink"] = json!(format!("{}{next}", cloud.origin));
    }
    Ok(errors::json(StatusCode::OK, &body))
}

/// The id of the resource that the first eight segments of a path name, as the path writes it.
fn resource_id(asked: &Asked) -> String {
    format!("/{}", asked.segments.get(..8).unwrap_or_default().join("/"))
}

/// A scope of the first segments of a path: two are the subscription, four the group.
fn scope(asked: &Asked, segments: usize) -> String {
    format!("/{}", asked.segments.get(..segments).unwrap_or_default().join("/"))
}

/// 404 for a resource that is not there (`aks_sp_create_show`).
fn resource_not_found(asked: &Asked, kind: &str) -> Refusal {
    let segment = |at: usize| asked.segments.get(at).map_or("", String::as_str);
    no_resource(kind, segment(7), segment(3))
}

fn no_resource(kind: &str, name: &str, group: &str) -> Refusal {
    let message = format!(
        "The Resource '{kind}/{name}' under resource group '{group}' was not found. For more details please go to \
         https://aka.ms/ARMResourceNotFoundFix"
    );
    errors::arm(StatusCode::NOT_FOUND, "ResourceNotFound", &message)
}

/// Refuses a resource group that is not there.
fn known_group(world: &World, subscription: &str, group: &str) -> Result<(), Refusal> {
    let known = world
        .subscription(subscription)
        .is_some_and(|found| found.resource_groups.iter().any(|name| name.eq_ignore_ascii_case(group)));
    if known {
        return Ok(());
    }
    let message = format!("Resource group '{group}' could not be found.");
    Err(errors::arm(StatusCode::NOT_FOUND, "ResourceGroupNotFound", &message))
}

/// Refuses a scope whose resource group, cluster, registry or vault is not there. Of other kinds of resources nothing is known.
fn known_scope(world: &World, scope: &str) -> Result<(), Refusal> {
    let parts: Vec<&str> = scope.split('/').skip(1).collect();
    let [kind, subscription, groups, group, rest @ ..] = parts.as_slice() else {
        return Ok(());
    };
    if !(kind.eq_ignore_ascii_case("subscriptions") && groups.eq_ignore_ascii_case("resourceGroups")) {
        return Ok(());
    }
    known_group(world, subscription, group)?;
    let [_providers, provider, collection, name, ..] = rest else {
        return Ok(());
    };
    let id = format!("/{}", parts.get(..8).unwrap_or_default().join("/"));
    let kind = format!("{provider}/{collection}");
    let known = match kind.to_lowercase().as_str() {
        "microsoft.containerservice/managedclusters" => {
            world.cluster(&id).is_some() || world.crowd.find(Kind::Cluster, &id).is_some()
        }
        "microsoft.containerregistry/registries" => {
            world.registry(&id).is_some() || world.crowd.find(Kind::Registry, &id).is_some()
        }
        "microsoft.keyvault/vaults" => world.vaults.iter().any(|vault| vault.id.eq_ignore_ascii_case(&id)),
        _ => true,
    };
    if known { Ok(()) } else { Err(no_resource(&kind, name, group)) }
}

/// Whether a resource id is in a resource group.
fn in_group(id: &str, group: &str) -> bool {
    id.split('/').nth(4).is_some_and(|name| name.eq_ignore_ascii_case(group))
}

/// What every answer of a provider behind the gateway carries on writes.
fn writes_left(mut response: Response) -> Response {
    response.headers_mut().insert(
        HeaderName::from_static("x-ms-ratelimit-remaining-subscription-writes"),
        http::HeaderValue::from_static("1199"),
    );
    response
}

/// The subscription a path is about.
fn subscription_of(asked: &Asked) -> Uuid {
    asked.segments.get(1).and_then(|id| Uuid::parse_str(id).ok()).unwrap_or_default()
}
