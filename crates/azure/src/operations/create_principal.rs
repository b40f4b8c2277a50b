//! Creates the app's service principal in its home tenant.

use crosspull_core::explain::Trouble;
use crosspull_core::ids::AppId;
use crosspull_core::names::Side;
use crosspull_core::operation::{CreatePrincipal, Fact, Learnt, TakeBack};

use super::shared::principals::{self, Provisioned};
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, plainly};

const NOT_CREATED: &str = "The app's service principal in tenant A was not created.";

/// Finds or creates the service principal in the app's own tenant: Graph makes none with the app
/// (`docs/facts/azure.md` 0.6).
pub(super) async fn perform(_: &CreatePrincipal, context: &StepContext<'_>) -> StepResult {
    let app: AppId = context.need(Fact::App).await?;
    context.begin()?;
    match principals::make(context, Side::A, app, NOT_CREATED).await? {
        Provisioned::There(principal) => {
            let how = principals::whose(context, Side::A, &principal, context.step.id);
            context.learn(vec![Learnt::new(how, Fact::PrincipalA, principal.id)])?;
            plainly(how)
        }
        Provisioned::Denied(refusal) => Err(StepError::Failed(Trouble::from_refusal(NOT_CREATED, refusal))),
    }
}

/// Deletes the service principal.
pub(super) async fn take_back(_: &CreatePrincipal, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    principals::delete(context, Side::A, back.of.id, &back.made).await
}
