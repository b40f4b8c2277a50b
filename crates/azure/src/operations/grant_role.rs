//! Gives the app's service principal in tenant B a role on a registry.

use crosspull_core::condition::condition;
use crosspull_core::ids::ObjectId;
use crosspull_core::names::Side;
use crosspull_core::operation::{Fact, GrantRole, TakeBack};

use super::shared::others;
use super::shared::roles::{self, RoleGrant};
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::{StepResult, plainly};

/// Finds or creates the role assignment on the registry.
pub(super) async fn perform(op: &GrantRole, context: &StepContext<'_>) -> StepResult {
    let principal: ObjectId = context.need(Fact::PrincipalB).await?;
    context.begin()?;
    let scope = op.registry.to_string();
    let grant = RoleGrant {
        side: Side::B,
        fact: Fact::Assignment(op.registry.clone()),
        role: op.role.name(),
        definition: request::definition_id(&op.registry, op.role),
        id: roles::registry_id(&op.registry, op.role, principal),
        scope: &scope,
        principal,
        kind: roles::SERVICE_PRINCIPAL,
        condition: condition(&op.repositories),
    };
    plainly(roles::grant(context, &grant).await?)
}

/// Takes the role on the registry back.
pub(super) async fn take_back(op: &GrantRole, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    others::own_app_is_free(context).await?;
    others::nobody_pulls_as_the_app(context, "The role on the registry was not taken back.").await?;
    let principal: Option<ObjectId> = context.known(&Fact::PrincipalB);
    let id = |principal| roles::registry_id(&op.registry, op.role, principal);
    let derived = principal.map(|principal| (Fact::Assignment(op.registry.clone()), id(principal)));
    let wanted = condition(&op.repositories);
    roles::take_back(context, Side::B, &back.made, derived.into_iter().collect(), |_| wanted.as_deref()).await
}
