//! Adds a client secret to the app that pulls, and waits until sign-in takes it. The pull secrets hold its value: a run
//! that goes on reads it there, and no secret is lost.

use crosspull_core::explain::Trouble;
use crosspull_core::ids::{AppId, KeyId, ObjectId};
use crosspull_core::names::{Outcome, SecretFor};
use crosspull_core::operation::{AddPullPassword, Fact, Learnt, TakeBack};

use super::shared::directory::{self, AppRef};
use super::shared::pull_secrets;
use super::shared::secrets::{self, NOT_ADDED, spaced};
use crate::reply::{PasswordCredential, StoredSecret};
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there, plainly};
use crate::wire::CallError;

/// Takes up the secret that the pull secrets have, or adds one.
pub(super) async fn perform(op: &AddPullPassword, context: &StepContext<'_>) -> StepResult {
    let object: ObjectId = context.need(Fact::AppObject).await?;
    let app: AppId = context.need(Fact::App).await?;
    context.begin()?;
    if let Some(key) = key_that_proved(context) {
        let ends = context.past().facts.learnt(&Fact::SecretEnds);
        context.learn([Some(&key), ends].into_iter().flatten().cloned().collect())?;
        return Ok((Outcome::Skipped, "the pull was proved before the run was stopped".to_owned()));
    }
    let registration = AppRef { side: op.home, object };
    if let Some(done) = secret_in_use(op, registration, app, context).await? {
        return Ok(done);
    }
    // Pods may pull by what an earlier part of this run wrote: it goes when they have another.
    let held = pull_secrets::keys_written(context);
    let ends = secrets::ends(context, op.days);
    let made = match secrets::fresh(context, registration, SecretFor::Cluster, ends, &held).await? {
        Ok(made) => made,
        Err(refusal) => return Err(StepError::Failed(Trouble::from_refusal(NOT_ADDED, refusal))),
    };
    let (key, ends) = (made.key_id, made.end_date_time.unwrap_or(ends));
    context.vault().put(key, made.secret_text.clone());
    context.learn(vec![
        Learnt::new(Outcome::Created, Fact::SecretKey, key),
        Learnt::new(Outcome::Created, Fact::SecretEnds, ends),
    ])?;
    let _: ObjectId = context.need(Fact::principal(op.home)).await?;
    secrets::accepted(context, op.home, app, &made.secret_text).await?;
    // The directory may have shown a lost one too late to be removed at once.
    let keep: Vec<KeyId> = held.iter().copied().chain([key]).collect();
    secrets::remove(context, registration, SecretFor::Cluster, &keep).await?;
    if held.is_empty() {
        return plainly(Outcome::Created);
    }
    Ok((Outcome::Created, format!("pull secrets of this run had another, which stays: {}", spaced(&held))))
}

/// Removes the secrets that the run added.
pub(super) async fn take_back(op: &AddPullPassword, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    let Some(object) = context.known(&Fact::AppObject) else { return nothing_there() };
    let registration = AppRef { side: op.home, object };
    if let Err(CallError::Refused(r)) = directory::try_app(context, registration).await
        && r.refusal.status == Some(404)
    {
        // With the app all of its secrets are gone.
        return context.undone(&back.made, &[]);
    }
    if let Some(key) = context.known::<KeyId>(&Fact::SecretKey) {
        let has_it = |secret: &StoredSecret, _: &str| secret.is_own() && secret.key() == Some(key);
        pull_secrets::nobody_needs(context, "The client secret was not removed.", has_it).await?;
    }
    secrets::remove(context, registration, SecretFor::Cluster, &[]).await?;
    context.undone(&back.made, &[])
}

/// Returns the key of the proof's secret, where an earlier part of this run has proved every pull with it and nothing else
/// needs it: no other secret is made then.
fn key_that_proved(context: &StepContext<'_>) -> Option<Learnt> {
    let facts = &context.past().facts;
    let key = facts.learnt(&Fact::SecretKey).filter(|_| !context.plan().leaves_secret())?;
    let is_proved =
        |proved: &Fact| facts.learnt(proved).is_some_and(|l| l.how == Outcome::Proved && l.value == key.value);
    let proofs = context.plan().proofs();
    (!proofs.is_empty() && proofs.iter().all(is_proved)).then(|| key.clone())
}

/// Takes up the secret that the pull secrets have: the run's own, or that of an earlier run, unless another is wanted.
async fn secret_in_use(
    op: &AddPullPassword,
    registration: AppRef,
    app: AppId,
    context: &StepContext<'_>,
) -> Result<Option<(Outcome, String)>, StepError> {
    let own = context.past().facts.id::<KeyId>(&Fact::SecretKey);
    let theirs = op.in_use.filter(|_| !op.renew);
    let Some(key) = own.or(theirs) else { return Ok(None) };
    let made = context.past().facts.learnt(&Fact::SecretKey).map_or(Outcome::Found, |learnt| learnt.how);
    let Some(live) = live_secret(context, registration, key).await? else { return Ok(None) };
    let Some(password) = pull_secrets::password_of(context, &app.to_string(), key).await? else { return Ok(None) };
    context.vault().put(key, password.clone());
    let mut learnt = vec![Learnt::new(made, Fact::SecretKey, key)];
    learnt.extend(live.end_date_time.map(|end| Learnt::new(made, Fact::SecretEnds, end)));
    context.learn(learnt)?;
    let _: ObjectId = context.need(Fact::principal(op.home)).await?;
    secrets::accepted(context, op.home, app, &password).await?;
    Ok(Some((made, "the pull secrets have it".to_owned())))
}

/// Returns the app's secret of that key, where it lives.
async fn live_secret(
    context: &StepContext<'_>,
    app: AppRef,
    key: KeyId,
) -> Result<Option<PasswordCredential>, StepError> {
    let now = context.door().wire().recorder().now();
    let known = directory::read_app(context, app).await?.password_credentials;
    Ok(known.into_iter().find(|c| c.key_id == key && c.end_date_time.is_none_or(|end| end > now)))
}
