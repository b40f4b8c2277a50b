//! Writes a pull secret into a namespace of a cluster. One that somebody else made is kept.

use crosspull_core::command::Command;
use crosspull_core::input::Key;
use crosspull_core::names::{Outcome, PullUser};
use crosspull_core::operation::{Fact, Learnt, TakeBack, WritePullSecret};
use crosspull_core::wording::Wording;

use super::shared::credential;
use super::shared::pull_secrets::{Login, Place};
use crate::reply::StoredSecret;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, plainly};

/// Finds the pull secret with what it is to have, or writes it.
pub(super) async fn perform(op: &WritePullSecret, context: &StepContext<'_>) -> StepResult {
    for fact in context.plan().reads(context.step) {
        let _: String = context.need(fact).await?;
    }
    let credential = credential::made(context, op.user, &op.registry).await?;
    context.begin()?;
    let what = format!("The pull secret {} in {} was not written.", op.name, op.namespace);
    let place = Place::of(&op.cluster, &op.namespace, &op.name)?;
    let api = place.needed_api(context, &what).await?;
    let there = place.read(context, &api).await?;
    if let Some(foreign) = there.as_ref().filter(|stored| !stored.is_own()) {
        return Err(is_foreign(op, &what, foreign));
    }
    let earlier = context.past().facts.learnt(&op.written()).filter(|learnt| learnt.how.is_made()).cloned();
    let by_this_run = there.as_ref().is_some_and(|stored| stored.run() == Some(context.run().0.as_str()));
    let before = there.as_ref().and_then(StoredSecret::key).filter(|_| !by_this_run);
    let learn = |how: Outcome| {
        let written = Learnt::new(how, op.written(), format!("{}/{}", op.namespace, op.name));
        let written = before.map_or_else(|| written.clone(), |key| written.clone().in_place_of(key));
        let written = earlier.clone().unwrap_or(written);
        let how = written.how;
        context.learn(vec![written, Learnt::new(how, op.key(), credential.key)])?;
        plainly(how)
    };
    let holds = |stored: &StoredSecret| {
        stored.key() == Some(credential.key)
            && stored.login(&op.login_server).is_some_and(|login| {
                let same = credential.password.as_ref().is_none_or(|own| own.reveal() == login.password.reveal());
                login.username == credential.user && same
            })
    };
    if there.as_ref().is_some_and(holds) {
        return learn(if by_this_run { Outcome::Created } else { Outcome::Found });
    }
    let Some(password) = &credential.password else {
        return Err(StepError::failed(
            what,
            "Nobody has the value of the secret any more.",
            Wording::from("Apply again with ") + Key::Renew + ": it makes another, and writes it everywhere.",
        ));
    };
    let how = if there.is_none() || by_this_run { Outcome::Created } else { Outcome::Changed };
    if how == Outcome::Changed {
        // What is replaced is known before it is.
        learn(how)?;
    }
    let login = Login { server: &op.login_server, user: &credential.user, password, key: credential.key };
    if let Err(error) = place.apply(context, &api, login).await {
        if how == Outcome::Changed && earlier.is_none() && error.is_refusal() {
            context.learn_undone(&[
                Learnt::new(how, op.written(), format!("{}/{}", op.namespace, op.name)),
                Learnt::new(how, op.key(), credential.key),
            ])?;
        }
        return Err(error);
    }
    learn(how)
}

/// Deletes the pull secret, where it still has what the run wrote.
pub(super) async fn take_back(op: &WritePullSecret, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    let what = format!("The pull secret {} in {} was not deleted.", op.name, op.namespace);
    let place = Place::of(&op.cluster, &op.namespace, &op.name)?;
    let api = place.needed_api(context, &what).await?;
    let Some(stored) = place.read(context, &api).await? else { return context.undone(&back.made, &[]) };
    if !stored.is_own() {
        context.learn_undone(&back.made)?;
        return Ok((Outcome::Undone, "somebody made another of that name since, which stays".to_owned()));
    }
    // A later run may have renewed it: it is of no use without the user that this run made.
    let user: Option<String> = match op.user {
        PullUser::App => context.known(&Fact::App),
        PullUser::OfRegistry => context.known(&Fact::PullUser(op.registry.clone())),
    };
    if !user.is_some_and(|user| stored.has_only(&op.login_server, &user)) {
        return Err(is_not_as_written(op, &what, &stored, context));
    }
    place.delete(context, &api, &stored).await?;
    // Nobody needs the credential here any more that was in it last, whichever run made it.
    let last = stored.key().map(|key| Learnt::new(Outcome::Created, op.key(), key));
    let others = back.made.iter().filter(|l| last.is_none() || l.fact != op.key());
    let gone: Vec<Learnt> = others.cloned().chain(last.clone()).collect();
    context.undone(&gone, &[])
}

/// Returns the error for a secret that has something else than the run wrote: another run's, or somebody else's.
fn is_not_as_written(op: &WritePullSecret, what: &str, stored: &StoredSecret, context: &StepContext<'_>) -> StepError {
    if stored.run() != Some(context.run().0.as_str()) {
        return StepError::failed(
            what,
            "Another run has written it since.",
            "Take that run back first: crosspull runs lists them.",
        );
    }
    StepError::failed(
        what,
        "Somebody has put something else into it since; it is kept as it is.",
        format!(
            "Where nobody needs it: {} ; then {} goes on.",
            Command::DeletePullSecret { name: &op.name, namespace: &op.namespace },
            Command::Undo { run: context.run() }
        ),
    )
}

fn is_foreign(op: &WritePullSecret, what: &str, foreign: &StoredSecret) -> StepError {
    let by = match foreign.managers().as_slice() {
        [] => "Somebody else".to_owned(),
        managers => managers.join(", "),
    };
    StepError::failed(
        what,
        format!("{by} wrote a secret of that name in {}; it is kept as it is.", op.namespace),
        Wording::from("Give the pull secret another name: apply again with ") + Key::PullSecret,
    )
}
