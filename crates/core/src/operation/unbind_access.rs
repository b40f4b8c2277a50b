//! Operation: takes somebody out of a binding of Kubernetes.

use serde::{Deserialize, Serialize};

use super::assign_access::place;
use super::bind_access::{binding_fact, binding_place, kind};
use super::{Fact, Learnt, Operation, PlannedCall, Undo};
use crate::access::{BoundRole, Principal};
use crate::ids::ClusterId;

/// Takes somebody out of a binding of Kubernetes. A binding that has no other subject is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct UnbindAccess {
    pub cluster: ClusterId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    pub role: BoundRole,
    pub principal: Principal,
    /// The name of the binding.
    pub name: String,
    /// The number of the binding's other subjects, as they were seen.
    pub others: usize,
    /// The reason why it is asked for once more, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<String>,
}

impl UnbindAccess {
    /// Returns the fact that the binding is changed.
    #[must_use]
    pub fn fact(&self) -> Fact {
        binding_fact(&self.cluster, self.namespace.as_deref(), &self.name)
    }

    fn place(&self) -> String {
        place(&self.cluster, self.namespace.as_deref())
    }

    fn object(&self) -> String {
        let namespace = self.namespace.as_deref();
        format!("{}/{}", kind(namespace), binding_place(namespace, &self.name))
    }
}

impl Operation for UnbindAccess {
    fn title(&self) -> String {
        format!("take {} on {} from {}", self.role.name, self.place(), self.principal.name)
    }

    fn writes(&self) -> Vec<Fact> {
        vec![self.fact()]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![match self.others {
            0 => PlannedCall::new(format!("Kubernetes DELETE {}", self.object())),
            _ => PlannedCall::sending(
                format!("Kubernetes PATCH {}", self.object()),
                format!("its subjects without {}", self.principal.kubernetes_name),
            ),
        }]
    }

    fn explains(&self) -> String {
        let what = match self.others {
            0 => "Deletes the binding, which has no other subject.",
            _ => "Takes that one subject out of the binding; the others stay.",
        };
        format!("{what} What it was is kept in the journal, so that it can be given back.")
    }

    fn needs(&self) -> &'static str {
        "It needs the right to change and delete bindings there."
    }

    fn undo(&self) -> Undo {
        Undo::By("Kubernetes POST or PATCH the binding, as it was")
    }

    fn undo_title(&self) -> String {
        format!("give {} on {} back to {}", self.role.name, self.place(), self.principal.name)
    }

    fn undo_calls(&self, _made: &[Learnt]) -> Vec<PlannedCall> {
        vec![PlannedCall::new(format!("Kubernetes POST or PATCH {}, as it was", self.object()))]
    }

    fn undo_explains(&self) -> String {
        "Puts the subject back where it was; a binding that is gone is made again, with labels and annotations."
            .to_owned()
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
