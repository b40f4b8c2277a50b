//! The checks: what is read before a plan may run, and what it means. Reading is the engine's work; judging is here.

use serde::{Deserialize, Serialize};

use crate::explain::Refusal;
use crate::ids::{AppId, ClusterId, ImageRef, KeyId, ObjectId, RegistryId, TenantId};
use crate::names::{PerTenant, Side};

mod app;
mod judge;
mod other_runs;
mod secret;
mod unread;

pub use app::{AppFacts, SecretFacts, Whose, choose_app, judge_app};
pub use judge::{
    SOAK_MINUTES, judge_cluster, judge_headroom, judge_image, judge_old_roles, judge_registry,
    judge_registry_of_others, judge_reset_right, judge_role_right, judge_soak, judge_tenants,
};
pub use other_runs::judge_other_runs;
pub use secret::{SecretInUse, judge_secret, secret_in_use};
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

/// A tenant as its own directory describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantFacts {
    /// Its id.
    pub id: TenantId,
    /// Its display name, where the operator may read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What matters of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterFacts {
    /// Its id.
    pub id: ClusterId,
    /// The app that it uses; none where it uses a managed identity.
    pub client_id: Option<AppId>,
    /// `Succeeded`, `Updating`, `Failed`…
    pub provisioning_state: String,
    /// `Running` or `Stopped`.
    pub power_state: String,
    /// Nodes in all pools.
    pub nodes: u32,
    /// The roles of its present principal that the new one can be given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<HeldRole>,
    /// What it has beside them, which the new one will lack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// All roles of its present principal that were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<HeldRole>,
    /// Of crosspull's own app: the key id of the secret that the cluster uses, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
}

/// How a registry decides who may pull (`azure-facts.md` 0, fact 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleMode {
    /// Roles on the registry: AcrPull.
    Registry,
    /// Roles on repositories (ABAC): AcrPull is ignored.
    Repositories,
}

/// Whether a registry answers from this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// It does.
    Open,
    /// Its firewall refuses this machine.
    Firewalled,
    /// Nothing answers.
    Silent {
        /// Why, as the second half of a sentence.
        why: String,
        /// What to do about that; empty where the cause does not tell.
        now: String,
    },
}

/// What matters of a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryFacts {
    /// Its id.
    pub id: RegistryId,
    /// Its host; never built from the name (`azure-facts.md` 3.5).
    pub login_server: String,
    /// How it decides who may pull.
    pub mode: RoleMode,
    /// Whether it answers from here.
    pub reach: Reach,
}

/// A role that a principal has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRole {
    /// The role's name.
    pub role: String,
    /// The role definition's id, as the assignment names it.
    pub definition: String,
    /// Where it holds.
    pub scope: String,
    /// The condition under which it holds, version 2.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

impl HeldRole {
    /// Its role definition's GUID, the last part of the id; none where that is no id.
    #[must_use]
    pub fn definition_guid(&self) -> Option<uuid::Uuid> {
        last_part(&self.definition).parse().ok()
    }

    /// What tells it from others: definition and scope, in lower case.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{} on {}", last_part(&self.definition), self.scope).to_ascii_lowercase()
    }

    /// True for this role at that place, as an assignment names both.
    #[must_use]
    pub fn is_at(&self, definition: &str, scope: &str) -> bool {
        let plain = |scope: &str| scope.trim_end_matches('/').to_ascii_lowercase();
        last_part(&self.definition).eq_ignore_ascii_case(last_part(definition)) && plain(&self.scope) == plain(scope)
    }

    /// The role and the last part of where it holds.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{} on {}", self.role, last_part(&self.scope))
    }
}

/// Something of the present principal that the new one cannot be given by this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// What, such as `Network Contributor on hub`.
    pub what: String,
    /// Why not.
    pub why: &'static str,
}

impl std::fmt::Display for Lack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.what, self.why)
    }
}

/// What stands in the way when nodes are renewed in turn, as far as it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headroom {
    /// Nodes in all pools.
    pub nodes: u32,
    /// vCPUs that the region's quota has left for spare nodes; none where that cannot be read.
    pub free_vcpus: Option<u64>,
    /// What runs in the cluster; the reason where that cannot be read.
    pub workloads: Result<Workloads, String>,
}

/// What runs in a cluster and is away while a node is renewed, or keeps it from being renewed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workloads {
    /// Disruption budgets that allow no disruption now, as `namespace/name`.
    pub blocking_budgets: Vec<String>,
    /// Deployments and stateful sets of one replica, as `namespace/name`.
    pub single: Vec<String>,
}

/// All that the checks read and the plan needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// The cloud's name.
    pub cloud: String,
    /// The tenants, as their own directories describe them.
    pub tenants: PerTenant<TenantFacts>,
    /// The clusters.
    pub clusters: Vec<ClusterFacts>,
    /// The registries.
    pub registries: Vec<RegistryFacts>,
    /// The app that is taken up, of those that carry the cluster's mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppFacts>,
    /// Apps that carry the cluster's mark and that are passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<ObjectId>,
}

impl Survey {
    /// True where a cluster uses the app that is taken up: it has no former one then.
    #[must_use]
    pub fn has_own_app(&self, cluster: &ClusterFacts) -> bool {
        self.app.as_ref().is_some_and(|app| cluster.client_id == Some(app.app_id))
    }
}

impl Check {
    /// The tenant that it looks at; none where it looks at both.
    #[must_use]
    pub const fn side(&self) -> Option<Side> {
        match self {
            Self::SignIn(side) | Self::Name { side, .. } => Some(*side),
            Self::Cloud | Self::Tenants => None,
            Self::Cluster(_)
            | Self::ResetRight(_)
            | Self::OldRoles(_)
            | Self::Headroom(_)
            | Self::Soak
            | Self::App
            | Self::Secret(_)
            | Self::OtherRuns(_) => Some(Side::A),
            Self::Registry(_) | Self::RoleRight(_) | Self::Image(..) => Some(Side::B),
        }
    }

    /// What it asks, for a line that is still open.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::SignIn(side) => format!("sign-in to tenant {side}"),
            Self::Name { name, .. } => format!("which {name} is meant"),
            Self::Cloud => "the cloud and its hosts".to_owned(),
            Self::Tenants => "two tenants in one cloud".to_owned(),
            Self::Cluster(id) => format!("{} can be reset", id.name()),
            Self::ResetRight(id) => format!("your right to reset {}", id.name()),
            Self::OldRoles(id) => format!("roles of {}'s present principal", id.name()),
            Self::Headroom(id) => format!("what runs on {} while its nodes restart", id.name()),
            Self::Soak => "the wait before the reset".to_owned(),
            Self::App => "the app of an earlier run".to_owned(),
            Self::Secret(id) => format!("the end of the secret that {} uses", id.name()),
            Self::OtherRuns(id) => format!("other runs on {}", id.name()),
            Self::Registry(id) => format!("{} answers from here", id.name()),
            Self::RoleRight(id) => format!("your right to assign roles on {}", id.name()),
            Self::Image(_, image) => format!("{image} exists"),
        }
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

/// The last segment of a resource id.
fn last_part(scope: &str) -> &str {
    scope.rsplit('/').find(|p| !p.is_empty()).unwrap_or(scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(scope: &str) -> HeldRole {
        let definition =
            "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c";
        let role = "Contributor".to_owned();
        HeldRole { role, definition: definition.to_owned(), scope: scope.to_owned(), condition: None }
    }

    #[test]
    fn a_role_is_known_by_definition_and_scope_whatever_their_case() {
        let one = held("/subscriptions/s/resourceGroups/MC_x");
        let other = held("/subscriptions/s/resourcegroups/mc_x");
        assert_eq!(one.key(), other.key());
        assert_eq!(
            one.definition_guid().map(|g| g.to_string()).as_deref(),
            Some("b24988ac-6180-42a0-ab88-20f7382dd24c")
        );
    }
}
