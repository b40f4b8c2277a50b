//! Creates the multi-tenant app registration, or takes up one that is there.

use crosspull_core::explain::Trouble;
use crosspull_core::ids::ObjectId;
use crosspull_core::input::Key;
use crosspull_core::names::{Outcome, run_mark};
use crosspull_core::operation::{CreateApp, Fact, Learnt, TakeBack};
use crosspull_core::wording::Wording;

use super::shared::directory::{self, APP_NOT_READ, AppRef, DIRECTORY};
use super::shared::others;
use crate::patience::Asked;
use crate::reply::App;
use crate::request::{self, NewApp};
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there, plainly};
use crate::wire::CallError;

const NOT_CREATED: &str = "The app was not created.";

/// Takes up the app that the checks saw, or that this run made; else creates it.
pub(super) async fn perform(op: &CreateApp, context: &StepContext<'_>) -> StepResult {
    context.begin()?;
    if let Some(app) = app_that_is_there(op, context).await? {
        let how = if is_own_app(context, &app) { Outcome::Created } else { Outcome::Found };
        learn_app(op, context, how, &app).await?;
        let name = app.display_name.unwrap_or_default();
        let note = if how == Outcome::Found { format!("{name}, made by an earlier run") } else { String::new() };
        return Ok((how, note));
    }
    let mark = run_mark(context.run());
    let wanted = NewApp {
        name: &op.name,
        audience: op.audience,
        redirect_uri: &op.redirect_uri,
        reads_profile: op.reads_profile,
        tags: &[&op.marker, &mark],
    };
    let request = request::create_app(context.door().endpoints(), op.home, wanted);
    let app = match context.door().json::<App>(&context.work, request.clone()).await {
        Ok(app) => app,
        // The app may be there: its mark is looked for before anything else is done.
        Err(CallError::Lost(_)) => match own_app_soon(op, context).await? {
            Some(app) => app,
            None => context.door().json(&context.work, request).await.map_err(|e| StepError::of(NOT_CREATED, e))?,
        },
        Err(CallError::Refused(r)) => {
            return Err(StepError::Failed(Trouble::from_refusal(NOT_CREATED, r.refusal).where_denied(
                format!("You may not create app registrations in tenant {}.", op.home),
                "Ask there for the role Application Developer; a service principal needs Graph's \
                 Application.ReadWrite.OwnedBy.",
            )));
        }
        Err(error) => return Err(StepError::of(NOT_CREATED, error)),
    };
    learn_app(op, context, Outcome::Created, &app).await?;
    readable_app(op, context, app.id).await?;
    plainly(Outcome::Created)
}

/// Deletes the app that this run made, unless others have put something on it. The app's secrets and its service
/// principal at home go with the app. Entra keeps a deleted app for 30 days.
pub(super) async fn take_back(op: &CreateApp, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    let known = back.made.iter().find(|l| l.fact == Fact::AppObject).and_then(|l| l.value.parse().ok());
    let object = match known {
        Some(object) => Some(object),
        None => own_app_soon(op, context).await?.map(|app| app.id),
    };
    let Some(object) = object else { return nothing_there() };
    others::nobody_uses_app(context, AppRef { side: op.home, object }).await?;
    others::nobody_pulls_as_the_app(context, "The app was not deleted.").await?;
    let at = context.door().endpoints();
    let (request, look) = (request::delete_app(at, op.home, object), request::app(at, op.home, object));
    directory::delete(context, "The app was not deleted.", request, look).await?;
    context.undone(&back.made, &[Fact::principal(op.home), Fact::SecretKey, Fact::SecretEnds])
}

/// Finds the app where there is one already: the one that the journal names, else the one that the checks saw, else the
/// one that an earlier part of this run made and lost the answer of.
///
/// The mark alone is no reason to take an app up: one that appeared since the checks stops the run.
async fn app_that_is_there(op: &CreateApp, context: &StepContext<'_>) -> Result<Option<App>, StepError> {
    if let Some(object) = context.past().facts.id(&Fact::AppObject).or(op.takes_up) {
        return readable_app(op, context, object).await.map(Some);
    }
    if context.past().wrote(context.step.id)
        && let Some(own) = own_app_soon(op, context).await?
    {
        return Ok(Some(own));
    }
    let marked = marked_apps(op, context).await?;
    match marked.iter().find(|app| !op.passes_over.contains(&app.id)) {
        None => Ok(None),
        Some(app) => Err(StepError::failed(
            NOT_CREATED,
            format!(
                "Since the checks somebody registered an app with this cluster's mark: {}, app {} , object {}",
                app.display_name.as_deref().unwrap_or("unnamed"),
                app.app_id,
                app.id
            ),
            Wording::from("Look who made it, then apply again: the checks show it. It is taken up by ")
                + Key::Adopt
                + " with its id alone.",
        )),
    }
}

/// Waits until an app that was made can be read.
async fn readable_app(op: &CreateApp, context: &StepContext<'_>, object: ObjectId) -> Result<App, StepError> {
    context
        .until(DIRECTORY, APP_NOT_READ, async || {
            match directory::try_app(context, AppRef { side: op.home, object }).await {
                Ok(app) => Ok(Asked::Yes(app)),
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
                    Ok(Asked::NotYet("the app is not known everywhere yet", Some(r.refusal)))
                }
                Err(error) => Err(StepError::of(APP_NOT_READ, error)),
            }
        })
        .await
        .map_err(|error| error.now("Where somebody deleted it, take the run back by crosspull undo, and begin anew."))
}

/// Lists the apps that carry the mark of the cluster.
async fn marked_apps(op: &CreateApp, context: &StepContext<'_>) -> Result<Vec<App>, StepError> {
    let request = request::apps_tagged(context.door().endpoints(), op.home, &op.marker);
    context
        .door()
        .list(&context.work, request)
        .await
        .map_err(|e| StepError::of(&format!("The apps of tenant {} cannot be read.", op.home), e))
}

/// Finds the app that this run made. A new app shows up late in lists, so the list is read a few times.
async fn own_app_soon(op: &CreateApp, context: &StepContext<'_>) -> Result<Option<App>, StepError> {
    let mut left = 6_u8;
    context
        .until(DIRECTORY, NOT_CREATED, async || {
            left = left.saturating_sub(1);
            let own = marked_apps(op, context).await?.into_iter().find(|app| is_own_app(context, app));
            match own {
                None if left > 0 => Ok(Asked::NotYet("the answer was lost; looking whether the app is there", None)),
                found => Ok(Asked::Yes(found)),
            }
        })
        .await
}

/// True for the app that this run made, by its mark or by the journal.
fn is_own_app(context: &StepContext<'_>, app: &App) -> bool {
    let made = context.past().facts.learnt(&Fact::AppObject).filter(|l| l.how == Outcome::Created);
    app.tags.contains(&run_mark(context.run())) || made.is_some_and(|l| l.value == app.id.to_string())
}

/// Records the app, and who made an app that was made: Graph makes that account the first owner, and everybody else is
/// another hand.
async fn learn_app(op: &CreateApp, context: &StepContext<'_>, how: Outcome, app: &App) -> Result<(), StepError> {
    let mut learnt = vec![Learnt::new(how, Fact::AppObject, app.id), Learnt::new(how, Fact::App, app.app_id)];
    if how == Outcome::Created && context.past().facts.learnt(&Fact::Creator).is_none() {
        learnt.extend(
            directory::operator(context, op.home).await.map(|id| Learnt::new(Outcome::Found, Fact::Creator, id)),
        );
    }
    context.learn(learnt)
}
