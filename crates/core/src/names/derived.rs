//! Names that crosspull derives, so that two runs derive equal ones and find each other's work.

use uuid::Uuid;

use super::RunId;
use crate::ids::{ClusterId, ObjectId, RegistryId};

/// The UUID namespace of the derived names.
const NAMESPACE: Uuid = Uuid::from_u128(0x5a1e_7c1d_93b0_4f5e_8f0a_2c6d_1b7e_9a40);

/// Returns the tag on the app by which a later run for the same cluster finds it.
///
/// A cluster has one service principal, so the tag holds the cluster alone.
#[must_use]
pub fn marker(cluster: &ClusterId) -> String {
    format!("crosspull:{}", Uuid::new_v5(&NAMESPACE, cluster.key().as_bytes()))
}

/// Returns the tag on the app whose secret is in a cluster's pull secrets, by which a later run for the same cluster
/// finds it.
#[must_use]
pub fn pull_marker(cluster: &ClusterId) -> String {
    format!("crosspull-pull:{}", Uuid::new_v5(&NAMESPACE, cluster.key().as_bytes()))
}

/// Returns the name of the pull secret for a registry, where nobody gave one.
#[must_use]
pub fn pull_secret_name(registry: &RegistryId) -> String {
    let name = registry.name().split(['.', ':']).next().unwrap_or_default().to_ascii_lowercase();
    format!("crosspull-{name}")
}

/// Returns the tag on what a run makes in a directory.
///
/// An object with this tag is that run's own work, even where the answer with its id was lost.
#[must_use]
pub fn run_mark(run: &RunId) -> String {
    format!("crosspull-run:{run}")
}

/// Returns the description of a role assignment that a run makes.
///
/// The run finds its own assignments by it, and people find the run.
#[must_use]
pub fn assignment_description(run: &RunId) -> String {
    format!("made by crosspull, run {run}")
}

/// The purpose of a secret that a run adds, which names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretFor {
    /// The secret that the cluster is to have.
    Cluster,
    /// The secret on the former app, so that the cluster can be given back.
    WayBack,
    /// The secret on the former app with which the cluster was given back.
    Back,
}

/// Returns the display name of a secret that a run adds, by which a secret whose answer was lost is found.
#[must_use]
pub fn secret_name(run: &RunId, what: SecretFor) -> String {
    match what {
        SecretFor::Cluster => format!("crosspull {run}"),
        SecretFor::WayBack => format!("crosspull {run} way back"),
        SecretFor::Back => format!("crosspull {run} back"),
    }
}

/// True for the name of a secret that some run adds.
///
/// Whoever may add secrets can use such a name, so it only tells which secret is meant where no journal does, and
/// whether a secret on an app is one of crosspull's when the app is deleted.
#[must_use]
pub fn made_by_a_run(name: &str) -> bool {
    let run = name.strip_prefix("crosspull ").map(|rest| rest.strip_suffix(" way back").unwrap_or(rest));
    let run = run.map(|rest| rest.strip_suffix(" back").unwrap_or(rest));
    run.is_some_and(|run| run.parse::<RunId>().is_ok())
}

/// Returns the name of the pod that proves the pull from within the cluster.
#[must_use]
pub fn pod_name(run: &RunId) -> String {
    format!("crosspull-{run}")
}

/// Returns the name of a role assignment, derived from principal, role and scope.
///
/// Equal ones give equal names, so a second run cannot make a second assignment (`docs/facts/azure.md` 3.1). Case does
/// not count in a scope.
#[must_use]
pub fn assignment_name(scope: &str, role: Uuid, principal: ObjectId) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{}|{role}|{principal}", scope.to_ascii_lowercase()).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_that_runs_give_to_secrets_are_known_again() {
        let run = RunId("7f3c9a2e".to_owned());
        for what in [SecretFor::Cluster, SecretFor::WayBack, SecretFor::Back] {
            assert!(made_by_a_run(&secret_name(&run, what)), "{what:?}");
        }
        for other in ["", "crosspull", "crosspull of the shop", "terraform"] {
            assert!(!made_by_a_run(other), "{other}");
        }
    }
}
