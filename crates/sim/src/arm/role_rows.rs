//! Role assignments and built-in roles as rows of Resource Graph's table `authorizationresources` (Resource Graph's documents
//! "Azure Resource Graph table and resource type reference" and "Azure Resource Graph sample queries by table").

use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{authorization, shapes::time};
use crate::{
    cloud::Cloud,
    rights,
    roles::{self, RoleDefinition},
    tokens::Caller,
    world::{RoleAssignment, World},
};

/// `type` of a role assignment's row.
pub const ASSIGNMENTS: &str = "microsoft.authorization/roleassignments";
/// `type` of a role definition's row.
pub const DEFINITIONS: &str = "microsoft.authorization/roledefinitions";
/// Ids of this table have a casing of their own; Microsoft's sample queries lower both sides before they compare.
const ASSIGNMENT_PATH: &str = "providers/Microsoft.Authorization/RoleAssignments";
const DEFINITION_PATH: &str = "providers/Microsoft.Authorization/RoleDefinitions";

/// `authorizationScopeFilter`: which assignments count as those of the subscriptions that a query names
/// (`resourcegraph-2024-04-01.json`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum ScopeFilter {
    /// Those made at a subscription or under it.
    #[default]
    #[serde(rename = "AtScopeAndBelow")]
    Below,
    /// Those made at a subscription or above it.
    #[serde(rename = "AtScopeAndAbove")]
    Above,
    /// Those made at a subscription itself.
    #[serde(rename = "AtScopeExact")]
    Exact,
    /// All of these.
    #[serde(rename = "AtScopeAboveAndBelow")]
    AboveAndBelow,
}

impl ScopeFilter {
    fn lets_through(self, made_at: &str, subscription: &str) -> bool {
        let above = rights::covers(made_at, subscription);
        let below = rights::covers(subscription, made_at);
        match self {
            Self::Below => below,
            Self::Above => above,
            Self::Exact => above && below,
            Self::AboveAndBelow => above || below,
        }
    }
}

/// Returns every role assignment of the caller's tenant that Resource Graph knows of by now and whose scope it may read
/// assignments at. Where subscriptions are named, those that the filter counts as theirs; where none is, the whole
/// tenant is asked.
pub fn assignments(
    cloud: &Cloud,
    world: &World,
    caller: &Caller,
    subscriptions: Option<&[Uuid]>,
    filter: ScopeFilter,
) -> Vec<Value> {
    let named: Option<Vec<String>> =
        subscriptions.map(|ids| ids.iter().map(|id| format!("/subscriptions/{id}")).collect());
    let within = |scope: &str| {
        named.as_ref().is_none_or(|all| all.iter().any(|subscription| filter.lets_through(scope, subscription)))
    };
    let now = cloud.clock.now();
    let known = |found: &RoleAssignment| found.written.after(cloud.times.resource_graph).reached(now);
    let read = format!("{}/read", authorization::ASSIGNMENTS);
    world
        .role_assignments
        .iter()
        .filter(|found| found.tenant == caller.tenant && known(found) && within(&found.scope))
        .filter(|found| rights::allowed(cloud, world, caller.object_id, &found.scope, &read))
        .map(assignment)
        .collect()
}

/// Returns every built-in role: one row each, under no subscription.
pub fn definitions(tenant: Uuid) -> impl Iterator<Item = Value> {
    roles::ROLES.iter().map(move |role| definition(role, tenant))
}

/// Returns an assignment. What it does not have is left out of its properties.
fn assignment(found: &RoleAssignment) -> Value {
    let created = time(found.created);
    let mut properties = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            properties.insert(name.to_owned(), value);
        }
    };
    put("principalId", json!(found.principal_id));
    put("principalType", json!(found.principal_type));
    put("roleDefinitionId", json!(format!("/{DEFINITION_PATH}/{}", roles::guid(&found.role))));
    put("scope", json!(found.scope));
    put("condition", json!(found.condition));
    put("conditionVersion", json!(found.condition_version));
    put("description", json!(found.description));
    put("createdBy", json!(found.created_by));
    put("createdOn", json!(created));
    put("updatedBy", json!(found.created_by));
    put("updatedOn", json!(created));
    let id = format!("{}/{ASSIGNMENT_PATH}/{}", found.scope.trim_end_matches('/'), found.name);
    row(&id, &found.name, ASSIGNMENTS, found.tenant, Value::Object(properties))
}

fn definition(role: &RoleDefinition, tenant: Uuid) -> Value {
    let shown = authorization::definition_shape(role, "");
    let mut properties = shown.get("properties").cloned().unwrap_or_default();
    if let Some(members) = properties.as_object_mut() {
        members.retain(|_, value| !value.is_null());
        members.insert("isServiceRole".to_owned(), json!(false));
    }
    row(&format!("/{DEFINITION_PATH}/{}", role.id), role.id, DEFINITIONS, tenant, properties)
}

/// Returns a row with the columns that every table has. The subscription and the group are those of the id, empty where
/// it has none: at a management group, or at the root.
fn row(id: &str, name: &str, kind: &str, tenant: Uuid, properties: Value) -> Value {
    let parts: Vec<&str> = id.split('/').skip(1).collect();
    let after = |at: usize, word: &str| match (parts.get(at), parts.get(at + 1)) {
        (Some(found), Some(value)) if found.eq_ignore_ascii_case(word) => value.to_lowercase(),
        _ => String::new(),
    };
    json!({
        "id": id,
        "name": name,
        "type": kind,
        "tenantId": tenant,
        "kind": "",
        "location": "global",
        "resourceGroup": after(2, "resourceGroups"),
        "subscriptionId": after(0, "subscriptions"),
        "managedBy": "",
        "sku": null,
        "plan": null,
        "properties": properties,
        "tags": null,
        "identity": null,
        "zones": null,
        "extendedLocation": null,
    })
}

#[cfg(test)]
mod tests {
    use http::{Method, StatusCode};

    use super::*;
    use crate::testbed::{Reply, Testbed};

    const SOMEBODY: Uuid = Uuid::from_u128(77);
    const PATH: &str = "/providers/Microsoft.ResourceGraph/resources";

    async fn ask(bed: &Testbed, query: &str, more: Value) -> Reply {
        let mut body = json!({ "query": query });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name.as_str()] = value.clone();
        }
        bed.arm('b', Method::POST, PATH, body).await
    }

    async fn rows(bed: &Testbed, query: &str, more: Value) -> Vec<Value> {
        let reply = ask(bed, query, more).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.json());
        reply.json()["data"].as_array().cloned().unwrap_or_default()
    }

    fn of_somebody(condition: &str) -> String {
        format!("authorizationresources | where type =~ 'Microsoft.Authorization/roleAssignments' | where {condition}")
    }

    fn bed() -> Testbed {
        let bed = Testbed::new(|_| {});
        bed.grant(SOMEBODY, "AcrPull", &bed.registry_id, Some("a condition"));
        bed.grant(SOMEBODY, "Reader", "/", None);
        bed.grant(bed.operator('b'), "Reader", "/", None);
        bed
    }

    fn scopes(rows: &[Value]) -> Vec<&str> {
        rows.iter().filter_map(|row| row["properties"]["scope"].as_str()).collect()
    }

    #[tokio::test]
    async fn an_assignment_is_found_by_its_principal_however_it_is_asked_for() {
        let bed = bed();
        for condition in [
            format!("properties.principalId == '{SOMEBODY}'"),
            format!("tostring(properties.principalId) =~ '{}'", SOMEBODY.to_string().to_uppercase()),
            format!("properties['principalId'] in~ ('{SOMEBODY}', '{}')", Uuid::from_u128(78)),
        ] {
            let query = format!("{} | project id, properties", of_somebody(&condition));
            let found = rows(&bed, &query, Value::Null).await;
            assert_eq!(scopes(&found), [bed.registry_id.as_str(), "/"], "{condition}");
        }
    }

    #[tokio::test]
    async fn a_row_has_the_columns_of_the_table_and_no_empty_property() {
        let bed = bed();
        let query = of_somebody(&format!("properties.principalId == '{SOMEBODY}'"));
        let found = rows(&bed, &query, Value::Null).await;
        let [at_registry, at_root] = found.as_slice() else { panic!("{found:?}") };
        let subscription = bed.registry_id.split('/').nth(2).unwrap();
        assert_eq!(at_registry["type"], "microsoft.authorization/roleassignments");
        assert_eq!(
            (&at_registry["subscriptionId"], &at_registry["resourceGroup"]),
            (&json!(subscription), &json!("rg-registry"))
        );
        let id = at_registry["id"].as_str().unwrap();
        assert!(
            id.starts_with(&format!("{}/providers/Microsoft.Authorization/RoleAssignments/", bed.registry_id)),
            "{id}"
        );
        let properties = &at_registry["properties"];
        assert_eq!(
            properties["roleDefinitionId"],
            "/providers/Microsoft.Authorization/RoleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d"
        );
        assert_eq!((&properties["condition"], &properties["conditionVersion"]), (&json!("a condition"), &json!("2.0")));
        assert_eq!((&at_root["subscriptionId"], at_root["properties"].get("condition")), (&json!(""), None));
    }

    #[tokio::test]
    async fn what_counts_as_a_subscriptions_own_is_chosen() {
        let bed = bed();
        let query = of_somebody(&format!("properties.principalId == '{SOMEBODY}'"));
        let subscription = bed.registry_id.split('/').nth(2).unwrap().to_owned();
        let registry = bed.registry_id.clone();
        for (filter, expected) in [
            (None, vec![registry.as_str()]),
            (Some("AtScopeAndAbove"), vec!["/"]),
            (Some("AtScopeAboveAndBelow"), vec![registry.as_str(), "/"]),
            (Some("AtScopeExact"), vec![]),
        ] {
            let mut more = json!({ "subscriptions": [subscription] });
            if let Some(filter) = filter {
                more["options"] = json!({ "authorizationScopeFilter": filter });
            }
            assert_eq!(scopes(&rows(&bed, &query, more).await), expected, "{filter:?}");
        }
        let wrong = ask(&bed, &query, json!({ "options": { "authorizationScopeFilter": "Everywhere" } })).await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn assignments_that_the_caller_may_not_read_are_not_there() {
        let bed = Testbed::new(|world| {
            let b = world.b;
            world.role_assignments.retain(|held| held.tenant != b);
        });
        bed.grant(bed.operator('b'), "AcrPull", &bed.registry_id, None);
        let seen = bed.arm('b', Method::GET, "/subscriptions", Value::Null).await.json();
        assert_eq!(seen["value"].as_array().map(Vec::len), Some(1));
        let query = "authorizationresources | where type =~ 'microsoft.authorization/roleassignments'";
        assert_eq!(rows(&bed, query, Value::Null).await, [Value::Null; 0]);
    }

    #[tokio::test]
    async fn built_in_roles_are_rows_of_no_subscription() {
        let bed = Testbed::new(|_| {});
        let query = "AuthorizationResources | where type =~ 'microsoft.authorization/roledefinitions' and properties.roleName =~ 'acrpull'";
        let found = rows(&bed, query, Value::Null).await;
        let [role] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            role["id"],
            "/providers/Microsoft.Authorization/RoleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d"
        );
        assert_eq!((&role["subscriptionId"], &role["properties"]["type"]), (&json!(""), &json!("BuiltInRole")));
    }
}
