//! The look from within a cluster: a node pulls the image with what the cluster itself has, by a pod that is removed again.

use std::time::Instant;

use crosspull_core::event::Work;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{ClusterId, ImageRef};
use crosspull_core::login::look::{Look, Looked};
use crosspull_core::names::{RunId, Side};

use super::reach::millis;
use crate::door::Door;
use crate::operations::from_cluster::{FromCluster, NodePulled};
use crate::step_result::StepError;

/// A cluster that is to pull an image.
#[derive(Debug, Clone, Copy)]
pub struct Inside<'a> {
    /// The cluster.
    pub cluster: &'a ClusterId,
    /// The namespace of the pod.
    pub namespace: &'a str,
    /// The mark that tells the pod from others.
    pub mark: &'a RunId,
    /// The login server.
    pub login_server: &'a str,
    /// The image.
    pub image: &'a ImageRef,
}

/// Looks whether a node of the cluster pulls the image. `door` is that of the cluster's tenant; `stop` ends the wait, and the
/// pod is removed all the same.
pub async fn from_cluster(inside: Inside<'_>, door: &Door, stop: impl Future<Output = ()>) -> Looked {
    let name = inside.cluster.name();
    let image = format!("{}/{}", inside.login_server, inside.image);
    let (Inside { cluster, namespace, mark, .. }, begun) = (inside, Instant::now());
    let pull = FromCluster { cluster, namespace, mark, image: &image };
    let fails = |trouble| Looked::fails(Look::FromCluster, trouble);
    let looked = match pull.pull(door, &Work::SignIn(Side::A), stop).await {
        Ok(NodePulled::Yes(node)) => Looked::holds(Look::FromCluster, format!("node {node} of {name} pulls it")),
        Ok(NodePulled::No(why)) => fails(Trouble::new(
            format!("no node of {name} pulls it"),
            format!("The node says: {why}"),
            "Look whether the cluster's network reaches the registry, and whether what its nodes pull with has a right there: \
             crosspull plan tells both.",
        )),
        Ok(NodePulled::Unknown(why, commands)) => fails(Trouble::new(
            "not known",
            format!("No node was seen to pull: {why}."),
            format!("By hand: {commands}"),
        )),
        Err(StepError::Failed(trouble) | StepError::Unknown(trouble)) => fails(trouble),
        Err(_) => Looked::not_asked(Look::FromCluster, "stopped; the pod is removed"),
    };
    looked.within(millis(begun))
}
