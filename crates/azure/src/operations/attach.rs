//! Gives the identity that a cluster has the role on a registry.

use crosspull_core::condition::condition;
use crosspull_core::names::{Outcome, Side};
use crosspull_core::operation::{Attach, Fact, Learnt, TakeBack};

use super::shared::roles::{self, RoleGrant};
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, plainly};
use crate::wire::CallError;

/// Finds the role assignment that the checks saw, or finds or creates the one on the registry.
pub(super) async fn perform(op: &Attach, context: &StepContext<'_>) -> StepResult {
    context.begin()?;
    let fact = Fact::Attached(op.cluster.clone(), op.registry.clone());
    if let Some(held) = &op.held
        && is_still_there(context, &held.id).await?
    {
        context.learn(vec![Learnt::new(Outcome::Found, fact, &held.id)])?;
        let note = if held.by_group { "by a group that the cluster's identity is in" } else { "" };
        return Ok((Outcome::Found, note.to_owned()));
    }
    let scope = op.registry.to_string();
    let grant = RoleGrant {
        side: Side::B,
        fact,
        role: op.role.name(),
        definition: request::definition_id(&op.registry, op.role),
        id: roles::registry_id(&op.registry, op.role, op.principal),
        scope: &scope,
        principal: op.principal,
        kind: roles::SERVICE_PRINCIPAL,
        condition: condition(&op.repositories),
    };
    plainly(roles::grant(context, &grant).await?)
}

/// Takes the role back, or what was added to the condition of an assignment that was there.
pub(super) async fn take_back(op: &Attach, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    let fact = Fact::Attached(op.cluster.clone(), op.registry.clone());
    let derived = vec![(fact, roles::registry_id(&op.registry, op.role, op.principal))];
    let wanted = condition(&op.repositories);
    roles::take_back(context, Side::B, &back.made, derived, |_| wanted.as_deref()).await
}

/// True where an assignment that the checks saw is there. An assignment that may not be read by its id counts as it was
/// seen: its scope may be one where only lists show it.
pub(super) async fn is_still_there(context: &StepContext<'_>, id: &str) -> Result<bool, StepError> {
    let request = request::assignment(context.door().endpoints(), Side::B, id);
    match context.door().raw(&context.work, request).await {
        Ok(_) => Ok(true),
        Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(false),
        Err(CallError::Refused(r)) if r.refusal.status == Some(403) => Ok(true),
        Err(error) => Err(StepError::of("The role assignment that the checks found cannot be read.", error)),
    }
}
