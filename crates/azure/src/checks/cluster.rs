//! The check of the cluster: is it there, running, and does it use what the route is for?

use crosspull_core::check::{Check, judge_cluster, judge_cluster_as_it_is};
use crosspull_core::ids::ClusterId;

use super::read_cluster::read_cluster;
use super::reads::{ReadCluster, Reads};
use super::{CheckStopped, app};

/// Returns the cluster, where the check of it does not stop.
pub(super) async fn usable<'r>(reads: &'r Reads<'_>, id: &ClusterId) -> Result<&'r ReadCluster, CheckStopped> {
    let of = reads.cluster(id)?;
    let judged = async {
        reads.begin(&Check::Cluster(id.clone()))?;
        let read = read_cluster(reads, id).await?.clone();
        // A route without a reset leaves the cluster as it is.
        if !reads.asks(&Check::ResetRight(id.clone())) {
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
