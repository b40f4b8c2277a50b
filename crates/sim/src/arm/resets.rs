//! `resetServicePrincipalProfile` and the long-running operation it starts.
//!
//! AKS checks the new credential in the cluster's own tenant before it accepts it, and then gives it to every node, which
//! restarts with it (`azure-facts.md` 3.9). Operations answer as in `aks_stop_start` and
//! `aks_poll_error_object_while_running`.

use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Asked, clusters, shapes::time, writes_left};
use crate::{
    cloud::{Cloud, Shared},
    directory::{self, SignInError},
    errors::{self, Answer, Refusal},
    faults::Fate,
    nodes::{self, Reach},
    rights,
    secret::Secret,
    world::{Cluster, ClusterIdentity, Credential, Operation, Outcome},
};

const ACTION: &str = "Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action";
/// The api-version that AKS puts into the addresses of its operations.
const OPERATIONS_VERSION: &str = "2017-08-31";
/// The longest secret that AKS takes, in bytes (`azure-facts.md` 3.3).
const LONGEST_SECRET: usize = 190;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Profile {
    client_id: String,
    secret: Option<String>,
}

/// Starts a reset: 202 and the address of the operation.
pub fn reset(cloud: &Shared, asked: &Asked) -> Answer {
    let id = super::resource_id(asked);
    rights::require(cloud, &asked.caller, &id, ACTION)?;
    let (tenant, cluster) = {
        let world = cloud.world();
        let cluster = world.cluster(&id).ok_or_else(|| clusters::not_found(asked))?;
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
    accepted(cloud, asked, operation)
}

/// Whether AKS would start a reset on this cluster now.
fn ready(cluster: &Cluster) -> Result<(), Refusal> {
    if matches!(cluster.identity, ClusterIdentity::Managed(_)) {
        let message = "Updating service principal profile is not allowed on MSI cluster.";
        return Err(provider(StatusCode::BAD_REQUEST, "BadRequest", message));
    }
    if cluster.power_state != "Running" {
        let message = "managed cluster is in Stopped state, no operations except for start are allowed.";
        return Err(provider(StatusCode::CONFLICT, "OperationNotAllowed", message));
    }
    if !matches!(cluster.provisioning_state.as_str(), "Succeeded" | "Failed" | "Canceled") {
        let message = format!(
            "Operation is not allowed: Another operation ({}) is in progress, please wait for it to finish before starting \
             a new operation. See https://aka.ms/aks-pending-operation for more details",
            cluster.provisioning_state
        );
        return Err(provider(StatusCode::CONFLICT, "OperationNotAllowed", &message));
    }
    Ok(())
}

/// The credential, if the cluster's tenant accepts it.
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

/// Marks the cluster as updating and notes the operation. Two requests at once: the later is refused.
fn accept(cloud: &Cloud, asked: &Asked, id: &str) -> Result<Uuid, Refusal> {
    let started = cloud.clock.timestamp();
    let mut world = cloud.world();
    let cluster = world.cluster_mut(id).ok_or_else(|| clusters::not_found(asked))?;
    ready(cluster)?;
    "Updating".clone_into(&mut cluster.provisioning_state);
    cluster.resets += 1;
    let operation = Uuid::new_v4();
    let location = cluster.location.clone();
    world.operations.push(Operation {
        id: operation,
        resource: id.to_owned(),
        location,
        subscription: super::subscription_of(asked),
        outcome: Outcome::Running,
        started,
        ended: None,
    });
    Ok(operation)
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
            end(&cloud, operation, &cluster, Outcome::Failed(error));
            return;
        }
        Fate::RunsItsCourse => cloud.clock.sleep(whole).await,
    }
    give(&cloud, &cluster, credential);
    nodes::restart(&cloud, &cluster, Reach::All).await;
    end(&cloud, operation, &cluster, Outcome::Succeeded);
}

/// Gives the cluster its new identity; its nodes have it when they have restarted.
fn give(cloud: &Cloud, cluster: &str, credential: Credential) {
    if let Some(found) = cloud.world().cluster_mut(cluster) {
        found.identity = ClusterIdentity::ServicePrincipal(credential);
    }
}

fn end(cloud: &Cloud, operation: Uuid, cluster: &str, outcome: Outcome) {
    let now = cloud.clock.timestamp();
    let mut world = cloud.world();
    if let Some(found) = world.cluster_mut(cluster) {
        let state = if outcome == Outcome::Succeeded { "Succeeded" } else { "Failed" };
        state.clone_into(&mut found.provisioning_state);
    }
    if let Some(found) = world.operations.iter_mut().find(|found| found.id == operation) {
        found.outcome = outcome;
        found.ended = Some(now);
    }
}

/// The addresses of an operation, and when to look.
fn accepted(cloud: &Cloud, asked: &Asked, operation: Uuid) -> Answer {
    let (subscription, location) = {
        let world = cloud.world();
        let found = world.operations.iter().find(|found| found.id == operation);
        let location = found.map(|found| found.location.clone()).unwrap_or_default();
        (super::subscription_of(asked), location)
    };
    let address = |kind: &str| {
        format!(
            "{}/subscriptions/{subscription}/providers/Microsoft.ContainerService/locations/{location}/{kind}/{operation}?api-version={OPERATIONS_VERSION}",
            cloud.origin
        )
    };
    let headers = [("azure-asyncoperation", address("operations")), ("location", address("operationresults"))];
    Ok(writes_left(look_later(cloud, (StatusCode::ACCEPTED, headers))))
}

/// An answer that says when to look again.
fn look_later(cloud: &Cloud, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    errors::wait_headers(response.headers_mut(), &cloud.clock, cloud.times.poll);
    response
}

/// `operations/{id}`: where an operation stands; `operationresults/{id}`: 202 until it has ended.
pub fn operation(cloud: &Cloud, asked: &Asked, kind: &str, id: &str) -> Answer {
    if asked.method != Method::GET {
        return Err(super::not_served(asked));
    }
    let subscription = super::subscription_of(asked);
    let world = cloud.world();
    let found = world
        .operations
        .iter()
        .find(|found| found.id.to_string() == id && found.subscription == subscription)
        .ok_or_else(|| {
            let message = format!("The entity was not found: operation {id}.");
            provider(StatusCode::NOT_FOUND, "NotFound", &message)
        })?;
    match (kind, &found.outcome) {
        ("operations", Outcome::Running) => {
            let preempted = world.operations.iter().filter(|other| other.resource == found.resource).count() > 1;
            Ok(look_later(cloud, axum::Json(status(found, preempted))))
        }
        ("operations", _) => Ok((StatusCode::OK, axum::Json(status(found, false))).into_response()),
        ("operationresults", Outcome::Running) => {
            let here = format!("{}/{}?api-version={OPERATIONS_VERSION}", cloud.origin, asked.segments.join("/"));
            Ok(look_later(cloud, (StatusCode::ACCEPTED, [(header::LOCATION, here)])))
        }
        ("operationresults", Outcome::Succeeded) => Ok(StatusCode::NO_CONTENT.into_response()),
        ("operationresults", Outcome::Failed(error)) => {
            Ok((StatusCode::BAD_REQUEST, axum::Json(error.clone())).into_response())
        }
        _ => Err(super::not_served(asked)),
    }
}

/// The body of an operation. `preempted`: AKS puts this `error` beside `InProgress` when the cluster had another operation
/// before (`aks_poll_error_object_while_running`), so only `status` says how it stands.
fn status(operation: &Operation, preempted: bool) -> Value {
    let mut shown = json!({
        "name": operation.id,
        "status": match operation.outcome {
            Outcome::Running => "InProgress",
            Outcome::Succeeded => "Succeeded",
            Outcome::Failed(_) => "Failed",
        },
        "startTime": time(operation.started),
    });
    if let Some(ended) = operation.ended {
        shown["endTime"] = json!(time(ended));
    }
    if let Outcome::Failed(error) = &operation.outcome {
        shown["error"] = error.clone();
    } else if preempted {
        shown["error"] = json!({
            "code": "NotLatestOperation",
            "message": "Cannot proceed with the operation. Either the operation has been preempted by another one, or the information needed by the operation failed to be saved (or hasn't been saved yet).",
        });
    }
    shown
}

/// An error of the provider itself, which has no `error` around it (`aks_sp_not_found_retry`).
fn provider(status: StatusCode, code: &str, message: &str) -> Refusal {
    let body = json!({"code": code, "details": null, "message": message, "subcode": ""});
    let response: Response = (status, axum::Json(body)).into_response();
    Refusal::from(response)
}

#[cfg(test)]
mod tests;
