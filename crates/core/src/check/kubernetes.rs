//! The check of a cluster's Kubernetes API: does it answer from here, and to whom?

use super::{About, Check, Finding};
use crate::ids::ClusterId;

pub(super) fn about(id: &ClusterId) -> About {
    About::of_a(format!("{}'s Kubernetes API answers from here", id.name()))
}

/// Judges whether a cluster's Kubernetes API can be used from here.
///
/// The error is the reason why it cannot, as the second half of a sentence. What is to be made there is then for
/// somebody who reaches the API.
#[must_use]
pub fn judge_kubernetes(cluster: &ClusterId, signed_in: Result<&str, &str>) -> Finding {
    let check = Check::Kubernetes(cluster.clone());
    let name = cluster.name();
    match signed_in {
        Ok(by) => check.pass(format!("{name}'s Kubernetes API answers from here, {by}")),
        Err(why) => check.warn(
            format!("{name}'s Kubernetes API cannot be used from here: {why}"),
            "No pod and no pull secret can be made from here then: the run says what to run where the API answers. Give \
             --kubeconfig where you have a way to it, and --secret-out for a secret that somebody else is to write.",
        ),
    }
}
