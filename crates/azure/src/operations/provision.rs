//! Brings the app into tenant B as a service principal: directly where the operator may, else by a person.

use crosspull_core::consent::consent_command;
use crosspull_core::event::Event;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{AppId, KeyId, ObjectId};
use crosspull_core::input::{ConsentMode, Key};
use crosspull_core::names::{Outcome, Side};
use crosspull_core::operation::{Fact, Learnt, Provision, TakeBack};
use crosspull_core::secret::Secret;
use crosspull_core::wording::Wording;

use super::shared::consent::OpenPage;
use super::shared::people::{self, NotYet, Seen, Waited};
use super::shared::principals::{self, Provisioned};
use super::shared::{directory, others, secrets};
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult};

const NOT_PROVISIONED: &str = "The app was not provisioned in tenant B.";

/// Lets the app into tenant B: directly where the operator may, else by a person.
pub(super) async fn perform(op: &Provision, context: &StepContext<'_>) -> StepResult {
    let app: AppId = context.need(Fact::App).await?;
    context.begin()?;
    let (outcome, principal, note) = match op.consent {
        ConsentMode::Url => by_a_person(op, context, app).await?,
        ConsentMode::Direct | ConsentMode::Auto => {
            let is_auto = op.consent == ConsentMode::Auto;
            match principals::make(context, Side::B, app, NOT_PROVISIONED).await {
                Ok(Provisioned::There(principal)) => {
                    (principals::whose(context, Side::B, &principal, context.step.id), principal.id, "")
                }
                Ok(Provisioned::Denied(_)) if is_auto => by_a_person(op, context, app).await?,
                // The directory does not let this account in, or does not do it: a person may.
                Err(StepError::Failed(trouble)) if is_auto && trouble.keeps_out() => {
                    by_a_person(op, context, app).await?
                }
                Err(error) => return Err(error),
                Ok(Provisioned::Denied(refusal)) => {
                    return Err(StepError::Failed(Trouble::from_refusal(NOT_PROVISIONED, refusal).where_denied(
                    "You may not create service principals in tenant B.",
                    Wording::from("Choose ")
                        + Key::Consent.given("url")
                        + " and let an administrator of tenant B open the link, or sign in with an account that is Cloud \
                           Application Administrator there.",
                )));
                }
            }
        }
    };
    context.learn(vec![Learnt::new(outcome, Fact::PrincipalB, principal)])?;
    let key: KeyId = context.need(Fact::SecretKey).await?;
    if let Some(secret) = context.vault().get(key) {
        secrets::accepted(context, Side::B, app, &secret).await?;
    }
    Ok((outcome, note.to_owned()))
}

/// Deletes the service principal in tenant B.
pub(super) async fn take_back(_: &Provision, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    others::own_app_is_free(context).await?;
    if keeps_a_role(context) {
        return Ok((Outcome::Left, "its role on the registry goes first, and is still there".to_owned()));
    }
    principals::delete(context, Side::B, back.of.id, &back.made).await
}

/// True where a role that the run gave on a registry was not taken back. Nothing removes it with its principal, and
/// without one nobody can tell whose it was (`docs/facts/azure.md` 9.6).
fn keeps_a_role(context: &StepContext<'_>) -> bool {
    let gave = context.past().facts.iter().map(|learnt| &learnt.fact);
    gave.filter(|fact| matches!(fact, Fact::Assignment(_))).any(|fact| context.how(fact).is_some_and(Outcome::is_made))
}

/// Has a person consent, and notices by itself when consent was given: the token endpoint of B then takes the secret
/// (`docs/facts/azure.md` 3.2), and its token names the service principal. No right in B is needed.
async fn by_a_person(
    op: &Provision,
    context: &StepContext<'_>,
    app: AppId,
) -> Result<(Outcome, ObjectId, &'static str), StepError> {
    const BY_A_PERSON: &str = "consented by a person";
    let note = |how| if how == Outcome::Created { BY_A_PERSON } else { "" };
    let seen = match directory::look_for_principal(context, Side::B, app, NOT_PROVISIONED).await {
        // A directory that does not let the operator in is one that the operator may not look into.
        Err(StepError::Failed(trouble)) if trouble.keeps_out() => Err(()),
        Err(error) => return Err(error),
        Ok(seen) => seen.map_err(drop),
    };
    match seen {
        Ok(Some(principal)) => {
            let how = principals::whose(context, Side::B, &principal, context.step.id);
            return Ok((how, principal.id, note(how)));
        }
        Ok(None) => {}
        Err(_) => {
            if let Some((how, principal)) = unseen_principal(context, app).await? {
                return Ok((how, principal, note(how)));
            }
        }
    }
    let page = OpenPage::of(context, app, op.link, &op.redirect_uri).await;
    let event = Event::PersonNeeded {
        step: context.step.id,
        says: page.says(),
        url: page.url.clone(),
        command: consent_command(app),
        page: None,
    };
    context.door().wire().recorder().record(event)?;
    let principal = consented(context, app, page).await?;
    Ok((Outcome::Created, principal, BY_A_PERSON))
}

/// Finds the service principal in tenant B for an operator who may not look there: the one that an earlier part of the
/// run learnt of, else the one that B's sign-in names. The journal tells whether a person let the app in for this run.
async fn unseen_principal(context: &StepContext<'_>, app: AppId) -> Result<Option<(Outcome, ObjectId)>, StepError> {
    if let Some(known) = context.past().facts.learnt(&Fact::PrincipalB)
        && let Ok(principal) = known.value.parse()
    {
        return Ok(Some((known.how, principal)));
    }
    let key: KeyId = context.need(Fact::SecretKey).await?;
    let Some(secret) = context.vault().get(key) else { return Ok(None) };
    // What is not known at home yet tells nothing of B.
    let _: ObjectId = context.need(Fact::PrincipalA).await?;
    secrets::accepted(context, Side::A, app, &secret).await?;
    let asked = context.past().asked_a_person(context.step.id);
    let how = if asked || context.how(&Fact::AppObject) == Some(Outcome::Created) {
        Outcome::Created
    } else {
        Outcome::Found
    };
    let seen = people::hindered(signs_in(context, app, &secret).await)?;
    Ok(seen.ok().flatten().map(|principal| (how, principal)))
}

/// Asks tenant B's sign-in once; the service principal is there where the token names it.
async fn signs_in(context: &StepContext<'_>, app: AppId, secret: &Secret) -> Result<Seen<Option<ObjectId>>, StepError> {
    Ok(secrets::sign_in_once(context, Side::B, app, secret).await?.map_err(NotYet::Refused))
}

/// Waits until a person has consented, but not for ever: the run can be taken up again.
async fn consented(context: &StepContext<'_>, app: AppId, page: OpenPage) -> Result<ObjectId, StepError> {
    let key: KeyId = context.need(Fact::SecretKey).await?;
    let secret = context.vault().get(key);
    let waited = Waited {
        why: "consent is not given yet",
        no: "The app cannot sign in to tenant B.",
        late: Trouble::new(
            "Nobody has consented in tenant B yet.",
            "The app is not known there.",
            "Send the link to an administrator of tenant B, then go on with crosspull resume.",
        ),
    };
    people::until_one_acts(context, waited, Some(page), async || {
        let named = match &secret {
            Some(secret) => match signs_in(context, app, secret).await? {
                Ok(named) => named,
                Err(not_yet) => return Ok(Err(not_yet)),
            },
            None => None,
        };
        let there = match named {
            Some(principal) => Some(principal),
            None => directory::principal_of(context, Side::B, app, NOT_PROVISIONED).await?.map(|p| p.id),
        };
        Ok(there.ok_or(NotYet::Silent))
    })
    .await
}
