//! Creates the app's service principal in its home tenant.

use crosspull_core::explain::Trouble;
use crosspull_core::ids::AppId;
use crosspull_core::operation::{CreatePrincipal, Fact, Learnt, TakeBack};

use super::shared::principals::{self, Provisioned};
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, plainly};

/// Finds or creates the service principal in the app's own tenant: Graph makes none with the app
/// (`docs/facts/azure.md` 0.6).
pub(super) async fn perform(op: &CreatePrincipal, context: &StepContext<'_>) -> StepResult {
    let app: AppId = context.need(Fact::App).await?;
    context.begin()?;
    let what = format!("The app's service principal in tenant {} was not created.", op.home);
    match principals::make(context, op.home, app, &what).await? {
        Provisioned::There(principal) => {
            let how = principals::whose(context, op.home, &principal, context.step.id);
            context.learn(vec![Learnt::new(how, Fact::principal(op.home), principal.id)])?;
            plainly(how)
        }
        Provisioned::Denied(refusal) => Err(StepError::Failed(Trouble::from_refusal(what, refusal))),
    }
}

/// Deletes the service principal.
pub(super) async fn take_back(op: &CreatePrincipal, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    principals::delete(context, op.home, back.of.id, &back.made).await
}
