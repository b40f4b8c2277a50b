//! Client secrets of an app, and whether sign-in takes them. A secret's value is told once and lives in memory alone,
//! so one whose value was lost is removed by its key id, and another is made.

use std::cell::Cell;

use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::{AppId, KeyId, ObjectId};
use crosspull_core::names::{Route, SecretFor, Side, secret_name};
use crosspull_core::secret::Secret;
use jiff::{Timestamp, ToSpan};

use super::directory::{self, APP_NOT_READ, AppRef, NOT_KNOWN_YET};
use crate::patience::{Asked, Patience};
use crate::refusal::OauthError;
use crate::reply::{self, AccessToken, NewPassword, PasswordCredential};
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::CallError;

pub const NOT_ADDED: &str = "The client secret was not added.";
/// The number of times in a row that sign-in must take a new secret: its replicas learn the secret one after the other
/// (`docs/facts/azure.md` 3.1).
const IN_A_ROW: u32 = 5;

/// Adds a secret of this run to an app. A secret whose value is lost is removed by its key id before another is made,
/// unless it is held. The inner error is the directory's no.
pub async fn fresh(
    context: &StepContext<'_>,
    app: AppRef,
    what: SecretFor,
    ends: Timestamp,
    held: &[KeyId],
) -> Result<Result<NewPassword, Refusal>, StepError> {
    let name = secret_name(context.run(), what);
    if context.past().id.is_some() {
        remove(context, app, what, held).await?;
    }
    context
        .until(Patience::new(2, 5), NOT_ADDED, async || {
            let request = request::add_password(context.door().endpoints(), app.side, app.object, &name, ends);
            match context.door().json::<NewPassword>(&context.work, request).await {
                Ok(made) => Ok(Asked::Yes(Ok(made))),
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
                    Ok(Asked::NotYet(NOT_KNOWN_YET, Some(r.refusal)))
                }
                Err(CallError::Refused(r)) => Ok(Asked::Yes(Err(r.refusal))),
                Err(CallError::Lost(refusal)) => {
                    remove(context, app, what, held).await?;
                    Ok(Asked::NotYet("the answer was lost; making another secret", Some(refusal)))
                }
                Err(error) => Err(StepError::of(NOT_ADDED, error)),
            }
        })
        .await
}

/// Removes this run's secrets of a kind from an app, but for those that are held. Returns the app's secrets of other
/// names. A removal whose answer was lost is read back, since it may be refused the second time.
pub async fn remove(
    context: &StepContext<'_>,
    app: AppRef,
    what: SecretFor,
    held: &[KeyId],
) -> Result<Vec<PasswordCredential>, StepError> {
    const NOT_REMOVED: &str = "A secret that is of no use any more was not removed.";
    let name = secret_name(context.run(), what);
    let goes = |c: &PasswordCredential| c.display_name.as_deref() == Some(&name) && !held.contains(&c.key_id);
    // Another run may have taken the app back, and its secrets with it. One answer of a directory is not enough for that.
    let (taken_back, missed) = (context.plan().route == Route::TakeBack, Cell::new(false));
    context
        .until(Patience::new(2, 5), NOT_REMOVED, async || {
            let read = match directory::try_app(context, app).await {
                Ok(read) => read,
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) && taken_back => {
                    return Ok(match missed.replace(true) {
                        true => Asked::Yes(Vec::new()),
                        false => Asked::NotYet("the app is not found", Some(r.refusal)),
                    });
                }
                Err(error) if error.may_pass() => {
                    return Ok(Asked::NotYet("the app cannot be read", error.trouble("").refusal));
                }
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) && directory::may_lag(context, app) => {
                    return Ok(Asked::NotYet(NOT_KNOWN_YET, Some(r.refusal)));
                }
                Err(error) => return Err(StepError::of(APP_NOT_READ, error)),
            };
            let (gone, others): (Vec<_>, Vec<_>) = read.password_credentials.into_iter().partition(goes);
            let mut lost = None;
            for one in &gone {
                let request = request::remove_password(context.door().endpoints(), app.side, app.object, one.key_id);
                match context.door().raw(&context.work, request).await {
                    Ok(_) => {}
                    Err(CallError::Refused(r)) if matches!(r.refusal.status, Some(400 | 404)) => {
                        lost = Some(r.refusal);
                    }
                    Err(CallError::Lost(refusal)) => lost = Some(refusal),
                    Err(error) => return Err(StepError::of(NOT_REMOVED, error)),
                }
            }
            Ok(match lost {
                None => Asked::Yes(others.into_iter().filter(|c| c.display_name.as_deref() != Some(&name)).collect()),
                Some(refusal) => Asked::NotYet("looking whether the secret is gone", Some(refusal)),
            })
        })
        .await
}

/// Returns the end of a secret that is made now and lives so many days.
pub fn ends(context: &StepContext<'_>, days: u16) -> Timestamp {
    let now = context.door().wire().recorder().now();
    now.checked_add((i64::from(days) * 24).hours()).unwrap_or(now)
}

/// Returns the end of a secret that lives as long as the one that the cluster had before: the last end among the former
/// app's secrets, or some days from now where none of them lives.
pub async fn ends_as_before(context: &StepContext<'_>, app: AppRef, days: u16) -> Result<Timestamp, StepError> {
    let own = [SecretFor::WayBack, SecretFor::Back].map(|what| secret_name(context.run(), what));
    let read = directory::read_app(context, app).await?;
    let others = read.password_credentials.into_iter().filter(|c| {
        let name = c.display_name.as_deref().unwrap_or_default();
        !own.iter().any(|own| own == name)
    });
    let now = context.door().wire().recorder().now();
    let last = others.filter_map(|c| c.end_date_time).max().filter(|end| *end > now);
    Ok(last.unwrap_or_else(|| ends(context, days)))
}

/// Waits until a tenant's sign-in has taken the secret several times in a row.
pub async fn accepted(context: &StepContext<'_>, side: Side, app: AppId, secret: &Secret) -> Result<(), StepError> {
    let what = format!("Sign-in to tenant {side} does not take the new secret.");
    let mut row = 0;
    context
        .until(Patience::new(1, 5).evenly(), &what, async || match sign_in_once(context, side, app, secret).await? {
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

/// Asks a tenant's sign-in for a token once, and returns the service principal that the token is of. The inner error is
/// a "not yet", judged by OAuth's own word, since texts and numbers are no contract (`docs/facts/azure.md` 3.1).
pub async fn sign_in_once(
    context: &StepContext<'_>,
    side: Side,
    app: AppId,
    secret: &Secret,
) -> Result<Result<Option<ObjectId>, Refusal>, StepError> {
    let tenant = context.plan().tenant(side).to_string();
    let request = request::token(context.door().endpoints(), side, &tenant, app, secret);
    match context.door().json::<AccessToken>(&context.work, request).await {
        Ok(token) => Ok(Ok(reply::object_of(&token.access_token))),
        // This is no answer about the secret, so the question is asked again.
        Err(CallError::Unreachable(refusal)) => Ok(Err(refusal)),
        Err(CallError::Refused(r)) if r.oauth.as_ref().is_some_and(OauthError::is_of_credential) => Ok(Err(r.refusal)),
        Err(CallError::Refused(r)) => Err(StepError::Failed(Trouble::from_refusal(
            format!("The app cannot sign in to tenant {side}."),
            r.refusal,
        ))),
        Err(error) => Err(StepError::of(&format!("Sign-in to tenant {side} cannot be asked."), error)),
    }
}

/// Lists key ids in a line.
pub fn spaced(keys: &[KeyId]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
