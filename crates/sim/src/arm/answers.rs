//! Answers that several providers of the Resource Manager give alike: lists, and refusals of what is not there.

use axum::response::Response;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::request::{Asked, scope, subscription_of};
use crate::{
    cloud::Cloud,
    errors::{self, Answer, Refusal},
    paging::Page,
    rights,
    world::{World, crowd::Kind},
};

/// Provider and type of a cluster.
pub const CLUSTER: &str = "Microsoft.ContainerService/managedClusters";

/// Returns the refusal of what no handler serves: a provider or type that is not simulated, or a method that it does
/// not have.
pub fn not_served(asked: &Asked) -> Refusal {
    let path = asked.segments.join("/");
    let message = format!("The resource type could not be found for '{}' of '/{path}'.", asked.method);
    errors::arm(StatusCode::NOT_FOUND, "InvalidResourceType", &message)
}

/// Returns the list of a kind of resource in a subscription or one of its groups; `found` gives those under that scope.
pub fn list_in(
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

/// Returns a list's answer: a page of it, smaller ones where the scenario makes them so.
pub fn value(cloud: &Cloud, asked: &Asked, items: Vec<Value>) -> Answer {
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

/// Returns 404 for a cluster that is not there.
pub fn no_cluster(asked: &Asked) -> Refusal {
    resource_not_found(asked, CLUSTER)
}

/// Returns 404 for a resource that is not there (`aks_sp_create_show`).
pub fn resource_not_found(asked: &Asked, kind: &str) -> Refusal {
    let segment = |at: usize| asked.segments.get(at).map_or("", String::as_str);
    no_resource(kind, segment(7), segment(3))
}

/// Returns 404 for a resource of a kind, a name and a group.
pub fn no_resource(kind: &str, name: &str, group: &str) -> Refusal {
    let message = format!(
        "The Resource '{kind}/{name}' under resource group '{group}' was not found. For more details please go to \
         https://aka.ms/ARMResourceNotFoundFix"
    );
    errors::arm(StatusCode::NOT_FOUND, "ResourceNotFound", &message)
}

/// Refuses a resource group that is not there.
pub fn known_group(world: &World, subscription: &str, group: &str) -> Result<(), Refusal> {
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
pub fn known_scope(world: &World, scope: &str) -> Result<(), Refusal> {
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

/// True where a resource id is in a resource group.
pub fn in_group(id: &str, group: &str) -> bool {
    id.split('/').nth(4).is_some_and(|name| name.eq_ignore_ascii_case(group))
}

/// Adds the header that every answer of a provider behind the gateway carries on writes.
pub fn writes_left(mut response: Response) -> Response {
    response.headers_mut().insert(
        HeaderName::from_static("x-ms-ratelimit-remaining-subscription-writes"),
        HeaderValue::from_static("1199"),
    );
    response
}
