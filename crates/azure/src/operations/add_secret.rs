//! Adds a client secret to the app, and waits until sign-in takes it.

use crosspull_core::explain::Trouble;
use crosspull_core::ids::{AppId, KeyId, ObjectId};
use crosspull_core::names::{Direction, Outcome, SecretFor, Side, made_by_a_run};
use crosspull_core::operation::{AddSecret, Fact, Learnt, TakeBack};

use super::shared::cluster;
use super::shared::directory::{self, AppRef};
use super::shared::secrets::{self, NOT_ADDED, spaced};
use crate::reply::PasswordCredential;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there};

/// Adds a client secret, unless the cluster has a live one of this app already, known by its key id as `in_use`.
pub(super) async fn perform(op: &AddSecret, context: &StepContext<'_>) -> StepResult {
    let object: ObjectId = context.need(Fact::AppObject).await?;
    let registration = AppRef { side: Side::A, object };
    let app: AppId = context.need(Fact::App).await?;
    context.begin()?;
    cluster::sit_out(context, &op.cluster).await?;
    // A secret that is to be replaced is in use, but for one that this run gave already.
    let replaced = if op.renew { op.in_use } else { None };
    if let Some(done) = secret_in_use(op, registration, app, context).await? {
        return Ok(done);
    }
    // Nodes may have the secrets of resets that were sent: they go when the cluster has another.
    let held = context.past().keys_sent(Direction::Forward);
    let made = match secrets::fresh(context, registration, SecretFor::Cluster, secrets::ends(context, op.days), &held)
        .await?
    {
        Ok(made) => made,
        Err(refusal) => return Err(StepError::Failed(Trouble::from_refusal(NOT_ADDED, refusal))),
    };
    let (key, ends) = (made.key_id, made.end_date_time.unwrap_or_else(|| secrets::ends(context, op.days)));
    context.vault().put(key, made.secret_text.clone());
    context.learn(vec![
        Learnt::new(Outcome::Created, Fact::SecretKey, key),
        Learnt::new(Outcome::Created, Fact::SecretEnds, ends),
    ])?;
    let _: ObjectId = context.need(Fact::PrincipalA).await?;
    secrets::accepted(context, Side::A, app, &made.secret_text).await?;
    // The directory may have shown a lost one too late to be removed at once.
    let mut keep = held;
    keep.push(key);
    let mut others = secrets::remove(context, registration, SecretFor::Cluster, &keep).await?;
    others.retain(|other| Some(other.key_id) != replaced);
    let earlier = context.how(&Fact::AppObject) == Some(Outcome::Found);
    Ok((Outcome::Created, if earlier { of_earlier_runs(&others) } else { String::new() }))
}

/// Removes the secrets that the run added for the cluster.
pub(super) async fn take_back(_: &AddSecret, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    let Some(object) = context.known(&Fact::AppObject) else { return nothing_there() };
    secrets::remove(context, AppRef { side: Side::A, object }, SecretFor::Cluster, &[]).await?;
    context.undone(&back.made, &[])
}

/// Takes up the secret in use where the cluster uses this app already: another secret would serve nobody.
async fn secret_in_use(
    op: &AddSecret,
    registration: AppRef,
    app: AppId,
    context: &StepContext<'_>,
) -> Result<Option<(Outcome, String)>, StepError> {
    if context.is_new(&Fact::App) || !cluster::read(context, &op.cluster).await?.uses(app) {
        return Ok(None);
    }
    // Where the cluster had the app before the run, only an answer tells that it took the run's reset.
    let last = context.past().resets(Direction::Forward).last();
    if last.is_some_and(|reset| context.plan().former_app().is_none() && !reset.was_accepted()) {
        return Ok(None);
    }
    let now = context.door().wire().recorder().now();
    let mut known = directory::read_app(context, registration).await?.password_credentials;
    known.retain(|c| c.end_date_time.is_none_or(|end| end > now));
    let live = |key: KeyId| known.iter().find(|c| c.key_id == key);
    // The secrets that this run's own resets gave to the cluster, the last one first.
    let given: Vec<_> = context.past().keys_sent(Direction::Forward).into_iter().rev().filter_map(live).collect();
    let named = known.iter().filter(|c| c.display_name.as_deref().is_some_and(made_by_a_run));
    let mut of_runs: Vec<_> = named.collect();
    of_runs.sort_by_key(|c| c.end_date_time);
    let mut doubt = String::new();
    let (how, chosen) = match (given.first(), op.in_use.and_then(live), of_runs.first()) {
        (Some(given), ..) => (Outcome::Created, *given),
        _ if op.renew => return Ok(None),
        (None, Some(known), _) => (Outcome::Found, known),
        (None, None, Some(first)) => {
            let keys: Vec<KeyId> = of_runs.iter().map(|c| c.key_id).collect();
            if keys.len() > 1 {
                let keys = spaced(&keys);
                doubt =
                    format!("which of these the cluster uses is not known; the one that ends first is told: {keys}");
            }
            (Outcome::Found, *first)
        }
        (None, None, None) => return Ok(None),
    };
    let mut learnt = vec![Learnt::new(how, Fact::SecretKey, chosen.key_id)];
    learnt.extend(chosen.end_date_time.map(|end| Learnt::new(how, Fact::SecretEnds, end)));
    context.learn(learnt)?;
    let given: Vec<KeyId> = given.iter().map(|c| c.key_id).collect();
    if how == Outcome::Created {
        secrets::remove(context, registration, SecretFor::Cluster, &given).await?;
    }
    let note = match given.as_slice() {
        [] if !doubt.is_empty() => doubt,
        [] | [_] => "the cluster uses it already".to_owned(),
        several => format!("the cluster uses one of these, so they stay: {}", spaced(several)),
    };
    Ok(Some((how, note)))
}

/// Returns the note about secrets that earlier runs left on the app. They are not removed unasked: somebody may have
/// saved one for something else.
fn of_earlier_runs(others: &[PasswordCredential]) -> String {
    let keys: Vec<KeyId> = others.iter().map(|c| c.key_id).collect();
    match keys.as_slice() {
        [] => String::new(),
        keys => format!("secrets of earlier runs, of no use to the cluster once it is reset: {}", spaced(keys)),
    }
}
