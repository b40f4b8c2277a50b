//! The rights at a scope: permission sets, and the deny assignments that go before them.

use crosspull_core::event::Work;
use crosspull_core::names::Side;
use crosspull_core::rights::{
    Caller, DenyAssignment, MayAssign, MayDo, PermissionSet, RoleRequest, may_assign, may_do,
};
use futures_util::future::join;

use crate::door::Door;
use crate::patience::patiently;
use crate::reply;
use crate::request::{self, Audience};
use crate::wire::CallError;

/// The rights of the operator at a scope.
#[derive(Debug)]
pub(super) struct ScopeRights {
    scope: String,
    sets: Vec<PermissionSet>,
    /// The deny assignments at the scope and above it. `None` where the operator may not see them.
    denies: Option<Vec<DenyAssignment>>,
    caller: Caller,
}

impl ScopeRights {
    /// Reads the rights at a scope, with patience.
    ///
    /// # Errors
    /// The error of a read that is needed. That deny assignments may not be seen is none.
    pub(super) async fn read(door: &Door, work: &Work, side: Side, scope: &str) -> Result<Self, CallError> {
        let permissions = request::permissions(door.endpoints(), side, scope);
        let denies = request::deny_assignments(door.endpoints(), side, scope);
        let (sets, denies) = join(
            patiently(door.wire(), work, async || door.list(work, permissions.clone()).await),
            patiently(door.wire(), work, async || door.list(work, denies.clone()).await),
        )
        .await;
        let sets: Vec<PermissionSet> = sets?;
        let denies = match denies {
            Ok(denies) => Some(denies),
            Err(CallError::Refused(r)) if r.refusal.status == Some(403) => None,
            Err(error) => return Err(error),
        };
        let token = door.tokens().token(side, Audience::Arm).await.map_err(CallError::SignIn)?;
        Ok(Self { scope: scope.to_owned(), sets, denies, caller: reply::caller_of(&token) })
    }

    /// Judges whether the operator may give a role at the scope.
    pub(super) fn may_assign(&self, wanted: RoleRequest) -> MayAssign {
        self.may_assign_by(&self.sets, wanted)
    }

    /// Judges whether the operator could give a role at the scope by other permission sets.
    pub(super) fn may_assign_by(&self, sets: &[PermissionSet], wanted: RoleRequest) -> MayAssign {
        may_assign(sets, self.denies.as_deref(), &self.caller, &self.scope, wanted)
    }

    /// Judges whether the operator may do all of this at the scope.
    pub(super) fn may_do(&self, actions: &[&'static str]) -> MayDo {
        may_do(&self.sets, self.denies.as_deref(), &self.caller, &self.scope, actions)
    }

    /// Judges whether the operator could do all of this at the scope by other permission sets.
    pub(super) fn may_do_by(&self, sets: &[PermissionSet], actions: &[&'static str]) -> MayDo {
        may_do(sets, self.denies.as_deref(), &self.caller, &self.scope, actions)
    }
}
