//! The proof of a credential on a node, by a pod with a pull secret of its own. Both are removed again.

use crosspull_core::ids::KeyId;
use crosspull_core::names::{Outcome, pod_name};
use crosspull_core::operation::{Fact, Learnt, ProveFirst};
use crosspull_core::secret::Secret;

use super::pods::{PodProof, PodResult};
use super::pull_secrets::{Login, Place};
use crate::kubernetes::Kubernetes;
use crate::kubernetes::requests::PodPulls;
use crate::patience::Patience;
use crate::reply::StoredSecret;
use crate::step_context::StepContext;
use crate::step_result::StepError;

/// The credential that a node is to pull with.
#[derive(Debug, Clone, Copy)]
pub struct Credential<'a> {
    pub user: &'a str,
    pub key: KeyId,
    pub password: &'a Secret,
}

/// The reason why no node was seen to pull.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotPulled {
    /// A node was refused; its own words.
    Refused(String),
    /// Nobody knows; the reason, as the second half of a sentence.
    Unseen(String),
}

/// How long a node may take, and how often it may be refused.
#[derive(Debug, Clone, Copy)]
pub struct Tries {
    pub patience: Patience,
    pub refused_in_a_row: u32,
}

/// A role is in effect within ten minutes (`docs/facts/azure.md` 3.1), and a node that was refused tries again within
/// five more.
pub const ROLE_TAKES_EFFECT: Tries = Tries { patience: Patience::new(2, 16), refused_in_a_row: u32::MAX };
/// What pulled before is asked for again: one refusal is enough.
pub const ONCE_MORE: Tries = Tries { patience: Patience::new(2, 3), refused_in_a_row: 2 };

/// Has a node pull every image with the credential. Returns the last node that pulled; the inner error is the reason why
/// none did.
pub async fn pull(
    op: &ProveFirst,
    context: &StepContext<'_>,
    credential: Credential<'_>,
    tries: Tries,
) -> Result<Result<String, NotPulled>, StepError> {
    let name = pod_name(context.run());
    let place = Place::of(&op.cluster, &op.namespace, &name)?;
    let api = match place.api(context).await? {
        Ok(api) => api,
        Err(why) => return Ok(Err(NotPulled::Unseen(why))),
    };
    if let Some(theirs) = place.read(context, &api).await?.filter(|stored| !stored.is_own()) {
        let by = theirs.managers().join(", ");
        return Ok(Err(NotPulled::Unseen(format!("{by} has a secret {name} in {}", op.namespace))));
    }
    let Credential { user, key, password } = credential;
    // What may be left is known before it is made.
    context.learn(vec![learnt_secret(op, &name)])?;
    place.apply(context, &api, Login { server: &op.login_server, user, password, key }).await?;
    let pulled = pull_all(op, context, &api, &name, tries).await;
    match &pulled {
        // What is left is removed by the run that goes on, or is taken back.
        Err(error) if error.ends_the_run() => {}
        _ => remove_secret(op, context, &place, &api).await?,
    }
    pulled
}

/// Removes pod and secret that an earlier part of the run left behind.
pub async fn remove(op: &ProveFirst, context: &StepContext<'_>) -> Result<(), StepError> {
    PodProof::new(context, &op.cluster, &op.namespace, String::new())?.remove(context).await?;
    let name = pod_name(context.run());
    let place = Place::of(&op.cluster, &op.namespace, &name)?;
    let api = place.needed_api(context, "The proof's pull secret was not deleted, if it is there.").await?;
    remove_secret(op, context, &place, &api).await
}

async fn pull_all(
    op: &ProveFirst,
    context: &StepContext<'_>,
    api: &Kubernetes,
    secret: &str,
    tries: Tries,
) -> Result<Result<String, NotPulled>, StepError> {
    let mut node = String::new();
    for image in &op.images {
        let named = format!("{}/{image}", op.login_server);
        let proof = PodProof {
            patience: tries.patience,
            refused_in_a_row: tries.refused_in_a_row,
            pulls: PodPulls::BySecret(secret),
            ..PodProof::new(context, &op.cluster, &op.namespace, named)?
        };
        node = match proof.run(context, api).await? {
            PodResult::Pulled(node) => node,
            PodResult::Refused(why) => return Ok(Err(NotPulled::Refused(why))),
            PodResult::NotMade(why) | PodResult::Untold(why) => return Ok(Err(NotPulled::Unseen(why))),
        };
    }
    Ok(Ok(node))
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
    if let Some(stored) = place.read(context, api).await?.filter(StoredSecret::is_own) {
        place.delete(context, api, &stored).await?;
    }
    context.learn_undone(&[learnt_secret(op, place.name)])
}
