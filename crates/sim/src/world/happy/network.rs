//! The network that the cluster is in, where a scenario puts it into one: a subnet of the hub, with what hangs on it.

use serde_json::{Value, json};

use super::identities::hub_places;
use crate::{
    scenario::NetworkPart,
    world::{ClusterNetwork, NetworkResource, World},
};

/// The ids of the resources beside the subnet.
pub struct HubNetwork {
    /// The route table.
    pub route_table: String,
    /// The network security group.
    pub security_group: String,
    /// The private DNS zone.
    pub zone: String,
}

/// Returns the ids of what hangs on the hub's subnet.
pub fn hub() -> HubNetwork {
    let at = |kind: &str| format!("{}/providers/Microsoft.Network/{kind}", hub_places().resource_group);
    HubNetwork {
        route_table: at("routeTables/rt-aks"),
        security_group: at("networkSecurityGroups/nsg-aks"),
        zone: at("privateDnsZones/privatelink.westeurope.azmk8s.io"),
    }
}

/// Makes the network, and returns the cluster's part in it.
pub fn place(world: &mut World, part: Option<&NetworkPart>) -> ClusterNetwork {
    let Some(part) = part else { return ClusterNetwork::default() };
    let (subnet, hub) = (hub_places().resource, hub());
    let mut properties = json!({
        "provisioningState": "Succeeded",
        "addressPrefix": "10.240.0.0/16",
        "serviceEndpoints": [],
        "delegations": [],
        "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Enabled",
    });
    for (name, there, id) in [
        ("routeTable", part.route_table, &hub.route_table),
        ("networkSecurityGroup", part.security_group, &hub.security_group),
    ] {
        if there {
            properties[name] = json!({ "id": id });
        }
    }
    let mut add = |id: &str, location: Option<&str>, properties: Value| {
        let (id, location) = (id.to_owned(), location.map(ToOwned::to_owned));
        world.networks.push(NetworkResource { id, location, properties });
    };
    add(&subnet, None, properties);
    let on = json!([{ "id": subnet }]);
    if part.route_table {
        let routes = json!({ "provisioningState": "Succeeded", "routes": [], "subnets": on });
        add(&hub.route_table, Some("westeurope"), routes);
    }
    if part.security_group {
        let rules = json!({ "provisioningState": "Succeeded", "securityRules": [], "subnets": on });
        add(&hub.security_group, Some("westeurope"), rules);
    }
    if part.private_zone {
        add(&hub.zone, Some("global"), json!({ "provisioningState": "Succeeded" }));
    }
    let private_zone = part.private_zone.then_some(hub.zone);
    ClusterNetwork { subnet: Some(subnet), own_routes: part.route_table, private_zone }
}
