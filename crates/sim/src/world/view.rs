//! The world as `/_sim/world` shows it: names as in Azure's own JSON, never a secret's value.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    Application, Certificate, Cluster, Directory, EntraProfile, Group, Lock, Registry, RegistryPull, RegistryToken,
    RoleAssignment, ServicePrincipal, Stored, User, Vault, World, pull_secret,
};
use crate::roles as azure_roles;

/// Returns the world as JSON.
#[must_use]
pub fn of(world: &World) -> Value {
    let tenant = |id| world.directory(id).map(directory);
    json!({
        "cloud": world.names.short,
        "tenants": { "a": tenant(world.a), "b": tenant(world.b) },
        "roleAssignments": world.role_assignments.iter().map(role_assignment).collect::<Vec<_>>(),
        "locks": world.locks.iter().map(lock).collect::<Vec<_>>(),
        "clusters": world.clusters.iter().map(|found| cluster(world, found)).collect::<Vec<_>>(),
        "vaults": world.vaults.iter().map(vault).collect::<Vec<_>>(),
        "registries": world.registries.iter().map(registry).collect::<Vec<_>>(),
    })
}

fn directory(directory: &Directory) -> Value {
    json!({
        "id": directory.id,
        "displayName": directory.display_name,
        "domains": directory.domains,
        "applications": directory.applications.iter().map(application).collect::<Vec<_>>(),
        "groups": directory.groups.iter().map(group).collect::<Vec<_>>(),
        "users": directory.users.iter().map(user).collect::<Vec<_>>(),
        "servicePrincipals": directory.service_principals.iter().map(principal).collect::<Vec<_>>(),
    })
}

fn application(application: &Application) -> Value {
    let passwords: Vec<Value> = application
        .passwords
        .iter()
        .map(|password| json!({ "keyId": password.key_id, "displayName": password.display_name, "endDateTime": password.end }))
        .collect();
    let certificate = |found: &Certificate| json!({ "keyId": found.key_id, "displayName": found.display_name, "endDateTime": found.end });
    json!({
        "id": application.id,
        "appId": application.app_id,
        "displayName": application.display_name,
        "createdDateTime": application.created,
        "tags": application.extra.get("tags").cloned().unwrap_or_else(|| json!([])),
        "owners": application.owners,
        "keyCredentials": application.certificates.iter().map(certificate).collect::<Vec<_>>(),
        "signInAudience": application.sign_in_audience,
        "web": { "redirectUris": application.redirect_uris },
        "passwordCredentials": passwords,
    })
}

fn group(group: &Group) -> Value {
    json!({ "id": group.id, "displayName": group.display_name, "members": group.members, "owners": group.owners })
}

fn user(user: &User) -> Value {
    json!({ "id": user.id, "userPrincipalName": user.user_principal_name, "account": user.account, "displayName": user.display_name })
}

fn principal(principal: &ServicePrincipal) -> Value {
    json!({
        "id": principal.id,
        "appId": principal.app_id,
        "displayName": principal.display_name,
        "owners": principal.owners,
    })
}

fn vault(vault: &Vault) -> Value {
    let policies: Vec<Value> = vault.policies.iter().map(|id| json!({ "objectId": id })).collect();
    json!({ "id": vault.id, "enableRbacAuthorization": vault.rbac, "accessPolicies": policies })
}

fn lock(lock: &Lock) -> Value {
    json!({ "name": lock.name, "scope": lock.scope, "level": lock.level, "notes": lock.notes })
}

fn role_assignment(assignment: &RoleAssignment) -> Value {
    json!({
        "id": format!("{}/providers/Microsoft.Authorization/roleAssignments/{}", assignment.scope, assignment.name),
        "scope": assignment.scope,
        "principalId": assignment.principal_id,
        "principalType": assignment.principal_type,
        "roleName": azure_roles::by_id(&assignment.role).map(|role| role.name),
        "condition": assignment.condition,
    })
}

fn cluster(world: &World, cluster: &Cluster) -> Value {
    let nodes: Vec<Value> = cluster
        .nodes
        .iter()
        .map(|node| {
            let state = |pulled| if pulled { "Pulled" } else { "ImagePullBackOff" };
            let pulls = node
                .pulls
                .iter()
                .map(|pull| json!({ "image": pull.image, "state": state(pull.pulled), "reason": pull.reason }));
            json!({ "name": node.name, "pulls": pulls.collect::<Vec<_>>() })
        })
        .collect();
    json!({
        "id": cluster.id,
        "tenantId": cluster.tenant,
        "clientId": cluster.identity.profile_client_id(),
        "identity": {
            "kind": cluster.identity.word(),
            "kubelet": { "objectId": world.puller_of(cluster), "clientId": cluster.identity.pulls_as() },
        },
        "provisioningState": cluster.provisioning_state,
        "powerState": cluster.power_state,
        "resets": cluster.resets,
        "nodes": nodes,
        "aadProfile": cluster.entra.as_ref().map(entra),
        "disableLocalAccounts": cluster.disable_local_accounts,
        "clusterRoles": roles(cluster, "clusterroles", ""),
        "clusterRoleBindings": bindings(cluster, "clusterrolebindings", ""),
        "namespaces": namespaces(cluster),
    })
}

fn entra(profile: &EntraProfile) -> Value {
    json!({ "managed": true, "enableAzureRBAC": profile.azure_rbac, "adminGroupObjectIDs": profile.admin_groups })
}

fn namespaces(cluster: &Cluster) -> Map<String, Value> {
    let all = cluster.namespaces.keys().map(|name| {
        let secrets = cluster.kubernetes.of("secrets", name).map(secret);
        let accounts = cluster.kubernetes.of("serviceaccounts", name).map(|account| {
            let named = account.object.get("imagePullSecrets").and_then(Value::as_array).into_iter().flatten();
            let secrets: Vec<&Value> = named.filter_map(|secret| secret.get("name")).collect();
            json!({ "name": account.name(), "imagePullSecrets": secrets })
        });
        let shown = json!({
            "secrets": secrets.collect::<Vec<_>>(),
            "serviceAccounts": accounts.collect::<Vec<_>>(),
            "roles": roles(cluster, "roles", name),
            "roleBindings": bindings(cluster, "rolebindings", name),
            "pods": cluster.kubernetes.of("pods", name).map(pod).collect::<Vec<_>>(),
        });
        (name.clone(), shown)
    });
    all.collect()
}

/// Returns what was made beside the standard roles or bindings.
fn made<'c>(cluster: &'c Cluster, plural: &'static str, namespace: &'c str) -> impl Iterator<Item = &'c Stored> {
    let is_standard = |found: &Stored| {
        found
            .object
            .pointer("/metadata/labels/kubernetes.io~1bootstrapping")
            .is_some_and(|label| label == "rbac-defaults")
    };
    cluster.kubernetes.of(plural, namespace).filter(move |found| !is_standard(found))
}

fn roles(cluster: &Cluster, plural: &'static str, namespace: &str) -> Vec<Value> {
    made(cluster, plural, namespace)
        .map(|role| json!({ "name": role.name(), "rules": role.object.get("rules") }))
        .collect()
}

/// Returns bindings, each with its role and its subjects as `kind name` or `kind namespace/name`.
fn bindings(cluster: &Cluster, plural: &'static str, namespace: &str) -> Vec<Value> {
    let shown = made(cluster, plural, namespace).map(|binding| {
        let subjects = binding.object.get("subjects").and_then(Value::as_array).into_iter().flatten();
        let subjects = subjects.map(|subject| {
            let text = |member: &str| subject.get(member).and_then(Value::as_str).unwrap_or_default();
            let space = if text("namespace").is_empty() { "" } else { "/" };
            format!("{} {}{space}{}", text("kind"), text("namespace"), text("name"))
        });
        let role = format!("{} {}", binding.text("/roleRef/kind"), binding.text("/roleRef/name"));
        json!({ "name": binding.name(), "role": role, "subjects": subjects.collect::<Vec<_>>() })
    });
    shown.collect()
}

/// Returns a secret without its values: the registries that it is for, and who manages its fields.
fn secret(secret: &Stored) -> Value {
    let mut managers: Vec<&str> = secret
        .object
        .pointer("/metadata/managedFields")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.get("manager")?.as_str())
        .collect();
    managers.dedup();
    let servers: Vec<String> = pull_secret::logins(&secret.object).into_iter().map(|login| login.server).collect();
    json!({ "name": secret.name(), "type": secret.text("/type"), "servers": servers, "managers": managers })
}

/// Returns a pod by its first container.
fn pod(pod: &Stored) -> Value {
    let status = pod.object.pointer("/status/containerStatuses/0");
    let state = status.and_then(|status| status.get("state")).and_then(Value::as_object);
    let (state, detail) = state.and_then(|state| state.iter().next()).unzip();
    json!({
        "name": pod.name(),
        "phase": pod.text("/status/phase"),
        "image": pod.text("/spec/containers/0/image"),
        "state": state,
        "reason": detail.and_then(|detail| detail.get("reason")),
    })
}

/// Returns the names of the repositories, of those that were pushed too.
fn repositories(registry: &Registry) -> BTreeSet<&str> {
    let pushed = registry.pushes.iter().map(|push| push.repository.as_str());
    registry.repositories.keys().map(String::as_str).chain(pushed).collect()
}

fn pull(pull: &RegistryPull) -> Value {
    json!({ "repository": pull.repository, "by": pull.by })
}

/// Returns a token without its passwords' values.
fn token(token: &RegistryToken) -> Value {
    let passwords = token.passwords.iter();
    let passwords = passwords.map(|(name, password)| json!({ "name": name, "expiry": password.expiry }));
    json!({
        "name": token.name,
        "scopeMap": token.scope_map_id.rsplit('/').next(),
        "scopeMapId": token.scope_map_id,
        "status": token.status,
        "passwords": passwords.collect::<Vec<_>>(),
    })
}

fn registry(registry: &Registry) -> Value {
    json!({
        "id": registry.id,
        "loginServer": registry.login_server,
        "roleAssignmentMode": registry.role_assignment_mode,
        "adminUserEnabled": registry.admin_user_enabled,
        "repositories": repositories(registry),
        "publicNetworkAccess": if registry.firewalled { "Disabled" } else { "Enabled" },
        "tokens": registry.tokens.iter().map(token).collect::<Vec<_>>(),
        "scopeMaps": registry.scope_maps.iter().map(|map| json!({ "name": map.name, "actions": map.actions })).collect::<Vec<_>>(),
        "pulls": registry.pulls.iter().map(pull).collect::<Vec<_>>(),
        "pushes": registry.pushes.iter().map(pull).collect::<Vec<_>>(),
    })
}
