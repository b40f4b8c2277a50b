//! Replies of Azure Resource Manager.

use std::collections::BTreeMap;

use crosspull_core::ids::{AppId, ObjectId, TenantId};
use crosspull_core::rights::PermissionSet;
use crosspull_core::secret::Secret;
use serde::Deserialize;

use super::network::{AddonProfile, NetworkProfile};
use super::secret;

/// A subscription.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// The id.
    pub subscription_id: uuid::Uuid,
    /// The name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// `Enabled`, `Warned`, `PastDue`, `Disabled` or `Deleted`.
    #[serde(default)]
    pub state: Option<String>,
}

/// A management lock (contract: `ManagementLockObject`).
#[derive(Debug, Clone, Deserialize)]
pub struct ManagementLock {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The properties.
    pub properties: ManagementLockProperties,
}

/// The properties of a lock.
#[derive(Debug, Clone, Deserialize)]
pub struct ManagementLockProperties {
    /// `ReadOnly` or `CanNotDelete`.
    pub level: String,
    /// The notes of whoever set it.
    #[serde(default)]
    pub notes: Option<String>,
}

/// A tenant that the operator is in.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tenant {
    /// The id.
    pub tenant_id: TenantId,
    /// The name, where the operator may read it.
    #[serde(default)]
    pub display_name: Option<String>,
    /// The default domain, where the operator may read it.
    #[serde(default)]
    pub default_domain: Option<String>,
}

/// A page of what Resource Graph found.
#[derive(Debug, Deserialize)]
pub struct GraphPage<T> {
    /// The page's rows.
    pub data: Vec<T>,
    /// The mark by which the next page is asked for.
    #[serde(default, rename = "$skipToken")]
    pub next: Option<String>,
}

/// A Key Vault.
#[derive(Debug, Clone, Deserialize)]
pub struct KeyVault {
    /// The name.
    pub name: String,
    /// The properties.
    pub properties: KeyVaultProperties,
}

impl KeyVault {
    /// True where an access policy lets a principal in.
    #[must_use]
    pub fn lets_in(&self, principal: ObjectId) -> bool {
        let heeded = !self.properties.enable_rbac_authorization.unwrap_or_default();
        let names = |policy: &AccessPolicy| policy.object_id.eq_ignore_ascii_case(&principal.to_string());
        heeded && self.properties.access_policies.iter().flatten().any(names)
    }
}

/// A Key Vault's properties.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KeyVaultProperties {
    /// The access policies: who may do what with the vault.
    pub access_policies: Option<Vec<AccessPolicy>>,
    /// True where roles count in place of access policies.
    pub enable_rbac_authorization: Option<bool>,
}

/// An access policy: who may do something with a Key Vault.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessPolicy {
    /// The object id of who may; a text, since vaults keep whatever was written.
    #[serde(default)]
    pub object_id: String,
}

/// A cluster or a registry in a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The region.
    #[serde(default)]
    pub location: Option<String>,
    /// A cluster's Kubernetes version, a registry's tier.
    #[serde(default)]
    pub kind: Option<String>,
    /// A registry's host.
    #[serde(default)]
    pub login_server: Option<String>,
}

/// The use of a region's quota of one kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// The amount in use.
    pub current_value: u64,
    /// The amount that there is.
    pub limit: u64,
    /// The kind of quota.
    pub name: UsageName,
}

/// The kind of a quota.
#[derive(Debug, Clone, Deserialize)]
pub struct UsageName {
    /// The name of the kind, such as `cores`.
    pub value: String,
}

/// The credentials of a cluster's users.
#[derive(Debug, Deserialize)]
pub struct ClusterCredentials {
    /// The kubeconfigs.
    pub kubeconfigs: Vec<KubeconfigBlob>,
}

/// A kubeconfig.
#[derive(Debug, Deserialize)]
pub struct KubeconfigBlob {
    /// The text, which holds keys and is sent in base64.
    #[serde(deserialize_with = "secret::secret_of_base64")]
    pub value: Secret,
}

/// A cluster.
#[derive(Debug, Clone, Deserialize)]
pub struct Cluster {
    /// The region.
    #[serde(default)]
    pub location: String,
    /// The managed identity. `None` for a cluster with a service principal.
    #[serde(default)]
    pub identity: Option<ManagedIdentity>,
    /// The properties.
    pub properties: ClusterProperties,
}

/// A cluster's managed identity (contract: `ManagedClusterIdentity`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ManagedIdentity {
    /// `SystemAssigned`, `UserAssigned` or `None`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The object id of one that the system assigned.
    pub principal_id: Option<String>,
    /// Those that users assigned, by resource id.
    pub user_assigned_identities: BTreeMap<String, UserAssignedIdentity>,
}

/// A managed identity that somebody assigned (contract: `ManagedServiceIdentityUserAssignedIdentitiesValue`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct UserAssignedIdentity {
    /// The object id.
    pub principal_id: Option<String>,
}

impl ManagedIdentity {
    /// Returns the object id of the identity that the cluster works by.
    #[must_use]
    pub fn object(&self) -> Option<ObjectId> {
        let assigned = self.user_assigned_identities.values().next().and_then(|one| one.principal_id.as_deref());
        assigned.or(self.principal_id.as_deref())?.parse().ok()
    }
}

/// A cluster's properties.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClusterProperties {
    /// `Succeeded`, `Updating`, `Failed`…
    pub provisioning_state: Option<String>,
    /// The power state.
    pub power_state: Option<PowerState>,
    /// The service principal.
    pub service_principal_profile: Option<ServicePrincipalProfile>,
    /// The identities that are used in the cluster, by their role there.
    pub identity_profile: BTreeMap<String, IdentityInCluster>,
    /// The node pools.
    pub agent_pool_profiles: Option<Vec<AgentPool>>,
    /// The name of the resource group of the nodes.
    pub node_resource_group: Option<String>,
    /// The host of the Kubernetes API.
    pub fqdn: Option<String>,
    /// The host of the Kubernetes API within the cluster's network.
    #[serde(rename = "privateFQDN")]
    pub private_fqdn: Option<String>,
    /// How Entra signs people in to the Kubernetes API. `None` where it signs nobody in.
    pub aad_profile: Option<AadProfile>,
    /// True where there are no local accounts.
    pub disable_local_accounts: Option<bool>,
    /// The addresses and networks that reach the Kubernetes API.
    pub api_server_access_profile: Option<ApiServerAccessProfile>,
    /// The network.
    pub network_profile: Option<NetworkProfile>,
    /// The disk encryption set, by id.
    #[serde(rename = "diskEncryptionSetID")]
    pub disk_encryption_set: Option<String>,
    /// The additions, by name.
    pub addon_profiles: Option<BTreeMap<String, AddonProfile>>,
}

/// The way in which Entra signs people in to a cluster (contract: `ManagedClusterAADProfile`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AadProfile {
    /// True where Azure's roles decide what may be done there.
    #[serde(rename = "enableAzureRBAC")]
    pub enable_azure_rbac: Option<bool>,
    /// The groups of administrators, by object id.
    #[serde(rename = "adminGroupObjectIDs")]
    pub admin_groups: Option<Vec<String>>,
}

/// The addresses and networks that reach a cluster's Kubernetes API (contract: `ManagedClusterAPIServerAccessProfile`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ApiServerAccessProfile {
    /// The addresses that are let in, as ranges. Everybody where there are none.
    #[serde(rename = "authorizedIPRanges")]
    pub authorized_ip_ranges: Option<Vec<String>>,
    /// True where the API is in the cluster's network alone.
    pub enable_private_cluster: Option<bool>,
    /// True where Azure runs no commands in the cluster.
    pub disable_run_command: Option<bool>,
    /// The private DNS zone, by id; `system` or `none`.
    #[serde(rename = "privateDNSZone")]
    pub private_dns_zone: Option<String>,
    /// The subnet of the API server, by id.
    pub subnet_id: Option<String>,
}

impl ClusterProperties {
    /// Returns the object id and the name of the identity that the nodes pull with, where the cluster tells one.
    #[must_use]
    pub fn kubelet_identity(&self) -> Option<(ObjectId, &str)> {
        let (_, identity) =
            self.identity_profile.iter().find(|(role, _)| role.eq_ignore_ascii_case("kubeletidentity"))?;
        let name = identity.resource_id.as_deref().and_then(|id| id.rsplit('/').next()).unwrap_or("kubelet identity");
        Some((identity.object_id?, name))
    }

    /// Returns the app that the cluster uses. `None` for a managed identity (`docs/facts/azure.md` 0.1).
    #[must_use]
    pub fn client_id(&self) -> Option<AppId> {
        self.service_principal_profile.as_ref()?.client_id.parse().ok()
    }

    /// True where the cluster uses that app and its last operation ended well.
    #[must_use]
    pub fn uses(&self, app: AppId) -> bool {
        self.client_id() == Some(app) && self.provisioning_state.as_deref() == Some("Succeeded")
    }
}

/// A managed identity that a cluster uses (contract: `UserAssignedIdentity`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct IdentityInCluster {
    /// The id of the identity's resource.
    pub resource_id: Option<String>,
    /// The object id of the identity's service principal.
    pub object_id: Option<ObjectId>,
}

/// The power state of a cluster.
#[derive(Debug, Clone, Deserialize)]
pub struct PowerState {
    /// `Running` or `Stopped`.
    pub code: Option<String>,
}

/// A cluster's service principal.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePrincipalProfile {
    /// The app's id, or `msi` where a managed identity is used.
    pub client_id: String,
}

/// A node pool.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AgentPool {
    /// The number of nodes.
    pub count: Option<u32>,
    /// The subnet of the nodes, by id.
    #[serde(rename = "vnetSubnetID")]
    pub vnet_subnet_id: Option<String>,
    /// The subnet of the pods, by id.
    #[serde(rename = "podSubnetID")]
    pub pod_subnet_id: Option<String>,
    /// The proximity placement group, by id.
    #[serde(rename = "proximityPlacementGroupID")]
    pub proximity_placement_group_id: Option<String>,
}

/// A registry.
#[derive(Debug, Clone, Deserialize)]
pub struct Registry {
    /// The properties.
    pub properties: RegistryProperties,
}

/// A registry's properties.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RegistryProperties {
    /// The host.
    pub login_server: Option<String>,
    /// `LegacyRegistryPermissions` or `AbacRepositoryPermissions`.
    pub role_assignment_mode: Option<String>,
    /// True where the admin account may sign in.
    pub admin_user_enabled: bool,
    /// `Enabled`, `Disabled` or `SecuredByPerimeter`.
    pub public_network_access: Option<String>,
}

/// A role assignment.
#[derive(Debug, Clone, Deserialize)]
pub struct Assignment {
    /// The id.
    pub id: String,
    /// The properties.
    pub properties: AssignmentProperties,
}

impl Assignment {
    /// Returns the scope in which it holds: the one that it names, else the one in its id.
    #[must_use]
    pub fn scope(&self) -> String {
        let of_id = || {
            let lower = self.id.to_ascii_lowercase();
            let end = lower.find("/providers/microsoft.authorization/roleassignments/").unwrap_or(self.id.len());
            self.id.get(..end).filter(|scope| !scope.is_empty()).unwrap_or("/").to_owned()
        };
        self.properties.scope.clone().filter(|scope| !scope.is_empty()).unwrap_or_else(of_id)
    }
}

/// A role assignment's properties.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssignmentProperties {
    /// The id of the role definition.
    pub role_definition_id: String,
    /// The scope in which the assignment holds.
    #[serde(default)]
    pub scope: Option<String>,
    /// The object id of the principal that has the role.
    pub principal_id: ObjectId,
    /// The kind of that principal.
    #[serde(default)]
    pub principal_type: Option<String>,
    /// The condition, where the assignment does not hold for all that the role says.
    #[serde(default)]
    pub condition: Option<String>,
    /// The version of the condition's language.
    #[serde(default)]
    pub condition_version: Option<String>,
    /// The description.
    #[serde(default)]
    pub description: Option<String>,
}

impl AssignmentProperties {
    /// True where the condition is of the one language that there is (contract of role assignments,
    /// `conditionVersion`).
    #[must_use]
    pub fn has_known_language(&self) -> bool {
        self.condition_version.as_deref().is_none_or(|version| version == "2.0")
    }
}

/// A role that its holder may activate.
#[derive(Debug, Clone, Deserialize)]
pub struct EligibleRole {
    /// The properties.
    pub properties: EligibleRoleProperties,
}

/// The properties of a role that its holder may activate (Microsoft's SDK, `RoleEligibilityScheduleInstance`).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EligibleRoleProperties {
    /// The id of the role definition.
    pub role_definition_id: String,
    /// The scope in which the role may be activated.
    pub scope: String,
    /// The time from which it may be activated.
    #[serde(default)]
    pub start_date_time: Option<jiff::Timestamp>,
    /// The time until which it may be activated.
    #[serde(default)]
    pub end_date_time: Option<jiff::Timestamp>,
    /// The condition that the role is held under once it is activated.
    #[serde(default)]
    pub condition: Option<String>,
    /// The version of the condition's language.
    #[serde(default)]
    pub condition_version: Option<String>,
}

/// A role definition.
#[derive(Debug, Clone, Deserialize)]
pub struct Definition {
    /// The properties.
    pub properties: DefinitionProperties,
}

/// A role definition's properties.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DefinitionProperties {
    /// The actions of the role.
    #[serde(default)]
    pub permissions: Vec<PermissionSet>,
    /// The name.
    pub role_name: String,
}

/// The progress of a long-running operation. `status` alone is judged: an `error` beside `InProgress` means nothing
/// (recording `aks_poll_error_object_while_running`).
#[derive(Debug, Deserialize)]
pub struct OperationStatus {
    /// `InProgress`, `Succeeded`, `Failed`, `Canceled`.
    pub status: String,
    /// The reason of a failure.
    #[serde(default)]
    pub error: Option<OperationError>,
}

/// The reason why an operation failed.
#[derive(Debug, Deserialize)]
pub struct OperationError {
    /// The code.
    #[serde(default)]
    pub code: Option<String>,
    /// The words.
    #[serde(default)]
    pub message: Option<String>,
}
