//! Secrets and service accounts, written through the API.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::managers;
use crate::{
    testbed::{Reply, Testbed},
    world::KubernetesAccess,
};

const SECRETS: &str = "/api/v1/namespaces/shop/secrets";
const ACCOUNT: &str = "/api/v1/namespaces/shop/serviceaccounts/default";
/// `{"auths":{"localhost:5001":{"username":"u","password":"p"}}}`
const CONFIG: &str = "eyJhdXRocyI6eyJsb2NhbGhvc3Q6NTAwMSI6eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6InAifX19";

async fn ask(bed: &Testbed, method: Method, path: &str, body: Value) -> Reply {
    bed.kubernetes("clusterUser", method, path, body).await
}

async fn patch(bed: &Testbed, kind: &str, path: &str, body: Value) -> Reply {
    let media = format!("application/{kind}");
    bed.kubernetes_with("clusterUser", Method::PATCH, path, &media, body).await
}

async fn apply(bed: &Testbed, path: &str, manager: &str, body: Value) -> Reply {
    let separator = if path.contains('?') { '&' } else { '?' };
    patch(bed, "apply-patch+yaml", &format!("{path}{separator}fieldManager={manager}"), body).await
}

fn secret(name: &str, data: Value) -> Value {
    json!({ "kind": "Secret", "apiVersion": "v1", "metadata": { "name": name }, "data": data })
}

fn pull_secret(name: &str, config: &str) -> Value {
    let mut secret = secret(name, json!({ ".dockerconfigjson": config }));
    secret["type"] = json!("kubernetes.io/dockerconfigjson");
    secret
}

fn said(reply: &Reply) -> (u16, String, String) {
    let body = reply.json();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    assert_eq!((body["kind"].as_str(), body["code"].as_u64()), (Some("Status"), Some(reply.status.as_u16().into())));
    (reply.status.as_u16(), text("reason"), text("message"))
}

#[tokio::test]
async fn a_secret_is_made_read_changed_and_deleted() {
    let bed = Testbed::new(|_| {});
    let mut new = secret("token", json!({ "a": "MQ==" }));
    new["stringData"] = json!({ "b": "two" });
    new["metadata"]["labels"] = json!({ "app": "web" });
    let made = ask(&bed, Method::POST, &format!("{SECRETS}?fieldManager=kubectl-create"), new).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let made = made.json();
    assert_eq!((&made["data"], &made["type"]), (&json!({ "a": "MQ==", "b": "dHdv" }), &json!("Opaque")));
    assert_eq!((&made["metadata"]["labels"]["app"], made.get("stringData")), (&json!("web"), None));
    let expected = json!({
        "f:data": { ".": {}, "f:a": {}, "f:b": {} },
        "f:metadata": { "f:labels": { ".": {}, "f:app": {} } },
        "f:type": {},
    });
    assert_eq!(made["metadata"]["managedFields"][0]["fieldsV1"], expected);
    let path = format!("{SECRETS}/token");
    assert_eq!(ask(&bed, Method::GET, &path, Value::Null).await.json(), made);
    // A change of what is there, and one of what was there.
    let mut changed = made.clone();
    changed["data"]["a"] = json!("Mg==");
    let reply = ask(&bed, Method::PUT, &path, changed.clone()).await;
    assert_eq!((reply.status, &reply.json()["data"]["a"]), (StatusCode::OK, &json!("Mg==")));
    let stale = ask(&bed, Method::PUT, &path, changed.clone()).await;
    let words = "Operation cannot be fulfilled on secrets \"token\": the object has been modified; please apply your changes to the latest version and try again";
    assert_eq!(said(&stale), (409, "Conflict".to_owned(), words.to_owned()));
    // What changes nothing makes no new version.
    let version = reply.json()["metadata"]["resourceVersion"].clone();
    let same = patch(&bed, "merge-patch+json", &path, json!({ "data": { "a": "Mg==" } })).await;
    assert_eq!(same.json()["metadata"]["resourceVersion"], version);
    let trial = patch(&bed, "merge-patch+json", &format!("{path}?dryRun=All"), json!({ "data": null })).await;
    assert_eq!((trial.status, trial.json().get("data")), (StatusCode::OK, None));
    assert_eq!(ask(&bed, Method::GET, &path, Value::Null).await.json()["metadata"]["resourceVersion"], version);
    // Preconditions of a deletion.
    let delete = async |body: Value| ask(&bed, Method::DELETE, &path, body).await;
    let refused = delete(json!({ "preconditions": { "uid": "x" } })).await;
    assert!(
        said(&refused)
            .2
            .starts_with("Operation cannot be fulfilled on Secret \"token\": the UID in the precondition (x)")
    );
    assert_eq!(delete(json!({ "preconditions": { "resourceVersion": "1" } })).await.status, StatusCode::CONFLICT);
    assert_eq!(delete(json!({ "dryRun": ["All"] })).await.status, StatusCode::OK);
    let gone = delete(json!({ "preconditions": { "resourceVersion": version } })).await.json();
    assert_eq!((&gone["status"], &gone["details"]["uid"]), (&json!("Success"), &made["metadata"]["uid"]));
    assert_eq!(
        said(&delete(Value::Null).await),
        (404, "NotFound".to_owned(), "secrets \"token\" not found".to_owned())
    );
}

#[tokio::test]
async fn a_secret_that_is_wrong_is_refused_in_kubernetes_words() {
    let bed = Testbed::new(|_| {});
    for (body, code, expected) in [
        (
            pull_secret("x", "e30"),
            400,
            "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 0",
        ),
        (
            pull_secret("x", ""),
            422,
            "Secret \"x\" is invalid: data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\": unexpected end of JSON input",
        ),
        (
            secret("X", json!({})),
            422,
            "Secret \"X\" is invalid: metadata.name: Invalid value: \"X\": a lowercase RFC 1123 subdomain",
        ),
        (
            secret("x", json!({ "a b": "" })),
            422,
            "Secret \"x\" is invalid: data[a b]: Invalid value: \"a b\": a valid config key",
        ),
        (
            json!({ "kind": "Secret", "apiVersion": "v1", "metadata": { "name": "x" }, "type": "kubernetes.io/dockerconfigjson" }),
            422,
            "Secret \"x\" is invalid: data[.dockerconfigjson]: Required value",
        ),
        (json!({ "kind": "Pod", "apiVersion": "v1" }), 400, "the API version in the data (v1, Kind=Pod)"),
    ] {
        let reply = ask(&bed, Method::POST, SECRETS, body).await;
        let (found, _, message) = said(&reply);
        assert_eq!(found, code, "{message}");
        assert!(message.starts_with(expected), "{message}");
    }
    let causes = ask(&bed, Method::POST, SECRETS, secret("X", json!({}))).await.json()["details"]["causes"].clone();
    assert_eq!(causes[0]["field"], "metadata.name");
    let nowhere = ask(&bed, Method::POST, "/api/v1/namespaces/nope/secrets", secret("x", json!({}))).await;
    assert_eq!(said(&nowhere), (404, "NotFound".to_owned(), "namespaces \"nope\" not found".to_owned()));
    let strict = format!("{SECRETS}?fieldValidation=Strict");
    let mut unknown = secret("x", json!({}));
    unknown["dta"] = json!({});
    let (code, _, message) = said(&ask(&bed, Method::POST, &strict, unknown.clone()).await);
    assert_eq!((code, message.ends_with("strict decoding error: unknown field \"dta\"")), (400, true), "{message}");
    assert_eq!(ask(&bed, Method::POST, SECRETS, unknown).await.status, StatusCode::CREATED);
    assert_eq!(said(&ask(&bed, Method::POST, SECRETS, secret("x", json!({}))).await).1, "AlreadyExists");
    let retyped = patch(&bed, "merge-patch+json", &format!("{SECRETS}/x"), json!({ "type": "other" })).await;
    let words = "Secret \"x\" is invalid: type: Invalid value: \"other\": field is immutable";
    assert_eq!(said(&retyped), (422, "Invalid".to_owned(), words.to_owned()));
    let reply = patch(&bed, "json", &format!("{SECRETS}/x"), json!({})).await;
    assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn who_applies_a_secret_manages_what_it_names() {
    let bed = Testbed::new(|_| {});
    let path = format!("{SECRETS}/pull");
    let made = apply(&bed, &path, "crosspull", pull_secret("pull", CONFIG)).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let made = made.json();
    assert_eq!(managers::names(&made), ["Apply crosspull"]);
    let owned = json!({ "f:data": { "f:.dockerconfigjson": {} }, "f:type": {} });
    assert_eq!(made["metadata"]["managedFields"][0]["fieldsV1"], owned);
    // The same once more changes nothing.
    let again = apply(&bed, &path, "crosspull", pull_secret("pull", CONFIG)).await;
    assert_eq!((again.status, again.json()), (StatusCode::OK, made));
    // Another manager wants another value.
    let other = pull_secret("pull", "e30=");
    let refused = apply(&bed, &path, "helm", other.clone()).await;
    let words = "Apply failed with 1 conflict: conflict with \"crosspull\": .data..dockerconfigjson";
    assert_eq!(said(&refused), (409, "Conflict".to_owned(), words.to_owned()));
    let cause = json!({ "reason": "FieldManagerConflict", "message": "conflict with \"crosspull\"", "field": ".data..dockerconfigjson" });
    assert_eq!(refused.json()["details"]["causes"], json!([cause]));
    let forced = apply(&bed, &format!("{path}?force=true"), "helm", other).await;
    assert_eq!(
        (forced.status, managers::names(&forced.json())),
        (StatusCode::OK, vec!["Apply crosspull".to_owned(), "Apply helm".to_owned()])
    );
    // What was set without applying conflicts too, and says with which version it was set.
    let edited = patch(
        &bed,
        "merge-patch+json",
        &format!("{path}?fieldManager=kubectl-edit"),
        json!({ "data": { ".dockerconfigjson": CONFIG } }),
    )
    .await;
    assert_eq!(edited.status, StatusCode::OK);
    let refused = apply(&bed, &path, "helm", pull_secret("pull", "e30=")).await;
    assert!(said(&refused).2.ends_with("conflict with \"kubectl-edit\" using v1: .data..dockerconfigjson"));
}

#[tokio::test]
async fn what_is_no_longer_applied_goes_unless_others_manage_it() {
    let bed = Testbed::new(|_| {});
    let path = format!("{SECRETS}/x");
    let all = secret("x", json!({ "a": "MQ==", "b": "Mg==", "c": "Mw==" }));
    apply(&bed, &path, "one", all).await;
    apply(&bed, &path, "two", secret("x", json!({ "b": "Mg==" }))).await;
    let left = apply(&bed, &path, "one", secret("x", json!({ "a": "MQ==" }))).await.json();
    assert_eq!(left["data"], json!({ "a": "MQ==", "b": "Mg==" }));
    for (query, body, code) in [
        ("", secret("x", json!({})), 422),
        ("?fieldManager=one", json!({ "kind": "Pod", "apiVersion": "v1" }), 400),
        ("?fieldManager=one", secret("y", json!({})), 400),
        (
            "?fieldManager=one",
            json!({ "kind": "Secret", "apiVersion": "v1", "metadata": { "name": "x" }, "dta": {} }),
            500,
        ),
        (
            "?fieldManager=one",
            json!({ "kind": "Secret", "apiVersion": "v1", "metadata": { "name": "x", "resourceVersion": "1" } }),
            409,
        ),
    ] {
        let reply = patch(&bed, "apply-patch+yaml", &format!("{path}{query}"), body).await;
        assert_eq!(said(&reply).0, code, "{query}");
    }
    let forced = patch(&bed, "merge-patch+json", &format!("{path}?force=true"), json!({})).await;
    assert_eq!(
        said(&forced).2,
        "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch"
    );
}

#[tokio::test]
async fn the_pull_secrets_of_a_service_account_are_one_value() {
    let bed = Testbed::new(|_| {});
    let account = |names: &[&str]| {
        let named: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
        json!({ "kind": "ServiceAccount", "apiVersion": "v1", "metadata": { "name": "default" }, "imagePullSecrets": named })
    };
    let read = async || ask(&bed, Method::GET, ACCOUNT, Value::Null).await.json();
    let strategic = patch(
        &bed,
        "strategic-merge-patch+json",
        &format!("{ACCOUNT}?fieldManager=kubectl-patch"),
        json!({ "imagePullSecrets": [{ "name": "a" }] }),
    )
    .await;
    assert_eq!(strategic.json()["imagePullSecrets"], json!([{ "name": "a" }]));
    let other = patch(
        &bed,
        "strategic-merge-patch+json",
        &format!("{ACCOUNT}?fieldManager=kubectl-patch"),
        json!({ "imagePullSecrets": [{ "name": "b" }] }),
    )
    .await;
    assert_eq!(other.json()["imagePullSecrets"], json!([{ "name": "b" }]));
    let refused = apply(&bed, ACCOUNT, "crosspull", account(&["b", "mine"])).await;
    assert_eq!(
        said(&refused).2,
        "Apply failed with 1 conflict: conflict with \"kubectl-patch\" using v1: .imagePullSecrets"
    );
    // Added to it by a patch that is guarded by the version that was read.
    let version = read().await["metadata"]["resourceVersion"].clone();
    let guarded = |version: Value| {
        json!([
            { "op": "test", "path": "/metadata/resourceVersion", "value": version },
            { "op": "add", "path": "/imagePullSecrets/-", "value": { "name": "mine" } },
        ])
    };
    let added = patch(&bed, "json-patch+json", ACCOUNT, guarded(version.clone())).await;
    assert_eq!(added.json()["imagePullSecrets"], json!([{ "name": "b" }, { "name": "mine" }]));
    let late = patch(&bed, "json-patch+json", ACCOUNT, guarded(version.clone())).await;
    assert_eq!(
        said(&late),
        (422, "Invalid".to_owned(), "the server rejected our request due to an error in our request".to_owned())
    );
    let late = patch(
        &bed,
        "merge-patch+json",
        ACCOUNT,
        json!({ "metadata": { "resourceVersion": version }, "imagePullSecrets": [] }),
    )
    .await;
    assert_eq!(said(&late).0, 409);
    let world = crate::world::view::of(&bed.cloud.world());
    let expected = json!([{ "name": "default", "imagePullSecrets": ["b", "mine"] }]);
    assert_eq!(world["clusters"][0]["namespaces"]["shop"]["serviceAccounts"], expected);
}

#[tokio::test]
async fn every_namespace_has_its_account_again() {
    let bed = Testbed::new(|_| {});
    let uid = async || ask(&bed, Method::GET, ACCOUNT, Value::Null).await.json()["metadata"]["uid"].clone();
    let before = uid().await;
    let gone = ask(&bed, Method::DELETE, ACCOUNT, Value::Null).await.json();
    assert_eq!((&gone["kind"], &gone["metadata"]["uid"]), (&json!("ServiceAccount"), &before));
    assert_ne!(uid().await, before);
    let accounts = "/api/v1/namespaces/shop/serviceaccounts";
    let ci = json!({ "kind": "ServiceAccount", "apiVersion": "v1", "metadata": { "name": "ci" } });
    assert_eq!(ask(&bed, Method::POST, accounts, ci).await.status, StatusCode::CREATED);
    let all = ask(&bed, Method::GET, accounts, Value::Null).await.json();
    assert_eq!(all["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn the_world_shows_of_a_secret_all_but_its_values() {
    let bed = Testbed::new(|_| {});
    apply(&bed, &format!("{SECRETS}/pull"), "crosspull", pull_secret("pull", CONFIG)).await;
    let world = crate::world::view::of(&bed.cloud.world());
    let expected = json!([{
        "name": "pull",
        "type": "kubernetes.io/dockerconfigjson",
        "servers": ["localhost:5001"],
        "managers": ["crosspull"],
    }]);
    assert_eq!(world["clusters"][0]["namespaces"]["shop"]["secrets"], expected);
    assert!(!world.to_string().contains(CONFIG));
}

#[tokio::test]
async fn who_may_do_nothing_with_secrets_is_told_so_for_each_namespace() {
    let bed = Testbed::scenario("no-right-on-secrets");
    let refused = ask(&bed, Method::POST, SECRETS, secret("x", json!({}))).await;
    let words = "secrets is forbidden: User \"clusterUser\" cannot create resource \"secrets\" in API group \"\" in the namespace \"shop\"";
    assert_eq!(said(&refused), (403, "Forbidden".to_owned(), words.to_owned()));
    assert_eq!(refused.json()["details"]["kind"], "secrets");
    let read = ask(&bed, Method::GET, &format!("{SECRETS}/x"), Value::Null).await;
    assert!(said(&read).2.starts_with("secrets \"x\" is forbidden: User \"clusterUser\" cannot get resource"));
    assert_eq!(ask(&bed, Method::GET, ACCOUNT, Value::Null).await.status, StatusCode::OK);
    let by_admin = bed.kubernetes("clusterAdmin", Method::POST, SECRETS, secret("x", json!({}))).await;
    assert_eq!(by_admin.status, StatusCode::CREATED);
    let may = async |bed: &Testbed, verb: &str, resource: &str, namespace: &str| {
        let attributes = json!({ "verb": verb, "resource": resource, "namespace": namespace });
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        let reply = ask(bed, Method::POST, path, json!({ "spec": { "resourceAttributes": attributes } })).await;
        reply.json()["status"]["allowed"] == true
    };
    assert_eq!(
        (may(&bed, "create", "secrets", "shop").await, may(&bed, "patch", "serviceaccounts", "shop").await),
        (false, true)
    );
    let bed = Testbed::new(|world| {
        let api = &mut world.clusters[0].kubernetes;
        api.access = KubernetesAccess::NoSecrets;
        api.no_secrets_in = vec!["jobs".to_owned()];
    });
    let answers = [
        may(&bed, "create", "secrets", "shop").await,
        may(&bed, "create", "secrets", "jobs").await,
        may(&bed, "list", "secrets", "").await,
    ];
    assert_eq!(answers, [true, false, false]);
    assert_eq!(ask(&bed, Method::POST, SECRETS, secret("y", json!({}))).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn what_others_made_is_theirs() {
    let bed = Testbed::scenario("others-pull-secret");
    let path = "/api/v1/namespaces/default/secrets/crosspull-registryb";
    let refused = apply(&bed, path, "crosspull", pull_secret("crosspull-registryb", CONFIG)).await;
    assert!(said(&refused).2.ends_with("conflict with \"kubectl\" using v1: .data..dockerconfigjson"));
    let world = crate::world::view::of(&bed.cloud.world());
    let namespace = &world["clusters"][0]["namespaces"]["default"];
    let secret = json!({
        "name": "crosspull-registryb",
        "type": "kubernetes.io/dockerconfigjson",
        "servers": ["localhost:5001"],
        "managers": ["kubectl"],
    });
    assert_eq!(namespace["secrets"], json!([secret]));
    let account = json!({ "name": "default", "imagePullSecrets": ["crosspull-registryb"] });
    assert_eq!(namespace["serviceAccounts"], json!([account]));
}
