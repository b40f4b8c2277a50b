//! The shapes of things in Resource Manager: its own JSON names, its casing and the members that clients read.
//!
//! The shapes are those of `aks-shapes-2026-05-01.json` and `acr-registries-2023-07-01.json`, filled as in the recordings
//! `aks_sp_create_show`, `aks_msi_create_show`, `aks_disable_local_accounts`, `acr_managed_registry` and `acr_tokens_scope_maps`.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    names::CloudNames,
    world::{
        Cluster, ClusterIdentity, ManagedIdentity, ManagedKind, Registry, RegistryPassword, RegistryToken, ScopeMap,
        Subscription, Vault,
    },
};

/// Returns a date as Azure's services write it: seven decimals of a second.
#[must_use]
pub fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.7fZ").to_string()
}

/// Returns a subscription, as `GET /subscriptions` lists it.
#[must_use]
pub fn subscription(subscription: &Subscription) -> Value {
    json!({
        "id": format!("/subscriptions/{}", subscription.id),
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription.id,
        "tenantId": subscription.tenant,
        "displayName": subscription.display_name,
        "state": subscription.state,
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    })
}

/// Returns a cluster. Its provider writes `resourcegroups` and `ManagedClusters` in its own casing.
#[must_use]
pub fn cluster(cluster: &Cluster) -> Value {
    let mut properties = json!({
        "provisioningState": cluster.provisioning_state,
        "powerState": {"code": cluster.power_state},
        "kubernetesVersion": cluster.kubernetes_version,
        "currentKubernetesVersion": cluster.kubernetes_version,
        "dnsPrefix": format!("{}-dns", cluster.name),
        "fqdn": fully_qualified_name(cluster),
        "azurePortalFQDN": fully_qualified_name(cluster).replacen(".hcp.", ".portal.hcp.", 1),
        "agentPoolProfiles": [agent_pool_properties(cluster, true)],
        "servicePrincipalProfile": {"clientId": cluster.identity.profile_client_id()},
        "nodeResourceGroup": cluster.node_resource_group,
        "enableRBAC": true,
        "supportPlan": "KubernetesOfficial",
        "networkProfile": {
            "networkPlugin": "azure",
            "loadBalancerSku": "standard",
            "serviceCidr": "10.0.0.0/16",
            "dnsServiceIP": "10.0.0.10",
            "outboundType": if cluster.network.own_routes { "userDefinedRouting" } else { "loadBalancer" },
            "serviceCidrs": ["10.0.0.0/16"],
            "ipFamilies": ["IPv4"],
        },
        "maxAgentPools": 100,
        "disableLocalAccounts": cluster.disable_local_accounts,
        "securityProfile": {},
        "storageProfile": {
            "diskCSIDriver": {"enabled": true},
            "fileCSIDriver": {"enabled": true},
            "snapshotController": {"enabled": true},
        },
        "oidcIssuerProfile": {"enabled": true, "issuerURL": cluster.issuer},
        "workloadAutoScalerProfile": {},
    });
    let mut shown = json!({
        "id": cased_cluster_id(cluster),
        "location": cluster.location,
        "name": cluster.name,
        "type": "Microsoft.ContainerService/ManagedClusters",
        "sku": {"name": "Base", "tier": "Free"},
    });
    if let ClusterIdentity::Managed(managed) = &cluster.identity {
        shown["identity"] = identity(cluster, managed);
        properties["identityProfile"] = json!({"kubeletidentity": {
            "resourceId": managed.kubelet.resource_id,
            "clientId": managed.kubelet.client_id,
            "objectId": managed.kubelet.object_id,
        }});
    }
    if let Some(zone) = &cluster.network.private_zone {
        properties["apiServerAccessProfile"] = json!({"enablePrivateCluster": true, "privateDNSZone": zone});
    }
    if let Some(profile) = &cluster.entra {
        properties["aadProfile"] = json!({
            "managed": true,
            "adminGroupObjectIDs": profile.admin_groups,
            "adminUsers": null,
            "enableAzureRBAC": profile.azure_rbac,
            "tenantID": cluster.tenant,
        });
    }
    shown["properties"] = properties;
    shown
}

/// Returns `identity` of a cluster with a managed identity (`aks_msi_create_show`;
/// `aks-managedclusters-2024-09-01.json`).
fn identity(cluster: &Cluster, managed: &ManagedIdentity) -> Value {
    match &managed.kind {
        ManagedKind::SystemAssigned => {
            json!({"type": "SystemAssigned", "principalId": managed.principal_id, "tenantId": cluster.tenant})
        }
        ManagedKind::UserAssigned { resource_id, client_id } => {
            let ids = json!({"principalId": managed.principal_id, "clientId": client_id});
            json!({"type": "UserAssigned", "userAssignedIdentities": {resource_id: ids}})
        }
    }
}

/// Returns the only agent pool of a cluster, as a resource of its own.
#[must_use]
pub fn agent_pool(cluster: &Cluster) -> Value {
    json!({
        "id": format!("{}/agentPools/nodepool1", cased_cluster_id(cluster)),
        "name": "nodepool1",
        "type": "Microsoft.ContainerService/managedClusters/agentPools",
        "properties": agent_pool_properties(cluster, false),
    })
}

fn agent_pool_properties(cluster: &Cluster, named: bool) -> Value {
    let mut pool = json!({
        "count": cluster.nodes.len(),
        "vmSize": "Standard_DS2_v2",
        "osDiskSizeGB": 128,
        "osDiskType": "Managed",
        "kubeletDiskType": "OS",
        "maxPods": 110,
        "type": "VirtualMachineScaleSets",
        "enableAutoScaling": false,
        "provisioningState": cluster.provisioning_state,
        "powerState": {"code": cluster.power_state},
        "orchestratorVersion": cluster.kubernetes_version,
        "currentOrchestratorVersion": cluster.kubernetes_version,
        "enableNodePublicIP": false,
        "mode": "System",
        "osType": "Linux",
        "osSKU": "Ubuntu",
        "upgradeSettings": {"maxSurge": "10%"},
        "enableFIPS": false,
    });
    if let Some(subnet) = &cluster.network.subnet {
        pool["vnetSubnetID"] = json!(subnet);
    }
    if named {
        pool["name"] = json!("nodepool1");
    }
    pool
}

/// Returns the host name of a cluster's Kubernetes API.
#[must_use]
pub fn fully_qualified_name(cluster: &Cluster) -> String {
    format!("{}-dns-a1b2c3d4.hcp.{}.azmk8s.io", cluster.name, cluster.location)
}

/// Returns the id of a cluster as its provider writes it.
fn cased_cluster_id(cluster: &Cluster) -> String {
    cluster.id.replacen("/resourceGroups/", "/resourcegroups/", 1)
}

/// Returns a registry.
#[must_use]
pub fn registry(registry: &Registry) -> Value {
    let (access, action) = if registry.firewalled { ("Disabled", "Deny") } else { ("Enabled", "Allow") };
    let arm_tokens = if registry.accepts_arm_tokens { "enabled" } else { "disabled" };
    json!({
        "sku": {"name": registry.sku, "tier": registry.sku},
        "type": "Microsoft.ContainerRegistry/registries",
        "id": registry.id,
        "name": registry.name,
        "location": registry.location,
        "tags": {},
        "properties": {
            "loginServer": registry.login_server,
            "creationDate": "2024-03-01T09:00:00.0000000Z",
            "provisioningState": "Succeeded",
            "adminUserEnabled": registry.admin_user_enabled,
            "networkRuleSet": {"defaultAction": action, "ipRules": []},
            "policies": {
                "quarantinePolicy": {"status": "disabled"},
                "trustPolicy": {"type": "Notary", "status": "disabled"},
                "retentionPolicy": {"days": 7, "lastUpdatedTime": "2024-03-01T09:00:00.0000000+00:00", "status": "disabled"},
                "exportPolicy": {"status": "enabled"},
                "azureADAuthenticationAsArmPolicy": {"status": arm_tokens},
                "softDeletePolicy": {"retentionDays": 7, "lastUpdatedTime": "2024-03-01T09:00:00.0000000+00:00", "status": "disabled"},
            },
            "encryption": {"status": "disabled"},
            "dataEndpointEnabled": false,
            "dataEndpointHostNames": [],
            "privateEndpointConnections": [],
            "publicNetworkAccess": access,
            "networkRuleBypassOptions": "AzureServices",
            "zoneRedundancy": "Disabled",
            "anonymousPullEnabled": false,
            "roleAssignmentMode": registry.role_assignment_mode,
        },
    })
}

/// Returns a Key Vault (Key Vault's REST reference, `Vault` and `AccessPolicyEntry`).
#[must_use]
pub fn vault(vault: &Vault, names: &CloudNames) -> Value {
    let policy = |object_id: &uuid::Uuid| {
        json!({
            "tenantId": vault.tenant,
            "objectId": object_id,
            "permissions": {"keys": [], "secrets": ["get", "list"], "certificates": []},
        })
    };
    json!({
        "id": vault.id,
        "name": vault.name,
        "type": "Microsoft.KeyVault/vaults",
        "location": vault.location,
        "tags": {},
        "properties": {
            "sku": {"family": "A", "name": "standard"},
            "tenantId": vault.tenant,
            "accessPolicies": vault.policies.iter().map(policy).collect::<Vec<_>>(),
            "enabledForDeployment": false,
            "enableSoftDelete": true,
            "softDeleteRetentionInDays": 90,
            "enableRbacAuthorization": vault.rbac,
            "vaultUri": format!("https://{}.{}/", vault.name, names.vault_suffix),
            "provisioningState": "Succeeded",
            "publicNetworkAccess": "Enabled",
        },
    })
}

/// Returns a scope map of the operator's.
#[must_use]
pub fn scope_map(registry: &Registry, map: &ScopeMap) -> Value {
    json!({
        "type": "Microsoft.ContainerRegistry/registries/scopeMaps",
        "id": format!("{}/scopeMaps/{}", registry.id, map.name),
        "name": map.name,
        "properties": {
            "description": map.description,
            "type": "UserDefined",
            "creationDate": time(map.created),
            "provisioningState": "Succeeded",
            "actions": map.actions,
        },
    })
}

/// Returns a scope map that every registry has.
#[must_use]
pub fn system_scope_map(registry: &Registry, (name, says, actions): (&str, &str, &[&str])) -> Value {
    json!({
        "type": "Microsoft.ContainerRegistry/registries/scopeMaps",
        "id": format!("{}/scopeMaps/{name}", registry.id),
        "name": name,
        "properties": {
            "description": says,
            "type": "SystemDefined",
            "creationDate": "2024-03-01T09:00:00.0000000+00:00",
            "provisioningState": "Succeeded",
            "actions": actions,
        },
    })
}

/// Returns a repository-scoped token; of its passwords only that they exist.
#[must_use]
pub fn token(registry: &Registry, token: &RegistryToken) -> Value {
    let passwords: Vec<Value> = token.passwords.iter().map(|(name, found)| password(name, found)).collect();
    json!({
        "type": "Microsoft.ContainerRegistry/registries/tokens",
        "id": format!("{}/tokens/{}", registry.id, token.name),
        "name": token.name,
        "properties": {
            "creationDate": time(token.created),
            "provisioningState": "Succeeded",
            "scopeMapId": token.scope_map_id,
            "credentials": {"certificates": [], "passwords": passwords},
            "status": token.status,
        },
    })
}

/// Returns a password of a token without its value.
#[must_use]
pub fn password(name: &str, password: &RegistryPassword) -> Value {
    let mut shown = json!({"creationTime": time(password.created), "name": name});
    if let Some(expiry) = password.expiry {
        shown["expiry"] = json!(time(expiry));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_seven_decimals() {
        let at: Timestamp = "2024-04-18T03:58:04.141894412Z".parse().expect("a date");
        assert_eq!(time(at), "2024-04-18T03:58:04.1418944Z");
        assert_eq!(time(Timestamp::UNIX_EPOCH), "1970-01-01T00:00:00.0000000Z");
    }
}
