//! Binds a role of Kubernetes to somebody, or finds it bound.

use crosspull_core::access::Subject;
use crosspull_core::names::Outcome;
use crosspull_core::operation::{BindAccess, Learnt, TakeBack, binding_place};

use super::shared::api;
use super::shared::bindings::Bindings;
use crate::reply::Binding;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there};

/// Finds a binding that gives the same, or makes one of this run.
pub(super) async fn perform(op: &BindAccess, context: &StepContext<'_>) -> StepResult {
    for fact in context.plan().reads(context.step) {
        let _: String = context.need(fact).await?;
    }
    context.begin()?;
    let what = format!("{} was not bound to {}.", op.role, op.principal.name);
    let namespace = op.namespace.as_deref();
    let bindings = Bindings::open(context, &op.cluster, namespace, &op.name, &what).await?;
    let subject = Subject::of(&op.principal);
    let learnt = |how, name: &str| vec![Learnt::new(how, op.fact(), binding_place(namespace, name))];
    match bindings.read(&op.name).await? {
        Some(there) if there.is_of(&op.role) && there.has(&subject) => {
            let is_own = there.run() == Some(context.run().0.as_str());
            let how = if is_own { Outcome::Created } else { Outcome::Found };
            context.learn(learnt(how, &op.name))?;
            return Ok((how, String::new()));
        }
        Some(there) => return Err(bindings.of_others(&there)),
        None => {}
    }
    if let Some(there) = bindings.giving(&op.role, &subject).await? {
        context.learn(learnt(Outcome::Found, there.name()))?;
        return Ok((Outcome::Found, format!("{} gives it already", there.name())));
    }
    let applied = bindings.apply(&op.name, &op.role, &subject).await;
    applied.map_err(|error| denied(op, error))?;
    context.learn(learnt(Outcome::Created, &op.name))?;
    Ok((Outcome::Created, String::new()))
}

/// Takes the subject out of the binding that the run made; with no other subject the binding goes.
pub(super) async fn take_back(op: &BindAccess, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    api::forget_answer(context, &op.cluster)?;
    let what = format!("{} was not taken from {}.", op.role, op.principal.name);
    let bindings = Bindings::open(context, &op.cluster, op.namespace.as_deref(), &op.name, &what).await?;
    let subject = Subject::of(&op.principal);
    match bindings.read(&op.name).await? {
        Some(there) if there.run() == Some(context.run().0.as_str()) => {}
        Some(there) if !back.made.is_empty() && there.has(&subject) => return Err(not_marked(op, &there, &what)),
        _ => {
            context.learn_undone(&back.made)?;
            return nothing_there();
        }
    }
    bindings.take_out(&op.name, &op.role, &subject).await?;
    context.undone(&back.made, &[])
}

/// Returns the error of a binding that the run made, and that somebody took the mark from.
fn not_marked(op: &BindAccess, there: &Binding, what: &str) -> StepError {
    let (kind, place) = match &op.namespace {
        Some(namespace) => ("rolebinding", format!(" --namespace {namespace}")),
        None => ("clusterrolebinding", String::new()),
    };
    StepError::failed(
        what,
        format!(
            "The binding {} is there and still lets {} in, but it is no longer marked as this run's: somebody changed it, so it is \
             left as it is.",
            op.name, op.principal.name
        ),
        format!(
            "It gives {} {}. Where nobody needs it: kubectl delete {kind} {}{place}",
            there.role_ref.kind, there.role_ref.name, op.name
        ),
    )
}

/// Returns what a refusal means: Kubernetes lets nobody give more than they have.
fn denied(op: &BindAccess, error: StepError) -> StepError {
    let place = op.namespace.as_deref().unwrap_or("the whole cluster");
    let why = format!(
        "You may not bind {} in {place}: it takes the right to write bindings, and every right that the role gives, or bind on \
             it.",
        op.role
    );
    api::where_right_lacks(error, &why, api::come_in())
}
