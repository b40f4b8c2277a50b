//! The checks of rights: may the operator reset the cluster's service principal, and assign roles or make a token on the
//! registry?

use crosspull_core::check::{
    ADMIN_ACTIONS, Check, Finding, RESET_ACTION, RoleMode, TOKEN_ACTIONS, judge_admin_right,
    judge_admin_right_of_nobody, judge_reset_right, judge_role_right, judge_role_right_not_needed, judge_token_right,
    judge_token_right_of_nobody,
};
use crosspull_core::event::Work;
use crosspull_core::ids::{ClusterId, RegistryId};
use crosspull_core::names::{Role, Side};
use crosspull_core::rights::{Grantee, Hindrance, MayAssign, MayDo, RoleRequest};

use super::assigning::ScopeRights;
use super::reads::Reads;
use super::{CheckStopped, app, call_stop, eligible, puller, registry};

/// Asks for the right to reset the cluster's service principal.
pub(super) async fn to_reset(reads: &Reads<'_>, id: &ClusterId) -> Result<(), CheckStopped> {
    let (check, scope) = (Check::ResetRight(id.clone()), id.to_string());
    to_do(reads, check, Side::A, &scope, &[RESET_ACTION], |may| judge_reset_right(id, may)).await
}

/// Asks for the right to assign the role that the registry takes. Nobody needs that right where every cluster has the
/// role already.
pub(super) async fn to_assign(reads: &Reads<'_>, id: &RegistryId) -> Result<(), CheckStopped> {
    let check = Check::RoleRight(id.clone());
    let work = Work::Check(check.clone());
    let scope = id.to_string();
    reads
        .ask(check.clone(), async {
            let rights = match ScopeRights::read(reads.door, &work, Side::B, &scope).await {
                Ok(rights) => rights,
                Err(_) if puller::all_held(reads, id).await => return Ok(((), judge_role_right_not_needed(id))),
                Err(error) => return Err(call_stop(check.clone(), "your rights cannot be read", error)),
            };
            let (role, may) = judged(reads, id, &rights).await;
            if may != MayAssign::Yes && puller::all_held(reads, id).await {
                return Ok(((), judge_role_right_not_needed(id)));
            }
            let finding = judge_role_right(id, role, &may);
            if may != MayAssign::No(Hindrance::NoRight) {
                return Ok(((), finding));
            }
            let (_, wanted) = wanted(reads, id).await;
            let helps = |sets: &[_]| !matches!(rights.may_assign_by(sets, wanted), MayAssign::No(_));
            let sentence = eligible::sentence(reads.door, &work, Side::B, &scope, helps).await;
            Ok(((), eligible::before(finding, sentence)))
        })
        .await
}

/// Judges whether the operator may give the role that the registry takes, and returns that role. What is to be given to
/// whom is waited for only where a condition asks for it.
async fn judged(reads: &Reads<'_>, id: &RegistryId, rights: &ScopeRights) -> (Option<Role>, MayAssign) {
    let any = rights.may_assign(RoleRequest { role: None, grantee: Grantee::Unknown });
    if matches!(any, MayAssign::Yes | MayAssign::No(Hindrance::NoRight)) {
        return (None, any);
    }
    let (role, wanted) = wanted(reads, id).await;
    (role, rights.may_assign(wanted))
}

/// Returns the role that the registry takes, and what is to be given to whom, as far as it is known before the run.
async fn wanted(reads: &Reads<'_>, id: &RegistryId) -> (Option<Role>, RoleRequest) {
    let mode = registry::usable(reads, id).await.ok().map(|(facts, _)| facts.mode);
    let role = mode.map(|mode| match mode {
        RoleMode::Registry => Role::AcrPull,
        RoleMode::Repositories => Role::RepositoryReader,
    });
    (role, RoleRequest { role: role.map(Role::definition), grantee: grantee(reads, id).await })
}

/// Returns the service principal that is to be given the role, as far as it is known before the run.
async fn grantee(reads: &Reads<'_>, id: &RegistryId) -> Grantee {
    let clusters = &reads.inputs.clusters;
    let [cluster] = clusters.as_slice() else { return Grantee::Unknown };
    if reads.asks(&Check::Puller(cluster.clone(), id.clone())) {
        return puller::of(reads, cluster, id).await.map_or(Grantee::Unknown, Grantee::Known);
    }
    if reads.asks(&Check::App) {
        return app::chosen(reads, cluster).await.map_or(Grantee::Unknown, app::grantee);
    }
    Grantee::Unknown
}

/// Asks whether the operator may do all of this at a scope. Where the right lacks, the role is named that would give it,
/// once it is activated.
async fn to_do(
    reads: &Reads<'_>,
    check: Check,
    side: Side,
    scope: &str,
    actions: &[&'static str],
    judge: impl Fn(&MayDo) -> Finding,
) -> Result<(), CheckStopped> {
    let work = Work::Check(check.clone());
    reads
        .ask(check.clone(), async {
            let rights = ScopeRights::read(reads.door, &work, side, scope).await;
            let rights = rights.map_err(|error| call_stop(check, "your rights cannot be read", error))?;
            let may = rights.may_do(actions);
            let finding = judge(&may);
            let MayDo::Lacks(lacks) = may else { return Ok(((), finding)) };
            let helps = |sets: &[_]| matches!(rights.may_do_by(sets, &lacks), MayDo::Has(denial) if !denial.is_sure());
            let sentence = eligible::sentence(reads.door, &work, side, scope, helps).await;
            Ok(((), eligible::before(finding, sentence)))
        })
        .await
}

/// Asks for the right to make a repository token.
pub(super) async fn to_make_token(reads: &Reads<'_>, id: &RegistryId) -> Result<(), CheckStopped> {
    let check = Check::TokenRight(id.clone());
    if id.server().is_some() || !reads.door.tokens().signs_in(Side::B) {
        return reads.ask(check, async { Err(judge_token_right_of_nobody(id)) }).await;
    }
    to_do(reads, check, Side::B, &id.to_string(), &TOKEN_ACTIONS, |may| judge_token_right(id, may)).await
}

/// Asks for the right to use the admin account.
pub(super) async fn to_be_admin(reads: &Reads<'_>, id: &RegistryId) -> Result<(), CheckStopped> {
    let check = Check::AdminRight(id.clone());
    if id.server().is_some() || !reads.door.tokens().signs_in(Side::B) {
        return reads.ask(check, async { Err(judge_admin_right_of_nobody(id)) }).await;
    }
    to_do(reads, check, Side::B, &id.to_string(), &ADMIN_ACTIONS, |may| judge_admin_right(id, may)).await
}
