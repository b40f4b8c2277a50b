//! Makes a repository token with its scope map, or takes up those that an earlier run made for the cluster.

use crosspull_core::command::Command;
use crosspull_core::ids::KeyId;
use crosspull_core::input::Key;
use crosspull_core::names::{Outcome, is_scope_map_of, scope_map_description};
use crosspull_core::operation::{Fact, Learnt, MakeToken, TakeBack};
use crosspull_core::wording::Wording;

use super::shared::pull_secrets;
use super::shared::repository_tokens::{self, password_named};
use crate::reply::{RepositoryToken, ScopeMap};
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there};
use crate::wire::CallError;

/// Finds or makes the scope map and the token. Both are looked at before anything is written.
pub(super) async fn perform(op: &MakeToken, context: &StepContext<'_>) -> StepResult {
    context.begin()?;
    let what = format!("The token {} was not made.", op.name);
    let map = scope_map(op, context, &what).await?;
    let token = repository_tokens::read(context, &op.registry, &op.name).await?;
    if let Some(map) = &map
        && !is_own_map(op, map)
    {
        return Err(is_foreign(op, &what, "scope map"));
    }
    if let Some(token) = &token
        && (map.is_none() || !token.has_scope_map(&request::scope_map_id(&op.registry, &op.name)))
    {
        return Err(is_foreign(op, &what, "token"));
    }
    if token.as_ref().and_then(|token| token.properties.status.as_deref()) == Some("disabled") {
        return Err(StepError::failed(
            what,
            format!("{} has that token, and somebody disabled it.", op.registry.name()),
            format!(
                "Ask who did. Where it may pull: {} ; then go on with crosspull resume.",
                Command::EnableToken { registry: op.registry.name(), token: &op.name }
            ),
        ));
    }
    let of_map = write_scope_map(op, context, map, &what).await?;
    let of_token = write_token(op, context, token, of_map, &what).await?;
    let note = match (of_token, of_map) {
        (Outcome::Found, Outcome::Changed) => "its scope map has more repositories now",
        (Outcome::Found, _) => "made by an earlier run",
        _ => "",
    };
    let outcome = if of_token == Outcome::Found { of_map } else { of_token };
    Ok((outcome, note.to_owned()))
}

/// Deletes the token and the scope map, where the run made them, unless others use them; else takes out of the scope map
/// what the run added.
pub(super) async fn take_back(op: &MakeToken, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    let (registry, name) = (&op.registry, op.name.as_str());
    let what = format!("The token {name} was not taken back.");
    let endpoints = context.door().endpoints();
    let map = scope_map(op, context, &what).await?.filter(|map| is_own_map(op, map));
    let made_token = back.made.iter().any(|l| l.how == Outcome::Created && matches!(l.fact, Fact::Token(_)));
    if made_token && let Some(token) = repository_tokens::read(context, registry, name).await? {
        nobody_uses(op, context, &token, &what)?;
        let delete = request::delete_repository_token(endpoints, registry, name);
        let read = request::repository_token(endpoints, registry, name);
        repository_tokens::delete(context, &what, delete, read).await?;
    }
    let Some(map) = map else { return finish(op, back, context, made_token) };
    let before = back.made.iter().find(|l| l.how == Outcome::Changed && matches!(l.fact, Fact::ScopeMap(_)));
    if let Some(before) = before {
        let left = left_of(&map.properties.actions, before.before.as_deref().unwrap_or_default(), op);
        if left != map.properties.actions {
            put_scope_map(op, context, map.properties.description.as_deref().unwrap_or_default(), &left, &what).await?;
        }
    } else if is_of_this_run(context, op, &map) {
        no_other_token_has(op, context, &what).await?;
        let delete = request::delete_scope_map(endpoints, registry, name);
        repository_tokens::delete(context, &what, delete, request::scope_map(endpoints, registry, name)).await?;
    }
    finish(op, back, context, made_token)
}

/// Ends the taking back. The passwords of a token go with it.
fn finish(op: &MakeToken, back: &TakeBack, context: &StepContext<'_>, made_token: bool) -> StepResult {
    if back.made.is_empty() {
        return nothing_there();
    }
    let registry = || op.registry.clone();
    let passwords = [
        Fact::TokenPassword(registry()),
        Fact::PullUser(registry()),
        Fact::PullKey(registry()),
        Fact::PullEnds(registry()),
    ];
    context.undone(&back.made, if made_token { &passwords } else { &[] })
}

async fn scope_map(op: &MakeToken, context: &StepContext<'_>, what: &str) -> Result<Option<ScopeMap>, StepError> {
    let request = request::scope_map(context.door().endpoints(), &op.registry, &op.name);
    match context.door().json(&context.work, request).await {
        Ok(map) => Ok(Some(map)),
        Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(None),
        Err(error) => Err(StepError::of(what, error)),
    }
}

fn is_own_map(op: &MakeToken, map: &ScopeMap) -> bool {
    map.properties.description.as_deref().is_some_and(|text| is_scope_map_of(&op.cluster, text))
}

/// True where this run made the scope map, by its description.
fn is_of_this_run(context: &StepContext<'_>, op: &MakeToken, map: &ScopeMap) -> bool {
    map.properties.description.as_deref() == Some(&scope_map_description(&op.cluster, context.run()))
}

/// Makes the scope map, or adds what it lacks. What it had is known before it is changed.
async fn write_scope_map(
    op: &MakeToken,
    context: &StepContext<'_>,
    there: Option<ScopeMap>,
    what: &str,
) -> Result<Outcome, StepError> {
    let fact = Fact::ScopeMap(op.registry.clone());
    let learnt = |how| Learnt::new(how, fact.clone(), &op.name);
    let Some(there) = there else {
        put_scope_map(op, context, &scope_map_description(&op.cluster, context.run()), &op.actions(), what).await?;
        context.learn(vec![learnt(Outcome::Created)])?;
        return Ok(Outcome::Created);
    };
    let earlier = context.past().facts.learnt(&fact).filter(|l| l.how.is_made()).cloned();
    let lacking = op.lacking(&there.properties.actions);
    let how = match lacking.is_empty() {
        _ if is_of_this_run(context, op, &there) => Outcome::Created,
        true => Outcome::Found,
        false => Outcome::Changed,
    };
    let before = learnt(how);
    let before = if how == Outcome::Changed { before.in_place_of(there.properties.actions.join(" ")) } else { before };
    let known = earlier.unwrap_or(before);
    let how = known.how;
    let ahead = vec![known];
    context.learn(ahead.clone())?;
    if !lacking.is_empty() {
        let all: Vec<String> = there.properties.actions.iter().cloned().chain(lacking).collect();
        let description = there.properties.description.as_deref().unwrap_or_default();
        context.withdraws(&ahead, put_scope_map(op, context, description, &all, what).await)?;
    }
    Ok(how)
}

async fn put_scope_map(
    op: &MakeToken,
    context: &StepContext<'_>,
    description: &str,
    actions: &[String],
    what: &str,
) -> Result<(), StepError> {
    let request = request::put_scope_map(context.door().endpoints(), &op.registry, &op.name, description, actions);
    context.door().raw(&context.work, request).await.map(drop).map_err(|e| StepError::of(what, e))
}

/// Finds the token, or makes it. That it is made is known before it is: its own answer names no run.
async fn write_token(
    op: &MakeToken,
    context: &StepContext<'_>,
    there: Option<RepositoryToken>,
    of_map: Outcome,
    what: &str,
) -> Result<Outcome, StepError> {
    let fact = Fact::Token(op.registry.clone());
    let earlier = context.past().facts.learnt(&fact).map(|l| l.how).filter(|how| how.is_made());
    // Without its scope map there was no such token: the same run made both.
    let made = there.is_none() || of_map == Outcome::Created;
    let how = earlier.unwrap_or(if made { Outcome::Created } else { Outcome::Found });
    let learnt = vec![Learnt::new(how, fact, &op.name)];
    if there.is_none() {
        context.learn_ahead(learnt.clone())?;
        let request = request::put_repository_token(context.door().endpoints(), &op.registry, &op.name);
        let put = context.door().raw(&context.work, request).await.map_err(|e| StepError::of(what, e));
        context.withdraws(&learnt, put)?;
        repository_tokens::needed(context, &op.registry, &op.name).await?;
    }
    context.learn(learnt)?;
    Ok(how)
}

/// Stops where the token has a password that lives and is not this run's.
fn nobody_uses(
    op: &MakeToken,
    context: &StepContext<'_>,
    token: &RepositoryToken,
    what: &str,
) -> Result<(), StepError> {
    let own_key: Option<KeyId> = context.known(&Fact::PullKey(op.registry.clone()));
    let own_name: Option<String> = context.known(&Fact::TokenPassword(op.registry.clone()));
    // The answer to the one that this run made last may have been lost, and its key with it.
    let in_taken_back: Vec<KeyId> = pull_secrets::keys_taken_back(context);
    let is_own = |name: &str, key: KeyId| {
        in_taken_back.contains(&key) || own_key.map_or_else(|| own_name.as_deref() == Some(name), |own| own == key)
    };
    let live = repository_tokens::live(context, &op.registry, token);
    let foreign = live.iter().find(|password| !is_own(&password.name, password.key));
    match foreign.and_then(|password| password_named(&password.name)) {
        None => Ok(()),
        Some(password) => Err(StepError::failed(
            what,
            format!("Its {password} lives, and this run did not make it: another run or somebody else pulls by it."),
            format!(
                "Take that run back first: crosspull runs lists them. Where nobody needs it: {}",
                Command::DeleteToken { registry: op.registry.name(), token: &op.name }
            ),
        )),
    }
}

/// Stops where another token may do what the scope map says.
async fn no_other_token_has(op: &MakeToken, context: &StepContext<'_>, what: &str) -> Result<(), StepError> {
    let request = request::repository_tokens(context.door().endpoints(), &op.registry);
    let tokens: Vec<RepositoryToken> =
        context.door().list(&context.work, request).await.map_err(|e| StepError::of(what, e))?;
    let id = request::scope_map_id(&op.registry, &op.name);
    match tokens.iter().find(|token| token.has_scope_map(&id) && !token.name.eq_ignore_ascii_case(&op.name)) {
        None => Ok(()),
        Some(other) => Err(StepError::failed(
            format!("The scope map {} was not deleted.", op.name),
            format!("The token {} has it too, which somebody else made.", other.name),
            "Give that token another scope map, then crosspull undo goes on.",
        )),
    }
}

/// Returns what is left of a scope map's actions without those that the run added.
fn left_of(present: &[String], before: &str, op: &MakeToken) -> Vec<String> {
    let wanted = op.actions();
    let stays = |action: &&String| before.split(' ').any(|had| had == action.as_str()) || !wanted.contains(action);
    present.iter().filter(stays).cloned().collect()
}

fn is_foreign(op: &MakeToken, what: &str, kind: &str) -> StepError {
    StepError::failed(
        what,
        format!(
            "{} has a {kind} {} that crosspull did not make for {}; it is kept as it is.",
            op.registry.name(),
            op.name,
            op.cluster.name()
        ),
        Wording::from("Where nobody needs it, delete it and go on with crosspull resume; or take ")
            + Key::Route.given("pull-secret")
            + ".",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crosspull_core::ids::{ClusterId, RegistryId};

    #[test]
    fn what_others_added_to_a_scope_map_stays() {
        let cluster = ClusterId::parse("/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop").expect("an id");
        let registry = RegistryId::parse("/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/registryb").expect("an id");
        let op = MakeToken { cluster, registry, name: "t".to_owned(), repositories: vec!["shop/api".to_owned()] };
        let action = |name: &str| format!("repositories/{name}/content/read");
        let present = ["shop/web", "shop/api", "tools/base"].map(action);
        assert_eq!(left_of(&present, &action("shop/web"), &op), [action("shop/web"), action("tools/base")]);
        assert_eq!(left_of(&present, &format!("{} {}", action("shop/web"), action("shop/api")), &op), present);
    }
}
