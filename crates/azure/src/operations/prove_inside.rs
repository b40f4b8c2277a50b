//! Pulls from within the cluster, by a pod that is removed again. Where the API cannot be reached, tells how to prove
//! the pull by hand.

use crosspull_core::names::Outcome;
use crosspull_core::operation::{Fact, Learnt, ProveInside, PullsAs, TakeBack};

use super::attach;
use super::shared::pods::{PodProof, PodResult};
use crate::kubernetes::requests::PodPulls;
use crate::patience::Patience;
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult};

/// A role is in effect within ten minutes (`docs/facts/azure.md` 3.1), and a node that was refused tries again within
/// five more.
const ROLE_TAKES_EFFECT: Patience = Patience::new(2, 16);

/// Has a node pull the image, where the Kubernetes API can be reached.
pub(super) async fn perform(op: &ProveInside, context: &StepContext<'_>) -> StepResult {
    context.after(|_| true).await?;
    context.begin()?;
    let image = format!("{}/{}", op.login_server, op.image);
    let proof = PodProof::new(context, &op.cluster, &op.namespace, image)?;
    let proof = match &op.pulls_as {
        PullsAs::NewCredential => proof,
        PullsAs::OwnIdentity => PodProof { patience: ROLE_TAKES_EFFECT, refused_in_a_row: u32::MAX, ..proof },
        PullsAs::PullSecret(secret) => PodProof { pulls: PodPulls::BySecret(secret), ..proof },
        PullsAs::Account(account) => PodProof { pulls: PodPulls::AsAccount(account), ..proof },
    };
    let api = match proof.api(context).await? {
        Ok(api) => api,
        Err(why) => return untold(&proof, &why),
    };
    match proof.run(context, &api).await? {
        PodResult::Pulled(node) => {
            context.learn(vec![Learnt::new(Outcome::Proved, Fact::ProvedInside(op.cluster.clone()), &node)])?;
            Ok((Outcome::Proved, format!("on node {node}")))
        }
        PodResult::NotMade(why) | PodResult::Untold(why) => untold(&proof, &why),
        PodResult::Refused(why) => Err(StepError::failed(
            format!("A node of {} does not pull {}.", op.cluster.name(), proof.image),
            format!("It says: {why}"),
            look_at(op, context).await?,
        )),
    }
}

/// Returns what to look at where a node was refused. What was true when the role was given may not be so any more.
async fn look_at(op: &ProveInside, context: &StepContext<'_>) -> Result<&'static str, StepError> {
    match op.pulls_as {
        PullsAs::NewCredential => {
            return Ok(
                "The cluster has the new credential, and the same credential pulls from here. Look whether the cluster's \
                 network reaches the registry, then go on with crosspull resume.",
            );
        }
        PullsAs::PullSecret(_) | PullsAs::Account(_) => {
            return Ok(
                "The pull secret has a credential that pulled before. Look whether the cluster's network reaches the \
                 registry, and whether somebody changed the secret or the account; then go on with crosspull resume.",
            );
        }
        PullsAs::OwnIdentity => {}
    }
    let reads = context.plan().reads(context.step);
    for id in reads.iter().filter_map(|fact| context.known::<String>(fact)) {
        if request::is_assignment_id(&id) && !attach::is_still_there(context, &id).await? {
            return Ok(
                "The role assignment is not there any more: somebody removed it. Ask who, then go on with crosspull \
                       resume, which gives the role again.",
            );
        }
    }
    Ok(
        "The cluster's identity has the role. Look whether the cluster's network reaches the registry, and whether the role's \
        condition names this repository; then go on with crosspull resume.",
    )
}

/// Removes a pod that an earlier part of the run left behind.
pub(super) async fn take_back(op: &ProveInside, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    PodProof::new(context, &op.cluster, &op.namespace, String::new())?.remove(context).await?;
    context.undone(&back.made, &[])
}

/// Leaves the proof to the operator, with the commands that make it.
fn untold(proof: &PodProof<'_>, why: &str) -> StepResult {
    Ok((Outcome::NotDone, format!("not proved from the cluster: {why}. By hand: {}", proof.commands())))
}
