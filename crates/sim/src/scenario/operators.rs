//! The settings of scenarios for those who work in the world.

use serde::Deserialize;

/// Changes of an operator: the service principal, and the user who does the same by hand.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OperatorPart {
    /// App roles on Microsoft Graph, in place of the usual ones.
    pub graph_roles: Option<Vec<String>>,
    /// Directory roles of the user who is the operator, in place of what stands for the app roles.
    pub directory_roles: Option<Vec<String>>,
    /// Azure roles, in place of the usual ones. Those of operator A in the hub's subscription stay.
    pub roles: Option<Vec<RolePart>>,
    /// Azure roles that the user who is the operator may activate (Privileged Identity Management), and does not have until
    /// then. An application cannot be eligible.
    pub eligible: Option<Vec<RolePart>>,
    /// Operator A only: names of Azure roles on the hub's subscription, in place of the usual ones.
    pub hub_roles: Option<Vec<String>>,
    /// Operator A only: whether it is an owner of the application that the cluster signs in with.
    pub owns_cluster_app: Option<bool>,
}

/// Changes of the operator of tenant A as a guest of tenant B, who has no right there unless it is given.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuestPart {
    /// Directory roles in tenant B.
    pub directory_roles: Option<Vec<String>>,
    /// Azure roles at the registry.
    pub roles: Option<Vec<RolePart>>,
}

/// A role and where it is held.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolePart {
    /// The name of a built-in role.
    pub role: String,
    /// The place where the role is held.
    pub on: On,
    /// The condition of the assignment, of version 2.0.
    pub condition: Option<String>,
}

impl RolePart {
    /// Returns a role without a condition.
    #[must_use]
    pub fn new(role: &str, on: On) -> Self {
        Self { role: role.to_owned(), on, condition: None }
    }
}

/// The place where a role is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum On {
    /// The subscription.
    Subscription,
    /// The resource group of the cluster or registry.
    ResourceGroup,
    /// The resource group of the nodes.
    NodeResourceGroup,
    /// The cluster or registry itself.
    Resource,
    /// The subnet of the hub's network, in a second subscription of tenant A.
    HubNetwork,
    /// The route table of that subnet.
    HubRouteTable,
    /// The network security group of that subnet.
    HubSecurityGroup,
    /// The private DNS zone beside it.
    HubZone,
    /// The registry, whoever holds the role. It counts where the holder is of the registry's tenant.
    Registry,
    /// The resource group of the registry, likewise.
    RegistryResourceGroup,
    /// The subscription of the registry, likewise.
    RegistrySubscription,
    /// `subscription-N`: the subscription of tenant A with that number, 1 the cluster's, 2 the hub's, the others those that
    /// `world.many.subscriptions_in_a` makes.
    InSubscription(usize),
}

impl TryFrom<String> for On {
    type Error = String;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        match word.as_str() {
            "subscription" => Ok(Self::Subscription),
            "resource-group" => Ok(Self::ResourceGroup),
            "node-resource-group" => Ok(Self::NodeResourceGroup),
            "resource" => Ok(Self::Resource),
            "hub-network" => Ok(Self::HubNetwork),
            "hub-route-table" => Ok(Self::HubRouteTable),
            "hub-security-group" => Ok(Self::HubSecurityGroup),
            "hub-zone" => Ok(Self::HubZone),
            "registry" => Ok(Self::Registry),
            "registry-resource-group" => Ok(Self::RegistryResourceGroup),
            "registry-subscription" => Ok(Self::RegistrySubscription),
            other => numbered(other).ok_or_else(|| {
                format!(
                    "`on` is '{other}'; it must be subscription, resource-group, node-resource-group, resource, \
                     hub-network, hub-route-table, hub-security-group, hub-zone, registry, registry-resource-group, registry-subscription or subscription-N with N \
                     from 1 on"
                )
            }),
        }
    }
}

impl On {
    /// True where the place is in a subscription of tenant A beside the cluster's.
    #[must_use]
    pub fn is_elsewhere_in_a(self) -> bool {
        matches!(
            self,
            Self::HubNetwork | Self::HubRouteTable | Self::HubSecurityGroup | Self::HubZone | Self::InSubscription(_)
        )
    }

    /// True where the place is the registry, or what the registry is in.
    #[must_use]
    pub fn is_at_registry(self) -> bool {
        matches!(self, Self::Registry | Self::RegistryResourceGroup | Self::RegistrySubscription)
    }
}

fn numbered(word: &str) -> Option<On> {
    let n = word.strip_prefix("subscription-")?.parse().ok()?;
    (n > 0).then_some(On::InSubscription(n))
}

impl OperatorPart {
    pub(super) fn and(self, later: Self) -> Self {
        Self {
            graph_roles: later.graph_roles.or(self.graph_roles),
            directory_roles: later.directory_roles.or(self.directory_roles),
            roles: later.roles.or(self.roles),
            eligible: later.eligible.or(self.eligible),
            hub_roles: later.hub_roles.or(self.hub_roles),
            owns_cluster_app: later.owns_cluster_app.or(self.owns_cluster_app),
        }
    }
}

impl GuestPart {
    pub(super) fn and(self, later: Self) -> Self {
        Self { directory_roles: later.directory_roles.or(self.directory_roles), roles: later.roles.or(self.roles) }
    }
}
