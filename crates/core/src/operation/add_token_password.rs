//! Operation: makes one of the two passwords of a repository token.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo};
use crate::ids::{KeyId, RegistryId};
use crate::text::count;

/// Makes one of the two passwords of a repository token, with an end.
///
/// The password goes into pull secrets, so its value can be read there as long as they have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct AddTokenPassword {
    pub registry: RegistryId,
    /// The days that the password lives.
    pub days: u16,
    /// True where another password is made, though the pull secrets have one that lives.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub renew: bool,
    /// The keys of the passwords that the pull secrets of earlier runs have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_use: Vec<KeyId>,
}

impl Operation for AddTokenPassword {
    fn title(&self) -> String {
        let which = if self.renew { "the other" } else { "a" };
        format!("make {which} password of the token, {}", count(self.days.into(), "day"))
    }

    fn reads(&self, _steps: &[Step]) -> Vec<Fact> {
        vec![Fact::Token(self.registry.clone())]
    }

    fn writes(&self) -> Vec<Fact> {
        let registry = || self.registry.clone();
        vec![
            Fact::TokenPassword(registry()),
            Fact::PullUser(registry()),
            Fact::PullKey(registry()),
            Fact::PullEnds(registry()),
        ]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::sending(
            "ARM POST generateCredentials",
            format!("password1 or password2, whichever is free; ends in {}", count(self.days.into(), "day")),
        )]
    }

    fn explains(&self) -> String {
        format!(
            "Makes one of the token's two passwords, which lives {}: one that is free or has ended, never one that the \
             pull secrets have. Where they have one that lives, that one is used. The registry tells the password once; it \
             stays in memory, and goes into the pull secrets alone. It works within a minute.",
            count(self.days.into(), "day")
        )
    }

    fn needs(&self) -> &'static str {
        "It needs Microsoft.ContainerRegistry/registries/generateCredentials/action, as Contributor has it."
    }

    fn undo(&self) -> Undo {
        Undo::By(super::end_token_password::END)
    }

    fn undo_title(&self) -> String {
        "end the token's password".to_owned()
    }

    fn undo_calls(&self, _made: &[Learnt]) -> Vec<PlannedCall> {
        vec![PlannedCall::sending(
            super::end_token_password::END,
            "the same password anew, told to nobody, for minutes",
        )]
    }

    fn undo_explains(&self) -> String {
        "Ends the password: it is made anew, is told to nobody, and ends within minutes. It goes with the token where the \
         run made that."
            .to_owned()
    }

    fn registry(&self) -> Option<&RegistryId> {
        Some(&self.registry)
    }
}
