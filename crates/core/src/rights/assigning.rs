//! The right to give a role: who has it may still be kept from giving this one, by the condition that the right is held
//! under or by a deny assignment (`docs/facts/azure.md` 3.7 and 9.8).

use super::PermissionSet;
use super::constraint::{ASSIGN, Act, Grantee, RoleRequest, fulfils};
use super::deny::{Caller, Denial, DenyAssignment, denial};

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
    /// The condition of its right leaves this out.
    Condition(LeftOut),
    /// The deny assignment of this name forbids it.
    Deny(String),
}

/// What the condition of a right to give roles leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// The role, whoever is to get it.
    Role,
    /// The principal that is to get it.
    Principal,
    /// Every principal of its type: service principals.
    Type,
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
            Self::Condition(LeftOut::Role) => {
                f.write_str("a condition of your right to assign roles there leaves it out")
            }
            Self::Condition(LeftOut::Principal) => {
                f.write_str("a condition of your right to assign roles there leaves out the new service principal")
            }
            Self::Condition(LeftOut::Type) => {
                f.write_str("a condition of your right to assign roles there leaves out service principals")
            }
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
    let act = Act::from(wanted);
    let (mut left_out, mut doubt, mut allowed) = (None, None, false);
    for set in sets.iter().filter(|set| set.holds(ASSIGN)) {
        match fulfils(set.condition.as_deref(), set.condition_version.as_deref(), act) {
            Some(true) => allowed = true,
            Some(false) => left_out = left_out.or_else(|| Some(left_out_by(set, wanted))),
            None => doubt = Some(Doubt::Condition),
        }
    }
    let doubt = match (allowed, doubt, left_out) {
        (true, ..) => None,
        (false, Some(doubt), _) => Some(doubt),
        (false, None, Some(left_out)) => return MayAssign::No(Hindrance::Condition(left_out)),
        (false, None, None) => return MayAssign::No(Hindrance::NoRight),
    };
    let denied = match denial(denies, caller, scope, act) {
        Denial::By(name) => return MayAssign::No(Hindrance::Deny(name)),
        Denial::Perhaps(name) => Some(Doubt::Deny(name)),
        Denial::Unseen => Some(Doubt::DenyUnseen),
        Denial::No => None,
    };
    doubt.or(denied).map_or(MayAssign::Yes, MayAssign::Unclear)
}

/// Tells what the condition of a set leaves out, where it leaves a wanted role out: what has to be left open for the
/// condition not to refuse.
fn left_out_by(set: &PermissionSet, wanted: RoleRequest) -> LeftOut {
    let refuses = |act| fulfils(set.condition.as_deref(), set.condition_version.as_deref(), act) == Some(false);
    let anybody = RoleRequest { grantee: Grantee::Unknown, ..wanted };
    if refuses(Act { to_type: None, ..Act::from(anybody) }) {
        LeftOut::Role
    } else if refuses(Act::from(anybody)) {
        LeftOut::Type
    } else {
        LeftOut::Principal
    }
}

#[cfg(test)]
mod tests;
