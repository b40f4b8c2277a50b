//! Operation: pulls from within the cluster, by a pod that is removed again.

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Operation, PlannedCall, Step, Undo};
use crate::ids::{ClusterId, ImageRef};

/// Pulls from within the cluster, by a pod that is removed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ProveInside {
    pub cluster: ClusterId,
    /// The host of the registry.
    pub login_server: String,
    /// The image that is pulled.
    pub image: ImageRef,
    /// The namespace of the pod.
    pub namespace: String,
    /// The credential that the node pulls with.
    #[serde(default, skip_serializing_if = "PullsAs::is_new_credential")]
    pub pulls_as: PullsAs,
}

/// The credential that a node pulls with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PullsAs {
    /// The credential that the run gave to the cluster, which is proved from here before.
    #[default]
    NewCredential,
    /// The identity that the cluster has, whose credential nobody knows. Its role may take a while to take effect.
    OwnIdentity,
    /// The pull secret of this name, which the pod names.
    PullSecret(String),
    /// The pull secrets of the service account of this name, which the pod runs as.
    Account(String),
}

impl PullsAs {
    const fn is_new_credential(&self) -> bool {
        matches!(self, Self::NewCredential)
    }
}

impl ProveInside {
    /// True for the fact of a pull secret in the pod's namespace.
    fn is_secret(&self, fact: &Fact) -> bool {
        matches!(fact, Fact::PullSecret(cluster, _, namespace) if *cluster == self.cluster && *namespace == self.namespace)
    }
}

impl Operation for ProveInside {
    fn title(&self) -> String {
        match &self.pulls_as {
            PullsAs::NewCredential => format!("prove it from {}", self.cluster.name()),
            PullsAs::OwnIdentity => format!("prove the pull of {}", self.image),
            PullsAs::PullSecret(_) => format!("prove the pull of {} in {}", self.image, self.namespace),
            PullsAs::Account(account) => format!("prove the pull as {}/{account}", self.namespace),
        }
    }

    fn reads(&self, steps: &[Step]) -> Vec<Fact> {
        let attached = |fact: &Fact| matches!(fact, Fact::Attached(cluster, _) if *cluster == self.cluster);
        match &self.pulls_as {
            PullsAs::NewCredential => vec![Fact::ClusterClient(self.cluster.clone())],
            PullsAs::OwnIdentity => steps.iter().flat_map(Step::writes).filter(attached).collect(),
            PullsAs::PullSecret(_) => steps.iter().flat_map(Step::writes).filter(|fact| self.is_secret(fact)).collect(),
            PullsAs::Account(name) => {
                let account = format!("{}/{name}", self.namespace);
                let uses = |fact: &Fact| matches!(fact, Fact::AccountPulls(cluster, _, of) if *cluster == self.cluster && *of == account);
                steps.iter().flat_map(Step::writes).filter(uses).collect()
            }
        }
    }

    fn writes(&self) -> Vec<Fact> {
        vec![Fact::Pod(self.cluster.clone()), Fact::ProvedInside(self.cluster.clone())]
    }

    fn calls(&self) -> Vec<PlannedCall> {
        vec![PlannedCall::sending(
            format!("Kubernetes POST a pod in {}", self.namespace),
            "it pulls the image, runs nothing of it, and is removed",
        )]
    }

    fn explains(&self) -> String {
        format!(
            "Starts a pod in the namespace {} of {} that pulls {} and runs nothing of it, reads what became of the pull, \
             and removes the pod. Where the Kubernetes API cannot be reached from here, it tells the commands.",
            self.namespace,
            self.cluster.name(),
            self.image
        )
    }

    fn needs(&self) -> &'static str {
        "It needs the right to read the cluster's user credential, and to make and remove a pod in the namespace."
    }

    fn undo(&self) -> Undo {
        Undo::Nothing
    }

    fn undo_title(&self) -> String {
        "remove the pod".to_owned()
    }

    fn undo_calls(&self, made: &[Learnt]) -> Vec<PlannedCall> {
        PlannedCall::about("Kubernetes DELETE the pod", made)
    }

    fn undo_explains(&self) -> String {
        "Removes the pod.".to_owned()
    }
}
