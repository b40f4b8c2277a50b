//! Events of pods.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::objects::date;
use crate::world::Cluster;

/// An event that somebody reports of a pod.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// `Normal` or `Warning`.
    pub kind: &'static str,
    /// The reason in one word.
    pub reason: &'static str,
    /// The whole sentence.
    pub message: &'a str,
    /// `default-scheduler` or `kubelet`.
    pub component: &'static str,
    /// The container it is about.
    pub container: Option<&'a str>,
}

/// Records an event of a pod; the same once more counts one up.
pub fn record(cluster: &mut Cluster, now: Timestamp, pod: &Value, event: &Event<'_>) {
    let uid = text(pod, "/metadata/uid").to_owned();
    let again = cluster.kubernetes.stored.iter().find(|stored| {
        stored.plural == "events"
            && stored.text("/involvedObject/uid") == uid
            && stored.text("/reason") == event.reason
            && stored.text("/message") == event.message
    });
    if let Some(known) = again {
        let known = known.text("/metadata/uid").to_owned();
        cluster.kubernetes.change(&known, |object| {
            object["count"] = json!(object["count"].as_u64().unwrap_or(1) + 1);
            object["lastTimestamp"] = json!(date(now));
        });
        return;
    }
    cluster.kubernetes.add("events", object(now, pod, event));
}

fn object(now: Timestamp, pod: &Value, event: &Event<'_>) -> Value {
    let (namespace, name) = (text(pod, "/metadata/namespace"), text(pod, "/metadata/name"));
    let uid = Uuid::new_v4();
    let mark: String = uid.simple().to_string().chars().take(16).collect();
    let mut involved = json!({
        "kind": "Pod",
        "namespace": namespace,
        "name": name,
        "uid": text(pod, "/metadata/uid"),
        "apiVersion": "v1",
    });
    if let Some(container) = event.container {
        involved["fieldPath"] = json!(format!("spec.containers{{{container}}}"));
    }
    let host = if event.component == "kubelet" { text(pod, "/spec/nodeName") } else { "" };
    let mut source = json!({ "component": event.component });
    if !host.is_empty() {
        source["host"] = json!(host);
    }
    json!({
        "metadata": {
            "name": format!("{name}.{mark}"),
            "namespace": namespace,
            "uid": uid,
            "creationTimestamp": date(now),
        },
        "involvedObject": involved,
        "reason": event.reason,
        "message": event.message,
        "source": source,
        "firstTimestamp": date(now),
        "lastTimestamp": date(now),
        "count": 1,
        "type": event.kind,
        "eventTime": null,
        "reportingComponent": event.component,
        "reportingInstance": host,
    })
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
