//! Asks whoever may assign roles on the registry: a page for them, and then a pod that tries the pull until it works,
//! since nobody here can ask as the identity of a cluster.

use crosspull_core::command::Command;
use crosspull_core::event::Event;
use crosspull_core::explain::Trouble;
use crosspull_core::hand_over::{HandOver, RolePage};
use crosspull_core::names::Outcome;
use crosspull_core::operation::{AskForRole, Fact, Learnt, TakeBack};

use super::shared::people::{self, NotYet, Seen, Waited};
use super::shared::pods::{PodProof, PodResult};
use crate::kubernetes::Kubernetes;
use crate::patience::Patience;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there};

const NOT_YET: &str = "The registry does not let the cluster pull yet.";
/// A node that was refused says so within this time; then the pod is made anew, since a node waits longer after each
/// refusal.
const ONE_TRY: Patience = Patience::new(2, 1);
/// The value of a fact about an assignment whose id nobody here may read.
const BY_THEM: &str = "assigned by others";

/// Waits until a node of the cluster pulls; whoever may assign the role gets a page.
pub(super) async fn perform(op: &AskForRole, context: &StepContext<'_>) -> StepResult {
    context.begin()?;
    let attached = Fact::Attached(op.cluster.clone(), op.registry.clone());
    let Some(image) = op.images.first() else { return nothing_there() };
    let image = format!("{}/{image}", op.registry);
    let proof = PodProof {
        patience: ONE_TRY,
        refused_in_a_row: 1,
        is_fact: false,
        ..PodProof::new(context, &op.cluster, &op.namespace, image)?
    };
    let api = match proof.api(context).await? {
        Ok(api) => api,
        Err(why) => return unseen(op, context, &why),
    };
    match proof.run(context, &api).await? {
        // Nobody was asked by this run, so nothing of it is there to take back.
        PodResult::Pulled(_) if !context.past().asked_a_person(context.step.id) => {
            return Ok((Outcome::Found, "it may pull already".to_owned()));
        }
        PodResult::Pulled(_) => return done_by_others(attached, context),
        PodResult::NotMade(why) => return unseen(op, context, &why),
        PodResult::Refused(_) | PodResult::Untold(_) => ask_whoever_assigns(op, context)?,
    }
    let late = Trouble::new(
        NOT_YET,
        "Whoever may assign roles there has not followed the page yet, or the role is not in effect.",
        "Send them the page, then go on with crosspull resume.",
    );
    let waited = Waited { why: "no node may pull yet", no: NOT_YET, late };
    people::until_one_acts(context, waited, None, async || pulls_now(context, &api, &proof).await).await?;
    done_by_others(attached, context)
}

fn done_by_others(attached: Fact, context: &StepContext<'_>) -> StepResult {
    context.learn(vec![Learnt::new(Outcome::Found, attached, BY_THEM)])?;
    Ok((Outcome::Found, "done by others".to_owned()))
}

/// Tells what whoever assigned the role removes.
pub(super) fn take_back(op: &AskForRole, _: &TakeBack, context: &StepContext<'_>) -> StepResult {
    let found = context.past().facts.learnt(&Fact::Attached(op.cluster.clone(), op.registry.clone()));
    if found.is_none() {
        return nothing_there();
    }
    Err(StepError::failed(
        "The role of the cluster's identity was not taken back.",
        "Nobody signs in who may assign roles on the registry.",
        format!(
            "Let whoever assigned it run this, with the role that they gave: {}",
            Command::TakeRole { assignee: &op.principal.to_string(), scope: &op.registry.to_string() }
        ),
    ))
}

/// Gives whoever may assign the role their page all the same, where no pod can tell whether they have done it.
fn unseen(op: &AskForRole, context: &StepContext<'_>, why: &str) -> StepResult {
    ask_whoever_assigns(op, context)?;
    Err(StepError::Waits(Trouble::new(
        "Whether the registry lets the cluster pull cannot be seen from here.",
        format!("No pod can try the pull: {why}."),
        "Send the page. Once the role is given, go on with crosspull resume from where a pod can be made in the cluster.",
    )))
}

/// Has a node try the pull once.
async fn pulls_now(context: &StepContext<'_>, api: &Kubernetes, proof: &PodProof<'_>) -> Result<Seen<()>, StepError> {
    match proof.run(context, api).await? {
        PodResult::Pulled(_) => Ok(Ok(())),
        PodResult::Refused(words) => Ok(Err(said_by_node(&words))),
        PodResult::Untold(_) => Ok(Err(NotYet::Silent)),
        PodResult::NotMade(why) => Err(StepError::failed(
            NOT_YET,
            format!("No pod can try the pull: {why}."),
            "Mend that, then go on with crosspull resume.",
        )),
    }
}

/// Tells what a node says, unless that is no more than that the role lacks: then the registry answers 401
/// (`docs/facts/azure.md` 3.10).
fn said_by_node(words: &str) -> NotYet {
    if words.contains("401 Unauthorized") {
        return NotYet::Silent;
    }
    NotYet::Told(Trouble::new(
        NOT_YET,
        format!("The node says: {words}"),
        "Where that is not the role that is waited for, have it mended.",
    ))
}

fn ask_whoever_assigns(op: &AskForRole, context: &StepContext<'_>) -> Result<(), StepError> {
    let page = RolePage {
        principal: op.principal,
        cluster: op.cluster.name().to_owned(),
        tenant: context.plan().tenants.a,
        login_server: op.registry.to_string(),
        images: op.images.clone(),
    };
    let command = page.one_line();
    context.door().wire().recorder().record(Event::PersonNeeded {
        step: context.step.id,
        says: format!("Whoever may assign roles on {} gives the principal {} a role there.", op.registry, op.principal),
        url: String::new(),
        command,
        page: Some(Box::new(HandOver::Role(page))),
    })?;
    Ok(())
}
