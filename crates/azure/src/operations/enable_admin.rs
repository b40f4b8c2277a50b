//! Enables the admin account of a registry, or finds it enabled.

use crosspull_core::ids::RegistryId;
use crosspull_core::names::Outcome;
use crosspull_core::operation::{EnableAdmin, Fact, Learnt, TakeBack};

use super::shared::pull_secrets;
use super::shared::repository_tokens::{AT_WORK, REGISTRY, is_at_work};
use crate::patience::Asked;
use crate::reply::Registry;
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, nothing_there, plainly};
use crate::wire::CallError;

const ENABLED: &str = "enabled";
const DISABLED: &str = "disabled";

/// Enables the account, where it is disabled. That it was is known before it is changed.
pub(super) async fn perform(op: &EnableAdmin, context: &StepContext<'_>) -> StepResult {
    context.begin()?;
    let what = format!("The admin account of {} was not enabled.", op.registry.name());
    let fact = Fact::AdminAccount(op.registry.clone());
    let earlier = context.past().facts.learnt(&fact).filter(|l| l.how.is_made()).cloned();
    let is_enabled = is_enabled(context, &op.registry, &what).await?;
    let found = if is_enabled {
        Learnt::new(Outcome::Found, fact, ENABLED)
    } else {
        Learnt::new(Outcome::Changed, fact, ENABLED).in_place_of(DISABLED)
    };
    let learnt = earlier.unwrap_or(found);
    let how = learnt.how;
    if !is_enabled {
        let ahead = vec![learnt.clone()];
        context.learn_ahead(ahead.clone())?;
        context.withdraws(&ahead, set(context, &op.registry, true, &what).await)?;
    }
    context.learn(vec![learnt])?;
    plainly(how)
}

/// Disables the account, where the run enabled it.
pub(super) async fn take_back(op: &EnableAdmin, back: &TakeBack, context: &StepContext<'_>) -> StepResult {
    if !back.made.iter().any(|l| l.how == Outcome::Changed) {
        return nothing_there();
    }
    let what = format!("The admin account of {} was not disabled.", op.registry.name());
    if let Some(user) = context.known::<String>(&Fact::PullUser(op.registry.clone())) {
        // An account that may not list the pull secrets learns it from nothing else, and disables what it enabled.
        pull_secrets::nobody_needs(context, &what, |secret, server| secret.is_login_of(server, &user)).await?;
    }
    set(context, &op.registry, false, &what).await?;
    context.undone(&back.made, &[])
}

async fn is_enabled(context: &StepContext<'_>, registry: &RegistryId, what: &str) -> Result<bool, StepError> {
    let request = request::registry(context.door().endpoints(), registry);
    let read: Result<Registry, _> = context.door().json(&context.work, request).await;
    read.map(|read| read.properties.admin_user_enabled).map_err(|e| StepError::of(what, e))
}

/// Sets whether the account is enabled, and waits until the registry says so. It is read before it is set again.
async fn set(context: &StepContext<'_>, registry: &RegistryId, enabled: bool, what: &str) -> Result<(), StepError> {
    let (mut sent, mut lost) = (false, false);
    context
        .until(REGISTRY, what, async || {
            if is_enabled(context, registry, what).await? == enabled {
                return Ok(Asked::Yes(()));
            }
            if sent {
                return Ok(Asked::NotYet(AT_WORK, None));
            }
            let request = request::set_admin_account(context.door().endpoints(), registry, enabled);
            match context.door().raw(&context.work, request).await {
                Ok(_) => {
                    sent = true;
                    Ok(Asked::NotYet("looking whether the registry says so", None))
                }
                Err(CallError::Lost(refusal)) => {
                    lost = true;
                    Ok(Asked::NotYet("the answer was lost; looking", Some(refusal)))
                }
                Err(CallError::Refused(r)) if is_at_work(&r.refusal) => Ok(Asked::NotYet(AT_WORK, Some(r.refusal))),
                // One that was lost before may come about yet.
                Err(error) if lost => Err(StepError::of(what, error).unknown()),
                Err(error) => Err(StepError::of(what, error)),
            }
        })
        .await
}
