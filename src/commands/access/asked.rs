//! The cluster that a part of `access` is about, and who signs in to its tenant.

use clap::{Arg, ArgMatches};
use crosspull_azure::door::Door;
use crosspull_core::access;
use crosspull_core::cloud::KnownCloud;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::ClusterId;
use crosspull_core::input::{Answers, Complaint, Key};
use crosspull_core::names::{PerTenant, Side};

use crate::attended::{Means, Way};
use crate::cli::{answers, inputs_of};
use crate::credentials;
use crate::sources::{self, environment};

/// Returns the arguments that name the cluster and say who signs in.
pub fn arguments() -> impl Iterator<Item = Arg> {
    inputs_of([Key::Cluster])
        .map(|arg| arg.help("The cluster's resource id, or its address in the portal"))
        .chain(inputs_of([Key::TenantA, Key::SignInA, Key::Cloud, Key::LoginHost, Key::ClientId, Key::CaFile]))
        .chain(inputs_of([Key::Pace]).map(|arg| arg.hide(true)))
        .chain([answers()])
}

/// Returns the arguments that say how the cluster's Kubernetes API is opened.
pub fn kubernetes() -> impl Iterator<Item = Arg> {
    inputs_of([Key::Kubeconfig, Key::Context, Key::ClusterCredential])
}

/// A cluster that is asked about, and the way to its tenant.
#[derive(Debug, Clone)]
pub struct AskedCluster {
    pub cluster: ClusterId,
    pub way: Way,
    /// The inputs, for what a part reads beyond the cluster.
    pub answers: Answers,
}

impl AskedCluster {
    /// Reads which cluster is meant, and who signs in to its tenant.
    ///
    /// # Errors
    /// Everything that is missing or wrong, a sentence each.
    pub fn read(arguments: &ArgMatches) -> Result<Self, Vec<String>> {
        let answers = sources::answers(arguments, &environment)?;
        let told = |complaints: Vec<Complaint>| complaints.iter().map(ToString::to_string).collect::<Vec<_>>();
        let access::AskedCluster { cluster, access } = access::AskedCluster::read(&answers).map_err(told)?;
        let subscriptions = PerTenant { a: Some(cluster.subscription()), b: None };
        let credentials = credentials::read(&access, subscriptions, &environment)?;
        Ok(Self { cluster, way: Way { access, credentials }, answers })
    }

    /// Returns the cloud that is named.
    pub fn cloud(&self) -> Option<KnownCloud> {
        self.answers.cloud()
    }

    /// Opens the door to the cluster's tenant. A tenant that is named is entered, or it is told why not.
    ///
    /// # Errors
    /// A trouble where the tenant cannot be entered.
    pub async fn enter(&self, means: &Means) -> Result<Door, Trouble> {
        means.enter(self.way.clone(), Side::A).await
    }
}
