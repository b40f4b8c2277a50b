//! Operation: has a service account's pods use a pull secret.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo};
use crate::ids::{ClusterId, RegistryId};

/// Adds a pull secret to the `imagePullSecrets` of a service account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct UsePullSecret {
    pub cluster: ClusterId,
    pub registry: RegistryId,
    pub namespace: String,
    /// The name of the service account.
    pub account: String,
    /// The name of the secret.
    pub name: String,
}

impl UsePullSecret {
    /// Returns the fact that the account uses the secret.
    #[must_use]
    pub fn fact(&self) -> Fact {
        let account = format!("{}/{}", self.namespace, self.account);
        Fact::AccountPulls(self.cluster.clone(), self.registry.clone(), account)
    }
}

impl Operation for UsePullSecret {
    fn title(&self) -> String {
        format!("have {}/{} use it", self.namespace, self.account)
    }

    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        vec![Fact::PullSecret(self.cluster.clone(), self.registry.clone(), self.namespace.clone())]
    }

    fn writes(&self) -> Vec<Fact> {
        vec![self.fact()]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        let Self { namespace, account, name, .. } = self;
        vec![PlannedCall::sending(
            format!("Kubernetes PATCH serviceaccounts/{account} in {namespace}"),
            format!("{name} is added to its imagePullSecrets"),
        )]
    }

    fn explains(&self) -> String {
        format!(
            "Adds {} to the imagePullSecrets of the service account {} in the namespace {}, and keeps what is there. Pods of \
             that account that are made from then on pull with it; what runs is not touched.",
            self.name, self.account, self.namespace
        )
    }

    fn needs(&self) -> &'static str {
        "It needs the right to read and change the service account."
    }

    fn undo(&self) -> Undo {
        Undo::By("Kubernetes PATCH serviceaccounts/{name}")
    }

    fn undo_title(&self) -> String {
        format!("have {}/{} use it no more", self.namespace, self.account)
    }

    fn undo_calls(&self, _made: &[Learnt]) -> Vec<PlannedCall> {
        vec![PlannedCall::sending(
            format!("Kubernetes PATCH serviceaccounts/{} in {}", self.account, self.namespace),
            format!("{} is taken out of its imagePullSecrets", self.name),
        )]
    }

    fn undo_explains(&self) -> String {
        "Takes the pull secret out of the account's imagePullSecrets, and keeps the others.".to_owned()
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }

    fn registry(&self) -> Option<&RegistryId> {
        Some(&self.registry)
    }
}
