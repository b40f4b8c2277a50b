//! The settings of scenarios for the world.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    access::AccessPart,
    error::{ScenarioError, one_of},
    locks::LockPart,
    operators::{GuestPart, OperatorPart, RolePart},
    others::{AppPart, DenyPart, Party, SecretPart, VaultPart},
    policies::PoliciesPart,
};
use crate::{
    roles,
    world::{SubscriptionState, WorkloadKind, role_template},
};

/// Changes of the world.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorldPart {
    /// `public`, `china` or `usgov`.
    pub cloud: Option<String>,
    /// True where the registry is in the cluster's tenant.
    pub same_tenant: Option<bool>,
    /// The identity of the cluster and its nodes.
    pub cluster_identity: Option<IdentityPart>,
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
    /// App roles the cluster's principal has on Microsoft Graph.
    pub old_principal_graph_roles: Option<Vec<String>>,
    /// Names of groups of tenant A that the cluster's principal is a member of.
    pub old_principal_groups: Option<Vec<String>>,
    /// Azure roles that each of those groups has.
    pub group_roles: Option<Vec<RolePart>>,
    /// Roles of the identity that the nodes pull images with.
    pub kubelet_roles: Option<Vec<RolePart>>,
    /// Names of groups of tenant A that the identity which the nodes pull images with is a member of.
    pub kubelet_groups: Option<Vec<String>>,
    /// Azure roles that each of those groups has.
    pub kubelet_group_roles: Option<Vec<RolePart>>,
    /// The operator of tenant A as a guest of tenant B.
    pub guest: GuestPart,
    /// True where the machine has a managed identity, of tenant A, with the rights of its operator.
    pub machine_identity: Option<bool>,
    /// True where the machine is one of tenant B in place of A, with the rights of that operator.
    pub machine_in_b: Option<bool>,
    /// False where the endpoint for the machine's identity refuses the audience of registries, as Cloud Shell's did.
    pub machine_registry_audience: Option<bool>,
    /// Sign-in policies of tenant A.
    pub policies_a: PoliciesPart,
    /// Sign-in policies of tenant B.
    pub policies_b: PoliciesPart,
    /// The numbers of everything that one looks for.
    pub many: ManyPart,
    /// Deny assignments. Those of all scenarios are there.
    pub deny_assignments: Vec<DenyPart>,
    /// Key Vaults of tenant A. Those of all scenarios are there.
    pub vaults: Vec<VaultPart>,
    /// App registrations of tenant A beside those of the operator and the cluster. Those of all scenarios are there.
    pub apps_a: Vec<AppPart>,
    /// Management locks. Those of all scenarios are there.
    pub locks: Vec<LockPart>,
    /// The people who are to be let into the cluster, and those who are in already.
    pub access: AccessPart,
    /// The number of items of a page of Graph's and of the Resource Manager's lists.
    pub page: Option<usize>,
}

/// Changes of the cluster.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClusterPart {
    /// The older key for `world.cluster_identity`, which counts before this one.
    pub identity: Option<IdentityPart>,
    /// `properties.provisioningState`.
    pub provisioning_state: Option<String>,
    /// `Running` or `Stopped`.
    pub power_state: Option<String>,
    /// The number of nodes of the cluster.
    pub nodes: Option<usize>,
    /// The images it runs, without the registry.
    pub images: Option<Vec<String>>,
    /// The vCPUs of the subscription's quota that are free in the cluster's region, of its VM family as of all.
    pub free_vcpus: Option<u32>,
    /// The access to the cluster's Kubernetes API.
    pub kubernetes: Option<KubernetesPart>,
    /// How the Kubernetes API takes users of Entra, where it does.
    pub entra: Option<EntraPart>,
    /// The network that the nodes are in, where it is not one that AKS made.
    pub network: Option<NetworkPart>,
    /// `properties.disableLocalAccounts`.
    pub disable_local_accounts: Option<bool>,
    /// The namespaces in which `kubernetes = "no-secrets"` holds, in place of all.
    pub no_secrets_in: Option<Vec<String>>,
    /// Pull secrets of others.
    pub pull_secrets: Option<Vec<PullSecretPart>>,
    /// The workloads of the cluster, in place of the usual shop.
    pub workloads: Option<Vec<WorkloadPart>>,
    /// The days until the secret ends that the cluster and its nodes sign in with, of the wall clock. Negative for one
    /// that has ended. Its name is `initial`.
    pub secret_ends_in_days: Option<f64>,
    /// Secrets that the cluster's application has beside that one.
    pub more_secrets: Option<Vec<SecretPart>>,
    /// The state of the cluster's subscription.
    pub subscription_state: Option<SubscriptionState>,
}

/// The access to a Kubernetes API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KubernetesPart {
    /// The users of the API may do everything.
    Open,
    /// The address of the API does not answer.
    Private,
    /// The user credential may read only.
    ReadOnly,
    /// The user credential may do everything but what is about secrets.
    NoSecrets,
}

/// The namespaces of the cluster at the start.
pub const NAMESPACES: [&str; 4] = ["default", "jobs", "kube-system", "shop"];

/// How a Kubernetes API takes users of Entra.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EntraPart {
    /// `enableAzureRBAC`.
    pub azure_rbac: bool,
    /// True where custom resources have data actions of their own (a preview).
    pub custom_resources: bool,
    /// The groups of tenant A whose members may do everything.
    pub admin_groups: Vec<AdminGroupPart>,
}

/// The hub's subnet, with what hangs on it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkPart {
    /// True where it has a route table, by which traffic goes out.
    pub route_table: bool,
    /// True where it has a network security group.
    pub security_group: bool,
    /// True where the API server's name is in a private DNS zone beside it.
    pub private_zone: bool,
}

/// A group of administrators.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminGroupPart {
    /// The name.
    pub name: String,
    /// The members.
    #[serde(default)]
    pub members: Vec<Party>,
    /// The rule by which Entra finds the members. Where there is none, people change them.
    pub rule: Option<String>,
    /// True where a directory on premises keeps them.
    #[serde(default)]
    pub on_premises: bool,
}

/// A pull secret that somebody else put into the cluster. Its credential is worth nothing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PullSecretPart {
    /// The namespace; `default` where it is left out.
    #[serde(default = "usual_namespace")]
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The registry that it is for; the cluster's where it is left out.
    pub server: Option<String>,
    /// The manager of its fields; `kubectl-create` where it is left out.
    #[serde(default = "usual_manager")]
    pub manager: String,
    /// True where the service account `default` lists it.
    #[serde(default)]
    pub in_account: bool,
}

fn usual_namespace() -> String {
    "default".to_owned()
}

fn usual_manager() -> String {
    "kubectl-create".to_owned()
}

/// A deployment or stateful set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadPart {
    /// `deployment`, which is the usual one, or `statefulset`.
    #[serde(default)]
    pub kind: WorkloadKind,
    /// The namespace: `default`, `jobs`, `kube-system` or `shop`, which is the usual one.
    #[serde(default = "shop")]
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The number of pods.
    pub replicas: u32,
    /// `minAvailable` of its disruption budget, if it is to have one.
    pub min_available: Option<u32>,
}

fn shop() -> String {
    "shop".to_owned()
}

impl WorkloadPart {
    /// Returns a deployment of the shop.
    #[must_use]
    pub fn shop(name: &str, replicas: u32, min_available: Option<u32>) -> Self {
        let kind = WorkloadKind::Deployment;
        Self { kind, namespace: shop(), name: name.to_owned(), replicas, min_available }
    }
}

/// The kinds of identity a cluster can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityPart {
    /// A service principal.
    ServicePrincipal,
    /// Managed identities that AKS made.
    #[serde(alias = "managed")]
    SystemAssigned,
    /// Managed identities that the operator made.
    UserAssigned,
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
    /// True where the network rules of the registry keep this machine out.
    pub firewalled: Option<bool>,
    /// True where the network rules let the nodes of the cluster in.
    pub firewall_lets_nodes_in: Option<bool>,
    /// True where the registry takes tokens of the Resource Manager's audience.
    pub accepts_arm_tokens: Option<bool>,
    /// Repositories and their tags, in place of the usual ones.
    pub repositories: Option<BTreeMap<String, Vec<String>>>,
    /// The images that are for Windows, as `repository:tag`.
    pub windows: Option<Vec<String>>,
    /// The state of the registry's subscription.
    pub subscription_state: Option<SubscriptionState>,
}

/// The numbers of everything that one looks for, those of the usual world included. The additional ones can be looked
/// at and no more.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ManyPart {
    /// Subscriptions of both tenants together.
    pub subscriptions: Option<usize>,
    /// Subscriptions of tenant A, that of the cluster (1) and that of the hub (2) among them. The id of the others ends with
    /// their number in twelve decimal digits: that of 57 is `a1000000-0000-4000-8000-000000000057`.
    pub subscriptions_in_a: Option<usize>,
    /// The roles that the operator of tenant A has on some of these in place of the usual ones, by the subscription's
    /// number, from 3 on. `["AcrPull"]` shows the subscription and reads no role assignment, `[]` does not even show it.
    pub operator_a_roles: Option<BTreeMap<String, Vec<String>>>,
    /// Clusters.
    pub clusters: Option<usize>,
    /// Registries.
    pub registries: Option<usize>,
    /// Repositories of the registry.
    pub repositories: Option<usize>,
    /// Tags of one of those, `shop/history`.
    pub tags: Option<usize>,
}

impl WorldPart {
    pub(super) fn and(self, later: Self) -> Self {
        Self {
            cloud: later.cloud.or(self.cloud),
            same_tenant: later.same_tenant.or(self.same_tenant),
            cluster_identity: later.cluster_identity.or(self.cluster_identity),
            cluster: self.cluster.and(later.cluster),
            registry: self.registry.and(later.registry),
            operator_a: self.operator_a.and(later.operator_a),
            operator_b: self.operator_b.and(later.operator_b),
            old_principal_roles: later.old_principal_roles.or(self.old_principal_roles),
            old_principal_graph_roles: later.old_principal_graph_roles.or(self.old_principal_graph_roles),
            old_principal_groups: later.old_principal_groups.or(self.old_principal_groups),
            group_roles: later.group_roles.or(self.group_roles),
            kubelet_roles: later.kubelet_roles.or(self.kubelet_roles),
            kubelet_groups: later.kubelet_groups.or(self.kubelet_groups),
            kubelet_group_roles: later.kubelet_group_roles.or(self.kubelet_group_roles),
            guest: self.guest.and(later.guest),
            machine_identity: later.machine_identity.or(self.machine_identity),
            machine_in_b: later.machine_in_b.or(self.machine_in_b),
            machine_registry_audience: later.machine_registry_audience.or(self.machine_registry_audience),
            policies_a: self.policies_a.and(later.policies_a),
            policies_b: self.policies_b.and(later.policies_b),
            many: ManyPart {
                subscriptions: later.many.subscriptions.or(self.many.subscriptions),
                subscriptions_in_a: later.many.subscriptions_in_a.or(self.many.subscriptions_in_a),
                operator_a_roles: later.many.operator_a_roles.or(self.many.operator_a_roles),
                clusters: later.many.clusters.or(self.many.clusters),
                registries: later.many.registries.or(self.many.registries),
                repositories: later.many.repositories.or(self.many.repositories),
                tags: later.many.tags.or(self.many.tags),
            },
            deny_assignments: self.deny_assignments.into_iter().chain(later.deny_assignments).collect(),
            vaults: self.vaults.into_iter().chain(later.vaults).collect(),
            apps_a: self.apps_a.into_iter().chain(later.apps_a).collect(),
            locks: self.locks.into_iter().chain(later.locks).collect(),
            access: self.access.and(later.access),
            page: later.page.or(self.page),
        }
    }

    /// Returns the identity of the cluster and its nodes.
    #[must_use]
    pub fn identity_of_cluster(&self) -> IdentityPart {
        self.cluster_identity.or(self.cluster.identity).unwrap_or(IdentityPart::ServicePrincipal)
    }

    /// Checks what serde cannot.
    pub(super) fn check(&self) -> Result<(), ScenarioError> {
        one_of("world.cloud", self.cloud.as_deref(), &["public", "china", "usgov"])?;
        one_of("world.cluster.power_state", self.cluster.power_state.as_deref(), &["Running", "Stopped"])?;
        one_of("world.registry.sku", self.registry.sku.as_deref(), &["Basic", "Standard", "Premium"])?;
        one_of(
            "world.registry.role_assignment_mode",
            self.registry.role_assignment_mode.as_deref(),
            &["LegacyRegistryPermissions", "AbacRepositoryPermissions"],
        )?;
        for part in self.cluster.workloads.iter().flatten() {
            one_of("world.cluster.workloads.namespace", Some(&part.namespace), &NAMESPACES)?;
        }
        for part in self.cluster.pull_secrets.iter().flatten() {
            one_of("world.cluster.pull_secrets.namespace", Some(&part.namespace), &NAMESPACES)?;
        }
        for namespace in self.cluster.no_secrets_in.iter().flatten() {
            one_of("world.cluster.no_secrets_in", Some(namespace), &NAMESPACES)?;
        }
        if self.page == Some(0) {
            return Err(ScenarioError::Malformed("`world.page` is 0; it must be 1 or more".to_owned()));
        }
        self.apps_a.iter().try_for_each(AppPart::check)?;
        self.vaults.iter().try_for_each(VaultPart::check)?;
        self.many.check()?;
        self.check_roles()
    }

    fn check_roles(&self) -> Result<(), ScenarioError> {
        let parts = [
            &self.operator_a.roles,
            &self.operator_a.eligible,
            &self.operator_b.roles,
            &self.operator_b.eligible,
            &self.guest.roles,
            &self.old_principal_roles,
            &self.group_roles,
            &self.kubelet_roles,
            &self.kubelet_group_roles,
        ];
        let named = parts.into_iter().flatten().flatten().map(|part| &part.role);
        let named = named.chain(self.access.roles.iter().map(|part| &part.role));
        let many = self.many.operator_a_roles.iter().flat_map(BTreeMap::values).flatten();
        let mut named = named.chain(self.operator_a.hub_roles.iter().flatten()).chain(many);
        if let Some(role) = named.find(|role| roles::by_name(role).is_none()) {
            return Err(ScenarioError::Malformed(format!("`role` names '{role}', which is no built-in role")));
        }
        let people = [&self.operator_a.directory_roles, &self.operator_b.directory_roles, &self.guest.directory_roles];
        let mut named = people.into_iter().flatten().flatten();
        if let Some(role) = named.find(|role| role_template(role).is_none()) {
            let text = format!("`directory_roles` names '{role}', which is no directory role that is known here");
            return Err(ScenarioError::Malformed(text));
        }
        let b = &self.operator_b;
        let hub = b.roles.iter().flatten().any(|part| part.on.is_elsewhere_in_a());
        if hub || b.hub_roles.is_some() || b.owns_cluster_app.is_some() {
            let text = "`world.operator_b` has nothing to do with other subscriptions of tenant A, the hub's network and the cluster's application";
            return Err(ScenarioError::Malformed(text.to_owned()));
        }
        Ok(())
    }
}

impl ManyPart {
    /// Returns the roles that the operator of tenant A has on one of its numbered subscriptions, where a scenario says
    /// so.
    #[must_use]
    pub fn roles_in(&self, n: usize) -> Option<&[String]> {
        self.operator_a_roles.as_ref()?.get(&n.to_string()).map(Vec::as_slice)
    }

    /// Checks what serde cannot.
    fn check(&self) -> Result<(), ScenarioError> {
        let unknown = |name: &&String| name.parse::<usize>().map_or(true, |n| n < 3 || n.to_string() != **name);
        match self.operator_a_roles.iter().flat_map(BTreeMap::keys).find(unknown) {
            Some(name) => Err(ScenarioError::Malformed(format!(
                "`world.many.operator_a_roles` names '{name}'; it must be the number of a subscription, from 3 on"
            ))),
            None => Ok(()),
        }
    }
}

impl ClusterPart {
    fn and(self, later: Self) -> Self {
        Self {
            identity: later.identity.or(self.identity),
            provisioning_state: later.provisioning_state.or(self.provisioning_state),
            power_state: later.power_state.or(self.power_state),
            nodes: later.nodes.or(self.nodes),
            images: later.images.or(self.images),
            free_vcpus: later.free_vcpus.or(self.free_vcpus),
            kubernetes: later.kubernetes.or(self.kubernetes),
            entra: later.entra.or(self.entra),
            network: later.network.or(self.network),
            disable_local_accounts: later.disable_local_accounts.or(self.disable_local_accounts),
            no_secrets_in: later.no_secrets_in.or(self.no_secrets_in),
            pull_secrets: later.pull_secrets.or(self.pull_secrets),
            workloads: later.workloads.or(self.workloads),
            secret_ends_in_days: later.secret_ends_in_days.or(self.secret_ends_in_days),
            more_secrets: later.more_secrets.or(self.more_secrets),
            subscription_state: later.subscription_state.or(self.subscription_state),
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
            windows: later.windows.or(self.windows),
            subscription_state: later.subscription_state.or(self.subscription_state),
        }
    }
}
