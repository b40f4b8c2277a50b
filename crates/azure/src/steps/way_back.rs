//! The way back: a second secret on the cluster's former app. Its present secret cannot be read, so without another one
//! the cluster could not be given back (`azure-facts.md` 3.9).

use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::{AppId, KeyId, ObjectId};
use crosspull_core::names::Direction;
use crosspull_core::names::Outcome;
use crosspull_core::names::{SecretFor, Side};
use crosspull_core::operation::{Fact, Learnt};

use super::plainly;
use crate::engine::{Doing, Done};
use crate::patience::Halt;
use crate::reply::App;
use crate::request;
use crate::wire::CallError;

const NOT_READ: &str = "The cluster's former app cannot be read.";

impl Doing<'_> {
    /// Adds a secret to the former app, where the operator may; else says that there is no way back by crosspull. One
    /// that is not `saved` proves that it can be done, and goes when the run is done.
    pub(super) async fn keep_way_back(&self, former: AppId, days: u16, saved: bool) -> Done {
        for proved in self.plan().proofs() {
            let _: String = self.need(proved).await?;
        }
        self.begin()?;
        let none = |why: String| Ok((Outcome::Skipped, format!("there is no automatic way back: {why}")));
        let object = match self.former_app(former).await? {
            Ok(Some(object)) => object,
            Ok(None) => return none(format!("the app {former} is not registered in tenant A")),
            Err(_) => return none(format!("you may not read the app {former}")),
        };
        // Once the reset was sent it has done its part; what it is worth then is that it can be made.
        if self.past().resets(Direction::Forward).next().is_some()
            && let Some(key) = self.past().facts.learnt(&Fact::WayBackKey).filter(|l| l.how == Outcome::Created)
        {
            self.learn(vec![key.clone()])?;
            return plainly(Outcome::Created);
        }
        // One that is saved lives as long as the one that the cluster has; where the tenant caps that, some days.
        let ends = if saved { self.ends_as_before(object, days).await? } else { self.ends(days) };
        let mut added = self.fresh_secret(object, SecretFor::WayBack, ends, &[]).await?;
        if added.is_err() && ends != self.ends(days) {
            added = self.fresh_secret(object, SecretFor::WayBack, self.ends(days), &[]).await?;
        }
        let made = match added {
            Ok(made) => made,
            Err(refusal) if refusal.status == Some(403) => {
                return none(format!("you may not add a secret to the app {former}"));
            }
            Err(refusal) => return none(format!("a secret cannot be added to the app {former} ({refusal})")),
        };
        self.vault().put(made.key_id, made.secret_text.clone());
        self.learn(vec![Learnt::new(Outcome::Created, Fact::WayBackKey, made.key_id)])?;
        self.accepted(Side::A, former, &made.secret_text).await?;
        self.remove_secrets(object, SecretFor::WayBack, &[made.key_id]).await?;
        if saved {
            return plainly(Outcome::Created);
        }
        let proved =
            "you may add a secret to the former app, which undo does; nobody saves this one, so it goes at the end";
        Ok((Outcome::Created, proved.to_owned()))
    }

    /// The former app's object id, where it is registered in tenant A; the inner error where the operator may not look.
    pub(super) async fn former_app(&self, former: AppId) -> Result<Result<Option<ObjectId>, Refusal>, Halt> {
        let request = request::apps_of(self.door().endpoints(), former);
        match self.door().list::<App>(&self.work, request).await {
            Ok(list) => Ok(Ok(list.into_iter().find(|a| a.app_id == former).map(|a| a.id))),
            Err(CallError::Refused(r)) if r.refusal.status == Some(403) => Ok(Err(r.refusal)),
            Err(error) => Err(Halt::of(NOT_READ, error)),
        }
    }

    /// Removes the secret of the way back, unless the cluster was given back with it, now or earlier.
    pub(super) async fn remove_way_back(&self, former: AppId, made: &[Learnt]) -> Done {
        let object = match self.former_app(former).await? {
            Ok(Some(object)) => object,
            Ok(None) => return self.nothing_there(),
            Err(refusal) => return Err(Halt::Failed(Trouble::from_refusal(NOT_READ, refusal))),
        };
        let held = match self.given_back_with() {
            Some(key) => vec![key],
            None => self.past().keys_sent(Direction::Back),
        };
        self.remove_secrets(object, SecretFor::WayBack, &held).await?;
        let kept = self.known::<KeyId>(&Fact::WayBackKey).filter(|key| held.contains(key));
        if let Some(key) = kept {
            self.learn(vec![Learnt::new(Outcome::Found, Fact::WayBackKey, key)])?;
            return Ok((Outcome::Skipped, format!("key id {key} stays: the cluster was given back with it")));
        }
        self.undone(made, &[])
    }
}
