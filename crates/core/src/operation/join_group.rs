//! Operation: makes somebody a member of a group of Entra.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Undo};
use crate::access::Principal;
use crate::ids::{ClusterId, ObjectId};

/// Makes somebody a member of a group of Entra.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct JoinGroup {
    /// The cluster that the group is about.
    pub cluster: ClusterId,
    pub group: ObjectId,
    /// The name of the group.
    pub name: String,
    pub principal: Principal,
    pub member: ObjectId,
}

impl JoinGroup {
    /// Returns the fact that the member is there.
    #[must_use]
    pub const fn fact(&self) -> Fact {
        Fact::AccessMember(self.group, self.member)
    }
}

impl Operation for JoinGroup {
    fn title(&self) -> String {
        format!("add {} to {}", self.principal.name, self.name)
    }

    fn writes(&self) -> Vec<Fact> {
        vec![self.fact()]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::sending(format!("Graph POST /groups/{}/members/$ref", self.group), self.member.to_string())]
    }

    fn explains(&self) -> String {
        format!(
            "Makes {} a member of {}. Whatever else that group may do, they may from then on too. Kubernetes sees it at their \
             next sign-in.",
            self.principal.name, self.name
        )
    }

    fn needs(&self) -> &'static str {
        "It needs to be an owner of the group, or a role such as Groups Administrator."
    }

    fn undo(&self) -> Undo {
        Undo::By("Graph DELETE /groups/{group}/members/{member}/$ref")
    }

    fn undo_title(&self) -> String {
        format!("take {} out of {}", self.principal.name, self.name)
    }

    fn undo_calls(&self, _made: &[Learnt]) -> Vec<PlannedCall> {
        vec![PlannedCall::new(format!("Graph DELETE /groups/{}/members/{}/$ref", self.group, self.member))]
    }

    fn undo_explains(&self) -> String {
        "Ends the membership that the run began. One that was there before stays.".to_owned()
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }
}
