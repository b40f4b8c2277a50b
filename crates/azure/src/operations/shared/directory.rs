//! Apps and service principals in a tenant's directory: finding them, reading them, and deletion that waits.

use crosspull_core::explain::Refusal;
use crosspull_core::ids::{AppId, ObjectId};
use crosspull_core::names::{Outcome, Side};
use crosspull_core::operation::{Fact, Op};

use crate::patience::{Asked, Patience};
use crate::reply::{self, App, Principal};
use crate::request::{self, Audience, Request};
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::CallError;

/// Objects of Graph are readable everywhere within this (`docs/facts/azure.md` 3.1).
pub const DIRECTORY: Patience = Patience::new(2, 5);
pub const APP_NOT_READ: &str = "The app cannot be read.";
pub const NOT_KNOWN_YET: &str = "the directory does not know the app yet";

/// An app registration, by its tenant and the object id there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppRef {
    pub side: Side,
    pub object: ObjectId,
}

/// Returns the tenant that the app of the run is registered in.
pub fn home_of_app(context: &StepContext<'_>) -> Side {
    let plan = context.past().forward_plan().unwrap_or_else(|| context.plan());
    let home = plan.steps.iter().find_map(|step| match &step.op {
        Op::CreateApp(create) => Some(create.home),
        _ => None,
    });
    home.unwrap_or(Side::A)
}

/// Reads an app. One that the run made may not be known everywhere yet, and is asked for again.
pub async fn read_app(context: &StepContext<'_>, app: AppRef) -> Result<App, StepError> {
    context
        .until(DIRECTORY, APP_NOT_READ, async || match try_app(context, app).await {
            Ok(read) => Ok(Asked::Yes(read)),
            Err(CallError::Refused(r)) if r.refusal.status == Some(404) && may_lag(context, app) => {
                Ok(Asked::NotYet(NOT_KNOWN_YET, Some(r.refusal)))
            }
            Err(error) => Err(StepError::of(APP_NOT_READ, error)),
        })
        .await
}

/// True where the run goes forward and made the app itself: replicas of the directory may not know the app yet
/// (`docs/facts/azure.md` 3.1).
pub fn may_lag(context: &StepContext<'_>, app: AppRef) -> bool {
    let made = context.learnt_now(&Fact::AppObject).filter(|learnt| learnt.how == Outcome::Created);
    made.is_some_and(|learnt| learnt.value == app.object.to_string())
}

/// Reads an app; the caller judges why the app cannot be read.
pub async fn try_app(context: &StepContext<'_>, app: AppRef) -> Result<App, CallError> {
    let request = request::app(context.door().endpoints(), app.side, app.object);
    context.door().json(&context.work, request).await
}

/// Finds an app by its application id among those that are registered in a tenant. The inner error is the directory's
/// no to an operator who may not look.
pub async fn find_app(
    context: &StepContext<'_>,
    side: Side,
    app: AppId,
    what: &str,
) -> Result<Result<Option<AppRef>, Refusal>, StepError> {
    let request = request::apps_of(context.door().endpoints(), side, app);
    match context.door().list::<App>(&context.work, request).await {
        Ok(list) => Ok(Ok(list.into_iter().find(|a| a.app_id == app).map(|a| AppRef { side, object: a.id }))),
        Err(CallError::Refused(r)) if r.refusal.status == Some(403) => Ok(Err(r.refusal)),
        Err(error) => Err(StepError::of(what, error)),
    }
}

/// Finds the service principal of an app in a tenant. The inner error is the directory's no to an operator who may not
/// look.
pub async fn look_for_principal(
    context: &StepContext<'_>,
    side: Side,
    app: AppId,
    what: &str,
) -> Result<Result<Option<Principal>, Refusal>, StepError> {
    let request = request::principals_of(context.door().endpoints(), side, app);
    match context.door().list::<Principal>(&context.work, request).await {
        Ok(list) => Ok(Ok(list.into_iter().find(|p| p.app_id == app))),
        Err(CallError::Refused(r)) if r.refusal.status == Some(403) => Ok(Err(r.refusal)),
        Err(error) => Err(StepError::of(what, error)),
    }
}

/// Finds the service principal of an app in a tenant; one that may not be seen is as good as none.
pub async fn principal_of(
    context: &StepContext<'_>,
    side: Side,
    app: AppId,
    what: &str,
) -> Result<Option<Principal>, StepError> {
    Ok(look_for_principal(context, side, app, what).await?.ok().flatten())
}

/// Returns the account that works in a tenant, where its token tells.
pub async fn operator(context: &StepContext<'_>, side: Side) -> Option<ObjectId> {
    let token = context.door().tokens().token(side, Audience::Graph).await.ok()?;
    reply::object_of(&token)
}

/// Deletes something, and returns whether it was there. A 404 right after the creation may mean that the object is not
/// known everywhere yet, so the deletion is tried again for a while; what `look` still finds is not gone, whatever the
/// deletion says.
pub async fn delete(context: &StepContext<'_>, what: &str, request: Request, look: Request) -> Result<bool, StepError> {
    let mut left = if is_young(context) { 4_u8 } else { 1 };
    context
        .until(DIRECTORY, what, async || {
            let unknown = match context.door().raw(&context.work, request.clone()).await {
                Ok(_) => return Ok(Asked::Yes(true)),
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) => r.refusal,
                Err(error) => return Err(StepError::of(what, error)),
            };
            left = left.saturating_sub(1);
            if left > 0 {
                return Ok(Asked::NotYet("it is not there, or not known everywhere yet", Some(unknown)));
            }
            match context.door().raw(&context.work, look.clone()).await {
                Ok(_) => Ok(Asked::NotYet("it is shown, and not found where it is to be deleted", Some(unknown))),
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(Asked::Yes(false)),
                Err(error) => Err(StepError::of(what, error)),
            }
        })
        .await
}

/// True where the run did something so short a while ago that a directory may not know all of it yet.
fn is_young(context: &StepContext<'_>) -> bool {
    const YOUNG_SECONDS: i64 = 600;
    let now = context.door().wire().recorder().now().as_second();
    context.past().last.is_some_and(|last| now - last.as_second() < YOUNG_SECONDS)
}
