//! The check of the right to assign roles: may the operator assign roles on the registry?

use super::{About, Check, Finding};
use crate::ids::RegistryId;

pub(super) fn about(id: &RegistryId) -> About {
    About::of_b(format!("your right to assign roles on {}", id.name()))
}

/// Judges the right to assign roles where the role is held already: nobody needs to assign it.
#[must_use]
pub fn judge_role_right_not_needed(registry: &RegistryId) -> Finding {
    let check = Check::RoleRight(registry.clone());
    check.pass(format!(
        "nothing is to be assigned on {}, so the right to assign roles there is not needed",
        registry.name()
    ))
}

/// Judges the right to assign roles on a registry.
#[must_use]
pub fn judge_role_right(registry: &RegistryId, allowed: bool) -> Finding {
    let check = Check::RoleRight(registry.clone());
    let name = registry.name();
    if allowed {
        check.pass(format!("you may assign roles on {name}"))
    } else {
        check.stop(
            format!("you may not assign roles on {name}"),
            format!(
                "It needs Microsoft.Authorization/roleAssignments/write. Ask an owner of {name} for Role Based Access \
                 Control Administrator, sign in with another account, or let somebody else give it: --sign-in-b none"
            ),
        )
    }
}
