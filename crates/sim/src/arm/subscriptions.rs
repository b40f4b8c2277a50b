//! Tenants, subscriptions, resource groups and the list of resources: what a caller can see at all.

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    answers::{self, value},
    crowd,
    request::{self, Asked},
    shapes, vaults,
};
use crate::{
    cloud::Cloud,
    errors::{self, Answer},
    rights,
    tokens::Caller,
    world::{Directory, World, crowd::Kind},
};

/// Returns the tenants that know the caller: a user's are those where the account is a member or a guest, a service
/// principal has only one (`arm_subscriptions_tenants_rest`).
pub fn tenants(cloud: &Cloud, asked: &Asked) -> Answer {
    let world = cloud.world();
    let knows = |tenant: &&Directory| match &asked.caller.person {
        Some(person) => tenant.user_of_account(&person.name).is_some(),
        None => tenant.id == asked.caller.tenant,
    };
    let shown = world.tenants.iter().filter(knows).map(tenant_shape).collect();
    value(cloud, asked, shown)
}

fn tenant_shape(tenant: &Directory) -> Value {
    json!({
        "id": format!("/tenants/{}", tenant.id),
        "tenantId": tenant.id,
        "countryCode": "US",
        "displayName": tenant.display_name,
        "domains": tenant.domains,
        "tenantCategory": "Home",
        "defaultDomain": tenant.domains.first(),
        "tenantType": "AAD",
    })
}

/// Returns the subscriptions in which the caller holds a role, on them or on anything in them.
pub fn list(cloud: &Cloud, asked: &Asked) -> Answer {
    let world = cloud.world();
    let seen: Vec<Value> = visible(cloud, &world, &asked.caller)
        .into_iter()
        .filter_map(|id| world.subscriptions.iter().find(|found| found.id == id))
        .map(shapes::subscription)
        .collect();
    value(cloud, asked, seen)
}

/// Returns the ids of the subscriptions that a caller can see.
pub fn visible(cloud: &Cloud, world: &World, caller: &Caller) -> Vec<Uuid> {
    let now = cloud.clock.now();
    let identities = world.identities(caller.object_id);
    let holds = |scope: &str| {
        world.role_assignments.iter().any(|held| {
            identities.contains(&held.principal_id)
                && held.written.after(cloud.times.role_effect).reached(now)
                && (rights::covers(&held.scope, scope) || rights::covers(scope, &held.scope))
        })
    };
    world
        .subscriptions
        .iter()
        .filter(|found| found.tenant == caller.tenant && holds(&format!("/subscriptions/{}", found.id)))
        .map(|found| found.id)
        .collect()
}

/// Returns one subscription.
pub fn show(cloud: &Cloud, asked: &Asked) -> Answer {
    let scope = request::scope(asked, 2);
    let id = request::subscription_of(asked);
    if !visible(cloud, &cloud.world(), &asked.caller).contains(&id) {
        rights::require(cloud, &asked.caller, &scope, "Microsoft.Resources/subscriptions/read")?;
    }
    let world = cloud.world();
    let shown: Vec<Value> =
        world.subscriptions.iter().filter(|found| found.id == id).map(shapes::subscription).collect();
    Ok(errors::json(StatusCode::OK, &shown.into_iter().next().unwrap_or_default()))
}

/// Returns the resource groups of a subscription.
pub fn groups(cloud: &Cloud, asked: &Asked) -> Answer {
    let scope = request::scope(asked, 2);
    rights::require(cloud, &asked.caller, &scope, "Microsoft.Resources/subscriptions/resourceGroups/read")?;
    let id = request::subscription_of(asked);
    let world = cloud.world();
    let shown = world
        .subscriptions
        .iter()
        .filter(|found| found.id == id)
        .flat_map(|found| &found.resource_groups)
        .map(|name| group_shape(&world, id, name))
        .collect();
    value(cloud, asked, shown)
}

/// Returns one resource group.
pub fn group(cloud: &Cloud, asked: &Asked) -> Answer {
    let scope = request::scope(asked, 4);
    rights::require(cloud, &asked.caller, &scope, "Microsoft.Resources/subscriptions/resourceGroups/read")?;
    let name = asked.segments.get(3).map_or("", String::as_str);
    let id = request::subscription_of(asked);
    let world = cloud.world();
    answers::known_group(&world, &id.to_string(), name)?;
    Ok(errors::json(StatusCode::OK, &group_shape(&world, id, name)))
}

fn group_shape(world: &World, subscription: Uuid, name: &str) -> Value {
    let location = world
        .clusters
        .iter()
        .map(|cluster| (&cluster.id, &cluster.location))
        .chain(world.registries.iter().map(|registry| (&registry.id, &registry.location)))
        .find(|(id, _)| answers::in_group(id, name))
        .map_or("westeurope", |(_, location)| location);
    json!({
        "id": format!("/subscriptions/{subscription}/resourceGroups/{name}"),
        "name": name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": location,
        "properties": {"provisioningState": "Succeeded"},
    })
}

/// Returns the resources of a subscription or of a group that the caller may read.
pub fn resources(cloud: &Cloud, asked: &Asked) -> Answer {
    let terms = asked.filter(&["resourcetype", "name", "resourcegroup"])?;
    let whole = asked.segments.len() == 3;
    let scope = request::scope(asked, if whole { 2 } else { 4 });
    let world = cloud.world();
    let wanted = |kind: &Kind| !terms.iter().any(|term| term.excludes("resourcetype", kind.path()));
    let many = [Kind::Cluster, Kind::Registry].into_iter().filter(wanted);
    let subscription = request::subscription_of(asked);
    let many = many.flat_map(|kind| crowd::readable(cloud, &world, &asked.caller, kind));
    let many = many.filter(|member| member.subscription == subscription).map(|member| crowd::row(&member));
    let shown = readable(cloud, &world, &asked.caller)
        .into_iter()
        .chain(many)
        .filter(|resource| rights::covers(&scope, text(resource, "id")))
        .filter(|resource| {
            !terms.iter().any(|term| {
                term.excludes("resourcetype", text(resource, "type"))
                    || term.excludes("name", text(resource, "name"))
                    || term.excludes("resourcegroup", text(resource, "id").split('/').nth(4).unwrap_or_default())
            })
        })
        .map(|resource| {
            let mut short = json!({});
            for member in ["id", "name", "type", "location", "sku", "identity", "tags"] {
                if let Some(found) = resource.get(member) {
                    short[member] = found.clone();
                }
            }
            short
        })
        .collect();
    value(cloud, asked, shown)
}

/// Returns every resource that a caller may read, the crowd not among them, whole, with ids and types as Resource
/// Manager (not the provider) writes them.
pub fn readable(cloud: &Cloud, world: &World, caller: &Caller) -> Vec<Value> {
    let may = |tenant: Uuid, id: &str, action: &str| {
        tenant == caller.tenant && rights::allowed(cloud, world, caller.object_id, id, action)
    };
    let clusters = world
        .clusters
        .iter()
        .filter(|found| may(found.tenant, &found.id, "Microsoft.ContainerService/managedClusters/read"))
        .map(|found| {
            let mut shown = shapes::cluster(found);
            shown["id"] = json!(found.id);
            shown["type"] = json!("Microsoft.ContainerService/managedClusters");
            shown
        });
    let registries = world
        .registries
        .iter()
        .filter(|found| may(found.tenant, &found.id, "Microsoft.ContainerRegistry/registries/read"))
        .map(shapes::registry);
    let vaults = world
        .vaults
        .iter()
        .filter(|found| may(found.tenant, &found.id, &format!("{}/read", vaults::KIND)))
        .map(|found| shapes::vault(found, world.names));
    clusters.chain(registries).chain(vaults).collect()
}

/// Returns a member of a resource that is text.
pub fn text<'a>(resource: &'a Value, member: &str) -> &'a str {
    resource.get(member).and_then(Value::as_str).unwrap_or_default()
}
