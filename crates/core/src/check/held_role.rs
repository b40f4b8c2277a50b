//! A role that a principal has.

use serde::{Deserialize, Serialize};

/// A role that a principal has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct HeldRole {
    pub role: String,
    /// The role definition's id, as the assignment names it.
    pub definition: String,
    /// The scope of the assignment.
    pub scope: String,
    /// The condition of the assignment, version 2.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

impl HeldRole {
    /// Returns the GUID of the role definition, the last part of its id. `None` where that is no GUID.
    #[must_use]
    pub fn definition_guid(&self) -> Option<uuid::Uuid> {
        last_part(&self.definition).parse().ok()
    }

    /// Returns the key that tells this role from others: definition and scope, in lower case.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{} on {}", last_part(&self.definition), self.scope).to_ascii_lowercase()
    }

    /// True where an assignment names this role definition and this scope.
    #[must_use]
    pub fn is_at(&self, definition: &str, scope: &str) -> bool {
        let plain = |scope: &str| scope.trim_end_matches('/').to_ascii_lowercase();
        last_part(&self.definition).eq_ignore_ascii_case(last_part(definition)) && plain(&self.scope) == plain(scope)
    }

    /// Returns the role and the last part of its scope, for a screen.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{} on {}", self.role, self.scope_name())
    }

    /// Returns the last part of the scope, for a screen.
    #[must_use]
    pub fn scope_name(&self) -> &str {
        last_part(&self.scope)
    }
}

/// A role of the present principal that the operator's account cannot give the new one. Somebody else may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithheldRole {
    /// The role.
    #[serde(flatten)]
    pub role: HeldRole,
    /// The reason, as the second half of a sentence.
    pub why: String,
}

/// A role that the new principal gets because the cluster needs it, though the present one has it otherwise: by a group, or by
/// a role that cannot be copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeededRole {
    /// The role.
    #[serde(flatten)]
    pub role: HeldRole,
    /// The reason, as the end of a sentence that begins with "to".
    pub why: String,
}

impl std::fmt::Display for NeededRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (to {})", self.role.short(), self.why)
    }
}

impl std::fmt::Display for WithheldRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.role.short(), self.why)
    }
}

/// Returns the last segment of a resource id.
fn last_part(scope: &str) -> &str {
    scope.rsplit('/').find(|p| !p.is_empty()).unwrap_or(scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(scope: &str) -> HeldRole {
        let definition =
            "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c";
        let role = "Contributor".to_owned();
        HeldRole { role, definition: definition.to_owned(), scope: scope.to_owned(), condition: None }
    }

    #[test]
    fn a_role_is_known_by_definition_and_scope_whatever_their_case() {
        let one = held("/subscriptions/s/resourceGroups/MC_x");
        let other = held("/subscriptions/s/resourcegroups/mc_x");
        assert_eq!(one.key(), other.key());
        assert_eq!(
            one.definition_guid().map(|g| g.to_string()).as_deref(),
            Some("b24988ac-6180-42a0-ab88-20f7382dd24c")
        );
    }
}
