//! Takes the secret that the operator gives for a cluster's app: the one that the checks saw, or for a run that goes on, the
//! one that is given now.

use crosspull_core::check::app_secret_refused;
use crosspull_core::ids::{AppId, KeyId};
use crosspull_core::input::Key;
use crosspull_core::names::{Outcome, Side};
use crosspull_core::operation::{Fact, Learnt, TakeAppSecret};
use crosspull_core::wording::Wording;

use super::shared::secrets;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, plainly};

/// Signs in with the secret, and keeps it for the steps that prove the pull.
pub(super) async fn perform(op: &TakeAppSecret, context: &StepContext<'_>) -> StepResult {
    const NOT_TAKEN: &str = "The secret that you give was not taken.";
    let app: AppId = context.need(Fact::App).await?;
    context.begin()?;
    let Some(secret) = context.door().app_secret() else {
        return Err(StepError::failed(
            "The secret that proves the pull is not there.",
            format!(
                "This run proves it with a secret of {}'s app that you give, and none was given.",
                op.cluster.name()
            ),
            Wording::from("Give it again, and go on with crosspull resume: ") + Key::AppSecretFile,
        ));
    };
    if let Err(refusal) = secrets::sign_in_once(context, Side::A, app, secret).await? {
        return Err(StepError::Failed(app_secret_refused(&op.cluster, app, NOT_TAKEN, refusal)));
    }
    context.vault().put(KeyId::GIVEN, secret.clone());
    context.learn(vec![Learnt::new(Outcome::Found, Fact::SecretKey, KeyId::GIVEN)])?;
    plainly(Outcome::Found)
}
