//! What the nodes of a cluster do: pull the images of its pods as the kubelet and containerd do, with the credential that
//! each of them has.
//!
//! A service-principal cluster hands the raw client id and secret to the registry as basic credentials
//! (`azure-facts.md` 0.4), so success and ImagePullBackOff follow from what the registry answers.

use std::time::Duration;

use crate::{
    clock::Clock,
    cloud::{Cloud, Shared},
    world::{Cluster, Credential, Node, Pull},
};

mod pull;

pub use pull::{PullError, is_node, pull};

/// How long the nodes wait before they try again what failed, in seconds: the kubelet's back-off, doubled to 5 minutes
/// and ended after a few tries.
const BACK_OFF: [f64; 6] = [10.0, 20.0, 40.0, 80.0, 160.0, 300.0];
/// After how long a node gives a request up, in seconds.
const DEADLINE: f64 = 60.0;
/// The least that a request may take on the wall clock, however fast the clock runs.
const LEAST_DEADLINE: Duration = Duration::from_secs(5);

/// How long a node waits for an answer, on the wall clock.
#[must_use]
pub fn deadline(clock: &Clock) -> Duration {
    clock.real(DEADLINE).max(LEAST_DEADLINE)
}

/// Which nodes restart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The first one.
    First,
    /// One after the other, every one.
    All,
}

/// Restarts nodes of a cluster one after the other: each is given the credential that the cluster has now, and pulls every
/// image that the cluster's pods run; the world keeps what became of it. What fails is tried again beside, so that nobody
/// waits for it.
pub async fn restart(cloud: &Shared, cluster_id: &str, reach: Reach) {
    let Some((credential, nodes)) =
        of_cluster(cloud, cluster_id, |cluster| (cluster.identity.credential().cloned(), cluster.nodes.len()))
    else {
        return;
    };
    let nodes = if reach == Reach::First { nodes.min(1) } else { nodes };
    for at in 0..nodes {
        of_node(cloud, cluster_id, at, |node| node.credential.clone_from(&credential));
        pull_on(cloud, cluster_id, at, Which::Every).await;
    }
    let (cloud, cluster_id) = (Shared::clone(cloud), cluster_id.to_owned());
    cloud.clone().spawn(async move { heal(&cloud, &cluster_id, nodes).await });
}

/// Tries again what failed, ever later, until all is pulled.
async fn heal(cloud: &Cloud, cluster_id: &str, nodes: usize) {
    for wait in BACK_OFF {
        if of_cluster(cloud, cluster_id, |cluster| cluster.nodes.iter().take(nodes).all(has_all)).unwrap_or(true) {
            return;
        }
        cloud.clock.sleep(wait).await;
        for at in 0..nodes {
            pull_on(cloud, cluster_id, at, Which::Failed).await;
        }
    }
}

fn has_all(node: &Node) -> bool {
    node.pulls.iter().all(|pull| pull.pulled)
}

fn of_cluster<T>(cloud: &Cloud, id: &str, read: impl FnOnce(&Cluster) -> T) -> Option<T> {
    cloud.world().cluster(id).map(read)
}

fn of_node<T>(cloud: &Cloud, id: &str, at: usize, act: impl FnOnce(&mut Node) -> T) -> Option<T> {
    cloud.world().cluster_mut(id).and_then(|cluster| cluster.nodes.get_mut(at)).map(act)
}

/// Which images a node pulls.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    /// Every one, its disk being new.
    Every,
    /// Those that it does not have.
    Failed,
}

/// Lets a node pull the images of the cluster's pods with its credential. What it finds does not count if it was given
/// another one meanwhile.
async fn pull_on(cloud: &Cloud, cluster_id: &str, at: usize, which: Which) {
    let found = of_cluster(cloud, cluster_id, |cluster| Some((cluster.images.clone(), cluster.nodes.get(at)?.clone())));
    let Some((images, node)) = found.flatten() else {
        return;
    };
    let mut pulls = if which == Which::Every { Vec::new() } else { node.pulls.clone() };
    pulls.retain(|pull| pull.pulled);
    for image in &images {
        if pulls.iter().all(|pull| pull.image != *image) {
            pulls.push(try_one(cloud, image, node.credential.as_ref()).await);
        }
    }
    of_node(cloud, cluster_id, at, |found| {
        if found.credential == node.credential {
            found.pulls = pulls;
        }
    });
}

async fn try_one(cloud: &Cloud, image: &str, credential: Option<&Credential>) -> Pull {
    let (digest, reason) = match pull(&cloud.node_client, image, credential).await {
        Ok(pulled) => (pulled.digest, String::new()),
        Err(error) => (String::new(), error.to_string()),
    };
    Pull { image: image.to_owned(), pulled: reason.is_empty(), reason, digest }
}
