//! The contents of a cluster's Kubernetes API: who may use it, the workloads at the start, pods and events.

use jiff::Timestamp;
use serde_json::Value;

use crate::secret::Secret;

/// The access to a cluster's Kubernetes API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KubernetesAccess {
    /// The API answers, and its users may do everything.
    #[default]
    Open,
    /// The address in the kubeconfig does not answer from here.
    Private,
    /// The API answers, and the user credential may read only.
    ReadOnly,
    /// The API answers, and the user credential may do everything but what is about secrets.
    NoSecrets,
}

/// The Kubernetes API of a cluster.
#[derive(Debug)]
pub struct Kubernetes {
    /// The access to the API.
    pub access: KubernetesAccess,
    /// The namespaces in which [`KubernetesAccess::NoSecrets`] holds; all of them where none is named.
    pub no_secrets_in: Vec<String>,
    /// Host and port of its address; known once the server listens.
    pub address: String,
    /// The certificate of the authority that signed its own, in PEM.
    pub authority: String,
    /// The users of the API, known once the server has certificates.
    pub users: Vec<KubernetesUser>,
    /// The time at which the cluster was made.
    pub created: Timestamp,
    /// The workloads of the cluster.
    pub workloads: Vec<Workload>,
    /// The objects that were made one by one (pods, events, secrets, service accounts, roles, bindings), the oldest
    /// first.
    pub stored: Vec<Stored>,
    /// The objects that were deleted, the oldest first.
    pub gone: Vec<Stored>,
    /// The newest `resourceVersion`.
    pub revision: u64,
}

/// A user of the Kubernetes API: a local account, as `listClusterUserCredential` gives it away.
#[derive(Debug)]
pub struct KubernetesUser {
    /// `clusterUser` or `clusterAdmin`.
    pub name: &'static str,
    /// The token.
    pub token: Secret,
    /// The certificate, in PEM.
    pub certificate: String,
    /// The certificate as it is sent in a handshake.
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
    /// The kind of the workload.
    pub kind: WorkloadKind,
    /// The namespace.
    pub namespace: String,
    /// The name, and that of its disruption budget.
    pub name: String,
    /// The number of pods.
    pub replicas: u32,
    /// `minAvailable` of its disruption budget, if it has one.
    pub min_available: Option<u32>,
}

/// Returns a date to the second, as objects show it.
#[must_use]
pub fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// An object with its revisions.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The plural of its kind, such as `pods` or `clusterroles`.
    pub plural: &'static str,
    /// The object itself.
    pub object: Value,
    /// The revision that made it.
    pub made: u64,
    /// The revision that changed it last.
    pub changed: u64,
}

impl Stored {
    /// Returns a text at a place in the object. Empty where there is none.
    #[must_use]
    pub fn text(&self, pointer: &str) -> &str {
        self.object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns the namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.text("/metadata/namespace")
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }
}

impl Kubernetes {
    /// Returns the next revision.
    pub fn next(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }

    /// Returns the objects of a kind in a namespace, which is empty for those that are in none.
    pub fn of<'k>(&'k self, plural: &'static str, namespace: &'k str) -> impl Iterator<Item = &'k Stored> {
        self.stored.iter().filter(move |stored| stored.plural == plural && stored.namespace() == namespace)
    }

    /// Adds an object.
    pub fn add(&mut self, plural: &'static str, object: Value) {
        let revision = self.next();
        self.stored.push(Stored { plural, object, made: revision, changed: revision });
    }

    /// Returns the object of a kind with a uid.
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
