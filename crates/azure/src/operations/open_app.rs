//! Makes the app that a cluster uses multi-tenant, or gives it back the audience that it had.

use crosspull_core::ids::ObjectId;
use crosspull_core::names::{AppAudience, Outcome, Side};
use crosspull_core::operation::{Fact, Learnt, OpenApp, TakeBack};

use super::shared::directory::{self, AppRef, DIRECTORY};
use crate::patience::Asked;
use crate::reply::App;
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there, plainly};
use crate::wire::CallError;

const NOT_OPENED: &str = "The cluster's app was not opened to other tenants.";
const NOT_CLOSED: &str = "The cluster's app still lets other tenants let it in.";

/// Opens the app, where it is not open already.
pub(super) async fn perform(op: &OpenApp, context: &StepContext<'_>) -> StepResult {
    context.begin()?;
    let app = AppRef { side: Side::A, object: op.object };
    let read = directory::read_app(context, app).await?;
    if read.app_id != op.app {
        return Err(StepError::failed(
            NOT_OPENED,
            format!("The registration {} is that of another app now.", op.object),
            "Look what was done in tenant A, then apply again.",
        ));
    }
    let principal = principal(op, context).await?;
    let found = vec![
        Learnt::new(Outcome::Found, Fact::AppObject, op.object),
        Learnt::new(Outcome::Found, Fact::App, op.app),
        Learnt::new(Outcome::Found, Fact::PrincipalA, principal),
    ];
    let before = context.past().facts.learnt(&Fact::Audience).filter(|learnt| learnt.how == Outcome::Changed).cloned();
    let audience = audience_of(&read);
    if AppAudience::is_open(&audience) {
        let learnt = before.unwrap_or_else(|| Learnt::new(Outcome::Found, Fact::Audience, &audience));
        let how = learnt.how;
        context.learn([found, vec![learnt]].concat())?;
        return plainly(how);
    }
    let wanted = AppAudience::ManyTenants.word();
    // What it was is known before it is changed.
    let learnt = before.unwrap_or_else(|| Learnt::new(Outcome::Changed, Fact::Audience, wanted).in_place_of(&audience));
    context.learn(vec![learnt.clone()])?;
    context.withdraws(std::slice::from_ref(&learnt), set(context, app, wanted, NOT_OPENED).await)?;
    context.learn([found, vec![learnt]].concat())?;
    plainly(Outcome::Changed)
}

/// Gives the app the audience that it had, unless somebody changed it since.
pub(super) async fn take_back(op: &OpenApp, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    let before = back.made.iter().find(|learnt| learnt.fact == Fact::Audience).and_then(|learnt| learnt.before.clone());
    let Some(before) = before else { return nothing_there() };
    let app = AppRef { side: Side::A, object: op.object };
    let read = match directory::try_app(context, app).await {
        Ok(read) => read,
        Err(CallError::Refused(r)) if r.refusal.status == Some(404) => return nothing_there(),
        Err(error) => return Err(StepError::of("The cluster's app cannot be read.", error)),
    };
    let audience = audience_of(&read);
    if audience == AppAudience::ManyTenants.word() {
        set(context, app, &before, NOT_CLOSED).await?;
    } else if audience != before {
        return Err(StepError::failed(
            NOT_CLOSED,
            format!("Somebody has given it another audience since, {audience}, which is kept."),
            "Look who did, and why.",
        ));
    }
    context.undone(&back.made, &[])
}

/// Sets the audience. An answer that was lost is read back, and the same is sent again where it is not so.
async fn set(context: &StepContext<'_>, app: AppRef, audience: &str, what: &str) -> Result<(), StepError> {
    let mut lost = false;
    context
        .until(DIRECTORY, what, async || {
            let request = request::set_audience(context.door().endpoints(), app.side, app.object, audience);
            match context.door().raw(&context.work, request).await {
                Ok(_) => Ok(Asked::Yes(())),
                Err(CallError::Lost(refusal)) => {
                    lost = true;
                    match directory::read_app(context, app).await? {
                        read if audience_of(&read) == audience => Ok(Asked::Yes(())),
                        _ => Ok(Asked::NotYet("the answer was lost; setting it again", Some(refusal))),
                    }
                }
                Err(CallError::Refused(r)) => {
                    let refused = StepError::of(what, CallError::Refused(r)).where_denied(
                        "You may not change that app.",
                        "Ask one of its owners, or an Application Administrator of tenant A; or choose another route.",
                    );
                    // One that was lost before may come about yet.
                    Err(if lost { refused.unknown() } else { refused })
                }
                Err(error) => Err(StepError::of(what, error)),
            }
        })
        .await
}

/// Returns the app's service principal in tenant A, which the cluster signs in as.
async fn principal(op: &OpenApp, context: &StepContext<'_>) -> Result<ObjectId, StepError> {
    let found = directory::look_for_principal(context, Side::A, op.app, NOT_OPENED).await?;
    match found {
        Ok(Some(principal)) => Ok(principal.id),
        Ok(None) => Err(StepError::failed(
            NOT_OPENED,
            format!("Its app {} has no service principal in tenant A, so the cluster cannot sign in at all.", op.app),
            "Mend that first: az ad sp create, with the id of the app.",
        )),
        Err(refusal) => Err(StepError::Failed(crosspull_core::explain::Trouble::from_refusal(NOT_OPENED, refusal))),
    }
}

fn audience_of(app: &App) -> String {
    app.sign_in_audience.clone().unwrap_or_default()
}
