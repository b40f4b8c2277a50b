//! Is the cluster there, running, and does it use what the route is for?

use crosspull_core::check::{Check, ClusterFacts, Finding, KubeletIdentity, judge_cluster, judge_cluster_as_it_is};
use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use crosspull_core::text::printable;

use super::reads::{ReadCluster, Reads};
use super::{Said, app, call_stop};
use crate::reply::{Cluster, ClusterProperties};
use crate::request;

/// Returns the cluster, where the check of it does not stop.
pub(super) async fn usable<'r>(reads: &'r Reads<'_>, id: &ClusterId) -> Result<&'r ReadCluster, Said> {
    let of = reads.cluster(id)?;
    let judged = async {
        reads.begin(&Check::Cluster(id.clone()))?;
        let read = raw(reads, id).await?.clone();
        // A route for one tenant leaves the cluster as it is.
        if reads.tenants.is_one() {
            return reads.conclude(read.map(|read| {
                let finding = judge_cluster_as_it_is(&read.facts);
                (read, finding)
            }));
        }
        let tried_before = app::chosen(reads, id).await.is_ok_and(|apps| apps.taken.is_some());
        reads.conclude(read.map(|read| {
            let finding = judge_cluster(&read.facts, tried_before);
            (read, finding)
        }))
    };
    of.usable.get_or_init(|| judged).await.as_ref().map_err(|said| *said)
}

/// Reads the cluster; the inner error is why that does not work.
pub(super) async fn raw<'r>(reads: &'r Reads<'_>, id: &ClusterId) -> Result<&'r Result<ReadCluster, Finding>, Said> {
    Ok(reads.cluster(id)?.read.get_or_init(|| read(reads, id)).await)
}

async fn read(reads: &Reads<'_>, id: &ClusterId) -> Result<ReadCluster, Finding> {
    let check = Check::Cluster(id.clone());
    let work = Work::Check(check.clone());
    let read: Result<Cluster, _> = reads.door.json(&work, request::cluster(reads.door.endpoints(), id)).await;
    let Cluster { location, properties } =
        read.map_err(|e| call_stop(check, &format!("{} cannot be read", id.name()), e))?;
    Ok(ReadCluster { facts: facts_of(id, properties), location })
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
        lacks: Vec::new(),
        holds: Vec::new(),
        key: None,
    }
}
