//! A Kubernetes API asked directly, with the clock in hand.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    testbed::{Reply, Testbed},
    world::{KubernetesAccess, Pull, World},
};

const PODS: &str = "/api/v1/namespaces/default/pods";
const IMAGE: &str = "localhost:5001/shop/web:1.4";

async fn get(bed: &Testbed, path: &str) -> Reply {
    bed.kubernetes("clusterUser", Method::GET, path, Value::Null).await
}

fn pod(name: &str, image: &str, more: Value) -> Value {
    let mut container = json!({ "name": "probe", "image": image });
    for (name, value) in more.as_object().into_iter().flatten() {
        container[name.as_str()] = value.clone();
    }
    json!({
        "kind": "Pod", "apiVersion": "v1", "metadata": { "name": name },
        "spec": { "restartPolicy": "Never", "containers": [container] },
    })
}

async fn create(bed: &Testbed, pod: Value) -> Reply {
    bed.kubernetes("clusterUser", Method::POST, PODS, pod).await
}

/// Returns the refusal's status and reason, which have to agree with its body.
fn refusal(reply: &Reply) -> (u16, String) {
    let body = reply.json();
    assert_eq!((&body["kind"], body["code"].as_u64()), (&json!("Status"), Some(u64::from(reply.status.as_u16()))));
    (reply.status.as_u16(), body["reason"].as_str().unwrap_or_default().to_owned())
}

/// Reasons and messages of a pod's events, in the order they happened.
fn events(bed: &Testbed, pod: &str) -> Vec<(String, String)> {
    let world = bed.cloud.world();
    let stored = world.clusters[0].kubernetes.stored.iter();
    let events = stored.filter(|stored| stored.plural == "events" && stored.text("/involvedObject/name") == pod);
    events.map(|event| (event.text("/reason").to_owned(), event.text("/message").to_owned())).collect()
}

fn reasons(bed: &Testbed, pod: &str) -> Vec<String> {
    events(bed, pod).into_iter().map(|(reason, _)| reason).collect()
}

/// A world whose nodes have an image.
fn image_is_there(world: &mut World) {
    for node in &mut world.clusters[0].nodes {
        let digest = "localhost:5001/shop/web@sha256:0".to_owned();
        node.pulls.push(Pull { image: IMAGE.to_owned(), pulled: true, reason: String::new(), digest });
    }
}

#[tokio::test]
async fn nobody_and_strangers_are_unauthorized() {
    let bed = Testbed::new(|_| {});
    for path in ["/version", "/api", "/api/v1/nodes", "/nowhere"] {
        let stranger = bed.kubernetes("stranger", Method::GET, path, Value::Null).await;
        assert_eq!(refusal(&stranger), (401, "Unauthorized".to_owned()));
        assert_eq!(stranger.json()["message"], "Unauthorized");
    }
}

#[tokio::test]
async fn what_is_discovered_is_served() {
    let bed = Testbed::new(|_| {});
    assert_eq!(get(&bed, "/version").await.json()["gitVersion"], "v1.33.2");
    assert_eq!(get(&bed, "/api").await.json()["versions"], json!(["v1"]));
    let groups = get(&bed, "/apis").await.json();
    let versions = groups["groups"].as_array().into_iter().flatten();
    let versions =
        versions.map(|group| format!("/apis/{}", group["preferredVersion"]["groupVersion"].as_str().unwrap()));
    let mut lists = 0;
    for version in std::iter::once("/api/v1".to_owned()).chain(versions) {
        let list = get(&bed, &version).await.json();
        for resource in list["resources"].as_array().into_iter().flatten() {
            if resource["verbs"].as_array().is_some_and(|verbs| verbs.contains(&json!("list"))) {
                let path = format!("{version}/{}", resource["name"].as_str().unwrap());
                let found = get(&bed, &path).await;
                let kind = format!("{}List", resource["kind"].as_str().unwrap());
                assert_eq!((found.status, &found.json()["kind"]), (StatusCode::OK, &json!(kind)), "{path}");
                lists += 1;
            }
        }
    }
    assert_eq!(lists, 13);
}

#[tokio::test]
async fn what_is_not_there_is_said_in_kubernetes_words() {
    let bed = Testbed::new(|_| {});
    for (method, path, expected) in [
        (Method::GET, "/api/v1/namespaces/shop/pods/nope", (404, "NotFound")),
        (Method::GET, "/apis/apps/v1/namespaces/shop/deployments/nope", (404, "NotFound")),
        (Method::GET, "/api/v1/widgets", (404, "NotFound")),
        (Method::GET, "/apis/batch/v1/jobs", (404, "NotFound")),
        (Method::GET, "/api/v1/namespaces/shop/nodes", (404, "NotFound")),
        (Method::DELETE, "/api/v1/nodes/x", (405, "MethodNotAllowed")),
        (Method::PUT, "/api/v1/namespaces/shop/pods/x", (405, "MethodNotAllowed")),
        (Method::POST, "/api/v1/pods", (405, "MethodNotAllowed")),
        (Method::GET, "/api/v1/pods?fieldSelector=spec.color%3Dred", (400, "BadRequest")),
        (Method::GET, "/api/v1/pods?continue=x", (400, "BadRequest")),
    ] {
        let reply = bed.kubernetes("clusterUser", method, path, Value::Null).await;
        assert_eq!(refusal(&reply), (expected.0, expected.1.to_owned()), "{path}");
    }
    let message = get(&bed, "/apis/apps/v1/namespaces/shop/deployments/nope").await.json()["message"].clone();
    assert_eq!(message, "deployments.apps \"nope\" not found");
}

#[tokio::test]
async fn lists_are_selected_and_come_in_pages() {
    let bed = Testbed::new(|_| {});
    let names = |reply: &Reply| -> Vec<String> {
        let body = reply.json();
        let items = body["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["metadata"]["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let first = get(&bed, "/api/v1/namespaces?limit=2").await;
    assert_eq!(names(&first), ["default", "jobs"]);
    assert_eq!(first.json()["metadata"]["remainingItemCount"], 2);
    let token = first.json()["metadata"]["continue"].as_str().unwrap().to_owned();
    let second = get(&bed, &format!("/api/v1/namespaces?limit=2&continue={token}")).await;
    assert_eq!(
        (names(&second), second.json()["metadata"].get("continue")),
        (vec!["kube-system".to_owned(), "shop".to_owned()], None)
    );
    assert_eq!(names(&get(&bed, "/api/v1/pods?labelSelector=app%3Dweb").await).len(), 2);
    assert_eq!(names(&get(&bed, "/api/v1/namespaces/default/pods").await).len(), 0);
    let node = names(&get(&bed, "/api/v1/nodes").await)[0].clone();
    assert_eq!(names(&get(&bed, &format!("/api/v1/pods?fieldSelector=spec.nodeName%3D{node}")).await).len(), 1);
    let budget = get(&bed, "/apis/policy/v1/namespaces/shop/poddisruptionbudgets/web").await.json();
    assert_eq!(budget["status"]["disruptionsAllowed"], 1);
    let deployment = get(&bed, "/apis/apps/v1/deployments").await.json();
    assert_eq!(deployment["items"][0]["status"]["readyReplicas"], 2);
}

#[tokio::test]
async fn a_pod_that_is_wrong_is_not_made() {
    let bed = Testbed::new(|_| {});
    let send = async |path: &str, pod: Value| {
        let reply = bed.kubernetes("clusterUser", Method::POST, path, pod).await;
        (refusal(&reply), reply.json()["message"].as_str().unwrap_or_default().to_owned())
    };
    let ((code, reason), message) = send(PODS, pod("Probe", "", json!({}))).await;
    assert_eq!((code, reason.as_str()), (422, "Invalid"));
    assert!(message.starts_with("Pod \"Probe\" is invalid: [metadata.name: Invalid value: \"Probe\""), "{message}");
    assert!(message.contains("spec.containers[0].image: Required value"), "{message}");
    let (refused, message) = send(PODS, pod("x", IMAGE, json!({ "imagePullPolicy": "Sometimes" }))).await;
    assert_eq!((refused.0, message.contains("Unsupported value: \"Sometimes\"")), (422, true), "{message}");
    let (refused, message) = send("/api/v1/namespaces/nope/pods", pod("x", IMAGE, json!({}))).await;
    assert_eq!((refused.0, message.as_str()), (404, "namespaces \"nope\" not found"));
    let mut elsewhere = pod("x", IMAGE, json!({}));
    elsewhere["metadata"]["namespace"] = json!("shop");
    assert_eq!(send(PODS, elsewhere).await.0, (400, "BadRequest".to_owned()));
    let mut account = pod("x", IMAGE, json!({}));
    account["spec"]["serviceAccountName"] = json!("nope");
    assert_eq!(send(PODS, account).await.0, (403, "Forbidden".to_owned()));
    assert_eq!(send(PODS, json!({ "kind": "Secret", "apiVersion": "v1" })).await.0.0, 400);
    let dry = format!("{PODS}?dryRun=All");
    let reply = bed.kubernetes("clusterUser", Method::POST, &dry, pod("x", IMAGE, json!({}))).await;
    assert_eq!(reply.status, StatusCode::CREATED);
    assert_eq!(create(&bed, pod("x", IMAGE, json!({}))).await.status, StatusCode::CREATED);
    let (refused, message) = send(PODS, pod("x", IMAGE, json!({}))).await;
    assert_eq!((refused, message.as_str()), ((409, "AlreadyExists".to_owned()), "pods \"x\" already exists"));
}

#[tokio::test]
async fn an_image_that_cannot_be_pulled_is_tried_again_and_again() {
    let bed = Testbed::new(|_| {});
    let made = create(&bed, pod("probe", "nginx", json!({}))).await.json();
    assert_eq!(made["spec"]["containers"][0]["imagePullPolicy"], "Always");
    let state = async || get(&bed, &format!("{PODS}/probe")).await.json()["status"].clone();
    assert_eq!(state().await["phase"], "Pending");
    bed.pass(0.0).await;
    let waiting = async || state().await["containerStatuses"][0]["state"]["waiting"].clone();
    assert_eq!(waiting().await["reason"], "ContainerCreating");
    assert_eq!(reasons(&bed, "probe"), ["Scheduled"]);
    bed.pass(bed.cloud.times.pod_start).await;
    assert_eq!(waiting().await["reason"], "ErrImagePull");
    bed.pass(super::kubelet::NEXT_LOOK).await;
    let back_off = waiting().await;
    assert_eq!(back_off["reason"], "ImagePullBackOff");
    let message = back_off["message"].as_str().unwrap();
    assert!(message.starts_with("Back-off pulling image \"nginx\": ErrImagePull: rpc error: code = Unknown desc = failed to pull and unpack image \"nginx\""), "{message}");
    assert_eq!(reasons(&bed, "probe"), ["Scheduled", "Pulling", "Failed", "Failed", "BackOff", "Failed"]);
    bed.pass(10.0).await;
    assert_eq!(waiting().await["reason"], "ErrImagePull");
    let again =
        get(&bed, "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dprobe,reason%3DPulling").await;
    assert_eq!(
        (again.json()["items"].as_array().map(Vec::len), &again.json()["items"][0]["count"]),
        (Some(1), &json!(2))
    );
    assert_eq!(state().await["phase"], "Pending");
}

#[tokio::test]
async fn names_that_no_runtime_takes_and_images_never_pulled_get_no_further() {
    let bed = Testbed::new(|_| {});
    create(&bed, pod("wrong", "localhost:5001/Shop:1", json!({}))).await;
    create(&bed, pod("never", IMAGE, json!({ "imagePullPolicy": "Never" }))).await;
    bed.pass(0.0).await;
    bed.pass(bed.cloud.times.pod_start).await;
    for (name, reason) in [("wrong", "InvalidImageName"), ("never", "ErrImageNeverPull")] {
        let status = get(&bed, &format!("{PODS}/{name}")).await.json()["status"].clone();
        assert_eq!(status["containerStatuses"][0]["state"]["waiting"]["reason"], reason);
        let said = events(&bed, name);
        assert!(said.iter().any(|(_, message)| *message == format!("Error: {reason}")), "{said:?}");
    }
}

#[tokio::test]
async fn a_container_without_a_command_completes_and_one_with_a_command_cannot_start() {
    let bed = Testbed::new(image_is_there);
    create(&bed, pod("plain", IMAGE, json!({}))).await;
    create(&bed, pod("shell", IMAGE, json!({ "command": ["sh", "-c", "true"] }))).await;
    let mut again = pod("again", IMAGE, json!({}));
    again["spec"]["restartPolicy"] = json!("Always");
    create(&bed, again).await;
    bed.pass(0.0).await;
    bed.pass(bed.cloud.times.pod_start).await;
    let status = async |name: &str| get(&bed, &format!("{PODS}/{name}")).await.json()["status"].clone();
    let plain = status("plain").await;
    assert_eq!(
        (&plain["phase"], &plain["containerStatuses"][0]["state"]["terminated"]["reason"]),
        (&json!("Succeeded"), &json!("Completed"))
    );
    assert_eq!(reasons(&bed, "plain"), ["Scheduled", "Pulled", "Created", "Started"]);
    assert_eq!(events(&bed, "plain")[1].1, format!("Container image \"{IMAGE}\" already present on machine"));
    let shell = status("shell").await;
    let ended = &shell["containerStatuses"][0]["state"]["terminated"];
    assert_eq!(
        (&shell["phase"], &ended["reason"], &ended["exitCode"]),
        (&json!("Failed"), &json!("StartError"), &json!(128))
    );
    assert!(events(&bed, "shell").last().unwrap().1.contains("exec: \"sh\": executable file not found in $PATH"));
    let again = status("again").await;
    assert_eq!(
        (&again["phase"], &again["containerStatuses"][0]["state"]["waiting"]["reason"]),
        (&json!("Running"), &json!("CrashLoopBackOff"))
    );
    // Each on a node of its own.
    let nodes: std::collections::BTreeSet<String> = {
        let world = bed.cloud.world();
        let pods = world.clusters[0].kubernetes.stored.iter().filter(|stored| stored.plural == "pods");
        pods.map(|pod| pod.text("/spec/nodeName").to_owned()).collect()
    };
    assert_eq!(nodes.len(), 3);
}

#[tokio::test]
async fn a_pod_no_node_fits_stays_pending_and_one_that_names_its_node_is_not_scheduled() {
    let bed = Testbed::new(image_is_there);
    let mut nowhere = pod("nowhere", IMAGE, json!({}));
    nowhere["spec"]["nodeSelector"] = json!({ "disk": "fast" });
    create(&bed, nowhere).await;
    let mut bound = pod("bound", IMAGE, json!({}));
    bound["spec"]["nodeName"] = json!("aks-agentpool-31415926-vmss000002");
    create(&bed, bound).await;
    bed.pass(0.0).await;
    bed.pass(bed.cloud.times.pod_start).await;
    assert_eq!(reasons(&bed, "nowhere"), ["FailedScheduling"]);
    assert!(events(&bed, "nowhere")[0].1.starts_with("0/3 nodes are available: 3 node(s) didn't match"));
    assert_eq!(reasons(&bed, "bound").first().map(String::as_str), Some("Pulled"));
}

#[tokio::test]
async fn a_pod_is_deleted_at_once_or_when_its_node_has_stopped_it() {
    let bed = Testbed::new(|_| {});
    let delete = async |name: &str, body: Value| {
        bed.kubernetes("clusterUser", Method::DELETE, &format!("{PODS}/{name}"), body).await
    };
    let there = async |name: &str| get(&bed, &format!("{PODS}/{name}")).await.status == StatusCode::OK;
    for name in ["quick", "slow"] {
        create(&bed, pod(name, "nginx", json!({}))).await;
    }
    bed.pass(0.0).await;
    assert_eq!(delete("quick", json!({ "preconditions": { "uid": "x" } })).await.status, StatusCode::CONFLICT);
    assert_eq!(delete("quick", json!({ "gracePeriodSeconds": 0 })).await.status, StatusCode::OK);
    assert!(!there("quick").await);
    let slow = delete("slow", Value::Null).await.json();
    assert_eq!(slow["metadata"]["deletionGracePeriodSeconds"], 30);
    assert!(slow["metadata"]["deletionTimestamp"].is_string() && there("slow").await);
    bed.pass(0.0).await;
    bed.pass(1.0).await;
    assert!(!there("slow").await);
    assert_eq!(refusal(&delete("slow", Value::Null).await), (404, "NotFound".to_owned()));
    // Nothing goes on for pods that are gone.
    let before = events(&bed, "slow").len();
    bed.pass(1000.0).await;
    assert_eq!(events(&bed, "slow").len(), before);
}

#[tokio::test]
async fn who_may_only_read_is_told_what_is_forbidden() {
    let bed = Testbed::new(|world| world.clusters[0].kubernetes.access = KubernetesAccess::ReadOnly);
    assert_eq!(get(&bed, "/api/v1/pods").await.status, StatusCode::OK);
    let refused = create(&bed, pod("x", IMAGE, json!({}))).await;
    assert_eq!(refusal(&refused), (403, "Forbidden".to_owned()));
    let expected = "pods is forbidden: User \"clusterUser\" cannot create resource \"pods\" in API group \"\" in the namespace \"default\"";
    assert_eq!(refused.json()["message"], expected);
    let review = async |user: &str, verb: &str| {
        let body =
            json!({ "spec": { "resourceAttributes": { "verb": verb, "resource": "pods", "namespace": "default" } } });
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        bed.kubernetes(user, Method::POST, path, body).await.json()["status"]["allowed"].clone()
    };
    assert_eq!(
        (review("clusterUser", "create").await, review("clusterUser", "list").await),
        (json!(false), json!(true))
    );
    assert_eq!(review("clusterAdmin", "create").await, json!(true));
}

#[tokio::test]
async fn a_new_namespace_takes_pods() {
    let bed = Testbed::new(|_| {});
    let namespace = |name: &str| json!({ "kind": "Namespace", "apiVersion": "v1", "metadata": { "name": name } });
    let create =
        async |name: &str| bed.kubernetes("clusterUser", Method::POST, "/api/v1/namespaces", namespace(name)).await;
    assert_eq!(create("crosspull").await.json()["status"]["phase"], "Active");
    assert_eq!(refusal(&create("crosspull").await).0, 409);
    assert_eq!(refusal(&create("No.Name").await).0, 422);
    let path = "/api/v1/namespaces/crosspull/pods";
    let made = bed.kubernetes("clusterUser", Method::POST, path, pod("x", IMAGE, json!({}))).await;
    assert_eq!(made.status, StatusCode::CREATED);
}
