//! Names that crosspull derives, so that two runs derive equal ones and find each other's work.

use uuid::Uuid;

use super::RunId;
use crate::ids::{ClusterId, KeyId, ObjectId, RegistryId};

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

/// Returns the name of a cluster's repository token on a registry, and of the token's scope map.
///
/// Such a name has five to fifty letters, digits and hyphens (contract of registries, `tokenName`). Where the cluster's
/// own name has others or is too long, a part of its id's hash keeps two clusters apart.
#[must_use]
pub fn token_name(cluster: &ClusterId) -> String {
    let plain = format!("crosspull-{}", cluster.name());
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if plain.len() <= LONGEST_TOKEN_NAME && plain.chars().all(legal) {
        return plain;
    }
    let hash = Uuid::new_v5(&NAMESPACE, cluster.key().as_bytes()).simple().to_string();
    let of_name = plain.chars().map(|c| if legal(c) { c } else { '-' });
    let start: String = of_name.take(LONGEST_TOKEN_NAME - 9).collect();
    format!("{start}-{}", hash.get(..8).unwrap_or_default())
}

/// The longest name of a repository token.
const LONGEST_TOKEN_NAME: usize = 50;

/// Returns the description of the scope map that a run makes for a cluster.
///
/// A later run for the cluster finds it by its mark, and people find the run.
#[must_use]
pub fn scope_map_description(cluster: &ClusterId, run: &RunId) -> String {
    format!("made by crosspull for {}, run {run} ({})", cluster.name(), pull_marker(cluster))
}

/// True for the description of a scope map that a run made for that cluster.
#[must_use]
pub fn is_scope_map_of(cluster: &ClusterId, description: &str) -> bool {
    description.starts_with("made by crosspull ") && description.contains(&format!("({})", pull_marker(cluster)))
}

/// Returns the key of a password of a registry's own user, by the second in which it was made.
///
/// A registry gives its passwords no key. Nothing of the password itself is in it.
#[must_use]
pub fn password_key(registry: &RegistryId, user: &str, password: &str, made: i64) -> KeyId {
    KeyId(Uuid::new_v5(&NAMESPACE, format!("{}|{user}|{password}|{made}", registry.key()).as_bytes()))
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

/// Returns the name of the binding that gives a role of Kubernetes to one subject.
///
/// A part of a hash keeps subjects apart, and a Role from a ClusterRole of the same name.
#[must_use]
pub fn binding_name(role: &str, subject: &str) -> String {
    let hash = Uuid::new_v5(&NAMESPACE, format!("{role}|{subject}").as_bytes()).simple().to_string();
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let of_role = role.chars().map(|c| if legal(c) { c.to_ascii_lowercase() } else { '-' });
    let start: String = of_role.take(LONGEST_OF_ROLE).collect();
    format!("crosspull-{start}-{}", hash.get(..8).unwrap_or_default())
}

/// The longest part of a binding's name that is its role's.
const LONGEST_OF_ROLE: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_is_named_after_its_role_and_its_subject() {
        let name = binding_name("ClusterRole/system:Monitoring", "ada@contoso.com");
        assert!(name.starts_with("crosspull-clusterrole-system-monitoring-"), "{name}");
        assert_ne!(name, binding_name("ClusterRole/system:Monitoring", "bob@contoso.com"));
        assert!(binding_name(&"x".repeat(300), "ada").len() < 100);
    }

    #[test]
    fn a_token_has_a_name_that_a_registry_takes_and_that_is_its_clusters_own() {
        let named = |name: &str| {
            let id = format!(
                "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/{name}"
            );
            token_name(&ClusterId::parse(&id).expect("an id"))
        };
        assert_eq!(named("aks-shop"), "crosspull-aks-shop");
        let long = "a".repeat(60);
        let names =
            ["a_b".to_owned(), "a-b".to_owned(), format!("{long}b"), format!("{long}c")].map(|name| named(&name));
        for name in &names {
            let legal = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            assert!((5..=50).contains(&name.len()) && legal, "{name}");
            assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "{name}");
        }
    }

    #[test]
    fn a_scope_map_is_known_again_by_its_cluster() {
        let id = |group: &str| {
            let id = format!(
                "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/{group}/providers/Microsoft.ContainerService/managedClusters/aks"
            );
            ClusterId::parse(&id).expect("an id")
        };
        let text = scope_map_description(&id("one"), &RunId("7f3c9a2e".to_owned()));
        assert!(is_scope_map_of(&id("one"), &text) && !is_scope_map_of(&id("two"), &text));
        assert!(!is_scope_map_of(&id("one"), "for the shop"));
    }

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
