//! The checks: what is read before a plan may run, and what it means. Reading is the engine's work; judging is here.

use serde::{Deserialize, Serialize};

use crate::explain::Refusal;
use crate::ids::{AppId, ClusterId, ImageRef, ObjectId, RegistryId, TenantId};
use crate::plan::Side;
use crate::text::count;

/// A read-only question, asked before the plan may run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Can the operator sign in to this tenant, and which one is it?
    SignIn(Side),
    /// Are the tenants two, in one cloud?
    Tenants,
    /// Is the cluster there, running, and does it use a service principal?
    Cluster(ClusterId),
    /// May the operator reset the cluster's service principal?
    ResetRight(ClusterId),
    /// Which roles would the cluster lose with its present principal?
    OldRoles(ClusterId),
    /// Is the app of an earlier run there?
    App,
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
    /// Nothing answers; why.
    Silent(String),
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
    /// Where it holds.
    pub scope: String,
}

/// The app of an earlier run, found by its marker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppFacts {
    /// Its object id in A.
    pub object_id: ObjectId,
    /// Its application id.
    pub app_id: AppId,
    /// Its name.
    pub name: String,
}

/// All that the checks read and the plan needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// The cloud's name.
    pub cloud: String,
    /// Tenant A.
    pub tenant_a: TenantFacts,
    /// Tenant B.
    pub tenant_b: TenantFacts,
    /// The clusters.
    pub clusters: Vec<ClusterFacts>,
    /// The registries.
    pub registries: Vec<RegistryFacts>,
    /// The app of an earlier run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppFacts>,
}

impl Check {
    /// The tenant that it looks at; none where it looks at both.
    #[must_use]
    pub const fn side(&self) -> Option<Side> {
        match self {
            Self::SignIn(side) => Some(*side),
            Self::Tenants => None,
            Self::Cluster(_) | Self::ResetRight(_) | Self::OldRoles(_) | Self::App => Some(Side::A),
            Self::Registry(_) | Self::RoleRight(_) | Self::Image(..) => Some(Side::B),
        }
    }

    /// What it asks, for a line that is still open.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::SignIn(side) => format!("sign-in to tenant {side}"),
            Self::Tenants => "two tenants in one cloud".to_owned(),
            Self::Cluster(id) => format!("{} can be reset", id.name()),
            Self::ResetRight(id) => format!("your right to reset {}", id.name()),
            Self::OldRoles(id) => format!("roles of {}'s present principal", id.name()),
            Self::App => "the app of an earlier run".to_owned(),
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

/// Judges whether the tenants are two.
#[must_use]
pub fn judge_tenants(a: TenantId, b: TenantId) -> Finding {
    if a == b {
        Check::Tenants.stop(
            format!("cluster and registry are in one tenant, {a}"),
            "No app of another tenant is needed: az aks update --attach-acr does it. Name the registry's tenant if it is \
             another one.",
        )
    } else {
        Check::Tenants.pass("the tenants are two, in one cloud")
    }
}

/// Judges whether a cluster can be reset (`azure-facts.md` 0, fact 1, and 3.9). Where an earlier run tried, a failed
/// cluster may be reset again: that is the documented repair of a failed reset.
#[must_use]
pub fn judge_cluster(cluster: &ClusterFacts, tried_before: bool) -> Finding {
    let check = Check::Cluster(cluster.id.clone());
    let name = cluster.id.name();
    if cluster.client_id.is_none() {
        return check.stop(
            format!("{name} uses a managed identity, which cannot be reset to a service principal"),
            "Azure offers no way back from a managed identity, and one cannot pull across tenants. Use a pull secret in \
             the cluster instead: a service principal of the registry's tenant, in a Kubernetes docker-registry secret.",
        );
    }
    if !cluster.power_state.eq_ignore_ascii_case("Running") {
        return check.stop(
            format!("{name} is {}, and a reset needs it running", cluster.power_state.to_lowercase()),
            format!("Start it, then run again: az aks start --resource-group {} --name {name}", cluster.id.group()),
        );
    }
    let is = |state: &str| cluster.provisioning_state.eq_ignore_ascii_case(state);
    if is("Failed") && tried_before {
        return check.warn(
            format!("{name} is in the state Failed, and an earlier run has worked on it"),
            "Where a reset failed, resetting again is the documented repair. Look at its activity log first.",
        );
    }
    if !is("Succeeded") {
        return check.stop(
            format!("{name} is in the state {}, and a reset needs Succeeded", cluster.provisioning_state),
            format!(
                "Wait until its running operation has ended. A failed one is repaired by az aks update --resource-group {} \
                 --name {name}",
                cluster.id.group()
            ),
        );
    }
    let client = cluster.client_id.map(|id| id.to_string()).unwrap_or_default();
    check.pass(format!("{name} runs on {} and uses the app {client}", count(cluster.nodes as usize, "node")))
}

/// Judges the app that carries the cluster's mark. Whoever may register apps in A could have put the mark on one of
/// their own, so an app that the cluster does not use yet is shown for a look.
#[must_use]
pub fn judge_app(app: Option<&AppFacts>, in_use: Option<AppId>) -> Finding {
    match app {
        None => Check::App.pass("no app of an earlier run; one will be made"),
        Some(app) if in_use == Some(app.app_id) => Check::App.pass(format!("{} of an earlier run is in use", app.name)),
        Some(app) => Check::App.warn(
            format!("{}, app {}, carries this cluster's mark and will be used", app.name, app.app_id),
            "An earlier run made it. Where you know of none, look who owns it before you go on.",
        ),
    }
}

/// Judges the right to reset.
#[must_use]
pub fn judge_reset_right(cluster: &ClusterId, allowed: bool) -> Finding {
    let check = Check::ResetRight(cluster.clone());
    let name = cluster.name();
    if allowed {
        check.pass(format!("you may reset {name}'s service principal"))
    } else {
        check.stop(
            format!("you may not reset {name}'s service principal"),
            format!(
                "It needs Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action. Ask an owner of \
                 {name} for Azure Kubernetes Service Contributor Role, or sign in to tenant A with another account."
            ),
        )
    }
}

/// Judges what the cluster would lose with its present principal (`azure-facts.md` 0, fact 2). Roles on the registry
/// side do not count here: these are tenant A's.
#[must_use]
pub fn judge_old_roles(cluster: &ClusterId, roles: &[HeldRole], may_assign: bool) -> Finding {
    let check = Check::OldRoles(cluster.clone());
    let name = cluster.name();
    if roles.is_empty() {
        return check.pass(format!("{name}'s present principal has no roles that the new one would lack"));
    }
    let listed: Vec<String> = roles.iter().map(|r| format!("{} on {}", r.role, last_part(&r.scope))).collect();
    let who = if may_assign {
        "Grant the new principal the same before the reset"
    } else {
        "You may not assign roles there: ask an owner of these scopes to grant the new principal the same"
    };
    check.warn(
        format!("{name}'s present principal has {}: {}", count(roles.len(), "role"), listed.join(", ")),
        format!(
            "{who}. Without them the cluster cannot change its load balancers, disks and routes. \
             The wizard shows the app's id before the reset; headless, --soak leaves the time for it."
        ),
    )
}

/// The last segment of a resource id.
fn last_part(scope: &str) -> &str {
    scope.rsplit('/').find(|p| !p.is_empty()).unwrap_or(scope)
}

/// Judges whether a registry can be used from here.
#[must_use]
pub fn judge_registry(registry: &RegistryFacts) -> Finding {
    let check = Check::Registry(registry.id.clone());
    let name = registry.id.name();
    let mode = match registry.mode {
        RoleMode::Registry => "roles hold on the registry (AcrPull)",
        RoleMode::Repositories => "roles hold on repositories (AcrPull is ignored)",
    };
    match &registry.reach {
        Reach::Open => check.pass(format!("{name} answers from here; {mode}")),
        Reach::Firewalled => check.warn(
            format!("{name}'s firewall does not let this machine in"),
            "The pull cannot be proved from here, and without the proof the cluster is not reset. Allow this machine's \
             address under the registry's Networking, or run crosspull from a machine that it lets in.",
        ),
        Reach::Silent(why) => check.warn(
            format!("{} does not answer from here: {why}", registry.login_server),
            "The pull cannot be proved from here, and without the proof the cluster is not reset. Check name resolution and \
             routes to the registry, or run crosspull from a machine that reaches it.",
        ),
    }
}

/// Judges the right to assign roles on a registry.
#[must_use]
pub fn judge_role_right(registry: &RegistryId, allowed: bool) -> Finding {
    let check = Check::RoleRight(registry.clone());
    let name = registry.name();
    if allowed {
        check.pass(format!("you may assign roles on {name}"))
    } else {
        check.stop(
            format!("you may not assign roles on {name}"),
            format!(
                "It needs Microsoft.Authorization/roleAssignments/write. Ask an owner of {name} for Role Based Access \
                 Control Administrator, or sign in to tenant B with another account."
            ),
        )
    }
}

/// Judges whether an image is there; `None` where that cannot be read from here.
#[must_use]
pub fn judge_image(registry: &RegistryId, image: &ImageRef, found: Option<bool>) -> Finding {
    let check = Check::Image(registry.clone(), image.clone());
    match found {
        Some(true) => check.pass(format!("{image} exists")),
        Some(false) => check.warn(
            format!("{image} is not in {}", registry.name()),
            "Push it before you go on, or name another image: the proof pulls this one.",
        ),
        None => check.warn(
            format!("whether {image} exists cannot be read with your account"),
            "The proof will tell; it pulls this image with the new credential.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster() -> ClusterFacts {
        ClusterFacts {
            id: ClusterId::parse("/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop").expect("an id"),
            client_id: "33333333-3333-4333-8333-333333333333".parse().ok(),
            provisioning_state: "Succeeded".to_owned(),
            power_state: "Running".to_owned(),
            nodes: 3,
        }
    }

    #[test]
    fn a_cluster_must_run_succeed_and_use_a_service_principal() {
        assert_eq!(judge_cluster(&cluster(), false).level, Level::Pass);
        let managed = judge_cluster(&ClusterFacts { client_id: None, ..cluster() }, false);
        assert_eq!(managed.level, Level::Stop);
        assert!(managed.now.contains("pull secret"));
        let stopped = judge_cluster(&ClusterFacts { power_state: "Stopped".to_owned(), ..cluster() }, false);
        assert!(stopped.now.contains("az aks start --resource-group rg-shop --name aks-shop"));
        let failed = ClusterFacts { provisioning_state: "Failed".to_owned(), ..cluster() };
        assert_eq!(judge_cluster(&failed, false).level, Level::Stop);
        assert_eq!(judge_cluster(&failed, true).level, Level::Warn);
    }

    #[test]
    fn roles_that_would_be_lost_are_named_by_role_and_place() {
        let roles =
            [HeldRole { role: "Contributor".to_owned(), scope: "/subscriptions/s/resourceGroups/MC_x".to_owned() }];
        let finding = judge_old_roles(&cluster().id, &roles, true);
        assert_eq!(finding.text, "aks-shop's present principal has 1 role: Contributor on MC_x");
        assert_eq!(judge_old_roles(&cluster().id, &[], true).level, Level::Pass);
    }
}
