//! Operation: takes somebody out of a group of Entra.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Undo};
use crate::access::Principal;
use crate::ids::{ClusterId, ObjectId};

/// Takes somebody out of a group of Entra.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct LeaveGroup {
    /// The cluster that the group is about.
    pub cluster: ClusterId,
    pub group: ObjectId,
    /// The name of the group.
    pub name: String,
    pub principal: Principal,
    pub member: ObjectId,
    /// The reason why it is asked for once more, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<String>,
}

impl LeaveGroup {
    /// Returns the fact that the member is gone.
    #[must_use]
    pub const fn fact(&self) -> Fact {
        Fact::AccessMember(self.group, self.member)
    }
}

impl Operation for LeaveGroup {
    fn title(&self) -> String {
        format!("take {} out of {}", self.principal.name, self.name)
    }

    fn writes(&self) -> Vec<Fact> {
        vec![self.fact()]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::new(format!("Graph DELETE /groups/{}/members/{}/$ref", self.group, self.member))]
    }

    fn explains(&self) -> String {
        "Ends the membership, with whatever else the group may do. A token that is out keeps it until the token ends."
            .to_owned()
    }

    fn needs(&self) -> &'static str {
        "It needs to be an owner of the group, or a role such as Groups Administrator."
    }

    fn undo(&self) -> Undo {
        Undo::By("Graph POST /groups/{group}/members/$ref")
    }

    fn undo_title(&self) -> String {
        format!("add {} to {} again", self.principal.name, self.name)
    }

    fn undo_calls(&self, _made: &[Learnt]) -> Vec<PlannedCall> {
        vec![PlannedCall::sending(format!("Graph POST /groups/{}/members/$ref", self.group), self.member.to_string())]
    }

    fn undo_explains(&self) -> String {
        "Begins the membership again that the run ended.".to_owned()
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
