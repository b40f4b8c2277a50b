//! The Resource Manager asked directly, with the clock in hand.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::{
    clock::Moment,
    names,
    testbed::{Reply, Testbed},
    world::Group,
};

const GROUP: Uuid = Uuid::from_u128(7);
const ACR_PULL: &str = "7f951dda-4ed3-4680-a7ca-43fe172d538d";

async fn bare(bed: &Testbed, path: &str, token: Option<String>) -> Reply {
    let mut request = Request::builder().uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Body::empty()).expect("a request");
    Reply::read(bed.arm.clone().oneshot(request).await.expect("an answer")).await
}

fn assignment(principal: Uuid, kind: Option<&str>) -> Value {
    let mut properties = json!({
        "roleDefinitionId": format!("/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/{ACR_PULL}"),
        "principalId": principal,
    });
    if let Some(kind) = kind {
        properties["principalType"] = json!(kind);
    }
    json!({"properties": properties})
}

fn assignment_path(scope: &str, name: Uuid) -> String {
    format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}")
}

#[tokio::test]
async fn discovery_needs_a_version_and_no_token() {
    let bed = Testbed::new(|_| {});
    let reply = bare(&bed, "/metadata/endpoints?api-version=2022-09-01", None).await;
    assert_eq!(reply.json()["authentication"]["loginEndpoint"], "https://localhost:5000");
    let reply = bare(&bed, "/metadata/endpoints", None).await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "MissingApiVersionParameter"));
}

#[tokio::test]
async fn only_a_token_of_the_right_audience_and_tenant_opens_a_subscription() {
    let bed = Testbed::new(|_| {});
    let path = format!("{}?api-version=2024-01-01", bed.cluster);
    let refused = |reply: Reply| (reply.status, reply.code());
    let code = |code: &str| (StatusCode::UNAUTHORIZED, code.to_owned());
    assert_eq!(refused(bare(&bed, &path, None).await), code("AuthenticationFailed"));
    let graph = bed.operator_token('a', "https://graph.microsoft.com");
    assert_eq!(refused(bare(&bed, &path, Some(graph)).await), code("InvalidAuthenticationTokenAudience"));
    let other_tenant = bed.operator_token('b', "https://management.azure.com/");
    assert_eq!(refused(bare(&bed, &path, Some(other_tenant)).await), code("InvalidAuthenticationTokenTenant"));
    let own = bed.operator_token('a', "https://management.azure.com/");
    assert_eq!(bare(&bed, &path, Some(own)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_not_there_is_said_as_azure_says_it() {
    let bed = Testbed::new(|_| {});
    for (path, code) in [
        (format!("/subscriptions/{}", Uuid::nil()), "SubscriptionNotFound"),
        (format!("{}x", bed.cluster), "ResourceNotFound"),
        (format!("{}/nothing", bed.cluster), "InvalidResourceType"),
        (bed.cluster.replace("rg-shop/", "rg-none/").replace("/aks-shop", ""), "ResourceGroupNotFound"),
        (
            format!("{}/providers/Microsoft.Authorization/roleDefinitions/{}", bed.cluster, Uuid::nil()),
            "RoleDefinitionDoesNotExist",
        ),
    ] {
        let reply = bed.arm('a', Method::GET, &path, Value::Null).await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::NOT_FOUND, code), "{path}");
    }
}

#[tokio::test]
async fn paths_are_read_in_any_case_and_ids_come_back_in_the_providers_own() {
    let bed = Testbed::new(|_| {});
    let reply = bed
        .arm('a', Method::GET, &bed.cluster.to_uppercase().replace("SUBSCRIPTIONS", "subscriptions"), Value::Null)
        .await;
    let shown = reply.json();
    assert_eq!(shown["id"], bed.cluster.replace("/resourceGroups/", "/resourcegroups/"));
    assert_eq!(shown["type"], "Microsoft.ContainerService/ManagedClusters");
}

#[tokio::test]
async fn a_caller_sees_only_what_its_roles_reach() {
    let bed = Testbed::new(|_| {});
    for (side, names) in [('a', json!(["Contoso Shop", "Contoso Hub"])), ('b', json!(["Fabrikam Platform"]))] {
        let seen = bed.arm(side, Method::GET, "/subscriptions", Value::Null).await.json();
        let shown: Value =
            seen["value"].as_array().into_iter().flatten().map(|one| one["displayName"].clone()).collect();
        assert_eq!(shown, names);
    }
    let query = json!({"query": "Resources | project name, type, resourceGroup | order by name asc"});
    let found = bed.arm('b', Method::POST, "/providers/Microsoft.ResourceGraph/resources", query).await.json();
    assert_eq!(
        found["data"],
        json!([
            {"name": "registryb", "type": "microsoft.containerregistry/registries", "resourceGroup": "rg-registry"},
            {"name": "registryother", "type": "microsoft.containerregistry/registries", "resourceGroup": "rg-registry"},
        ])
    );
}

#[tokio::test]
async fn contributor_cannot_grant_roles_and_is_told_action_and_scope() {
    let administrator = crate::roles::by_name("Role Based Access Control Administrator").expect("a role").id;
    let bed = Testbed::new(|world| world.role_assignments.retain(|held| held.role != administrator));
    let app = bed.app();
    let path = assignment_path(&bed.cluster, Uuid::new_v4());
    let reply = bed.arm('a', Method::PUT, &path, assignment(app.principal_a, Some("ServicePrincipal"))).await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::FORBIDDEN, "AuthorizationFailed"));
    let message = reply.json()["error"]["message"].to_string();
    assert!(message.contains("'Microsoft.Authorization/roleAssignments/write' over scope"), "{message}");
    assert!(message.contains(&path), "{message}");
}

#[tokio::test]
async fn an_assignment_is_made_once() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    let body = || assignment(app.principal_b, Some("ServicePrincipal"));
    let path = assignment_path(&bed.registry_id, Uuid::new_v4());
    let made = bed.arm('b', Method::PUT, &path, body()).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(made.json()["properties"]["scope"], bed.registry_id);
    assert_eq!(bed.arm('b', Method::PUT, &path, body()).await.status, StatusCode::OK);
    let other = assignment_path(&bed.registry_id, Uuid::new_v4());
    let twice = bed.arm('b', Method::PUT, &other, body()).await;
    assert_eq!((twice.status, twice.code().as_str()), (StatusCode::CONFLICT, "RoleAssignmentExists"));
    let operator = bed.operator('b');
    let reused = bed.arm('b', Method::PUT, &path, assignment(operator, None)).await;
    assert_eq!(reused.code(), "RoleAssignmentUpdateNotPermitted");
    assert_eq!(bed.arm('b', Method::DELETE, &path, Value::Null).await.status, StatusCode::OK);
    assert_eq!(bed.arm('b', Method::DELETE, &path, Value::Null).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_principal_of_another_tenant_or_not_yet_known_is_not_found() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    let put = async |principal, kind| {
        let path = assignment_path(&bed.registry_id, Uuid::new_v4());
        bed.arm('b', Method::PUT, &path, assignment(principal, kind)).await
    };
    let stranger = put(app.principal_a, Some("ServicePrincipal")).await;
    assert_eq!((stranger.status, stranger.code().as_str()), (StatusCode::BAD_REQUEST, "PrincipalNotFound"));
    {
        let mut world = bed.cloud.world();
        let b = world.b;
        let directory = world.directory_mut(b).expect("a tenant");
        let found = directory.service_principals.iter_mut().find(|found| found.id == app.principal_b);
        found.expect("the principal").written = Moment::START;
    }
    assert_eq!(put(app.principal_b, None).await.code(), "PrincipalNotFound");
    assert_eq!(put(app.principal_b, Some("User")).await.code(), "UnmatchedPrincipalType");
    assert_eq!(put(app.principal_b, Some("ServicePrincipal")).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_role_takes_effect_only_after_a_while() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    let path = assignment_path(&bed.registry_id, Uuid::new_v4());
    bed.arm('b', Method::PUT, &path, assignment(app.principal_b, Some("ServicePrincipal"))).await;
    let permissions = async || {
        let tenant = bed.cloud.world().b;
        let token = bed.token(tenant, app.client_id, app.principal_b, "https://management.azure.com/", &names::PUBLIC);
        let path = format!("{}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01", bed.registry_id);
        bare(&bed, &path, Some(token)).await
    };
    assert_eq!(permissions().await.status, StatusCode::FORBIDDEN);
    bed.pass(bed.cloud.times.role_effect).await;
    let held = permissions().await.json();
    assert_eq!(held["value"][0]["actions"], json!(["Microsoft.ContainerRegistry/registries/pull/read"]));
}

#[tokio::test]
async fn assignments_are_listed_at_above_and_below_as_the_filter_says() {
    let bed = Testbed::new(|_| {});
    let old = bed
        .cloud
        .world()
        .role_assignments
        .iter()
        .find(|found| found.scope.contains("MC_"))
        .cloned()
        .expect("the old principal's");
    let subscription = bed.cluster.split("/resourceGroups/").next().expect("a subscription").to_owned();
    let count = async |filter: String| {
        let path = format!("{subscription}/providers/Microsoft.Authorization/roleAssignments?$filter={filter}");
        let body = bed.arm('a', Method::GET, &path, Value::Null).await.json();
        body["value"].as_array().map(Vec::len)
    };
    assert_eq!(count(format!("principalId%20eq%20'{}'", old.principal_id)).await, Some(1));
    // The two roles of the operator, held by a program, by a machine and by a person.
    assert_eq!(count("atScope()".to_owned()).await, Some(6));
    assert_eq!(count(format!("atScope()%20and%20assignedTo('{}')", old.principal_id)).await, Some(0));
    let path = format!("{subscription}/providers/Microsoft.Authorization/roleAssignments?$filter=color%20eq%201");
    assert_eq!(bed.arm('a', Method::GET, &path, Value::Null).await.code(), "InvalidFilterInQueryString");
}

const CONDITION: &str =
    "(@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEqualsIgnoreCase 'shop/web')";

#[tokio::test]
async fn an_assignment_that_azure_refuses_is_refused() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    let group = bed.registry_id.split("/providers/").next().expect("a group");
    let put = async |scope: &str, change: &dyn Fn(&mut Value)| {
        let mut body = assignment(app.principal_b, Some("ServicePrincipal"));
        change(&mut body["properties"]);
        let reply = bed.arm('b', Method::PUT, &assignment_path(scope, Uuid::new_v4()), body).await;
        (reply.status, reply.code())
    };
    let bad = |code: &str| (StatusCode::BAD_REQUEST, code.to_owned());
    let missing = |code: &str| (StatusCode::NOT_FOUND, code.to_owned());
    let here = bed.registry_id.as_str();
    let versionless = put(here, &|new| new["condition"] = json!(CONDITION)).await;
    assert_eq!(versionless, bad("InvalidConditionVersion"));
    let old = put(here, &|new| {
        new["condition"] = json!(CONDITION);
        new["conditionVersion"] = json!("1.0");
    });
    assert_eq!(old.await, bad("InvalidConditionVersion"));
    assert_eq!(put(here, &|new| new["roleDefinitionId"] = json!(ACR_PULL)).await, bad("InvalidRoleDefinitionId"));
    assert_eq!(put(&format!("{here}x"), &|_| ()).await, missing("ResourceNotFound"));
    assert_eq!(put(&format!("{group}x"), &|_| ()).await, missing("ResourceGroupNotFound"));
    assert_eq!(put(group, &|_| ()).await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn a_name_at_another_scope_is_another_assignment() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    let group = bed.registry_id.split("/providers/").next().expect("a group");
    let name = Uuid::new_v4();
    for scope in [bed.registry_id.as_str(), group] {
        let body = assignment(app.principal_b, Some("ServicePrincipal"));
        assert_eq!(bed.arm('b', Method::PUT, &assignment_path(scope, name), body).await.status, StatusCode::CREATED);
    }
    let held = bed.cloud.world().role_assignments.iter().filter(|held| held.principal_id == app.principal_b).count();
    assert_eq!(held, 2);
}

#[tokio::test]
async fn a_condition_is_updated_under_the_same_name() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    let path = assignment_path(&bed.registry_id, Uuid::new_v4());
    let put = async |condition: Option<&str>, role: Option<&str>| {
        let mut body = assignment(app.principal_b, Some("ServicePrincipal"));
        if let Some(condition) = condition {
            body["properties"]["condition"] = json!(condition);
            body["properties"]["conditionVersion"] = json!("2.0");
        }
        if let Some(role) = role {
            let id = crate::roles::by_name(role).expect("a role").id;
            body["properties"]["roleDefinitionId"] =
                json!(format!("/providers/Microsoft.Authorization/roleDefinitions/{id}"));
        }
        bed.arm('b', Method::PUT, &path, body).await
    };
    assert_eq!(put(Some(CONDITION), None).await.status, StatusCode::CREATED);
    let other = CONDITION.replace("shop/web", "shop/api");
    let changed = put(Some(&other), None).await;
    assert_eq!((changed.status, &changed.json()["properties"]["condition"]), (StatusCode::OK, &json!(other)));
    let read = bed.arm('b', Method::GET, &path, Value::Null).await.json();
    assert_eq!(read["properties"]["condition"], json!(other));
    let refused = put(Some(&other), Some("Reader")).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::BAD_REQUEST, "RoleAssignmentUpdateNotPermitted")
    );
    let without = put(None, None).await.json();
    assert_eq!(without["properties"]["condition"], Value::Null);
    assert_eq!(without["properties"]["conditionVersion"], Value::Null);
}

#[tokio::test]
async fn a_role_of_a_group_is_also_that_of_members_of_its_groups_when_asked_for_who_it_is_assigned_to() {
    let bed = Testbed::new(|world| {
        let (a, principal) = (world.a, world.directory(world.a).expect("a tenant").service_principals[1].id);
        let inner = Uuid::from_u128(5);
        let group = |id, member| Group {
            id,
            display_name: "admins".to_owned(),
            members: vec![member],
            owners: Vec::new(),
            keeper: crate::world::Keeper::People,
            created: Timestamp::UNIX_EPOCH,
        };
        world.directory_mut(a).expect("a tenant").groups.extend([group(inner, principal), group(GROUP, inner)]);
    });
    let member = bed.cloud.world().tenants[0].groups[0].members[0];
    let put = async |kind| {
        bed.arm('a', Method::PUT, &assignment_path(&bed.cluster, Uuid::new_v4()), assignment(GROUP, Some(kind))).await
    };
    assert_eq!(put("ServicePrincipal").await.code(), "UnmatchedPrincipalType");
    let made = put("Group").await;
    assert_eq!((made.status, &made.json()["properties"]["principalType"]), (StatusCode::CREATED, &json!("Group")));
    let count = async |filter: String| {
        let path = format!("{}/providers/Microsoft.Authorization/roleAssignments?$filter={filter}", bed.cluster);
        let body = bed.arm('a', Method::GET, &path, Value::Null).await.json();
        let of_group = |held: &&Value| held["properties"]["principalId"] == json!(GROUP);
        body["value"].as_array().into_iter().flatten().filter(of_group).count()
    };
    assert_eq!(count(format!("assignedTo('{member}')")).await, 1);
    assert_eq!(count(format!("principalId%20eq%20'{member}'")).await, 0);
}

#[tokio::test]
async fn the_quota_of_the_clusters_region_counts_its_nodes() {
    let bed = Testbed::new(|world| world.clusters[0].free_vcpus = 4);
    let usages = async |subscription: &str, location: &str| {
        let path = format!("{subscription}/providers/Microsoft.Compute/locations/{location}/usages");
        bed.arm('a', Method::GET, &path, Value::Null).await
    };
    let count = |reply: &Reply, name: &str| {
        let body = reply.json();
        let found = body["value"].as_array().into_iter().flatten().find(|usage| usage["name"]["value"] == name);
        found.map(|usage| (usage["currentValue"].as_u64(), usage["limit"].as_u64()))
    };
    let shop = bed.cluster.split("/resourceGroups/").next().expect("a subscription");
    let here = usages(shop, "westeurope").await;
    assert_eq!(count(&here, "cores"), Some((Some(6), Some(10))));
    assert_eq!(count(&here, "standardDSv2Family"), Some((Some(6), Some(10))));
    assert_eq!(count(&here, "virtualMachines"), Some((Some(3), Some(25_000))));
    assert_eq!(count(&usages(shop, "northeurope").await, "cores"), Some((Some(0), Some(100))));
    let hub = format!("/subscriptions/{}", bed.cloud.world().subscriptions[2].id);
    assert_eq!(count(&usages(&hub, "westeurope").await, "cores"), Some((Some(0), Some(100))));
}

#[tokio::test]
async fn a_right_to_assign_under_a_condition_is_for_some_roles_alone() {
    const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
    let condition = format!(
        "((!(ActionMatches{{'Microsoft.Authorization/roleAssignments/write'}})) OR \
          (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAllValues:GuidNotEquals {{{OWNER}}})) AND \
         ((!(ActionMatches{{'Microsoft.Authorization/roleAssignments/delete'}})) OR \
          (@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAllValues:GuidNotEquals {{{OWNER}}}))"
    );
    let administrator = crate::roles::by_name("Role Based Access Control Administrator").expect("a role").id;
    let constrained = condition.clone();
    let bed = Testbed::new(move |world| {
        for held in world.role_assignments.iter_mut().filter(|held| held.role == administrator) {
            held.condition = Some(constrained.clone());
            held.condition_version = Some("2.0".to_owned());
        }
    });
    let app = bed.app();
    let body = assignment(app.principal_a, Some("ServicePrincipal"));
    let path = assignment_path(&bed.cluster, Uuid::from_u128(41));
    assert_eq!(bed.arm('a', Method::PUT, &path, body.clone()).await.status, StatusCode::CREATED);
    let mut owner = body;
    owner["properties"]["roleDefinitionId"] =
        json!(format!("/providers/Microsoft.Authorization/roleDefinitions/{OWNER}"));
    let refused = bed.arm('a', Method::PUT, &assignment_path(&bed.cluster, Uuid::from_u128(42)), owner).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "AuthorizationFailed"));
    assert!(refused.json()["error"]["message"].as_str().is_some_and(|text| text.contains("ABAC condition")));
    assert_eq!(bed.arm('a', Method::DELETE, &path, Value::Null).await.status, StatusCode::OK);
    let permissions = format!("{}/providers/Microsoft.Authorization/permissions", bed.cluster);
    let shown = bed.arm('a', Method::GET, &permissions, Value::Null).await.json();
    let conditions: Vec<_> =
        shown["value"].as_array().into_iter().flatten().filter_map(|set| set["condition"].as_str()).collect();
    assert_eq!(conditions, [condition.as_str()]);
}
