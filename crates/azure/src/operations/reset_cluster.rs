//! Gives the cluster the new credential: the one step that changes what runs. On the way back the cluster gets the
//! former credential.

use std::time::Duration;

use crosspull_core::check::HeldRole;
use crosspull_core::command::Command;
use crosspull_core::event::Event;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{AppId, ClusterId, KeyId, ObjectId};
use crosspull_core::names::{Direction, Outcome, SecretFor, Side};
use crosspull_core::operation::{Fact, Learnt, ResetCluster, TakeBack};
use crosspull_core::secret::Secret;
use jiff::Timestamp;

use super::shared::directory::{self, AppRef};
use super::shared::last_look::{self, PendingReset};
use super::shared::{cluster, former_principal, reset, secrets};
use crate::reply::ClusterProperties;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, plainly};
use crate::wire::CallError;

const NOT_READ: &str = "The cluster's former app cannot be read.";

/// Gives the cluster the new credential, after every other step ended well and the operator said yes.
pub(super) async fn perform(op: &ResetCluster, context: &StepContext<'_>) -> StepResult {
    context.after(|_| true).await?;
    for fact in context.plan().reads(context.step) {
        let _: String = context.need(fact).await?;
    }
    let (app, key): (AppId, KeyId) = (context.need(Fact::App).await?, context.need(Fact::SecretKey).await?);
    let (cluster, from) = (&op.cluster, op.from);
    context.begin()?;
    let own = context.vault().get(key);
    // The cluster does not have a secret of this process's own, unless an earlier part of the run sent it.
    let sent = context.past().keys_sent(Direction::Forward);
    if (own.is_none() || sent.contains(&key)) && cluster::read(context, cluster).await?.uses(app) {
        let (how, note) = if context.past().resets(Direction::Forward).next().is_some() {
            (Outcome::Changed, "before the run was stopped")
        } else {
            (Outcome::Found, "the cluster uses this app already")
        };
        context.learn(vec![uses(cluster, how, app, from)])?;
        return Ok((how, note.to_owned()));
    }
    let Some(secret) = own else {
        return Err(StepError::failed(
            format!("{} was not reset.", cluster.name()),
            "The secret's value is not known any more.",
            "Go on with crosspull resume: another secret is made.",
        ));
    };
    soak(context, op.soak_minutes).await?;
    last_look::learn_what_was_given(context).await?;
    reset::confirmed(context).await?;
    reset::to(context, PendingReset { cluster, app, secret: &secret, from }).await?;
    context.learn(vec![uses(cluster, Outcome::Changed, app, from)])?;
    // Secrets that an earlier reset may have given to nodes are of no use any more.
    let object: ObjectId = context.need(Fact::AppObject).await?;
    match secrets::remove(context, AppRef { side: Side::A, object }, SecretFor::Cluster, &[key]).await {
        Ok(_) => plainly(Outcome::Changed),
        Err(error) if error.ends_the_run() => Err(error),
        // The cluster has what it needs: what is left over is told, and fails nothing.
        Err(error) => Ok((
            Outcome::Changed,
            format!("whether secrets of this run are left over on the app cannot be told: {}", error.why()),
        )),
    }
}

/// Waits until the new principal is known in every region (`docs/facts/azure.md` 3.1: around 30 minutes).
///
/// The time counts from the proof of the secret that is sent, and anew from whatever was made anew. The operator may
/// cut the wait short.
async fn soak(context: &StepContext<'_>, minutes: u16) -> Result<(), StepError> {
    let wire = context.door().wire();
    let whole = wire.pace().of(Duration::from_secs(u64::from(minutes) * 60));
    let begun = wire.recorder().now();
    loop {
        let (since, cut_short) = wire.recorder().of_run(|run| (run.stood_since(), run.cut_short));
        let passed = wire.recorder().now().duration_since(since.unwrap_or(begun));
        let wait = whole.saturating_sub(Duration::try_from(passed).unwrap_or_default());
        if wait.is_zero() || cut_short {
            return Ok(());
        }
        // No tries: nothing is asked meanwhile.
        let pause =
            wire.pause(&context.work, "the new service principal becomes known in every region", wait, whole, 0);
        tokio::select! {
            waited = pause => waited.map_err(|e| StepError::of("", e))?,
            () = wire.control().cut_short() => {
                return Ok(wire.recorder().record(Event::CutShort { step: context.step.id })?);
            }
        }
    }
}

/// Returns the fact that a cluster uses an app.
fn uses(cluster: &ClusterId, how: Outcome, app: AppId, from: Option<AppId>) -> Learnt {
    let learnt = Learnt::new(how, Fact::ClusterClient(cluster.clone()), app);
    match from {
        Some(former) if how == Outcome::Changed => learnt.in_place_of(former),
        _ => learnt,
    }
}

/// Gives the cluster its former app back, by another secret of that app, since its present one cannot be read.
pub(super) async fn take_back(op: &ResetCluster, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    let cluster = &op.cluster;
    let what = format!("{} was not given its former app back.", cluster.name());
    let Some(former) = op.from else {
        return Err(StepError::failed(
            what,
            "The journal does not tell which app it had before.",
            by_hand(cluster, "APP"),
        ));
    };
    cluster::sit_out(context, cluster).await?;
    let now = match cluster::try_read(context, cluster).await {
        Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
            forget_back_secrets(context, former, &[]).await?;
            return Ok((Outcome::Skipped, "the cluster is not there any more".to_owned()));
        }
        read => read.map_err(|e| StepError::of(&what, e))?,
    };
    let given_back = Learnt::new(Outcome::Undone, Fact::ClusterClient(cluster.clone()), former);
    if now.uses(former) {
        context.learn(vec![given_back])?;
        forget_back_secrets(context, former, &context.past().keys_sent(Direction::Back)).await?;
        return Ok((Outcome::Undone, "it uses its former app".to_owned()));
    }
    if let Some(other) = another_app(context, &now, former) {
        forget_back_secrets(context, former, &[]).await?;
        return Ok((Outcome::Skipped, other));
    }
    let app = match directory::find_app(context, Side::A, former, NOT_READ).await? {
        Ok(Some(app)) => app,
        Ok(None) | Err(_) => {
            return Err(StepError::failed(
                what,
                format!("The app {former} is not to be found in tenant A, or you may not look."),
                by_hand(cluster, &former.to_string()),
            ));
        }
    };
    former_principal::nothing_was_given_since(context, &what).await?;
    let given = former_principal::give_roles_back(context, former, &what).await?;
    let (key, secret) = back_secret(context, cluster, app, former, back.days, &what).await?;
    reset::confirmed(context).await?;
    // The cluster is read right before the reset is sent: the question may have stood for a night.
    let now = cluster::read(context, cluster).await?;
    if let Some(other) = another_app(context, &now, former) {
        secrets::remove(context, app, SecretFor::Back, &[]).await?;
        context.learn_undone(&[Learnt::new(Outcome::Created, Fact::BackKey, key)])?;
        return Ok((Outcome::Skipped, other));
    }
    reset::to(context, PendingReset { cluster, app: former, secret: &secret, from: now.client_id() }).await?;
    context.learn(vec![given_back])?;
    let note = told_back(context, app, key, &given).await?;
    Ok((Outcome::Undone, note))
}

/// Returns the note for a cluster that was given back. A failure to tidy up or to read fails nothing.
async fn told_back(
    context: &StepContext<'_>,
    app: AppRef,
    key: KeyId,
    given: &[HeldRole],
) -> Result<String, StepError> {
    let mut note = format!("by a secret of its former app, key id {key}");
    let tidied = match secrets::remove(context, app, SecretFor::Back, &[key]).await {
        Ok(_) => learn_end(context, app, key).await,
        Err(error) => Err(error),
    };
    match tidied {
        Ok(ends) => note.push_str(&ends.map_or_else(String::new, |at| format!(", until {}", at.strftime("%F")))),
        Err(error) if error.ends_the_run() => return Err(error),
        Err(error) => {
            note.push_str(&format!("; whether others of this run are left there cannot be told: {}", error.why()))
        }
    }
    if !given.is_empty() {
        let roles: Vec<String> = given.iter().map(HeldRole::short).collect();
        note.push_str(&format!("; its former principal had lost and was given {}", roles.join(", ")));
    }
    Ok(note)
}

/// Learns when the secret that the cluster was given back with ends.
async fn learn_end(context: &StepContext<'_>, app: AppRef, key: KeyId) -> Result<Option<Timestamp>, StepError> {
    let app = directory::read_app(context, app).await?;
    let ends = app.password_credentials.into_iter().find(|c| c.key_id == key).and_then(|c| c.end_date_time);
    if let Some(ends) = ends {
        context.learn(vec![Learnt::new(Outcome::Created, Fact::BackEnds, ends)])?;
    }
    Ok(ends)
}

/// Returns the note for a cluster that has neither the run's app nor its former one: somebody else gave it another by
/// now.
fn another_app(context: &StepContext<'_>, now: &ClusterProperties, former: AppId) -> Option<String> {
    let own = context.known::<AppId>(&Fact::App)?;
    match now.client_id() {
        Some(app) if app == own || app == former => None,
        Some(app) => Some(format!("meanwhile it uses another app, {app}")),
        None => Some("meanwhile it uses a managed identity".to_owned()),
    }
}

/// Removes the secrets that were made to give the cluster back with, where it was given back without them. Those that
/// the cluster may have stay.
async fn forget_back_secrets(context: &StepContext<'_>, former: AppId, kept: &[KeyId]) -> Result<(), StepError> {
    let made = context.past().facts.learnt(&Fact::BackKey).filter(|l| l.how == Outcome::Created);
    let Some(made) = made.cloned() else { return Ok(()) };
    let Ok(Some(app)) = directory::find_app(context, Side::A, former, NOT_READ).await? else { return Ok(()) };
    secrets::remove(context, app, SecretFor::Back, kept).await?;
    let Some(key) = kept.iter().find(|key| key.to_string() == made.value) else {
        return context.learn_undone(&[made]);
    };
    match learn_end(context, app, *key).await {
        Err(error) if error.ends_the_run() => Err(error),
        // The end of the secret is told where it can be read.
        _ => Ok(()),
    }
}

/// Returns the secret to give the cluster back with: that of the way back where this process still has its value, else
/// another one.
async fn back_secret(
    context: &StepContext<'_>,
    cluster: &ClusterId,
    app: AppRef,
    former: AppId,
    days: u16,
    what: &str,
) -> Result<(KeyId, Secret), StepError> {
    let kept = context.known::<KeyId>(&Fact::WayBackKey).and_then(|key| Some((key, context.vault().get(key)?)));
    if let Some((key, secret)) = kept
        && secrets::sign_in_once(context, Side::A, former, &secret).await?.is_ok()
    {
        context.learn(vec![Learnt::new(Outcome::Created, Fact::BackKey, key)])?;
        return Ok((key, secret));
    }
    // Nodes may have the secrets of resets that were sent on the way back.
    let held = context.past().keys_sent(Direction::Back);
    let ends = secrets::ends_as_before(context, app, days).await?;
    let mut added = secrets::fresh(context, app, SecretFor::Back, ends, &held).await?;
    if added.is_err() && ends != secrets::ends(context, days) {
        // The tenant may cap how long a secret lives.
        added = secrets::fresh(context, app, SecretFor::Back, secrets::ends(context, days), &held).await?;
    }
    let made = match added {
        Ok(made) => made,
        Err(refusal) => {
            return Err(StepError::Failed(Trouble::from_refusal(what, refusal).where_denied(
                format!("You may not add a secret to its former app {former}, and its old one cannot be read."),
                by_hand(cluster, &former.to_string()),
            )));
        }
    };
    context.vault().put(made.key_id, made.secret_text.clone());
    context.learn(vec![Learnt::new(Outcome::Created, Fact::BackKey, made.key_id)])?;
    secrets::accepted(context, Side::A, former, &made.secret_text).await?;
    Ok((made.key_id, made.secret_text))
}

/// Tells what an owner of the former app does by hand.
fn by_hand(cluster: &ClusterId, app: &str) -> String {
    format!(
        "An owner of that app adds a secret and gives the cluster back: {} , then {}",
        Command::AddSecret { app },
        Command::ResetCluster { cluster, app }
    )
}
