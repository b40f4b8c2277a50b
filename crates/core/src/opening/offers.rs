//! The offers of `access open`, the least first, each with its whole command.

use crate::access::KubernetesRole;
use crate::text::shell_option;

/// Something that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Offer {
    /// The effect for somebody, and the clusters where it works.
    pub gives: &'static str,
    pub command: String,
}

/// Where a namespace may be named in the place of another.
const NAMESPACE: &str = "default";

/// Returns what can be opened for a principal at a cluster, the least first.
#[must_use]
pub fn offers(part: &str, cluster: &str, principal: &str, namespace: Option<&str>) -> Vec<Offer> {
    let namespace = shell_option("--namespace", namespace.unwrap_or(NAMESPACE));
    let base = format!(
        "crosspull access {part} {} {}",
        shell_option("--cluster", cluster),
        shell_option("--principal", principal)
    );
    let role = |role: KubernetesRole| format!("--role {}", role.word());
    [
        ("the kubeconfig of users, and nothing in the cluster", role(KubernetesRole::ClusterUser)),
        ("reads one namespace, no secrets (Kubernetes decides)", format!("--bind view {namespace}")),
        (
            "reads one namespace, no secrets (Entra authorization is on)",
            format!("{} {namespace}", role(KubernetesRole::RbacReader)),
        ),
        ("reads and writes one namespace, secrets too (Kubernetes decides)", format!("--bind edit {namespace}")),
        (
            "reads and writes one namespace, secrets too (Entra authorization is on)",
            format!("{} {namespace}", role(KubernetesRole::RbacWriter)),
        ),
        ("administers one namespace (Kubernetes decides)", format!("--bind admin {namespace}")),
        (
            "administers one namespace (Entra authorization is on)",
            format!("{} {namespace}", role(KubernetesRole::RbacAdmin)),
        ),
        ("everything, by a group of administrators", "--group GROUP".to_owned()),
        ("everything (Kubernetes decides)", "--bind cluster-admin".to_owned()),
        ("everything (Entra authorization is on)", role(KubernetesRole::RbacClusterAdmin)),
        ("everything, as the local admin, whom nobody can tell from another", "--local-admin".to_owned()),
    ]
    .map(|(gives, flags)| Offer { gives, command: format!("{base} {flags}") })
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_comes_first_and_every_command_is_whole() {
        let all = offers("open", "/subscriptions/x", "Cluster admins", Some("shop"));
        assert_eq!(
            all[1].command,
            "crosspull access open --cluster /subscriptions/x --principal 'Cluster admins' --bind view --namespace shop"
        );
        assert!(all[0].command.ends_with("--role cluster-user") && all[10].command.ends_with("--local-admin"));
    }
}
