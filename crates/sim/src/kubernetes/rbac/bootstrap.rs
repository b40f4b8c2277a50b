//! The roles and bindings that are there from the start: Kubernetes' own, those of AKS, those of a scenario.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    GROUP, aggregation, limited,
    standard::{BINDINGS, ROLES, Role, Rules},
};
use crate::world::{Cluster, Stored, date};

/// The binding by which AKS makes the groups of administrators such.
const ADMINS: &str = "aks-cluster-admin-binding-aad";

/// Puts the roles and bindings into a cluster that are there from the start.
pub fn bootstrap(cluster: &mut Cluster) {
    for role in ROLES {
        put(cluster, "clusterroles", "", role.name, standard(role));
    }
    for (name, groups) in BINDINGS {
        let subjects: Vec<Value> = groups.iter().map(|group| of_group(group)).collect();
        let mut binding = json!({ "metadata": usual(), "roleRef": role_ref(name) });
        binding["subjects"] = json!(subjects);
        put(cluster, "clusterrolebindings", "", name, binding);
    }
    for (plural, namespace, name, object) in limited::objects(cluster) {
        put(cluster, plural, &namespace, name, object);
    }
    aggregation::settle(&mut cluster.kubernetes);
    reconcile(cluster);
}

/// Makes the binding of the groups of administrators what the cluster's profile says, as AKS' manager of add-ons does
/// (its label is `Reconcile`).
pub fn reconcile(cluster: &mut Cluster) {
    let groups = cluster.entra.as_ref().map(|entra| entra.admin_groups.clone()).unwrap_or_default();
    let subjects: Vec<Value> = groups.iter().map(|group| of_group(&group.to_string())).collect();
    let found = cluster.kubernetes.of("clusterrolebindings", "").find(|binding| binding.name() == ADMINS);
    let uid = found.map(|binding| binding.text("/metadata/uid").to_owned());
    match uid {
        Some(uid) if subjects.is_empty() => cluster.kubernetes.remove(&uid),
        Some(uid) => cluster.kubernetes.change(&uid, |binding| binding["subjects"] = json!(subjects)),
        None if subjects.is_empty() => {}
        None => {
            let labels =
                json!({ "addonmanager.kubernetes.io/mode": "Reconcile", "kubernetes.io/cluster-service": "true" });
            let binding = json!({
                "metadata": { "labels": labels },
                "subjects": subjects,
                "roleRef": role_ref("cluster-admin"),
            });
            let binding = named(cluster, "clusterrolebindings", "", ADMINS, binding);
            cluster.kubernetes.add("clusterrolebindings", binding);
        }
    }
}

fn of_group(name: &str) -> Value {
    json!({ "kind": "Group", "apiGroup": GROUP, "name": name })
}

fn role_ref(name: &str) -> Value {
    json!({ "apiGroup": GROUP, "kind": "ClusterRole", "name": name })
}

/// Returns the metadata of a standard role or binding.
fn usual() -> Value {
    json!({
        "labels": { "kubernetes.io/bootstrapping": "rbac-defaults" },
        "annotations": { "rbac.authorization.kubernetes.io/autoupdate": "true" },
    })
}

fn label_of(role: &str) -> String {
    format!("rbac.authorization.k8s.io/aggregate-to-{role}")
}

fn standard(role: &Role) -> Value {
    let mut object = json!({ "metadata": usual() });
    if let Some(whole) = role.added_to {
        object["metadata"]["labels"][label_of(whole)] = json!("true");
    }
    match &role.rules {
        Rules::Resources(rules) => {
            let rules = rules.iter().map(
                |(verbs, group, resources)| json!({ "verbs": verbs, "apiGroups": [group], "resources": resources }),
            );
            object["rules"] = rules.collect();
        }
        Rules::Paths(paths) => object["rules"] = json!([{ "verbs": ["get"], "nonResourceURLs": paths }]),
        Rules::Everything => {
            object["rules"] = json!([
                { "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"] },
                { "verbs": ["*"], "nonResourceURLs": ["*"] },
            ]);
        }
        Rules::Aggregated => {
            let labels = json!({ "matchLabels": { label_of(role.name): "true" } });
            object["aggregationRule"] = json!({ "clusterRoleSelectors": [labels] });
        }
    }
    object
}

/// Puts an object into a cluster as of its start.
fn put(cluster: &mut Cluster, plural: &'static str, namespace: &str, name: &str, object: Value) {
    let object = named(cluster, plural, namespace, name, object);
    cluster.kubernetes.stored.push(Stored { plural, object, made: 1, changed: 1 });
}

fn named(cluster: &Cluster, plural: &str, namespace: &str, name: &str, mut object: Value) -> Value {
    let about = format!("{} {plural} {namespace} {name}", cluster.id);
    object["metadata"]["name"] = json!(name);
    if !namespace.is_empty() {
        object["metadata"]["namespace"] = json!(namespace);
    }
    object["metadata"]["uid"] = json!(Uuid::new_v5(&Uuid::NAMESPACE_URL, about.as_bytes()));
    object["metadata"]["creationTimestamp"] = json!(date(cluster.kubernetes.created));
    object
}
