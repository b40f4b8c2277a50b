//! Operation: removes the client secret that pull secrets had before they were given another.

use serde::{Deserialize, Serialize};

use super::add_secret::REMOVE;
use super::{Fact, Op, Operation, PlannedCall, Step};
use crate::ids::KeyId;
use crate::names::Side;

/// Removes the client secret that pull secrets had, once all of them have another that was seen to pull.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovePullPassword {
    /// The tenant that the app is registered in.
    pub home: Side,
    /// The key id of the secret that goes.
    pub key: KeyId,
    /// True where somebody accepted that the pull secrets of other namespaces are not read.
    #[serde(default)]
    pub others_may_stay_unread: bool,
}

impl Operation for RemovePullPassword {
    fn title(&self) -> String {
        "remove the replaced secret".to_owned()
    }

    fn reads(&self, steps: &[Step]) -> Vec<Fact> {
        let written = steps.iter().filter(|step| matches!(step.op, Op::WritePullSecret(_)));
        written.flat_map(Step::writes).chain([Fact::AppObject]).collect()
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::sending(REMOVE, format!("key id {}, once every pull secret has the new one", self.key))]
    }

    fn explains(&self) -> String {
        format!(
            "Removes the secret that the pull secrets had before, key id {} , once all of them have the new one and a node \
             was seen to pull with it. Where none was, it stays and is named.",
            self.key
        )
    }

    fn needs(&self) -> &'static str {
        "It needs what adding the secret needed."
    }
}
