//! The quota of a subscription in a region (Azure REST API reference, Compute, "Usage - List"; the names of what is counted as
//! `az vm list-usage` shows them in "Virtual machine vCPU quotas").

use serde_json::{Value, json};

use super::{
    answers::value,
    request::{self, Asked},
};
use crate::{cloud::Cloud, errors::Answer, rights, world::Cluster};

/// vCPUs of a node: its size is `Standard_DS2_v2`.
const NODE_VCPUS: u32 = 2;
/// The vCPUs that a subscription without a cluster in the region may use.
const USUAL_VCPUS: u32 = 100;

/// Returns how much is used and how much may be, in a region named with or without spaces.
pub fn usages(cloud: &Cloud, asked: &Asked, location: &str) -> Answer {
    let scope = request::scope(asked, 2);
    rights::require(cloud, &asked.caller, &scope, "Microsoft.Compute/locations/usages/read")?;
    let location = location.replace(' ', "").to_lowercase();
    let world = cloud.world();
    let here = |cluster: &&Cluster| rights::covers(&scope, &cluster.id) && cluster.location == location;
    let cluster = world.clusters.iter().find(here);
    let nodes = cluster.map_or(0, |cluster| u32::try_from(cluster.nodes.len()).unwrap_or(u32::MAX));
    let vcpus = nodes.saturating_mul(NODE_VCPUS);
    let most = cluster.map_or(USUAL_VCPUS, |cluster| vcpus.saturating_add(cluster.free_vcpus));
    value(
        cloud,
        asked,
        vec![
            usage("availabilitySets", "Availability Sets", 0, 2500),
            usage("cores", "Total Regional vCPUs", vcpus, most),
            usage("virtualMachines", "Virtual Machines", nodes, 25_000),
            usage("virtualMachineScaleSets", "Virtual Machine Scale Sets", nodes.min(1), 2500),
            usage("standardDSv2Family", "Standard DSv2 Family vCPUs", vcpus, most),
            usage("standardDSv3Family", "Standard DSv3 Family vCPUs", 0, USUAL_VCPUS),
        ],
    )
}

fn usage(name: &str, localized: &str, used: u32, limit: u32) -> Value {
    json!({
        "unit": "Count",
        "currentValue": used,
        "limit": limit,
        "name": { "value": name, "localizedValue": localized },
    })
}
