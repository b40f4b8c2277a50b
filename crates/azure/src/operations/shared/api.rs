//! A cluster's Kubernetes API for a step: opened, read with patience, written to and read back.

use crosspull_core::access::is_segment;
use crosspull_core::ids::ClusterId;
use crosspull_core::input::{Key, namespace};
use crosspull_core::names::Outcome;
use crosspull_core::operation::{Fact, Learnt};
use crosspull_core::wording::Wording;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::pods::{SILENT, because};
use crate::kubernetes::Kubernetes;
use crate::kubernetes::access::{is_gone, lacks_right};
use crate::kubernetes::requests::Built;
use crate::patience::{Asked, Patience};
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::CallError;

/// The API answers within this, or the step is given up.
pub const API: Patience = Patience::new(2, 2).evenly();

const LACKS: &str = "You lack the right to do that in the cluster.";

/// Returns the cure where a right lacks in the cluster: how else one comes in, and who gives it.
pub fn come_in() -> Wording {
    Wording::from("Come in as the local admin, where local accounts are open: ")
        + Key::ClusterCredential.given("admin")
        + ". Or ask an administrator of the cluster for that right. Then go on."
}

/// Returns what the error of a call to the cluster means for a step.
fn failed(what: &str, error: CallError) -> StepError {
    where_right_lacks(StepError::of(what, error), LACKS, come_in())
}

/// Returns the error with the right that lacks, where the cluster says that one lacks.
pub fn where_right_lacks(error: StepError, why: &str, now: impl Into<Wording>) -> StepError {
    match &error {
        StepError::Failed(trouble) if trouble.refusal.as_ref().is_some_and(lacks_right) => error.because(why, now),
        _ => error,
    }
}

const NOT_THE_CLUSTER: &str =
    "The answer says 404, and not as a cluster says that an object is not there: something on the way answered.";
const LOOK_BETWEEN: &str = "Look at what is between here and the cluster's API: a proxy, a gateway. Then go on.";

/// Opens the Kubernetes API. The inner error says why it cannot be used.
pub async fn open(context: &StepContext<'_>, cluster: &ClusterId) -> Result<Result<Kubernetes, String>, StepError> {
    match Kubernetes::of(context.door(), &context.work, cluster).await {
        Ok(api) => Ok(Ok(api)),
        Err(unavailable) => because(unavailable).map(Err),
    }
}

/// Opens the Kubernetes API for a step that needs it. `what` says what did not happen otherwise.
pub async fn needed(context: &StepContext<'_>, cluster: &ClusterId, what: &str) -> Result<Kubernetes, StepError> {
    open(context, cluster).await?.map_err(|why| {
        StepError::failed(
            what,
            format!("The Kubernetes API of {} cannot be used from here: {why}.", cluster.name()),
            Wording::from("Mend that, or give ") + Key::Kubeconfig + "; then go on.",
        )
    })
}

/// Halts where a name that a journal holds is none: addresses are made of it.
pub fn is_name(in_namespace: Option<&str>, name: &str, what: &str) -> Result<(), StepError> {
    let wrong = in_namespace.and_then(|text| namespace(text).err());
    match wrong.or_else(|| (!is_segment(name)).then(|| "it has what no name has".to_owned())) {
        None => Ok(()),
        Some(why) => Err(StepError::failed(
            what,
            format!("The journal holds something else in the place of a name: {why}."),
            "Look what was done to the journal.",
        )),
    }
}

fn path(request: &Built) -> String {
    request.as_ref().map(|request| request.uri().path().to_owned()).unwrap_or_default()
}

/// Reads an object. `None` where there is none.
pub async fn read<T: DeserializeOwned + Send>(
    context: &StepContext<'_>,
    api: &Kubernetes,
    what: &str,
    request: impl Fn() -> Built,
) -> Result<Option<T>, StepError> {
    context
        .until(API, what, async || match api.json(&context.work, request()).await {
            Ok(found) => Ok(Asked::Yes(Some(found))),
            Err(CallError::Refused(r)) if is_gone(&path(&request()), &r.refusal) => Ok(Asked::Yes(None)),
            Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
                Err(StepError::of(what, CallError::Refused(r)).because(NOT_THE_CLUSTER, LOOK_BETWEEN))
            }
            Err(CallError::Unreachable(refusal)) => Ok(Asked::NotYet(SILENT, Some(refusal))),
            Err(error) => Err(failed(what, error)),
        })
        .await
}

/// Reads a list to its end.
pub async fn list<T: DeserializeOwned + Clone + Send>(
    context: &StepContext<'_>,
    api: &Kubernetes,
    what: &str,
    request: impl Fn(Option<&str>) -> Built,
) -> Result<Vec<T>, StepError> {
    context
        .until(API, what, async || match api.list(&context.work, &request).await {
            Ok(found) => Ok(Asked::Yes(found)),
            Err(CallError::Unreachable(refusal)) => Ok(Asked::NotYet(SILENT, Some(refusal))),
            Err(error) => Err(failed(what, error)),
        })
        .await
}

/// Sends a write that does no harm when it is sent twice.
pub async fn apply(
    context: &StepContext<'_>,
    api: &Kubernetes,
    what: &str,
    request: impl Fn() -> Built,
) -> Result<(), StepError> {
    context
        .until(API, what, async || match api.json::<Value>(&context.work, request()).await {
            Ok(_) => Ok(Asked::Yes(())),
            Err(CallError::Unreachable(refusal)) => Ok(Asked::NotYet(SILENT, Some(refusal))),
            Err(CallError::Lost(refusal)) => {
                Ok(Asked::NotYet("the answer was lost; the same is written again", Some(refusal)))
            }
            Err(error) => Err(failed(what, error)),
        })
        .await
}

/// Sends a write that is guarded by what was read, until a look says that it is so. `next` looks, and returns the write
/// that is left to do, or `None` where it is done.
pub async fn settle(
    context: &StepContext<'_>,
    api: &Kubernetes,
    what: &str,
    mut next: impl AsyncFnMut() -> Result<Option<Built>, StepError>,
) -> Result<(), StepError> {
    context
        .until(API, what, async || {
            let Some(write) = next().await? else { return Ok(Asked::Yes(())) };
            match api.json::<Value>(&context.work, write).await {
                Ok(_) => Ok(Asked::Yes(())),
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
                    Ok(Asked::NotYet("it is gone; looking again", Some(r.refusal)))
                }
                Err(CallError::Refused(r)) if r.refusal.status == Some(409) => {
                    Ok(Asked::NotYet("somebody changed it meanwhile; reading it again", Some(r.refusal)))
                }
                Err(CallError::Lost(refusal)) => Ok(Asked::NotYet("the answer was lost; looking again", Some(refusal))),
                Err(CallError::Unreachable(refusal)) => Ok(Asked::NotYet(SILENT, Some(refusal))),
                Err(error) => Err(failed(what, error)),
            }
        })
        .await
}

/// Withdraws what the cluster said in the run: what was opened or closed is taken back, and nobody asked again.
pub fn forget_answer(context: &StepContext<'_>, cluster: &ClusterId) -> Result<(), StepError> {
    let fact = Fact::AccessProved(cluster.clone());
    if context.past().facts.learnt(&fact).is_none() {
        return Ok(());
    }
    context.learn(vec![Learnt::new(Outcome::Failed, fact, "")])
}
