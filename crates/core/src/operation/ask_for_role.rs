//! Operation: asks whoever may assign roles on a registry to give the cluster's identity one.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Undo};
use crate::ids::{ClusterId, ImageRef, ObjectId, RegistryId};

/// Asks whoever may assign roles on a registry to give the identity that a cluster pulls with one.
///
/// Nobody who may do that signs in here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct AskForRole {
    pub cluster: ClusterId,
    /// The registry, by its login server.
    pub registry: RegistryId,
    /// The principal that the cluster pulls with.
    pub principal: ObjectId,
    /// The images that are to be pulled. A node pulls the first of them, to see that the role is there.
    pub images: Vec<ImageRef>,
    /// The namespace of the pod that pulls.
    pub namespace: String,
}

impl Operation for AskForRole {
    fn title(&self) -> String {
        format!("have {} let {} pull", self.registry.name(), self.cluster.name())
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::Pod(self.cluster.clone()), Fact::Attached(self.cluster.clone(), self.registry.clone())]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::new("whoever may assign roles on the registry follows a page; a pod sees when it is done")]
    }

    fn explains(&self) -> String {
        format!(
            "Nobody signs in who may assign roles on {}, so whoever may gets a page: how to give the principal {} , which \
             {} pulls with, a role. A pod in the namespace {} tries the pull until it works, and is removed.",
            self.registry,
            self.principal,
            self.cluster.name(),
            self.namespace
        )
    }

    fn needs(&self) -> &'static str {
        "It needs somebody who may assign roles on the registry, and the right to make and remove a pod in the namespace."
    }

    fn undo(&self) -> Undo {
        Undo::ByHand("whoever assigned the role removes the assignment")
    }

    fn undo_title(&self) -> String {
        format!("have {} take the role back", self.registry.name())
    }

    fn undo_calls(&self, _made: &[Learnt]) -> Vec<PlannedCall> {
        vec![PlannedCall::new("whoever assigned the role runs az role assignment delete")]
    }

    fn undo_explains(&self) -> String {
        "Tells what whoever assigned the role removes.".to_owned()
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }

    fn registry(&self) -> Option<&RegistryId> {
        Some(&self.registry)
    }
}
