//! The pull secrets in the cluster at the start, which others put there.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    scenario::{PullSecretPart, WorldPart},
    secret::Secret,
    world::{Cluster, World, date},
};

/// Puts the secrets that scenarios name into the cluster, once the registries have addresses.
pub fn settle(world: &mut World, part: &WorldPart, today: Timestamp) {
    let server = world.registries.first().map(|registry| registry.login_server.clone()).unwrap_or_default();
    let Some(cluster) = world.clusters.first_mut() else {
        return;
    };
    for secret in part.cluster.pull_secrets.iter().flatten() {
        let server = secret.server.as_deref().unwrap_or(&server);
        let object = object(cluster, secret, server, today);
        cluster.kubernetes.add("secrets", object);
        if secret.in_account {
            list(cluster, secret, today);
        }
    }
}

fn object(cluster: &Cluster, part: &PullSecretPart, server: &str, today: Timestamp) -> Value {
    let password = Secret::registry();
    let (name, password) = ("somebody", password.reveal());
    let auth = BASE64_STANDARD.encode(format!("{name}:{password}"));
    let config = json!({ "auths": { server: { "username": name, "password": password, "auth": auth } } });
    let about = format!("{} secret {} {}", cluster.id, part.namespace, part.name);
    let fields = json!({ "f:data": { ".": {}, "f:.dockerconfigjson": {} }, "f:type": {} });
    json!({
        "metadata": {
            "name": part.name,
            "namespace": part.namespace,
            "uid": Uuid::new_v5(&Uuid::NAMESPACE_URL, about.as_bytes()),
            "creationTimestamp": date(today),
            "managedFields": [managed(&part.manager, today, &fields)],
        },
        "type": "kubernetes.io/dockerconfigjson",
        "data": { ".dockerconfigjson": BASE64_STANDARD.encode(config.to_string()) },
    })
}

/// Adds a secret to those of its namespace's account, as `kubectl patch` does it.
fn list(cluster: &mut Cluster, part: &PullSecretPart, today: Timestamp) {
    let mut accounts = cluster.kubernetes.of("serviceaccounts", &part.namespace);
    let found =
        accounts.find(|account| account.name() == "default").map(|found| found.text("/metadata/uid").to_owned());
    drop(accounts);
    let Some(uid) = found else {
        return;
    };
    cluster.kubernetes.change(&uid, |account| {
        let mut names = account.get("imagePullSecrets").and_then(Value::as_array).cloned().unwrap_or_default();
        names.push(json!({ "name": part.name }));
        account["imagePullSecrets"] = json!(names);
        account["metadata"]["managedFields"] =
            json!([managed("kubectl-patch", today, &json!({ "f:imagePullSecrets": {} }))]);
    });
}

fn managed(manager: &str, today: Timestamp, fields: &Value) -> Value {
    json!({
        "manager": manager,
        "operation": "Update",
        "apiVersion": "v1",
        "time": date(today),
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    })
}
