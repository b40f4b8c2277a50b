//! The many clusters and registries that are there to be found, as the Resource Manager shows them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::shapes;
use crate::{
    cloud::Cloud,
    rights,
    tokens::Caller,
    world::{
        World,
        crowd::{self, Kind, Member},
    },
};

/// Returns those of a kind that a caller may read. Rights are looked at once a subscription; only where it has none
/// there, for each.
pub fn readable<'w>(
    cloud: &Cloud,
    world: &'w World,
    caller: &Caller,
    kind: Kind,
) -> impl Iterator<Item = Member> + use<'w> {
    let action = format!("{}/read", kind.path());
    let (now, effect) = (cloud.clock.now(), cloud.times.role_effect);
    let object_id = caller.object_id;
    let may = |scope: &str| rights::held(world, now, effect, object_id, scope).any(|(_, role)| role.allows(&action));
    let own = world.subscriptions.iter().filter(|subscription| subscription.tenant == caller.tenant);
    let own: Vec<(Uuid, bool)> = own.map(|own| (own.id, may(&format!("/subscriptions/{}", own.id)))).collect();
    world.crowd.members(kind).filter(move |member| {
        let Some((_, whole)) = own.iter().find(|(id, _)| *id == member.subscription) else {
            return false;
        };
        *whole || rights::held(world, now, effect, object_id, &member.id()).any(|(_, role)| role.allows(&action))
    })
}

/// Returns a member as Resource Graph and lists of resources know it: what people look for, not all that there is.
pub fn row(member: &Member) -> Value {
    let properties = match member.kind {
        Kind::Cluster => json!({
            "provisioningState": "Succeeded",
            "powerState": {"code": if member.n % 17 == 16 { "Stopped" } else { "Running" }},
            "kubernetesVersion": member.version(),
            "fqdn": member.host(),
            "servicePrincipalProfile": {"clientId": member.client_id().map_or_else(|| "msi".to_owned(), |id| id.to_string())},
        }),
        Kind::Registry => json!({ "provisioningState": "Succeeded", "loginServer": member.host() }),
    };
    let sku = match member.kind {
        Kind::Cluster => json!({"name": "Base", "tier": "Free"}),
        Kind::Registry => json!({"name": crowd::sku(member.n), "tier": crowd::sku(member.n)}),
    };
    json!({
        "id": member.id(),
        "name": member.name,
        "type": member.kind.path(),
        "location": member.location,
        "sku": sku,
        "properties": properties,
    })
}

/// Returns those of a kind in a scope, whole: a subscription or a group of it.
pub fn listed(world: &World, kind: Kind, scope: &str) -> Vec<Value> {
    let subscription = scope.split('/').nth(2).and_then(|id| Uuid::parse_str(id).ok()).unwrap_or_default();
    let tenant = world.tenant_of(scope).unwrap_or_default();
    let here = world.crowd.members_in(kind, subscription).filter(|member| rights::covers(scope, &member.id()));
    here.map(|member| match kind {
        Kind::Cluster => shapes::cluster(&crowd::cluster(&member, tenant)),
        Kind::Registry => shapes::registry(&crowd::registry(&member, tenant)),
    })
    .collect()
}
