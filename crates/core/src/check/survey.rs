//! The survey: all that the checks read and the plan needs.

use serde::{Deserialize, Serialize};

use super::{AppFacts, ClusterApp, ClusterFacts, NamespaceFacts, Puller, RegistryFacts, TenantFacts};
use crate::ids::{ClusterId, ObjectId};
use crate::names::PerTenant;

/// All that the checks read and the plan needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Survey {
    pub cloud: String,
    /// The tenants, as their own directories describe them.
    pub tenants: PerTenant<TenantFacts>,
    pub clusters: Vec<ClusterFacts>,
    pub registries: Vec<RegistryFacts>,
    /// The principals that the clusters pull with, where the route is about them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pullers: Vec<Puller>,
    /// The apps that the clusters use, where the route is about them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cluster_apps: Vec<ClusterApp>,
    /// The namespaces that get a pull secret, where the Kubernetes API answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<NamespaceFacts>,
    /// The clusters whose Kubernetes API cannot be used from here, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub no_kubernetes: Vec<(ClusterId, String)>,
    /// The app that is taken up, of those that carry the cluster's mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppFacts>,
    /// The apps that carry the cluster's mark and are passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<ObjectId>,
}

impl Survey {
    /// Returns the name of the app that is taken up, which keeps it whatever the inputs say.
    #[must_use]
    pub fn app_name(&self) -> Option<String> {
        self.app.as_ref().map(|app| app.name.clone()).filter(|name| !name.is_empty())
    }

    /// True where a cluster uses the app that is taken up. The cluster has no former app then.
    #[must_use]
    pub fn has_own_app(&self, cluster: &ClusterFacts) -> bool {
        self.app.as_ref().is_some_and(|app| cluster.client_id == Some(app.app_id))
    }
}
