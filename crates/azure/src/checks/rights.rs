//! The checks of rights: may the operator reset the cluster's service principal, and assign roles or make a token on the
//! registry?

use crosspull_core::check::{
    ADMIN_ACTIONS, Check, Finding, RoleMode, TOKEN_ACTIONS, judge_admin_right, judge_admin_right_of_nobody,
    judge_reset_right, judge_role_right, judge_role_right_not_needed, judge_token_right, judge_token_right_of_nobody,
};
use crosspull_core::event::Work;
use crosspull_core::ids::{ClusterId, RegistryId};
use crosspull_core::names::{Role, Side};
use crosspull_core::rights::{ASSIGN, Grantee, Hindrance, MayAssign, RoleRequest};

use super::assigning::ScopeRights;
use super::reads::Reads;
use super::{CheckStopped, app, call_stop, eligible, puller, registry};

const RESET: &str = "Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action";

pub(super) async fn to_reset(reads: &Reads<'_>, id: &ClusterId) -> Result<(), CheckStopped> {
    let check = Check::ResetRight(id.clone());
    reads
        .ask(check.clone(), async {
            let allowed = reads.may(&check, Side::A, &id.to_string(), RESET).await?;
            let lacks: &[&str] = if allowed { &[] } else { &[RESET] };
            Ok(((), with_eligible(reads, judge_reset_right(id, allowed), &id.to_string(), lacks).await))
        })
        .await
}

/// Asks for the right to assign the role that the registry takes. Nobody needs that right where every cluster has the
/// role already.
pub(super) async fn to_assign(reads: &Reads<'_>, id: &RegistryId) -> Result<(), CheckStopped> {
    let check = Check::RoleRight(id.clone());
    let work = Work::Check(check.clone());
    let scope = id.to_string();
    reads
        .ask(check.clone(), async {
            let rights = ScopeRights::read(reads.door, &work, Side::B, &scope).await;
            let (role, may) = match rights {
                Ok(rights) => {
                    let (role, may) = judged(reads, id, &rights).await;
                    (role, Ok(may))
                }
                Err(error) => (None, Err(error)),
            };
            if !matches!(may, Ok(MayAssign::Yes)) && puller::all_held(reads, id).await {
                return Ok(((), judge_role_right_not_needed(id)));
            }
            let may = may.map_err(|error| call_stop(check.clone(), "your rights cannot be read", error))?;
            let finding = judge_role_right(id, role, &may);
            let lacks: &[&str] = if may == MayAssign::No(Hindrance::NoRight) { &[ASSIGN] } else { &[] };
            Ok(((), with_eligible(reads, finding, &scope, lacks).await))
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
    let mode = registry::usable(reads, id).await.ok().map(|(facts, _)| facts.mode);
    let role = mode.map(|mode| match mode {
        RoleMode::Registry => Role::AcrPull,
        RoleMode::Repositories => Role::RepositoryReader,
    });
    let wanted = RoleRequest { role: role.map(Role::definition), grantee: grantee(reads, id).await };
    (role, rights.may_assign(wanted))
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

/// Names the role that would give the rights which lack, once it is activated, where there is one.
async fn with_eligible(reads: &Reads<'_>, finding: Finding, scope: &str, lacks: &[&str]) -> Finding {
    if lacks.is_empty() {
        return finding;
    }
    let (work, side) = (Work::Check(finding.check.clone()), finding.check.side().unwrap_or(Side::A));
    let sentence = eligible::sentence(reads.door, &work, side, scope, lacks).await;
    eligible::before(finding, sentence)
}

/// Asks for the right to make a repository token.
pub(super) async fn to_make_token(reads: &Reads<'_>, id: &RegistryId) -> Result<(), CheckStopped> {
    let check = Check::TokenRight(id.clone());
    reads
        .ask(check.clone(), async {
            if id.server().is_some() || !reads.door.tokens().signs_in(Side::B) {
                return Err(judge_token_right_of_nobody(id));
            }
            let lacks = reads.lacks(&check, Side::B, &id.to_string(), &TOKEN_ACTIONS).await?;
            Ok(((), with_eligible(reads, judge_token_right(id, &lacks), &id.to_string(), &lacks).await))
        })
        .await
}

/// Asks for the right to use the admin account.
pub(super) async fn to_be_admin(reads: &Reads<'_>, id: &RegistryId) -> Result<(), CheckStopped> {
    let check = Check::AdminRight(id.clone());
    reads
        .ask(check.clone(), async {
            if id.server().is_some() || !reads.door.tokens().signs_in(Side::B) {
                return Err(judge_admin_right_of_nobody(id));
            }
            let lacks = reads.lacks(&check, Side::B, &id.to_string(), &ADMIN_ACTIONS).await?;
            Ok(((), with_eligible(reads, judge_admin_right(id, &lacks), &id.to_string(), &lacks).await))
        })
        .await
}
