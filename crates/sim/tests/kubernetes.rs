//! The Kubernetes API by a plain client that has nothing but the kubeconfig, and the pods that it runs there.

#[cfg(test)]
mod common;
#[cfg(test)]
mod kubeconfig;
#[cfg(test)]
mod pull_secrets;
#[cfg(test)]
mod route;

use std::time::Duration;

use common::{ARM, Bench};
use crosspull_sim::Tenant;
use kubeconfig::{Kubeconfig, PODS, probe, until_state};
use route::{grant, provision, reset};
use serde_json::{Value, json};

#[tokio::test]
async fn the_kubeconfig_opens_the_api_by_token_and_by_certificate() {
    let bench = Bench::with(&[]).await;
    for path in ["listClusterUserCredential", "listClusterAdminCredential", "accessProfiles/clusterUser/listCredential"]
    {
        let api = Kubeconfig::of(&bench, path).await;
        assert!(api.server.starts_with("https://localhost:"), "{}", api.server);
        assert_eq!(api.authority, bench.sim.ca_pem());
        let by_token = api.get(&bench, "/api/v1/namespaces").await;
        assert_eq!((by_token.status, by_token.at("/kind")), (200, "NamespaceList"), "{path}");
        let client = api.with_certificate(&api.certificate, &api.key);
        let by_certificate = client.get(api.url("/version")).send().await.unwrap();
        assert_eq!(by_certificate.status(), 200, "{path}");
        assert!(!bench.sim.world().to_string().contains(&api.token));
    }
    let requests = bench.sim.requests();
    let to_the_api = requests.as_array().unwrap().iter().filter(|entry| entry["plane"] == "kubernetes");
    let tenants: Vec<&Value> = to_the_api.map(|entry| &entry["tenant"]).collect();
    assert_eq!(tenants, vec![&json!(bench.tenant(Tenant::A)); 6]);
}

#[tokio::test]
async fn a_wrong_token_or_certificate_is_unauthorized() {
    let bench = Bench::with(&[]).await;
    let api = Kubeconfig::user(&bench).await;
    for token in ["", "wrong", &bench.token(Tenant::A, ARM).await] {
        let reply = bench.get(&api.url("/version"), token).await;
        assert_eq!((reply.status, reply.at("/reason"), reply.at("/kind")), (401, "Unauthorized", "Status"));
    }
    // The key of another cloud's user, which this one does not know.
    let other = Kubeconfig::user(&Bench::with(&[]).await).await;
    let stranger = api.with_certificate(&other.certificate, &other.key);
    assert_eq!(stranger.get(api.url("/version")).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_pod_pulls_with_the_credential_that_its_node_has() {
    let bench = Bench::with(&[]).await;
    let api = Kubeconfig::user(&bench).await;
    assert_eq!(api.call(&bench, "POST", PODS, &probe(&bench, "before")).await.status, 201);
    let waiting = until_state(&bench, &api, "before", "waiting", "ErrImagePull").await;
    let message = waiting["message"].as_str().unwrap();
    assert!(message.contains("failed to fetch oauth token") && message.ends_with("401 Unauthorized"), "{message}");
    until_state(&bench, &api, "before", "waiting", "ImagePullBackOff").await;

    let app = provision(&bench).await;
    assert_eq!(grant(&bench, &app).await.status, 201);
    // The role takes effect, and a failed pull that is tried again needs none of it before.
    assert_eq!(reset(&bench, &app).await["status"], "Succeeded");
    let ended = until_state(&bench, &api, "before", "terminated", "Completed").await;
    assert_eq!(ended["exitCode"], 0);

    assert_eq!(api.call(&bench, "POST", PODS, &probe(&bench, "after")).await.status, 201);
    until_state(&bench, &api, "after", "terminated", "Completed").await;
    let events = "/api/v1/namespaces/shop/events?fieldSelector=involvedObject.name%3Dafter,reason%3DPulled";
    let pulled = api.get(&bench, events).await;
    let image = format!("{}/shop/web:1.4", bench.sim.ready().login_server);
    let message = pulled.at("/items/0/message");
    assert!(message.starts_with(&format!("Successfully pulled image \"{image}\" in ")), "{pulled:?}");
    let pod = api.get(&bench, &format!("{PODS}/after")).await;
    assert_eq!(pod.at("/status/phase"), "Succeeded");
    assert!(pod.at("/status/containerStatuses/0/imageID").contains("/shop/web@sha256:"), "{pod:?}");

    let world = bench.sim.world();
    let shown = |name: &str| json!({ "name": name, "phase": "Succeeded", "image": image, "state": "terminated", "reason": "Completed" });
    let expected = json!([shown("before"), shown("after")]);
    assert_eq!(world["clusters"][0]["namespaces"]["shop"]["pods"], expected);
    let by_app = world["registries"][0]["pulls"].as_array().unwrap().iter().filter(|pull| pull["by"] == app.app_id);
    // Three nodes at their restart, and the two pods.
    assert_eq!(by_app.count(), 5);
    assert!(!world.to_string().contains(&app.secret));
}

#[tokio::test]
async fn a_reset_that_failed_half_way_leaves_nodes_of_both_kinds() {
    let text = "[[fault]]\non = 'arm POST /**/resetServicePrincipalProfile'\ndo = 'fail_operation'\napplied = true";
    let bench = Bench::with_and("happy", text).await;
    let app = provision(&bench).await;
    grant(&bench, &app).await;
    assert_eq!(reset(&bench, &app).await["status"], "Failed");
    assert_eq!(bench.sim.world()["clusters"][0]["clientId"], app.app_id);
    let api = Kubeconfig::user(&bench).await;
    for (at, pointer, reason) in [(0, "terminated", "Completed"), (1, "waiting", "ErrImagePull")] {
        let mut pod = probe(&bench, &format!("on-{at}"));
        pod["spec"]["nodeName"] = json!(format!("aks-agentpool-31415926-vmss{at:06}"));
        assert_eq!(api.call(&bench, "POST", PODS, &pod).await.status, 201);
        until_state(&bench, &api, &format!("on-{at}"), pointer, reason).await;
    }
}

#[tokio::test]
async fn a_watch_tells_what_happens_to_a_pod() {
    let bench = Bench::with(&[]).await;
    let api = Kubeconfig::user(&bench).await;
    let version = api.get(&bench, PODS).await.at("/metadata/resourceVersion").to_owned();
    let path =
        format!("{PODS}?watch=true&fieldSelector=metadata.name%3Dwatched&resourceVersion={version}&timeoutSeconds=20");
    let mut watch = bench.request("GET", &api.url(&path), &api.token, &Value::Null).send().await.unwrap();
    assert_eq!(api.call(&bench, "POST", PODS, &probe(&bench, "watched")).await.status, 201);
    until_state(&bench, &api, "watched", "waiting", "ImagePullBackOff").await;
    let gone = format!("{PODS}/watched?gracePeriodSeconds=0");
    assert_eq!(api.call(&bench, "DELETE", &gone, &Value::Null).await.status, 200);
    let (mut text, mut kinds) = (String::new(), Vec::new());
    while kinds.last() != Some(&json!("DELETED")) {
        let piece = tokio::time::timeout(Duration::from_secs(10), watch.chunk()).await.unwrap().unwrap().unwrap();
        text.push_str(&String::from_utf8_lossy(&piece));
        // The last line may not be whole yet.
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        kinds = lines.map(|line| line["type"].clone()).collect();
    }
    assert_eq!(kinds.first(), Some(&json!("ADDED")));
    assert!(kinds.contains(&json!("MODIFIED")), "{kinds:?}");
}

#[tokio::test]
async fn a_watch_that_begins_with_a_list_says_where_the_list_ends() {
    let bench = Bench::with(&[]).await;
    let api = Kubeconfig::user(&bench).await;
    let path = "/api/v1/namespaces?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&timeoutSeconds=1";
    let reply = api.get(&bench, path).await;
    let lines: Vec<Value> = reply.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["ADDED", "ADDED", "ADDED", "ADDED", "BOOKMARK"]);
    let end = &lines[4]["object"];
    let newest = api.get(&bench, "/api/v1/namespaces").await.at("/metadata/resourceVersion").to_owned();
    assert_eq!((&end["kind"], &end["metadata"]["resourceVersion"]), (&json!("Namespace"), &json!(newest)));
    assert_eq!(end["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
}

#[tokio::test]
async fn a_private_or_stopped_cluster_does_not_answer() {
    for text in ["kubernetes = 'private'", "power_state = 'Stopped'"] {
        let bench = Bench::with_and("happy", &format!("[world.cluster]\n{text}")).await;
        let api = Kubeconfig::user(&bench).await;
        let why = bench.send(bench.request("GET", &api.url("/version"), &api.token, &Value::Null)).await.unwrap_err();
        assert!(why.is_connect(), "{text}: {why}");
    }
}

#[tokio::test]
async fn who_may_only_read_creates_no_pod() {
    let bench = Bench::with_and("happy", "[world.cluster]\nkubernetes = 'read-only'").await;
    let api = Kubeconfig::user(&bench).await;
    assert_eq!(api.get(&bench, "/api/v1/nodes").await.status, 200);
    let refused = api.call(&bench, "POST", PODS, &probe(&bench, "x")).await;
    assert_eq!((refused.status, refused.at("/reason")), (403, "Forbidden"));
    let admin = Kubeconfig::of(&bench, "listClusterAdminCredential").await;
    assert_eq!(admin.call(&bench, "POST", PODS, &probe(&bench, "x")).await.status, 201);
}

#[tokio::test]
async fn faults_strike_here_too() {
    let text = "on = 'kubernetes POST /api/v1/namespaces/{ns}/pods'\nnth = 1\ndo = 'lose_reply'\n[[fault]]\non = 'kubernetes GET /version'\ndo = 'status'\ncode = 503";
    let bench = Bench::suffering(text).await;
    let api = Kubeconfig::user(&bench).await;
    let request = bench.request("POST", &api.url(PODS), &api.token, &probe(&bench, "lost"));
    assert!(bench.send(request).await.is_err());
    assert_eq!(api.get(&bench, &format!("{PODS}/lost")).await.status, 200);
    let busy = api.get(&bench, "/version").await;
    assert_eq!((busy.status, busy.at("/kind"), busy.at("/reason")), (503, "Status", "ServiceUnavailable"));
}

#[tokio::test]
async fn there_is_no_headroom_where_a_scenario_says_so() {
    let bench = Bench::with(&["no-headroom"]).await;
    let api = Kubeconfig::user(&bench).await;
    let budgets = api.get(&bench, "/apis/policy/v1/poddisruptionbudgets").await;
    assert_eq!(budgets.body["items"][0]["status"]["disruptionsAllowed"], 0);
    let workloads = api.get(&bench, "/apis/apps/v1/namespaces/shop/deployments").await;
    let replicas = |at: usize| workloads.body["items"][at]["spec"]["replicas"].clone();
    assert_eq!((replicas(0), replicas(1)), (json!(1), json!(2)));
    let subscription = bench.sim.ready().tenants.a.subscription;
    let path = format!(
        "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/westeurope/usages?api-version=2024-07-01"
    );
    let usages = bench.get(&path, &bench.token(Tenant::A, ARM).await).await;
    let cores =
        usages.body["value"].as_array().unwrap().iter().find(|usage| usage["name"]["value"] == "cores").unwrap();
    assert_eq!(cores["currentValue"], cores["limit"]);
}
