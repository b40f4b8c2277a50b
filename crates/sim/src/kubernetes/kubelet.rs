//! The fate of a pod: a node is found for it, and that node really pulls its images, with the credential that it has.
//!
//! Reasons and sentences are those of Kubernetes 1.33 (`pkg/scheduler`, `pkg/kubelet/images/image_manager.go`,
//! `pkg/kubelet/kuberuntime` of kubernetes/kubernetes) and of containerd 1.7.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    api::Api,
    events::{self, Event},
    objects::{date, node_address},
    start,
};
use crate::{
    nodes::{self, PullError, SignIn},
    world::{
        Cluster, Pull,
        pull_secret::{self, Login},
    },
};

/// Until the kubelet looks at a pod again that failed, in simulated seconds.
pub const NEXT_LOOK: f64 = 2.0;
/// The kubelet's back-off in simulated seconds: doubled, to five minutes at most.
const FIRST_BACK_OFF: f64 = 10.0;
const LONGEST_BACK_OFF: f64 = 300.0;

/// Runs a pod until it has ended or is gone.
pub fn run(api: &Api, uid: String) {
    let pod = Pod { api: api.clone(), uid };
    api.cloud.spawn(async move {
        // `None` is the word of each step for "it is gone" or "it gets no further".
        let _ = live(&pod).await;
    });
}

/// A pod that is to run.
pub struct Pod {
    api: Api,
    uid: String,
}

impl Pod {
    /// Reads the cluster and the pod, unless the pod is gone or about to be.
    fn read<T>(&self, read: impl FnOnce(&Cluster, &Value) -> T) -> Option<T> {
        let world = self.api.cloud.world();
        let cluster = world.cluster(&self.api.cluster)?;
        let pod = cluster.kubernetes.find(&self.uid)?;
        let leaving = pod.object.pointer("/metadata/deletionTimestamp").is_some();
        (!leaving).then(|| read(cluster, &pod.object))
    }

    /// Changes the pod.
    pub fn change(&self, act: impl FnOnce(&mut Value)) -> Option<()> {
        self.read(|_, _| ())?;
        let mut world = self.api.cloud.world();
        world.cluster_mut(&self.api.cluster)?.kubernetes.change(&self.uid, act);
        Some(())
    }

    /// Records an event of the pod.
    pub fn event(&self, event: &Event<'_>) -> Option<()> {
        let pod = self.read(|_, pod| pod.clone())?;
        let now = self.api.cloud.clock.timestamp();
        let mut world = self.api.cloud.world();
        events::record(world.cluster_mut(&self.api.cluster)?, now, &pod, event);
        Some(())
    }

    /// Returns an event of the kubelet about a container.
    pub fn says(&self, container: &str, kind: &'static str, reason: &'static str, message: &str) -> Option<()> {
        self.event(&Event { kind, reason, message, component: "kubelet", container: Some(container) })
    }

    /// Sets the state of a container.
    pub fn state(&self, at: usize, state: Value) -> Option<()> {
        self.change(|pod| {
            if let Some(status) = pod.pointer_mut(&format!("/status/containerStatuses/{at}")) {
                status["state"] = state;
            }
        })
    }

    fn waiting(&self, at: usize, reason: &str, message: &str) -> Option<()> {
        self.state(at, json!({ "waiting": { "reason": reason, "message": message } }))
    }

    async fn sleep(&self, seconds: f64) {
        self.api.cloud.clock.sleep(seconds).await;
    }

    /// Returns the present moment as objects show it.
    pub fn now(&self) -> String {
        date(self.api.cloud.clock.timestamp())
    }
}

async fn live(pod: &Pod) -> Option<()> {
    let node = schedule(pod)?;
    let containers = pod.read(|_, object| {
        let containers = object.pointer("/spec/containers").and_then(Value::as_array);
        containers.cloned().unwrap_or_default()
    })?;
    creating(pod, node, &containers)?;
    pod.sleep(pod.api.cloud.times.pod_start).await;
    for (at, container) in containers.iter().enumerate() {
        let digest = image(pod, node, at, container).await?;
        pod.change(|pod| {
            if let Some(status) = pod.pointer_mut(&format!("/status/containerStatuses/{at}")) {
                status["imageID"] = json!(digest);
            }
        })?;
    }
    start::containers(pod, &containers)
}

/// Finds a node: the one that the pod names, else the one with the fewest pods that were made here.
fn schedule(pod: &Pod) -> Option<usize> {
    let (named, found, all) = pod.read(|cluster, object| {
        let named = object.pointer("/spec/nodeName").and_then(Value::as_str).map(str::to_owned);
        let selector = object.pointer("/spec/nodeSelector").and_then(Value::as_object).cloned().unwrap_or_default();
        let fits = |at: &usize| {
            let labels = labels(cluster, *at);
            selector.iter().all(|(key, value)| labels.get(key) == Some(value))
        };
        let pods = |at: &usize| {
            let name = cluster.nodes.get(*at).map(|node| node.name.as_str());
            cluster.kubernetes.stored.iter().filter(|stored| name == Some(stored.text("/spec/nodeName"))).count()
        };
        let found = match &named {
            Some(name) => cluster.nodes.iter().position(|node| node.name == *name),
            None => (0..cluster.nodes.len()).filter(fits).min_by_key(pods),
        };
        (named, found.and_then(|at| Some((at, cluster.nodes.get(at)?.name.clone()))), cluster.nodes.len())
    })?;
    if named.is_some() {
        return found.map(|(at, _)| at);
    }
    let Some((at, node)) = found else {
        let message = format!(
            "0/{all} nodes are available: {all} node(s) didn't match Pod's node affinity/selector. preemption: 0/{all} nodes are available: {all} Preemption is not helpful for scheduling."
        );
        unschedulable(pod, &message);
        return None;
    };
    pod.change(|pod| pod["spec"]["nodeName"] = json!(node))?;
    let name = pod.read(|_, object| {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        format!("{}/{}", text("/metadata/namespace"), text("/metadata/name"))
    })?;
    let message = format!("Successfully assigned {name} to {node}");
    let event = Event {
        kind: "Normal",
        reason: "Scheduled",
        message: &message,
        component: "default-scheduler",
        container: None,
    };
    pod.event(&event)?;
    Some(at)
}

fn labels(cluster: &Cluster, at: usize) -> serde_json::Map<String, Value> {
    let nodes =
        super::kinds::find("", "v1", "nodes").map(|kind| super::objects::all(cluster, kind)).unwrap_or_default();
    let name = cluster.nodes.get(at).map(|node| node.name.as_str());
    let node = nodes.iter().find(|node| name == Some(node.name()));
    node.and_then(|node| node.object.pointer("/metadata/labels")?.as_object().cloned()).unwrap_or_default()
}

fn unschedulable(pod: &Pod, message: &str) {
    let now = pod.now();
    let condition = json!({
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": message,
        "lastTransitionTime": now,
    });
    let _ = pod.change(|pod| pod["status"]["conditions"] = json!([condition]));
    let component = "default-scheduler";
    let _ = pod.event(&Event { kind: "Warning", reason: "FailedScheduling", message, component, container: None });
}

/// Says the first event of the kubelet: the containers are about to be made.
fn creating(pod: &Pod, node: usize, containers: &[Value]) -> Option<()> {
    let (now, address) = (pod.now(), node_address(node));
    let status = |container: &Value| {
        json!({
            "name": container.get("name"),
            "image": container.get("image"),
            "imageID": "",
            "ready": false,
            "started": false,
            "restartCount": 0,
            "state": { "waiting": { "reason": "ContainerCreating" } },
            "lastState": {},
        })
    };
    let statuses: Vec<Value> = containers.iter().map(status).collect();
    pod.change(|pod| {
        pod["status"]["hostIP"] = json!(address);
        pod["status"]["hostIPs"] = json!([{ "ip": address }]);
        pod["status"]["startTime"] = json!(now);
        pod["status"]["conditions"] = start::conditions(&now, "ContainersNotReady");
        pod["status"]["containerStatuses"] = json!(statuses);
    })
}

/// Sees to it that the node has the image of a container, and gives its digest; tries for as long as the pod is there.
async fn image(pod: &Pod, node: usize, at: usize, container: &Value) -> Option<String> {
    let text = |name: &str| container.get(name).and_then(Value::as_str).unwrap_or_default();
    let (name, image, policy) = (text("name"), text("image"), text("imagePullPolicy"));
    let mut back_off = FIRST_BACK_OFF;
    loop {
        if let Some(digest) = present(pod, node, image)?.filter(|_| policy != "Always") {
            pod.says(name, "Normal", "Pulled", &format!("Container image \"{image}\" already present on machine"))?;
            return Some(digest);
        }
        if policy == "Never" {
            let message = format!("Container image \"{image}\" is not present with pull policy of Never");
            pod.says(name, "Warning", "ErrImageNeverPull", &message)?;
            return give_up(pod, at, name, "ErrImageNeverPull", &message);
        }
        pod.says(name, "Normal", "Pulling", &format!("Pulling image \"{image}\""))?;
        let failed = match pull(pod, node, image).await? {
            Ok(pulled) => {
                pod.says(name, "Normal", "Pulled", &pulled.message)?;
                return Some(pulled.digest);
            }
            Err(errors) if matches!(errors.as_slice(), [PullError::Name(_), ..]) => {
                let message = format!(
                    "Failed to apply default image tag \"{image}\": couldn't parse image name \"{image}\": invalid reference format"
                );
                pod.says(name, "Warning", "InspectFailed", &message)?;
                return give_up(pod, at, name, "InvalidImageName", &message);
            }
            Err(errors) => all_words(image, &errors),
        };
        pod.says(name, "Warning", "Failed", &format!("Failed to pull image \"{image}\": {failed}"))?;
        pod.says(name, "Warning", "Failed", "Error: ErrImagePull")?;
        pod.waiting(at, "ErrImagePull", &failed)?;
        pod.sleep(NEXT_LOOK).await;
        let message = format!("Back-off pulling image \"{image}\"");
        pod.says(name, "Normal", "BackOff", &message)?;
        pod.says(name, "Warning", "Failed", "Error: ImagePullBackOff")?;
        pod.waiting(at, "ImagePullBackOff", &format!("{message}: ErrImagePull: {failed}"))?;
        pod.sleep(back_off).await;
        back_off = (back_off * 2.0).min(LONGEST_BACK_OFF);
    }
}

fn give_up<T>(pod: &Pod, at: usize, container: &str, reason: &'static str, message: &str) -> Option<T> {
    pod.says(container, "Warning", "Failed", &format!("Error: {reason}"))?;
    pod.waiting(at, reason, message)?;
    None
}

/// Returns the digest of an image that the node has.
fn present(pod: &Pod, node: usize, image: &str) -> Option<Option<String>> {
    pod.read(|cluster, _| {
        let pulls = cluster.nodes.get(node).map(|node| node.pulls.as_slice()).unwrap_or_default();
        pulls.iter().find(|pull| pull.image == image && pull.pulled).map(|pull| pull.digest.clone())
    })
}

/// A pull that succeeded.
struct Pulled {
    digest: String,
    message: String,
}

/// Returns the words of containerd for each try that failed, as the kubelet puts them together.
fn all_words(image: &str, errors: &[PullError]) -> String {
    let mut words: Vec<String> = errors.iter().map(|error| in_words(image, error)).collect();
    words.dedup();
    match words.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}

fn in_words(image: &str, error: &PullError) -> String {
    let code = if matches!(error, PullError::NotFound(_)) { "NotFound" } else { "Unknown" };
    let step =
        if error.is_before_content() { format!("failed to resolve reference \"{image}\": ") } else { String::new() };
    format!("rpc error: code = {code} desc = failed to pull and unpack image \"{image}\": {step}{error}")
}

/// Returns the logins that a pod brings for an image, and the names of those of its pull secrets that are not there.
fn brought(pod: &Pod, image: &str) -> Option<(Vec<Login>, Vec<String>)> {
    pod.read(|cluster, object| {
        let named = object.pointer("/spec/imagePullSecrets").and_then(Value::as_array).into_iter().flatten();
        let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default();
        let (mut logins, mut missing) = (Vec::new(), Vec::new());
        for name in named.filter_map(|secret| secret.get("name")?.as_str()) {
            match cluster.kubernetes.of("secrets", namespace).find(|secret| secret.name() == name) {
                Some(secret) => logins.extend(pull_secret::logins(&secret.object)),
                None => missing.push(name.to_owned()),
            }
        }
        (nodes::matching(&logins, image), missing)
    })
}

/// Lets the node pull, with each login of the pod's for the image and then with its own, and keeps the image there if
/// one of them let it.
async fn pull(pod: &Pod, node: usize, image: &str) -> Option<Result<Pulled, Vec<PullError>>> {
    let (logins, missing) = brought(pod, image)?;
    if !missing.is_empty() {
        let names = missing.join(", ");
        let message = format!(
            "Unable to retrieve some image pull secrets ({names}); attempting to pull the image may not succeed."
        );
        let (kind, reason) = ("Warning", "FailedToRetrieveImagePullSecret");
        pod.event(&Event { kind, reason, message: &message, component: "kubelet", container: None })?;
    }
    let own = pod.read(|cluster, _| Some(SignIn::of(cluster, cluster.nodes.get(node)?)))??;
    let mut errors = Vec::new();
    for sign_in in logins.into_iter().map(SignIn::Login).chain([own]) {
        let begin = Instant::now();
        match nodes::pull(&pod.api.cloud, image, &sign_in).await {
            Ok(pulled) => {
                keep(pod, node, image, &pulled.digest)?;
                let (took, size) = (go_duration(begin.elapsed()), pulled.size);
                let message = format!(
                    "Successfully pulled image \"{image}\" in {took} ({took} including waiting). Image size: {size} bytes."
                );
                return Some(Ok(Pulled { digest: pulled.digest, message }));
            }
            Err(error) => errors.push(error),
        }
    }
    Some(Err(errors))
}

/// Keeps an image on a node.
fn keep(pod: &Pod, node: usize, image: &str, digest: &str) -> Option<()> {
    let mut world = pod.api.cloud.world();
    if let Some(node) = world.cluster_mut(&pod.api.cluster)?.nodes.get_mut(node) {
        node.pulls.retain(|pull| pull.image != image);
        let digest = digest.to_owned();
        node.pulls.push(Pull { image: image.to_owned(), pulled: true, reason: String::new(), digest });
    }
    Some(())
}

/// Returns a duration to the millisecond, as Go writes it: `0s`, `12ms`, `1.5s`, `1m2s`.
fn go_duration(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    match milliseconds {
        0 => "0s".to_owned(),
        1..1000 => format!("{milliseconds}ms"),
        _ => {
            let (minutes, rest) = (milliseconds / 60_000, milliseconds % 60_000);
            let seconds = format!("{}.{:03}", rest / 1000, rest % 1000);
            let seconds = seconds.trim_end_matches('0').trim_end_matches('.');
            if minutes == 0 { format!("{seconds}s") } else { format!("{minutes}m{seconds}s") }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_go_does() {
        let all = [0, 12, 1500, 2000, 62_030].map(|milliseconds| go_duration(Duration::from_millis(milliseconds)));
        assert_eq!(all, ["0s", "12ms", "1.5s", "2s", "1m2.03s"]);
    }
}
