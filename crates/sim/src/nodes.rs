//! The work of the nodes of a cluster: they pull the images of its pods as the kubelet and containerd do.
//!
//! A node of a service-principal cluster hands the raw client id and secret to the registry as basic credentials
//! (`docs/facts/azure.md` 0.4). A node with a managed identity exchanges a token of that identity at the registry.
//! Success and ImagePullBackOff follow from what the registry answers.

use std::time::Duration;

use uuid::Uuid;

use crate::{
    clock::Clock,
    cloud::{Cloud, Shared},
    rights,
    world::{Cluster, Node, Pull, World},
};

mod keyring;
mod pull;
mod sign_in;

pub use keyring::matching;
pub use pull::{PullError, is_node, pull};
pub use sign_in::SignIn;

/// The waits of the nodes before they try again what failed, in seconds: the kubelet's back-off, doubled to 5 minutes
/// and ended after a few tries.
const BACK_OFF: [f64; 6] = [10.0, 20.0, 40.0, 80.0, 160.0, 300.0];
/// The waits of the back-off after a first try at once.
const AT_ONCE: [f64; 7] = [0.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0];
/// After how long a node gives a request up, in seconds.
const DEADLINE: f64 = 60.0;
/// The least that a request may take on the wall clock, however fast the clock runs.
const LEAST_DEADLINE: Duration = Duration::from_secs(5);

/// Returns the time that a node waits for an answer, on the wall clock.
#[must_use]
pub fn deadline(clock: &Clock) -> Duration {
    clock.real(DEADLINE).max(LEAST_DEADLINE)
}

/// The nodes that restart.
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
    heal_beside(cloud, cluster_id.to_owned(), nodes, &BACK_OFF);
}

/// Lets the nodes pull at the start of the cloud whose identity has a role at a registry already.
pub fn begin(cloud: &Shared) {
    let holds = |world: &World, cluster: &Cluster| {
        let now = cloud.clock.now();
        let holds_at =
            |puller, id: &str| rights::held(world, now, cloud.times.role_effect, puller, id).next().is_some();
        let puller = world.puller_of(cluster);
        puller.is_some_and(|puller| world.registries.iter().any(|registry| holds_at(puller, &registry.id)))
    };
    all_nodes(cloud, holds, &AT_ONCE);
}

/// Lets the nodes try again that pull as a principal which was given a role at a registry, or as a member of that group.
pub fn granted(cloud: &Shared, principal: Uuid, scope: &str) {
    let concerned = |world: &World, cluster: &Cluster| {
        let puller = world.puller_of(cluster);
        puller.is_some_and(|puller| world.identities(puller).contains(&principal))
            && world.registries.iter().any(|registry| rights::covers(scope, &registry.id))
    };
    all_nodes(cloud, concerned, &BACK_OFF);
}

/// Lets every node of the running clusters that `wanted` chooses pull what it does not have.
fn all_nodes(cloud: &Shared, wanted: impl Fn(&World, &Cluster) -> bool, waits: &'static [f64]) {
    let clusters: Vec<(String, usize)> = {
        let world = cloud.world();
        let running = world.clusters.iter().filter(|cluster| cluster.power_state == "Running");
        let chosen = running.filter(|cluster| wanted(&world, cluster));
        chosen.map(|cluster| (cluster.id.clone(), cluster.nodes.len())).collect()
    };
    for (cluster, nodes) in clusters {
        heal_beside(cloud, cluster, nodes, waits);
    }
}

fn heal_beside(cloud: &Shared, cluster_id: String, nodes: usize, waits: &'static [f64]) {
    let healing = Shared::clone(cloud);
    cloud.spawn(async move { heal(&healing, &cluster_id, nodes, waits).await });
}

/// Tries again what failed, ever later, until all is pulled.
async fn heal(cloud: &Cloud, cluster_id: &str, nodes: usize, waits: &[f64]) {
    for &wait in waits {
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

/// The images that a node pulls.
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
    let found = of_cluster(cloud, cluster_id, |cluster| {
        let node = cluster.nodes.get(at)?;
        Some((cluster.images.clone(), node.clone(), SignIn::of(cluster, node)))
    });
    let Some((images, node, sign_in)) = found.flatten() else {
        return;
    };
    let mut pulls = if which == Which::Every { Vec::new() } else { node.pulls.clone() };
    pulls.retain(|pull| pull.pulled);
    for image in &images {
        if pulls.iter().all(|pull| pull.image != *image) {
            pulls.push(try_one(cloud, image, &sign_in).await);
        }
    }
    of_node(cloud, cluster_id, at, |found| {
        if found.credential == node.credential {
            found.pulls = pulls;
        }
    });
}

async fn try_one(cloud: &Cloud, image: &str, sign_in: &SignIn) -> Pull {
    let (digest, reason) = match pull(cloud, image, sign_in).await {
        Ok(pulled) => (pulled.digest, String::new()),
        Err(error) => (String::new(), error.to_string()),
    };
    Pull { image: image.to_owned(), pulled: reason.is_empty(), reason, digest }
}
