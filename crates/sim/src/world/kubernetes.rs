//! What a cluster's Kubernetes API holds: who may use it, the workloads at the start, pods and events.

use jiff::Timestamp;
use serde_json::Value;

use crate::secret::Secret;

/// How far a cluster's Kubernetes API is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KubernetesAccess {
    /// It answers, and its users may do everything.
    #[default]
    Open,
    /// The address in the kubeconfig does not answer from here.
    Private,
    /// It answers, and the user credential may read only.
    ReadOnly,
}

/// The Kubernetes API of a cluster.
#[derive(Debug)]
pub struct Kubernetes {
    /// How far it is open.
    pub access: KubernetesAccess,
    /// Host and port of its address; known once the server listens.
    pub address: String,
    /// The certificate of the authority that signed its own, in PEM.
    pub authority: String,
    /// Its users; known once the server has certificates.
    pub users: Vec<KubernetesUser>,
    /// When the cluster was made.
    pub created: Timestamp,
    /// What runs in it.
    pub workloads: Vec<Workload>,
    /// Its pods and events, the oldest first.
    pub stored: Vec<Stored>,
    /// What was deleted of them, the oldest first.
    pub gone: Vec<Stored>,
    /// The newest `resourceVersion`.
    pub revision: u64,
}

/// A user of the Kubernetes API: a local account, as `listClusterUserCredential` gives it away.
#[derive(Debug)]
pub struct KubernetesUser {
    /// `clusterUser` or `clusterAdmin`.
    pub name: &'static str,
    /// Its token.
    pub token: Secret,
    /// Its certificate, in PEM.
    pub certificate: String,
    /// The same as it is sent in a handshake.
    pub certificate_der: Vec<u8>,
    /// The key of the certificate, in PEM.
    pub key: Secret,
}

/// The kinds of workloads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkloadKind {
    /// A deployment.
    #[default]
    Deployment,
    /// A stateful set.
    StatefulSet,
}

/// A deployment or stateful set, all of whose pods are ready.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Which of them.
    pub kind: WorkloadKind,
    /// Its namespace.
    pub namespace: String,
    /// Its name, and that of its disruption budget.
    pub name: String,
    /// How many pods it has.
    pub replicas: u32,
    /// `minAvailable` of its disruption budget, if it has one.
    pub min_available: Option<u32>,
}

/// An object with its revisions.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The plural of its kind: `pods` or `events`.
    pub plural: &'static str,
    /// The object itself.
    pub object: Value,
    /// The revision that made it.
    pub made: u64,
    /// The revision that changed it last.
    pub changed: u64,
}

impl Stored {
    /// A text at a place in the object; empty where there is none.
    #[must_use]
    pub fn text(&self, pointer: &str) -> &str {
        self.object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// Its namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.text("/metadata/namespace")
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }
}

impl Kubernetes {
    /// The next revision.
    pub fn next(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }

    /// Adds an object.
    pub fn add(&mut self, plural: &'static str, object: Value) {
        let revision = self.next();
        self.stored.push(Stored { plural, object, made: revision, changed: revision });
    }

    /// The object of a kind with a uid.
    #[must_use]
    pub fn find(&self, uid: &str) -> Option<&Stored> {
        self.stored.iter().find(|stored| stored.text("/metadata/uid") == uid)
    }

    /// Changes the object with a uid, if it is there.
    pub fn change(&mut self, uid: &str, act: impl FnOnce(&mut Value)) {
        let revision = self.next();
        if let Some(stored) = self.stored.iter_mut().find(|stored| stored.text("/metadata/uid") == uid) {
            act(&mut stored.object);
            stored.changed = revision;
        }
    }

    /// Removes the object with a uid.
    pub fn remove(&mut self, uid: &str) {
        let revision = self.next();
        if let Some(at) = self.stored.iter().position(|stored| stored.text("/metadata/uid") == uid) {
            let gone = self.stored.remove(at);
            self.gone.push(Stored { changed: revision, ..gone });
        }
    }
}
