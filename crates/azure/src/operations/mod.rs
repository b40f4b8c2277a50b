//! Operations performed, one file an operation. Each looks whether its work is there already, does the work, and waits
//! until the result is known where others need it; most can be taken back. `shared` holds what several operations need.

mod add_pull_password;
mod add_secret;
mod add_token_password;
mod ask_for_role;
mod assign_access;
mod attach;
mod bind_access;
mod copy_roles;
mod create_app;
mod create_principal;
mod enable_admin;
mod end_token_password;
pub mod from_cluster;
mod grant_role;
mod hand_over;
mod join_group;
mod keep_way_back;
mod leave_group;
mod make_account;
mod make_token;
mod open_app;
mod prove_access;
mod prove_first;
mod prove_inside;
mod prove_pull;
mod provision;
mod remove_proof_secret;
mod remove_pull_password;
mod remove_secret;
mod reset_cluster;
mod shared;
mod take_admin_password;
mod take_app_secret;
mod take_back;
mod tell_pull_secret;
mod unassign_access;
mod unbind_access;
mod use_pull_secret;
mod write_pull_secret;

use crosspull_core::names::Outcome;
use crosspull_core::operation::Op;

use crate::step_context::StepContext;
use crate::step_result::{StepResult, nothing_there, plainly};

/// Performs the operation of a step.
pub async fn perform(context: &StepContext<'_>) -> StepResult {
    match &context.step.op {
        Op::CreateApp(op) => create_app::perform(op, context).await,
        Op::CreatePrincipal(op) => create_principal::perform(op, context).await,
        Op::AddSecret(op) => add_secret::perform(op, context).await,
        Op::Provision(op) => provision::perform(op, context).await,
        Op::GrantRole(op) => grant_role::perform(op, context).await,
        Op::HandOver(op) => hand_over::perform(op, context).await,
        Op::ProvePull(op) => prove_pull::perform(op, context).await,
        Op::CopyRoles(op) => copy_roles::perform(op, context).await,
        Op::KeepWayBack(op) => keep_way_back::perform(op, context).await,
        Op::ResetCluster(op) => reset_cluster::perform(op, context).await,
        Op::RemoveSecret(op) => remove_secret::perform(op, context).await,
        Op::ProveInside(op) => prove_inside::perform(op, context).await,
        Op::Attach(op) => attach::perform(op, context).await,
        Op::AskForRole(op) => ask_for_role::perform(op, context).await,
        Op::AddPullPassword(op) => add_pull_password::perform(op, context).await,
        Op::ProveFirst(op) => prove_first::perform(op, context).await,
        Op::WritePullSecret(op) => write_pull_secret::perform(op, context).await,
        Op::UsePullSecret(op) => use_pull_secret::perform(op, context).await,
        Op::RemovePullPassword(op) => remove_pull_password::perform(op, context).await,
        Op::OpenApp(op) => open_app::perform(op, context).await,
        Op::RemoveProofSecret(op) => remove_proof_secret::perform(op, context).await,
        Op::TellPullSecret(op) => tell_pull_secret::perform(op, context).await,
        Op::MakeToken(op) => make_token::perform(op, context).await,
        Op::AddTokenPassword(op) => add_token_password::perform(op, context).await,
        Op::EndTokenPassword(op) => end_token_password::perform(op, context).await,
        Op::EnableAdmin(op) => enable_admin::perform(op, context).await,
        Op::TakeAdminPassword(op) => take_admin_password::perform(op, context).await,
        Op::TakeAppSecret(op) => take_app_secret::perform(op, context).await,
        Op::AssignAccess(op) => assign_access::perform(op, context).await,
        Op::BindAccess(op) => bind_access::perform(op, context).await,
        Op::JoinGroup(op) => join_group::perform(op, context).await,
        Op::LeaveGroup(op) => leave_group::perform(op, context).await,
        Op::MakeAccount(op) => make_account::perform(op, context).await,
        Op::ProveAccess(op) => prove_access::perform(op, context).await,
        Op::UnassignAccess(op) => unassign_access::perform(op, context).await,
        Op::UnbindAccess(op) => unbind_access::perform(op, context).await,
        // The way back takes these one after the other.
        Op::TakeBack(_) => plainly(Outcome::Skipped),
    }
}

/// Takes back what a step of the route made.
pub async fn take_back(context: &StepContext<'_>) -> StepResult {
    let Op::TakeBack(back) = &context.step.op else { return nothing_there() };
    take_back::may_go(back, context).await?;
    match &back.of.op {
        Op::CreateApp(op) => create_app::take_back(op, back, context).await,
        Op::CreatePrincipal(op) => create_principal::take_back(op, back, context).await,
        Op::AddSecret(op) => add_secret::take_back(op, back, context).await,
        Op::Provision(op) => provision::take_back(op, back, context).await,
        Op::GrantRole(op) => grant_role::take_back(op, back, context).await,
        Op::HandOver(op) => hand_over::take_back(op, back, context).await,
        Op::CopyRoles(op) => copy_roles::take_back(op, back, context).await,
        Op::KeepWayBack(op) => keep_way_back::take_back(op, back, context).await,
        Op::ResetCluster(op) => reset_cluster::take_back(op, back, context).await,
        Op::ProveInside(op) => prove_inside::take_back(op, back, context).await,
        Op::Attach(op) => attach::take_back(op, back, context).await,
        Op::AskForRole(op) => ask_for_role::take_back(op, back, context),
        Op::AddPullPassword(op) => add_pull_password::take_back(op, back, context).await,
        Op::ProveFirst(op) => prove_first::take_back(op, back, context).await,
        Op::WritePullSecret(op) => write_pull_secret::take_back(op, back, context).await,
        Op::UsePullSecret(op) => use_pull_secret::take_back(op, back, context).await,
        Op::OpenApp(op) => open_app::take_back(op, back, context).await,
        Op::MakeToken(op) => make_token::take_back(op, back, context).await,
        Op::AddTokenPassword(op) => add_token_password::take_back(op, back, context).await,
        Op::EnableAdmin(op) => enable_admin::take_back(op, back, context).await,
        Op::TakeAdminPassword(_) => take_admin_password::take_back(back, context),
        Op::AssignAccess(op) => assign_access::take_back(op, back, context).await,
        Op::BindAccess(op) => bind_access::take_back(op, back, context).await,
        Op::JoinGroup(op) => join_group::take_back(op, back, context).await,
        Op::LeaveGroup(op) => leave_group::take_back(op, back, context).await,
        Op::MakeAccount(op) => make_account::take_back(op, back, context).await,
        Op::UnassignAccess(op) => unassign_access::take_back(op, back, context).await,
        Op::UnbindAccess(op) => unbind_access::take_back(op, back, context).await,
        Op::ProvePull(_)
        | Op::EndTokenPassword(_)
        | Op::RemoveSecret(_)
        | Op::RemoveProofSecret(_)
        | Op::TakeAppSecret(_)
        | Op::RemovePullPassword(_)
        | Op::TellPullSecret(_)
        | Op::ProveAccess(_)
        | Op::TakeBack(_) => nothing_there(),
    }
}
