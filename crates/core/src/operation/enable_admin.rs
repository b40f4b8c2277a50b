//! Operation: enables the admin account of a registry.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Undo};
use crate::ids::RegistryId;

const DISABLE: &str = "ARM PATCH the registry: adminUserEnabled false";

/// Enables the admin account of a registry, where it is disabled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct EnableAdmin {
    pub registry: RegistryId,
}

impl Operation for EnableAdmin {
    fn title(&self) -> String {
        format!("enable {}'s admin account", self.registry.name())
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::AdminAccount(self.registry.clone())]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::sending("ARM PATCH the registry", "adminUserEnabled true, where it is false")]
    }

    fn explains(&self) -> String {
        format!(
            "Enables the admin account of {}, where it is disabled. It is one account for all: whoever has one of its two \
             passwords pushes and pulls everything, and no role limits it. It is made for testing by one person.",
            self.registry.name()
        )
    }

    fn needs(&self) -> &'static str {
        "It needs Microsoft.ContainerRegistry/registries/write, as Contributor has it."
    }

    fn undo(&self) -> Undo {
        Undo::By(DISABLE)
    }

    fn undo_title(&self) -> String {
        format!("disable {}'s admin account", self.registry.name())
    }

    fn undo_calls(&self, _made: &[Learnt]) -> Vec<PlannedCall> {
        vec![PlannedCall::new(DISABLE)]
    }

    fn undo_explains(&self) -> String {
        "Disables the admin account, where the run enabled it. Whoever signs in by it since is shut out.".to_owned()
    }

    fn registry(&self) -> Option<&RegistryId> {
        Some(&self.registry)
    }
}
