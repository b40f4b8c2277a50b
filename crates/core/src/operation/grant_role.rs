//! Operation: gives the app's service principal in B a role on a registry.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo};
use crate::ids::RegistryId;
use crate::names::{Outcome, Role};

/// The call that removes a role assignment.
const DELETE: &str = "ARM DELETE roleAssignments";
/// The right that assigning a role needs.
pub(super) const NEEDS: &str = "It needs Microsoft.Authorization/roleAssignments/write on the registry.";
/// The explanation of undoing a role assignment.
pub(super) const UNDO: &str =
    "Deletes the role assignments that the run made; one whose condition it changed gets the former one back.";

/// Gives the app's service principal in B a role on a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct GrantRole {
    pub registry: RegistryId,
    pub role: Role,
    /// The repositories that a condition names. Empty for all.
    pub repositories: Vec<String>,
}

impl Operation for GrantRole {
    fn title(&self) -> String {
        format!("grant {} on {}", self.role.short(), self.registry.name())
    }

    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        vec![Fact::PrincipalB]
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::Assignment(self.registry.clone())]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![assign_call(&self.registry, self.role, &self.repositories)]
    }

    fn explains(&self) -> String {
        let Self { registry, role, repositories } = self;
        format!("Gives that service principal the role {}", role_in_words(registry, *role, repositories))
    }

    fn needs(&self) -> &'static str {
        NEEDS
    }

    fn undo(&self) -> Undo {
        Undo::By("ARM DELETE roleAssignments/{id}")
    }

    fn undo_title(&self) -> String {
        format!("take back {} on {}", self.role.short(), self.registry.name())
    }

    fn undo_calls(&self, made: &[Learnt]) -> Vec<PlannedCall> {
        unassign_calls(made)
    }

    fn undo_explains(&self) -> String {
        UNDO.to_owned()
    }

    fn registry(&self) -> Option<&RegistryId> {
        Some(&self.registry)
    }

    fn makes_footing(&self) -> bool {
        true
    }
}

/// Returns the call that assigns a role on a registry.
pub(super) fn assign_call(registry: &RegistryId, role: Role, repositories: &[String]) -> PlannedCall {
    let only = match repositories {
        [] => String::new(),
        named => format!(", for {} alone", named.join(", ")),
    };
    PlannedCall::sending(format!("ARM PUT roleAssignments on {}", registry.name()), format!("{}{only}", role.name()))
}

/// Returns a role on a registry as the end of a sentence, with the reason for it.
pub(super) fn role_in_words(registry: &RegistryId, role: Role, repositories: &[String]) -> String {
    let place = match repositories {
        [] => format!("on {}, and nothing else", registry.name()),
        named => format!("on {}, for {} alone", registry.name(), named.join(", ")),
    };
    let why = match role {
        Role::AcrPull => "",
        Role::RepositoryReader => " This registry's roles hold on repositories, so AcrPull would be ignored.",
    };
    format!("{} {place}.{why}", role.name())
}

/// Returns the calls that take role assignments back.
///
/// An assignment that was made is deleted; of one that was changed, what was added to its condition is removed.
pub(super) fn unassign_calls(made: &[Learnt]) -> Vec<PlannedCall> {
    let one = |learnt: &Learnt| match learnt.how {
        Outcome::Changed => {
            PlannedCall::sending("ARM PUT roleAssignments, without what was added to its condition", &learnt.value)
        }
        _ => PlannedCall::sending(DELETE, &learnt.value),
    };
    if made.is_empty() { PlannedCall::about(DELETE, made) } else { made.iter().map(one).collect() }
}
