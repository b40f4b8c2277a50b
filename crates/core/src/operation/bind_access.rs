//! Operation: binds a role of Kubernetes to somebody, in a namespace or in the whole cluster.

use serde::{Deserialize, Serialize};

use super::assign_access::place;
use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo};
use crate::access::{BoundRole, Principal};
use crate::ids::ClusterId;

/// Binds a role of Kubernetes to somebody, in a namespace or in the whole cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct BindAccess {
    pub cluster: ClusterId,
    /// The namespace. `None` for the whole cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    pub role: BoundRole,
    pub principal: Principal,
    /// The name of the binding.
    pub name: String,
}

impl BindAccess {
    /// Returns the fact that the binding is there.
    #[must_use]
    pub fn fact(&self) -> Fact {
        binding_fact(&self.cluster, self.namespace.as_deref(), &self.name)
    }

    fn place(&self) -> String {
        place(&self.cluster, self.namespace.as_deref())
    }
}

/// Returns the fact about a binding.
pub(super) fn binding_fact(cluster: &ClusterId, namespace: Option<&str>, name: &str) -> Fact {
    Fact::AccessBinding(cluster.clone(), binding_place(namespace, name))
}

/// Returns namespace and name of a binding, or its name where it is the whole cluster's.
#[must_use]
pub fn binding_place(namespace: Option<&str>, name: &str) -> String {
    namespace.map_or_else(|| name.to_owned(), |namespace| format!("{namespace}/{name}"))
}

/// Returns the kind of a binding in the words of Kubernetes' addresses.
pub(super) const fn kind(namespace: Option<&str>) -> &'static str {
    if namespace.is_some() { "rolebindings" } else { "clusterrolebindings" }
}

impl Operation for BindAccess {
    fn title(&self) -> String {
        format!("bind {} on {} to {}", self.role.name, self.place(), self.principal.name)
    }

    fn reads(&self, steps: &[Step]) -> Vec<Fact> {
        let account = self.principal.account().map(|(namespace, name)| binding_place(Some(namespace), name));
        let account = account.map(|account| Fact::AccessAccount(self.cluster.clone(), account));
        account.filter(|fact| steps.iter().any(|step| step.writes().contains(fact))).into_iter().collect()
    }

    fn writes(&self) -> Vec<Fact> {
        vec![self.fact()]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        let namespace = self.namespace.as_deref();
        let call = format!("Kubernetes PATCH {}/{}", kind(namespace), binding_place(namespace, &self.name));
        vec![PlannedCall::sending(call, format!("{} to {}", self.role, self.principal.kubernetes_name))]
    }

    fn explains(&self) -> String {
        let everywhere = match self.namespace {
            Some(_) => "It holds in that namespace alone",
            None => "It holds in every namespace, and for what is in none",
        };
        format!(
            "Binds {} to {}, who is {} there. {everywhere}. Where somebody bound it already, nothing is made.",
            self.role, self.principal.name, self.principal.kubernetes_name
        )
    }

    fn needs(&self) -> &'static str {
        "It needs the right to write bindings there, and every right that the role gives, or bind on it."
    }

    fn undo(&self) -> Undo {
        Undo::By("Kubernetes DELETE the binding")
    }

    fn undo_title(&self) -> String {
        format!("take {} on {} from {}", self.role.name, self.place(), self.principal.name)
    }

    fn undo_calls(&self, made: &[Learnt]) -> Vec<PlannedCall> {
        PlannedCall::about("Kubernetes DELETE the binding", made)
    }

    fn undo_explains(&self) -> String {
        "Deletes the binding that the run made. Where somebody added a subject to it, only this one is taken out."
            .to_owned()
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }
}
