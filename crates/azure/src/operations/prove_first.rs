//! Proves the new credential on a node, before anything that runs is changed: by a pod with a pull secret of its own.
//! Both are removed again.

use crosspull_core::names::{Outcome, pod_name};
use crosspull_core::operation::{Fact, Learnt, ProveFirst, TakeBack};

use super::shared::credential::{self, PullCredential};
use super::shared::pods::{PodProof, PodResult};
use super::shared::pull_secrets::{Login, Place};
use crate::kubernetes::Kubernetes;
use crate::kubernetes::requests::PodPulls;
use crate::patience::Patience;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult};

/// A role is in effect within ten minutes (`docs/facts/azure.md` 3.1), and a node that was refused tries again within
/// five more.
const ROLE_TAKES_EFFECT: Patience = Patience::new(2, 16);

/// Has a node pull every image with the new credential.
pub(super) async fn perform(op: &ProveFirst, context: &StepContext<'_>) -> StepResult {
    let credential = credential::needed(context, op.user, &op.registry).await?;
    context.begin()?;
    let proved = Fact::Proved(op.registry.clone());
    let Some(password) = &credential.password else {
        let before = context.past().facts.learnt(&proved);
        if let Some(before) = before.filter(|l| l.how == Outcome::Proved && l.value == credential.key.to_string()) {
            context.learn(vec![before.clone()])?;
            return Ok((Outcome::Proved, "before the run was stopped".to_owned()));
        }
        context.learn(vec![Learnt::new(Outcome::Skipped, proved, "not by this run")])?;
        return Ok((Outcome::Skipped, "only the cluster has the secret".to_owned()));
    };
    let name = pod_name(context.run());
    let place = Place::of(&op.cluster, &op.namespace, &name)?;
    let what = format!("The pull from {} was not proved.", op.registry.name());
    let api = place.needed_api(context, &what).await?;
    let PullCredential { user, key, .. } = &credential;
    let login = Login { server: &op.login_server, user, password, key: *key };
    if let Some(left) = place.read(context, &api).await?.filter(|stored| !stored.is_own()) {
        let by = left.managers().join(", ");
        return Err(StepError::failed(what, format!("{by} has a secret {name} in {}.", op.namespace), "Look at it."));
    }
    place.apply(context, &api, login).await?;
    context.learn(vec![learnt_secret(op, &name)])?;
    let node = pull_all(op, context, &api, &name).await;
    match &node {
        // What is left is removed by the run that goes on, or is taken back.
        Err(error) if error.ends_the_run() => {}
        _ => remove_secret(op, context, &place, &api).await?,
    }
    let node = node?;
    context.learn(vec![Learnt::new(Outcome::Proved, proved, key)])?;
    Ok((Outcome::Proved, format!("on node {node}")))
}

/// Removes what an earlier part of the run left behind.
pub(super) async fn take_back(op: &ProveFirst, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    PodProof::new(context, &op.cluster, &op.namespace, String::new())?.remove(context).await?;
    let name = pod_name(context.run());
    let place = Place::of(&op.cluster, &op.namespace, &name)?;
    let api = place.needed_api(context, "The proof's pull secret was not deleted, if it is there.").await?;
    remove_secret(op, context, &place, &api).await?;
    context.undone(&back.made, &[])
}

/// Has a node pull every image, one after the other. Returns the last node that pulled.
async fn pull_all(
    op: &ProveFirst,
    context: &StepContext<'_>,
    api: &Kubernetes,
    secret: &str,
) -> Result<String, StepError> {
    let mut node = String::new();
    for image in &op.images {
        let named = format!("{}/{image}", op.login_server);
        let proof = PodProof {
            patience: ROLE_TAKES_EFFECT,
            refused_in_a_row: u32::MAX,
            pulls: PodPulls::BySecret(secret),
            ..PodProof::new(context, &op.cluster, &op.namespace, named)?
        };
        let what = format!("The pull of {image} from {} was not proved.", op.registry.name());
        node = match proof.run(context, api).await? {
            PodResult::Pulled(node) => node,
            PodResult::Refused(why) => {
                return Err(StepError::failed(
                    what,
                    format!("A node of {} cannot pull it with the new credential. It says: {why}", op.cluster.name()),
                    "Look whether the cluster's network reaches the registry, at the role there and at its condition; then \
                     go on with crosspull resume.",
                ));
            }
            PodResult::NotMade(why) | PodResult::Untold(why) => {
                return Err(StepError::failed(
                    what,
                    format!("No node of {} was seen to pull: {why}.", op.cluster.name()),
                    "Mend that, then go on with crosspull resume; or apply with --namespace for another namespace.",
                ));
            }
        };
    }
    Ok(node)
}

fn learnt_secret(op: &ProveFirst, name: &str) -> Learnt {
    Learnt::new(Outcome::Created, Fact::ProofSecret(op.cluster.clone()), format!("{}/{name}", op.namespace))
}

async fn remove_secret(
    op: &ProveFirst,
    context: &StepContext<'_>,
    place: &Place<'_>,
    api: &Kubernetes,
) -> Result<(), StepError> {
    if let Some(stored) = place.read(context, api).await?.filter(crate::reply::StoredSecret::is_own) {
        place.delete(context, api, &stored).await?;
    }
    context.learn_undone(&[learnt_secret(op, place.name)])
}
