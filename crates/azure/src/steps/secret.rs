//! The client secret, and whether sign-in takes it.

use crosspull_core::event::Outcome;
use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::{AppId, ClusterId, KeyId, ObjectId};
use crosspull_core::plan::{Fact, Learnt, Side};
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
    /// Adds a client secret, unless the cluster has a live one of this app already.
    pub(super) async fn add_secret(&self, days: u16, cluster: &ClusterId) -> Done {
        let object: ObjectId = self.need(Fact::AppObject).await?;
        let app: AppId = self.need(Fact::App).await?;
        self.begin()?;
        if let Some(done) = self.secret_in_use(object, app, cluster).await? {
            return Ok(done);
        }
        let now = self.door().wire().recorder().now();
        let ends = now.checked_add((i64::from(days) * 24).hours()).unwrap_or(now);
        let (made, lost) = self.new_secret(object, ends).await?;
        self.vault().put(made.key_id, made.secret_text.clone());
        self.learn(vec![
            Learnt::new(Outcome::Created, Fact::SecretKey, made.key_id),
            Learnt::new(Outcome::Created, Fact::SecretEnds, made.end_date_time.unwrap_or(ends)),
        ])?;
        let _: ObjectId = self.need(Fact::PrincipalA).await?;
        self.accepted(Side::A, app, &made.secret_text).await?;
        if lost {
            // The directory may have shown the lost one too late to be removed at once.
            self.remove_lost_secrets(object, Some(made.key_id)).await?;
        }
        Ok((Outcome::Created, self.earlier_secrets(object, made.key_id).await))
    }

    /// What there is to say about secrets that earlier runs left on the app. They are not removed unasked: somebody may
    /// have saved one for something else.
    async fn earlier_secrets(&self, object: ObjectId, new: KeyId) -> String {
        if self.how(&Fact::AppObject) != Some(Outcome::Found) {
            return String::new();
        }
        // A mere note: where it cannot be had, the secret is good all the same.
        let Ok(app) = self.read_app(object).await else { return String::new() };
        let earlier: Vec<String> =
            app.password_credentials.iter().filter(|c| c.key_id != new).map(|c| c.key_id.to_string()).collect();
        match earlier.as_slice() {
            [] => String::new(),
            keys => format!("secrets of earlier runs, of no use to the cluster once it is reset: {}", keys.join(" ")),
        }
    }

    /// Where the cluster uses this app already, its secret is the one in use: another would serve nobody.
    async fn secret_in_use(
        &self,
        object: ObjectId,
        app: AppId,
        cluster: &ClusterId,
    ) -> Result<Option<(Outcome, String)>, Halt> {
        if !self.read_cluster(cluster).await?.uses(app) {
            return Ok(None);
        }
        let known = self.read_app(object).await?;
        let now = self.door().wire().recorder().now();
        let live = known.password_credentials.into_iter().filter(|c| c.end_date_time.is_none_or(|end| end > now));
        let Some(latest) = live.max_by_key(|c| c.end_date_time) else {
            return Ok(None);
        };
        let mut learnt = vec![Learnt::new(Outcome::Found, Fact::SecretKey, latest.key_id)];
        learnt.extend(latest.end_date_time.map(|end| Learnt::new(Outcome::Found, Fact::SecretEnds, end)));
        self.learn(learnt)?;
        Ok(Some((Outcome::Found, "the cluster uses it already".to_owned())))
    }

    async fn read_app(&self, object: ObjectId) -> Result<App, Halt> {
        let request = request::app(self.door().endpoints(), object);
        self.door().json(&self.work, request).await.map_err(|e| Halt::of("The app cannot be read.", e))
    }

    /// Adds a secret. One whose answer was lost is of no use, since its value is shown once: it is removed by its key
    /// id before another is made.
    async fn new_secret(&self, object: ObjectId, ends: Timestamp) -> Result<(NewPassword, bool), Halt> {
        let name = self.secret_name();
        let mut lost = false;
        Patience::new(2, 5)
            .until(self.door().wire(), &self.work, NOT_ADDED, async || {
                let request = request::add_password(self.door().endpoints(), object, &name, ends);
                match self.door().json::<NewPassword>(&self.work, request).await {
                    Ok(made) => Ok(Asked::Yes((made, lost))),
                    Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
                        Ok(Asked::NotYet("the directory does not know the app yet", Some(r.refusal)))
                    }
                    Err(CallError::Lost(refusal)) => {
                        lost = true;
                        self.remove_lost_secrets(object, None).await?;
                        Ok(Asked::NotYet("the answer was lost; making another secret", Some(refusal)))
                    }
                    Err(error) => Err(Halt::of(NOT_ADDED, error)),
                }
            })
            .await
    }

    /// The name of this run's secret on the app: by it a lost one is found.
    fn secret_name(&self) -> String {
        format!("crosspull {}", self.run())
    }

    /// Removes the secrets that this run made and lost: all of its name but the one that it holds.
    async fn remove_lost_secrets(&self, object: ObjectId, held: Option<KeyId>) -> Result<(), Halt> {
        let app = self.read_app(object).await?;
        let name = self.secret_name();
        let ours = |c: &&PasswordCredential| c.display_name.as_deref() == Some(&name) && Some(c.key_id) != held;
        for lost in app.password_credentials.iter().filter(ours) {
            let request = request::remove_password(self.door().endpoints(), object, lost.key_id);
            match self.door().raw(&self.work, request).await {
                Ok(_) => {}
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {}
                Err(error) => {
                    return Err(Halt::of("A secret whose value was lost was not removed.", error));
                }
            }
        }
        Ok(())
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
            Err(CallError::Refused(r)) => Err(Halt::Failed(Trouble::from_refusal(
                format!("The new app cannot sign in to tenant {side}."),
                r.refusal,
            ))),
            Err(error) => Err(Halt::of(&format!("Sign-in to tenant {side} cannot be asked."), error)),
        }
    }
}
