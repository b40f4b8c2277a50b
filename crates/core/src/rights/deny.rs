//! Deny assignments: what they forbid, to whom, and where.
//!
//! Sources: Azure RBAC documentation, "Understand Azure deny assignments" and "List Azure deny assignments"; the fields are
//! those of Microsoft's SDK for version 2022-04-01 (`docs/facts/azure.md` 9.8).

use serde::Deserialize;
use uuid::Uuid;

use super::PermissionSet;
use super::constraint::{Act, fulfils};
use crate::ids::ObjectId;
use crate::text::printable;

/// The id that stands for every principal.
const EVERYBODY: Uuid = Uuid::nil();

/// An account, as its token tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// Its object id. `None` where the token does not tell.
    pub id: Option<ObjectId>,
    /// The groups that it is in. `None` where the token does not tell.
    pub groups: Option<Vec<Uuid>>,
}

/// What deny assignments do to an action that an account has the right to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// None forbids it.
    No,
    /// The deny assignment of this name forbids it.
    By(String),
    /// The deny assignment of this name may be about it.
    Perhaps(String),
    /// The deny assignments may not be read.
    Unseen,
}

impl Denial {
    /// True where a deny assignment forbids the action for sure.
    #[must_use]
    pub const fn is_sure(&self) -> bool {
        matches!(self, Self::By(_))
    }
}

/// A deny assignment.
#[derive(Debug, Clone, Deserialize)]
pub struct DenyAssignment {
    properties: Properties,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Properties {
    deny_assignment_name: Option<String>,
    permissions: Option<Vec<PermissionSet>>,
    scope: Option<String>,
    do_not_apply_to_child_scopes: Option<bool>,
    principals: Option<Vec<Listed>>,
    exclude_principals: Option<Vec<Listed>>,
    condition: Option<String>,
    condition_version: Option<String>,
    /// `Enforced` or `Audit`, in newer versions.
    deny_assignment_effect: Option<String>,
}

/// A principal that a deny assignment lists.
#[derive(Debug, Clone, Deserialize)]
struct Listed {
    /// The object id; the nil GUID stands for everybody.
    #[serde(default)]
    id: Option<String>,
    /// `User`, `Group`, `ServicePrincipal`, `SystemDefined`.
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

impl DenyAssignment {
    /// Returns the name that people see.
    #[must_use]
    pub fn name(&self) -> String {
        let name = self.properties.deny_assignment_name.as_deref().filter(|name| !name.is_empty());
        name.map_or_else(|| "without a name".to_owned(), |name| format!("\"{}\"", printable(name, 80)))
    }

    /// Judges whether it keeps an account from an action at a scope that it is listed for. `None` where that is not
    /// clear.
    fn forbids(&self, caller: &Caller, scope: &str, act: Act<'_>) -> Option<bool> {
        let all = &self.properties;
        if all.deny_assignment_effect.as_deref().is_some_and(|effect| effect.eq_ignore_ascii_case("Audit")) {
            return Some(false);
        }
        if all.do_not_apply_to_child_scopes == Some(true) && !all.scope.as_deref().is_some_and(|own| same(own, scope)) {
            return Some(false);
        }
        let sets = all.permissions.iter().flatten().filter(|set| set.holds(act.action));
        let denied = any(sets.map(|set| fulfils(set.condition.as_deref(), set.condition_version.as_deref(), act)));
        let means = |part: &Option<Vec<Listed>>| any(part.iter().flatten().map(|one| one.means(caller)));
        let parts = [
            denied,
            fulfils(all.condition.as_deref(), all.condition_version.as_deref(), act),
            means(&all.principals),
            means(&all.exclude_principals).map(|is_excluded| !is_excluded),
        ];
        if parts.contains(&Some(false)) {
            return Some(false);
        }
        (!parts.contains(&None)).then_some(true)
    }
}

/// Judges what the deny assignments at a scope and above it do to an action of an account. `None` where they may not be
/// read.
pub(super) fn denial(denies: Option<&[DenyAssignment]>, caller: &Caller, scope: &str, act: Act<'_>) -> Denial {
    let Some(denies) = denies else { return Denial::Unseen };
    let mut told = Denial::No;
    for deny in denies {
        match deny.forbids(caller, scope, act) {
            Some(true) => return Denial::By(deny.name()),
            None if told == Denial::No => told = Denial::Perhaps(deny.name()),
            Some(false) | None => {}
        }
    }
    told
}

impl Listed {
    /// Judges whether an account is meant. `None` where that depends on groups that the token does not tell.
    fn means(&self, caller: &Caller) -> Option<bool> {
        let id: Uuid = self.id.as_deref()?.parse().ok()?;
        if id == EVERYBODY || caller.id == Some(ObjectId(id)) {
            return Some(true);
        }
        let is_group = self.kind.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("Group"));
        match &caller.groups {
            Some(groups) => Some(groups.contains(&id)),
            None if is_group => None,
            None => caller.id.map(|_| false),
        }
    }
}

/// Returns whether one of several is true. `None` where that depends on one that is not clear.
fn any(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut unclear = false;
    for part in parts {
        match part {
            Some(true) => return Some(true),
            Some(false) => {}
            None => unclear = true,
        }
    }
    (!unclear).then_some(false)
}

fn same(one: &str, other: &str) -> bool {
    one.trim_end_matches('/').eq_ignore_ascii_case(other.trim_end_matches('/'))
}
