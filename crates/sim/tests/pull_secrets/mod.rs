//! Pods that pull with pull secrets, in a cluster whose own identity has no right at the registry.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crosspull_sim::Tenant;
use serde_json::{Value, json};

use crate::{
    common::{ARM, Bench},
    kubeconfig::{Kubeconfig, PODS, probe, until_state},
};

const SECRETS: &str = "/api/v1/namespaces/shop/secrets";
const ACCOUNT: &str = "/api/v1/namespaces/shop/serviceaccounts/default";

fn pull_secret(name: &str, server: &str, login: Value) -> Value {
    let config = json!({ "auths": { server: login } }).to_string();
    json!({
        "kind": "Secret", "apiVersion": "v1", "metadata": { "name": name }, "type": "kubernetes.io/dockerconfigjson",
        "stringData": { ".dockerconfigjson": config },
    })
}

/// Enables the admin user and returns its first password.
async fn admin(bench: &Bench) -> String {
    let token = bench.token(Tenant::B, ARM).await;
    let registry = bench.sim.ready().registry.clone();
    let call = async |method: &str, path: &str, body: Value| {
        bench.call(method, &format!("{registry}{path}?api-version=2023-07-01"), &token, &body).await
    };
    let off = call("POST", "/listCredentials", Value::Null).await;
    assert_eq!((off.status, off.at("/error/code")), (400, "UnAuthorizedForCredentialOperations"));
    assert_eq!(call("PATCH", "", json!({ "properties": { "adminUserEnabled": true } })).await.status, 200);
    call("POST", "/listCredentials", Value::Null).await.at("/passwords/0/value").to_owned()
}

async fn create(bench: &Bench, api: &Kubeconfig, path: &str, object: &Value) {
    assert_eq!(api.call(bench, "POST", path, object).await.status, 201);
}

/// A pod with pull secrets of its own.
fn with_secrets(bench: &Bench, name: &str, secrets: &[&str]) -> Value {
    let mut pod = probe(bench, name);
    pod["spec"]["imagePullSecrets"] = secrets.iter().map(|name| json!({ "name": name })).collect();
    pod
}

#[tokio::test]
async fn a_managed_identity_cluster_pulls_across_tenants_with_a_pull_secret() {
    let bench = Bench::with(&["managed-identity-cluster"]).await;
    let api = Kubeconfig::user(&bench).await;
    let password = admin(&bench).await;
    let server = bench.sim.ready().login_server.clone();
    let login = json!({ "auth": BASE64_STANDARD.encode(format!("registryb:{password}")) });
    create(&bench, &api, SECRETS, &pull_secret("good", &format!("https://{server}/v1/"), login)).await;
    let plain = json!({ "username": "registryb", "password": password });
    create(&bench, &api, SECRETS, &pull_secret("elsewhere", "localhost:1", plain)).await;
    let wrong = json!({ "username": "registryb", "password": "wrong" });
    create(&bench, &api, SECRETS, &pull_secret("wrong", &server, wrong)).await;

    // Without one, the nodes have nothing that the registry takes.
    create(&bench, &api, PODS, &probe(&bench, "none")).await;
    let why = until_state(&bench, &api, "none", "waiting", "ErrImagePull").await["message"].clone();
    assert!(why.as_str().unwrap().contains("failed to fetch anonymous token"), "{why}");

    // The pod gets the secret of its account.
    let mut account = api.get(&bench, ACCOUNT).await.body;
    account["imagePullSecrets"] = json!([{ "name": "good" }]);
    assert_eq!(api.call(&bench, "PUT", ACCOUNT, &account).await.status, 200);
    create(&bench, &api, PODS, &probe(&bench, "by-account")).await;
    until_state(&bench, &api, "by-account", "terminated", "Completed").await;
    let pod = api.get(&bench, &format!("{PODS}/by-account")).await;
    assert_eq!(pod.body["spec"]["imagePullSecrets"], json!([{ "name": "good" }]));
    let pulls = &bench.sim.world()["registries"][0]["pulls"];
    assert!(pulls.as_array().unwrap().iter().all(|pull| pull["by"] == "registryb"), "{pulls}");

    // What a pod names itself counts instead. Each login is tried.
    create(&bench, &api, PODS, &with_secrets(&bench, "second", &["wrong", "good"])).await;
    until_state(&bench, &api, "second", "terminated", "Completed").await;
    create(&bench, &api, PODS, &with_secrets(&bench, "refused", &["wrong"])).await;
    let why = until_state(&bench, &api, "refused", "waiting", "ErrImagePull").await["message"].clone();
    let why = why.as_str().unwrap();
    assert!(why.starts_with("[rpc error: code = Unknown desc = failed to pull and unpack image"), "{why}");
    assert!(why.contains("failed to fetch oauth token: unexpected status from GET request"), "{why}");
    until_state(&bench, &api, "refused", "waiting", "ImagePullBackOff").await;
    create(&bench, &api, PODS, &with_secrets(&bench, "other", &["elsewhere", "gone"])).await;
    let why = until_state(&bench, &api, "other", "waiting", "ErrImagePull").await["message"].clone();
    assert!(!why.as_str().unwrap().contains("oauth token"), "{why}");
    let events = "/api/v1/namespaces/shop/events?fieldSelector=involvedObject.name%3Dother,reason%3DFailedToRetrieveImagePullSecret";
    let said = api.get(&bench, events).await;
    let words = "Unable to retrieve some image pull secrets (gone); attempting to pull the image may not succeed.";
    assert_eq!(said.at("/items/0/message"), words);
    assert!(!bench.sim.world().to_string().contains(&password));
}
