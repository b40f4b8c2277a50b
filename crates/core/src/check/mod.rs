//! The checks: what is read before a plan may run, and what it means.
//!
//! One file holds one check; this file holds what they share. The crate that talks to Azure reads; this crate judges.

use serde::{Deserialize, Serialize};

use crate::explain::Refusal;
use crate::ids::{ClusterId, ImageRef, RegistryId};
use crate::names::Side;
use crate::wording::Wording;

mod access;
mod admin_account;
mod app;
mod app_policy;
mod app_secret;
mod cluster;
mod cluster_app;
mod denial;
mod headroom;
mod held_role;
mod image;
mod kubernetes;
mod locks;
mod namespace;
mod needs;
mod old_roles;
mod other_runs;
mod other_secrets;
mod puller;
mod registry;
mod reset_right;
mod role_right;
mod route;
mod secret;
mod soak;
mod survey;
mod tenants;
mod token_right;
mod unread;

pub use admin_account::{ADMIN_ACTIONS, judge_admin_account, judge_admin_right, judge_admin_right_of_nobody};
pub use app::{AppFacts, SecretFacts, TakeUpReason, choose_app, judge_app};
pub use app_policy::{AppPolicy, Purpose, WantedApp, judge_app_policy, with_unseen_app_policy};
pub use app_secret::{app_secret_refused, judge_app_secret};
pub use cluster::{ClusterFacts, KubeletIdentity, judge_cluster, judge_cluster_as_it_is};
pub use cluster_app::{ClusterApp, judge_cluster_app, judge_no_cluster_app};
pub use headroom::{Headroom, Workloads, judge_headroom};
pub use held_role::{HeldRole, NeededRole, WithheldRole};
pub use image::{ImageSeen, judge_image};
pub use kubernetes::{judge_kubernetes, judge_kubernetes_unknown, judge_nowhere_to_save, judge_wrong_kubeconfig};
pub use locks::{Lock, Place, PlaceWork, SubscriptionFacts, judge_locks};
pub use namespace::{FoundSecret, NamespaceFacts, NoSecret, judge_namespace, judge_no_namespace};
pub use needs::{Cure, Loss, NeedsFound, judge_needs};
pub use old_roles::{FormerRights, Lack, judge_old_roles};
pub use other_runs::{OtherRun, judge_other_runs};
pub use other_secrets::{judge_other_secrets, judge_other_secrets_unread};
pub use puller::{HeldAssignment, Puller, judge_puller, judge_puller_of_others};
pub use registry::{Reach, RegistryFacts, RoleMode, judge_registry, judge_registry_of_others};
pub use reset_right::{RESET_ACTION, judge_reset_right};
pub use role_right::{judge_role_right, judge_role_right_not_needed};
pub use secret::{SecretInUse, judge_secret, secret_in_use, warn_of_pull_secret};
pub use soak::{SOAK_MINUTES, judge_soak, soak_of_a_simulated_cloud};
pub use survey::Survey;
pub use tenants::{TenantFacts, judge_tenants};
pub use token_right::{TOKEN_ACTIONS, judge_token_right, judge_token_right_of_nobody};
pub use unread::Unread;

/// A read-only question, asked before the plan may run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Can the operator sign in to this tenant, and which tenant is it?
    SignIn(Side),
    /// Is it clear which cluster or registry of this tenant a name without an id means?
    Name {
        /// The tenant.
        side: Side,
        /// The name of the resource, or a registry's login server.
        name: String,
    },
    /// Are all addresses those that the documents of a known cloud name?
    Cloud,
    /// Are the tenants two, in one cloud?
    Tenants,
    /// Is the cluster there, running, and does it use a service principal?
    Cluster(ClusterId),
    /// Can other tenants be allowed to let the cluster's app in?
    ClusterApp(ClusterId),
    /// Does sign-in take the secret that the operator gives for the cluster's app?
    AppSecret(ClusterId),
    /// May the operator reset the cluster's service principal?
    ResetRight(ClusterId),
    /// Does the cluster lose roles with its present principal, and which?
    OldRoles(ClusterId),
    /// Does the cluster lose something that it needs in Azure with its present principal?
    Needs(ClusterId),
    /// Can nodes be renewed while everything goes on?
    Headroom(ClusterId),
    /// Is the wait before the reset long enough?
    Soak,
    /// Is there an app with the cluster's mark that can be taken up?
    App,
    /// Does the secret that the cluster uses end soon?
    Secret(ClusterId),
    /// Does another run work on the cluster, or stand on it?
    OtherRuns(ClusterId),
    /// Is the registry there, and does it answer from here?
    Registry(RegistryId),
    /// May the operator assign roles on the registry?
    RoleRight(RegistryId),
    /// May the operator make a repository token on the registry?
    TokenRight(RegistryId),
    /// What is the registry's admin account for?
    AdminAccount(RegistryId),
    /// May the operator use the registry's admin account?
    AdminRight(RegistryId),
    /// Does a lock, or a disabled subscription, keep the plan from writing in this tenant?
    Locks(Side),
    /// Is the image there?
    Image(RegistryId, ImageRef),
    /// May the principal that the cluster pulls with pull from the registry already?
    Puller(ClusterId, RegistryId),
    /// Does the cluster's Kubernetes API answer from here?
    Kubernetes(ClusterId),
    /// May a pull secret be written into the namespace?
    Namespace(ClusterId, String),
    /// Does a pull secret of another namespace have what a renewal replaces?
    OtherSecrets(ClusterId),
    /// Is there an app of an earlier run that pulls for the cluster?
    PullApp(Side),
    /// Can somebody be let into the cluster that way, or no longer?
    Access(ClusterId),
    /// Is there a route that fits, where the choice is left to crosspull?
    Route,
}

/// The weight of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// All is well.
    Pass,
    /// The plan may run, but somebody should know.
    Warn,
    /// The plan may not run.
    Stop,
}

/// The answer to a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Finding {
    pub check: Check,
    /// The weight of the finding.
    pub level: Level,
    /// The answer, in one line.
    pub text: String,
    /// The cure. Empty where there is nothing to do.
    #[serde(flatten)]
    pub now: Wording,
    /// The service's answer behind the finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

/// The subject of a check, and its question.
struct About {
    /// The tenant that the check looks at. `None` where it looks at both.
    side: Option<Side>,
    /// The question, for a line that is still open.
    title: String,
}

impl About {
    fn both(title: impl Into<String>) -> Self {
        Self { side: None, title: title.into() }
    }

    fn of(side: Side, title: impl Into<String>) -> Self {
        Self { side: Some(side), title: title.into() }
    }

    fn of_a(title: impl Into<String>) -> Self {
        Self::of(Side::A, title)
    }

    fn of_b(title: impl Into<String>) -> Self {
        Self::of(Side::B, title)
    }
}

impl Check {
    fn about(&self) -> About {
        match self {
            Self::SignIn(side) => About::of(*side, format!("sign-in to tenant {side}")),
            Self::Name { side, name } => About::of(*side, format!("which {name} is meant")),
            Self::Cloud => About::both("the cloud and its hosts"),
            Self::Tenants => tenants::about(),
            Self::Cluster(id) => cluster::about(id),
            Self::ClusterApp(id) => cluster_app::about(id),
            Self::AppSecret(id) => app_secret::about(id),
            Self::ResetRight(id) => reset_right::about(id),
            Self::OldRoles(id) => old_roles::about(id),
            Self::Needs(id) => needs::about(id),
            Self::Headroom(id) => headroom::about(id),
            Self::Soak => soak::about(),
            Self::App => app::about(),
            Self::Secret(id) => secret::about(id),
            Self::OtherRuns(id) => other_runs::about(id),
            Self::Registry(id) => registry::about(id),
            Self::RoleRight(id) => role_right::about(id),
            Self::TokenRight(id) => token_right::about(id),
            Self::AdminAccount(id) => admin_account::about(id),
            Self::AdminRight(id) => admin_account::about_right(id),
            Self::Locks(side) => locks::about(*side),
            Self::Image(_, image) => image::about(image),
            Self::Puller(cluster, registry) => puller::about(cluster, registry),
            Self::Kubernetes(id) => kubernetes::about(id),
            Self::Namespace(cluster, namespace) => namespace::about(cluster, namespace),
            Self::OtherSecrets(id) => other_secrets::about(id),
            Self::PullApp(side) => About::of(*side, "the app of an earlier run"),
            Self::Access(id) => access::about(id),
            Self::Route => route::about(),
        }
    }

    /// Returns the tenant that the check looks at. `None` where it looks at both.
    #[must_use]
    pub fn side(&self) -> Option<Side> {
        self.about().side
    }

    /// Returns the check's question, for a line that is still open.
    #[must_use]
    pub fn title(&self) -> String {
        self.about().title
    }

    /// Returns a finding with nothing to do about it.
    #[must_use]
    pub fn pass(self, text: impl Into<String>) -> Finding {
        Finding { check: self, level: Level::Pass, text: text.into(), now: Wording::default(), refusal: None }
    }

    /// Returns a warning.
    #[must_use]
    pub fn warn(self, text: impl Into<String>, now: impl Into<Wording>) -> Finding {
        Finding { check: self, level: Level::Warn, text: text.into(), now: now.into(), refusal: None }
    }

    /// Returns a finding that stops the plan.
    #[must_use]
    pub fn stop(self, text: impl Into<String>, now: impl Into<Wording>) -> Finding {
        Finding { check: self, level: Level::Stop, text: text.into(), now: now.into(), refusal: None }
    }
}
