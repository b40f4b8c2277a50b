//! Operation: takes one of the two passwords of a registry's admin account, or makes one anew.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo};
use crate::ids::RegistryId;

/// Takes one of the two passwords of a registry's admin account, or makes one anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct TakeAdminPassword {
    pub registry: RegistryId,
    /// True where the password is made anew that the pull secrets do not have.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub renew: bool,
}

impl Operation for TakeAdminPassword {
    fn title(&self) -> String {
        if self.renew { "make the admin's other password anew" } else { "take a password of the admin account" }
            .to_owned()
    }

    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        vec![Fact::AdminAccount(self.registry.clone())]
    }

    fn writes(&self) -> Vec<Fact> {
        let registry = || self.registry.clone();
        vec![Fact::AdminPassword(registry()), Fact::PullUser(registry()), Fact::PullKey(registry())]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        let mut calls = vec![PlannedCall::new("ARM POST listCredentials")];
        if self.renew {
            calls.push(PlannedCall::sending("ARM POST regenerateCredential", "the one that no pull secret has"));
        }
        calls
    }

    fn explains(&self) -> String {
        if self.renew {
            "Makes one of the two passwords of the admin account anew: the one that the pull secrets do not have. Whoever had \
             it is shut out; the other one keeps working meanwhile and afterwards. The new one works within a minute."
        } else {
            "Takes a password of the admin account: the one that the pull secrets have already, else the first. Nothing is \
             made anew, and whoever has it keeps it."
        }
        .to_owned()
    }

    fn needs(&self) -> &'static str {
        "It needs Microsoft.ContainerRegistry/registries/listCredentials/action, and regenerateCredential/action to make one \
         anew."
    }

    fn undo(&self) -> Undo {
        if self.renew { Undo::ByHand("what the password was before is nowhere any more") } else { Undo::Nothing }
    }

    fn undo_title(&self) -> String {
        "leave the admin's password".to_owned()
    }

    fn undo_calls(&self, _made: &[Learnt]) -> Vec<PlannedCall> {
        vec![PlannedCall::new("none: what the password was before is nowhere any more")]
    }

    fn undo_explains(&self) -> String {
        "There is nothing to put back: what the password was before is nowhere any more.".to_owned()
    }

    fn registry(&self) -> Option<&RegistryId> {
        Some(&self.registry)
    }
}
