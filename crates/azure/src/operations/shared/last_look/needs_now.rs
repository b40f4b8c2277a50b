//! The question about what the cluster needs: does the principal that it gets have all of it?

use crosspull_core::access::{Fulfilment, Needed, distinct, fulfilment};
use crosspull_core::ids::ObjectId;
use crosspull_core::names::Outcome;
use crosspull_core::operation::{Fact, Op};

use super::LookAnswer;
use crate::access::identity::holdings;
use crate::step_context::StepContext;
use crate::step_result::StepError;

/// Looks whether the new principal has everything that the cluster needs beyond its nodes' resource group. What was refused
/// to it was named before, and the operator said yes.
pub(super) async fn are_fulfilled(context: &StepContext<'_>) -> Result<LookAnswer, StepError> {
    let Op::ResetCluster(reset) = &context.step.op else { return Ok(LookAnswer::Yes) };
    let Some(own) = context.known::<ObjectId>(&Fact::PrincipalA) else {
        return Ok(LookAnswer::No("The new principal is not known.".to_owned()));
    };
    let wanted: Vec<&Needed> = reset.needs.iter().filter(|needed| !was_refused(context, &needed.scope)).collect();
    let scopes = distinct(wanted.iter().map(|needed| needed.scope.clone()).collect());
    let held = holdings::read(context.door(), &context.work, own, &scopes).await;
    for needed in wanted {
        match fulfilment(needed, &held, None) {
            Fulfilment::Held(_) => {}
            Fulfilment::NotKnown(why) => {
                let told = format!("Whether the new principal may {} is not known, since {}.", needed.reason, why.why);
                return Ok(if why.may_pass { LookAnswer::NotYet(told) } else { LookAnswer::No(told) });
            }
            _ => {
                return Ok(LookAnswer::No(format!(
                    "The new principal may not {}: it lacks {} on {} .",
                    needed.reason,
                    needed.actions.join(", "),
                    needed.scope
                )));
            }
        }
    }
    Ok(LookAnswer::Yes)
}

/// True where a role that the run was to give at a scope was refused.
fn was_refused(context: &StepContext<'_>, scope: &str) -> bool {
    let copies = context.plan().steps.iter().filter_map(|step| match &step.op {
        Op::CopyRoles(copy) => Some(copy),
        _ => None,
    });
    copies.flat_map(|copy| copy.given()).any(|role| {
        role.scope.eq_ignore_ascii_case(scope) && context.how(&Fact::RoleCopy(role.key())) == Some(Outcome::Skipped)
    })
}
