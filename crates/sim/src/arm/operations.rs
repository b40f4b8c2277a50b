//! Long-running operations of the provider of clusters: how one is begun, where it stands, how it ends.
//!
//! Operations answer as in `aks_stop_start` and `aks_poll_error_object_while_running`.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    answers::{self, writes_left},
    request::{self, Asked},
    shapes::time,
};
use crate::{
    cloud::Cloud,
    errors::{self, Answer, Refusal},
    world::{Cluster, Operation, Outcome, World},
};

/// The api-version that AKS puts into the addresses of its operations.
const OPERATIONS_VERSION: &str = "2017-08-31";

/// Refuses a cluster that takes no operation now.
pub fn ready(cluster: &Cluster) -> Result<(), Refusal> {
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

/// Marks a cluster as updating and notes an operation on it; gives the operation's id. Nothing where there is no such
/// cluster.
pub fn begin(cloud: &Cloud, world: &mut World, subscription: Uuid, id: &str) -> Option<Uuid> {
    let cluster = world.cluster_mut(id)?;
    "Updating".clone_into(&mut cluster.provisioning_state);
    let operation = Operation {
        id: Uuid::new_v4(),
        resource: id.to_owned(),
        location: cluster.location.clone(),
        subscription,
        outcome: Outcome::Running,
        started: cloud.clock.timestamp(),
        ended: None,
    };
    let operation_id = operation.id;
    world.operations.push(operation);
    Some(operation_id)
}

/// Ends an operation on a cluster.
pub fn end(cloud: &Cloud, operation: Uuid, cluster: &str, outcome: Outcome) {
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

/// Returns the address of an operation: `operations`, which says where it stands, or `operationresults`.
fn address(cloud: &Cloud, operation: Uuid, kind: &str) -> String {
    let world = cloud.world();
    let found = world.operations.iter().find(|found| found.id == operation);
    let (subscription, location) = found.map(|found| (found.subscription, found.location.clone())).unwrap_or_default();
    format!(
        "{}/subscriptions/{subscription}/providers/Microsoft.ContainerService/locations/{location}/{kind}/{operation}?api-version={OPERATIONS_VERSION}",
        cloud.origin
    )
}

/// Returns 202 with the addresses of an operation, and when to look.
pub fn accepted(cloud: &Cloud, operation: Uuid) -> Answer {
    let headers = [
        ("azure-asyncoperation", address(cloud, operation, "operations")),
        ("location", address(cloud, operation, "operationresults")),
    ];
    Ok(writes_left(look_later(cloud, (StatusCode::ACCEPTED, headers))))
}

/// Returns 200 with a cluster that is being updated, and the address of the operation (`aks_attach_acr_sp`).
pub fn updating(cloud: &Cloud, operation: Uuid, shown: &Value) -> Answer {
    let mut response = errors::json(StatusCode::OK, shown);
    if let Ok(address) = HeaderValue::from_str(&address(cloud, operation, "operations")) {
        response.headers_mut().insert(HeaderName::from_static("azure-asyncoperation"), address);
    }
    Ok(writes_left(response))
}

/// Returns an answer that says when to look again.
fn look_later(cloud: &Cloud, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    errors::wait_headers(response.headers_mut(), &cloud.clock, cloud.times.poll);
    response
}

/// Answers `operations/{id}` with where an operation stands, and `operationresults/{id}` with 202 until it has ended.
pub fn show(cloud: &Cloud, asked: &Asked, kind: &str, id: &str) -> Answer {
    if asked.method != Method::GET {
        return Err(answers::not_served(asked));
    }
    let subscription = request::subscription_of(asked);
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
        _ => Err(answers::not_served(asked)),
    }
}

/// Returns the body of an operation. `preempted`: AKS puts this `error` beside `InProgress` when the cluster had
/// another operation before (`aks_poll_error_object_while_running`), so only `status` says how it stands.
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

/// Returns an error of the provider itself, which has no `error` around it (`aks_sp_not_found_retry`).
pub fn provider(status: StatusCode, code: &str, message: &str) -> Refusal {
    let body = json!({"code": code, "details": null, "message": message, "subcode": ""});
    let response: Response = (status, axum::Json(body)).into_response();
    Refusal::from(response)
}
