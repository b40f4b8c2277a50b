//! The checks of rights: may the operator reset the cluster's service principal, and assign roles or make a token on the
//! registry?

use crosspull_core::check::{
    ADMIN_ACTIONS, Check, TOKEN_ACTIONS, judge_admin_right, judge_admin_right_of_nobody, judge_reset_right,
    judge_role_right, judge_role_right_not_needed, judge_token_right, judge_token_right_of_nobody,
};
use crosspull_core::ids::{ClusterId, RegistryId};
use crosspull_core::names::Side;

use super::reads::Reads;
use super::{CheckStopped, puller};

const RESET: &str = "Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action";
/// The right to assign roles.
pub(super) const ASSIGN: &str = "Microsoft.Authorization/roleAssignments/write";

pub(super) async fn to_reset(reads: &Reads<'_>, id: &ClusterId) -> Result<(), CheckStopped> {
    let check = Check::ResetRight(id.clone());
    reads
        .ask(check.clone(), async {
            let allowed = reads.may(&check, Side::A, &id.to_string(), RESET).await?;
            Ok(((), judge_reset_right(id, allowed)))
        })
        .await
}

/// Asks for the right to assign roles. Nobody needs that right where every cluster has the role already.
pub(super) async fn to_assign(reads: &Reads<'_>, id: &RegistryId) -> Result<(), CheckStopped> {
    let check = Check::RoleRight(id.clone());
    reads
        .ask(check.clone(), async {
            let allowed = reads.may(&check, Side::B, &id.to_string(), ASSIGN).await;
            if !matches!(allowed, Ok(true)) && puller::all_held(reads, id).await {
                return Ok(((), judge_role_right_not_needed(id)));
            }
            Ok(((), judge_role_right(id, allowed?)))
        })
        .await
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
            Ok(((), judge_token_right(id, &lacks)))
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
            Ok(((), judge_admin_right(id, &lacks)))
        })
        .await
}
