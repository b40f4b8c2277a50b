//! The check of headroom: the obstacles to renewing the cluster's nodes in turn.

use crosspull_core::check::{Check, Headroom, Workloads, judge_headroom};
use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use futures_util::future::{join, try_join3};
use kube::core::ObjectMeta;

use super::reads::Reads;
use super::{CheckStopped, cluster};
use crate::door::Door;
use crate::kubernetes::{Kubernetes, KubernetesUnavailable, requests};
use crate::reply::{DisruptionBudget, Usage, Workload};
use crate::request;

/// The namespaces of Azure's own workloads, which Azure keeps running.
const OF_AZURE: [&str; 4] = ["kube-system", "gatekeeper-system", "calico-system", "tigera-operator"];

/// Reads the region's quota and the workloads of the cluster, as far as they can be read.
pub(super) async fn ask(reads: &Reads<'_>, id: &ClusterId) -> Result<(), CheckStopped> {
    let Ok(cluster) = cluster::usable(reads, id).await else { return Ok(()) };
    if cluster.facts.client_id.is_none() {
        return Ok(());
    }
    let check = Check::Headroom(id.clone());
    let work = Work::Check(check.clone());
    reads
        .ask(check, async {
            let request = request::usages(reads.door.endpoints(), id.subscription(), &cluster.location);
            let read = join(reads.door.list::<Usage>(&work, request), workloads(reads.door, &work, id));
            let (usages, workloads) = read.await;
            let cores = usages.ok().and_then(|list| list.into_iter().find(|u| u.name.value == "cores"));
            let free_vcpus = cores.map(|c| c.limit.saturating_sub(c.current_value));
            let workloads =
                workloads.map_err(|unavailable| unavailable.why().unwrap_or_else(|_| "it was not asked".to_owned()));
            let nodes = cluster.facts.nodes;
            Ok(((), judge_headroom(id, &Headroom { nodes, free_vcpus, workloads })))
        })
        .await
}

/// Reads the workloads that are away while their node is, or that keep the node from being drained.
async fn workloads(door: &Door, work: &Work, cluster: &ClusterId) -> Result<Workloads, KubernetesUnavailable> {
    let api = Kubernetes::of(door, work, cluster).await?;
    let (budgets, deployments, sets) = try_join3(
        api.list::<DisruptionBudget>(work, requests::budgets),
        api.list::<Workload>(work, requests::deployments),
        api.list::<Workload>(work, requests::stateful_sets),
    )
    .await
    .map_err(KubernetesUnavailable::of)?;
    let blocking = budgets.iter().filter(|b| blocks(b)).map(|b| name(&b.metadata)).collect();
    let all = deployments.iter().chain(&sets).filter_map(|one| Some((&one.metadata, one.spec.as_ref()?.replicas)));
    let alone = all.filter(|(meta, replicas)| !is_azures(meta) && replicas.unwrap_or(1) == 1);
    Ok(Workloads { blocking_budgets: blocking, single: alone.map(|(meta, _)| name(meta)).collect() })
}

/// True for a budget that allows no disruption of its pods.
fn blocks(budget: &DisruptionBudget) -> bool {
    let counts = budget.status.as_ref().is_some_and(|s| s.expected_pods > 0 && s.disruptions_allowed == 0);
    counts && !is_azures(&budget.metadata)
}

fn is_azures(meta: &ObjectMeta) -> bool {
    meta.namespace.as_deref().is_some_and(|namespace| OF_AZURE.contains(&namespace))
}

fn name(meta: &ObjectMeta) -> String {
    let of = |part: &Option<String>| crosspull_core::text::printable(part.as_deref().unwrap_or_default(), 80);
    format!("{}/{}", of(&meta.namespace), of(&meta.name))
}
