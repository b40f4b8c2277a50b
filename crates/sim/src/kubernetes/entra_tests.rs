//! A Kubernetes API that takes users of Entra.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    clock::Moment,
    names::{self, KUBERNETES_AUDIENCE},
    testbed::{Reply, Testbed},
    world::{EntraProfile, Group},
};

const PODS: &str = "/api/v1/namespaces/shop/pods";
const SECRETS: &str = "/api/v1/namespaces/shop/secrets";

async fn ask(bed: &Testbed, token: &str, method: Method, path: &str, body: Value) -> Reply {
    bed.kubernetes_by(token, method, path, "application/json", body).await
}

async fn get(bed: &Testbed, token: &str, path: &str) -> Reply {
    ask(bed, token, Method::GET, path, Value::Null).await
}

fn message(reply: &Reply) -> String {
    reply.json()["message"].as_str().unwrap_or_default().to_owned()
}

fn secret() -> Value {
    json!({ "kind": "Secret", "apiVersion": "v1", "metadata": { "name": "x" } })
}

/// Gives the operator of tenant A a role, in effect at once.
fn grant(bed: &Testbed, role: &str, scope: &str) {
    bed.grant(bed.operator('a'), role, scope, None);
    let mut world = bed.cloud.world();
    let tenant = world.a;
    if let Some(assignment) = world.role_assignments.last_mut() {
        assignment.tenant = tenant;
        assignment.written = Moment::LONG_AGO;
    }
}

#[tokio::test]
async fn a_token_of_entra_opens_the_api_if_it_is_for_it_and_of_its_tenant() {
    let bed = Testbed::scenario("entra-cluster");
    let token = bed.operator_token('a', KUBERNETES_AUDIENCE);
    assert_eq!(get(&bed, &token, PODS).await.status, StatusCode::OK);
    assert_eq!(ask(&bed, &token, Method::POST, SECRETS, secret()).await.status, StatusCode::CREATED);
    let others = [
        bed.operator_token('a', "https://management.azure.com/"),
        bed.operator_token('b', KUBERNETES_AUDIENCE),
        "clusterUser-token".to_owned(),
        format!("{token}x"),
    ];
    for other in &others {
        assert_eq!(get(&bed, other, "/version").await.status, StatusCode::UNAUTHORIZED, "{other}");
    }
    bed.pass(3600.0).await;
    assert_eq!(get(&bed, &token, PODS).await.status, StatusCode::UNAUTHORIZED);
    let open = Testbed::new(|_| {});
    let token = open.operator_token('a', KUBERNETES_AUDIENCE);
    assert_eq!(get(&open, &token, PODS).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn role_assignments_decide_and_are_named() {
    let bed = Testbed::scenario("entra-cluster-no-role");
    let token = bed.operator_token('a', KUBERNETES_AUDIENCE);
    let operator = bed.operator('a');
    assert_eq!(get(&bed, &token, "/version").await.status, StatusCode::OK);
    let refused = get(&bed, &token, PODS).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let words = format!(
        "pods is forbidden: User \"{operator}\" cannot list resource \"pods\" in API group \"\" in the namespace \"shop\": User does not have access to the resource in Azure. Update role assignment to allow access."
    );
    assert_eq!(message(&refused), words);
    let review = async |verb: &str, resource: &str| {
        let attributes = json!({ "verb": verb, "resource": resource, "namespace": "shop" });
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        let body = json!({ "spec": { "resourceAttributes": attributes } });
        ask(&bed, &token, Method::POST, path, body).await.json()["status"].clone()
    };
    let denied = review("create", "secrets").await;
    assert_eq!((&denied["allowed"], &denied["denied"]), (&json!(false), &json!(true)));
    // A reader sees no secrets; a writer of one namespace writes them there.
    grant(&bed, "Azure Kubernetes Service RBAC Reader", &bed.cluster);
    assert_eq!(get(&bed, &token, PODS).await.status, StatusCode::OK);
    assert_eq!(get(&bed, &token, SECRETS).await.status, StatusCode::FORBIDDEN);
    grant(&bed, "Azure Kubernetes Service RBAC Writer", &format!("{}/namespaces/shop", bed.cluster));
    assert_eq!(ask(&bed, &token, Method::POST, SECRETS, secret()).await.status, StatusCode::CREATED);
    let elsewhere = ask(&bed, &token, Method::POST, "/api/v1/namespaces/jobs/secrets", secret()).await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    let allowed = review("create", "secrets").await;
    let reason = allowed["reason"].as_str().unwrap();
    assert!(reason.starts_with("Access allowed by Azure RBAC Role Assignment "), "{reason}");
    assert!(reason.ends_with(&format!(" of Role a7ffa36f339b4b5c8bdfe2c188b2c0eb to user {operator}")), "{reason}");
    let namespace = json!({ "kind": "Namespace", "apiVersion": "v1", "metadata": { "name": "new" } });
    grant(&bed, "Azure Kubernetes Service RBAC Admin", &bed.cluster);
    let create = async || ask(&bed, &token, Method::POST, "/api/v1/namespaces", namespace.clone()).await.status;
    assert_eq!(create().await, StatusCode::FORBIDDEN);
    grant(&bed, "Azure Kubernetes Service RBAC Cluster Admin", &bed.cluster);
    assert_eq!(create().await, StatusCode::CREATED);
}

#[tokio::test]
async fn without_role_assignments_a_group_of_administrators_decides() {
    let group = Uuid::from_u128(7);
    let bed = Testbed::new(|world| {
        world.clusters[0].entra = Some(EntraProfile { admin_groups: vec![group], ..EntraProfile::default() });
    });
    let token = bed.operator_token('a', KUBERNETES_AUDIENCE);
    let refused = get(&bed, &token, PODS).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(message(&refused).ends_with("in the namespace \"shop\""), "{}", message(&refused));
    let (operator, a) = (bed.operator('a'), bed.cloud.world().a);
    let group = Group {
        id: group,
        display_name: "admins".to_owned(),
        members: vec![operator],
        owners: Vec::new(),
        keeper: crate::world::Keeper::People,
        created: jiff::Timestamp::UNIX_EPOCH,
    };
    bed.cloud.world().directory_mut(a).expect("a tenant").groups.push(group);
    assert_eq!(get(&bed, &token, SECRETS).await.status, StatusCode::OK);
    // Local accounts are there beside.
    assert_eq!(get(&bed, "clusterAdmin-token", PODS).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_user_is_called_by_the_principal_name_and_a_stranger_by_the_id() {
    let bed = Testbed::scenario("entra-cluster-no-role");
    let (tenant, user, name) = {
        let world = bed.cloud.world();
        let user = &world.directory(world.a).expect("a tenant").users[0];
        (world.a, user.id, user.user_principal_name.clone())
    };
    for (id, called) in [(user, name), (Uuid::from_u128(9), Uuid::from_u128(9).to_string())] {
        let token = bed.token(tenant, Uuid::from_u128(8), id, KUBERNETES_AUDIENCE, &names::PUBLIC);
        let refused = message(&get(&bed, &token, PODS).await);
        assert!(refused.starts_with(&format!("pods is forbidden: User \"{called}\" cannot list")), "{refused}");
    }
}

#[tokio::test]
async fn credentials_are_kubelogins_and_none_of_local_accounts() {
    let bed = Testbed::scenario("entra-cluster");
    let list = async |action: &str| bed.arm('a', Method::POST, &format!("{}/{action}", bed.cluster), Value::Null).await;
    let refused = list("listClusterAdminCredential").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "BadRequest"));
    let words = "Getting static credential is not allowed because this cluster is set to disable local accounts.";
    assert!(String::from_utf8_lossy(&refused.bytes).contains(words));
    assert_eq!(list("accessProfiles/clusterAdmin/listCredential").await.status, StatusCode::BAD_REQUEST);
    use base64::Engine as _;
    let user = list("listClusterUserCredential").await.json();
    let encoded = user["kubeconfigs"][0]["value"].as_str().expect("a kubeconfig").to_owned();
    let text = String::from_utf8(base64::prelude::BASE64_STANDARD.decode(encoded).expect("base64")).expect("text");
    let tenant = bed.cloud.world().a;
    let stanza = format!(
        "  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      args:\n      - get-token\n      - --environment\n      - AzurePublicCloud\n      - --server-id\n      - 6dae42f8-4368-4678-94ff-3960e28e3630\n      - --client-id\n      - 80faf920-1908-4b52-b5ef-a8e7bedfc67a\n      - --tenant-id\n      - {tenant}\n      - --login\n      - devicecode\n      command: kubelogin\n      env: null\n"
    );
    assert!(text.contains(&stanza), "{text}");
    assert!(!text.contains("token:") && !text.contains("client-key-data"));
    let shown = bed.arm('a', Method::GET, &bed.cluster, Value::Null).await.json();
    let profile = &shown["properties"]["aadProfile"];
    assert_eq!((&profile["managed"], &profile["enableAzureRBAC"]), (&json!(true), &json!(true)));
    assert_eq!(shown["properties"]["disableLocalAccounts"], true);
    let world = crate::world::view::of(&bed.cloud.world());
    assert_eq!(world["clusters"][0]["aadProfile"]["enableAzureRBAC"], true);
}
