//! Repository tokens of a registry, and their two passwords. A password's value is told once; a registry names no key
//! of it, so one is derived from when it was made.

use crosspull_core::explain::{Meaning, Refusal};
use crosspull_core::ids::{KeyId, RegistryId};
use crosspull_core::names::{Side, password_key};
use crosspull_core::secret::Secret;
use jiff::{SignedDuration, Timestamp};

use crate::long_running;
use crate::patience::{Asked, Patience};
use crate::reply::{NewCredentials, NewTokenPassword, RepositoryToken, TokenPassword};
use crate::request::{self, Request};
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::{CallError, Reply};

/// The names of a token's two passwords.
pub const PASSWORDS: [&str; 2] = ["password1", "password2"];
/// A registry has done what it was asked for within this, or the step is given up.
pub const REGISTRY: Patience = Patience::new(2, 5);
/// A password that nobody is told lives so long.
const FOR_NOBODY: SignedDuration = SignedDuration::from_mins(5);
/// One that lives longer was made for somebody; those of crosspull live a day at least. Clocks differ.
const FOR_SOMEBODY: SignedDuration = SignedDuration::from_hours(1);

const NOT_KNOWN: &str = "the registry does not know the token yet";
pub const AT_WORK: &str = "the registry works on it";

/// True for the answer of a registry that another operation works on. A lock has the same status, and lasts.
pub fn is_at_work(refusal: &Refusal) -> bool {
    refusal.status == Some(409) && Meaning::of(refusal).is_none_or(Meaning::may_pass)
}

/// A password of a token that lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LivePassword {
    /// `password1` or `password2`.
    pub name: String,
    /// The key that is derived for it.
    pub key: KeyId,
    /// The time when it ends. `None` where it does not.
    pub ends: Option<Timestamp>,
}

/// A password of a token that was made now.
#[derive(Debug)]
pub struct MadePassword {
    pub key: KeyId,
    pub value: Secret,
    pub ends: Timestamp,
}

/// Reads a token. `None` where there is none.
pub async fn read(
    context: &StepContext<'_>,
    registry: &RegistryId,
    name: &str,
) -> Result<Option<RepositoryToken>, StepError> {
    let request = request::repository_token(context.door().endpoints(), registry, name);
    match context.door().json(&context.work, request).await {
        Ok(token) => Ok(Some(token)),
        Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(None),
        Err(error) => Err(StepError::of(&format!("The token {name} of {} cannot be read.", registry.name()), error)),
    }
}

/// Reads a token that is there, as soon as the registry has made it.
pub async fn needed(
    context: &StepContext<'_>,
    registry: &RegistryId,
    name: &str,
) -> Result<RepositoryToken, StepError> {
    let what = format!("The token {name} is not to be had on {}.", registry.name());
    context
        .until(REGISTRY, &what, async || match read(context, registry, name).await? {
            None => Ok(Asked::NotYet(NOT_KNOWN, None)),
            Some(token) => match token.properties.provisioning_state.as_deref() {
                Some("Creating" | "Updating") => Ok(Asked::NotYet(AT_WORK, None)),
                Some(state @ ("Failed" | "Canceled" | "Deleting")) => Err(StepError::failed(
                    &what,
                    format!("The registry says of it: {state}."),
                    format!("Look at it in the portal, under {}'s Repository permissions, Tokens.", registry.name()),
                )),
                _ => Ok(Asked::Yes(token)),
            },
        })
        .await
}

/// Returns the passwords of a token that live and were made for somebody.
pub fn live(context: &StepContext<'_>, registry: &RegistryId, token: &RepositoryToken) -> Vec<LivePassword> {
    let now = context.door().wire().recorder().now();
    let lives = token.passwords().filter(|password| lives_for_somebody(password, now));
    let one = |password: &TokenPassword| LivePassword {
        name: password.name.clone(),
        key: key(registry, &token.name, &password.name, password.creation_time),
        ends: password.expiry,
    };
    lives.map(one).collect()
}

fn lives_for_somebody(password: &TokenPassword, now: Timestamp) -> bool {
    let Some(ends) = password.expiry else { return true };
    let for_nobody = password.creation_time.is_some_and(|made| ends.duration_since(made) <= FOR_SOMEBODY);
    ends > now && !for_nobody
}

fn key(registry: &RegistryId, token: &str, password: &str, made: Option<Timestamp>) -> KeyId {
    password_key(registry, token, password, made.map_or(0, Timestamp::as_second))
}

/// Makes one of the two passwords. Where the answer is lost its value is, so the same one is made again.
pub async fn generate(
    context: &StepContext<'_>,
    registry: &RegistryId,
    token: &str,
    password: &'static str,
    ends: Timestamp,
    what: &str,
) -> Result<MadePassword, StepError> {
    const LOST: &str = "the answer was lost; making the password again";
    let mut lost = false;
    context
        .until(REGISTRY, what, async || {
            let endpoints = context.door().endpoints();
            let request = request::generate_credentials(endpoints, registry, token, password, ends);
            let answered = match context.door().raw(&context.work, request).await {
                Ok(reply) => result(context, what, reply).await?,
                Err(CallError::Lost(refusal)) => {
                    lost = true;
                    return Ok(Asked::NotYet(LOST, Some(refusal)));
                }
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
                    return Ok(Asked::NotYet(NOT_KNOWN, Some(r.refusal)));
                }
                Err(CallError::Refused(r)) if is_at_work(&r.refusal) => {
                    return Ok(Asked::NotYet(AT_WORK, Some(r.refusal)));
                }
                // One that was lost before may have been made.
                Err(error) if lost => return Err(StepError::of(what, error).unknown()),
                Err(error) => return Err(StepError::of(what, error)),
            };
            let made = answered.into_iter().flat_map(|all| all.passwords).find(|made| made.name == password);
            let Some(NewTokenPassword { creation_time, expiry, value: Some(value), .. }) = made else {
                return Ok(Asked::NotYet(LOST, None));
            };
            let key = key(registry, token, password, creation_time);
            Ok(Asked::Yes(MadePassword { key, value, ends: expiry.unwrap_or(ends) }))
        })
        .await
}

/// Reads the passwords in an answer: in that of the request, or, where it was only accepted, in that at its `Location`.
/// `None` where there are none to be read.
async fn result(context: &StepContext<'_>, what: &str, reply: Reply) -> Result<Option<NewCredentials>, StepError> {
    let read = |reply: &Reply| serde_json::from_slice(&reply.body).ok();
    if reply.status.as_u16() != 202 {
        return Ok(read(&reply));
    }
    let Ok(Some(url)) = long_running::address_of_result(&reply.headers, &context.door().endpoints().arm) else {
        return Ok(None);
    };
    context
        .until(REGISTRY, what, async || {
            let request = request::operation(Side::B, url.clone());
            match context.door().raw(&context.work, request).await {
                Ok(reply) if reply.status.as_u16() == 202 => Ok(Asked::NotYet(AT_WORK, None)),
                Ok(reply) => Ok(Asked::Yes(read(&reply))),
                Err(error) => Err(StepError::of(what, error)),
            }
        })
        .await
}

/// Ends a password: the registry makes it anew, nobody is told, and it ends within minutes.
pub async fn end(
    context: &StepContext<'_>,
    registry: &RegistryId,
    token: &str,
    password: &'static str,
    what: &str,
) -> Result<(), StepError> {
    let now = context.door().wire().recorder().now();
    let soon = now.checked_add(FOR_NOBODY).unwrap_or(now);
    generate(context, registry, token, password, soon, what).await.map(drop)
}

/// Deletes something of a registry, and waits until it is gone. `read` asks for it.
pub async fn delete(context: &StepContext<'_>, what: &str, request: Request, read: Request) -> Result<(), StepError> {
    context
        .until(REGISTRY, what, async || {
            match context.door().raw(&context.work, request.clone()).await {
                Ok(reply) if reply.status.as_u16() != 202 => return Ok(Asked::Yes(())),
                Ok(_) => {}
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) => return Ok(Asked::Yes(())),
                Err(CallError::Refused(r)) if is_at_work(&r.refusal) => {
                    return Ok(Asked::NotYet(AT_WORK, Some(r.refusal)));
                }
                Err(error) => return Err(StepError::of(what, error)),
            }
            match context.door().raw(&context.work, read.clone()).await {
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(Asked::Yes(())),
                Ok(_) => Ok(Asked::NotYet(AT_WORK, None)),
                Err(error) => Err(StepError::of(what, error)),
            }
        })
        .await
}

/// Returns the name of a password as one of the two. `None` for any other.
pub fn password_named(name: &str) -> Option<&'static str> {
    PASSWORDS.into_iter().find(|known| *known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_without_an_end_lives_and_one_that_was_made_to_end_does_not() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let password = |made, ends: Option<i64>| TokenPassword {
            name: PASSWORDS[0].to_owned(),
            creation_time: Some(at(made)),
            expiry: ends.map(at),
        };
        let now = at(1_000);
        assert!(lives_for_somebody(&password(0, None), now));
        assert!(lives_for_somebody(&password(0, Some(86_400)), now));
        assert!(!lives_for_somebody(&password(0, Some(999)), now));
        assert!(!lives_for_somebody(&password(990, Some(1_260)), now));
    }
}
