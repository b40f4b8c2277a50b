//! Operation: removes the secret that proved the pull and that nobody else has.

use serde::{Deserialize, Serialize};

use super::add_secret::REMOVE;
use super::{Fact, Operation, PlannedCall, Step};
use crate::names::Side;

/// Removes the secret that was added to prove the pull, once it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveProofSecret {
    /// The tenant that the app is registered in.
    pub home: Side,
}

impl Operation for RemoveProofSecret {
    fn title(&self) -> String {
        "remove the proof's secret".to_owned()
    }

    fn reads(&self, steps: &[Step]) -> Vec<Fact> {
        [Fact::AppObject, Fact::SecretKey].into_iter().chain(super::prove_pull::proofs(steps)).collect()
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::sending(REMOVE, "the one that proved the pull; the cluster keeps its own")]
    }

    fn explains(&self) -> String {
        "Removes the secret that was added for a day to prove the pull. The cluster has its own, and keeps it."
            .to_owned()
    }

    fn needs(&self) -> &'static str {
        "It needs what adding the secret needed."
    }
}
