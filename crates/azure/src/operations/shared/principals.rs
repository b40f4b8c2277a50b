//! Service principals of an app, in the app's own tenant and in others: made, told whose they are, and deleted.

use crosspull_core::command::Command;
use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::AppId;
use crosspull_core::names::{Outcome, Side, StepId, run_mark};
use crosspull_core::operation::{Fact, Learnt};
use crosspull_core::text::printable;

use super::directory::{self, DIRECTORY};
use super::others;
use crate::patience::Asked;
use crate::reply::Principal;
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there};
use crate::wire::CallError;

/// The result of asking Graph for a service principal.
pub enum Provisioned {
    There(Principal),
    /// The operator may not make one; what Graph said.
    Denied(Refusal),
}

/// Finds or creates a service principal, and reads back when an answer is lost. A new app has none to be found.
pub async fn make(context: &StepContext<'_>, side: Side, app: AppId, what: &str) -> Result<Provisioned, StepError> {
    if !context.is_new(&Fact::App)
        && let Some(principal) = directory::principal_of(context, side, app, what).await?
    {
        return Ok(Provisioned::There(principal));
    }
    let mark = run_mark(context.run());
    let home = directory::home_of_app(context) == side;
    context
        .until(DIRECTORY, what, async || {
            let request = request::create_principal(context.door().endpoints(), side, app, &mark);
            match context.door().json::<Principal>(&context.work, request).await {
                // What was just made is this run's, whatever the answer shows of its mark.
                Ok(mut principal) => {
                    principal.tags.push(mark.clone());
                    Ok(Asked::Yes(Provisioned::There(principal)))
                }
                Err(CallError::Refused(r)) if knows_no_app_yet(home, &r.refusal) => {
                    Ok(Asked::NotYet(directory::NOT_KNOWN_YET, Some(r.refusal)))
                }
                Err(CallError::Refused(r)) if r.refusal.status == Some(403) => {
                    Ok(Asked::Yes(Provisioned::Denied(r.refusal)))
                }
                // Made meanwhile: by the request whose answer was lost, else by somebody.
                Err(CallError::Refused(r)) if r.refusal.status == Some(409) => {
                    read_back(context, side, app, what, r.refusal).await
                }
                Err(CallError::Lost(refusal)) => read_back(context, side, app, what, refusal).await,
                Err(error) => Err(StepError::of(what, error)),
            }
        })
        .await
}

async fn read_back(
    context: &StepContext<'_>,
    side: Side,
    app: AppId,
    what: &str,
    refusal: Refusal,
) -> Result<Asked<Provisioned>, StepError> {
    Ok(match directory::principal_of(context, side, app, what).await? {
        Some(principal) => Asked::Yes(Provisioned::There(principal)),
        None => Asked::NotYet("the answer was lost; looking whether the service principal is there", Some(refusal)),
    })
}

/// Returns whether a service principal came with this run. The reasons are its mark, the journal, that the app itself
/// is this run's, and that the run asked a person for the principal when there was none.
pub fn whose(context: &StepContext<'_>, side: Side, principal: &Principal, step: StepId) -> Outcome {
    let marked = principal.tags.contains(&run_mark(context.run()));
    let made = context.past().facts.learnt(&Fact::principal(side)).is_some_and(|l| l.how == Outcome::Created);
    let own_app = context.how(&Fact::AppObject) == Some(Outcome::Created);
    if marked || made || own_app || context.past().asked_a_person(step) { Outcome::Created } else { Outcome::Found }
}

/// Deletes the service principal that came with this run; `of` is the step that made it.
pub async fn delete(context: &StepContext<'_>, side: Side, of: StepId, made: &[Learnt]) -> StepResult {
    let what = format!("The app's service principal in tenant {side} was not deleted.");
    let app: Option<AppId> = context.known(&Fact::App);
    let known = made.iter().find(|l| l.fact == Fact::principal(side)).and_then(|l| l.value.parse().ok());
    let object = match (known, app) {
        (Some(object), _) => Some(object),
        (None, Some(app)) => {
            let there = directory::look_for_principal(context, side, app, &what).await?;
            let there = there.map_err(|refusal| may_not_look(refusal, side, app))?;
            there.filter(|p| whose(context, side, p, of) == Outcome::Created).map(|p| p.id)
        }
        (None, None) => None,
    };
    let Some(object) = object else { return nothing_there() };
    if side == Side::B {
        others::nobody_uses_principal_in_b(context, object, app).await?;
    }
    let at = context.door().endpoints();
    let (request, look) = (request::delete_principal(at, side, object), request::principal(at, side, object));
    let deleted = directory::delete(context, &what, request, look).await;
    deleted.map_err(|error| match error {
        StepError::Failed(trouble) => may_not_delete(trouble, side, app),
        other => other,
    })?;
    context.undone(made, &[])
}

/// Halts where the directory may not be looked into. A service principal without its app lets nobody in.
fn may_not_look(refusal: Refusal, side: Side, app: AppId) -> StepError {
    let what = format!("Whether the app has a service principal in tenant {side} cannot be told.");
    StepError::Failed(Trouble::from_refusal(what, refusal).where_denied(
        format!("You may not look into tenant {side}'s directory."),
        format!(
            "If it is there, an administrator of tenant {side} removes it: {}",
            Command::DeletePrincipal { id: &app.to_string() }
        ),
    ))
}

fn may_not_delete(trouble: Trouble, side: Side, app: Option<AppId>) -> StepError {
    let app = app.map(|app| app.to_string()).unwrap_or_default();
    StepError::Failed(trouble.where_denied(
        format!("You may not delete service principals in tenant {side}."),
        format!(
            "Let an administrator of tenant {side}, signed in there, run {}",
            Command::DeletePrincipal { id: &app }
        ),
    ))
}

/// True for Graph's answers that mean "not yet" right after an app was made. The second text is a real refusal in
/// another tenant than the app's own (`docs/facts/azure.md` 3.1).
fn knows_no_app_yet(home: bool, refusal: &Refusal) -> bool {
    let says = |text: &str| printable(&refusal.message, 500).contains(text);
    match refusal.status {
        Some(400) => says("does not reference a valid application object"),
        Some(403) => home && says("backing application"),
        Some(404) => true,
        _ => false,
    }
}
