//! `resetServicePrincipalProfile`.
//!
//! AKS checks the new credential in the cluster's own tenant before it accepts it, and then gives it to every node, which
//! restarts with it (`docs/facts/azure.md` 3.9).

use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    answers,
    operations::{self, provider},
    request::{self, Asked},
};
use crate::{
    cloud::{Cloud, Shared},
    directory::{self, SignInError},
    errors::{Answer, Refusal},
    faults::Fate,
    nodes::{self, Reach},
    rights,
    secret::Secret,
    world::{Cluster, ClusterIdentity, Credential, Outcome},
};

const ACTION: &str = "Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action";
/// The longest secret that AKS takes, in bytes (`docs/facts/azure.md` 3.3).
const LONGEST_SECRET: usize = 190;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Profile {
    client_id: String,
    secret: Option<String>,
}

/// Starts a reset: 202 and the address of the operation.
pub fn reset(cloud: &Shared, asked: &Asked) -> Answer {
    let id = request::resource_id(asked);
    rights::require(cloud, &asked.caller, &id, ACTION)?;
    let (tenant, cluster) = {
        let world = cloud.world();
        let cluster = world.cluster(&id).ok_or_else(|| answers::no_cluster(asked))?;
        ready(cluster)?;
        (cluster.tenant, cluster.id.clone())
    };
    let profile: Profile = serde_json::from_slice(&asked.body).map_err(|error| {
        provider(
            StatusCode::BAD_REQUEST,
            "UnmarshalError",
            &format!("UnmarshalEntity encountered error: json: {error}."),
        )
    })?;
    let credential = checked(cloud, tenant, profile)?;
    let operation = accept(cloud, asked, &cluster)?;
    cloud.spawn(run(cloud.clone(), operation, cluster, credential, asked.fate.clone()));
    operations::accepted(cloud, operation)
}

/// Returns whether AKS would start a reset on this cluster now.
fn ready(cluster: &Cluster) -> Result<(), Refusal> {
    if matches!(cluster.identity, ClusterIdentity::Managed(_)) {
        let message = "Updating service principal profile is not allowed on MSI cluster.";
        return Err(provider(StatusCode::BAD_REQUEST, "BadRequest", message));
    }
    operations::ready(cluster)
}

/// Returns the credential, if the cluster's tenant accepts it.
fn checked(cloud: &Cloud, tenant: Uuid, profile: Profile) -> Result<Credential, Refusal> {
    let Profile { client_id, secret } = profile;
    let secret = secret.unwrap_or_default();
    if secret.is_empty() || secret.len() > LONGEST_SECRET {
        let message = "The value of parameter servicePrincipalProfile.secret is invalid. Please see https://aka.ms/aks-naming-rules for more details.";
        return Err(provider(StatusCode::BAD_REQUEST, "InvalidParameter", message));
    }
    match directory::sign_in(cloud, &tenant.to_string(), &client_id, &secret) {
        Ok(signed_in) => Ok(Credential { client_id: signed_in.app_id, secret: Secret::new(secret) }),
        Err(SignInError::UnknownApplication | SignInError::UnknownTenant) => {
            let message = format!(
                "Service principal clientID: {client_id} not found in Active Directory tenant {tenant}, Please see https://aka.ms/aks-sp-help for more details."
            );
            Err(provider(StatusCode::BAD_REQUEST, "ServicePrincipalNotFound", &message))
        }
        Err(error) => {
            let message = format!(
                "The credentials in ServicePrincipalProfile were invalid. Please see https://aka.ms/aks-sp-help for more details. \
                 (Details: AADSTS{}: {})",
                error.code(),
                error.message(&tenant.to_string(), &client_id)
            );
            Err(provider(StatusCode::BAD_REQUEST, "ServicePrincipalValidationClientError", &message))
        }
    }
}

/// Notes the reset. Two requests at once: the later is refused.
fn accept(cloud: &Cloud, asked: &Asked, id: &str) -> Result<Uuid, Refusal> {
    let mut world = cloud.world();
    let cluster = world.cluster_mut(id).ok_or_else(|| answers::no_cluster(asked))?;
    ready(cluster)?;
    cluster.resets += 1;
    operations::begin(cloud, &mut world, request::subscription_of(asked), id).ok_or_else(|| answers::no_cluster(asked))
}

/// The operation itself: it takes its time, then every node has the new credential and pulls with it.
async fn run(cloud: Shared, operation: Uuid, cluster: String, credential: Credential, fate: Fate) {
    let whole = cloud.times.reset_operation;
    match fate {
        Fate::NeverEnds => return,
        Fate::Fails { error, applied } => {
            cloud.clock.sleep(whole / 2.0).await;
            if applied {
                give(&cloud, &cluster, credential);
                nodes::restart(&cloud, &cluster, Reach::First).await;
            }
            let error = error.unwrap_or_else(|| {
                json!({
                    "code": "ReconcileAgentPoolFailed",
                    "message": "Unable to reimage the agent pool nodepool1: nodes did not become ready in time.",
                })
            });
            operations::end(&cloud, operation, &cluster, Outcome::Failed(error));
            return;
        }
        Fate::RunsItsCourse => cloud.clock.sleep(whole).await,
    }
    give(&cloud, &cluster, credential);
    nodes::restart(&cloud, &cluster, Reach::All).await;
    operations::end(&cloud, operation, &cluster, Outcome::Succeeded);
}

/// Gives the cluster its new identity; its nodes have it when they have restarted.
fn give(cloud: &Cloud, cluster: &str, credential: Credential) {
    if let Some(found) = cloud.world().cluster_mut(cluster) {
        found.identity = ClusterIdentity::ServicePrincipal(credential);
    }
}

#[cfg(test)]
mod tests;
