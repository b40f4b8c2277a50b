//! A caller's rights, evaluated from Resource Manager's answer to "Permissions - List", and what takes them away again:
//! conditions and deny assignments.

use serde::{Deserialize, Serialize};

use constraint::{Act, fulfils};

mod assigning;
mod constraint;
mod deny;
mod doing;

pub use assigning::{Doubt, Hindrance, LeftOut, MayAssign, may_assign};
pub use constraint::{ASSIGN, Grantee, RoleRequest};
pub use deny::{Caller, Denial, DenyAssignment};
pub use doing::{MayDo, denied, may_do};

/// One permission set: one role that the caller has at the scope.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PermissionSet {
    /// Actions that the role allows, with wildcards.
    pub actions: Vec<String>,
    /// Actions that this role excludes from its own. Another role may allow them.
    pub not_actions: Vec<String>,
    /// Actions on data that the role allows, with wildcards.
    pub data_actions: Vec<String>,
    /// Actions on data that this role excludes from its own.
    pub not_data_actions: Vec<String>,
    /// The condition that the role is held under, where it is held under one (`docs/facts/azure.md` 3.7).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The version of the condition's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition_version: Option<String>,
}

impl PermissionSet {
    /// True where the set holds an action of Resource Manager's, whatever its condition says.
    fn holds(&self, action: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|p| matches(p, action));
        any(&self.actions) && !any(&self.not_actions)
    }
}

/// True where the caller may likely do this. Deny assignments and conditions can still refuse (`docs/facts/azure.md`
/// 3.7).
///
/// A set allows an action that one of its `actions` matches and none of its `notActions` does. The sets add up.
#[must_use]
pub fn allows(sets: &[PermissionSet], action: &str) -> bool {
    sets.iter().any(|set| set.holds(action))
}

/// True where the holder of these sets may likely do this to data. The sets add up as for [`allows`].
#[must_use]
pub fn allows_data(sets: &[PermissionSet], action: &str) -> bool {
    let any = |patterns: &[String]| patterns.iter().any(|p| matches(p, action));
    sets.iter().any(|set| any(&set.data_actions) && !any(&set.not_data_actions))
}

/// Returns whether sets allow an action, on data or not, with the conditions that they are held under. `None` where that
/// hangs on a condition of which nobody can tell whether it is fulfilled.
#[must_use]
pub fn allows_under_conditions(sets: &[PermissionSet], action: &str, on_data: bool) -> Option<bool> {
    let any = |patterns: &[String]| patterns.iter().any(|p| matches(p, action));
    let holds = |set: &&PermissionSet| match on_data {
        true => any(&set.data_actions) && !any(&set.not_data_actions),
        false => set.holds(action),
    };
    let fulfilled =
        |set: &PermissionSet| fulfils(set.condition.as_deref(), set.condition_version.as_deref(), Act::of(action));
    let answers: Vec<Option<bool>> = sets.iter().filter(holds).map(fulfilled).collect();
    match (answers.contains(&Some(true)), answers.contains(&None)) {
        (true, _) => Some(true),
        (false, true) => None,
        (false, false) => Some(false),
    }
}

/// True where a pattern matches an action: `*` stands for any text, slashes included, and case does not count. Between
/// slashes it stands for nothing too: Managed Identity Operator allows `userAssignedIdentities/*/assign/action`, which is
/// the action `userAssignedIdentities/assign/action` (`docs/facts/azure.md` 3.7).
fn matches(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    spans(&pattern, &action) || (pattern.contains("/*/") && spans(&pattern.replace("/*/", "/"), &action))
}

/// True where `*` in a pattern can stand for text that makes the pattern the action.
fn spans(pattern: &str, action: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(first) = parts.next() else {
        return false;
    };
    let Some(mut rest) = action.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            match rest.find(before) {
                Some(at) => rest = rest.get(at + before.len()..).unwrap_or_default(),
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |end| rest.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(actions: &[&str], not_actions: &[&str]) -> PermissionSet {
        let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        PermissionSet { actions: own(actions), not_actions: own(not_actions), ..PermissionSet::default() }
    }

    const ASSIGN: &str = "Microsoft.Authorization/roleAssignments/write";

    #[test]
    fn contributor_may_not_assign_roles_and_a_second_role_gives_it_back() {
        let contributor = set(&["*"], &["Microsoft.Authorization/*/Write", "Microsoft.Authorization/*/Delete"]);
        assert!(!allows(std::slice::from_ref(&contributor), ASSIGN));
        assert!(allows(&[contributor, set(&["Microsoft.Authorization/roleAssignments/*"], &[])], ASSIGN));
    }

    #[test]
    fn wildcards_span_slashes_and_case_does_not_count() {
        for (pattern, action, yes) in [
            ("*/read", "Microsoft.ContainerRegistry/registries/read", true),
            ("*/read", "Microsoft.ContainerRegistry/registries/read/x", false),
            ("microsoft.containerservice/managedclusters/*", "Microsoft.ContainerService/managedClusters/a/b", true),
            ("a*a", "a", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxc", false),
            ("a/*/read", "a/read", true),
            ("a/*/read", "a/b/read", true),
            ("a/*/read", "ab/read", false),
            ("exact", "exact", true),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern, action), yes, "{pattern} ~ {action}");
        }
    }
}
