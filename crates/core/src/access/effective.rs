//! The effective permissions of a principal: what it holds by its role assignments and by those of its groups, against
//! what is needed (Microsoft, "Understand Azure role definitions", "Understand scope for Azure RBAC", "What is Azure
//! ABAC?").

use super::question::reaches;
use super::{Needed, NotRead};
use crate::rights::{Caller, Denial, DenyAssignment, PermissionSet, allows, denied};

/// A role assignment that reaches a principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The id of the assignment.
    pub id: String,
    /// The name of the role.
    pub role: String,
    /// The scope of the assignment.
    pub scope: String,
    /// The condition that it holds under.
    pub condition: Option<String>,
    /// The object id of the group that has it. `None` where the principal has it itself.
    pub group: Option<String>,
    /// The permissions of the role. The error is the reason why that is not known.
    pub sets: Result<Vec<PermissionSet>, NotRead>,
}

/// The assignments that reach a principal at a scope, above it and below it, as a list of that scope told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holdings {
    /// The scope that was asked about.
    pub scope: String,
    /// The assignments. The error is the reason why they are not known.
    pub holdings: Result<Vec<Holding>, NotRead>,
}

/// How a principal stands to something that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fulfilment<'a> {
    /// All of it is allowed, by these assignments.
    Held(Vec<&'a Holding>),
    /// All of it is allowed where the conditions of these assignments let it.
    UnderCondition(Vec<&'a Holding>),
    /// The roles are held, and the deny assignment of this name forbids it.
    Denied(String),
    /// These are not allowed.
    Lacks(Vec<&'a str>),
    /// Whether it may is not known, for this reason.
    NotKnown(NotRead),
}

/// The deny assignments at a scope and above it, and the principal whom they may be about.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Denies<'a> {
    pub principal: &'a Caller,
    /// The assignments; else why they could not be read, and then whether something is forbidden is not known.
    pub listed: Result<&'a [DenyAssignment], &'a NotRead>,
}

impl Holding {
    /// Returns the role, its place and the group that it comes by, for people.
    #[must_use]
    pub fn text(&self) -> String {
        let group = self.group.as_ref().map(|group| format!(", by the group {group}")).unwrap_or_default();
        format!("{} on {}{group}", self.role, super::needed::short_place(&self.scope))
    }

    /// True where it holds at a scope. What is assigned to a management group was listed because it reaches there: its
    /// scope does not tell.
    fn holds_at(&self, scope: &str) -> bool {
        const GROUPS: &str = "/providers/microsoft.management/managementgroups/";
        self.scope.to_ascii_lowercase().starts_with(GROUPS) || reaches(&self.scope, scope)
    }

    fn allows_any(&self, actions: &[String]) -> bool {
        self.sets.as_ref().is_ok_and(|sets| actions.iter().any(|action| allows(sets, action)))
    }
}

/// Judges how a principal stands to a need, by the lists of assignments that reach it, and by `denies` where they were asked
/// for. Permissions add up over all of them; one role's `notActions` take nothing from another. What was not read is never
/// taken for nothing.
#[must_use]
pub fn fulfilment<'a>(needed: &'a Needed, lists: &'a [Holdings], denies: Option<Denies<'_>>) -> Fulfilment<'a> {
    let about: Vec<&Holdings> = lists.iter().filter(|list| reaches(&list.scope, &needed.scope)).collect();
    let all = about.iter().filter_map(|list| list.holdings.as_ref().ok()).flatten();
    let here: Vec<&Holding> = all.filter(|holding| holding.holds_at(&needed.scope)).collect();
    let sets = |holdings: &[&Holding]| -> Vec<PermissionSet> {
        holdings.iter().filter_map(|holding| holding.sets.as_ref().ok()).flatten().cloned().collect()
    };
    let sure: Vec<&Holding> = here.iter().copied().filter(|holding| holding.condition.is_none()).collect();
    let lacking = |held: &[PermissionSet]| -> Vec<&'a str> {
        needed.actions.iter().map(String::as_str).filter(|action| !allows(held, action)).collect()
    };
    let lacks = lacking(&sets(&sure));
    let by = |holdings: Vec<&'a Holding>| holdings.into_iter().filter(|one| one.allows_any(&needed.actions)).collect();
    let under_condition = !lacks.is_empty() && lacking(&sets(&here)).is_empty();
    if lacks.is_empty() || under_condition {
        let held = if under_condition { Fulfilment::UnderCondition(by(here)) } else { Fulfilment::Held(by(sure)) };
        let Some(Denies { principal, listed }) = denies else { return held };
        let actions = needed.actions.iter().map(String::as_str);
        return match listed.map(|listed| denied(Some(listed), principal, &needed.scope, actions)) {
            Ok(Denial::By(name)) => Fulfilment::Denied(name),
            Ok(Denial::Perhaps(name)) => {
                Fulfilment::NotKnown(for_good(&format!("the deny assignment {name} may forbid it")))
            }
            Ok(Denial::No | Denial::Unseen) => held,
            Err(why) => Fulfilment::NotKnown(NotRead { why: format!("deny assignments: {}", why.why), ..why.clone() }),
        };
    }
    let unread_list = about.iter().find_map(|list| list.holdings.as_ref().err());
    let unread_role = here.iter().find_map(|holding| holding.sets.as_ref().err());
    match unread_list.or(unread_role) {
        Some(why) => Fulfilment::NotKnown(why.clone()),
        None if about.is_empty() => Fulfilment::NotKnown(for_good("no list of assignments was read there")),
        None => Fulfilment::Lacks(lacks),
    }
}

fn for_good(why: &str) -> NotRead {
    NotRead { why: why.to_owned(), may_pass: false }
}

#[cfg(test)]
mod tests;
