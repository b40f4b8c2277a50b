//! The reset of the cluster's service principal: the one step that changes what runs.

use std::cell::Cell;
use std::time::Duration;

use crosspull_core::event::Event;

use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::{AppId, ClusterId, KeyId, ObjectId};
use crosspull_core::names::Direction;
use crosspull_core::names::Outcome;
use crosspull_core::names::SecretFor;
use crosspull_core::operation::{Fact, Learnt};
use crosspull_core::plan::Plan;

use super::last_look::Reset;
use super::plainly;
use crate::engine::{Doing, Done};
use crate::operation;
use crate::patience::{Asked, Halt, Patience};
use crate::reply::{Cluster, ClusterProperties};
use crate::request;
use crate::wire::CallError;

/// The cluster settles after its operation ended.
const SETTLES: Patience = Patience::new(5, 180);
/// How often a cluster at rest may be seen to use another app than it was given: some minutes.
const LOOKS_AT_ANOTHER: u32 = 8;

impl Doing<'_> {
    /// Gives the cluster the new credential, after every other step ended well and the operator said yes.
    pub(super) async fn reset_cluster(&self, cluster: &ClusterId, soak_minutes: u16, from: Option<AppId>) -> Done {
        for earlier in self.plan().steps.iter().filter(|s| s.id < self.step.id) {
            self.after(earlier.id).await?;
        }
        for fact in self.plan().reads(self.step) {
            let _: String = self.need(fact).await?;
        }
        let (app, key): (AppId, KeyId) = (self.need(Fact::App).await?, self.need(Fact::SecretKey).await?);
        self.begin()?;
        let own = self.vault().get(key);
        // A secret of this process's own is one that the cluster does not have, unless an earlier part of the run sent
        // it.
        let sent = self.past().keys_sent(Direction::Forward);
        if (own.is_none() || sent.contains(&key)) && self.read_cluster(cluster).await?.uses(app) {
            let (how, note) = if self.past().resets(Direction::Forward).next().is_some() {
                (Outcome::Changed, "before the run was stopped")
            } else {
                (Outcome::Found, "the cluster uses this app already")
            };
            self.learn(vec![uses(cluster, how, app, from)])?;
            return Ok((how, note.to_owned()));
        }
        let Some(secret) = own else {
            return Err(Halt::Failed(Trouble::new(
                format!("{} was not reset.", cluster.name()),
                "The secret's value is not known any more.",
                "Go on with crosspull resume: another secret is made.",
            )));
        };
        self.soak(soak_minutes).await?;
        self.confirmed().await?;
        self.reset_to(Reset { cluster, app, secret: &secret, from }).await?;
        self.learn(vec![uses(cluster, Outcome::Changed, app, from)])?;
        // Secrets that an earlier reset may have given to nodes are of no use any more.
        let object: ObjectId = self.need(Fact::AppObject).await?;
        match self.remove_secrets(object, SecretFor::Cluster, &[key]).await {
            Ok(_) => plainly(Outcome::Changed),
            Err(halt @ (Halt::Stopped | Halt::Journal(_))) => Err(halt),
            // The cluster has what it needs: what is left over is told, and fails nothing.
            Err(halt) => Ok((
                Outcome::Changed,
                format!("whether secrets of this run are left over on the app cannot be told: {}", halt.why()),
            )),
        }
    }

    /// Resets the cluster to an app, and sees it through. Where it does not end well, what the cluster is then is told.
    pub(super) async fn reset_to(&self, reset: Reset<'_>) -> Result<(), Halt> {
        let done = match self.send_reset(reset).await {
            Ok(()) => self.settled(reset.cluster, reset.app).await,
            Err(halt) => Err(halt),
        };
        self.telling_state(reset.cluster, done).await
    }

    /// Waits until the new principal is known in every region (`azure-facts.md` 3.1: around 30 minutes), counted from
    /// the proof of the secret that is sent, and anew from whatever was made anew. The operator may cut it short.
    async fn soak(&self, minutes: u16) -> Result<(), Halt> {
        let wire = self.door().wire();
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
                wire.pause(&self.work, "the new service principal becomes known in every region", wait, whole, 0);
            tokio::select! {
                waited = pause => waited.map_err(|e| Halt::of("", e))?,
                () = wire.control().cut_short() => {
                    return Ok(wire.recorder().keep(Event::CutShort { step: self.step.id })?);
                }
            }
        }
    }

    /// Asks the operator once more; the proof is on the screen.
    pub(super) async fn confirmed(&self) -> Result<(), Halt> {
        let wire = self.door().wire();
        if !wire.control().is_confirmed(self.step.id) {
            wire.recorder().keep(Event::Asking { step: self.step.id })?;
            let yes = tokio::select! {
                yes = wire.control().confirmed(self.step.id) => yes,
                () = wire.control().stopped() => false,
            };
            if !yes {
                return Err(Halt::Stopped);
            }
        }
        Ok(wire.recorder().keep(Event::Confirmed { step: self.step.id })?)
    }

    /// What the cluster is now.
    pub(super) async fn read_cluster(&self, cluster: &ClusterId) -> Result<ClusterProperties, Halt> {
        let read = self.try_cluster(cluster).await;
        read.map_err(|e| Halt::of(&format!("{} cannot be read.", cluster.name()), e))
    }

    pub(super) async fn try_cluster(&self, cluster: &ClusterId) -> Result<ClusterProperties, CallError> {
        let request = request::cluster(self.door().endpoints(), cluster);
        let read: Cluster = self.door().json(&self.work, request).await?;
        Ok(read.properties)
    }

    /// Waits until an operation has ended that an earlier part of this run may have started: nothing is done to the
    /// cluster or to its secrets before. How it ended, the cluster tells.
    pub(super) async fn quiet(&self, cluster: &ClusterId) -> Result<(), Halt> {
        // Those of the way back came later.
        let past = self.past();
        let Some(last) = past.resets(Direction::Back).last().or_else(|| past.resets(Direction::Forward).last()) else {
            return Ok(());
        };
        let what = format!("Whether the earlier reset of {} has ended cannot be told.", cluster.name());
        let address: Option<url::Url> = last.operation.as_ref().and_then(|address| address.parse().ok());
        if let Some(address) = address {
            let watched = operation::watch(self.door(), &self.work, self.step.side, &what, address).await;
            // The cluster's own state says more than an operation that may be gone.
            if let Err(halt @ (Halt::Stopped | Halt::Journal(_))) = watched {
                return Err(halt);
            }
        } else if !last.was_accepted() {
            let target =
                if last.back { past.forward_plan().and_then(Plan::former_app) } else { self.known(&Fact::App) };
            if let Some(target) = target {
                self.was_taken(cluster, target, None).await?;
            }
        }
        let over = SETTLES
            .until(self.door().wire(), &self.work, &what, async || match self.try_cluster(cluster).await {
                Ok(now) if is_over(&now) => Ok(Asked::Yes(())),
                // On a cluster that is gone nothing is running.
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(Asked::Yes(())),
                Ok(_) => Ok(Asked::NotYet("the cluster is still being updated", None)),
                Err(CallError::Unreachable(refusal)) => Ok(Asked::NotYet("the cluster cannot be asked", Some(refusal))),
                Err(error) => Err(Halt::of(&what, error)),
            })
            .await;
        self.telling_state(cluster, over).await
    }

    /// Sends the reset and follows its operation. Everything that it stands on is looked at right before each try. When
    /// the answer is lost, the cluster itself tells whether the reset was taken; it is sent again only where it was
    /// not.
    async fn send_reset(&self, reset: Reset<'_>) -> Result<(), Halt> {
        let Reset { cluster, app, secret, .. } = reset;
        let what = format!("{} was not reset.", cluster.name());
        let mut lost = false;
        let accepted = Patience::new(5, 10)
            .until(self.door().wire(), &self.work, &what, async || {
                let before = self.look_again(reset).await?.client_id();
                let request = request::reset_cluster(self.door().endpoints(), cluster, app, secret);
                match self.door().raw(&self.work, request).await {
                    Ok(reply) => Ok(Asked::Yes(Some(reply))),
                    Err(CallError::Lost(refusal)) => {
                        lost = true;
                        let taken = self.was_taken(cluster, app, before).await?;
                        Ok(if taken {
                            Asked::Yes(None)
                        } else {
                            Asked::NotYet("the answer was lost, and the cluster is as before", Some(refusal))
                        })
                    }
                    // The lost one was taken after all: an operation is running.
                    Err(CallError::Refused(r)) if lost && r.refusal.status == Some(409) => Ok(Asked::Yes(None)),
                    Err(CallError::Refused(r)) if not_known_yet(&r.refusal) => Ok(Asked::NotYet(
                        "the cluster's service does not know the service principal or its secret yet",
                        Some(r.refusal),
                    )),
                    Err(error) => Err(Halt::of(&what, error)),
                }
            })
            .await?;
        let Some(reply) = accepted else { return Ok(()) };
        let what = failed_reset(cluster);
        // Where it is asked is kept before it is asked: a run that stops now goes on from there.
        if let Some(address) = operation::address(&reply.headers, &self.door().endpoints().arm).ok().flatten() {
            self.learn(vec![Learnt::new(Outcome::Found, Fact::Operation(cluster.clone()), address)])?;
        }
        operation::follow(self.door(), &self.work, self.step.side, &what, &reply).await
    }

    /// Whether a reset whose answer was lost was taken: the cluster is looked at for a minute, since its state follows
    /// late. Where it had the target `before`, that it has it tells nothing.
    async fn was_taken(&self, cluster: &ClusterId, target: AppId, before: Option<AppId>) -> Result<bool, Halt> {
        let what = "Whether the reset was taken cannot be told.";
        let mut left = 6_u8;
        Patience::new(10, 5)
            .evenly()
            .until(self.door().wire(), &self.work, what, async || {
                let now = match self.try_cluster(cluster).await {
                    Ok(now) => now,
                    // What cannot be asked now may be asked soon: nothing is concluded from it.
                    Err(error) if error.may_pass() => {
                        return Ok(Asked::NotYet("the cluster cannot be asked", None));
                    }
                    Err(error) => return Err(Halt::of(what, error).unknown()),
                };
                left = left.saturating_sub(1);
                let taken = !is_over(&now) || (now.client_id() == Some(target) && before != Some(target));
                Ok(match (taken, left) {
                    (true, _) => Asked::Yes(true),
                    // Where it had that app before, a cluster at rest tells nothing of what became of it.
                    (false, 0) if before == Some(target) => {
                        return Err(Halt::Unknown(Trouble::new(
                            what,
                            "The answer was lost, and the cluster has the same app as before.",
                            "Look at the cluster's activity log. crosspull resume makes another secret and gives it to the \
                             cluster: the nodes may restart once more.",
                        )));
                    }
                    (false, 0) => Asked::Yes(false),
                    (false, _) => Asked::NotYet("the answer was lost; looking whether the reset was taken", None),
                })
            })
            .await
            .map_err(Halt::unknown)
    }

    /// Done is what was seen: the cluster is `Succeeded` and uses the app (`azure-facts.md` 3.1).
    async fn settled(&self, cluster: &ClusterId, app: AppId) -> Result<(), Halt> {
        let what = failed_reset(cluster);
        let mut others = 0;
        // True once the cluster itself told that it did not work: all else leaves the end open.
        let is_told = Cell::new(false);
        let told = |trouble: Trouble| {
            is_told.set(true);
            Halt::Failed(trouble)
        };
        SETTLES
            .until(self.door().wire(), &self.work, &what, async || {
                let now = match self.try_cluster(cluster).await {
                    Ok(now) => now,
                    Err(error @ (CallError::Stopped | CallError::Journal(_))) => return Err(Halt::of(&what, error)),
                    // A reset takes longer than many an outage, of the line or of the service; and a cluster that
                    // cannot be asked tells nothing of its reset.
                    Err(_) => return Ok(Asked::NotYet("the cluster cannot be asked", None)),
                };
                match state(&now) {
                    "Succeeded" if now.client_id() == Some(app) => Ok(Asked::Yes(())),
                    "Failed" | "Canceled" => Err(told(Trouble::new(
                        &what,
                        format!("{} is in the state {}.", cluster.name(), state(&now)),
                        "Look at the cluster's activity log. A repeated reset is the documented repair: crosspull resume \
                         makes it.",
                    ))),
                    // Its state follows late; but not for ever.
                    "Succeeded" if others < LOOKS_AT_ANOTHER => {
                        others += 1;
                        Ok(Asked::NotYet("the cluster does not name its new app yet", None))
                    }
                    "Succeeded" => Err(told(Trouble::new(
                        &what,
                        format!("Nothing is going on at {} any more, and it does not use the app {app}", cluster.name()),
                        "Look at the cluster's activity log, then go on with the run: it looks at the cluster first.",
                    ))),
                    _ => Ok(Asked::NotYet("the cluster is still being updated", None)),
                }
            })
            .await
            .map_err(|halt| if is_told.get() { halt } else { halt.unknown() })
    }

    /// Where a reset did not end well, tells what the cluster is then, as far as it can be read.
    async fn telling_state(&self, cluster: &ClusterId, done: Result<(), Halt>) -> Result<(), Halt> {
        if !matches!(done, Err(Halt::Failed(_) | Halt::Unknown(_))) {
            return done;
        }
        let Ok(now) = self.try_cluster(cluster).await else { return done };
        let app = now.client_id().map_or_else(|| "unknown".to_owned(), |app| app.to_string());
        self.learn(vec![
            Learnt::new(Outcome::Found, Fact::ClusterState(cluster.clone()), state(&now)),
            Learnt::new(Outcome::Found, Fact::ClusterClient(cluster.clone()), app),
        ])?;
        done
    }
}

/// The fact that a cluster uses an app.
fn uses(cluster: &ClusterId, how: Outcome, app: AppId, from: Option<AppId>) -> Learnt {
    let learnt = Learnt::new(how, Fact::ClusterClient(cluster.clone()), app);
    match from {
        Some(former) if how == Outcome::Changed => learnt.in_place_of(former),
        _ => learnt,
    }
}

fn failed_reset(cluster: &ClusterId) -> String {
    format!("The reset of {} did not succeed.", cluster.name())
}

pub(super) fn state(cluster: &ClusterProperties) -> &str {
    cluster.provisioning_state.as_deref().unwrap_or_default()
}

/// True where no operation is running on the cluster.
pub(super) fn is_over(cluster: &ClusterProperties) -> bool {
    matches!(state(cluster), "Succeeded" | "Failed" | "Canceled")
}

/// The cluster's service asks replicas of its own for the principal (recording `aks_sp_not_found_retry`) and for its
/// secret, which sign-in took elsewhere before (`azure-facts.md` 9.1).
fn not_known_yet(refusal: &Refusal) -> bool {
    let of_secret = || refusal.code == "ServicePrincipalValidationClientError" && refusal.message.contains("7000215");
    refusal.status == Some(400) && (refusal.code == "ServicePrincipalNotFound" || of_secret())
}
