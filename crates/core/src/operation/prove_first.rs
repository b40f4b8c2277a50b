//! Operation: proves the new credential from within the cluster, before anything that runs is changed.

use serde::{Deserialize, Serialize};

use super::prove_pull::credential_facts;
use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo};
use crate::ids::{ClusterId, ImageRef, RegistryId};
use crate::names::PullUser;

/// Has a node pull with the new credential, by a pod with a pull secret of its own; both are removed again.
///
/// The node's own network and the new credential are proved, and nothing that runs is touched
/// (`docs/PRODUCT.md` 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ProveFirst {
    pub cluster: ClusterId,
    pub registry: RegistryId,
    /// The host of the registry.
    pub login_server: String,
    /// The images that are pulled, one after the other.
    pub images: Vec<ImageRef>,
    /// The namespace of pod and secret.
    pub namespace: String,
    /// The user that pulls.
    #[serde(default, skip_serializing_if = "PullUser::is_app")]
    pub user: PullUser,
}

impl Operation for ProveFirst {
    fn title(&self) -> String {
        match self.images.as_slice() {
            [one] => format!("prove the pull of {one} from inside"),
            several => format!("prove the pull of {} images from inside", several.len()),
        }
    }

    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        credential_facts(self.user, &self.registry)
    }

    fn writes(&self) -> Vec<Fact> {
        let cluster = || self.cluster.clone();
        vec![Fact::Pod(cluster()), Fact::ProofSecret(cluster()), Fact::Proved(self.registry.clone())]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::sending(
            format!("Kubernetes POST a pull secret and a pod in {}", self.namespace),
            "it pulls the image, runs nothing of it, and both are removed",
        )]
    }

    fn explains(&self) -> String {
        format!(
            "Starts a pod in the namespace {} of {} that pulls from {} with the new credential, in a pull secret of its own, \
             and removes both. The node's own way to the registry is proved, and nothing that runs is touched.",
            self.namespace,
            self.cluster.name(),
            self.login_server
        )
    }

    fn needs(&self) -> &'static str {
        "It needs the right to make and remove a pod and a secret in the namespace."
    }

    fn undo(&self) -> Undo {
        Undo::Nothing
    }

    fn undo_title(&self) -> String {
        "remove the proof's pod and secret".to_owned()
    }

    fn undo_calls(&self, made: &[Learnt]) -> Vec<PlannedCall> {
        PlannedCall::about("Kubernetes DELETE the pod and its secret", made)
    }

    fn undo_explains(&self) -> String {
        "Removes the pod and its pull secret.".to_owned()
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }

    fn registry(&self) -> Option<&RegistryId> {
        Some(&self.registry)
    }
}
