//! `PUT` of a managed cluster, as far as a client sends back what it read: `az aks update --attach-acr` does so beside the role
//! assignment (`aks_attach_acr_sp`). AKS then reconciles the cluster. Its groups of administrators can be changed, and nothing
//! else here.

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    answers,
    operations::{self, provider},
    request::{self, Asked},
    shapes,
};
use crate::{
    cloud::Shared,
    errors::{Answer, Refusal},
    faults::Fate,
    kubernetes, rights,
    world::Outcome,
};

const ACTION: &str = "Microsoft.ContainerService/managedClusters/write";

/// Starts an update: 200 with the cluster and the address of the operation.
pub fn update(cloud: &Shared, asked: &Asked) -> Answer {
    let id = request::resource_id(asked);
    rights::require(cloud, &asked.caller, &id, ACTION)?;
    let mut body: Value = asked.body()?;
    let admin_groups = admin_groups(&mut body)?;
    let (operation, cluster, shown) = {
        let mut world = cloud.world();
        let cluster = world.cluster(&id).ok_or_else(|| answers::no_cluster(asked))?;
        operations::ready(cluster)?;
        if let Some(member) = changed(&shapes::cluster(cluster), &body, "") {
            return Err(unsupported(&member));
        }
        let id = cluster.id.clone();
        if let (Some(groups), Some(cluster)) = (admin_groups, world.cluster_mut(&id)) {
            let entra = cluster.entra.as_mut().ok_or_else(|| unsupported("properties.aadProfile"))?;
            entra.admin_groups = groups;
        }
        let begun = operations::begin(cloud, &mut world, request::subscription_of(asked), &id);
        let operation = begun.ok_or_else(|| answers::no_cluster(asked))?;
        let shown = world.cluster(&id).map(shapes::cluster).unwrap_or_default();
        (operation, id, shown)
    };
    cloud.spawn(run(Shared::clone(cloud), operation, cluster, asked.fate.clone()));
    operations::updating(cloud, operation, &shown)
}

/// Takes the groups of administrators out of a request, where it names any.
fn admin_groups(body: &mut Value) -> Result<Option<Vec<Uuid>>, Refusal> {
    let profile = body.pointer_mut("/properties/aadProfile").and_then(Value::as_object_mut);
    let Some(Value::Array(groups)) = profile.and_then(|profile| profile.remove("adminGroupObjectIDs")) else {
        return Ok(None);
    };
    let id = |group: &Value| {
        Uuid::parse_str(group.as_str().unwrap_or_default()).map_err(|_| {
            let message = format!("The value {group} of adminGroupObjectIDs is not a valid GUID.");
            provider(StatusCode::BAD_REQUEST, "BadRequest", &message)
        })
    };
    groups.iter().map(id).collect::<Result<_, _>>().map(Some)
}

/// The operation itself: it takes its time, and then the cluster is as its profile says.
async fn run(cloud: Shared, operation: Uuid, cluster: String, fate: Fate) {
    let outcome = match fate {
        Fate::NeverEnds => return,
        Fate::Fails { error, .. } => Outcome::Failed(error.unwrap_or_else(failure)),
        Fate::RunsItsCourse => Outcome::Succeeded,
    };
    cloud.clock.sleep(cloud.times.reset_operation).await;
    if let (Outcome::Succeeded, Some(cluster)) = (&outcome, cloud.world().cluster_mut(&cluster)) {
        kubernetes::reconcile(cluster);
    }
    operations::end(&cloud, operation, &cluster, outcome);
}

fn failure() -> Value {
    json!({
        "code": "ReconcileAgentPoolFailed",
        "message": "Unable to reconcile the agent pool nodepool1: nodes did not become ready in time.",
    })
}

fn unsupported(member: &str) -> Refusal {
    let message = format!("Changing property '{member}' is not allowed.");
    provider(StatusCode::BAD_REQUEST, "PropertyChangeNotAllowed", &message)
}

/// Returns the first member that a request changes, by its path. Words are compared in any case, as AKS does; what is
/// left out, or sent as nothing, stays as it is.
fn changed(shown: &Value, asked: &Value, at: &str) -> Option<String> {
    match (shown, asked) {
        (Value::Object(shown), Value::Object(asked)) => asked.iter().find_map(|(name, asked)| {
            let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
            changed(shown.get(name).unwrap_or(&Value::Null), asked, &at)
        }),
        (Value::Array(shown), Value::Array(asked)) if shown.len() == asked.len() => {
            let pairs = shown.iter().zip(asked).enumerate();
            pairs.into_iter().find_map(|(n, (shown, asked))| changed(shown, asked, &format!("{at}[{n}]")))
        }
        (Value::String(shown), Value::String(asked)) if shown.eq_ignore_ascii_case(asked) => None,
        (shown, asked) if shown == asked || is_nothing(asked) => None,
        _ => Some(at.to_owned()),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(members) => members.values().all(is_nothing),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}
