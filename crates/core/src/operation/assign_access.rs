//! Operation: gives somebody a role of Azure at a cluster, or at a namespace of it.

use serde::{Deserialize, Serialize};

use super::grant_role::unassign_calls;
use super::{Fact, Learnt, Operation, PlannedCall, Undo};
use crate::access::{KubernetesRole, Principal};
use crate::ids::ClusterId;

/// Gives somebody a role of Azure at a cluster, or at a namespace of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct AssignAccess {
    pub cluster: ClusterId,
    pub role: KubernetesRole,
    /// The namespace. `None` for the whole cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    pub principal: Principal,
}

impl AssignAccess {
    /// Returns the scope of the assignment.
    #[must_use]
    pub fn scope(&self) -> String {
        scope(&self.cluster, self.namespace.as_deref())
    }

    /// True where the assignment lets its principal get a kubeconfig. At a namespace none does.
    #[must_use]
    pub fn gets_kubeconfig(&self) -> bool {
        self.namespace.is_none() && self.role.gets_kubeconfig()
    }

    /// Returns the fact that the assignment is there.
    #[must_use]
    pub fn fact(&self) -> Fact {
        Fact::AccessRole(format!("{} {}", self.role.word(), self.scope()))
    }
}

/// Returns the scope of a cluster, or of one of its namespaces (`docs/facts/azure.md` 9.5).
#[must_use]
pub fn scope(cluster: &ClusterId, namespace: Option<&str>) -> String {
    namespace.map_or_else(|| cluster.to_string(), |namespace| format!("{cluster}/namespaces/{namespace}"))
}

/// Returns the place in a few words: the cluster, or a namespace of it.
#[must_use]
pub(super) fn place(cluster: &ClusterId, namespace: Option<&str>) -> String {
    namespace.map_or_else(|| cluster.name().to_owned(), |namespace| format!("{namespace} of {}", cluster.name()))
}

impl Operation for AssignAccess {
    fn title(&self) -> String {
        format!("give {} {} on {}", self.principal.name, self.role.short(), self.place())
    }

    fn writes(&self) -> Vec<Fact> {
        vec![self.fact()]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        let role = self.role.built_in().name;
        let to = self.principal.object.map(|object| format!(", to {object}")).unwrap_or_default();
        vec![PlannedCall::sending(format!("ARM PUT roleAssignments on {}", self.place()), format!("{role}{to}"))]
    }

    fn explains(&self) -> String {
        let name = &self.principal.name;
        match self.role {
            KubernetesRole::ClusterUser => {
                format!("Lets {name} get the kubeconfig of users, and nothing else: Kubernetes decides the rest.")
            }
            KubernetesRole::ClusterAdmin => format!(
                "Lets {name} get the kubeconfig of the local admin account. It may do everything, and Kubernetes sees no \
                 person there."
            ),
            role => format!("Gives {name} {} on {}, and nothing else.", role.built_in().name, self.place()),
        }
    }

    fn needs(&self) -> &'static str {
        "It needs Microsoft.Authorization/roleAssignments/write on the cluster."
    }

    fn undo(&self) -> Undo {
        Undo::By("ARM DELETE roleAssignments/{id}")
    }

    fn undo_title(&self) -> String {
        format!("take {} on {} from {}", self.role.short(), self.place(), self.principal.name)
    }

    fn undo_calls(&self, made: &[Learnt]) -> Vec<PlannedCall> {
        unassign_calls(made)
    }

    fn undo_explains(&self) -> String {
        "Deletes the role assignment that the run made. One that was there before stays.".to_owned()
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }
}

impl AssignAccess {
    fn place(&self) -> String {
        place(&self.cluster, self.namespace.as_deref())
    }
}
