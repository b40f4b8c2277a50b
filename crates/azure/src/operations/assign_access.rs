//! Gives somebody a role of Azure at a cluster, or finds that they have it.

use crosspull_core::access::KubernetesRole;
use crosspull_core::names::{Outcome, Side, assignment_name};
use crosspull_core::operation::{AssignAccess, TakeBack};

use super::shared::api;
use super::shared::kubeconfig;
use super::shared::roles::{self, RoleGrant};
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, plainly};

/// Finds or makes the assignment. One under a condition is somebody's own thought, and stays as it is.
pub(super) async fn perform(op: &AssignAccess, context: &StepContext<'_>) -> StepResult {
    context.begin()?;
    let scope = op.scope();
    let role = op.role.built_in();
    let what = format!("{} was not given to {}.", role.name, op.principal.name);
    let Some(principal) = op.principal.object else { return Err(nobody_of_entra(&what)) };
    let grant = RoleGrant {
        side: Side::A,
        fact: op.fact(),
        role: role.name,
        definition: request::built_in_id(op.cluster.subscription(), role.id),
        id: request::assignment_id(&scope, assignment_name(&scope, role.id, principal)),
        scope: &scope,
        principal,
        kind: op.principal.azure_type(),
        condition: None,
    };
    if let Some(there) = roles::twin(context, &grant, &what).await?
        && there.properties.condition.is_some()
    {
        return Err(StepError::failed(
            what,
            format!("They hold it there under a condition, by {} , which is left as it is.", there.id),
            "Look at its condition: what it leaves out was left out on purpose. Where it was not, remove that assignment; then go on.",
        ));
    }
    let how = roles::grant(context, &grant).await.map_err(|error| {
        error.where_denied(
            &format!("You may not give {} on {scope}", role.name),
            "Ask an owner of the cluster for that right, or to give the role; then go on.",
        )
    })?;
    plainly(how)
}

/// Deletes the assignment that the run made. The kubeconfig's role stays where another way in takes it.
pub(super) async fn take_back(op: &AssignAccess, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    api::forget_answer(context, &op.cluster)?;
    let unseen =
        if op.role == KubernetesRole::ClusterUser { kubeconfig::needed(op, back, context).await? } else { None };
    let scope = op.scope();
    let id = |principal| request::assignment_id(&scope, assignment_name(&scope, op.role.built_in().id, principal));
    let derived = op.principal.object.map(|principal| (op.fact(), id(principal)));
    let made: Vec<_> = back.made.iter().filter(|learnt| learnt.how == Outcome::Created).cloned().collect();
    let (how, note) = roles::take_back(context, Side::A, &made, derived.into_iter().collect(), |_| None).await?;
    Ok((how, unseen.filter(|_| note.is_empty()).unwrap_or(note)))
}

fn nobody_of_entra(what: &str) -> StepError {
    StepError::failed(
        what,
        "A role of Azure is for principals of Entra, and this one is not.",
        "Bind a role of Kubernetes to it instead.",
    )
}
