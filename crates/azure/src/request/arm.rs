//! Requests to Azure Resource Manager: the cloud itself, clusters, registries, roles.

use crosspull_core::cloud::Endpoints;
use crosspull_core::event::Plane;
use crosspull_core::ids::{AppId, ClusterId, ObjectId, RegistryId};
use crosspull_core::input::ClusterCredential;
use crosspull_core::names::{Role, Side};
use crosspull_core::secret::Secret;
use http::Method;
use serde::Serialize;
use serde_json::json;
use url::Url;
use uuid::Uuid;

use super::{Audience, Auth, Repeat, Request, at};

/// The api-versions that the contracts describe. A registry's `roleAssignmentMode` exists since the second one.
const CLUSTERS: &str = "2024-09-01";
const REGISTRIES: &str = "2025-11-01";
/// A list needs nothing that is newer than the contract.
const LISTED_REGISTRIES: &str = "2023-07-01";
const AUTHORIZATION: &str = "2022-04-01";
/// No contract here describes locks; this is the version of theirs.
const LOCKS: &str = "2020-05-01";
/// No contract describes eligible roles; this is the version of their documentation and of Microsoft's SDKs.
const ELIGIBLE: &str = "2020-10-01";
const METADATA: &str = "2022-09-01";
const SUBSCRIPTIONS: &str = "2022-12-01";
const RESOURCE_GRAPH: &str = "2024-04-01";
/// No contract describes Key Vaults; this is the version of their documentation.
const VAULTS: &str = "2023-07-01";
/// No contract describes the quota of a region; this is the version of its documentation.
const COMPUTE: &str = "2024-07-01";

/// Reads the description of a cloud.
#[must_use]
pub fn metadata(arm: &Url) -> Request {
    Request::new(
        Plane::Arm,
        Side::A,
        Method::GET,
        at(arm, "/metadata/endpoints", &[("api-version", METADATA)]),
        Auth::None,
    )
}

pub(super) fn arm(endpoints: &Endpoints, side: Side, method: Method, path: &str, query: &[(&str, &str)]) -> Request {
    Request::new(Plane::Arm, side, method, at(&endpoints.arm, path, query), Auth::Operator(Audience::Arm))
}

/// Asks for one cluster.
#[must_use]
pub fn cluster(endpoints: &Endpoints, id: &ClusterId) -> Request {
    arm(endpoints, Side::A, Method::GET, &id.to_string(), &[("api-version", CLUSTERS)])
}

/// Asks for the credentials of a user of a cluster's Kubernetes API. A POST that reads.
#[must_use]
pub fn cluster_credentials(endpoints: &Endpoints, id: &ClusterId, of: ClusterCredential) -> Request {
    let path = match of {
        ClusterCredential::User => format!("{id}/listClusterUserCredential"),
        ClusterCredential::Admin => format!("{id}/listClusterAdminCredential"),
    };
    let mut request = arm(endpoints, Side::A, Method::POST, &path, &[("api-version", CLUSTERS)]);
    request.repeat = Repeat::Freely;
    request
}

/// Reads the use of a region's quota.
#[must_use]
pub fn usages(endpoints: &Endpoints, subscription: Uuid, location: &str) -> Request {
    let path = format!("/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/usages");
    arm(endpoints, Side::A, Method::GET, &path, &[("api-version", COMPUTE)])
}

/// Asks for the tenants that the operator is in.
#[must_use]
pub fn tenants(endpoints: &Endpoints, side: Side) -> Request {
    arm(endpoints, side, Method::GET, "/tenants", &[("api-version", SUBSCRIPTIONS)])
}

/// Asks for a page of what a query finds in all subscriptions (Resource Graph). A POST that reads.
#[must_use]
pub fn resources(endpoints: &Endpoints, side: Side, query: &str, after: Option<&str>) -> Request {
    let path = "/providers/Microsoft.ResourceGraph/resources";
    let mut options = json!({ "resultFormat": "objectArray", "$top": 1000 });
    if let (Some(after), Some(options)) = (after, options.as_object_mut()) {
        options.insert("$skipToken".to_owned(), after.into());
    }
    let body = json!({ "query": query, "options": options });
    let mut request = arm(endpoints, side, Method::POST, path, &[("api-version", RESOURCE_GRAPH)]).json(&body);
    request.repeat = Repeat::Freely;
    request
}

/// Asks for the clusters of a subscription.
#[must_use]
pub fn clusters_in(endpoints: &Endpoints, side: Side, subscription: Uuid) -> Request {
    let path = format!("/subscriptions/{subscription}/providers/Microsoft.ContainerService/managedClusters");
    arm(endpoints, side, Method::GET, &path, &[("api-version", CLUSTERS)])
}

/// Asks for the registries of a subscription.
#[must_use]
pub fn registries_in(endpoints: &Endpoints, side: Side, subscription: Uuid) -> Request {
    let path = format!("/subscriptions/{subscription}/providers/Microsoft.ContainerRegistry/registries");
    arm(endpoints, side, Method::GET, &path, &[("api-version", LISTED_REGISTRIES)])
}

/// Asks, as nobody, for a subscription: the refusal names its tenant (Azure Resource Manager's `WWW-Authenticate`).
#[must_use]
pub fn who_has_subscription(endpoints: &Endpoints, subscription: Uuid) -> Request {
    let path = format!("/subscriptions/{subscription}");
    let request = arm(endpoints, Side::B, Method::GET, &path, &[("api-version", SUBSCRIPTIONS)]);
    Request { auth: Auth::None, takes: &[401], ..request }
}

/// Asks for the subscriptions that the operator sees in a tenant.
#[must_use]
pub fn subscriptions(endpoints: &Endpoints, side: Side) -> Request {
    arm(endpoints, side, Method::GET, "/subscriptions", &[("api-version", SUBSCRIPTIONS)])
}

/// Asks for one subscription.
#[must_use]
pub fn subscription(endpoints: &Endpoints, side: Side, id: Uuid) -> Request {
    arm(endpoints, side, Method::GET, &format!("/subscriptions/{id}"), &[("api-version", SUBSCRIPTIONS)])
}

/// Returns the Resource Graph query for all role assignments of a principal, in whatever scope (table
/// `authorizationresources`).
#[must_use]
pub fn roles_of(principal: ObjectId) -> String {
    format!(
        "authorizationresources | where type =~ 'microsoft.authorization/roleassignments' | where \
         tostring(properties.principalId) =~ '{principal}' | project id, properties"
    )
}

/// Returns the Resource Graph query for the Key Vaults whose access policies name a principal.
#[must_use]
pub fn vaults_of(principal: ObjectId) -> String {
    format!(
        "resources | where type =~ 'microsoft.keyvault/vaults' | where tostring(properties.accessPolicies) contains \
         '{principal}' | project id, name, properties"
    )
}

/// Asks for the Key Vaults of a subscription of tenant A.
#[must_use]
pub fn vaults_in(endpoints: &Endpoints, subscription: Uuid) -> Request {
    let path = format!("/subscriptions/{subscription}/providers/Microsoft.KeyVault/vaults");
    arm(endpoints, Side::A, Method::GET, &path, &[("api-version", VAULTS)])
}

/// The body of a reset.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResetBody<'a> {
    client_id: AppId,
    secret: &'a str,
}

/// Gives a cluster another service principal (`docs/facts/azure.md` 3.9).
#[must_use]
pub fn reset_cluster(endpoints: &Endpoints, id: &ClusterId, app: AppId, secret: &Secret) -> Request {
    let path = format!("{id}/resetServicePrincipalProfile");
    let request = arm(endpoints, Side::A, Method::POST, &path, &[("api-version", CLUSTERS)]);
    let request = Request { resets: true, ..request };
    request.secret_json(&ResetBody { client_id: app, secret: secret.reveal() }, secret)
}

/// Asks a long-running operation for its progress. The address comes from the service, so its host is checked where the
/// address is read.
#[must_use]
pub fn operation(side: Side, url: Url) -> Request {
    Request::new(Plane::Arm, side, Method::GET, url, Auth::Operator(Audience::Arm))
}

/// Reads the rights of the caller at a scope.
#[must_use]
pub fn permissions(endpoints: &Endpoints, side: Side, scope: &str) -> Request {
    let path = format!("{}/providers/Microsoft.Authorization/permissions", scope.trim_end_matches('/'));
    arm(endpoints, side, Method::GET, &path, &[("api-version", AUTHORIZATION)])
}

/// Asks for the locks that hold at a scope: those set there and above. `$filter=atScope()` leaves out what is set below.
#[must_use]
pub fn locks(endpoints: &Endpoints, side: Side, scope: &str) -> Request {
    let path = format!("{scope}/providers/Microsoft.Authorization/locks");
    arm(endpoints, side, Method::GET, &path, &[("api-version", LOCKS), ("$filter", "atScope()")])
}

/// Asks for the deny assignments at a scope and above it, of whomever.
///
/// Those of one principal alone would leave out the ones that name everybody (`docs/facts/azure.md` 9.8).
#[must_use]
pub fn deny_assignments(endpoints: &Endpoints, side: Side, scope: &str) -> Request {
    let path = format!("{}/providers/Microsoft.Authorization/denyAssignments", scope.trim_end_matches('/'));
    arm(endpoints, side, Method::GET, &path, &[("api-version", AUTHORIZATION), ("$filter", "atScope()")])
}

/// Asks for the roles that the caller may activate at a scope (Privileged Identity Management).
#[must_use]
pub fn eligible_roles(endpoints: &Endpoints, side: Side, scope: &str) -> Request {
    let scope = scope.trim_end_matches('/');
    let path = format!("{scope}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances");
    arm(endpoints, side, Method::GET, &path, &[("api-version", ELIGIBLE), ("$filter", "asTarget()")])
}

/// Asks for one role definition, by the id that an assignment names.
#[must_use]
pub fn role_definition(endpoints: &Endpoints, side: Side, id: &str) -> Request {
    arm(endpoints, side, Method::GET, id, &[("api-version", AUTHORIZATION)])
}

/// Asks for one registry.
#[must_use]
pub fn registry(endpoints: &Endpoints, id: &RegistryId) -> Request {
    arm(endpoints, Side::B, Method::GET, &id.to_string(), &[("api-version", REGISTRIES)])
}

/// Returns the id of a role assignment at a scope.
#[must_use]
pub fn assignment_id(scope: &str, name: Uuid) -> String {
    format!("{}/providers/Microsoft.Authorization/roleAssignments/{name}", scope.trim_end_matches('/'))
}

/// Returns the id of a built-in role's definition, as an assignment on a registry names that role.
#[must_use]
pub fn definition_id(registry: &RegistryId, role: Role) -> String {
    // A built-in role is one in every scope, the root among them.
    let subscription = registry.subscription().map(|id| format!("/subscriptions/{id}")).unwrap_or_default();
    format!("{subscription}/providers/Microsoft.Authorization/roleDefinitions/{}", role.definition())
}

/// Asks for one role assignment, by its id.
#[must_use]
pub fn assignment(endpoints: &Endpoints, side: Side, id: &str) -> Request {
    arm(endpoints, side, Method::GET, id, &[("api-version", AUTHORIZATION)])
}

/// Asks for the role assignments of a principal at a scope, above it and below it.
#[must_use]
pub fn roles_at(endpoints: &Endpoints, side: Side, scope: &str, principal: ObjectId) -> Request {
    let path = format!("{}/providers/Microsoft.Authorization/roleAssignments", scope.trim_end_matches('/'));
    let filter = format!("principalId eq '{principal}'");
    arm(endpoints, side, Method::GET, &path, &[("api-version", AUTHORIZATION), ("$filter", &filter)])
}

/// Asks for the role assignments of a principal at a scope, above it and below it, with those of the groups that it is
/// in (Microsoft, "List Azure role assignments using the REST API": `assignedTo`).
#[must_use]
pub fn roles_assigned_to(endpoints: &Endpoints, side: Side, scope: &str, principal: ObjectId) -> Request {
    let path = format!("{}/providers/Microsoft.Authorization/roleAssignments", scope.trim_end_matches('/'));
    let filter = format!("assignedTo('{principal}')");
    arm(endpoints, side, Method::GET, &path, &[("api-version", AUTHORIZATION), ("$filter", &filter)])
}

/// Asks for the role assignments of everybody at a scope, above it and below it.
#[must_use]
pub fn roles_around(endpoints: &Endpoints, side: Side, scope: &str) -> Request {
    let path = format!("{}/providers/Microsoft.Authorization/roleAssignments", scope.trim_end_matches('/'));
    arm(endpoints, side, Method::GET, &path, &[("api-version", AUTHORIZATION)])
}

/// A role assignment that is to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewAssignment<'a> {
    /// The role definition's id.
    pub definition: &'a str,
    /// The object id of the principal that gets the role.
    pub principal: ObjectId,
    /// The kind of that principal, in Azure's word.
    pub kind: &'a str,
    /// The condition, version 2.0, where the assignment does not hold for all that the role says.
    pub condition: Option<&'a str>,
    /// The description.
    pub description: Option<&'a str>,
}

/// Assigns a role, by the assignment's id. `principalType` is always sent, so that a new principal need not be looked
/// up (`docs/facts/azure.md` 3.1).
#[must_use]
pub fn assign_role(endpoints: &Endpoints, side: Side, id: &str, grant: NewAssignment<'_>) -> Request {
    let mut properties = json!({
        "roleDefinitionId": grant.definition,
        "principalId": grant.principal,
        "principalType": grant.kind,
    });
    if let Some(map) = properties.as_object_mut() {
        if let Some(condition) = grant.condition {
            map.insert("condition".to_owned(), condition.into());
            map.insert("conditionVersion".to_owned(), "2.0".into());
        }
        if let Some(description) = grant.description {
            map.insert("description".to_owned(), description.into());
        }
    }
    arm(endpoints, side, Method::PUT, id, &[("api-version", AUTHORIZATION)]).json(&json!({ "properties": properties }))
}

/// Makes a role assignment again as it was, by its id and the properties that it had.
#[must_use]
pub fn restore_role(endpoints: &Endpoints, side: Side, id: &str, properties: &serde_json::Value) -> Request {
    arm(endpoints, side, Method::PUT, id, &[("api-version", AUTHORIZATION)]).json(&json!({ "properties": properties }))
}

/// Asks for the role assignments that hold at a scope: those set there and above, of whomever.
#[must_use]
pub fn roles_that_hold(endpoints: &Endpoints, side: Side, scope: &str) -> Request {
    let path = format!("{}/providers/Microsoft.Authorization/roleAssignments", scope.trim_end_matches('/'));
    arm(endpoints, side, Method::GET, &path, &[("api-version", AUTHORIZATION), ("$filter", "atScope()")])
}

/// Returns the id of a built-in role's definition in a subscription.
#[must_use]
pub fn built_in_id(subscription: Uuid, role: Uuid) -> String {
    format!("/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}")
}

/// True for the id of a role assignment, whole and with nothing else in it. An id that a journal holds is a text of a
/// file: another path in its place would have something else deleted.
#[must_use]
pub fn is_assignment_id(id: &str) -> bool {
    const OF: &str = "/providers/microsoft.authorization/roleassignments/";
    let lower = id.to_ascii_lowercase();
    let Some((scope, name)) = lower.rsplit_once(OF) else { return false };
    let plain = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && !part.contains(['%', '?', '#', '\\'])
            && !part.contains(char::is_control)
    };
    let whole = scope.is_empty() || scope.strip_prefix('/').is_some_and(|scope| scope.split('/').all(plain));
    whole && Uuid::try_parse(name).is_ok_and(|_| name.len() == 36)
}

/// Takes a role assignment away, by its id.
#[must_use]
pub fn remove_role(endpoints: &Endpoints, side: Side, id: &str) -> Request {
    arm(endpoints, side, Method::DELETE, id, &[("api-version", AUTHORIZATION)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_id_of_a_role_assignment_is_one() {
        let of = "/providers/Microsoft.Authorization/roleAssignments/";
        let name = "11111111-1111-4111-8111-111111111111";
        for scope in
            ["", "/subscriptions/s/resourceGroups/rg(shop)_1", "/providers/Microsoft.Management/managementGroups/m"]
        {
            assert!(is_assignment_id(&format!("{scope}{of}{name}")), "{scope}");
        }
        for id in [
            "/subscriptions/s/resourceGroups/g".to_owned(),
            format!("/subscriptions/s/resourceGroups/g/../x{of}{name}"),
            format!("/subscriptions/s{of}{name}/.."),
            format!("/subscriptions/s{of}.."),
            format!("/subscriptions/s%2f..{of}{name}"),
            format!("/subscriptions/s?x={of}{name}"),
            format!("https://evil.example{of}{name}"),
        ] {
            assert!(!is_assignment_id(&id), "{id}");
        }
    }
}
