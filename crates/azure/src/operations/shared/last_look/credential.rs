//! The questions about the credential that is sent: the app, its principals, its secret, and a pull with that secret.

use crosspull_core::explain::Refusal;
use crosspull_core::ids::{KeyId, ObjectId, RegistryId};
use crosspull_core::input::LIVES_AFTER_RESET_HOURS;
use crosspull_core::names::{Direction, Side};
use crosspull_core::operation::{Fact, Op, ProveFirst, ProvePull};
use jiff::{SignedDuration, Timestamp};

use super::super::directory::{self, AppRef};
use super::super::inside::{self, Credential, NotPulled, ONCE_MORE};
use super::super::{proof, secrets};
use super::{LookAnswer, PendingReset, direction, unseen};
use crate::reply::Principal;
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::CallError;

pub(super) async fn app_is_there(context: &StepContext<'_>) -> Result<LookAnswer, StepError> {
    let Some(object) = context.known::<ObjectId>(&Fact::AppObject) else {
        return Ok(LookAnswer::No("The app is not known.".to_owned()));
    };
    let gone = format!("The app registration {object} is not in tenant A any more.");
    match directory::try_app(context, AppRef { side: Side::A, object }).await {
        Ok(_) => Ok(LookAnswer::Yes),
        Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(LookAnswer::NotYet(gone)),
        Err(error) => unseen("The app registration cannot be read", error),
    }
}

/// Looks for the app's service principal in a tenant's directory. Where the operator may not look, sign-in tells.
pub(super) async fn principal_is_there(
    context: &StepContext<'_>,
    side: Side,
    reset: PendingReset<'_>,
) -> Result<LookAnswer, StepError> {
    let known: Option<ObjectId> = match (direction(context), side) {
        (Direction::Back, _) => None,
        (Direction::Forward, Side::A) => context.known(&Fact::PrincipalA),
        (Direction::Forward, Side::B) => context.known(&Fact::PrincipalB),
    };
    let gone = format!("The app {} has no service principal in tenant {side} any more.", reset.app);
    if context.door().tokens().signs_in(side) {
        let request = request::principals_of(context.door().endpoints(), side, reset.app);
        match context.door().list::<Principal>(&context.work, request).await {
            Ok(list) if list.iter().any(|p| known.is_none_or(|known| known == p.id)) => return Ok(LookAnswer::Yes),
            Ok(_) => return Ok(LookAnswer::NotYet(gone)),
            Err(CallError::Refused(r)) if r.refusal.status == Some(403) => {}
            // A directory that does not let the operator in never did: the app was let in by a link.
            Err(CallError::SignIn(trouble)) if side == Side::B && trouble.keeps_out() => {}
            Err(error) => return unseen(&format!("Tenant {side}'s directory cannot be read"), error),
        }
    }
    Ok(match secrets::sign_in_once(context, side, reset.app, reset.secret).await? {
        Ok(Some(named)) if known.is_some_and(|known| known != named) => LookAnswer::NotYet(gone),
        Ok(_) => LookAnswer::Yes,
        Err(refusal) => LookAnswer::NotYet(not_taken(side, &refusal)),
    })
}

pub(super) async fn secret_is_taken(
    context: &StepContext<'_>,
    side: Side,
    reset: PendingReset<'_>,
) -> Result<LookAnswer, StepError> {
    match secrets::sign_in_once(context, side, reset.app, reset.secret).await {
        Ok(Ok(_)) => Ok(LookAnswer::Yes),
        Ok(Err(refusal)) => Ok(LookAnswer::NotYet(not_taken(side, &refusal))),
        Err(StepError::Failed(trouble)) => Ok(LookAnswer::No(format!("{} {}", trouble.what, trouble.why))),
        Err(error) => Err(error),
    }
}

/// Returns a sentence where the secret does not outlive the reset by far.
pub(super) fn secret_ends_too_soon(context: &StepContext<'_>) -> Option<String> {
    let Some(ends) = context.known::<Timestamp>(&Fact::SecretEnds) else {
        return Some("When the secret ends is not known.".to_owned());
    };
    let left = ends.duration_since(context.door().wire().recorder().now());
    let enough = left >= SignedDuration::from_hours(i64::from(LIVES_AFTER_RESET_HOURS));
    (!enough).then(|| {
        format!(
            "The secret ends on {}, which is less than {LIVES_AFTER_RESET_HOURS} h after the reset.",
            ends.strftime("%F %R UTC")
        )
    })
}

pub(super) async fn image_is_pulled(
    context: &StepContext<'_>,
    registry: &RegistryId,
    reset: PendingReset<'_>,
) -> Result<LookAnswer, StepError> {
    let proof = context.plan().steps.iter().map(|step| &step.op).find(|op| match op {
        Op::ProvePull(prove) => prove.registry == *registry,
        Op::ProveFirst(prove) => prove.registry == *registry,
        _ => false,
    });
    match proof {
        Some(Op::ProvePull(prove)) => pulled_from_here(context, prove, reset).await,
        Some(Op::ProveFirst(prove)) => pulled_by_a_node(context, prove, reset).await,
        _ => Ok(LookAnswer::No("Nothing is to be pulled.".to_owned())),
    }
}

async fn pulled_from_here(
    context: &StepContext<'_>,
    prove: &ProvePull,
    reset: PendingReset<'_>,
) -> Result<LookAnswer, StepError> {
    let ProvePull { registry, login_server, images, .. } = prove;
    let what = format!("{} does not let the image be pulled", registry.name());
    let user = reset.app.to_string();
    match proof::pull_once(context, registry, login_server, images, &user, reset.secret).await {
        Ok(Ok(())) => Ok(LookAnswer::Yes),
        Ok(Err(refusal)) => Ok(LookAnswer::NotYet(format!("{what} ({refusal})."))),
        Err(StepError::Failed(trouble)) => Ok(LookAnswer::NotYet(format!("{what}: {}", trouble.why))),
        Err(error) => Err(error),
    }
}

/// Has a node pull once more, where the registry keeps this machine out.
async fn pulled_by_a_node(
    context: &StepContext<'_>,
    prove: &ProveFirst,
    reset: PendingReset<'_>,
) -> Result<LookAnswer, StepError> {
    let what = format!("No node of {} pulls with the new credential", prove.cluster.name());
    let user = reset.app.to_string();
    // The key only marks the pull secret, which is removed again.
    let key = context.known(&Fact::SecretKey).unwrap_or(KeyId(uuid::Uuid::nil()));
    let credential = Credential { user: &user, key, password: reset.secret };
    match inside::pull(prove, context, credential, ONCE_MORE).await {
        Ok(Ok(_)) => Ok(LookAnswer::Yes),
        Ok(Err(NotPulled::Refused(why) | NotPulled::Unseen(why))) => Ok(LookAnswer::NotYet(format!("{what}: {why}."))),
        Err(StepError::Failed(trouble)) => Ok(LookAnswer::NotYet(format!("{what}: {}", trouble.why))),
        Err(error) => Err(error),
    }
}

fn not_taken(side: Side, refusal: &Refusal) -> String {
    format!("Sign-in to tenant {side} does not take the secret ({refusal}).")
}
