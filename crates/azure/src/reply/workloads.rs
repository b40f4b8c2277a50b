//! Replies of a Kubernetes API about what runs in a cluster, read as far as somebody here asks for it. The types of the
//! whole API would make up a twentieth of the program.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// A deployment or a stateful set.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs, reason = "the names are those of Kubernetes")]
pub struct Workload {
    #[serde(default)]
    pub metadata: ObjectMeta,
    pub spec: Option<WorkloadSpec>,
}

/// The wish of a workload.
#[derive(Debug, Clone, Deserialize)]
pub struct WorkloadSpec {
    /// The pods that it is to have. One where it says nothing.
    pub replicas: Option<i32>,
}

/// A disruption budget.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs, reason = "the names are those of Kubernetes")]
pub struct DisruptionBudget {
    #[serde(default)]
    pub metadata: ObjectMeta,
    pub status: Option<DisruptionBudgetStatus>,
}

/// The state of a disruption budget.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are those of Kubernetes")]
pub struct DisruptionBudgetStatus {
    pub expected_pods: i32,
    pub disruptions_allowed: i32,
}

/// A pod.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs, reason = "the names are those of Kubernetes")]
pub struct Pod {
    #[serde(default)]
    pub metadata: ObjectMeta,
    pub spec: Option<PodSpec>,
    pub status: Option<PodStatus>,
}

/// The wish of a pod.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PodSpec {
    /// The node that has taken it.
    pub node_name: Option<String>,
    /// The service account that it runs as.
    pub service_account_name: Option<String>,
}

/// The state of a pod.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are those of Kubernetes")]
pub struct PodStatus {
    pub phase: Option<String>,
    pub container_statuses: Option<Vec<ContainerStatus>>,
}

/// The state of a container.
#[derive(Debug, Clone, Deserialize)]
pub struct ContainerStatus {
    /// The image that the node has. Empty before it has one.
    #[serde(default, rename = "imageID")]
    pub image_id: String,
    /// The present state.
    pub state: Option<ContainerState>,
}

/// The present state of a container: one of the three.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs, reason = "the names are those of Kubernetes")]
pub struct ContainerState {
    pub waiting: Option<Waiting>,
    pub running: Option<IgnoredAny>,
    pub terminated: Option<IgnoredAny>,
}

/// The reason why a container waits.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs, reason = "the names are those of Kubernetes")]
pub struct Waiting {
    pub reason: Option<String>,
    pub message: Option<String>,
}

/// An event of an object.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the names are those of Kubernetes")]
pub struct ObjectEvent {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub reason: Option<String>,
    pub message: Option<String>,
    pub last_timestamp: Option<Timestamp>,
}
