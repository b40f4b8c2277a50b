//! Operation: ends the password of a repository token that pull secrets had before they were given the other one.

use serde::{Deserialize, Serialize};

use super::{Fact, Op, Operation, PlannedCall, Step};
use crate::ids::{KeyId, RegistryId};

/// The request that ends a password of a token.
pub(super) const END: &str = "ARM POST generateCredentials";

/// Ends the password that pull secrets had, once all of them have the other one, which was seen to pull.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct EndTokenPassword {
    pub registry: RegistryId,
    /// The key of the password that ends.
    pub key: KeyId,
    /// True where somebody accepted that the pull secrets of other namespaces are not read.
    #[serde(default)]
    pub others_may_stay_unread: bool,
}

impl Operation for EndTokenPassword {
    fn title(&self) -> String {
        "end the replaced password".to_owned()
    }

    fn reads(&self, steps: &[Step]) -> Vec<Fact> {
        let written = steps.iter().filter(|step| matches!(step.op, Op::WritePullSecret(_)));
        written.flat_map(Step::writes).chain([Fact::Token(self.registry.clone())]).collect()
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::sending(
            END,
            "the replaced password anew, told to nobody, once every pull secret has the other",
        )]
    }

    fn explains(&self) -> String {
        "Ends the password that the pull secrets had before, once all of them have the other one and a node was seen to pull \
         with it: the registry makes it anew, nobody is told, and it ends within minutes. Where no node was seen, it stays \
         and is named."
            .to_owned()
    }

    fn needs(&self) -> &'static str {
        "It needs what making the password needed."
    }

    fn registry(&self) -> Option<&RegistryId> {
        Some(&self.registry)
    }
}
