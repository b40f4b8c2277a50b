//! The check of the right to reset: may the operator reset the cluster's service principal?

use super::{About, Check, Finding};
use crate::ids::ClusterId;

pub(super) fn about(id: &ClusterId) -> About {
    About::of_a(format!("your right to reset {}", id.name()))
}

/// Judges the right to reset.
#[must_use]
pub fn judge_reset_right(cluster: &ClusterId, allowed: bool) -> Finding {
    let check = Check::ResetRight(cluster.clone());
    let name = cluster.name();
    if allowed {
        check.pass(format!("you may reset {name}'s service principal"))
    } else {
        check.stop(
            format!("you may not reset {name}'s service principal"),
            format!(
                "It needs Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action. Ask an owner of \
                 {name} for Azure Kubernetes Service Contributor Role, or sign in to tenant A with another account."
            ),
        )
    }
}
