//! Roles and bindings, asked through the API.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::rule::Rule;
use crate::{
    kubernetes::question::{About, Question, Resource},
    names::KUBERNETES_AUDIENCE,
    testbed::{Reply, Testbed},
    world::EntraProfile,
};

const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";
const REVIEW: &str = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

async fn admin(bed: &Testbed, method: Method, path: &str, body: Value) -> Reply {
    bed.kubernetes("clusterAdmin", method, path, body).await
}

/// Asks as a user of Entra who is in no group, on a cluster where bindings decide.
async fn operator(bed: &Testbed, method: Method, path: &str, body: Value) -> Reply {
    let token = bed.operator_token('a', KUBERNETES_AUDIENCE);
    bed.kubernetes_by(&token, method, path, "application/json", body).await
}

fn bindings_decide() -> Testbed {
    Testbed::new(|world| world.clusters[0].entra = Some(EntraProfile::default()))
}

fn role(name: &str, rules: Value) -> Value {
    json!({ "kind": "Role", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": { "name": name }, "rules": rules })
}

fn binding(kind: &str, name: &str, role: (&str, &str), subjects: Value) -> Value {
    json!({
        "kind": kind, "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": { "name": name },
        "roleRef": { "apiGroup": super::GROUP, "kind": role.0, "name": role.1 }, "subjects": subjects,
    })
}

fn said(reply: &Reply) -> (u16, String) {
    (reply.status.as_u16(), reply.json()["message"].as_str().unwrap_or_default().to_owned())
}

/// Returns what a review by an administrator says of somebody: whether, and why.
async fn review(bed: &Testbed, who: Value, attributes: Value) -> (bool, String) {
    let mut spec = who;
    spec["resourceAttributes"] = attributes;
    let status = admin(bed, Method::POST, REVIEW, json!({ "spec": spec })).await.json()["status"].clone();
    (status["allowed"] == true, status["reason"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn rules_allow_what_their_words_say() {
    let rule = |text: Value| Rule::all(&json!({ "rules": [text] })).remove(0);
    let pods = rule(json!({ "verbs": ["get"], "apiGroups": [""], "resources": ["pods", "*/scale"] }));
    let named = rule(json!({
        "verbs": ["*"], "apiGroups": ["apps"], "resources": ["deployments"], "resourceNames": ["web"],
    }));
    let all = rule(json!({ "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"] }));
    let paths = rule(json!({ "verbs": ["get"], "nonResourceURLs": ["/healthz", "/apis/*"] }));
    let asks = |rule: &Rule, verb, group, resource, subresource, name| {
        rule.allows(&Question::of(verb, Resource { group, resource, subresource, name, namespace: "" }))
    };
    let table = [
        (&pods, "get", "", "pods", "", "", true),
        (&pods, "list", "", "pods", "", "", false),
        (&pods, "get", "apps", "pods", "", "", false),
        (&pods, "get", "", "pods", "log", "", false),
        (&pods, "get", "", "replicationcontrollers", "scale", "", true),
        (&pods, "get", "", "scale", "", "", false),
        (&named, "delete", "apps", "deployments", "", "web", true),
        (&named, "delete", "apps", "deployments", "", "api", false),
        (&named, "list", "apps", "deployments", "", "", false),
        (&all, "bind", "any.io", "things", "status", "x", true),
        (&paths, "get", "", "pods", "", "", false),
    ];
    for (rule, verb, group, resource, subresource, name, allowed) in table {
        let found = asks(rule, verb, group, resource, subresource, name);
        assert_eq!(found, allowed, "{rule}: {verb} {resource}/{subresource} {name}");
    }
    let path = |rule: &Rule, verb, path| rule.allows(&Question { verb, about: About::Path(path) });
    assert!(path(&paths, "get", "/apis/apps/v1") && path(&paths, "get", "/healthz"));
    assert!(!path(&paths, "post", "/healthz") && !path(&paths, "get", "/version") && !path(&all, "get", "/version"));
}

#[tokio::test]
async fn a_binding_opens_and_is_named() {
    let bed = bindings_decide();
    let pods = "/api/v1/namespaces/shop/pods";
    assert_eq!(operator(&bed, Method::GET, pods, Value::Null).await.status, StatusCode::FORBIDDEN);
    let oid = bed.operator('a').to_string();
    let subjects = json!([{ "kind": "User", "name": oid }]);
    let path = format!("{RBAC}/namespaces/shop/rolebindings");
    let view = binding("RoleBinding", "readers", ("ClusterRole", "view"), subjects);
    let made = admin(&bed, Method::POST, &path, view.clone()).await;
    assert_eq!((made.status, &made.json()["subjects"][0]["apiGroup"]), (StatusCode::CREATED, &json!(super::GROUP)));
    assert_eq!(operator(&bed, Method::GET, pods, Value::Null).await.status, StatusCode::OK);
    assert_eq!(operator(&bed, Method::GET, "/api/v1/pods", Value::Null).await.status, StatusCode::FORBIDDEN);
    let who = json!({ "user": oid });
    let asked = json!({ "verb": "list", "resource": "pods", "namespace": "shop" });
    let words = format!("RBAC: allowed by RoleBinding \"readers/shop\" of ClusterRole \"view\" to User \"{oid}\"");
    assert_eq!(review(&bed, who.clone(), asked.clone()).await, (true, words));
    // A binding whose role is gone says so, and its role cannot be another one.
    let other = binding("RoleBinding", "readers", ("ClusterRole", "edit"), json!([]));
    let changed = admin(&bed, Method::PUT, &format!("{path}/readers"), other).await;
    assert_eq!(changed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(said(&changed).1.ends_with("cannot change roleRef"), "{}", said(&changed).1);
    assert_eq!(admin(&bed, Method::DELETE, &format!("{path}/readers"), Value::Null).await.status, StatusCode::OK);
    assert_eq!(review(&bed, who.clone(), asked.clone()).await, (false, String::new()));
    let lost = binding("RoleBinding", "lost", ("Role", "nothing"), json!([{ "kind": "User", "name": oid }]));
    assert_eq!(admin(&bed, Method::POST, &path, lost).await.status, StatusCode::CREATED);
    let words = "RBAC: role.rbac.authorization.k8s.io \"nothing\" not found".to_owned();
    assert_eq!(review(&bed, who, asked).await, (false, words));
}

#[tokio::test]
async fn groups_and_service_accounts_are_subjects() {
    let bed = bindings_decide();
    let cluster = format!("{RBAC}/clusterrolebindings");
    let subjects = json!([
        { "kind": "Group", "name": "g1" },
        { "kind": "ServiceAccount", "name": "ci", "namespace": "jobs" },
    ]);
    let all = binding("ClusterRoleBinding", "all", ("ClusterRole", "cluster-admin"), subjects);
    assert_eq!(admin(&bed, Method::POST, &cluster, all).await.status, StatusCode::CREATED);
    let asked = json!({ "verb": "delete", "resource": "nodes" });
    let start = "RBAC: allowed by ClusterRoleBinding \"all\" of ClusterRole \"cluster-admin\" to";
    for (who, to) in [
        (json!({ "user": "x", "groups": ["g1"] }), "Group \"g1\""),
        (json!({ "groups": ["g1"] }), "Group \"g1\""),
        (json!({ "user": "system:serviceaccount:jobs:ci" }), "ServiceAccount \"ci/jobs\""),
    ] {
        assert_eq!(review(&bed, who, asked.clone()).await, (true, format!("{start} {to}")));
    }
    for who in [json!({ "user": "g1" }), json!({ "user": "system:serviceaccount:shop:ci", "groups": ["g2"] })] {
        assert!(!review(&bed, who, asked.clone()).await.0);
    }
    assert_eq!(review(&bed, json!({ "user": "x", "groups": ["system:masters"] }), asked).await, (true, String::new()));
}

#[tokio::test]
async fn nobody_gives_away_what_they_do_not_have() {
    let bed = bindings_decide();
    let oid = bed.operator('a').to_string();
    let subjects = json!([{ "kind": "User", "name": oid }]);
    let path = format!("{RBAC}/namespaces/shop/rolebindings");
    let made = admin(&bed, Method::POST, &path, binding("RoleBinding", "a", ("ClusterRole", "admin"), subjects)).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let roles = format!("{RBAC}/namespaces/shop/roles");
    let create = async |path: &str, body: Value| said(&operator(&bed, Method::POST, path, body).await);
    let held = role("held", json!([{ "verbs": ["get", "list"], "apiGroups": [""], "resources": ["secrets"] }]));
    assert_eq!(create(&roles, held).await.0, 201);
    let more = role("more", json!([{ "verbs": ["get", "delete"], "apiGroups": [""], "resources": ["nodes"] }]));
    let words = format!(
        "roles.rbac.authorization.k8s.io \"more\" is forbidden: user \"{oid}\" (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n{{APIGroups:[\"\"], Resources:[\"nodes\"], Verbs:[\"get\" \"delete\"]}}"
    );
    assert_eq!(create(&roles, more.clone()).await, (403, words));
    let to = |role| binding("RoleBinding", "b", ("ClusterRole", role), json!([{ "kind": "Group", "name": "g" }]));
    let refused = create(&path, to("cluster-admin")).await;
    assert!(refused.1.contains("{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}"), "{}", refused.1);
    assert_eq!(create(&path, to("no-such-role")).await.0, 404);
    assert_eq!(create(&path, to("edit")).await.0, 201);
    // Who may bind and escalate may give away anything.
    let rules = json!([{ "verbs": ["bind", "escalate"], "apiGroups": [super::GROUP], "resources": ["*"] }]);
    assert_eq!(admin(&bed, Method::POST, &roles, role("giver", rules)).await.status, StatusCode::CREATED);
    let giver = binding("RoleBinding", "giver", ("Role", "giver"), json!([{ "kind": "User", "name": oid }]));
    assert_eq!(admin(&bed, Method::POST, &path, giver).await.status, StatusCode::CREATED);
    assert_eq!(create(&roles, more).await.0, 201);
    let second =
        binding("RoleBinding", "c", ("ClusterRole", "cluster-admin"), json!([{ "kind": "Group", "name": "g" }]));
    assert_eq!(create(&path, second).await.0, 201);
}

#[tokio::test]
async fn the_standard_roles_are_there_and_admin_is_put_together() {
    let bed = Testbed::new(|_| {});
    let get =
        async |name: &str| admin(&bed, Method::GET, &format!("{RBAC}/clusterroles/{name}"), Value::Null).await.json();
    let admin_role = get("admin").await;
    let has = |role: &Value, verb: &str, resource: &str| {
        let wanted = Resource { group: "", resource, ..Resource::default() };
        Rule::all(role).iter().any(|rule| rule.allows(&Question::of(verb, wanted)))
    };
    assert!(has(&admin_role, "create", "pods") && has(&admin_role, "get", "secrets"));
    assert!(!has(&admin_role, "get", "nodes") && !has(&get("view").await, "get", "secrets"));
    assert_eq!(admin_role["metadata"]["labels"]["kubernetes.io/bootstrapping"], "rbac-defaults");
    let labels = json!({ "rbac.authorization.k8s.io/aggregate-to-view": "true" });
    let nodes = json!({
        "kind": "ClusterRole", "apiVersion": "rbac.authorization.k8s.io/v1",
        "metadata": { "name": "nodes", "labels": labels },
        "rules": [{ "verbs": ["get"], "apiGroups": [""], "resources": ["nodes"] }],
    });
    let made = admin(&bed, Method::POST, &format!("{RBAC}/clusterroles"), nodes).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert!(has(&get("admin").await, "get", "nodes"));
    admin(&bed, Method::DELETE, &format!("{RBAC}/clusterroles/nodes"), Value::Null).await;
    assert!(!has(&get("admin").await, "get", "nodes"));
}

#[tokio::test]
async fn what_cannot_be_is_refused_field_by_field() {
    let bed = Testbed::new(|_| {});
    let cluster = format!("{RBAC}/clusterrolebindings");
    let wrong =
        binding("ClusterRoleBinding", "x", ("Role", "view"), json!([{ "kind": "ServiceAccount", "name": "ci" }]));
    let refused = admin(&bed, Method::POST, &cluster, wrong).await;
    let words = "ClusterRoleBinding \"x\" is invalid: [roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\", subjects[0].namespace: Required value]";
    let body = refused.json();
    assert_eq!((refused.status.as_u16(), body["message"].as_str()), (422, Some(words)));
    let roles = format!("{RBAC}/namespaces/shop/roles");
    let refused =
        admin(&bed, Method::POST, &roles, role("x", json!([{ "verbs": ["get"], "resources": ["pods"] }]))).await;
    let words =
        "Role \"x\" is invalid: rules[0].apiGroups: Required value: resource rules must supply at least one api group";
    assert_eq!(said(&refused), (422, words.to_owned()));
    let applied = json!({
        "kind": "Role", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": { "name": "y" },
        "rules": [{ "verbs": ["get"], "apiGroups": [""], "resources": ["pods"] }],
    });
    let path = format!("{roles}/y?fieldManager=crosspull");
    let media = "application/apply-patch+yaml";
    let made = bed.kubernetes_with("clusterAdmin", Method::PATCH, &path, media, applied).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(made.json()["metadata"]["managedFields"][0]["fieldsV1"], json!({ "f:rules": {} }));
}

#[tokio::test]
async fn the_groups_of_administrators_have_aks_binding() {
    let group = uuid::Uuid::from_u128(7);
    let bed = Testbed::new(|world| {
        world.clusters[0].entra = Some(EntraProfile { admin_groups: vec![group], ..EntraProfile::default() });
    });
    let path = format!("{RBAC}/clusterrolebindings/aks-cluster-admin-binding-aad");
    let found = admin(&bed, Method::GET, &path, Value::Null).await.json();
    assert_eq!((&found["roleRef"]["name"], &found["subjects"][0]["name"]), (&json!("cluster-admin"), &json!(group)));
}
