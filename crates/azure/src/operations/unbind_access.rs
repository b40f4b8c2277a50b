//! Takes somebody out of a binding of Kubernetes, and puts them back.

use crosspull_core::access::Subject;
use crosspull_core::names::Outcome;
use crosspull_core::operation::{Learnt, TakeBack, UnbindAccess, binding_place};

use super::shared::api;
use super::shared::bindings::Bindings;
use crate::reply::KeptBinding;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there};

/// Takes the subject out. What the binding was is recorded before.
pub(super) async fn perform(op: &UnbindAccess, context: &StepContext<'_>) -> StepResult {
    context.begin()?;
    let what = format!("{} was not taken from {}.", op.role, op.principal.name);
    let namespace = op.namespace.as_deref();
    let bindings = Bindings::open(context, &op.cluster, namespace, &op.name, &what).await?;
    let subject = Subject::of(&op.principal);
    let place = binding_place(namespace, &op.name);
    let earlier = context.past().facts.learnt(&op.fact()).filter(|l| l.how.is_made()).cloned();
    let there = bindings.read(&op.name).await?;
    let Some(there) = there.filter(|there| there.is_of(&op.role) && there.has(&subject)) else {
        let learnt = earlier.unwrap_or_else(|| Learnt::new(Outcome::Found, op.fact(), &place));
        let how = learnt.how;
        context.learn(vec![learnt])?;
        return Ok((how, "it is not there any more".to_owned()));
    };
    let kept = serde_json::to_string(&there.kept()).map_err(|error| {
        StepError::failed(&what, format!("What it is cannot be kept ({error})."), "Report this as a bug.")
    })?;
    let removed = earlier.unwrap_or_else(|| Learnt::new(Outcome::Changed, op.fact(), &place).in_place_of(kept));
    let ahead = vec![removed.clone()];
    context.learn_ahead(ahead.clone())?;
    context.withdraws(&ahead, bindings.take_out(&op.name, &op.role, &subject).await)?;
    context.learn(vec![removed])?;
    Ok((Outcome::Changed, "taken away".to_owned()))
}

/// Puts the subject back; a binding that is gone is made again as it was.
pub(super) async fn take_back(op: &UnbindAccess, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    api::forget_answer(context, &op.cluster)?;
    let what = format!("{} was not given back to {}.", op.role, op.principal.name);
    let Some(before) = back.made.iter().find_map(|learnt| learnt.before.as_deref()) else { return nothing_there() };
    let kept: Option<KeptBinding> = serde_json::from_str(before).ok();
    let kept = kept.filter(|kept| kept.role_ref.kind == op.role.kind_word() && kept.role_ref.name == op.role.name);
    let Some(kept) = kept else {
        return Err(StepError::failed(
            what,
            "The journal holds something else in the place of the binding as it was.",
            "Look what was done to the journal, and bind it by hand.",
        ));
    };
    let bindings = Bindings::open(context, &op.cluster, op.namespace.as_deref(), &op.name, &what).await?;
    bindings.put_back(&op.name, &kept, &Subject::of(&op.principal)).await?;
    context.undone(&back.made, &[])
}
