//! The app registration in tenant A.

use crosspull_core::event::Outcome;
use crosspull_core::explain::Trouble;
use crosspull_core::plan::{Fact, Learnt};

use super::{DIRECTORY, plainly};
use crate::engine::{Doing, Done};
use crate::patience::{Asked, Halt};
use crate::reply::{App, List};
use crate::request;
use crate::wire::CallError;

const NOT_CREATED: &str = "The app was not created.";

impl Doing<'_> {
    /// Finds the app of an earlier run by its marker, or creates it.
    pub(super) async fn create_app(&self, name: &str, redirect_uri: &str, marker: &str) -> Done {
        self.begin()?;
        if let Some(app) = self.tagged_app(marker).await? {
            self.learn_app(Outcome::Found, &app)?;
            let name = app.display_name.unwrap_or_default();
            return Ok((Outcome::Found, format!("{name}, made by an earlier run")));
        }
        let request = request::create_app(self.door().endpoints(), name, redirect_uri, marker);
        let app = match self.door().json::<App>(&self.work, request.clone()).await {
            Ok(app) => app,
            // It may be there: look for its marker before anything else is done.
            Err(CallError::Lost(_)) => match self.tagged_app_soon(marker).await? {
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
        DIRECTORY
            .until(self.door().wire(), &self.work, "The new app cannot be read.", async || {
                match self.door().json::<App>(&self.work, request::app(self.door().endpoints(), app.id)).await {
                    Ok(_) => Ok(Asked::Yes(())),
                    Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
                        Ok(Asked::NotYet("the app is not known everywhere yet", Some(r.refusal)))
                    }
                    Err(error) => Err(Halt::of("The new app cannot be read.", error)),
                }
            })
            .await?;
        plainly(Outcome::Created)
    }

    async fn tagged_app(&self, marker: &str) -> Result<Option<App>, Halt> {
        let request = request::apps_tagged(self.door().endpoints(), marker);
        let list: List<App> = self
            .door()
            .json(&self.work, request)
            .await
            .map_err(|e| Halt::of("The apps of tenant A cannot be read.", e))?;
        Ok(list.value.into_iter().next())
    }

    /// The app with the marker, asked for a few times, since a new one shows up late in lists.
    async fn tagged_app_soon(&self, marker: &str) -> Result<Option<App>, Halt> {
        let mut left = 6_u8;
        DIRECTORY
            .until(self.door().wire(), &self.work, NOT_CREATED, async || {
                left = left.saturating_sub(1);
                match self.tagged_app(marker).await? {
                    None if left > 0 => {
                        Ok(Asked::NotYet("the answer was lost; looking whether the app is there", None))
                    }
                    found => Ok(Asked::Yes(found)),
                }
            })
            .await
    }

    fn learn_app(&self, how: Outcome, app: &App) -> Result<(), Halt> {
        self.learn(vec![Learnt::new(how, Fact::AppObject, app.id), Learnt::new(how, Fact::App, app.app_id)])
    }
}
