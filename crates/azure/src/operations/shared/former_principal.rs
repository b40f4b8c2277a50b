//! The principal that the cluster had before the run: the roles that it had, those that it lost since, and giving them
//! back.

use crosspull_core::check::HeldRole;
use crosspull_core::command::Command;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{AppId, ObjectId};
use crosspull_core::names::{Side, assignment_description};
use crosspull_core::operation::{CopyRoles, Fact, Op, ResetCluster};

use super::roles::{SERVICE_PRINCIPAL, copy_id, covers};
use super::{directory, others};
use crate::refusal::AzureCode;
use crate::reply::Assignment;
use crate::request::{self, NewAssignment};
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::CallError;

/// Returns the roles that the former principal had when the run was planned, as far as the plan tells.
fn roles(context: &StepContext<'_>) -> Vec<HeldRole> {
    let mut roles: Vec<HeldRole> = Vec::new();
    for step in context.past().forward_plan().into_iter().flat_map(|plan| &plan.steps) {
        if let Op::ResetCluster(ResetCluster { holds: known, .. }) | Op::CopyRoles(CopyRoles { roles: known, .. }) =
            &step.op
        {
            roles.extend(known.iter().filter(|role| role.definition_guid().is_some()).cloned());
        }
    }
    roles.sort_by_key(HeldRole::key);
    roles.dedup_by_key(|role| role.key());
    roles
}

/// Returns the roles that the former principal had when the run was planned and does not have any more.
pub async fn missing_roles(context: &StepContext<'_>, former: AppId) -> Result<Vec<HeldRole>, StepError> {
    let roles = roles(context);
    let mut missing = Vec::new();
    if roles.is_empty() {
        return Ok(missing);
    }
    let principal = find(context, former).await?;
    for role in roles {
        let request = request::roles_at(context.door().endpoints(), Side::A, &role.scope, principal);
        let held: Vec<Assignment> = context.door().list(&context.work, request).await.map_err(|error| {
            StepError::of(&format!("Whether the former principal still has {} cannot be told.", role.short()), error)
        })?;
        let same = |a: &Assignment| {
            role.is_at(&a.properties.role_definition_id, &a.scope())
                && a.properties.principal_id == principal
                && covers(a.properties.condition.as_deref(), &role)
        };
        if !held.iter().any(same) {
            missing.push(role);
        }
    }
    Ok(missing)
}

/// Halts where the run's own principal was given roles since: the cluster may work by them, and the former principal
/// does not have them.
pub async fn nothing_was_given_since(context: &StepContext<'_>, what: &str) -> Result<(), StepError> {
    let Some(own) = context.known::<ObjectId>(&Fact::PrincipalA) else { return Ok(()) };
    let mut held = others::roles_in_a(context, own).await?;
    let former = roles(context);
    held.retain(|a| !former.iter().any(|role| role.is_at(&a.properties.role_definition_id, &a.scope())));
    let since = others::not_of_this_run(context, held);
    if since.is_empty() {
        return Ok(());
    }
    Err(StepError::failed(
        what,
        format!("The cluster's principal was given more since, which the former one lacks: {}", since.join(", ")),
        format!(
            "Give the former principal the same where the cluster needs it, remove it from the present one, then \
             crosspull undo {} goes on.",
            context.run()
        ),
    ))
}

async fn find(context: &StepContext<'_>, former: AppId) -> Result<ObjectId, StepError> {
    let what = "Whether the former principal still has what it had cannot be told.";
    match directory::look_for_principal(context, Side::A, former, what).await? {
        Ok(Some(principal)) => Ok(principal.id),
        Ok(None) => Err(StepError::failed(
            format!("The former app {former} has no service principal in tenant A any more."),
            "The cluster could not work with it, so it keeps the app that it has.",
            format!(
                "Have it made anew ({} ), then undo again: it gives that one the roles.",
                Command::CreatePrincipal { app: former }
            ),
        )),
        Err(refusal) => Err(StepError::Failed(Trouble::from_refusal(what, refusal))),
    }
}

/// Gives the former principal the roles back that it has lost since the run was planned, and returns them. Going back
/// is as careful as going: a cluster is not given to a principal that cannot do its work.
pub async fn give_roles_back(context: &StepContext<'_>, former: AppId, what: &str) -> Result<Vec<HeldRole>, StepError> {
    let missing = missing_roles(context, former).await?;
    if missing.is_empty() {
        return Ok(missing);
    }
    let principal = find(context, former).await?;
    for role in &missing {
        let Some(id) = copy_id(role, principal) else { continue };
        let description = assignment_description(context.run());
        let grant = NewAssignment {
            definition: &role.definition,
            principal,
            kind: SERVICE_PRINCIPAL,
            condition: role.condition.as_deref(),
            description: Some(&description),
        };
        let request = request::assign_role(context.door().endpoints(), Side::A, &id, grant);
        match context.door().json::<Assignment>(&context.work, request).await {
            Ok(_) => {}
            Err(CallError::Refused(r)) if AzureCode::RoleAssignmentExists.is_of(&r.refusal) => {}
            Err(error) => {
                let error = StepError::of(what, error);
                let names: Vec<String> = missing.iter().map(HeldRole::short).collect();
                let why = format!(
                    "Its former principal ({former}) has lost {} since, and {} cannot be given back: {}",
                    names.join(", "),
                    role.short(),
                    error.why()
                );
                let now = format!(
                    "Have it granted to the service principal {principal} , then crosspull undo {} goes on.",
                    context.run()
                );
                return Err(match error {
                    error @ (StepError::Stopped | StepError::Journal(_)) => error,
                    _ => StepError::failed(what, why, now),
                });
            }
        }
    }
    Ok(missing)
}
