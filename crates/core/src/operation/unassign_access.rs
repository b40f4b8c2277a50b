//! Operation: takes a role of Azure at a cluster, or at a namespace of it, from somebody.

use serde::{Deserialize, Serialize};

use super::assign_access::place;
use super::{Fact, Learnt, Operation, PlannedCall, Undo};
use crate::access::{KubernetesRole, Principal};
use crate::ids::ClusterId;

/// Takes a role of Azure at a cluster, or at a namespace of it, from somebody: one assignment, which is theirs alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct UnassignAccess {
    pub cluster: ClusterId,
    pub role: KubernetesRole,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    pub principal: Principal,
    /// The id of the assignment.
    pub assignment: String,
    /// The reason why it is asked for once more, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<String>,
}

impl UnassignAccess {
    /// Returns the fact that the assignment is removed.
    #[must_use]
    pub fn fact(&self) -> Fact {
        Fact::AccessRole(self.assignment.clone())
    }

    fn place(&self) -> String {
        place(&self.cluster, self.namespace.as_deref())
    }
}

impl Operation for UnassignAccess {
    fn title(&self) -> String {
        format!("take {} on {} from {}", self.role.short(), self.place(), self.principal.name)
    }

    fn writes(&self) -> Vec<Fact> {
        vec![self.fact()]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::sending("ARM DELETE roleAssignments", &self.assignment)]
    }

    fn explains(&self) -> String {
        "Deletes the role assignment, which is theirs alone. What it was is kept in the journal, so that it can be given back."
            .to_owned()
    }

    fn needs(&self) -> &'static str {
        "It needs Microsoft.Authorization/roleAssignments/delete on the cluster."
    }

    fn undo(&self) -> Undo {
        Undo::By("ARM PUT roleAssignments/{id}, as it was")
    }

    fn undo_title(&self) -> String {
        format!("give {} on {} back to {}", self.role.short(), self.place(), self.principal.name)
    }

    fn undo_calls(&self, _made: &[Learnt]) -> Vec<PlannedCall> {
        vec![PlannedCall::sending("ARM PUT roleAssignments, as it was", &self.assignment)]
    }

    fn undo_explains(&self) -> String {
        "Makes the role assignment again: the same name, role, principal, condition and description.".to_owned()
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }

    fn asks_first(&self) -> bool {
        self.asks.is_some()
    }

    fn why_asks(&self) -> Option<&str> {
        self.asks.as_deref()
    }
}
