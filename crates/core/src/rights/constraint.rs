//! The conditions on the right to give roles: which roles, to whom.
//!
//! Sources: Azure RBAC documentation, "Delegate Azure role assignment management to others with conditions" and its
//! examples; "Azure role assignment condition format and syntax"; `docs/facts/azure.md` 3.7.

use uuid::Uuid;

use super::matches;
use crate::condition::{Comparison, Expression, Leaf, Value};
use crate::ids::ObjectId;

/// The right to give roles.
pub const ASSIGN: &str = "Microsoft.Authorization/roleAssignments/write";

/// What the conditions of that right ask of a role assignment.
const ROLE: &str = "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId]";
const PRINCIPAL: &str = "@Request[Microsoft.Authorization/roleAssignments:PrincipalId]";
const PRINCIPAL_TYPE: &str = "@Request[Microsoft.Authorization/roleAssignments:PrincipalType]";

/// The type of every principal that crosspull gives a role.
const SERVICE_PRINCIPAL: &str = "ServicePrincipal";

/// The one version of the language of conditions (contract of role assignments, `conditionVersion`).
const LANGUAGE: &str = "2.0";

/// A role that a service principal is to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleRequest {
    /// The role definition. `None` where it is not known.
    pub role: Option<Uuid>,
    /// The service principal.
    pub grantee: Grantee,
}

/// The service principal that is to be given a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grantee {
    /// The one of this object id.
    Known(ObjectId),
    /// One that is not made yet, so nobody can have named it.
    New,
    /// Nobody knows which.
    Unknown,
}

/// Something that an account wants to do, as conditions see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act<'a> {
    /// The action of Resource Manager's.
    pub action: &'a str,
    /// The role that is to be given, where the action gives one.
    pub gives: Option<RoleRequest>,
    /// The type of the principal that is given it. `None` leaves it open.
    pub to_type: Option<&'static str>,
}

impl<'a> Act<'a> {
    /// Returns an action that gives no role.
    pub(super) const fn of(action: &'a str) -> Self {
        Self { action, gives: None, to_type: None }
    }
}

impl From<RoleRequest> for Act<'_> {
    fn from(wanted: RoleRequest) -> Self {
        Self { action: ASSIGN, gives: Some(wanted), to_type: Some(SERVICE_PRINCIPAL) }
    }
}

/// Judges whether a condition holds for an action. `None` where that is not clear.
pub(super) fn fulfils(condition: Option<&str>, version: Option<&str>, act: Act<'_>) -> Option<bool> {
    let Some(condition) = condition.filter(|text| !text.trim().is_empty()) else { return Some(true) };
    if version.is_some_and(|version| version != LANGUAGE) {
        return None;
    }
    Expression::read(condition)?.is_true(&|leaf| match leaf {
        Leaf::Action(pattern) => Some(matches(pattern, act.action)),
        Leaf::Comparison(comparison) => holds(comparison, act),
    })
}

/// Judges a comparison with an attribute of the role assignment. `None` for what is not known here.
fn holds(comparison: &Comparison, act: Act<'_>) -> Option<bool> {
    let wanted = act.gives?;
    let is_about = |attribute: &str| comparison.attribute.eq_ignore_ascii_case(attribute);
    let (of_any, equality) = operator(comparison)?;
    let one = |value: &Value| -> Option<bool> {
        let equal = if is_about(ROLE) {
            guid(value, &equality)? == wanted.role?
        } else if is_about(PRINCIPAL) {
            let named = guid(value, &equality)?;
            match wanted.grantee {
                Grantee::Known(principal) => principal.0 == named,
                Grantee::New => false,
                Grantee::Unknown => return None,
            }
        } else if is_about(PRINCIPAL_TYPE) {
            let own = act.to_type?;
            match (value, equality.kind) {
                (Value::Text(text), Kind::IgnoringCase) => text.eq_ignore_ascii_case(own),
                (Value::Text(text), Kind::AsWritten) => text == own,
                _ => return None,
            }
        } else {
            return None;
        };
        Some(equal != equality.negated)
    };
    let answers: Vec<bool> = comparison.values.iter().map(one).collect::<Option<_>>()?;
    Some(if of_any { answers.contains(&true) } else { !answers.contains(&false) })
}

/// A comparison for equality.
struct Equality {
    negated: bool,
    kind: Kind,
}

/// The things that are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Guids,
    AsWritten,
    IgnoringCase,
}

/// Returns whether one of the values suffices, or all of them count, and how each is compared. The attributes here
/// have one value each.
fn operator(comparison: &Comparison) -> Option<(bool, Equality)> {
    let (of_any, function) = match comparison.operator.split_once(':') {
        None if !comparison.in_set => (true, comparison.operator.as_str()),
        Some(("foranyofanyvalues" | "forallofanyvalues", function)) if comparison.in_set => (true, function),
        Some(("foranyofallvalues" | "forallofallvalues", function)) if comparison.in_set => (false, function),
        _ => return None,
    };
    let (negated, kind) = match function {
        "guidequals" => (false, Kind::Guids),
        "guidnotequals" => (true, Kind::Guids),
        "stringequals" => (false, Kind::AsWritten),
        "stringnotequals" => (true, Kind::AsWritten),
        "stringequalsignorecase" => (false, Kind::IgnoringCase),
        "stringnotequalsignorecase" => (true, Kind::IgnoringCase),
        _ => return None,
    };
    Some((of_any, Equality { negated, kind }))
}

/// Returns the GUID in a value, which comes with dashes or without. `None` where the value is none.
fn guid(value: &Value, equality: &Equality) -> Option<Uuid> {
    match value {
        Value::Text(text) | Value::Word(text) if equality.kind == Kind::Guids => text.parse().ok(),
        _ => None,
    }
}
