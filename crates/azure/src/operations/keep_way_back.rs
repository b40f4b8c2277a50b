//! Keeps a way back: a second secret on the cluster's former app. Its present secret cannot be read, so without another
//! one the cluster could not be given back (`docs/facts/azure.md` 3.9).

use crosspull_core::explain::{Meaning, Trouble};
use crosspull_core::ids::KeyId;
use crosspull_core::names::{Direction, Outcome, SecretFor, Side};
use crosspull_core::operation::{Fact, KeepWayBack, Learnt, TakeBack};
use crosspull_core::text::lower_first;

use super::shared::{directory, secrets};
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there, plainly};

const NOT_READ: &str = "The cluster's former app cannot be read.";

/// Adds a secret to the former app, where the operator may; else says that there is no way back by crosspull. A secret
/// that is not saved proves that one can be added, and goes when the run is done.
pub(super) async fn perform(op: &KeepWayBack, context: &StepContext<'_>) -> StepResult {
    for proved in context.plan().proofs() {
        let _: String = context.need(proved).await?;
    }
    context.begin()?;
    let former = op.app;
    let none = |why: String| Ok((Outcome::NotDone, format!("there is no automatic way back: {why}")));
    let app = match directory::find_app(context, Side::A, former, NOT_READ).await? {
        Ok(Some(app)) => app,
        Ok(None) => return none(format!("the app {former} is not registered in tenant A")),
        Err(_) => return none(format!("you may not read the app {former}")),
    };
    // Once the reset was sent the secret has done its part: it proved that one can be added.
    if context.past().resets(Direction::Forward).next().is_some()
        && let Some(key) = context.past().facts.learnt(&Fact::WayBackKey).filter(|l| l.how == Outcome::Created)
    {
        context.learn(vec![key.clone()])?;
        return plainly(Outcome::Created);
    }
    // A saved secret lives as long as the one that the cluster has; where the tenant caps that, some days.
    let ends =
        if op.saved { secrets::ends_as_before(context, app, op.days).await? } else { secrets::ends(context, op.days) };
    let mut added = secrets::fresh(context, app, SecretFor::WayBack, ends, &[]).await?;
    if added.is_err() && ends != secrets::ends(context, op.days) {
        added = secrets::fresh(context, app, SecretFor::WayBack, secrets::ends(context, op.days), &[]).await?;
    }
    let made = match added {
        Ok(made) => made,
        Err(refusal) => {
            return none(match Meaning::of(&refusal) {
                Some(known) if known.is_denied() => format!("you may not add a secret to the app {former}"),
                Some(known) => {
                    format!("no secret can be added to the former app, since {} ({refusal})", lower_first(known.means))
                }
                None => format!("a secret cannot be added to the app {former} ({refusal})"),
            });
        }
    };
    context.vault().put(made.key_id, made.secret_text.clone());
    context.learn(vec![Learnt::new(Outcome::Created, Fact::WayBackKey, made.key_id)])?;
    secrets::accepted(context, Side::A, former, &made.secret_text).await?;
    secrets::remove(context, app, SecretFor::WayBack, &[made.key_id]).await?;
    if op.saved {
        return plainly(Outcome::Created);
    }
    let proved = "you may add a secret to the former app, as undo will; this one is removed at the end";
    Ok((Outcome::Created, proved.to_owned()))
}

/// Removes the secret of the way back, unless the cluster was given back with that secret, now or earlier.
pub(super) async fn take_back(op: &KeepWayBack, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    let app = match directory::find_app(context, Side::A, op.app, NOT_READ).await? {
        Ok(Some(app)) => app,
        Ok(None) => return nothing_there(),
        Err(refusal) => return Err(StepError::Failed(Trouble::from_refusal(NOT_READ, refusal))),
    };
    let held = match given_back_with(context) {
        Some(key) => vec![key],
        None => context.past().keys_sent(Direction::Back),
    };
    secrets::remove(context, app, SecretFor::WayBack, &held).await?;
    let kept = context.known::<KeyId>(&Fact::WayBackKey).filter(|key| held.contains(key));
    if let Some(key) = kept {
        context.learn(vec![Learnt::new(Outcome::Found, Fact::WayBackKey, key)])?;
        return Ok((Outcome::Skipped, format!("key id {key} stays: the cluster was given back with it")));
    }
    context.undone(&back.made, &[])
}

/// Returns the key id of the secret that this process gave the cluster its former app back with, or is about to.
fn given_back_with(context: &StepContext<'_>) -> Option<KeyId> {
    context.learnt_now(&Fact::BackKey).filter(|l| l.how == Outcome::Created)?.value.parse().ok()
}
