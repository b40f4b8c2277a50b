//! The fate of containers whose images are there.
//!
//! The images of the simulated registries hold no program. So a container that names a command cannot be started, in the
//! words of containerd and runc, and one that names none is taken for one that does its work and ends well.

use serde_json::{Value, json};

use super::kubelet::Pod;

/// The end of a container.
struct End {
    reason: &'static str,
    code: u8,
    /// The reason why the container could not be started.
    error: Option<String>,
}

/// Starts the containers one after the other, and says how the pod stands then.
pub fn containers(pod: &Pod, containers: &[Value]) -> Option<()> {
    let mut ends = Vec::new();
    for (at, container) in containers.iter().enumerate() {
        ends.push(start(pod, at, container)?);
    }
    let now = pod.now();
    pod.change(|pod| finish(pod, &ends, &now))
}

fn start(pod: &Pod, at: usize, container: &Value) -> Option<End> {
    let name = container.get("name").and_then(Value::as_str).unwrap_or_default();
    pod.says(name, "Normal", "Created", &format!("Created container: {name}"))?;
    let Some(program) = program(container) else {
        pod.says(name, "Normal", "Started", &format!("Started container {name}"))?;
        return Some(End { reason: "Completed", code: 0, error: None });
    };
    let why = if program.contains('/') {
        format!("exec: \"{program}\": stat {program}: no such file or directory")
    } else {
        format!("exec: \"{program}\": executable file not found in $PATH")
    };
    let error = format!(
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: {why}: unknown"
    );
    pod.says(name, "Warning", "Failed", &format!("Error: {error}"))?;
    pod.state(at, json!({ "waiting": { "reason": "RunContainerError", "message": error } }))?;
    Some(End { reason: "StartError", code: 128, error: Some(error) })
}

/// Returns the program that a container is told to run: its command, or what its arguments put in place of the image's.
fn program(container: &Value) -> Option<&str> {
    let first = |name: &str| container.get(name)?.as_array()?.first()?.as_str();
    first("command").or_else(|| first("args"))
}

/// The pod's phase and its containers' states, by its restart policy (`pkg/kubelet`, `getPhase`).
fn finish(pod: &mut Value, ends: &[End], now: &str) {
    let text = |pod: &Value, pointer: &str| pod.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let policy = text(pod, "/spec/restartPolicy");
    let [name, namespace, uid] = ["name", "namespace", "uid"].map(|field| text(pod, &format!("/metadata/{field}")));
    let again = |end: &End| policy == "Always" || (policy == "OnFailure" && end.code != 0);
    for (at, end) in ends.iter().enumerate() {
        let Some(status) = pod.pointer_mut(&format!("/status/containerStatuses/{at}")) else {
            continue;
        };
        let terminated = terminated(end, now);
        if again(end) {
            let container = status.get("name").and_then(Value::as_str).unwrap_or_default();
            let message = format!("back-off 10s restarting failed container={container} pod={name}_{namespace}({uid})");
            status["lastState"] = json!({ "terminated": terminated });
            status["state"] = json!({ "waiting": { "reason": "CrashLoopBackOff", "message": message } });
            status["restartCount"] = json!(1);
        } else {
            status["state"] = json!({ "terminated": terminated });
        }
    }
    let phase = match () {
        () if ends.iter().any(again) => "Running",
        () if ends.iter().all(|end| end.code == 0) => "Succeeded",
        () => "Failed",
    };
    pod["status"]["phase"] = json!(phase);
    let reason = if phase == "Succeeded" { "PodCompleted" } else { "ContainersNotReady" };
    pod["status"]["conditions"] = conditions(now, reason);
}

fn terminated(end: &End, now: &str) -> Value {
    let started = if end.error.is_some() { "1970-01-01T00:00:00Z" } else { now };
    let mut terminated = json!({ "exitCode": end.code, "reason": end.reason, "startedAt": started, "finishedAt": now });
    if let Some(error) = &end.error {
        terminated["message"] = json!(error);
    }
    terminated
}

/// Returns the conditions of a pod that has a node and is not ready.
pub fn conditions(now: &str, reason: &str) -> Value {
    let good = |kind: &str| json!({ "type": kind, "status": "True", "lastTransitionTime": now });
    let bad = |kind: &str| json!({ "type": kind, "status": "False", "reason": reason, "lastTransitionTime": now });
    json!([good("Initialized"), bad("Ready"), bad("ContainersReady"), good("PodScheduled")])
}
