//! Creating and deleting pods.

use http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    answers::object,
    api::Api,
    asked::Asked,
    kinds::{self, Kind, Target},
    kubelet,
    metadata::{self, known_namespace},
    objects::{self, date, one},
    refusals::{
        Cause, NO_LABEL, NO_SUBDOMAIN, already_exists, bad_request, failure, invalid, is_name, no_path, not_found,
    },
};
use crate::{
    errors::{self, Answer, Refusal},
    world::Stored,
};

/// The time that a node takes to stop a pod that does nothing, in simulated seconds.
const STOP: f64 = 1.0;

fn kind() -> Result<&'static Kind, Refusal> {
    kinds::find("", "v1", "pods").ok_or_else(no_path)
}

/// Makes a pod, which a node then runs.
pub fn create(asked: &Asked, namespace: &str) -> Answer {
    let kind = kind()?;
    let mut pod = read(asked, kind, namespace)?;
    let name = text(&pod, "/metadata/name").to_owned();
    let uid = text(&pod, "/metadata/uid").to_owned();
    let account = text(&pod, "/spec/serviceAccountName").to_owned();
    let target = Target { kind, namespace: Some(namespace), name: Some(&name) };
    let made = asked.cluster(|cluster| {
        known_namespace(cluster, namespace)?;
        let found = cluster.kubernetes.of("serviceaccounts", namespace).find(|known| known.name() == account);
        admit(&mut pod, found.ok_or_else(|| no_account(kind, &name, namespace, &account))?);
        if one(cluster, &target).is_some() {
            return Err(already_exists(kind, &name));
        }
        if asked.is_dry_run() {
            return Ok(pod);
        }
        cluster.kubernetes.add(kind.plural, pod);
        one(cluster, &target).ok_or_else(no_path)
    })??;
    if !asked.is_dry_run() {
        kubelet::run(&asked.api, uid);
    }
    Ok(object(StatusCode::CREATED, kind, made))
}

/// Gives a pod the pull secrets of its service account, unless it names its own (Kubernetes documentation, "Configure
/// Service Accounts for Pods").
fn admit(pod: &mut Value, account: &Stored) {
    let has_none = |object: &Value| object.as_array().is_none_or(Vec::is_empty);
    let secrets = account.object.get("imagePullSecrets").cloned().unwrap_or_default();
    if has_none(&pod["spec"]["imagePullSecrets"]) && !has_none(&secrets) {
        pod["spec"]["imagePullSecrets"] = secrets;
    }
}

/// Returns the refusal by the admission of service accounts.
fn no_account(kind: &Kind, name: &str, namespace: &str, account: &str) -> Refusal {
    let message = format!(
        "pods \"{name}\" is forbidden: error looking up service account {namespace}/{account}: serviceaccount \"{account}\" not found"
    );
    errors::kubernetes(StatusCode::FORBIDDEN, "Forbidden", &message, &kind.details(name))
}

/// Returns the pod of a body, checked and with everything that Kubernetes adds.
fn read(asked: &Asked, kind: &Kind, namespace: &str) -> Result<Value, Refusal> {
    let body = asked.object()?;
    if (text(&body, "/kind"), text(&body, "/apiVersion")) != ("Pod", "v1") {
        let (found, version) = (text(&body, "/kind"), text(&body, "/apiVersion"));
        let message = format!(
            "the API version in the data ({version}, Kind={found}) does not match the expected API version (v1, Kind=Pod)"
        );
        return Err(bad_request(&message));
    }
    let metadata = metadata::new(asked, &body, namespace)?;
    let mut spec = body.get("spec").cloned().filter(Value::is_object).unwrap_or_else(|| json!({}));
    let name = metadata.get("name").and_then(Value::as_str).unwrap_or_default();
    let causes = check(name, &spec);
    if !causes.is_empty() {
        return Err(invalid(kind, name, &causes));
    }
    fill(&mut spec);
    let quality = if has_resources(&spec) { "Burstable" } else { "BestEffort" };
    Ok(json!({ "metadata": metadata, "spec": spec, "status": { "phase": "Pending", "qosClass": quality } }))
}

/// Returns the problems of a pod, as far as it is checked here.
fn check(name: &str, spec: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    if name.is_empty() {
        causes.push(Cause::required("metadata.name", "name or generateName is required"));
    } else if !is_name(name, true) {
        causes.push(Cause::invalid("metadata.name", name, NO_SUBDOMAIN));
    }
    let one_of = |field: &str, value: Option<&Value>, known: &[&str]| {
        let value = value?.as_str().unwrap_or_default();
        (!known.contains(&value)).then(|| Cause::unsupported(field, value, known))
    };
    causes.extend(one_of("spec.restartPolicy", spec.get("restartPolicy"), &["Always", "OnFailure", "Never"]));
    let containers = spec.get("containers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if containers.is_empty() {
        causes.push(Cause::required("spec.containers", ""));
    }
    for (at, container) in containers.iter().enumerate() {
        let field = |name: &str| format!("spec.containers[{at}].{name}");
        match text(container, "/name") {
            "" => causes.push(Cause::required(&field("name"), "")),
            name if !is_name(name, false) => causes.push(Cause::invalid(&field("name"), name, NO_LABEL)),
            _ => {}
        }
        if text(container, "/image").trim().is_empty() {
            causes.push(Cause::required(&field("image"), ""));
        }
        let policy = container.get("imagePullPolicy").filter(|policy| *policy != "");
        causes.extend(one_of(&field("imagePullPolicy"), policy, &["Always", "IfNotPresent", "Never"]));
    }
    causes
}

/// The values that Kubernetes gives a pod where it has none (Kubernetes API reference, "Pod").
fn fill(spec: &mut Value) {
    let usual = json!({
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "securityContext": {},
        "schedulerName": "default-scheduler",
        "serviceAccountName": "default",
        "serviceAccount": "default",
        "enableServiceLinks": true,
        "preemptionPolicy": "PreemptLowerPriority",
        "priority": 0,
    });
    add(spec, usual);
    for container in spec.get_mut("containers").and_then(Value::as_array_mut).into_iter().flatten() {
        if container.get("imagePullPolicy") == Some(&json!("")) {
            container.as_object_mut().and_then(|container| container.remove("imagePullPolicy"));
        }
        let image = text(container, "/image");
        // The tag `latest`, or none: Always (Kubernetes documentation, "Images", "Default image pull policy").
        let tag = image.rsplit('/').next().and_then(|last| last.split_once(':')).map_or("latest", |(_, tag)| tag);
        let always = tag == "latest" && !image.contains('@');
        let usual = json!({
            "imagePullPolicy": if always { "Always" } else { "IfNotPresent" },
            "resources": {},
            "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
        });
        add(container, usual);
    }
}

fn add(object: &mut Value, usual: Value) {
    if let (Some(object), Value::Object(usual)) = (object.as_object_mut(), usual) {
        for (name, value) in usual {
            object.entry(name).or_insert(value);
        }
    }
}

fn has_resources(spec: &Value) -> bool {
    let containers = spec.get("containers").and_then(Value::as_array).into_iter().flatten();
    let mut resources = containers.filter_map(|container| container.get("resources")?.as_object());
    resources.any(|resources| !resources.is_empty())
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Deletes a pod: at once where nothing of it runs or no time is given, else when its node has stopped it (Kubernetes
/// documentation, "Termination of Pods").
pub fn delete(asked: &Asked, target: &Target<'_>) -> Answer {
    let kind = target.kind;
    let options = if asked.body.is_empty() { json!({}) } else { asked.object()? };
    let pod = asked.cluster(|cluster| one(cluster, target))?.ok_or_else(|| not_found(target))?;
    let uid = text(&pod, "/metadata/uid").to_owned();
    let wanted = text(&options, "/preconditions/uid");
    if !wanted.is_empty() && wanted != uid {
        let message = format!(
            "Operation cannot be fulfilled on pods \"{}\": Precondition failed: UID in precondition: {wanted}, UID in object meta: {uid}",
            target.name.unwrap_or_default()
        );
        return Err(failure(StatusCode::CONFLICT, "Conflict", &message));
    }
    let asked_for = asked.query("gracePeriodSeconds").and_then(|seconds| seconds.parse().ok());
    let asked_for = asked_for.or_else(|| options.get("gracePeriodSeconds").and_then(Value::as_i64));
    let usual = pod.pointer("/spec/terminationGracePeriodSeconds").and_then(Value::as_i64).unwrap_or(30);
    let ended = matches!(text(&pod, "/status/phase"), "Succeeded" | "Failed");
    let grace = if ended || text(&pod, "/spec/nodeName").is_empty() { 0 } else { asked_for.unwrap_or(usual).max(0) };
    if asked.is_dry_run() || options.get("dryRun").is_some_and(|all| *all == json!(["All"])) {
        return Ok(object(StatusCode::OK, kind, pod));
    }
    if grace == 0 {
        asked.cluster(|cluster| cluster.kubernetes.remove(&uid))?;
        return Ok(object(StatusCode::OK, kind, pod));
    }
    let end = asked.cloud().clock.timestamp();
    let end = end.checked_add(SignedDuration::from_secs(grace)).unwrap_or(end);
    let marked = asked.cluster(|cluster| {
        cluster.kubernetes.change(&uid, |pod| {
            pod["metadata"]["deletionTimestamp"] = json!(date(end));
            pod["metadata"]["deletionGracePeriodSeconds"] = json!(grace);
        });
        cluster.kubernetes.find(&uid).map(objects::shown)
    })?;
    stop(&asked.api, uid);
    Ok(object(StatusCode::OK, kind, marked.unwrap_or(pod)))
}

/// Removes a pod when its node has stopped it.
fn stop(api: &Api, uid: String) {
    let api = api.clone();
    api.cloud.clone().spawn(async move {
        api.cloud.clock.sleep(STOP).await;
        if let Some(cluster) = api.cloud.world().cluster_mut(&api.cluster) {
            cluster.kubernetes.remove(&uid);
        }
    });
}
