//! The check of a cluster: is it there, running, and does it use what the route is for?

use serde::{Deserialize, Serialize};

use super::{About, Check, Finding, HeldRole, NeededRole, WithheldRole};
use crate::access::Needed;
use crate::command::Command;
use crate::ids::{AppId, ClusterId, KeyId, ObjectId};
use crate::input::Key;
use crate::text::count;
use crate::wording::Wording;

/// The managed identity that the nodes of a cluster pull with (AKS contract: `identityProfile.kubeletidentity`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KubeletIdentity {
    /// The object id of the identity's service principal.
    pub object_id: ObjectId,
    /// The name of the identity's resource.
    pub name: String,
}

/// A cluster, as far as the checks read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ClusterFacts {
    pub id: ClusterId,
    /// The app that the cluster uses. `None` where it uses a managed identity.
    pub client_id: Option<AppId>,
    /// The managed identity that the nodes pull with. `None` where the cluster uses a service principal, or has no such
    /// identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubelet: Option<KubeletIdentity>,
    /// `Succeeded`, `Updating`, `Failed`…
    pub provisioning_state: String,
    /// `Running` or `Stopped`.
    pub power_state: String,
    /// The number of nodes in all pools.
    pub nodes: u32,
    /// The roles of the present principal that the new one can be given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<HeldRole>,
    /// The roles of the present principal that only somebody else can give the new one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<WithheldRole>,
    /// The other rights of the present principal that the new one will lack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// The roles that the new principal gets since the cluster needs them and no copy gives them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needed: Vec<NeededRole>,
    /// Everything that the cluster needs beyond its nodes' resource group, and that the new principal has to have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Needed>,
    /// All roles of the present principal that were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<HeldRole>,
    /// The key id of the secret that the cluster uses, where it uses crosspull's own app and the key id is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
}

pub(super) fn about(id: &ClusterId) -> About {
    About::of_a(format!("what {} is and uses", id.name()))
}

/// Judges whether a cluster can be reset (`docs/facts/azure.md` 0.1 and 3.9).
///
/// Where an earlier run tried, a failed cluster may be reset again: that is how a failed reset is repaired, which is
/// inferred (`docs/facts/azure.md` 3.9, "After `Failed`").
#[must_use]
pub fn judge_cluster(cluster: &ClusterFacts, tried_before: bool) -> Finding {
    let check = Check::Cluster(cluster.id.clone());
    let name = cluster.id.name();
    if cluster.client_id.is_none() {
        return check.stop(
            format!("{name} uses a managed identity, which cannot be reset to a service principal"),
            Wording::from(
                "Azure offers no way back from a managed identity, and one cannot pull across tenants. Give ",
            ) + Key::Route.given("pull-secret")
                + ", where a service principal of the registry's tenant pulls, or "
                + Key::Route.given("auto")
                + ".",
        );
    }
    if !cluster.power_state.eq_ignore_ascii_case("Running") {
        return check.stop(
            format!("{name} is {}, and a reset needs it running", cluster.power_state.to_lowercase()),
            format!("Start it, then run again: {}", Command::StartCluster { cluster: &cluster.id }),
        );
    }
    let is = |state: &str| cluster.provisioning_state.eq_ignore_ascii_case(state);
    if is("Failed") && tried_before {
        return check.warn(
            format!("{name} is in the state Failed, and an earlier run has worked on it"),
            "Look at its activity log first. Where a reset failed, this run repeats it.",
        );
    }
    if !is("Succeeded") {
        return check.stop(
            format!("{name} is in the state {}, and a reset needs Succeeded", cluster.provisioning_state),
            format!(
                "Wait until its running operation has ended. A failed one is repaired by {}",
                Command::UpdateCluster { cluster: &cluster.id }
            ),
        );
    }
    let client = cluster.client_id.map(|id| id.to_string()).unwrap_or_default();
    check.pass(format!("{name} runs on {} and uses the app {client}", count(cluster.nodes as usize, "node")))
}

/// Judges whether a cluster's own identity can be given a role.
///
/// Nothing of the cluster changes, so its state is no reason to stop. A cluster that does not run cannot prove the
/// pull.
#[must_use]
pub fn judge_cluster_as_it_is(cluster: &ClusterFacts) -> Finding {
    let check = Check::Cluster(cluster.id.clone());
    let name = cluster.id.name();
    let as_whom = match (cluster.client_id, &cluster.kubelet) {
        (Some(app), _) => format!("the app {app}"),
        (None, Some(kubelet)) => format!("the managed identity {}", kubelet.name),
        (None, None) => {
            return check.stop(
                format!("{name} tells neither a service principal nor a kubelet identity"),
                "Wait until the cluster is made, then run again; az aks show prints its identityProfile.",
            );
        }
    };
    if !cluster.power_state.eq_ignore_ascii_case("Running") {
        return check.warn(
            format!("{name} is {}, so no node of it can prove the pull", cluster.power_state.to_lowercase()),
            format!("Start it first: {}", Command::StartCluster { cluster: &cluster.id }),
        );
    }
    if !cluster.provisioning_state.eq_ignore_ascii_case("Succeeded") {
        return check.warn(
            format!("{name} is in the state {}, and its nodes may be away", cluster.provisioning_state),
            "The role can be given all the same; the proof may have to wait.",
        );
    }
    check.pass(format!("{name} runs on {} and pulls as {as_whom}", count(cluster.nodes as usize, "node")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    fn cluster() -> ClusterFacts {
        ClusterFacts {
            id: ClusterId::parse("/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop").expect("an id"),
            client_id: "33333333-3333-4333-8333-333333333333".parse().ok(),
            kubelet: None,
            provisioning_state: "Succeeded".to_owned(),
            power_state: "Running".to_owned(),
            nodes: 3,
            roles: Vec::new(),
            withheld: Vec::new(),
            lacks: Vec::new(),
            needed: Vec::new(),
            needs: Vec::new(),
            holds: Vec::new(),
            key: None,
        }
    }

    #[test]
    fn a_cluster_must_run_succeed_and_use_a_service_principal() {
        assert_eq!(judge_cluster(&cluster(), false).level, Level::Pass);
        let managed = judge_cluster(&ClusterFacts { client_id: None, ..cluster() }, false);
        assert_eq!(managed.level, Level::Stop);
        assert!(managed.now.contains("--route pull-secret"));
        let stopped = judge_cluster(&ClusterFacts { power_state: "Stopped".to_owned(), ..cluster() }, false);
        assert!(stopped.now.contains("az aks start --resource-group rg-shop --name aks-shop"));
        let failed = ClusterFacts { provisioning_state: "Failed".to_owned(), ..cluster() };
        assert_eq!(judge_cluster(&failed, false).level, Level::Stop);
        assert_eq!(judge_cluster(&failed, true).level, Level::Warn);
    }

    #[test]
    fn a_cluster_that_stays_as_it_is_needs_an_identity_and_is_warned_of_where_it_does_not_run() {
        assert_eq!(judge_cluster_as_it_is(&cluster()).level, Level::Pass);
        let kubelet = KubeletIdentity { object_id: ObjectId(uuid::Uuid::nil()), name: "aks-shop-agentpool".to_owned() };
        let managed = ClusterFacts { client_id: None, kubelet: Some(kubelet), ..cluster() };
        assert!(judge_cluster_as_it_is(&managed).text.ends_with("pulls as the managed identity aks-shop-agentpool"));
        let none = ClusterFacts { client_id: None, ..cluster() };
        assert_eq!(judge_cluster_as_it_is(&none).level, Level::Stop);
        for odd in [
            ClusterFacts { power_state: "Stopped".to_owned(), ..cluster() },
            ClusterFacts { provisioning_state: "Failed".to_owned(), ..cluster() },
        ] {
            assert_eq!(judge_cluster_as_it_is(&odd).level, Level::Warn);
        }
    }
}
