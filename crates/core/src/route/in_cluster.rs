//! What the routes share that put a credential into pull secrets of a cluster.

use super::Achieved;
use crate::check::{Check, Reach, RegistryFacts, Survey};
use crate::ids::{ClusterId, RegistryId};
use crate::input::{Inputs, ProveFrom};
use crate::names::{PullUser, Side, pull_secret_name};
use crate::operation::{
    Op, ProveFirst, ProveInside, ProvePull, PullsAs, TellPullSecret, UsePullSecret, WritePullSecret,
};

/// Returns the checks of the clusters that get pull secrets.
pub(super) fn checks_in_cluster(inputs: &Inputs) -> Vec<Check> {
    let mut checks = Vec::new();
    for id in &inputs.clusters {
        checks.extend([Check::Cluster(id.clone()), Check::Kubernetes(id.clone())]);
        checks.extend(inputs.namespaces.iter().map(|namespace| Check::Namespace(id.clone(), namespace.clone())));
        checks.extend(inputs.renew.then(|| Check::OtherSecrets(id.clone())));
    }
    checks
}

/// Returns the name of the pull secret for a registry.
#[must_use]
pub fn secret_name(inputs: &Inputs, registry: &RegistryId) -> String {
    inputs.pull_secret.clone().unwrap_or_else(|| pull_secret_name(registry))
}

/// Returns the operation that proves the credential before it is put anywhere. `None` where neither this machine nor a
/// node can prove it.
pub(super) fn proof(
    inputs: &Inputs,
    survey: &Survey,
    cluster: &ClusterId,
    registry: &RegistryFacts,
    user: PullUser,
) -> Option<(Side, Op)> {
    let from_node = kubernetes(survey, cluster).is_ok();
    let from_here = matches!(registry.reach, Reach::Open);
    let inside = match inputs.prove {
        ProveFrom::Inside => true,
        ProveFrom::Here => false,
        ProveFrom::Auto => !from_here && from_node,
    };
    let images = inputs.images_of(&registry.id);
    let (registry, login_server) = (registry.id.clone(), registry.login_server.clone());
    if inside {
        let (cluster, namespace) = (cluster.clone(), inputs.namespace().to_owned());
        let prove = ProveFirst { cluster, registry, login_server, images, namespace, user };
        return from_node.then_some((Side::A, Op::ProveFirst(prove)));
    }
    from_here.then_some((Side::B, Op::ProvePull(ProvePull { registry, login_server, images, user })))
}

/// Returns the operations that write the pull secrets, have accounts use them, and prove the pull on a node; or the one
/// that says what to run, where the Kubernetes API cannot be used from here.
pub(super) fn secrets_in_cluster(
    inputs: &Inputs,
    survey: &Survey,
    cluster: &ClusterId,
    user: PullUser,
) -> Vec<(Side, Op)> {
    let mut steps = Vec::new();
    if let Err(why) = kubernetes(survey, cluster) {
        steps.extend(survey.registries.iter().map(|registry| {
            Op::TellPullSecret(TellPullSecret {
                cluster: cluster.clone(),
                registry: registry.id.clone(),
                login_server: registry.login_server.clone(),
                namespaces: inputs.namespaces.clone(),
                name: secret_name(inputs, &registry.id),
                accounts: accounts_of(inputs),
                user,
                why: why.to_owned(),
            })
        }));
    } else {
        for registry in &survey.registries {
            for namespace in &inputs.namespaces {
                steps.extend(into_namespace(inputs, cluster, registry, namespace, user));
            }
        }
        for registry in &survey.registries {
            for namespace in &inputs.namespaces {
                steps.extend(prove_in(inputs, cluster, registry, namespace));
            }
        }
    }
    steps.into_iter().map(|op| (Side::A, op)).collect()
}

/// Returns the operations that write one pull secret, and have accounts use it.
fn into_namespace(
    inputs: &Inputs,
    cluster: &ClusterId,
    registry: &RegistryFacts,
    namespace: &str,
    user: PullUser,
) -> Vec<Op> {
    let name = secret_name(inputs, &registry.id);
    let write = WritePullSecret {
        cluster: cluster.clone(),
        registry: registry.id.clone(),
        login_server: registry.login_server.clone(),
        namespace: namespace.to_owned(),
        name: name.clone(),
        user,
    };
    let accounts = inputs.accounts.iter().filter(|account| account.is_in(namespace));
    let uses = accounts.map(|account| {
        Op::UsePullSecret(UsePullSecret {
            cluster: cluster.clone(),
            registry: registry.id.clone(),
            namespace: namespace.to_owned(),
            account: account.name.clone(),
            name: name.clone(),
        })
    });
    std::iter::once(Op::WritePullSecret(write)).chain(uses).collect()
}

/// Returns the operations that prove the pull in a namespace: each image by the pull secret in the first one, one image
/// in the others, and one as each account that uses it.
fn prove_in(inputs: &Inputs, cluster: &ClusterId, registry: &RegistryFacts, namespace: &str) -> Vec<Op> {
    let first = namespace == inputs.namespace();
    let wanted = inputs.images_of(&registry.id);
    let images = wanted.iter().take(if first { usize::MAX } else { 1 });
    let name = secret_name(inputs, &registry.id);
    let by_secret = images.map(|image| (image, PullsAs::PullSecret(name.clone())));
    let accounts = inputs.accounts.iter().filter(|account| account.is_in(namespace));
    let by_account = accounts.filter_map(|account| Some((wanted.first()?, PullsAs::Account(account.name.clone()))));
    by_secret
        .chain(by_account)
        .map(|(image, pulls_as)| {
            Op::ProveInside(ProveInside {
                cluster: cluster.clone(),
                login_server: registry.login_server.clone(),
                image: image.clone(),
                namespace: namespace.to_owned(),
                pulls_as,
            })
        })
        .collect()
}

/// Returns the service accounts that are to use the pull secrets, by namespace and name.
fn accounts_of(inputs: &Inputs) -> Vec<String> {
    let within = |namespace: &String| {
        let there = inputs.accounts.iter().filter(|account| account.is_in(namespace));
        there.map(|account| format!("{namespace}/{}", account.name)).collect::<Vec<_>>()
    };
    inputs.namespaces.iter().flat_map(within).collect()
}

/// Returns whether a cluster's Kubernetes API can be used from here. The error is the reason why it cannot.
fn kubernetes<'s>(survey: &'s Survey, cluster: &ClusterId) -> Result<(), &'s str> {
    match survey.no_kubernetes.iter().find(|(id, _)| id == cluster) {
        Some((_, why)) => Err(why),
        None => Ok(()),
    }
}

/// Writes the first line of the end of a run that put a credential into pull secrets.
pub(super) fn headline(done: &Achieved<'_>) -> String {
    let Achieved { cluster, registry, images, proved_here, node } = done;
    match (node, proved_here) {
        (Some(node), true) => format!(
            "{cluster} pulls {images} from {registry} by its pull secret: proved from here, and from the cluster on node {node}"
        ),
        (Some(node), false) => format!(
            "{cluster} pulls {images} from {registry} by its pull secret: proved from the cluster on node {node}"
        ),
        (None, true) => format!(
            "The credential pulls {images} from {registry}: proved from here. No node of {cluster} was seen to pull with it: \
             the last step says why, and what to run."
        ),
        (None, false) => format!(
            "The credential for {registry} is made. Nobody was seen to pull with it: the last step says why, and what to run."
        ),
    }
}
