//! Managed clusters: reading them, their agent pool and their Kubernetes credentials.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::StatusCode;
use serde_json::{Value, json};

use super::{
    answers::{self, CLUSTER},
    crowd, operations,
    request::{self, Asked},
    resets, shapes, updates,
};
use crate::{
    cloud::{Cloud, Shared},
    errors::{self, Answer, Refusal},
    names::KUBERNETES_AUDIENCE,
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
    let environment = cloud.world().names.name;
    match (asked.method.as_str(), rest) {
        ("GET", []) => read(cloud, asked, "read", |cluster| Ok(Some(shapes::cluster(cluster)))),
        ("PUT", []) => updates::update(cloud, asked),
        ("GET", ["agentpools"]) => {
            read(cloud, asked, "agentPools/read", |cluster| Ok(Some(json!({"value": [shapes::agent_pool(cluster)]}))))
        }
        ("GET", ["agentpools", name]) => read(cloud, asked, "agentPools/read", |cluster| {
            Ok((*name == "nodepool1").then(|| shapes::agent_pool(cluster)))
        }),
        ("POST", ["resetserviceprincipalprofile"]) => resets::reset(cloud, asked),
        ("POST", ["listclusterusercredential"]) => read(cloud, asked, "listClusterUserCredential/action", |cluster| {
            Ok(Some(credentials(cluster, "clusterUser", environment)))
        }),
        ("POST", ["listclusteradmincredential"]) => {
            read(cloud, asked, "listClusterAdminCredential/action", |cluster| {
                local_accounts(cluster)?;
                Ok(Some(credentials(cluster, "clusterAdmin", environment)))
            })
        }
        ("POST", ["accessprofiles", role, "listcredential"]) => {
            read(cloud, asked, "accessProfiles/listCredential/action", |cluster| {
                if *role == "clusteradmin" {
                    local_accounts(cluster)?;
                }
                Ok(access_profile(cluster, role, environment))
            })
        }
        _ => Err(answers::not_served(asked)),
    }
}

/// Answers with what `show` makes of the cluster; 404 when there is no cluster or nothing to show.
fn read(
    cloud: &Cloud,
    asked: &Asked,
    action: &str,
    show: impl Fn(&Cluster) -> Result<Option<Value>, Refusal>,
) -> Answer {
    let id = request::resource_id(asked);
    rights::require(cloud, &asked.caller, &id, &format!("{CLUSTER}/{action}"))?;
    let world = cloud.world();
    let one_of_many = || {
        let found = world.crowd.find(Kind::Cluster, &id)?;
        Some(world::crowd::cluster(&found, asked.caller.tenant))
    };
    let shown = match world.cluster(&id) {
        Some(cluster) => show(cluster)?,
        None => match one_of_many() {
            Some(cluster) => show(&cluster)?,
            None => None,
        },
    };
    let shown = shown.ok_or_else(|| answers::no_cluster(asked))?;
    Ok(errors::json(StatusCode::OK, &shown))
}

/// Refuses a credential of a local account where those are disabled (AKS' document "Manage local accounts with
/// AKS-managed Microsoft Entra integration"; the code as people met it).
fn local_accounts(cluster: &Cluster) -> Result<(), Refusal> {
    if !cluster.disable_local_accounts {
        return Ok(());
    }
    let message = "Getting static credential is not allowed because this cluster is set to disable local accounts.";
    Err(operations::provider(StatusCode::BAD_REQUEST, "BadRequest", message))
}

fn credentials(cluster: &Cluster, user: &str, environment: &str) -> Value {
    json!({"kubeconfigs": [{"name": user, "value": BASE64_STANDARD.encode(kubeconfig(cluster, user, environment))}]})
}

fn access_profile(cluster: &Cluster, role: &str, environment: &str) -> Option<Value> {
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
        "properties": {"kubeConfig": BASE64_STANDARD.encode(kubeconfig(cluster, user, environment))},
    }))
}

/// Returns the part of a kubeconfig that says how to sign in by a local account.
fn static_credential(cluster: &Cluster, user: &str) -> String {
    let account = cluster.kubernetes.users.iter().find(|known| known.name == user).map(|account| {
        let (certificate, key) =
            (BASE64_STANDARD.encode(&account.certificate), BASE64_STANDARD.encode(account.key.reveal()));
        let token = account.token.reveal();
        format!("    client-certificate-data: {certificate}\n    client-key-data: {key}\n    token: {token}\n")
    });
    account.unwrap_or_default()
}

/// Returns the part that has kubelogin sign in to Entra, as AKS gives it (`docs/facts/azure.md` 9.5; AKS' document "Use
/// kubelogin to authenticate users in AKS").
fn exec(cluster: &Cluster, environment: &str) -> String {
    let environment = match environment {
        "AzureChinaCloud" => "AzureChinaCloud",
        "AzureUSGovernment" => "AzureUSGovernmentCloud",
        _ => "AzurePublicCloud",
    };
    format!(
        "    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      args:\n      - get-token\n      \
         - --environment\n      - {environment}\n      - --server-id\n      - {KUBERNETES_AUDIENCE}\n      \
         - --client-id\n      - 80faf920-1908-4b52-b5ef-a8e7bedfc67a\n      - --tenant-id\n      - {}\n      \
         - --login\n      - devicecode\n      command: kubelogin\n      env: null\n      installHint: |2\n\n        \
         kubelogin is not installed which is required to connect to AAD enabled cluster.\n\n        \
         To learn more, please go to https://aka.ms/aks/kubelogin\n      provideClusterInfo: false\n",
        cluster.tenant
    )
}

/// Returns the kubeconfig of an account, of the recorded form (`aks_sp_create_show`). Where the cluster takes users of
/// Entra, that of the user has them sign in there.
fn kubeconfig(cluster: &Cluster, user: &str, environment: &str) -> String {
    let name = &cluster.name;
    let group = cluster.id.split('/').nth(4).unwrap_or_default();
    let api = &cluster.kubernetes;
    let authority = BASE64_STANDARD.encode(&api.authority);
    let by_entra = cluster.entra.is_some() && user == "clusterUser";
    let credential = if by_entra { exec(cluster, environment) } else { static_credential(cluster, user) };
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
         - name: {user}_{group}_{name}\n  user:\n{credential}",
        api.address
    )
}
