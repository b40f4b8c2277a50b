//! The checks: what is read before a plan may run, and what it means. One file a check; this file holds what they share.
//! Reading is the work of the crate that talks to Azure; judging is here.

use serde::{Deserialize, Serialize};

use crate::explain::Refusal;
use crate::ids::{ClusterId, ImageRef, RegistryId};
use crate::names::Side;

mod app;
mod cluster;
mod headroom;
mod held_role;
mod image;
mod old_roles;
mod other_runs;
mod puller;
mod registry;
mod reset_right;
mod role_right;
mod route;
mod secret;
mod soak;
mod survey;
mod tenants;
mod unread;

pub use app::{AppFacts, SecretFacts, Whose, choose_app, judge_app};
pub use cluster::{ClusterFacts, KubeletIdentity, judge_cluster, judge_cluster_as_it_is};
pub use headroom::{Headroom, Workloads, judge_headroom};
pub use held_role::HeldRole;
pub use image::judge_image;
pub use old_roles::{Lack, judge_old_roles};
pub use other_runs::{OtherRun, judge_other_runs};
pub use puller::{HeldAssignment, Puller, judge_puller, judge_puller_of_others};
pub use registry::{Reach, RegistryFacts, RoleMode, judge_registry, judge_registry_of_others};
pub use reset_right::judge_reset_right;
pub use role_right::{judge_role_right, judge_role_right_not_needed};
pub use route::judge_route;
pub use secret::{SecretInUse, judge_secret, secret_in_use};
pub use soak::{SOAK_MINUTES, judge_soak};
pub use survey::Survey;
pub use tenants::{TenantFacts, judge_tenants};
pub use unread::Unread;

/// A read-only question, asked before the plan may run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Can the operator sign in to this tenant, and which one is it?
    SignIn(Side),
    /// Which cluster or registry of this tenant is meant by a name without an id?
    Name {
        /// The tenant.
        side: Side,
        /// The name, or a registry's login server.
        name: String,
    },
    /// Where does what is sent go, where that is not what a known cloud's documents say?
    Cloud,
    /// Are the tenants two, in one cloud?
    Tenants,
    /// Is the cluster there, running, and does it use a service principal?
    Cluster(ClusterId),
    /// May the operator reset the cluster's service principal?
    ResetRight(ClusterId),
    /// Which roles would the cluster lose with its present principal?
    OldRoles(ClusterId),
    /// Can nodes be renewed without anything standing still?
    Headroom(ClusterId),
    /// Is the wait before the reset long enough?
    Soak,
    /// Which app that carries the cluster's mark is taken up?
    App,
    /// When does the secret that the cluster uses end?
    Secret(ClusterId),
    /// Does another run work on the cluster, or stand on it?
    OtherRuns(ClusterId),
    /// Is the registry there, and does it answer from here?
    Registry(RegistryId),
    /// May the operator assign roles on the registry?
    RoleRight(RegistryId),
    /// Is the image there?
    Image(RegistryId, ImageRef),
    /// As whom does the cluster pull, and may that principal pull from the registry already?
    Puller(ClusterId, RegistryId),
    /// Which route is taken, where that is left to crosspull?
    Route,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Good.
    Pass,
    /// The plan may run; somebody should know.
    Warn,
    /// The plan may not run.
    Stop,
}

/// The answer to a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which check.
    pub check: Check,
    /// How bad it is.
    pub level: Level,
    /// What is, in one line.
    pub text: String,
    /// What to do about it; empty where there is nothing to do.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub now: String,
    /// The service's answer behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

/// What a check looks at, and what it asks.
struct About {
    /// The tenant that it looks at; none where it looks at both.
    side: Option<Side>,
    /// What it asks, for a line that is still open.
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
            Self::ResetRight(id) => reset_right::about(id),
            Self::OldRoles(id) => old_roles::about(id),
            Self::Headroom(id) => headroom::about(id),
            Self::Soak => soak::about(),
            Self::App => app::about(),
            Self::Secret(id) => secret::about(id),
            Self::OtherRuns(id) => other_runs::about(id),
            Self::Registry(id) => registry::about(id),
            Self::RoleRight(id) => role_right::about(id),
            Self::Image(_, image) => image::about(image),
            Self::Puller(cluster, registry) => puller::about(cluster, registry),
            Self::Route => route::about(),
        }
    }

    /// Returns the tenant that the check looks at; none where it looks at both.
    #[must_use]
    pub fn side(&self) -> Option<Side> {
        self.about().side
    }

    /// Returns what the check asks, for a line that is still open.
    #[must_use]
    pub fn title(&self) -> String {
        self.about().title
    }

    /// A finding with nothing to do about it.
    #[must_use]
    pub fn pass(self, text: impl Into<String>) -> Finding {
        Finding { check: self, level: Level::Pass, text: text.into(), now: String::new(), refusal: None }
    }

    /// A warning.
    #[must_use]
    pub fn warn(self, text: impl Into<String>, now: impl Into<String>) -> Finding {
        Finding { check: self, level: Level::Warn, text: text.into(), now: now.into(), refusal: None }
    }

    /// A stop.
    #[must_use]
    pub fn stop(self, text: impl Into<String>, now: impl Into<String>) -> Finding {
        Finding { check: self, level: Level::Stop, text: text.into(), now: now.into(), refusal: None }
    }
}
