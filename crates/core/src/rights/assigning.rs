//! The right to give a role: who has it may still be kept from giving this one, by the condition that the right is held
//! under or by a deny assignment (`docs/facts/azure.md` 3.7 and 9.8).

use super::PermissionSet;
use super::constraint::{ASSIGN, RoleRequest, fulfils};
use super::deny::{Caller, DenyAssignment};

/// The answer to whether an account may give a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MayAssign {
    /// It may, as far as can be seen.
    Yes,
    /// It may not.
    No(Hindrance),
    /// It has the right, and whether the right serves here is not clear.
    Unclear(Doubt),
}

/// The reason why an account may not give a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hindrance {
    /// It does not have the right at all.
    NoRight,
    /// The condition of its right leaves this role or this principal out.
    Condition,
    /// The deny assignment of this name forbids it.
    Deny(String),
}

/// The reason why it is not clear whether an account may give a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// Its right has a condition that is not understood.
    Condition,
    /// The deny assignment of this name may be about it.
    Deny(String),
    /// The deny assignments may not be read.
    DenyUnseen,
}

impl std::fmt::Display for Hindrance {
    /// Writes the reason as the second half of a sentence.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoRight => f.write_str("you may not assign roles there"),
            Self::Condition => f.write_str("a condition of your right to assign roles there leaves it out"),
            Self::Deny(name) => write!(f, "the deny assignment {name} forbids to assign roles there"),
        }
    }
}

impl std::fmt::Display for Doubt {
    /// Writes the reason as the second half of a sentence.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Condition => {
                f.write_str("your right to assign roles there has a condition that crosspull does not understand")
            }
            Self::Deny(name) => write!(f, "the deny assignment {name} may forbid to assign roles there"),
            Self::DenyUnseen => f.write_str("you may not see the deny assignments there"),
        }
    }
}

/// Judges whether an account may give a role at a scope, by its permission sets there and the deny assignments at the
/// scope and above it. `None` where these may not be read.
///
/// A set without a condition is enough; a deny assignment goes before every set.
#[must_use]
pub fn may_assign(
    sets: &[PermissionSet],
    denies: Option<&[DenyAssignment]>,
    caller: &Caller,
    scope: &str,
    wanted: RoleRequest,
) -> MayAssign {
    let (mut has_right, mut doubt) = (false, None);
    let mut allowed = false;
    for set in sets.iter().filter(|set| set.holds(ASSIGN)) {
        has_right = true;
        match fulfils(set.condition.as_deref(), set.condition_version.as_deref(), wanted) {
            Some(true) => allowed = true,
            Some(false) => {}
            None => doubt = Some(Doubt::Condition),
        }
    }
    if !has_right {
        return MayAssign::No(Hindrance::NoRight);
    }
    if !allowed && doubt.is_none() {
        return MayAssign::No(Hindrance::Condition);
    }
    let mut doubt = if allowed { None } else { doubt };
    let Some(denies) = denies else { return MayAssign::Unclear(doubt.unwrap_or(Doubt::DenyUnseen)) };
    for deny in denies {
        match deny.forbids(caller, scope, wanted) {
            Some(true) => return MayAssign::No(Hindrance::Deny(deny.name())),
            Some(false) => {}
            None => doubt = doubt.or_else(|| Some(Doubt::Deny(deny.name()))),
        }
    }
    doubt.map_or(MayAssign::Yes, MayAssign::Unclear)
}

#[cfg(test)]
mod tests;
