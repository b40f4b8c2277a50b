//! The names in a cluster's configuration on which permissions depend, and the subnets among them.

use crosspull_core::access::{Attached, Configuration, NotRead, Subnet, distinct};
use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use crosspull_core::text::{lower_first, printable};
use futures_util::future::join_all;

use crate::door::Door;
use crate::patience::patiently;
use crate::reply::{self, ClusterProperties, Reference};
use crate::request;
use crate::wire::CallError;

/// The names of a cluster: all but its subnets, and the ids of those, which are read each by itself.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// All but the subnets.
    pub configuration: Configuration,
    /// The subnets, by id.
    pub subnets: Vec<String>,
}

/// Returns what a cluster names.
#[must_use]
pub fn named(id: &ClusterId, properties: &ClusterProperties) -> Named {
    let pools = || properties.agent_pool_profiles.iter().flatten();
    let balancer = properties.network_profile.as_ref().and_then(|network| network.load_balancer_profile.as_ref());
    let api = properties.api_server_access_profile.as_ref();
    let of_pools = pools().flat_map(|pool| [&pool.vnet_subnet_id, &pool.pod_subnet_id]).flatten();
    let of_api = api.and_then(|api| api.subnet_id.as_ref());
    let outbound = balancer.map(|balancer| {
        let addresses = balancer.outbound_addresses.iter().flat_map(|all| all.addresses.iter().flatten());
        let prefixes = balancer.outbound_prefixes.iter().flat_map(|all| all.prefixes.iter().flatten());
        addresses.chain(prefixes).filter_map(|one| one.id.as_ref()).collect::<Vec<_>>()
    });
    let node_group = properties
        .node_resource_group
        .as_ref()
        .map(|name| format!("/subscriptions/{}/resourceGroups/{name}", id.subscription()));
    let configuration = Configuration {
        subnets: Vec::new(),
        outbound_addresses: resources(outbound.into_iter().flatten()),
        pools_of_addresses: balancer
            .and_then(|balancer| balancer.backend_pool_type.as_deref())
            .is_some_and(|kind| kind.eq_ignore_ascii_case("NodeIP")),
        private_zone: resources(api.and_then(|api| api.private_dns_zone.as_ref())).pop(),
        encryption_set: resources(properties.disk_encryption_set.as_ref()).pop(),
        placement_groups: resources(pools().filter_map(|pool| pool.proximity_placement_group_id.as_ref())),
        gateways: resources(
            ["effectiveApplicationGatewayId", "applicationGatewayId", "subnetId"]
                .iter()
                .filter_map(|setting| addon(properties, "ingressApplicationGateway", setting)),
        ),
        workspaces: resources(addon(properties, "omsagent", "logAnalyticsWorkspaceResourceID")),
        own_kubelet: own_kubelet(properties, node_group.as_deref()),
        node_group,
    };
    Named { configuration, subnets: resources(of_pools.chain(of_api)) }
}

/// Reads the subnets that a cluster names, side by side. One that is not read is kept as not known.
pub async fn read(door: &Door, work: &Work, named: &Named) -> Configuration {
    let read = named.subnets.iter().map(|id| subnet(door, work, id));
    Configuration { subnets: join_all(read).await, ..named.configuration.clone() }
}

async fn subnet(door: &Door, work: &Work, id: &str) -> Subnet {
    let request = request::subnet(door.endpoints(), id);
    let read = patiently(door.wire(), work, async || door.json::<reply::Subnet>(work, request.clone()).await).await;
    let of = |reference: Option<Reference>| resources(reference.and_then(|one| one.id).as_ref()).pop();
    let attached = read.map_err(not_read).map(|read| Attached {
        route_table: of(read.properties.route_table),
        security_group: of(read.properties.network_security_group),
    });
    Subnet { id: id.to_owned(), attached }
}

/// Returns the reason why something was not read.
pub(crate) fn not_read(error: CallError) -> NotRead {
    let may_pass = error.may_pass();
    let trouble = error.trouble("");
    let why = match &trouble.refusal {
        Some(refusal) => refusal.to_string(),
        None => lower_first(trouble.why.trim_end_matches('.')),
    };
    NotRead { why, may_pass }
}

/// Returns the identity that the nodes pull with, where it is not among the nodes' own resources: AKS makes it there.
fn own_kubelet(properties: &ClusterProperties, node_group: Option<&str>) -> Option<String> {
    let (_, identity) =
        properties.identity_profile.iter().find(|(role, _)| role.eq_ignore_ascii_case("kubeletidentity"))?;
    let id = resources(identity.resource_id.as_ref()).pop()?;
    let inside = node_group.is_some_and(|group| {
        let beginning = format!("{group}/").to_ascii_lowercase();
        id.to_ascii_lowercase().starts_with(&beginning)
    });
    (!inside).then_some(id)
}

fn addon<'a>(properties: &'a ClusterProperties, name: &str, setting: &str) -> Option<&'a String> {
    let all = properties.addon_profiles.as_ref()?;
    let (_, addon) = all.iter().find(|(known, addon)| known.eq_ignore_ascii_case(name) && addon.enabled)?;
    addon.setting(setting)
}

/// Returns those texts that are ids of resources, each once. `system` and `none` stand in place of a private zone's.
fn resources<'a>(texts: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    let is_id = |text: &&String| text.to_ascii_lowercase().starts_with("/subscriptions/");
    distinct(texts.into_iter().filter(is_id).map(|text| printable(text, usize::MAX)).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_that_a_cluster_names_is_found_once_and_words_are_no_ids() {
        let id = ClusterId::parse(
            "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks",
        )
        .expect("an id");
        let at = |rest: &str| format!("/subscriptions/s/resourceGroups/net/providers/{rest}");
        let subnet = at("Microsoft.Network/virtualNetworks/v/subnets/nodes");
        let properties: ClusterProperties = serde_json::from_value(json!({
            "nodeResourceGroup": "MC_rg_aks",
            "agentPoolProfiles": [
                {"count": 1, "vnetSubnetID": subnet, "podSubnetID": at("Microsoft.Network/virtualNetworks/v/subnets/pods")},
                {"count": 1, "vnetSubnetID": subnet.to_uppercase(), "proximityPlacementGroupID": null},
            ],
            "networkProfile": {"loadBalancerProfile": {
                "backendPoolType": "nodeIP",
                "outboundIPs": {"publicIPs": [{"id": at("Microsoft.Network/publicIPAddresses/out")}]},
                "outboundIPPrefixes": null,
            }},
            "apiServerAccessProfile": {"privateDNSZone": "system", "subnetId": null},
            "diskEncryptionSetID": at("Microsoft.Compute/diskEncryptionSets/des"),
            "addonProfiles": {
                "omsAgent": {"enabled": true, "config": {"logAnalyticsWorkspaceResourceID": at("Microsoft.OperationalInsights/workspaces/w")}},
                "ingressApplicationGateway": {"enabled": false, "config": {"applicationGatewayId": at("x/y/z")}},
                "azurepolicy": {"enabled": true, "config": null},
            },
            "identityProfile": {"kubeletidentity": {"resourceId": "/subscriptions/11111111-1111-4111-8111-111111111111/resourcegroups/mc_rg_aks/providers/Microsoft.ManagedIdentity/userAssignedIdentities/k"}},
        }))
        .expect("properties");
        let found = named(&id, &properties);
        assert_eq!(found.subnets.len(), 2, "{:?}", found.subnets);
        let of = found.configuration;
        assert_eq!((of.outbound_addresses.len(), of.workspaces.len(), of.gateways.len()), (1, 1, 0));
        assert!(of.pools_of_addresses && of.encryption_set.is_some());
        assert_eq!((of.private_zone, of.own_kubelet), (None, None));
        assert!(of.node_group.is_some_and(|group| group.ends_with("/resourceGroups/MC_rg_aks")));
    }
}
