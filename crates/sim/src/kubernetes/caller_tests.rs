//! Tests of callers: their names, impersonation, and the tokens of service accounts.

use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    names::KUBERNETES_AUDIENCE,
    testbed::{Reply, Testbed},
    world::EntraProfile,
};

const WHOAMI: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const PODS: &str = "/api/v1/namespaces/shop/pods";
const TOKEN: &str = "/api/v1/namespaces/shop/serviceaccounts/default/token";

/// Asks by a token, as somebody else.
async fn acting(bed: &Testbed, token: &str, headers: &[(&str, &str)], path: &str) -> Reply {
    let mut request = Request::builder().uri(path).header("authorization", format!("Bearer {token}"));
    if path == WHOAMI {
        request = request.method(Method::POST).header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(axum::body::Body::from("{}")).expect("a request");
    Reply::read(bed.kubernetes.clone().oneshot(request).await.expect("an answer")).await
}

fn message(reply: &Reply) -> String {
    reply.json()["message"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_caller_is_told_who_it_is() {
    let bed = Testbed::scenario("entra-cluster-no-role");
    let oid = bed.operator('a').to_string();
    let token = bed.operator_token('a', KUBERNETES_AUDIENCE);
    let info = acting(&bed, &token, &[], WHOAMI).await.json()["status"]["userInfo"].clone();
    let expected = json!({ "username": oid, "groups": ["system:authenticated"], "extra": { "oid": [oid] } });
    assert_eq!(info, expected);
    let local = Testbed::new(|_| {});
    let info = acting(&local, "clusterAdmin-token", &[], WHOAMI).await.json()["status"]["userInfo"].clone();
    assert_eq!(info, json!({ "username": "masterclient", "groups": ["system:masters", "system:authenticated"] }));
}

#[tokio::test]
async fn an_administrator_acts_as_anybody_and_others_as_nobody() {
    let bed = Testbed::new(|world| world.clusters[0].entra = Some(EntraProfile::default()));
    let asked = [("impersonate-user", "ada"), ("impersonate-group", "g1"), ("impersonate-extra-oid", "o1")];
    let info = acting(&bed, "clusterAdmin-token", &asked, WHOAMI).await.json()["status"]["userInfo"].clone();
    let expected = json!({ "username": "ada", "groups": ["g1", "system:authenticated"], "extra": { "oid": ["o1"] } });
    assert_eq!(info, expected);
    let refused = acting(&bed, "clusterAdmin-token", &[("impersonate-user", "ada")], PODS).await;
    let words =
        "pods is forbidden: User \"ada\" cannot list resource \"pods\" in API group \"\" in the namespace \"shop\"";
    assert_eq!((refused.status, message(&refused).as_str()), (StatusCode::FORBIDDEN, words));
    let oid = bed.operator('a');
    let token = bed.operator_token('a', KUBERNETES_AUDIENCE);
    let refused = acting(&bed, &token, &[("impersonate-user", "ada")], PODS).await;
    let words = format!(
        "users \"ada\" is forbidden: User \"{oid}\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope"
    );
    assert_eq!(message(&refused), words);
    let alone = acting(&bed, "clusterAdmin-token", &[("impersonate-group", "g1")], PODS).await;
    assert_eq!(alone.status, StatusCode::INTERNAL_SERVER_ERROR);
    let account = [("impersonate-user", "system:serviceaccount:shop:default")];
    let info = acting(&bed, "clusterAdmin-token", &account, WHOAMI).await.json()["status"]["userInfo"].clone();
    let groups = ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"];
    assert_eq!(info["groups"], json!(groups));
}

#[tokio::test]
async fn a_token_of_a_service_account_opens_what_its_bindings_open() {
    let bed = Testbed::new(|_| {});
    let ask = async |body: Value| bed.kubernetes("clusterAdmin", Method::POST, TOKEN, body).await;
    let given = ask(json!({ "spec": { "expirationSeconds": 600 } })).await;
    assert_eq!(given.status, StatusCode::CREATED);
    let token = given.json()["status"]["token"].as_str().expect("a token").to_owned();
    let refused = acting(&bed, &token, &[], PODS).await;
    let name = "system:serviceaccount:shop:default";
    assert!(message(&refused).starts_with(&format!("pods is forbidden: User \"{name}\" cannot list")));
    let binding = json!({
        "kind": "RoleBinding", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": { "name": "x" },
        "roleRef": { "kind": "ClusterRole", "name": "view" },
        "subjects": [{ "kind": "ServiceAccount", "name": "default" }],
    });
    let path = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings";
    assert_eq!(bed.kubernetes("clusterAdmin", Method::POST, path, binding).await.status, StatusCode::CREATED);
    assert_eq!(acting(&bed, &token, &[], PODS).await.status, StatusCode::OK);
    assert_eq!(ask(json!({ "spec": { "expirationSeconds": 60 } })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let other = ask(json!({ "spec": { "audiences": ["api://AzureADTokenExchange"] } })).await.json();
    let other = other["status"]["token"].as_str().expect("a token").to_owned();
    assert_eq!(acting(&bed, &other, &[], PODS).await.status, StatusCode::UNAUTHORIZED);
    bed.pass(601.0).await;
    assert_eq!(acting(&bed, &token, &[], PODS).await.status, StatusCode::UNAUTHORIZED);
}
