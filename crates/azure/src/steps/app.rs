//! The app registration in tenant A.

use crosspull_core::event::Outcome;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::ObjectId;
use crosspull_core::plan::{Fact, Learnt, run_mark};

use super::{DIRECTORY, plainly};
use crate::engine::{Doing, Done};
use crate::patience::{Asked, Halt};
use crate::reply::App;
use crate::request;
use crate::wire::CallError;

const NOT_CREATED: &str = "The app was not created.";
const NOT_READ: &str = "The app cannot be read.";

impl Doing<'_> {
    /// Finds the app of this run or of an earlier one by its mark, or creates it.
    pub(super) async fn create_app(&self, name: &str, redirect_uri: &str, marker: &str) -> Done {
        self.begin()?;
        if let Some(app) = self.app_that_is_there(marker).await? {
            let how = if self.is_own_app(&app) { Outcome::Created } else { Outcome::Found };
            self.learn_app(how, &app)?;
            let name = app.display_name.unwrap_or_default();
            let note = if how == Outcome::Found { format!("{name}, made by an earlier run") } else { String::new() };
            return Ok((how, note));
        }
        let mark = run_mark(self.run());
        let request = request::create_app(self.door().endpoints(), name, redirect_uri, &[marker, &mark]);
        let app = match self.door().json::<App>(&self.work, request.clone()).await {
            Ok(app) => app,
            // It may be there: look for its mark before anything else is done.
            Err(CallError::Lost(_)) => match self.marked_app_soon(marker).await? {
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
        self.learn_app(Outcome::Created, &app)?;
        self.readable_app(app.id).await?;
        plainly(Outcome::Created)
    }

    /// The app, where it is there already: the one that the journal names, else one that carries the mark.
    async fn app_that_is_there(&self, marker: &str) -> Result<Option<App>, Halt> {
        match self.past().facts.id(&Fact::AppObject) {
            Some(object) => self.readable_app(object).await.map(Some),
            // An earlier part of this run may have made it, and a new one shows up late in lists.
            None if self.past().wrote(self.step.id) => self.marked_app_soon(marker).await,
            None => self.marked_app(marker).await,
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

    /// The app with the mark of this run, else one with that of its cluster.
    async fn marked_app(&self, marker: &str) -> Result<Option<App>, Halt> {
        let request = request::apps_tagged(self.door().endpoints(), marker);
        let apps: Vec<App> = self
            .door()
            .list(&self.work, request)
            .await
            .map_err(|e| Halt::of("The apps of tenant A cannot be read.", e))?;
        let own = apps.iter().position(|app| self.is_own_app(app));
        Ok(apps.into_iter().nth(own.unwrap_or(0)))
    }

    /// The same, asked for a few times, since a new app shows up late in lists.
    async fn marked_app_soon(&self, marker: &str) -> Result<Option<App>, Halt> {
        let mut left = 6_u8;
        DIRECTORY
            .until(self.door().wire(), &self.work, NOT_CREATED, async || {
                left = left.saturating_sub(1);
                match self.marked_app(marker).await? {
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

    fn learn_app(&self, how: Outcome, app: &App) -> Result<(), Halt> {
        self.learn(vec![Learnt::new(how, Fact::AppObject, app.id), Learnt::new(how, Fact::App, app.app_id)])
    }

    /// Deletes the app that this run made; what it has at home goes with it. Entra keeps a deleted app for 30 days.
    pub(super) async fn delete_app(&self, marker: &str, made: &[Learnt]) -> Done {
        let known = made.iter().find(|l| l.fact == Fact::AppObject).and_then(|l| l.value.parse().ok());
        let object = match known {
            Some(object) => Some(object),
            None => self.marked_app_soon(marker).await?.filter(|app| self.is_own_app(app)).map(|app| app.id),
        };
        let Some(object) = object else { return self.nothing_there() };
        self.delete("The app was not deleted.", request::delete_app(self.door().endpoints(), object)).await?;
        self.undone(made, &[Fact::PrincipalA, Fact::SecretKey, Fact::SecretEnds])
    }
}
