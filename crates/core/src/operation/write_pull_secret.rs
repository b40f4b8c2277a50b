//! Operation: writes a pull secret into a namespace of a cluster.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo};
use crate::ids::{ClusterId, RegistryId};
use crate::names::PullUser;

/// Writes a pull secret (`kubernetes.io/dockerconfigjson`) into a namespace of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct WritePullSecret {
    pub cluster: ClusterId,
    pub registry: RegistryId,
    /// The host of the registry.
    pub login_server: String,
    pub namespace: String,
    /// The name of the secret.
    pub name: String,
    /// The user whose password it holds.
    #[serde(default, skip_serializing_if = "PullUser::is_app")]
    pub user: PullUser,
}

impl WritePullSecret {
    /// Returns the fact of the secret itself.
    #[must_use]
    pub fn written(&self) -> Fact {
        Fact::PullSecret(self.cluster.clone(), self.registry.clone(), self.namespace.clone())
    }

    /// Returns the fact of the password in it.
    #[must_use]
    pub fn key(&self) -> Fact {
        Fact::PullSecretKey(self.cluster.clone(), self.registry.clone(), self.namespace.clone())
    }
}

impl Operation for WritePullSecret {
    fn title(&self) -> String {
        format!("write {} into {}", self.name, self.namespace)
    }

    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        vec![Fact::Proved(self.registry.clone())]
    }

    fn writes(&self) -> Vec<Fact> {
        vec![self.written(), self.key()]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        let Self { namespace, name, login_server, .. } = self;
        vec![PlannedCall::sending(
            format!("Kubernetes PATCH secrets/{name} in {namespace}"),
            format!("kubernetes.io/dockerconfigjson for {login_server}, by server-side apply"),
        )]
    }

    fn explains(&self) -> String {
        format!(
            "Writes the pull secret {} into the namespace {} of {}, by server-side apply as crosspull. One of that name that \
             somebody else made is kept, and stops the run. Nothing restarts.",
            self.name,
            self.namespace,
            self.cluster.name()
        )
    }

    fn needs(&self) -> &'static str {
        "It needs the right to read, make and change secrets in the namespace."
    }

    fn undo(&self) -> Undo {
        Undo::By("Kubernetes DELETE secrets/{name}")
    }

    fn undo_title(&self) -> String {
        format!("delete {} from {}", self.name, self.namespace)
    }

    fn undo_calls(&self, _made: &[Learnt]) -> Vec<PlannedCall> {
        vec![PlannedCall::new(format!("Kubernetes DELETE secrets/{} in {}", self.name, self.namespace))]
    }

    fn undo_explains(&self) -> String {
        "Deletes the pull secret, where it still has what the run wrote. Pods that name it cannot pull any more."
            .to_owned()
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }

    fn registry(&self) -> Option<&RegistryId> {
        Some(&self.registry)
    }
}
