//! Proves the new credential on a node, before anything that runs is changed.

use crosspull_core::input::Key;
use crosspull_core::names::Outcome;
use crosspull_core::operation::{Fact, Learnt, ProveFirst, TakeBack};
use crosspull_core::wording::Wording;

use super::shared::credential;
use super::shared::inside::{self, Credential, NotPulled, ROLE_TAKES_EFFECT};
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult};

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
    let login = Credential { user: &credential.user, key: credential.key, password };
    match inside::pull(op, context, login, ROLE_TAKES_EFFECT).await? {
        Ok(node) => {
            context.learn(vec![Learnt::new(Outcome::Proved, proved, credential.key)])?;
            Ok((Outcome::Proved, format!("on node {node}")))
        }
        Err(not_pulled) => Err(not_proved(op, not_pulled)),
    }
}

/// Removes what an earlier part of the run left behind.
pub(super) async fn take_back(op: &ProveFirst, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    inside::remove(op, context).await?;
    context.undone(&back.made, &[])
}

fn not_proved(op: &ProveFirst, not_pulled: NotPulled) -> StepError {
    let what = format!("The pull from {} was not proved.", op.registry.name());
    let name = op.cluster.name();
    match not_pulled {
        NotPulled::Refused(why) => StepError::failed(
            what,
            format!("A node of {name} cannot pull with the new credential. It says: {why}"),
            "Look whether the cluster's network reaches the registry, at the role there and at its condition; then go on with \
             crosspull resume.",
        ),
        NotPulled::Unseen(why) => StepError::failed(
            what,
            format!("No node of {name} was seen to pull: {why}."),
            Wording::from("Mend that, then go on with crosspull resume; or apply with another namespace: ")
                + Key::Namespace,
        ),
    }
}
