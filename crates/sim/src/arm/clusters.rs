//! Managed clusters: reading them, their agent pool and their Kubernetes credentials.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::StatusCode;
use serde_json::{Value, json};

use super::{
    answers::{self, CLUSTER},
    crowd,
    request::{self, Asked},
    resets, shapes, updates,
};
use crate::{
    cloud::{Cloud, Shared},
    errors::{self, Answer},
    rights,
    world::{self, Cluster, crowd::Kind},
};

/// Returns the clusters of a subscription, or of one of its groups.
pub fn list(cloud: &Cloud, asked: &Asked, group: Option<&str>) -> Answer {
    answers::list_in(cloud, asked, group, CLUSTER, |world, scope| {
        let found = world.clusters.iter().filter(|cluster| rights::covers(scope, &cluster.id));
        found.map(shapes::cluster).chain(crowd::listed(world, Kind::Cluster, scope)).collect()
    })
}

/// Answers everything under one cluster. `rest` is what follows its name, in lower case.
pub fn answer(cloud: &Shared, asked: &Asked, rest: &[&str]) -> Answer {
    match (asked.method.as_str(), rest) {
        ("GET", []) => read(cloud, asked, "read", |cluster| Some(shapes::cluster(cluster))),
        ("PUT", []) => updates::update(cloud, asked),
        ("GET", ["agentpools"]) => {
            read(cloud, asked, "agentPools/read", |cluster| Some(json!({"value": [shapes::agent_pool(cluster)]})))
        }
        ("GET", ["agentpools", name]) => {
            read(cloud, asked, "agentPools/read", |cluster| (*name == "nodepool1").then(|| shapes::agent_pool(cluster)))
        }
        ("POST", ["resetserviceprincipalprofile"]) => resets::reset(cloud, asked),
        ("POST", ["listclusterusercredential"]) => {
            read(cloud, asked, "listClusterUserCredential/action", |cluster| Some(credentials(cluster, "clusterUser")))
        }
        ("POST", ["listclusteradmincredential"]) => {
            read(cloud, asked, "listClusterAdminCredential/action", |cluster| {
                Some(credentials(cluster, "clusterAdmin"))
            })
        }
        ("POST", ["accessprofiles", role, "listcredential"]) => {
            read(cloud, asked, "accessProfiles/listCredential/action", |cluster| access_profile(cluster, role))
        }
        _ => Err(answers::not_served(asked)),
    }
}

/// Answers with what `show` makes of the cluster; 404 when there is no cluster or nothing to show.
fn read(cloud: &Cloud, asked: &Asked, action: &str, show: impl Fn(&Cluster) -> Option<Value>) -> Answer {
    let id = request::resource_id(asked);
    rights::require(cloud, &asked.caller, &id, &format!("{CLUSTER}/{action}"))?;
    let world = cloud.world();
    let one_of_many = || {
        let found = world.crowd.find(Kind::Cluster, &id)?;
        Some(world::crowd::cluster(&found, asked.caller.tenant))
    };
    let shown = match world.cluster(&id) {
        Some(cluster) => show(cluster),
        None => one_of_many().and_then(|cluster| show(&cluster)),
    };
    let shown = shown.ok_or_else(|| answers::no_cluster(asked))?;
    Ok(errors::json(StatusCode::OK, &shown))
}

fn credentials(cluster: &Cluster, user: &str) -> Value {
    json!({"kubeconfigs": [{"name": user, "value": BASE64_STANDARD.encode(kubeconfig(cluster, user))}]})
}

fn access_profile(cluster: &Cluster, role: &str) -> Option<Value> {
    let user = match role {
        "clusteruser" => "clusterUser",
        "clusteradmin" => "clusterAdmin",
        _ => return None,
    };
    Some(json!({
        "id": format!("{}/accessProfiles/{user}", cluster.id),
        "name": user,
        "type": "Microsoft.ContainerService/ManagedClusters/AccessProfiles",
        "location": cluster.location,
        "properties": {"kubeConfig": BASE64_STANDARD.encode(kubeconfig(cluster, user))},
    }))
}

/// Returns the kubeconfig of a local account, of the recorded form (`aks_sp_create_show`).
fn kubeconfig(cluster: &Cluster, user: &str) -> String {
    let name = &cluster.name;
    let group = cluster.id.split('/').nth(4).unwrap_or_default();
    let api = &cluster.kubernetes;
    let authority = BASE64_STANDARD.encode(&api.authority);
    let account = api.users.iter().find(|known| known.name == user).map(|account| {
        let (certificate, key) =
            (BASE64_STANDARD.encode(&account.certificate), BASE64_STANDARD.encode(account.key.reveal()));
        let token = account.token.reveal();
        format!("    client-certificate-data: {certificate}\n    client-key-data: {key}\n    token: {token}\n")
    });
    format!(
        "apiVersion: v1\n\
         clusters:\n\
         - cluster:\n    certificate-authority-data: {authority}\n    server: https://{}\n  name: {name}\n\
         contexts:\n\
         - context:\n    cluster: {name}\n    user: {user}_{group}_{name}\n  name: {name}\n\
         current-context: {name}\n\
         kind: Config\n\
         preferences: {{}}\n\
         users:\n\
         - name: {user}_{group}_{name}\n  user:\n{}",
        api.address,
        account.unwrap_or_default()
    )
}
