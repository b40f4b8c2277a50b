//! Operation: gives the cluster the new credential.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo, prove_pull};
use crate::access::Needed;
use crate::check::HeldRole;
use crate::ids::{AppId, ClusterId};

/// Gives the cluster the new credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ResetCluster {
    pub cluster: ClusterId,
    /// The wait before the reset, in minutes.
    pub soak_minutes: u16,
    /// The app that the cluster had before. `None` where it has the new one already, and in plans of version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<AppId>,
    /// The rights of the former principal that the new one will lack, each with the reason. Roles that somebody else may
    /// give are those of [`CopyRoles`](super::CopyRoles), but in plans of earlier versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// All roles of the former principal that were read, for the way back. Empty in plans of version 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<HeldRole>,
    /// Everything that the cluster needs beyond its nodes' resource group, which the new principal has to have right before
    /// the reset. Empty in plans of earlier versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Needed>,
}

impl ResetCluster {
    fn call(&self) -> String {
        format!("ARM POST {}/resetServicePrincipalProfile", self.cluster.name())
    }
}

impl Operation for ResetCluster {
    fn title(&self) -> String {
        format!("reset {}", self.cluster.name())
    }

    fn reads(&self, steps: &[Step]) -> Vec<Fact> {
        let mut facts = vec![Fact::App, Fact::PrincipalA, Fact::SecretKey];
        facts.extend(prove_pull::proofs(steps));
        facts
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::ClusterClient(self.cluster.clone())]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::new(self.call())]
    }

    fn explains(&self) -> String {
        let when = match self.soak_minutes {
            0 => "right after the proof".to_owned(),
            minutes => format!("{minutes} min after the proof"),
        };
        format!(
            "Gives {} the new credential, {when}. Azure renews every node, as in an upgrade. You are asked first.",
            self.cluster.name()
        )
    }

    fn needs(&self) -> &'static str {
        "It needs Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action on the cluster."
    }

    fn undo(&self) -> Undo {
        match self.from {
            Some(_) => Undo::By("ARM POST resetServicePrincipalProfile, to the former app with a secret of it"),
            // The cluster has the app already, and keeps it.
            None => Undo::Nothing,
        }
    }

    fn undo_title(&self) -> String {
        format!("reset {} to its former app", self.cluster.name())
    }

    fn undo_calls(&self, _made: &[Learnt]) -> Vec<PlannedCall> {
        let app = self.from.map_or_else(|| "the former app".to_owned(), |app| format!("the former app {app}"));
        vec![PlannedCall::sending(self.call(), format!("{app}, with a secret of it"))]
    }

    fn undo_explains(&self) -> String {
        format!(
            "Gives {} its former app back, by a new secret of that app. Azure renews every node, as in an upgrade. You are \
             asked first.",
            self.cluster.name()
        )
    }

    fn cluster(&self) -> Option<&ClusterId> {
        Some(&self.cluster)
    }

    fn asks_first(&self) -> bool {
        true
    }
}
