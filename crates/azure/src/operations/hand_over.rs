//! Hands over to tenant B's administrator, where nobody signs in there: a page for them, and then asking as the new app
//! whether they followed it.

use crosspull_core::command::Command;
use crosspull_core::consent::consent_command;
use crosspull_core::event::Event;
use crosspull_core::explain::Trouble;
use crosspull_core::hand_over::{AppPage, HandOver};
use crosspull_core::ids::{AppId, ImageRef, KeyId, ObjectId, RegistryId};
use crosspull_core::names::{Outcome, Side};
use crosspull_core::operation::{Fact, HandOverRegistry, Learnt, TakeBack};
use crosspull_core::secret::Secret;

use super::shared::consent::OpenPage;
use super::shared::people::{self, NotYet, Seen, Waited};
use super::shared::secrets;
use crate::refusal::OauthError;
use crate::registry_access::{self, RealmError};
use crate::reply::AccessToken;
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there, plainly};
use crate::wire::CallError;

const NOT_YET: &str = "Tenant B has not let the app pull.";

/// The value in the place of an assignment's id, which nobody here may read.
const BY_THEM: &str = "assigned by tenant B";

/// Waits until tenant B lets the app in and the registry lets it pull; nothing of B is asked as anybody but the app.
pub(super) async fn perform(op: &HandOverRegistry, context: &StepContext<'_>) -> StepResult {
    let HandOverRegistry { registry, images, .. } = op;
    let app: AppId = context.need(Fact::App).await?;
    context.begin()?;
    let key: KeyId = context.need(Fact::SecretKey).await?;
    // What is not known at home yet tells nothing of B.
    let _: ObjectId = context.need(Fact::PrincipalA).await?;
    let Some(secret) = context.vault().get(key) else { return handed_over_before(context, registry) };
    secrets::accepted(context, Side::A, app, &secret).await?;
    if let Ok(principal) = people::hindered(let_in(context, app, &secret).await)?
        && people::hindered(may_pull(context, registry, images, app, &secret).await)?.is_ok()
    {
        learn_handed_over(context, registry, principal)?;
        return plainly(Outcome::Found);
    }
    let page = ask_their_administrator(op, app, context).await?;
    let late = Trouble::new(
        NOT_YET,
        "Its administrator has not followed the page yet, or what they did is not in effect.",
        "Send them the page, then go on with crosspull resume.",
    );
    let waited =
        Waited { why: "the app is not let in yet", no: "The app cannot sign in to tenant B.", late: late.clone() };
    let principal =
        people::until_one_acts(context, waited, Some(page), async || let_in(context, app, &secret).await).await?;
    let no = format!("The app cannot pull from {registry} yet.");
    let waited = Waited { why: "the app may not pull yet", no: &no, late };
    people::until_one_acts(context, waited, None, async || may_pull(context, registry, images, app, &secret).await)
        .await?;
    learn_handed_over(context, registry, principal)?;
    Ok((Outcome::Found, "done by tenant B".to_owned()))
}

/// Tells what tenant B has to do, unless B does not know the app any more.
///
/// Sign-in is asked with a secret that is none: Entra then tells an app that is not known (`unauthorized_client`) from
/// a wrong secret (`invalid_client`).
pub(super) async fn take_back(_: &HandOverRegistry, _: &TakeBack, context: &StepContext<'_>) -> StepResult {
    const WHAT: &str = "The app's service principal in tenant B was not deleted.";
    let Some(app) = context.known::<AppId>(&Fact::App) else { return nothing_there() };
    let tenant = context.plan().tenants.b.to_string();
    let none = Secret::new("none".to_owned());
    let request = request::token(context.door().endpoints(), Side::B, &tenant, app, &none);
    match context.door().json::<AccessToken>(&context.work, request).await {
        Err(CallError::Refused(r)) if r.oauth == Some(OauthError::UnauthorizedClient) => nothing_there(),
        Err(CallError::Refused(r)) if r.oauth != Some(OauthError::InvalidClient) => {
            Err(StepError::of(WHAT, CallError::Refused(r)))
        }
        Err(CallError::Refused(_)) | Ok(_) => Err(StepError::failed(
            WHAT,
            "Nobody signs in to tenant B.",
            format!(
                "Let an administrator of tenant B, signed in there, run {}",
                Command::DeletePrincipal { id: &app.to_string() }
            ),
        )),
        Err(error) => Err(StepError::of(WHAT, error)),
    }
}

/// Ends the step where only the cluster has the secret: an earlier part of the run saw the hand-over through.
fn handed_over_before(context: &StepContext<'_>, registry: &RegistryId) -> StepResult {
    let facts = &context.past().facts;
    let known = [Fact::PrincipalB, Fact::Assignment(registry.clone())].map(|fact| facts.learnt(&fact).cloned());
    match known {
        [Some(principal), Some(assignment)] => {
            context.learn(vec![principal, assignment])?;
            plainly(Outcome::Found)
        }
        _ => Err(StepError::failed(
            NOT_YET,
            "Only the cluster has the app's secret, so nobody can ask as the app.",
            "Apply again: it makes another secret.",
        )),
    }
}

/// Records what tenant B did. It belongs to tenant B, so its outcome is "found", and crosspull never undoes it.
fn learn_handed_over(context: &StepContext<'_>, registry: &RegistryId, principal: ObjectId) -> Result<(), StepError> {
    context.learn(vec![
        Learnt::new(Outcome::Found, Fact::PrincipalB, principal),
        Learnt::new(Outcome::Found, Fact::Assignment(registry.clone()), BY_THEM),
    ])
}

async fn ask_their_administrator(
    op: &HandOverRegistry,
    app: AppId,
    context: &StepContext<'_>,
) -> Result<OpenPage, StepError> {
    let HandOverRegistry { registry, images, app_name, redirect_uri, link } = op;
    let (tenant_a, tenant_b) = (context.plan().tenants.a, context.plan().tenants.b);
    let open = OpenPage::of(context, app, *link, redirect_uri).await;
    let page = AppPage {
        app,
        app_name: app_name.clone(),
        tenant_a,
        tenant_b,
        login_server: registry.to_string(),
        images: images.clone(),
        consent_url: open.url.clone(),
        link: *link,
        redirect_uri: redirect_uri.clone(),
    };
    let event = Event::PersonNeeded {
        step: context.step.id,
        says: format!("An administrator of tenant B ({tenant_b}) lets the app in and gives it a role on {registry}."),
        url: open.url.clone(),
        command: consent_command(app),
        page: Some(Box::new(HandOver::App(page))),
    };
    context.door().wire().recorder().record(event)?;
    Ok(open)
}

/// Returns the app's service principal in tenant B, as the sign-in there names it.
async fn let_in(context: &StepContext<'_>, app: AppId, secret: &Secret) -> Result<Seen<ObjectId>, StepError> {
    Ok(match secrets::sign_in_once(context, Side::B, app, secret).await? {
        Ok(named) => named.ok_or(NotYet::Silent),
        Err(refusal) => Err(NotYet::Refused(refusal)),
    })
}

/// Returns whether the registry lets the app pull all images.
async fn may_pull(
    context: &StepContext<'_>,
    registry: &RegistryId,
    images: &[ImageRef],
    app: AppId,
    secret: &Secret,
) -> Result<Seen<()>, StepError> {
    let realm = match registry_access::ask(context.door(), &context.work, &registry.to_string()).await {
        Ok(realm) => realm,
        Err(RealmError::Call(error)) => return not_yet(error),
        Err(RealmError::Unusable(why)) => {
            return Err(StepError::failed(NOT_YET, why, "Check the registry's login server."));
        }
    };
    for image in images {
        match realm.pull_token(context.door(), &context.work, &image.repository, &app.to_string(), secret).await {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(Err(NotYet::Silent)),
            Err(error) => return not_yet(error),
        }
    }
    Ok(Ok(()))
}

/// Takes what a registry refused, or did not answer, for a "not yet".
fn not_yet(error: CallError) -> Result<Seen<()>, StepError> {
    match error.refusal() {
        Ok(refusal) => Ok(Err(NotYet::Refused(refusal))),
        Err(error) => Err(StepError::of(NOT_YET, error)),
    }
}
