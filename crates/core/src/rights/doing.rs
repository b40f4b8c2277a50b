//! The right to do something at a scope: who has it may still be kept from it by a deny assignment (`docs/facts/azure.md`
//! 9.8).

use super::constraint::Act;
use super::deny::{Caller, Denial, DenyAssignment, denial};
use super::{PermissionSet, allows};

/// The answer to whether an account may do several things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MayDo {
    /// It has not the right to these actions.
    Lacks(Vec<&'static str>),
    /// It has the right to all of them, and the deny assignments do this to it.
    Has(Denial),
}

/// Judges whether an account may do several things at a scope, by its permission sets there and the deny assignments at
/// the scope and above it. `None` where these may not be read.
#[must_use]
pub fn may_do(
    sets: &[PermissionSet],
    denies: Option<&[DenyAssignment]>,
    caller: &Caller,
    scope: &str,
    actions: &[&'static str],
) -> MayDo {
    let lacks: Vec<&'static str> = actions.iter().copied().filter(|action| !allows(sets, action)).collect();
    if !lacks.is_empty() {
        return MayDo::Lacks(lacks);
    }
    MayDo::Has(denied(denies, caller, scope, actions.iter().copied()))
}

/// Judges what the deny assignments at a scope and above it do to several actions of a principal. `None` where these may
/// not be read.
#[must_use]
pub fn denied<'a>(
    denies: Option<&[DenyAssignment]>,
    caller: &Caller,
    scope: &str,
    actions: impl IntoIterator<Item = &'a str>,
) -> Denial {
    let mut told = Denial::No;
    for action in actions {
        match denial(denies, caller, scope, Act::of(action)) {
            forbids @ Denial::By(_) => return forbids,
            unclear if told == Denial::No => told = unclear,
            _ => {}
        }
    }
    told
}
