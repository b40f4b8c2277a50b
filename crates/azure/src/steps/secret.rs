//! Client secrets, and whether sign-in takes them. A secret's value is told once and lives in memory alone, so one
//! whose value was lost is removed by its key id, and another is made.

use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::{AppId, ClusterId, KeyId, ObjectId};
use crosspull_core::names::Direction;
use crosspull_core::names::Outcome;
use crosspull_core::names::{SecretFor, Side, made_by_a_run, secret_name};
use crosspull_core::operation::{Fact, Learnt};
use crosspull_core::secret::Secret;
use jiff::{Timestamp, ToSpan};

use crate::engine::{Doing, Done};
use crate::patience::{Asked, Halt, Patience};
use crate::reply::{self, App, NewPassword, PasswordCredential, Token};
use crate::request;
use crate::wire::CallError;

const NOT_ADDED: &str = "The client secret was not added.";
/// How often in a row sign-in must take a new secret: its replicas do not learn it at once (`azure-facts.md` 3.1).
const IN_A_ROW: u32 = 5;

impl Doing<'_> {
    /// Adds a client secret, unless the cluster has a live one of this app already, known by its key id as `in_use`.
    pub(super) async fn add_secret(&self, days: u16, cluster: &ClusterId, renew: bool, in_use: Option<KeyId>) -> Done {
        let object: ObjectId = self.need(Fact::AppObject).await?;
        let app: AppId = self.need(Fact::App).await?;
        self.begin()?;
        self.quiet(cluster).await?;
        // A secret that is to be replaced is in use, but for one that this run gave already.
        let replaced = if renew { in_use } else { None };
        if let Some(done) = self.secret_in_use(object, app, cluster, renew, in_use).await? {
            return Ok(done);
        }
        // Nodes may have the secrets of resets that were sent: they go when the cluster has another.
        let held = self.past().keys_sent(Direction::Forward);
        let made = match self.fresh_secret(object, SecretFor::Cluster, self.ends(days), &held).await? {
            Ok(made) => made,
            Err(refusal) => return Err(Halt::Failed(Trouble::from_refusal(NOT_ADDED, refusal))),
        };
        let (key, ends) = (made.key_id, made.end_date_time.unwrap_or_else(|| self.ends(days)));
        self.vault().put(key, made.secret_text.clone());
        self.learn(vec![
            Learnt::new(Outcome::Created, Fact::SecretKey, key),
            Learnt::new(Outcome::Created, Fact::SecretEnds, ends),
        ])?;
        let _: ObjectId = self.need(Fact::PrincipalA).await?;
        self.accepted(Side::A, app, &made.secret_text).await?;
        // The directory may have shown a lost one too late to be removed at once.
        let mut keep = held;
        keep.push(key);
        let mut others = self.remove_secrets(object, SecretFor::Cluster, &keep).await?;
        others.retain(|other| Some(other.key_id) != replaced);
        let earlier = self.how(&Fact::AppObject) == Some(Outcome::Found);
        Ok((Outcome::Created, if earlier { of_earlier_runs(&others) } else { String::new() }))
    }

    /// Where the cluster uses this app already, its secret is the one in use: another would serve nobody.
    async fn secret_in_use(
        &self,
        object: ObjectId,
        app: AppId,
        cluster: &ClusterId,
        renew: bool,
        in_use: Option<KeyId>,
    ) -> Result<Option<(Outcome, String)>, Halt> {
        if !self.read_cluster(cluster).await?.uses(app) {
            return Ok(None);
        }
        // Where it had the app before the run, only an answer tells that it took the run's reset.
        let last = self.past().resets(Direction::Forward).last();
        if last.is_some_and(|reset| self.plan().former_app().is_none() && !reset.was_accepted()) {
            return Ok(None);
        }
        let now = self.door().wire().recorder().now();
        let mut known = self.read_app(object).await?.password_credentials;
        known.retain(|c| c.end_date_time.is_none_or(|end| end > now));
        let live = |key: KeyId| known.iter().find(|c| c.key_id == key);
        // Those that this run's own resets gave to it, the last one first.
        let given: Vec<_> = self.past().keys_sent(Direction::Forward).into_iter().rev().filter_map(live).collect();
        let named = known.iter().filter(|c| c.display_name.as_deref().is_some_and(made_by_a_run));
        let mut of_runs: Vec<_> = named.collect();
        of_runs.sort_by_key(|c| c.end_date_time);
        let mut doubt = String::new();
        let (how, chosen) = match (given.first(), in_use.and_then(live), of_runs.first()) {
            (Some(given), ..) => (Outcome::Created, *given),
            _ if renew => return Ok(None),
            (None, Some(known), _) => (Outcome::Found, known),
            (None, None, Some(first)) => {
                let keys: Vec<KeyId> = of_runs.iter().map(|c| c.key_id).collect();
                if keys.len() > 1 {
                    let keys = spaced(&keys);
                    doubt = format!(
                        "which of these the cluster uses is not known; the one that ends first is told: {keys}"
                    );
                }
                (Outcome::Found, *first)
            }
            (None, None, None) => return Ok(None),
        };
        let mut learnt = vec![Learnt::new(how, Fact::SecretKey, chosen.key_id)];
        learnt.extend(chosen.end_date_time.map(|end| Learnt::new(how, Fact::SecretEnds, end)));
        self.learn(learnt)?;
        let given: Vec<KeyId> = given.iter().map(|c| c.key_id).collect();
        if how == Outcome::Created {
            self.remove_secrets(object, SecretFor::Cluster, &given).await?;
        }
        let note = match given.as_slice() {
            [] if !doubt.is_empty() => doubt,
            [] | [_] => "the cluster uses it already".to_owned(),
            several => format!("the cluster uses one of these, so they stay: {}", spaced(several)),
        };
        Ok(Some((how, note)))
    }

    pub(super) async fn read_app(&self, object: ObjectId) -> Result<App, Halt> {
        let request = request::app(self.door().endpoints(), object);
        self.door().json(&self.work, request).await.map_err(|e| Halt::of("The app cannot be read.", e))
    }

    /// Adds a secret of this run to an app. One whose value is lost is removed by its key id before another is made;
    /// but never one that is held. The inner error is the directory's no.
    pub(super) async fn fresh_secret(
        &self,
        object: ObjectId,
        what: SecretFor,
        ends: Timestamp,
        held: &[KeyId],
    ) -> Result<Result<NewPassword, Refusal>, Halt> {
        let name = secret_name(self.run(), what);
        if self.past().id.is_some() {
            self.remove_secrets(object, what, held).await?;
        }
        Patience::new(2, 5)
            .until(self.door().wire(), &self.work, NOT_ADDED, async || {
                let request = request::add_password(self.door().endpoints(), object, &name, ends);
                match self.door().json::<NewPassword>(&self.work, request).await {
                    Ok(made) => Ok(Asked::Yes(Ok(made))),
                    Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
                        Ok(Asked::NotYet("the directory does not know the app yet", Some(r.refusal)))
                    }
                    Err(CallError::Refused(r)) => Ok(Asked::Yes(Err(r.refusal))),
                    Err(CallError::Lost(refusal)) => {
                        self.remove_secrets(object, what, held).await?;
                        Ok(Asked::NotYet("the answer was lost; making another secret", Some(refusal)))
                    }
                    Err(error) => Err(Halt::of(NOT_ADDED, error)),
                }
            })
            .await
    }

    /// When a secret that is made now ends.
    pub(super) fn ends(&self, days: u16) -> Timestamp {
        let now = self.door().wire().recorder().now();
        now.checked_add((i64::from(days) * 24).hours()).unwrap_or(now)
    }

    /// Removes this run's secrets of a kind from an app, but for those that are held; gives those of other names that
    /// are on it. A removal whose answer was lost is read back, since it may be refused the second time.
    pub(super) async fn remove_secrets(
        &self,
        object: ObjectId,
        what: SecretFor,
        held: &[KeyId],
    ) -> Result<Vec<PasswordCredential>, Halt> {
        const NOT_REMOVED: &str = "A secret that is of no use any more was not removed.";
        let name = secret_name(self.run(), what);
        let goes = |c: &PasswordCredential| c.display_name.as_deref() == Some(&name) && !held.contains(&c.key_id);
        Patience::new(2, 5)
            .until(self.door().wire(), &self.work, NOT_REMOVED, async || {
                let request = request::app(self.door().endpoints(), object);
                let app: App = match self.door().json(&self.work, request).await {
                    Ok(app) => app,
                    Err(error) if error.may_pass() => {
                        return Ok(Asked::NotYet("the app cannot be read", error.trouble("").refusal));
                    }
                    Err(error) => return Err(Halt::of("The app cannot be read.", error)),
                };
                let (gone, others): (Vec<_>, Vec<_>) = app.password_credentials.into_iter().partition(goes);
                let mut lost = None;
                for one in &gone {
                    let request = request::remove_password(self.door().endpoints(), object, one.key_id);
                    match self.door().raw(&self.work, request).await {
                        Ok(_) => {}
                        Err(CallError::Refused(r)) if matches!(r.refusal.status, Some(400 | 404)) => {
                            lost = Some(r.refusal);
                        }
                        Err(CallError::Lost(refusal)) => lost = Some(refusal),
                        Err(error) => return Err(Halt::of(NOT_REMOVED, error)),
                    }
                }
                Ok(match lost {
                    None => {
                        Asked::Yes(others.into_iter().filter(|c| c.display_name.as_deref() != Some(&name)).collect())
                    }
                    Some(refusal) => Asked::NotYet("looking whether the secret is gone", Some(refusal)),
                })
            })
            .await
    }

    /// Waits until a tenant's sign-in has taken the secret several times in a row.
    pub(super) async fn accepted(&self, side: Side, app: AppId, secret: &Secret) -> Result<(), Halt> {
        let what = format!("Sign-in to tenant {side} does not take the new secret.");
        let mut row = 0;
        Patience::new(1, 5)
            .evenly()
            .until(self.door().wire(), &self.work, &what, async || match self.token_once(side, app, secret).await? {
                Ok(_) => {
                    row += 1;
                    let enough = row >= IN_A_ROW;
                    Ok(if enough {
                        Asked::Yes(())
                    } else {
                        Asked::NotYet("sign-in takes the secret; asking again to be sure", None)
                    })
                }
                Err(refusal) => {
                    row = 0;
                    Ok(Asked::NotYet("sign-in does not know the secret everywhere yet", Some(refusal)))
                }
            })
            .await
    }

    /// Asks a tenant's sign-in for a token once; gives the service principal that it is of. The inner error is a "not
    /// yet". Judged by OAuth's own word, since texts and numbers are no contract (`azure-facts.md` 3.1).
    pub(super) async fn token_once(
        &self,
        side: Side,
        app: AppId,
        secret: &Secret,
    ) -> Result<Result<Option<ObjectId>, Refusal>, Halt> {
        let tenant = self.plan().tenant(side).to_string();
        let request = request::token(self.door().endpoints(), side, &tenant, app, secret);
        match self.door().json::<Token>(&self.work, request).await {
            Ok(token) => Ok(Ok(reply::object_of(&token.access_token))),
            // Not an answer about the secret: it is asked again.
            Err(CallError::Unreachable(refusal)) => Ok(Err(refusal)),
            Err(CallError::Refused(r))
                if matches!(r.oauth.as_deref(), Some("invalid_client" | "unauthorized_client")) =>
            {
                Ok(Err(r.refusal))
            }
            Err(CallError::Refused(r)) => {
                Err(Halt::Failed(Trouble::from_refusal(format!("The app cannot sign in to tenant {side}."), r.refusal)))
            }
            Err(error) => Err(Halt::of(&format!("Sign-in to tenant {side} cannot be asked."), error)),
        }
    }
}

/// What there is to say about secrets that earlier runs left on the app. They are not removed unasked: somebody may
/// have saved one for something else.
fn of_earlier_runs(others: &[PasswordCredential]) -> String {
    let keys: Vec<KeyId> = others.iter().map(|c| c.key_id).collect();
    match keys.as_slice() {
        [] => String::new(),
        keys => format!("secrets of earlier runs, of no use to the cluster once it is reset: {}", spaced(keys)),
    }
}

fn spaced(keys: &[KeyId]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
