//! The objects of a cluster, as its API shows them. What was not made by the API is made up here from what the world knows.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::kinds::{Kind, Target};
use crate::world::{Cluster, Node, Stored, Workload, WorkloadKind};

pub use crate::world::date;

/// Returns an object with its revision as `resourceVersion`.
#[must_use]
pub fn shown(stored: &Stored) -> Value {
    let mut object = stored.object.clone();
    object["metadata"]["resourceVersion"] = json!(stored.changed.to_string());
    object
}

/// Returns an object with its kind and version in front.
#[must_use]
pub fn typed(kind: &Kind, object: Value) -> Value {
    let mut all = Map::new();
    all.insert("kind".to_owned(), json!(kind.name));
    all.insert("apiVersion".to_owned(), json!(kind.api_version()));
    if let Value::Object(object) = object {
        all.extend(object);
    }
    Value::Object(all)
}

/// Returns every object of a kind, by namespace and name.
#[must_use]
pub fn all(cluster: &Cluster, kind: &Kind) -> Vec<Stored> {
    let mut all: Vec<Stored> = match kind.plural {
        "namespaces" => namespaces(cluster),
        "nodes" => {
            cluster.nodes.iter().enumerate().map(|(at, found)| made_up(kind, node(cluster, at, found))).collect()
        }
        "deployments" => workloads(cluster, kind, WorkloadKind::Deployment),
        "statefulsets" => workloads(cluster, kind, WorkloadKind::StatefulSet),
        "poddisruptionbudgets" => budgets(cluster, kind),
        "pods" => workload_pods(cluster, kind),
        _ => Vec::new(),
    };
    all.extend(cluster.kubernetes.stored.iter().filter(|stored| stored.plural == kind.plural).cloned());
    all.sort_by(|one, other| (one.namespace(), one.name()).cmp(&(other.namespace(), other.name())));
    all
}

/// Returns an object that has been there from the start.
fn made_up(kind: &Kind, object: Value) -> Stored {
    Stored { plural: kind.plural, object, made: 1, changed: 1 }
}

fn metadata(cluster: &Cluster, kind: &str, namespace: Option<&str>, name: &str) -> Value {
    let about = format!("{} {kind} {} {name}", cluster.id, namespace.unwrap_or_default());
    let mut metadata = json!({
        "name": name,
        "uid": Uuid::new_v5(&Uuid::NAMESPACE_URL, about.as_bytes()),
        "creationTimestamp": date(cluster.kubernetes.created),
    });
    if let Some(namespace) = namespace {
        metadata["namespace"] = json!(namespace);
    }
    metadata
}

fn namespaces(cluster: &Cluster) -> Vec<Stored> {
    let shown = cluster.namespaces.iter().map(|(name, namespace)| {
        let mut metadata = metadata(cluster, "namespace", None, name);
        metadata["creationTimestamp"] = json!(date(namespace.created));
        metadata["labels"] = json!({ "kubernetes.io/metadata.name": name });
        let object =
            json!({ "metadata": metadata, "spec": { "finalizers": ["kubernetes"] }, "status": { "phase": "Active" } });
        Stored { plural: "namespaces", object, made: namespace.made, changed: namespace.made }
    });
    shown.collect()
}

/// Returns the address of a node in the cluster's network.
#[must_use]
pub fn node_address(at: usize) -> String {
    format!("10.224.0.{}", at + 4)
}

/// Returns a node (Kubernetes API reference, "Node"; labels as AKS sets them).
fn node(cluster: &Cluster, at: usize, node: &Node) -> Value {
    let mut metadata = metadata(cluster, "node", None, &node.name);
    metadata["labels"] = json!({
        "agentpool": "nodepool1",
        "kubernetes.azure.com/mode": "system",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "Standard_DS2_v2",
        "topology.kubernetes.io/region": cluster.location,
    });
    let set = node.name.trim_end_matches(|digit: char| digit.is_ascii_digit());
    let subscription = cluster.id.split('/').nth(2).unwrap_or_default();
    let provider = format!(
        "azure:///subscriptions/{subscription}/resourceGroups/{}/providers/Microsoft.Compute/virtualMachineScaleSets/{set}/virtualMachines/{at}",
        cluster.node_resource_group.to_lowercase()
    );
    let created = date(cluster.kubernetes.created);
    let condition = |kind: &str, status: &str, reason: &str, message: &str| json!({ "type": kind, "status": status, "reason": reason, "message": message, "lastHeartbeatTime": created, "lastTransitionTime": created });
    let images = node.pulls.iter().filter(|pull| pull.pulled).map(|pull| json!({ "names": [pull.image] }));
    json!({
        "metadata": metadata,
        "spec": { "podCIDR": format!("10.244.{at}.0/24"), "podCIDRs": [format!("10.244.{at}.0/24")], "providerID": provider },
        "status": {
            "capacity": { "cpu": "2", "ephemeral-storage": "129886128Ki", "memory": "7097592Ki", "pods": "110" },
            "allocatable": { "cpu": "1900m", "ephemeral-storage": "119703055367", "memory": "5160184Ki", "pods": "110" },
            "conditions": [
                condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
            ],
            "addresses": [
                { "type": "InternalIP", "address": node_address(at) },
                { "type": "Hostname", "address": node.name },
            ],
            "nodeInfo": {
                "architecture": "amd64",
                "containerRuntimeVersion": "containerd://1.7.22",
                "kernelVersion": "5.15.0-1089-azure",
                "kubeletVersion": format!("v{}", cluster.kubernetes_version),
                "kubeProxyVersion": format!("v{}", cluster.kubernetes_version),
                "operatingSystem": "linux",
                "osImage": "Ubuntu 22.04.5 LTS",
            },
            "images": images.collect::<Vec<_>>(),
        },
    })
}

/// The image of a workload, which needs no credential. It has run for long, so nothing is pulled for it.
const WORKLOAD_IMAGE: &str = "mcr.microsoft.com/oss/nginx/nginx:1.25.5";

fn pod_spec(workload: &Workload) -> Value {
    json!({
        "containers": [{
            "name": workload.name,
            "image": WORKLOAD_IMAGE,
            "imagePullPolicy": "IfNotPresent",
            "resources": {},
        }],
        "restartPolicy": "Always",
        "serviceAccountName": "default",
        "terminationGracePeriodSeconds": 30,
    })
}

fn workloads(cluster: &Cluster, kind: &Kind, wanted: WorkloadKind) -> Vec<Stored> {
    let found = cluster.kubernetes.workloads.iter().filter(|workload| workload.kind == wanted);
    let shown = found.map(|workload| {
        let mut metadata = metadata(cluster, kind.singular, Some(&workload.namespace), &workload.name);
        metadata["labels"] = json!({ "app": workload.name });
        metadata["generation"] = json!(1);
        let replicas = workload.replicas;
        let mut object = json!({
            "metadata": metadata,
            "spec": {
                "replicas": replicas,
                "selector": { "matchLabels": { "app": workload.name } },
                "template": { "metadata": { "labels": { "app": workload.name } }, "spec": pod_spec(workload) },
            },
            "status": {
                "observedGeneration": 1,
                "replicas": replicas,
                "updatedReplicas": replicas,
                "readyReplicas": replicas,
                "availableReplicas": replicas,
            },
        });
        if wanted == WorkloadKind::StatefulSet {
            object["spec"]["serviceName"] = json!(workload.name);
        }
        made_up(kind, object)
    });
    shown.collect()
}

/// Returns the budgets of workloads, all of whose pods are healthy (Kubernetes API reference, "PodDisruptionBudget").
fn budgets(cluster: &Cluster, kind: &Kind) -> Vec<Stored> {
    let shown = cluster.kubernetes.workloads.iter().filter_map(|workload| {
        let desired = workload.min_available?;
        let mut metadata = metadata(cluster, kind.singular, Some(&workload.namespace), &workload.name);
        metadata["generation"] = json!(1);
        let allowed = workload.replicas.saturating_sub(desired);
        let (status, reason) = if allowed > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") };
        let created = date(cluster.kubernetes.created);
        let object = json!({
            "metadata": metadata,
            "spec": { "minAvailable": desired, "selector": { "matchLabels": { "app": workload.name } } },
            "status": {
                "observedGeneration": 1,
                "currentHealthy": workload.replicas,
                "desiredHealthy": desired,
                "expectedPods": workload.replicas,
                "disruptionsAllowed": allowed,
                "conditions": [{
                    "type": "DisruptionAllowed",
                    "status": status,
                    "reason": reason,
                    "message": "",
                    "observedGeneration": 1,
                    "lastTransitionTime": created,
                }],
            },
        });
        Some(made_up(kind, object))
    });
    shown.collect()
}

/// Returns the pods of the workloads. Deleting one is answered, and its controller has another at once.
fn workload_pods(cluster: &Cluster, kind: &Kind) -> Vec<Stored> {
    let nodes = cluster.nodes.len().max(1);
    let all = cluster.kubernetes.workloads.iter();
    let all = all.flat_map(|workload| (0..workload.replicas).map(move |n| (workload, n)));
    let shown = all.map(|(workload, n)| {
        let (owner, name) = match workload.kind {
            WorkloadKind::Deployment => ("ReplicaSet", format!("{}-6d4cf56db6-{n:05}", workload.name)),
            WorkloadKind::StatefulSet => ("StatefulSet", format!("{}-{n}", workload.name)),
        };
        let mut metadata = metadata(cluster, "pod", Some(&workload.namespace), &name);
        metadata["labels"] = json!({ "app": workload.name });
        let owner_uid = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{} {owner} {name}", cluster.id).as_bytes());
        metadata["ownerReferences"] = json!([{
            "apiVersion": "apps/v1", "kind": owner, "name": workload.name, "uid": owner_uid, "controller": true,
        }]);
        let at = n as usize % nodes;
        let mut spec = pod_spec(workload);
        spec["nodeName"] = json!(cluster.nodes.get(at).map(|node| node.name.as_str()));
        let created = date(cluster.kubernetes.created);
        let status = json!({
            "phase": "Running",
            "conditions": [{ "type": "Ready", "status": "True", "lastTransitionTime": created }],
            "hostIP": node_address(at),
            "startTime": created,
            "qosClass": "BestEffort",
            "containerStatuses": [{
                "name": workload.name,
                "image": WORKLOAD_IMAGE,
                "imageID": "",
                "ready": true,
                "started": true,
                "restartCount": 0,
                "state": { "running": { "startedAt": created } },
                "lastState": {},
            }],
        });
        made_up(kind, json!({ "metadata": metadata, "spec": spec, "status": status }))
    });
    shown.collect()
}

/// Returns the object of a target that names one.
#[must_use]
pub fn one(cluster: &Cluster, target: &Target<'_>) -> Option<Value> {
    let all = all(cluster, target.kind);
    let named = |stored: &&Stored| {
        Some(stored.name()) == target.name && target.namespace.is_none_or(|namespace| stored.namespace() == namespace)
    };
    all.iter().find(named).map(shown)
}

/// Returns the object of a target that names one, as it is kept; `None` for what is not kept one by one.
#[must_use]
pub fn kept<'c>(cluster: &'c Cluster, target: &Target<'_>) -> Option<&'c Stored> {
    let mut all = cluster.kubernetes.stored.iter().filter(|stored| stored.plural == target.kind.plural);
    all.find(|stored| Some(stored.name()) == target.name && stored.namespace() == target.namespace.unwrap_or_default())
}
