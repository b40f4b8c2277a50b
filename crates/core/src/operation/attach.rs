//! Operation: gives the identity that a cluster pulls with a role on a registry.

use serde::{Deserialize, Serialize};

use super::grant_role::{NEEDS, UNDO, assign_call, role_in_words, unassign_calls};
use super::{Fact, Learnt, Operation, PlannedCall, Undo};
use crate::check::HeldAssignment;
use crate::ids::{ClusterId, ObjectId, RegistryId};
use crate::names::Role;

/// Gives the identity that a cluster pulls with a role on a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Attach {
    pub cluster: ClusterId,
    pub registry: RegistryId,
    /// The principal that the cluster pulls with: that of its kubelet identity, or its service principal.
    pub principal: ObjectId,
    pub role: Role,
    /// The repositories that a condition names. Empty for all.
    pub repositories: Vec<String>,
    /// The assignment that lets the principal pull already. Nothing is assigned then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<HeldAssignment>,
}

impl Operation for Attach {
    fn title(&self) -> String {
        match &self.held {
            Some(held) => format!("find {}", held.in_words()),
            None => format!("grant {} to {}", self.role.short(), self.cluster.name()),
        }
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::Attached(self.cluster.clone(), self.registry.clone())]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        match &self.held {
            Some(held) => {
                vec![PlannedCall::sending("ARM GET roleAssignments/{id}", format!("{}{}", held.in_words(), held.how()))]
            }
            None => vec![assign_call(&self.registry, self.role, &self.repositories)],
        }
    }

    fn explains(&self) -> String {
        let Self { cluster, registry, principal, role, repositories, held } = self;
        let name = cluster.name();
        match held {
            Some(held) => {
                format!("{name} may pull already, by {}{}. Nothing is assigned.", held.in_words(), held.how())
            }
            None => format!(
                "Gives the principal {principal} , which {name} pulls with, the role {} Nothing of the cluster changes.",
                role_in_words(registry, *role, repositories)
            ),
        }
    }

    fn needs(&self) -> &'static str {
        NEEDS
    }

    fn undo(&self) -> Undo {
        match self.held {
            Some(_) => Undo::Nothing,
            None => Undo::By("ARM DELETE roleAssignments/{id}"),
        }
    }

    fn undo_title(&self) -> String {
        format!("take back {} of {}", self.role.short(), self.cluster.name())
    }

    fn undo_calls(&self, made: &[Learnt]) -> Vec<PlannedCall> {
        unassign_calls(made)
    }

    fn undo_explains(&self) -> String {
        format!("{UNDO} From then on {} cannot pull by it.", self.cluster.name())
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }

    fn registry(&self) -> Option<&RegistryId> {
        Some(&self.registry)
    }
}
