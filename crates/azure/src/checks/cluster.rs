//! The check of the cluster: is it there, running, and does it use what the route is for?

use crosspull_core::check::{Check, judge_cluster, judge_cluster_as_it_is};
use crosspull_core::ids::ClusterId;

use super::read_cluster::read_cluster;
use super::reads::{ReadCluster, Reads};
use super::{CheckStopped, app};

/// Returns the cluster, where the check of it does not stop.
pub(super) async fn usable<'r>(reads: &'r Reads<'_>, id: &ClusterId) -> Result<&'r ReadCluster, CheckStopped> {
    // A route without a reset leaves the cluster as it is.
    if !reads.asks(&Check::ResetRight(id.clone())) {
        return as_it_is(reads, id).await;
    }
    let of = reads.cluster(id)?;
    let judged = async {
        reads.begin(&Check::Cluster(id.clone()))?;
        let read = read_cluster(reads, id).await?.clone();
        let tried_before = app::chosen(reads, id).await.is_ok_and(|apps| apps.taken.is_some());
        reads.conclude(read.map(|read| {
            let finding = judge_cluster(&read.facts, tried_before);
            (read, finding)
        }))
    };
    of.usable.get_or_init(|| judged).await.as_ref().map_err(|said| *said)
}

/// Returns the cluster, where nothing in it stops a route that leaves it as it is. Routes are chosen by that too.
pub(super) async fn as_it_is<'r>(reads: &'r Reads<'_>, id: &ClusterId) -> Result<&'r ReadCluster, CheckStopped> {
    let judged = async {
        reads.begin(&Check::Cluster(id.clone()))?;
        let read = read_cluster(reads, id).await?.clone();
        reads.conclude(read.map(|read| {
            let finding = judge_cluster_as_it_is(&read.facts);
            (read, finding)
        }))
    };
    reads.cluster(id)?.as_it_is.get_or_init(|| judged).await.as_ref().map_err(|said| *said)
}
