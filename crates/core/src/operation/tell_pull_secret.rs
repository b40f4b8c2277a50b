//! Operation: says how the pull secret is written by somebody who reaches the cluster's Kubernetes API.

use serde::{Deserialize, Serialize};

use super::{Fact, Operation, PlannedCall, Step, Undo};
use crate::ids::{ClusterId, RegistryId};
use crate::names::PullUser;

/// Says how the pull secret is written, where the cluster's Kubernetes API cannot be used from here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct TellPullSecret {
    pub cluster: ClusterId,
    pub registry: RegistryId,
    /// The host of the registry.
    pub login_server: String,
    /// The namespaces that get the secret.
    pub namespaces: Vec<String>,
    /// The name of the secret.
    pub name: String,
    /// The service accounts whose pods are to use it, by namespace and name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// The user whose password it holds.
    #[serde(default, skip_serializing_if = "PullUser::is_app")]
    pub user: PullUser,
    /// The reason why it is not written from here, as the second half of a sentence.
    pub why: String,
}

impl Operation for TellPullSecret {
    fn title(&self) -> String {
        format!("say how {} is written", self.name)
    }

    fn reads(&self, steps: &[Step]) -> Vec<Fact> {
        let proof = Fact::Proved(self.registry.clone());
        if steps.iter().any(|step| step.writes().contains(&proof)) {
            return vec![proof];
        }
        super::prove_pull::credential_facts(self.user, &self.registry)
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::new("somebody who reaches the Kubernetes API runs kubectl create secret docker-registry")]
    }

    fn explains(&self) -> String {
        format!(
            "The Kubernetes API of {} cannot be used from here: {}. The run says what to run where it answers. The secret is \
             in memory until you save it.",
            self.cluster.name(),
            self.why
        )
    }

    fn needs(&self) -> &'static str {
        "It needs somebody who may make secrets in the namespaces."
    }

    fn undo(&self) -> Undo {
        Undo::ByHand("whoever wrote the pull secret deletes it")
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }

    fn registry(&self) -> Option<&RegistryId> {
        Some(&self.registry)
    }
}
