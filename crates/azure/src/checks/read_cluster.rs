//! The reading of a cluster, once for every check that needs it.

use crosspull_core::check::{Check, ClusterFacts, Finding, KubeletIdentity};
use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use crosspull_core::text::printable;

use super::reads::{ReadCluster, Reads};
use super::{CheckStopped, call_stop};
use crate::access::identity::configuration;
use crate::reply::{Cluster, ClusterProperties};
use crate::request;

/// Reads the cluster. The inner error is the reason why that does not work.
pub(super) async fn read_cluster<'r>(
    reads: &'r Reads<'_>,
    id: &ClusterId,
) -> Result<&'r Result<ReadCluster, Finding>, CheckStopped> {
    Ok(reads.cluster(id)?.read.get_or_init(|| read(reads, id)).await)
}

async fn read(reads: &Reads<'_>, id: &ClusterId) -> Result<ReadCluster, Finding> {
    let check = Check::Cluster(id.clone());
    let work = Work::Check(check.clone());
    let read: Result<Cluster, _> = reads.door.json(&work, request::cluster(reads.door.endpoints(), id)).await;
    let Cluster { location, properties, .. } =
        read.map_err(|e| call_stop(check, &format!("{} cannot be read", id.name()), e))?;
    let node_group = properties.node_resource_group.clone();
    let named = configuration::named(id, &properties);
    Ok(ReadCluster { facts: facts_of(id, properties), location, node_group, named })
}

fn facts_of(id: &ClusterId, properties: ClusterProperties) -> ClusterFacts {
    let kubelet = properties
        .kubelet_identity()
        .map(|(object_id, name)| KubeletIdentity { object_id, name: printable(name, 120) });
    ClusterFacts {
        id: id.clone(),
        client_id: properties.client_id(),
        kubelet,
        provisioning_state: printable(properties.provisioning_state.as_deref().unwrap_or("unknown"), 40),
        power_state: printable(properties.power_state.and_then(|p| p.code).as_deref().unwrap_or("Running"), 40),
        nodes: properties.agent_pool_profiles.iter().flatten().filter_map(|p| p.count).sum(),
        roles: Vec::new(),
        withheld: Vec::new(),
        lacks: Vec::new(),
        needed: Vec::new(),
        needs: Vec::new(),
        holds: Vec::new(),
        key: None,
    }
}
