//! What scenarios can set, and how later ones add to earlier ones.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Scenario, ScenarioError, times::TimePart};
use crate::faults::Fault;

/// Everything scenarios can set; what is `None` is as in the `happy` world.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Setup {
    /// The world.
    pub world: WorldPart,
    /// Delays.
    pub time: TimePart,
    /// The administrator of tenant B.
    pub person: PersonPart,
    /// Policies of tenant A.
    pub policy: PolicyPart,
    /// What `answers.toml` says differently.
    pub answers: AnswersPart,
    /// Faults, in the order they are tried.
    pub fault: Vec<Fault>,
}

/// Changes of the world.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorldPart {
    /// `public`, `china` or `usgov`.
    pub cloud: Option<String>,
    /// Whether the registry is in the cluster's tenant.
    pub same_tenant: Option<bool>,
    /// The cluster.
    pub cluster: ClusterPart,
    /// The registry.
    pub registry: RegistryPart,
    /// The operator of tenant A.
    pub operator_a: OperatorPart,
    /// The operator of tenant B.
    pub operator_b: OperatorPart,
    /// Roles the cluster's principal has beside Contributor on the node resource group.
    pub old_principal_roles: Option<Vec<RolePart>>,
}

/// Changes of the cluster.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClusterPart {
    /// How it signs in.
    pub identity: Option<IdentityPart>,
    /// `properties.provisioningState`.
    pub provisioning_state: Option<String>,
    /// `Running` or `Stopped`.
    pub power_state: Option<String>,
    /// How many nodes it has.
    pub nodes: Option<usize>,
    /// The images it runs, without the registry.
    pub images: Option<Vec<String>>,
}

/// The kinds of identity a cluster can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityPart {
    /// A service principal.
    ServicePrincipal,
    /// A managed identity.
    Managed,
}

/// Changes of the registry.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegistryPart {
    /// `LegacyRegistryPermissions` or `AbacRepositoryPermissions`.
    pub role_assignment_mode: Option<String>,
    /// `properties.adminUserEnabled`.
    pub admin_user_enabled: Option<bool>,
    /// `Basic`, `Standard` or `Premium`.
    pub sku: Option<String>,
    /// Whether its network rules keep this machine out.
    pub firewalled: Option<bool>,
    /// Whether they let the nodes of the cluster in.
    pub firewall_lets_nodes_in: Option<bool>,
    /// Whether it takes tokens of the Resource Manager's audience.
    pub accepts_arm_tokens: Option<bool>,
    /// Repositories and their tags, in place of the usual ones.
    pub repositories: Option<BTreeMap<String, Vec<String>>>,
}

/// Changes of an operator.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OperatorPart {
    /// App roles on Microsoft Graph, in place of the usual ones.
    pub graph_roles: Option<Vec<String>>,
    /// Azure roles, in place of the usual ones.
    pub roles: Option<Vec<RolePart>>,
}

/// A role and where it is held.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolePart {
    /// The name of a built-in role.
    pub role: String,
    /// Where.
    pub on: On,
}

/// Where a role is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum On {
    /// The subscription.
    Subscription,
    /// The resource group of the cluster or registry.
    ResourceGroup,
    /// The resource group of the nodes.
    NodeResourceGroup,
    /// The cluster or registry itself.
    Resource,
}

/// The administrator of tenant B, when it is a person.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonPart {
    /// Consents so many simulated seconds after a multi-tenant application was made.
    pub consents_after: Option<f64>,
    /// Declines whatever is asked.
    pub refuses: Option<bool>,
}

/// Application management policies (`azure-facts.md` 3.3).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyPart {
    /// `passwordLifetime`, in days.
    pub max_secret_days: Option<i64>,
}

/// What `answers.toml` says differently.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnswersPart {
    /// `direct` or `url`.
    pub consent: Option<String>,
    /// What the cluster is to pull.
    pub repository: Option<Vec<String>>,
}

impl Setup {
    /// The scenarios put together, later ones over earlier ones.
    #[must_use]
    pub fn of(scenarios: &[Scenario]) -> Self {
        scenarios.iter().fold(Self::default(), |sum, scenario| sum.and(scenario.setup.clone()))
    }

    fn and(self, later: Self) -> Self {
        let mut fault = self.fault;
        fault.extend(later.fault);
        Self {
            world: self.world.and(later.world),
            time: self.time.and(later.time),
            person: PersonPart {
                consents_after: later.person.consents_after.or(self.person.consents_after),
                refuses: later.person.refuses.or(self.person.refuses),
            },
            policy: PolicyPart { max_secret_days: later.policy.max_secret_days.or(self.policy.max_secret_days) },
            answers: AnswersPart {
                consent: later.answers.consent.or(self.answers.consent),
                repository: later.answers.repository.or(self.answers.repository),
            },
            fault,
        }
    }

    /// What serde cannot check.
    pub(super) fn check(&self) -> Result<(), ScenarioError> {
        let roles = [&self.world.operator_a.roles, &self.world.operator_b.roles, &self.world.old_principal_roles];
        let unknown = roles.into_iter().flatten().flatten().find(|part| crate::rights::by_name(&part.role).is_none());
        if let Some(part) = unknown {
            return Err(ScenarioError::Malformed(format!("`role` names '{}', which is no built-in role", part.role)));
        }
        one_of("world.cloud", self.world.cloud.as_deref(), &["public", "china", "usgov"])?;
        one_of("world.cluster.power_state", self.world.cluster.power_state.as_deref(), &["Running", "Stopped"])?;
        one_of("world.registry.sku", self.world.registry.sku.as_deref(), &["Basic", "Standard", "Premium"])?;
        one_of(
            "world.registry.role_assignment_mode",
            self.world.registry.role_assignment_mode.as_deref(),
            &["LegacyRegistryPermissions", "AbacRepositoryPermissions"],
        )?;
        one_of("answers.consent", self.answers.consent.as_deref(), &["direct", "url", "auto"])
    }
}

fn one_of(key: &str, given: Option<&str>, known: &[&str]) -> Result<(), ScenarioError> {
    match given {
        Some(given) if !known.contains(&given) => {
            Err(ScenarioError::Malformed(format!("`{key}` is '{given}'; it must be one of {}", known.join(", "))))
        }
        _ => Ok(()),
    }
}

impl WorldPart {
    fn and(self, later: Self) -> Self {
        Self {
            cloud: later.cloud.or(self.cloud),
            same_tenant: later.same_tenant.or(self.same_tenant),
            cluster: ClusterPart {
                identity: later.cluster.identity.or(self.cluster.identity),
                provisioning_state: later.cluster.provisioning_state.or(self.cluster.provisioning_state),
                power_state: later.cluster.power_state.or(self.cluster.power_state),
                nodes: later.cluster.nodes.or(self.cluster.nodes),
                images: later.cluster.images.or(self.cluster.images),
            },
            registry: self.registry.and(later.registry),
            operator_a: self.operator_a.and(later.operator_a),
            operator_b: self.operator_b.and(later.operator_b),
            old_principal_roles: later.old_principal_roles.or(self.old_principal_roles),
        }
    }
}

impl RegistryPart {
    fn and(self, later: Self) -> Self {
        Self {
            role_assignment_mode: later.role_assignment_mode.or(self.role_assignment_mode),
            admin_user_enabled: later.admin_user_enabled.or(self.admin_user_enabled),
            sku: later.sku.or(self.sku),
            firewalled: later.firewalled.or(self.firewalled),
            firewall_lets_nodes_in: later.firewall_lets_nodes_in.or(self.firewall_lets_nodes_in),
            accepts_arm_tokens: later.accepts_arm_tokens.or(self.accepts_arm_tokens),
            repositories: later.repositories.or(self.repositories),
        }
    }
}

impl OperatorPart {
    fn and(self, later: Self) -> Self {
        Self { graph_roles: later.graph_roles.or(self.graph_roles), roles: later.roles.or(self.roles) }
    }
}
