//! Removing a secret that nobody needs any more, when the run is done. What cannot be removed is told, and fails
//! nothing: the cluster has what it needs by then.

use crosspull_core::ids::{AppId, ClusterId, KeyId, ObjectId};
use crosspull_core::names::Outcome;
use crosspull_core::names::SecretFor;
use crosspull_core::operation::{Fact, Learnt, OldSecret, Op};

use crate::engine::{Doing, Done};
use crate::patience::Halt;
use crate::request;
use crate::wire::CallError;

impl Doing<'_> {
    /// Removes a secret, after every other step ended well.
    pub(super) async fn remove_old_secret(&self, cluster: &ClusterId, secret: &OldSecret) -> Done {
        for earlier in self.plan().steps.iter().filter(|s| s.id < self.step.id && !is_removal(&s.op)) {
            self.after(earlier.id).await?;
        }
        self.begin()?;
        match secret {
            OldSecret::Replaced(key) => self.remove_replaced(cluster, *key).await,
            OldSecret::WayBack(former) => self.remove_proof_of_way_back(*former).await,
        }
    }

    /// The secret that the cluster had before goes once a node was seen to pull with the new one.
    async fn remove_replaced(&self, cluster: &ClusterId, key: KeyId) -> Done {
        let app: AppId = self.need(Fact::App).await?;
        let by_hand = format!("az ad app credential delete --id {app} --key-id {key}");
        let seen = self.how(&Fact::ProvedInside(cluster.clone())) == Some(Outcome::Proved);
        if self.known::<KeyId>(&Fact::SecretKey) == Some(key) {
            return Ok((Outcome::Skipped, "the cluster uses it".to_owned()));
        }
        if !seen {
            return Ok((
                Outcome::Skipped,
                format!(
                    "the replaced secret {key} stays, since no node was seen to pull with the new one. Once one was: {by_hand}"
                ),
            ));
        }
        let object: ObjectId = self.need(Fact::AppObject).await?;
        let what = format!("the replaced secret {key} was not removed");
        let request = request::remove_password(self.door().endpoints(), object, key);
        match self.door().raw(&self.work, request).await {
            Ok(_) => Ok((Outcome::Changed, format!("key id {key}"))),
            // It was removed before, or by the request whose answer was lost: the app tells.
            Err(error @ (CallError::Lost(_) | CallError::Refused(_))) => match self.read_app(object).await {
                Ok(app) if app.password_credentials.iter().all(|c| c.key_id != key) => {
                    Ok((Outcome::Changed, format!("key id {key}")))
                }
                Err(halt @ (Halt::Stopped | Halt::Journal(_))) => Err(halt),
                _ => told(error, &what, &by_hand),
            },
            Err(error) => told(error, &what, &by_hand),
        }
    }

    /// The secret that proved that there is a way back goes, since it is saved nowhere.
    async fn remove_proof_of_way_back(&self, former: AppId) -> Done {
        let made =
            self.known::<KeyId>(&Fact::WayBackKey).filter(|_| self.how(&Fact::WayBackKey) == Some(Outcome::Created));
        let Some(key) = made else { return Ok((Outcome::Skipped, "there is none".to_owned())) };
        let by_hand = format!("az ad app credential delete --id {former} --key-id {key}");
        let stays = format!("the secret {key} of the former app was not removed");
        let removed = match self.former_app(former).await {
            Ok(Ok(Some(object))) => self.remove_secrets(object, SecretFor::WayBack, &[]).await.map(drop),
            Ok(Ok(None)) => {
                return Ok((Outcome::Skipped, "the former app is gone, and its secrets with it".to_owned()));
            }
            Ok(Err(_)) => {
                return Ok((Outcome::Skipped, format!("{stays}: the app cannot be read. By hand: {by_hand}")));
            }
            Err(halt) => Err(halt),
        };
        match removed {
            Ok(()) => {
                self.learn_undone(&[Learnt::new(Outcome::Created, Fact::WayBackKey, key)])?;
                Ok((Outcome::Changed, format!("key id {key}; crosspull undo adds another, and needs the right to")))
            }
            Err(halt @ (Halt::Stopped | Halt::Journal(_))) => Err(halt),
            Err(halt) => Ok((Outcome::Skipped, format!("{stays}: {} By hand: {by_hand}", halt.why()))),
        }
    }
}

const fn is_removal(op: &Op) -> bool {
    matches!(op, Op::RemoveSecret(_))
}

/// Tells that something was not done. That fails nothing.
fn told(error: CallError, what: &str, by_hand: &str) -> Done {
    match Halt::of("", error) {
        halt @ (Halt::Stopped | Halt::Journal(_)) => Err(halt),
        halt => Ok((Outcome::Skipped, format!("{what}: {} By hand: {by_hand}", halt.why()))),
    }
}
