//! The rights of the user credential where a scenario limits them: roles and bindings like any other.

use serde_json::{Value, json};

use crate::world::{Cluster, KubernetesAccess};

/// The group of a user credential that may only read.
pub const READERS: &str = "readers";
/// The group of a user credential that may do nothing with some secrets.
pub const DEVELOPERS: &str = "developers";

const SECRETS: &str = "developers-secrets";

/// The core group without secrets.
const CORE: &[&str] = &[
    "bindings",
    "configmaps",
    "endpoints",
    "events",
    "limitranges",
    "namespaces",
    "namespaces/status",
    "nodes",
    "persistentvolumeclaims",
    "persistentvolumes",
    "pods",
    "pods/attach",
    "pods/eviction",
    "pods/exec",
    "pods/log",
    "pods/portforward",
    "pods/status",
    "replicationcontrollers",
    "resourcequotas",
    "serviceaccounts",
    "serviceaccounts/token",
    "services",
];

/// The other groups that the simulated cloud serves, or that a shop has.
const OTHERS: &[&str] = &[
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
];

/// Returns the plurals, namespaces, names and contents of what limits the user credential.
pub fn objects(cluster: &Cluster) -> Vec<(&'static str, String, &'static str, Value)> {
    let everywhere = |name, rules: Value| {
        let role = ("clusterroles", String::new(), name, json!({ "rules": rules }));
        vec![role, ("clusterrolebindings", String::new(), name, binding(name, name))]
    };
    match cluster.kubernetes.access {
        KubernetesAccess::Open | KubernetesAccess::Private => Vec::new(),
        KubernetesAccess::ReadOnly => everywhere(READERS, json!([rule(&["*"], &["*"], &["get", "list", "watch"])])),
        KubernetesAccess::NoSecrets => {
            let rules = json!([rule(&[""], CORE, &["*"]), rule(OTHERS, &["*"], &["*"])]);
            let mut all = everywhere(DEVELOPERS, rules);
            let none_in = &cluster.kubernetes.no_secrets_in;
            if !none_in.is_empty() {
                all.push((
                    "clusterroles",
                    String::new(),
                    SECRETS,
                    json!({ "rules": [rule(&[""], &["secrets"], &["*"])] }),
                ));
                let open = cluster.namespaces.keys().filter(|namespace| !none_in.contains(namespace));
                all.extend(
                    open.map(|namespace| ("rolebindings", namespace.clone(), SECRETS, binding(SECRETS, DEVELOPERS))),
                );
            }
            all
        }
    }
}

fn rule(groups: &[&str], resources: &[&str], verbs: &[&str]) -> Value {
    json!({ "verbs": verbs, "apiGroups": groups, "resources": resources })
}

fn binding(role: &str, group: &str) -> Value {
    json!({
        "subjects": [{ "kind": "Group", "apiGroup": super::GROUP, "name": group }],
        "roleRef": { "apiGroup": super::GROUP, "kind": "ClusterRole", "name": role },
    })
}
