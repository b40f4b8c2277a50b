//! The pull of a pod's image, as the pod tells it.

use crosspull_core::text::printable;

use crate::reply::{ContainerState, ContainerStatus, ObjectEvent, Pod};

/// The state of the pull of a pod's image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pull {
    /// The image was pulled, on the node of this name.
    Done(String),
    /// The image is not pulled yet; the reason, as the second half of a sentence.
    NotYet(&'static str),
    /// The node tried and could not; its own words.
    Refused(String),
}

/// Reasons of a waiting container whose image could not be pulled (`kubelet/images`, `errors.go`).
const CANNOT_PULL: [&str; 6] = [
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ImageInspectError",
    "ErrImageNeverPull",
    "RegistryUnavailable",
];

/// Judges a pod. What its container did with the image does not count, since the container is told to run nothing.
#[must_use]
pub fn judge(pod: &Pod) -> Pull {
    let node = pod.spec.as_ref().and_then(|spec| spec.node_name.clone()).filter(|node| !node.is_empty());
    let Some(node) = node else { return Pull::NotYet("no node has taken the pod yet") };
    let status = pod.status.as_ref().and_then(|s| s.container_statuses.as_ref()?.first());
    match status {
        None => Pull::NotYet("the node has not begun yet"),
        Some(status) => match waiting(status) {
            Some((reason, message)) if CANNOT_PULL.contains(&reason) => {
                Pull::Refused(printable(&format!("{reason}: {message}"), 500))
            }
            _ if has_image(status) => Pull::Done(printable(&node, 100)),
            _ => Pull::NotYet("the node pulls the image"),
        },
    }
}

fn waiting(status: &ContainerStatus) -> Option<(&str, &str)> {
    let waiting = status.state.as_ref()?.waiting.as_ref()?;
    Some((waiting.reason.as_deref().unwrap_or_default(), waiting.message.as_deref().unwrap_or_default()))
}

/// True where the node has the image. The runtime names its digest once that is so; a container that got as far as
/// starting has it too.
fn has_image(status: &ContainerStatus) -> bool {
    let started = |state: &ContainerState| state.running.is_some() || state.terminated.is_some();
    let reached = |state: &ContainerState| {
        let reason = state.waiting.as_ref().and_then(|w| w.reason.as_deref());
        matches!(reason, Some("RunContainerError" | "CreateContainerError" | "CrashLoopBackOff"))
    };
    !status.image_id.is_empty() || status.state.as_ref().is_some_and(|s| started(s) || reached(s))
}

/// Returns the last thing that Kubernetes says went wrong with a pod. The kubelet follows the reason of a pull that failed
/// with warnings that only repeat that it failed; these count where there is nothing else.
#[must_use]
pub fn last_warning(events: &[ObjectEvent]) -> Option<String> {
    let message = |event: &ObjectEvent| event.message.clone().unwrap_or_default();
    let repeats = |event: &ObjectEvent| {
        let message = message(event);
        message.starts_with("Back-off") || CANNOT_PULL.iter().any(|reason| message == format!("Error: {reason}"))
    };
    let warned = events.iter().filter(|e| e.kind.as_deref() == Some("Warning"));
    let last = warned.max_by_key(|e| (!repeats(e), e.last_timestamp))?;
    Some(printable(&format!("{}: {}", last.reason.as_deref().unwrap_or_default(), message(last)), 500))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn judged(node: Option<&str>, state: Option<Value>, image_id: &str) -> Pull {
        let statuses = state.map(|state| {
            json!([{ "name": "pull", "image": "i", "imageID": image_id, "ready": false, "restartCount": 0, "state": state }])
        });
        let pod =
            json!({ "spec": { "containers": [], "nodeName": node }, "status": { "containerStatuses": statuses } });
        judge(&serde_json::from_value(pod).expect("a pod"))
    }

    #[test]
    fn the_pull_is_judged_and_not_what_the_container_did() {
        let node = Some("aks-nodepool1-0");
        let done = Pull::Done("aks-nodepool1-0".to_owned());
        assert_eq!(judged(None, None, ""), Pull::NotYet("no node has taken the pod yet"));
        assert_eq!(judged(node, None, ""), Pull::NotYet("the node has not begun yet"));
        let creating = json!({ "waiting": { "reason": "ContainerCreating" } });
        assert_eq!(judged(node, Some(creating), ""), Pull::NotYet("the node pulls the image"));
        let refused = json!({ "waiting": { "reason": "ErrImagePull", "message": "401 Unauthorized" } });
        assert_eq!(judged(node, Some(refused), ""), Pull::Refused("ErrImagePull: 401 Unauthorized".to_owned()));
        let not_started = json!({ "waiting": { "reason": "RunContainerError", "message": "no such file" } });
        assert_eq!(judged(node, Some(not_started), ""), done);
        let ended = json!({ "terminated": { "exitCode": 128, "reason": "StartError" } });
        assert_eq!(judged(node, Some(ended), "registryb.azurecr.io/shop/web@sha256:1"), done);
    }

    #[test]
    fn the_reason_of_a_failure_counts_before_what_repeats_that_it_failed() {
        let warning = |second: u8, message: &str| {
            let at = format!("2026-11-07T14:00:0{second}Z");
            let event = json!({ "metadata": {}, "involvedObject": {}, "type": "Warning", "reason": "Failed",
                                "message": message, "lastTimestamp": at });
            serde_json::from_value::<ObjectEvent>(event).expect("an event")
        };
        let (why, again) = (warning(1, "Failed to pull: 401"), warning(2, "Error: ErrImagePull"));
        assert_eq!(last_warning(&[why, again.clone()]).as_deref(), Some("Failed: Failed to pull: 401"));
        assert_eq!(last_warning(&[again]).as_deref(), Some("Failed: Error: ErrImagePull"));
        assert_eq!(last_warning(&[]), None);
    }
}
