//! The check of headroom: can nodes be renewed while everything goes on?

use super::{About, Check, Finding};
use crate::ids::ClusterId;
use crate::text::count;

/// The obstacles to renewing nodes in turn, as far as they can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headroom {
    /// The number of nodes in all pools.
    pub nodes: u32,
    /// The vCPUs that the region's quota has left for spare nodes. `None` where the quota cannot be read.
    pub free_vcpus: Option<u64>,
    /// The workloads of the cluster. The error is the reason why they cannot be read.
    pub workloads: Result<Workloads, String>,
}

/// Workloads that are away while a node is renewed, or that keep a node from being renewed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workloads {
    /// Disruption budgets that allow no disruption now, as `namespace/name`.
    pub blocking_budgets: Vec<String>,
    /// Deployments and stateful sets of one replica, as `namespace/name`.
    pub single: Vec<String>,
}

pub(super) fn about(id: &ClusterId) -> About {
    About::of_a(format!("what runs on {} while its nodes restart", id.name()))
}

/// Judges the obstacles to renewing nodes in turn (`docs/facts/azure.md` 3.9 and 6, point 6).
#[must_use]
pub fn judge_headroom(cluster: &ClusterId, headroom: &Headroom) -> Finding {
    let check = Check::Headroom(cluster.clone());
    let mut found = Vec::new();
    let mut now = Vec::new();
    match headroom.free_vcpus {
        Some(0) => {
            found.push("the region's quota has no vCPU left for a spare node".to_owned());
            now.push("Raise the quota, or let the node pools surge by 0.".to_owned());
        }
        Some(_) => {}
        None => {
            found.push("how many vCPUs the region's quota has left was not read".to_owned());
            now.push("Look for yourself: az vm list-usage --location REGION".to_owned());
        }
    }
    match &headroom.workloads {
        Ok(workloads) => {
            if !workloads.blocking_budgets.is_empty() {
                found.push(format!("no disruption is allowed now by {}", listed(&workloads.blocking_budgets)));
                now.push(
                    "Such a budget keeps a node from being drained: wait until its pods are ready, or loosen it."
                        .to_owned(),
                );
            }
            if !workloads.single.is_empty() {
                found.push(format!("one replica alone has {}", listed(&workloads.single)));
                now.push("It is away while its node is renewed: give it a second replica.".to_owned());
            }
        }
        Err(why) => {
            found.push(format!("what runs on {} cannot be read from here: {why}", cluster.name()));
            now.push("Look for yourself: kubectl get pdb,deployments,statefulsets --all-namespaces".to_owned());
        }
    }
    if found.is_empty() {
        let nodes = count(headroom.nodes as usize, "node");
        check.pass(format!(
            "{nodes} can be renewed in turn: no disruption budget and no single replica stands in the way"
        ))
    } else {
        check.warn(found.join("; "), now.join(" "))
    }
}

/// Returns the first names of a list, and how many more there are.
fn listed(names: &[String]) -> String {
    const MOST: usize = 4;
    let shown: Vec<&str> = names.iter().take(MOST).map(String::as_str).collect();
    match names.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    fn cluster() -> ClusterId {
        ClusterId::parse("/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop").expect("an id")
    }

    #[test]
    fn what_stands_in_the_way_of_renewing_nodes_is_named() {
        let free = Headroom { nodes: 3, free_vcpus: Some(12), workloads: Ok(Workloads::default()) };
        assert_eq!(judge_headroom(&cluster(), &free).level, Level::Pass);
        let many: Vec<String> = (0..6).map(|n| format!("shop/one{n}")).collect();
        let workloads = Workloads { blocking_budgets: vec!["shop/web".to_owned()], single: many };
        let tight = Headroom { nodes: 3, free_vcpus: Some(0), workloads: Ok(workloads) };
        let finding = judge_headroom(&cluster(), &tight);
        assert_eq!(finding.level, Level::Warn);
        for part in ["no vCPU left", "by shop/web", "shop/one3 and 2 more"] {
            assert!(finding.text.contains(part), "no {part:?} in {}", finding.text);
        }
        let unread = Headroom { nodes: 3, free_vcpus: None, workloads: Err("its address does not answer".to_owned()) };
        assert!(judge_headroom(&cluster(), &unread).now.contains("kubectl get pdb"));
    }
}
