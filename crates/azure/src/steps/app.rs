//! The app registration in tenant A.

use crosspull_core::explain::Trouble;
use crosspull_core::ids::ObjectId;
use crosspull_core::names::Outcome;
use crosspull_core::names::{Side, run_mark};
use crosspull_core::operation::{Fact, Learnt};

use super::{DIRECTORY, plainly};
use crate::engine::{Doing, Done};
use crate::patience::{Asked, Halt};
use crate::reply::{self, App};
use crate::request::{self, Audience};
use crate::wire::CallError;

const NOT_CREATED: &str = "The app was not created.";
const NOT_READ: &str = "The app cannot be read.";

impl Doing<'_> {
    /// Takes up the app that the checks saw, or that this run made; else creates it.
    pub(super) async fn create_app(
        &self,
        name: &str,
        redirect_uri: &str,
        marker: &str,
        takes_up: Option<ObjectId>,
        passes_over: &[ObjectId],
    ) -> Done {
        self.begin()?;
        if let Some(app) = self.app_that_is_there(marker, takes_up, passes_over).await? {
            let how = if self.is_own_app(&app) { Outcome::Created } else { Outcome::Found };
            self.learn_app(how, &app).await?;
            let name = app.display_name.unwrap_or_default();
            let note = if how == Outcome::Found { format!("{name}, made by an earlier run") } else { String::new() };
            return Ok((how, note));
        }
        let mark = run_mark(self.run());
        let request = request::create_app(self.door().endpoints(), name, redirect_uri, &[marker, &mark]);
        let app = match self.door().json::<App>(&self.work, request.clone()).await {
            Ok(app) => app,
            // It may be there: look for its mark before anything else is done.
            Err(CallError::Lost(_)) => match self.own_app_soon(marker).await? {
                Some(app) => app,
                None => self.door().json(&self.work, request).await.map_err(|e| Halt::of(NOT_CREATED, e))?,
            },
            Err(CallError::Refused(r)) if r.refusal.status == Some(403) => {
                return Err(Halt::Failed(Trouble::from_refusal(NOT_CREATED, r.refusal).because(
                    "You may not create app registrations in tenant A.",
                    "Ask there for the role Application Developer; a service principal needs Graph's \
                     Application.ReadWrite.OwnedBy.",
                )));
            }
            Err(error) => return Err(Halt::of(NOT_CREATED, error)),
        };
        self.learn_app(Outcome::Created, &app).await?;
        self.readable_app(app.id).await?;
        plainly(Outcome::Created)
    }

    /// The app, where it is there already: the one that the journal names, else the one that the checks saw, else the
    /// one that an earlier part of this run made and lost the answer of. The mark alone is no reason to take an app up:
    /// one that appeared since the checks stops the run.
    async fn app_that_is_there(
        &self,
        marker: &str,
        takes_up: Option<ObjectId>,
        passes_over: &[ObjectId],
    ) -> Result<Option<App>, Halt> {
        if let Some(object) = self.past().facts.id(&Fact::AppObject).or(takes_up) {
            return self.readable_app(object).await.map(Some);
        }
        if self.past().wrote(self.step.id)
            && let Some(own) = self.own_app_soon(marker).await?
        {
            return Ok(Some(own));
        }
        let marked = self.marked_apps(marker).await?;
        match marked.iter().find(|app| !passes_over.contains(&app.id)) {
            None => Ok(None),
            Some(app) => Err(Halt::Failed(Trouble::new(
                NOT_CREATED,
                format!(
                    "Since the checks somebody registered an app with this cluster's mark: {}, app {} , object {}",
                    app.display_name.as_deref().unwrap_or("unnamed"),
                    app.app_id,
                    app.id
                ),
                "Look who made it, then apply again: the checks show it. It is taken up by --adopt with its id alone.",
            ))),
        }
    }

    /// Waits until an app that was made can be read.
    async fn readable_app(&self, object: ObjectId) -> Result<App, Halt> {
        DIRECTORY
            .until(self.door().wire(), &self.work, NOT_READ, async || {
                match self.door().json::<App>(&self.work, request::app(self.door().endpoints(), object)).await {
                    Ok(app) => Ok(Asked::Yes(app)),
                    Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
                        Ok(Asked::NotYet("the app is not known everywhere yet", Some(r.refusal)))
                    }
                    Err(error) => Err(Halt::of(NOT_READ, error)),
                }
            })
            .await
            .map_err(|halt| halt.now("Where somebody deleted it, take the run back by crosspull undo, and begin anew."))
    }

    /// The apps that carry the mark of the cluster.
    async fn marked_apps(&self, marker: &str) -> Result<Vec<App>, Halt> {
        let request = request::apps_tagged(self.door().endpoints(), marker);
        self.door().list(&self.work, request).await.map_err(|e| Halt::of("The apps of tenant A cannot be read.", e))
    }

    /// The app that this run made, asked for a few times, since a new app shows up late in lists.
    async fn own_app_soon(&self, marker: &str) -> Result<Option<App>, Halt> {
        let mut left = 6_u8;
        DIRECTORY
            .until(self.door().wire(), &self.work, NOT_CREATED, async || {
                left = left.saturating_sub(1);
                let own = self.marked_apps(marker).await?.into_iter().find(|app| self.is_own_app(app));
                match own {
                    None if left > 0 => {
                        Ok(Asked::NotYet("the answer was lost; looking whether the app is there", None))
                    }
                    found => Ok(Asked::Yes(found)),
                }
            })
            .await
    }

    /// True for the app that this run made, by its mark or by the journal.
    fn is_own_app(&self, app: &App) -> bool {
        let made = self.past().facts.learnt(&Fact::AppObject).filter(|l| l.how == Outcome::Created);
        app.tags.contains(&run_mark(self.run())) || made.is_some_and(|l| l.value == app.id.to_string())
    }

    /// Keeps the app, and of one that was made who made it: Graph makes that account its first owner, and everybody
    /// else is another hand.
    async fn learn_app(&self, how: Outcome, app: &App) -> Result<(), Halt> {
        let mut learnt = vec![Learnt::new(how, Fact::AppObject, app.id), Learnt::new(how, Fact::App, app.app_id)];
        if how == Outcome::Created && self.past().facts.learnt(&Fact::Creator).is_none() {
            learnt.extend(self.operator().await.map(|id| Learnt::new(Outcome::Found, Fact::Creator, id)));
        }
        self.learn(learnt)
    }

    /// The account that works in tenant A, where its token tells.
    pub(super) async fn operator(&self) -> Option<ObjectId> {
        let token = self.door().tokens().token(Side::A, Audience::Graph).await.ok()?;
        reply::object_of(&token)
    }

    /// Deletes the app that this run made, unless others have put something on it; what it has at home goes with it.
    /// Entra keeps a deleted app for 30 days.
    pub(super) async fn delete_app(&self, marker: &str, made: &[Learnt]) -> Done {
        let known = made.iter().find(|l| l.fact == Fact::AppObject).and_then(|l| l.value.parse().ok());
        let object = match known {
            Some(object) => Some(object),
            None => self.own_app_soon(marker).await?.map(|app| app.id),
        };
        let Some(object) = object else { return self.nothing_there() };
        self.nobody_else_uses(object).await?;
        self.delete("The app was not deleted.", request::delete_app(self.door().endpoints(), object)).await?;
        self.undone(made, &[Fact::PrincipalA, Fact::SecretKey, Fact::SecretEnds])
    }
}
