//! Takes one of the two passwords of a registry's admin account, or makes the one anew that the pull secrets do not have.
//! The registry tells both at any time, so no value is ever lost.

use crosspull_core::command::Command;
use crosspull_core::ids::KeyId;
use crosspull_core::input::Key;
use crosspull_core::names::{Outcome, password_key};
use crosspull_core::operation::{Fact, Learnt, TakeAdminPassword, TakeBack};
use crosspull_core::secret::Secret;
use crosspull_core::wording::Wording;

use super::shared::pull_secrets;
use super::shared::repository_tokens::{AT_WORK, REGISTRY, is_at_work};
use crate::patience::Asked;
use crate::reply::AdminCredentials;
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult};
use crate::wire::CallError;

/// The names of the account's two passwords.
const PASSWORDS: [&str; 2] = ["password", "password2"];

/// A password of the account that a pull secret has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    name: &'static str,
    key: KeyId,
}

/// Takes up the password that the pull secrets have, or the first one; or makes the other one anew.
pub(super) async fn perform(op: &TakeAdminPassword, context: &StepContext<'_>) -> StepResult {
    let _: String = context.need(Fact::AdminAccount(op.registry.clone())).await?;
    context.begin()?;
    let what = format!("No password of {}'s admin account was taken.", op.registry.name());
    let told = credentials(op, context, &what).await?;
    let held = held(context, &told).await?;
    let (own, slot) = own(op, context);
    let as_before = held.iter().find(|held| Some(held.key) == own).or_else(|| held.first().filter(|_| !op.renew));
    if let Some(held) = as_before {
        let how = context.past().facts.learnt(&pull_key(op)).map_or(Outcome::Found, |l| l.how);
        learn(op, context, &told, held.name, held.key, how)?;
        return Ok((how, format!("{}: the pull secrets have it", held.name)));
    }
    if !op.renew {
        let key = password_key(&op.registry, &told.username, PASSWORDS[0], 0);
        learn(op, context, &told, PASSWORDS[0], key, Outcome::Found)?;
        return Ok((Outcome::Found, PASSWORDS[0].to_owned()));
    }
    // An earlier part of this run made it anew already, and the registry tells it still.
    if let (Some(key), Some(name)) = (own, slot) {
        learn(op, context, &told, name, key, Outcome::Created)?;
        return Ok((Outcome::Created, name.to_owned()));
    }
    let Some(name) = other(&held, slot) else {
        return Err(StepError::failed(
            what,
            "Pull secrets have both of its passwords, so making one anew would shut some out.",
            Wording::from("Apply without ")
                + Key::Renew
                + " first: every namespace gets the same one. Then apply with "
                + Key::Renew
                + ".",
        ));
    };
    let ahead = vec![Learnt::new(Outcome::Created, Fact::AdminPassword(op.registry.clone()), name)];
    context.learn_ahead(ahead.clone())?;
    let told = context.withdraws(&ahead, made_anew(op, context, name, &what).await)?;
    let made = context.door().wire().recorder().now().as_second();
    let key = password_key(&op.registry, &told.username, name, made);
    context.learn(ahead)?;
    learn(op, context, &told, name, key, Outcome::Created)?;
    let replaced = PASSWORDS.into_iter().find(|one| *one != name).unwrap_or_default();
    Ok((
        Outcome::Created,
        format!(
            "{name}; {replaced} works on. Once nobody uses it: {}",
            Command::RenewAdminPassword { registry: op.registry.name(), password: replaced }
        ),
    ))
}

/// Says that there is nothing to put back.
pub(super) fn take_back(back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    context.learn_undone(&back.made)?;
    Ok((Outcome::Skipped, "what the password was before is nowhere any more; it stays as it is".to_owned()))
}

fn pull_key(op: &TakeAdminPassword) -> Fact {
    Fact::PullKey(op.registry.clone())
}

/// Returns the key of the password that an earlier part of this run took, and the name of the one that it made anew or
/// began to.
fn own(op: &TakeAdminPassword, context: &StepContext<'_>) -> (Option<KeyId>, Option<&'static str>) {
    let facts = &context.past().facts;
    let slot = facts.get(&Fact::AdminPassword(op.registry.clone()));
    let slot = slot.and_then(|slot| PASSWORDS.into_iter().find(|name| *name == slot));
    (facts.id(&pull_key(op)), slot)
}

/// Returns the passwords of the account that pull secrets have, by their values.
async fn held(context: &StepContext<'_>, told: &AdminCredentials) -> Result<Vec<Held>, StepError> {
    let stored = pull_secrets::passwords_of(context, &told.username).await?;
    let named = |value: &Secret| {
        PASSWORDS.into_iter().find(|name| told.value(name).is_some_and(|now| now.reveal() == value.reveal()))
    };
    Ok(stored.iter().filter_map(|(key, value)| Some(Held { name: named(value)?, key: *key })).collect())
}

/// Returns the password that may be made anew: the one that the run began with, else the second, unless pull secrets have
/// it.
fn other(held: &[Held], begun: Option<&'static str>) -> Option<&'static str> {
    let wanted = begun.into_iter().chain(PASSWORDS.into_iter().rev());
    wanted.into_iter().find(|name| held.iter().all(|held| held.name != *name))
}

/// Keeps the password in the vault, and tells the others of it.
fn learn(
    op: &TakeAdminPassword,
    context: &StepContext<'_>,
    told: &AdminCredentials,
    name: &str,
    key: KeyId,
    how: Outcome,
) -> Result<(), StepError> {
    let Some(value) = told.value(name) else {
        return Err(StepError::failed(
            format!("No password of {}'s admin account was taken.", op.registry.name()),
            format!("The registry tells no {name}."),
            "Look at it in the portal, under the registry's Access keys.",
        ));
    };
    context.vault().put(key, value.clone());
    let user = Learnt::new(how, Fact::PullUser(op.registry.clone()), &told.username);
    context.learn(vec![user, Learnt::new(how, pull_key(op), key)])
}

/// Asks for both passwords. An account that was enabled a moment ago may not be known everywhere.
async fn credentials(
    op: &TakeAdminPassword,
    context: &StepContext<'_>,
    what: &str,
) -> Result<AdminCredentials, StepError> {
    context
        .until(REGISTRY, what, async || {
            let request = request::admin_credentials(context.door().endpoints(), &op.registry);
            match context.door().json(&context.work, request).await {
                Ok(told) => Ok(Asked::Yes(told)),
                Err(CallError::Refused(r)) if matches!(r.refusal.status, Some(400 | 409)) => {
                    Ok(Asked::NotYet("the admin account is not enabled everywhere yet", Some(r.refusal)))
                }
                Err(error) => Err(StepError::of(what, error)),
            }
        })
        .await
}

/// Makes a password anew. Where the answer is lost, nobody has what it is now, so it is made anew again.
async fn made_anew(
    op: &TakeAdminPassword,
    context: &StepContext<'_>,
    name: &str,
    what: &str,
) -> Result<AdminCredentials, StepError> {
    let mut lost = false;
    context
        .until(REGISTRY, what, async || {
            let request = request::regenerate_admin_password(context.door().endpoints(), &op.registry, name);
            match context.door().json(&context.work, request).await {
                Ok(told) => Ok(Asked::Yes(told)),
                Err(CallError::Lost(refusal)) => {
                    lost = true;
                    Ok(Asked::NotYet("the answer was lost; making the password anew again", Some(refusal)))
                }
                Err(CallError::Refused(r)) if is_at_work(&r.refusal) => Ok(Asked::NotYet(AT_WORK, Some(r.refusal))),
                // One that was lost before may have been made anew.
                Err(error) if lost => Err(StepError::of(what, error).unknown()),
                Err(error) => Err(StepError::of(what, error)),
            }
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_pull_secrets_have_is_not_made_anew() {
        let held = |name| Held { name, key: KeyId(uuid::Uuid::nil()) };
        assert_eq!(other(&[], None), Some("password2"));
        assert_eq!(other(&[held("password")], None), Some("password2"));
        assert_eq!(other(&[held("password2")], None), Some("password"));
        assert_eq!(other(&[held("password"), held("password2")], None), None);
        assert_eq!(other(&[], Some("password")), Some("password"));
        assert_eq!(other(&[held("password")], Some("password")), Some("password2"));
    }
}
