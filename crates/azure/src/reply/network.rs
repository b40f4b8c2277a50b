//! Replies about networks: what a cluster names of one, and a subnet.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The network of a cluster (contract: `ContainerServiceNetworkProfile`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NetworkProfile {
    /// The load balancer.
    pub load_balancer_profile: Option<LoadBalancerProfile>,
}

/// The load balancer of a cluster (contract: `ManagedClusterLoadBalancerProfile`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LoadBalancerProfile {
    /// The public addresses for outbound traffic that were there before.
    #[serde(rename = "outboundIPs")]
    pub outbound_addresses: Option<OutboundAddresses>,
    /// The prefixes of such addresses.
    #[serde(rename = "outboundIPPrefixes")]
    pub outbound_prefixes: Option<OutboundPrefixes>,
    /// `NodeIPConfiguration` or `NodeIP`.
    #[serde(rename = "backendPoolType")]
    pub backend_pool_type: Option<String>,
}

/// The public addresses for outbound traffic.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OutboundAddresses {
    /// Each by id.
    #[serde(rename = "publicIPs")]
    pub addresses: Option<Vec<Reference>>,
}

/// The prefixes of public addresses for outbound traffic.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OutboundPrefixes {
    /// Each by id.
    #[serde(rename = "publicIPPrefixes")]
    pub prefixes: Option<Vec<Reference>>,
}

/// A resource that is named by its id.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Reference {
    /// The id.
    pub id: Option<String>,
}

/// An addition to a cluster (contract: `ManagedClusterAddonProfile`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AddonProfile {
    /// True where it is on.
    pub enabled: bool,
    /// The settings.
    pub config: Option<BTreeMap<String, String>>,
}

impl AddonProfile {
    /// Returns a setting. Its name is written in more ways than one.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&String> {
        self.config.as_ref()?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// A subnet.
#[derive(Debug, Clone, Deserialize)]
pub struct Subnet {
    /// The properties.
    pub properties: SubnetProperties,
}

/// A subnet's properties (Virtual Network's REST reference, "Subnets - Get").
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SubnetProperties {
    /// The route table.
    pub route_table: Option<Reference>,
    /// The network security group.
    pub network_security_group: Option<Reference>,
}
