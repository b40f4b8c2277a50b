//! The reads of the checks: each thing is read once, whichever check asks for it first.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use crosspull_core::access::{Needed, NotRead};
use crosspull_core::check::{
    AppFacts, Check, ClusterApp, ClusterFacts, Finding, HeldRole, ImageSeen, NamespaceFacts, NeededRole, Puller,
    RegistryFacts, WithheldRole,
};
use crosspull_core::event::Work;
use crosspull_core::ids::{ClusterId, ObjectId, RegistryId, TenantId};
use crosspull_core::input::Inputs;
use crosspull_core::names::{PerTenant, Side};
use crosspull_core::rights::{PermissionSet, allows};
use crosspull_core::run::Known;
use crosspull_core::secret::Secret;
use tokio::sync::OnceCell;

use super::{CheckStopped, begin, conclude};
use crate::access::identity::configuration::Named;
use crate::door::Door;
use crate::kubernetes::Kubernetes;
use crate::registry_access::Realm;
use crate::request::{self, Audience};
use crate::wire::CallError;

/// The answers of the reads, and the means to read.
pub(super) struct Reads<'a> {
    pub door: &'a Door,
    pub inputs: &'a Inputs,
    pub known: &'a Known,
    pub tenants: PerTenant<TenantId>,
    /// The checks of the route, once it is chosen.
    pub asked: Vec<Check>,
    clusters: BTreeMap<ClusterId, ClusterReads>,
    registries: BTreeMap<RegistryId, RegistryReads>,
    pullers: BTreeMap<(ClusterId, RegistryId), OnceCell<Result<Puller, CheckStopped>>>,
    namespaces: Mutex<Vec<NamespaceFacts>>,
    /// The operator's token of Entra for registries; else what is told of every image.
    pub entra: OnceCell<Result<(Audience, Secret), ImageSeen>>,
}

/// The answers about a cluster.
#[derive(Default)]
pub(super) struct ClusterReads {
    /// The cluster and its region. The error is the reason why they cannot be read.
    pub read: OnceCell<Result<ReadCluster, Finding>>,
    /// The cluster, where the check of it does not stop a route that leaves it as it is.
    pub as_it_is: OnceCell<Result<ReadCluster, CheckStopped>>,
    /// The cluster, where the check of it does not stop a route that resets it.
    pub usable: OnceCell<Result<ReadCluster, CheckStopped>>,
    /// The apps that carry the cluster's mark, where the check of them does not stop.
    pub apps: OnceCell<Result<MarkedApps, CheckStopped>>,
    /// The key id of the secret that the cluster uses, where that is known.
    pub key: OnceCell<Option<crosspull_core::ids::KeyId>>,
    /// The rights of the cluster's present principal.
    pub holdings: OnceCell<Result<Holdings, CheckStopped>>,
    /// The roles that the new principal gets since the cluster needs them.
    pub needs: OnceCell<Result<NeedsOfCluster, CheckStopped>>,
    /// The app that the cluster uses, where the check of it does not stop.
    pub app_in_use: OnceCell<ClusterApp>,
    /// The cluster's Kubernetes API, where it answers. The error is the reason why it is not used.
    pub kubernetes: OnceCell<Result<Kubernetes, NoKubernetes>>,
}

impl ClusterReads {
    /// Returns the cluster as the route's check of it left it.
    pub(super) fn checked(&self) -> Result<&ReadCluster, CheckStopped> {
        let said = self.usable.get().or_else(|| self.as_it_is.get()).ok_or(CheckStopped)?;
        said.as_ref().map_err(|stopped| *stopped)
    }
}

/// The reason why a cluster's Kubernetes API is not used.
#[derive(Debug, Clone)]
pub(super) enum NoKubernetes {
    /// The API cannot be used from here, so somebody else writes into the cluster: the reason, as the second half of a
    /// sentence.
    NotFromHere(String),
    /// The check of it stops: nobody knows, or a wrong kubeconfig was given.
    Stopped,
}

/// A cluster and its region.
#[derive(Debug, Clone)]
pub(super) struct ReadCluster {
    pub facts: ClusterFacts,
    pub location: String,
    /// The name of the resource group of the nodes.
    pub node_group: Option<String>,
    /// The names on which permissions depend.
    pub named: Named,
}

/// Everything that a principal has.
#[derive(Debug, Clone, Default)]
pub(super) struct Holdings {
    /// The roles that the new principal gets too.
    pub copied: Vec<HeldRole>,
    /// All roles of the principal that were read.
    pub all: Vec<HeldRole>,
    /// The roles that only somebody else can give the new principal.
    pub withheld: Vec<WithheldRole>,
    /// The other rights that the new principal will lack.
    pub lacks: Vec<String>,
    /// The principal.
    pub principal: Option<ObjectId>,
    /// The permissions of each role, by its definition in lower case.
    pub allowed: BTreeMap<String, Result<Vec<PermissionSet>, NotRead>>,
}

/// The roles that the new principal gets since the cluster needs them, and the needs that it will lack.
#[derive(Debug, Clone, Default)]
pub(super) struct NeedsOfCluster {
    /// The roles that the plan gives.
    pub needed: Vec<NeededRole>,
    /// The roles that only somebody else can give, with the reason.
    pub lacks: Vec<String>,
    /// Everything that the new principal has to have right before the reset.
    pub needs: Vec<Needed>,
}

/// The apps that carry a cluster's mark: the one that is taken up, and those that are passed over.
#[derive(Debug, Clone, Default)]
pub(super) struct MarkedApps {
    pub taken: Option<AppFacts>,
    pub passed_over: Vec<ObjectId>,
}

/// The answers about a registry.
#[derive(Default)]
pub(super) struct RegistryReads {
    /// The registry and the issuer of its tokens, where the check of the registry does not stop.
    pub usable: OnceCell<Result<(RegistryFacts, Option<Realm>), CheckStopped>>,
    /// The operator's own refresh token, or what is seen of every image where the registry gives none.
    pub refresh: OnceCell<Result<Secret, ImageSeen>>,
}

impl<'a> Reads<'a> {
    pub(super) fn new(door: &'a Door, inputs: &'a Inputs, known: &'a Known, tenants: PerTenant<TenantId>) -> Self {
        let clusters = inputs.clusters.iter().map(|id| (id.clone(), ClusterReads::default())).collect();
        let registries = inputs.registries.iter().map(|id| (id.clone(), RegistryReads::default())).collect();
        let pairs = inputs.clusters.iter().flat_map(|c| inputs.registries.iter().map(move |r| (c.clone(), r.clone())));
        let pullers = pairs.map(|pair| (pair, OnceCell::new())).collect();
        let (namespaces, asked, entra) = (Mutex::default(), Vec::new(), OnceCell::new());
        Self { door, inputs, known, tenants, asked, clusters, registries, pullers, namespaces, entra }
    }

    /// True where the route asks that check.
    pub(super) fn asks(&self, check: &Check) -> bool {
        self.asked.contains(check)
    }

    /// Returns the answers about a cluster. The error is for a cluster that nobody named.
    pub(super) fn cluster(&self, id: &ClusterId) -> Result<&ClusterReads, CheckStopped> {
        self.clusters.get(id).ok_or(CheckStopped)
    }

    /// Returns the answers about a registry. The error is for a registry that nobody named.
    pub(super) fn registry(&self, id: &RegistryId) -> Result<&RegistryReads, CheckStopped> {
        self.registries.get(id).ok_or(CheckStopped)
    }

    /// Returns the place of the answer about a cluster's identity at a registry. The error is for a pair that nobody
    /// named.
    pub(super) fn puller(
        &self,
        cluster: &ClusterId,
        registry: &RegistryId,
    ) -> Result<&OnceCell<Result<Puller, CheckStopped>>, CheckStopped> {
        self.pullers.get(&(cluster.clone(), registry.clone())).ok_or(CheckStopped)
    }

    /// Returns the principals that the clusters pull with, as far as they were read.
    pub(super) fn pullers(&self) -> Vec<Puller> {
        self.pullers.values().filter_map(|cell| cell.get()?.as_ref().ok().cloned()).collect()
    }

    /// Keeps what was read of a namespace.
    pub(super) fn learn_namespace(&self, facts: NamespaceFacts) {
        self.namespaces.lock().unwrap_or_else(PoisonError::into_inner).push(facts);
    }

    /// Returns what was read of the namespaces, in the order in which they were named.
    pub(super) fn namespaces(&self) -> Vec<NamespaceFacts> {
        let mut read = self.namespaces.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let place = |facts: &NamespaceFacts| self.inputs.namespaces.iter().position(|name| *name == facts.namespace);
        read.sort_by_key(|facts| (facts.cluster.clone(), place(facts)));
        read
    }

    /// Returns the apps that the clusters use, as far as they were read.
    pub(super) fn apps_in_use(&self) -> Vec<ClusterApp> {
        self.clusters.values().filter_map(|of| of.app_in_use.get().cloned()).collect()
    }

    /// Returns the clusters whose Kubernetes API was asked and cannot be used, with the reason.
    pub(super) fn no_kubernetes(&self) -> Vec<(ClusterId, String)> {
        let why = |of: &ClusterReads| match of.kubernetes.get()? {
            Err(NoKubernetes::NotFromHere(why)) => Some(why.clone()),
            Ok(_) | Err(NoKubernetes::Stopped) => None,
        };
        self.clusters.iter().filter_map(|(id, of)| Some((id.clone(), why(of)?))).collect()
    }

    /// Says that a check is being asked.
    pub(super) fn begin(&self, check: &Check) -> Result<(), CheckStopped> {
        begin(self.door, check)
    }

    /// Says the answer to a check. Returns what was read where the check does not stop.
    pub(super) fn conclude<T>(&self, answer: Result<(T, Finding), Finding>) -> Result<T, CheckStopped> {
        conclude(self.door, answer)
    }

    /// Asks one check: says that it is asked, asks, says the answer. A check that could not be asked stops.
    pub(super) async fn ask<T>(
        &self,
        check: Check,
        asked: impl Future<Output = Result<(T, Finding), Finding>>,
    ) -> Result<T, CheckStopped> {
        self.begin(&check)?;
        self.conclude(asked.await)
    }

    /// Asks whether the operator has the right to something at a scope. What takes the right away again is not looked at.
    pub(super) async fn has_right(
        &self,
        check: &Check,
        side: Side,
        scope: &str,
        action: &str,
    ) -> Result<bool, CallError> {
        let request = request::permissions(self.door.endpoints(), side, scope);
        let permissions: Vec<PermissionSet> = self.door.list(&Work::Check(check.clone()), request).await?;
        Ok(allows(&permissions, action))
    }
}
