//! Operation: makes a service account in a cluster.

use serde::{Deserialize, Serialize};

use super::bind_access::binding_place;
use super::{Fact, Learnt, Operation, PlannedCall, Undo};
use crate::ids::ClusterId;

/// Makes a service account in a cluster, where it is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct MakeAccount {
    pub cluster: ClusterId,
    pub namespace: String,
    pub name: String,
}

impl MakeAccount {
    /// Returns the fact that the account is there.
    #[must_use]
    pub fn fact(&self) -> Fact {
        Fact::AccessAccount(self.cluster.clone(), self.place())
    }

    fn place(&self) -> String {
        binding_place(Some(&self.namespace), &self.name)
    }
}

impl Operation for MakeAccount {
    fn title(&self) -> String {
        format!("make the service account {}", self.place())
    }

    fn writes(&self) -> Vec<Fact> {
        vec![self.fact()]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::new(format!("Kubernetes PATCH serviceaccounts/{}", self.place()))]
    }

    fn explains(&self) -> String {
        "Makes the service account, where it is not there. No token is made: whoever may, asks for one by kubectl create token."
            .to_owned()
    }

    fn needs(&self) -> &'static str {
        "It needs the right to write service accounts in that namespace."
    }

    fn undo(&self) -> Undo {
        Undo::By("Kubernetes DELETE the service account")
    }

    fn undo_title(&self) -> String {
        format!("delete the service account {}", self.place())
    }

    fn undo_calls(&self, made: &[Learnt]) -> Vec<PlannedCall> {
        PlannedCall::about("Kubernetes DELETE the service account", made)
    }

    fn undo_explains(&self) -> String {
        "Deletes the service account that the run made; its tokens end with it. One that others use by now stays."
            .to_owned()
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }
}
