//! The reset of the cluster's service principal: the one step that changes what runs.

use std::time::Duration;

use crosspull_core::event::{Event, Outcome};
use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::{AppId, ClusterId, KeyId};
use crosspull_core::plan::{Fact, Learnt};
use crosspull_core::secret::Secret;

use super::plainly;
use crate::engine::{Doing, Done};
use crate::operation;
use crate::patience::{Asked, Halt, Patience};
use crate::reply::{Cluster, ClusterProperties};
use crate::request;
use crate::wire::{CallError, Reply};

/// The cluster settles after its operation ended.
const SETTLES: Patience = Patience::new(5, 180);

impl Doing<'_> {
    /// Gives the cluster the new credential, after every other step ended well and the operator said yes.
    pub(super) async fn reset_cluster(&self, cluster: &ClusterId, soak_minutes: u16) -> Done {
        for earlier in self.plan().steps.iter().filter(|s| s.id < self.step.id) {
            self.after(earlier.id).await?;
        }
        for fact in self.plan().reads(self.step) {
            let _: String = self.need(fact).await?;
        }
        let app: AppId = self.need(Fact::App).await?;
        let key: KeyId = self.need(Fact::SecretKey).await?;
        self.begin()?;
        let before = self.read_cluster(cluster).await?;
        let own = self.vault().get(key);
        // A secret of this run's own is one that the cluster does not have, whatever app it uses.
        if own.is_none() && before.uses(app) {
            self.learn(vec![Learnt::new(Outcome::Found, Fact::ClusterClient(cluster.clone()), app)])?;
            return Ok((Outcome::Found, "the cluster uses this app already".to_owned()));
        }
        let what = format!("{} was not reset.", cluster.name());
        let Some(secret) = own else {
            return Err(Halt::Failed(Trouble::new(
                what,
                "The secret's value is not known to this run.",
                "Run again: a new secret is made.",
            )));
        };
        self.soak(soak_minutes).await?;
        self.confirmed().await?;
        self.send_reset(cluster, app, &secret, &before).await?;
        self.settled(cluster, app).await?;
        self.learn(vec![Learnt::new(Outcome::Changed, Fact::ClusterClient(cluster.clone()), app)])?;
        plainly(Outcome::Changed)
    }

    /// Waits until the new principal is known in every region (`azure-facts.md` 3.1: around 30 minutes).
    async fn soak(&self, minutes: u16) -> Result<(), Halt> {
        if minutes == 0 {
            return Ok(());
        }
        let wire = self.door().wire();
        let wait = wire.pace().of(Duration::from_secs(u64::from(minutes) * 60));
        wire.pause(&self.work, "the new service principal becomes known in every region", wait, wait, 1)
            .await
            .map_err(|e| Halt::of("", e))
    }

    /// Asks the operator once more; the proof is on the screen.
    async fn confirmed(&self) -> Result<(), Halt> {
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

    async fn try_cluster(&self, cluster: &ClusterId) -> Result<ClusterProperties, CallError> {
        let request = request::cluster(self.door().endpoints(), cluster);
        let read: Cluster = self.door().json(&self.work, request).await?;
        Ok(read.properties)
    }

    /// Sends the reset and follows its operation. When the answer is lost, the cluster itself tells whether the reset
    /// was taken; it is sent again only where it was not.
    async fn send_reset(
        &self,
        cluster: &ClusterId,
        app: AppId,
        secret: &Secret,
        before: &ClusterProperties,
    ) -> Result<(), Halt> {
        let what = format!("{} was not reset.", cluster.name());
        let mut lost = false;
        let accepted: Option<Reply> = Patience::new(5, 10)
            .until(self.door().wire(), &self.work, &what, async || {
                let request = request::reset_cluster(self.door().endpoints(), cluster, app, secret);
                match self.door().raw(&self.work, request).await {
                    Ok(reply) => Ok(Asked::Yes(Some(reply))),
                    Err(CallError::Lost(refusal)) => {
                        lost = true;
                        let taken = self.was_taken(cluster, before).await?;
                        Ok(if taken {
                            Asked::Yes(None)
                        } else {
                            Asked::NotYet("the answer was lost, and the cluster is as before", Some(refusal))
                        })
                    }
                    // The lost one was taken after all: an operation is running.
                    Err(CallError::Refused(r)) if lost && r.refusal.status == Some(409) => Ok(Asked::Yes(None)),
                    Err(CallError::Refused(r)) if not_known_yet(&r.refusal) => Ok(Asked::NotYet(
                        "the cluster's service does not know the service principal yet",
                        Some(r.refusal),
                    )),
                    Err(error) => Err(Halt::of(&what, error)),
                }
            })
            .await?;
        match accepted {
            Some(reply) => {
                operation::follow(self.door(), &self.work, self.step.side, &self.failed_reset(cluster), &reply).await
            }
            None => Ok(()),
        }
    }

    /// Whether a reset whose answer was lost was taken: the cluster is looked at for a minute, since its state follows
    /// late.
    async fn was_taken(&self, cluster: &ClusterId, before: &ClusterProperties) -> Result<bool, Halt> {
        let what = "Whether the reset was taken cannot be told.";
        let mut left = 6_u8;
        Patience::new(10, 5)
            .evenly()
            .until(self.door().wire(), &self.work, what, async || {
                let now = self.read_cluster(cluster).await?;
                left = left.saturating_sub(1);
                let changed = state(&now) != state(before) || now.client_id() != before.client_id();
                Ok(match (changed, left) {
                    (true, _) => Asked::Yes(true),
                    (false, 0) => Asked::Yes(false),
                    (false, _) => Asked::NotYet("the answer was lost; looking whether the reset was taken", None),
                })
            })
            .await
    }

    fn failed_reset(&self, cluster: &ClusterId) -> String {
        format!("The reset of {} did not succeed.", cluster.name())
    }

    /// Done is what was seen: the cluster is `Succeeded` and uses the new app (`azure-facts.md` 3.1).
    async fn settled(&self, cluster: &ClusterId, app: AppId) -> Result<(), Halt> {
        let what = self.failed_reset(cluster);
        SETTLES
            .until(self.door().wire(), &self.work, &what, async || {
                let now = match self.try_cluster(cluster).await {
                    // A reset takes longer than many an outage of the line.
                    Err(CallError::Unreachable(refusal)) => {
                        return Ok(Asked::NotYet("the cluster cannot be asked", Some(refusal)));
                    }
                    read => read.map_err(|e| Halt::of(&what, e))?,
                };
                match state(&now) {
                    "Succeeded" if now.client_id() == Some(app) => Ok(Asked::Yes(())),
                    "Failed" | "Canceled" => Err(Halt::Failed(Trouble::new(
                        &what,
                        format!("{} is in the state {}.", cluster.name(), state(&now)),
                        "Look at the cluster's activity log, then run again: a repeated reset is the documented repair.",
                    ))),
                    _ => Ok(Asked::NotYet("the cluster is still being updated", None)),
                }
            })
            .await
    }
}

fn state(cluster: &ClusterProperties) -> &str {
    cluster.provisioning_state.as_deref().unwrap_or_default()
}

/// The cluster's service looks the principal up in its own replica (recording `aks_sp_not_found_retry`).
fn not_known_yet(refusal: &Refusal) -> bool {
    refusal.status == Some(400) && refusal.code == "ServicePrincipalNotFound"
}
