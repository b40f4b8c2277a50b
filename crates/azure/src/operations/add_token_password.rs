//! Makes one of the two passwords of a repository token. The pull secrets hold its value: a run that goes on reads it
//! there.

use crosspull_core::command::Command;
use crosspull_core::ids::KeyId;
use crosspull_core::names::Outcome;
use crosspull_core::operation::{AddTokenPassword, Fact, Learnt, TakeBack};
use crosspull_core::secret::Secret;
use jiff::Timestamp;

use super::shared::repository_tokens::{self, LivePassword, PASSWORDS, password_named};
use super::shared::{pull_secrets, secrets};
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there};

/// A password that the run pulls with.
struct Password {
    how: Outcome,
    key: KeyId,
    value: Secret,
    ends: Option<Timestamp>,
}

/// Takes up the password that the pull secrets have, or makes one.
pub(super) async fn perform(op: &AddTokenPassword, context: &StepContext<'_>) -> StepResult {
    let name: String = context.need(Fact::Token(op.registry.clone())).await?;
    context.begin()?;
    let token = repository_tokens::needed(context, &op.registry, &name).await?;
    let live = repository_tokens::live(context, &op.registry, &token);
    if let Some(found) = password_in_use(op, context, &name, &live).await? {
        learn(op, context, &name, found)?;
        let made = context.how(&Fact::PullKey(op.registry.clone())).unwrap_or(Outcome::Found);
        return Ok((made, "the pull secrets have it".to_owned()));
    }
    let what = format!("No password of the token {name} was made.");
    let in_use: Vec<KeyId> = op.in_use.iter().copied().chain(pull_secrets::keys_written(context)).collect();
    let begun: Option<String> = context.past().facts.learnt(&slot(op)).map(|l| l.value.clone());
    let Some(password) = free(&live, &in_use, begun.as_deref()) else {
        return Err(both_live(op, &name, what));
    };
    // Known before it is made: where the answer is lost, the same one is made again.
    let ahead = vec![Learnt::new(Outcome::Created, slot(op), password)];
    context.learn_ahead(ahead.clone())?;
    let ends = secrets::ends(context, op.days);
    let made = repository_tokens::generate(context, &op.registry, &name, password, ends, &what).await;
    let made = context.withdraws(&ahead, made)?;
    context.learn(ahead)?;
    let (key, value, ends) = (made.key, made.value, Some(made.ends));
    learn(op, context, &name, Password { how: Outcome::Created, key, value, ends })?;
    Ok((Outcome::Created, password.to_owned()))
}

/// Ends the password that the run made, unless somebody has made it anew since.
pub(super) async fn take_back(op: &AddTokenPassword, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    let (Some(name), Some(password)) =
        (context.known::<String>(&Fact::Token(op.registry.clone())), context.known::<String>(&slot(op)))
    else {
        return nothing_there();
    };
    let Some(password) = password_named(&password) else { return nothing_there() };
    let Some(token) = repository_tokens::read(context, &op.registry, &name).await? else { return nothing_there() };
    let live = repository_tokens::live(context, &op.registry, &token);
    let own: Option<KeyId> = context.known(&Fact::PullKey(op.registry.clone()));
    let is_own = |one: &&LivePassword| one.name == password && own.is_none_or(|key| key == one.key);
    if live.iter().any(|one| is_own(&one)) {
        let what = format!("The {password} of the token {name} did not end.");
        repository_tokens::end(context, &op.registry, &name, password, &what).await?;
    }
    context.undone(&back.made, &[])
}

fn slot(op: &AddTokenPassword) -> Fact {
    Fact::TokenPassword(op.registry.clone())
}

/// Keeps the password in the vault, and tells the others of it.
fn learn(op: &AddTokenPassword, context: &StepContext<'_>, token: &str, password: Password) -> Result<(), StepError> {
    let Password { how, key, value, ends } = password;
    context.vault().put(key, value);
    let registry = || op.registry.clone();
    let mut learnt =
        vec![Learnt::new(how, Fact::PullUser(registry()), token), Learnt::new(how, Fact::PullKey(registry()), key)];
    learnt.extend(ends.map(|end| Learnt::new(how, Fact::PullEnds(registry()), end)));
    context.learn(learnt)
}

/// Takes up the password that the pull secrets have: the run's own, or that of an earlier run, unless another is wanted.
async fn password_in_use(
    op: &AddTokenPassword,
    context: &StepContext<'_>,
    token: &str,
    live: &[LivePassword],
) -> Result<Option<Password>, StepError> {
    let fact = Fact::PullKey(op.registry.clone());
    let own: Option<KeyId> = context.past().facts.id(&fact);
    let theirs = op.in_use.iter().copied().filter(|_| !op.renew);
    for key in own.into_iter().chain(theirs) {
        let Some(password) = live.iter().find(|password| password.key == key) else { continue };
        let Some(value) = pull_secrets::password_of(context, token, key).await? else { continue };
        let known = context.past().facts.learnt(&fact).filter(|l| l.value == key.to_string());
        let how = known.map_or(Outcome::Found, |l| l.how);
        return Ok(Some(Password { how, key, value, ends: password.ends }));
    }
    Ok(None)
}

/// Returns the password that may be made: the one that the run began with, unless pull secrets have it, else one that
/// does not live.
fn free(live: &[LivePassword], in_use: &[KeyId], begun: Option<&str>) -> Option<&'static str> {
    let of = |name: &str| live.iter().find(|password| password.name == name);
    let begun = begun.and_then(password_named);
    let again = begun.filter(|name| of(name).is_none_or(|password| !in_use.contains(&password.key)));
    again.or_else(|| PASSWORDS.into_iter().find(|name| of(name).is_none()))
}

fn both_live(op: &AddTokenPassword, token: &str, what: String) -> StepError {
    StepError::failed(
        what,
        "Both of its passwords live, and pull secrets or somebody else may use them; neither is replaced.",
        format!(
            "End the one that nobody uses: {} , with --password1 or --password2; then go on with crosspull resume.",
            Command::EndTokenPassword { registry: op.registry.name(), token, password: None }
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [KeyId; 2] = [KeyId(uuid::Uuid::from_u128(1)), KeyId(uuid::Uuid::from_u128(2))];

    fn live(at: usize) -> LivePassword {
        LivePassword { name: PASSWORDS[at].to_owned(), key: KEYS[at], ends: None }
    }

    #[test]
    fn a_password_that_lives_is_never_replaced_but_for_the_runs_own_that_was_lost() {
        assert_eq!(free(&[], &[], None), Some("password1"));
        assert_eq!(free(&[live(0)], &[KEYS[0]], None), Some("password2"));
        assert_eq!(free(&[live(1)], &[], None), Some("password1"));
        assert_eq!(free(&[live(0), live(1)], &[KEYS[0]], None), None, "nobody here knows who has the other");
        assert_eq!(free(&[live(0), live(1)], &[KEYS[0]], Some("password2")), Some("password2"));
        assert_eq!(free(&[live(0)], &[KEYS[0]], Some("password1")), Some("password2"));
        assert_eq!(free(&[], &[], Some("password3")), Some("password1"), "a journal is a file");
    }
}
