//! The check of a cluster's Kubernetes API: does it answer from here, and to whom?

use super::{About, Check, Finding};
use crate::ids::ClusterId;
use crate::input::Key;
use crate::wording::Wording;

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
            Wording::from(
                "No pod and no pull secret can be made from here then: the run says what to run where the API answers. Give ",
            ) + Key::Kubeconfig
                + " where you have a way to it, and "
                + Key::SecretOut
                + " for a secret that somebody else is to write.",
        ),
    }
}

/// Judges a cluster's Kubernetes API of which nobody knows whether it can be used: a read failed that may succeed soon.
///
/// The reason is the second half of a sentence. To take that for "no" would leave the pull secret unwritten because of a
/// short outage.
#[must_use]
pub fn judge_kubernetes_unknown(cluster: &ClusterId, why: &str) -> Finding {
    let name = cluster.name();
    Check::Kubernetes(cluster.clone()).stop(
        format!("whether {name}'s Kubernetes API can be used from here is not known: {why}"),
        Wording::from("Nothing was written. Start again in some minutes; where it goes on so, give ")
            + Key::Kubeconfig
            + ".",
    )
}

/// Judges a kubeconfig of the operator's own that does not lead to the cluster, for that reason.
#[must_use]
pub fn judge_wrong_kubeconfig(cluster: &ClusterId, why: &str) -> Finding {
    let name = cluster.name();
    Check::Kubernetes(cluster.clone()).stop(
        format!("{name}'s Kubernetes API cannot be used by your kubeconfig: {why}"),
        Wording::from("Give a ")
            + Key::Kubeconfig
            + ", and a "
            + Key::Context
            + &*format!(" of it, that lead to {name}; or neither, and Resource Manager is asked for a credential."),
    )
}

/// Judges a plan that makes a secret which somebody else is to write, where no file is named for it and nobody is there to
/// save it.
#[must_use]
pub fn judge_nowhere_to_save(cluster: &ClusterId) -> Finding {
    let name = cluster.name();
    Check::Kubernetes(cluster.clone()).stop(
        format!("somebody else is to write the pull secret into {name}, and the secret would be nowhere"),
        Wording::from("Give ")
            + Key::SecretOut
            + ", for whoever writes it; or "
            + Key::Kubeconfig
            + ", where you have a way to the Kubernetes API.",
    )
}
