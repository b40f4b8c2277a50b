//! The check of the right to reset: may the operator reset the cluster's service principal?

use super::denial::judge_denial;
use super::{About, Check, Finding};
use crate::ids::ClusterId;
use crate::rights::MayDo;

/// The action that the reset takes.
pub const RESET_ACTION: &str = "Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action";

pub(super) fn about(id: &ClusterId) -> About {
    About::of_a(format!("your right to reset {}", id.name()))
}

/// Judges the right to reset.
#[must_use]
pub fn judge_reset_right(cluster: &ClusterId, may: &MayDo) -> Finding {
    let check = Check::ResetRight(cluster.clone());
    let name = cluster.name();
    match may {
        MayDo::Has(denial) => judge_denial(check, &format!("reset {name}'s service principal"), denial),
        MayDo::Lacks(_) => check.stop(
            format!("you may not reset {name}'s service principal"),
            format!(
                "It needs {RESET_ACTION}. Ask an owner of {name} for Azure Kubernetes Service Contributor Role, or sign in to \
                 tenant A with another account."
            ),
        ),
    }
}
