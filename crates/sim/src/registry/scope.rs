//! The scope of a registry token: `repository:shop/web:pull,push` (Docker token authentication specification).

use serde::{Deserialize, Serialize};

/// One entry of a token's `access` claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// `repository` or `registry`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The repository's name, or `catalog`.
    pub name: String,
    /// The actions: `pull`, `push`, `delete`, `metadata_read`, `*`.
    pub actions: Vec<String>,
}

impl Access {
    /// Parses one scope; nothing when it does not have the form `type:name:action,action`.
    ///
    /// A name may hold colons, so the type ends at the first and the actions begin after the last.
    #[must_use]
    pub fn parse(scope: &str) -> Option<Self> {
        let (kind, rest) = scope.split_once(':')?;
        let (name, actions) = rest.rsplit_once(':')?;
        if kind.is_empty() || name.is_empty() {
            return None;
        }
        let actions = actions.split(',').filter(|action| !action.is_empty()).map(str::to_owned).collect();
        Some(Self { kind: kind.to_owned(), name: name.to_owned(), actions })
    }

    /// True where this entry allows the action on the named thing.
    #[must_use]
    pub fn allows(&self, kind: &str, name: &str, action: &str) -> bool {
        self.kind == kind && self.name == name && self.actions.iter().any(|held| held == action || held == "*")
    }

    /// Returns the scope as it is written in a challenge.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}:{}:{}", self.kind, self.name, self.actions.join(","))
    }
}

/// Parses every scope of a request: the parameter may be repeated, and each may hold several with spaces between.
///
/// Equal targets are merged, since skopeo asks twice for the same scope (`docs/facts/real-clients.md` 4).
#[must_use]
pub fn parse_all<'a>(scopes: impl IntoIterator<Item = &'a str>) -> Vec<Access> {
    let mut all: Vec<Access> = Vec::new();
    for asked in scopes.into_iter().flat_map(str::split_whitespace).filter_map(Access::parse) {
        match all.iter_mut().find(|held| held.kind == asked.kind && held.name == asked.name) {
            None => all.push(asked),
            Some(held) => {
                for action in asked.actions {
                    if !held.actions.contains(&action) {
                        held.actions.push(action);
                    }
                }
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_colons() {
        let access = Access::parse("repository:localhost:5000/app:pull,push").expect("a scope");
        assert_eq!(access.name, "localhost:5000/app");
        assert_eq!(access.actions, ["pull", "push"]);
    }

    #[test]
    fn what_is_no_scope_is_nothing() {
        assert_eq!(Access::parse("repository"), None);
        assert_eq!(Access::parse("repository:pull"), None);
        assert_eq!(Access::parse("repository::pull"), None);
    }

    #[test]
    fn equal_targets_are_merged() {
        let all = parse_all(["repository:a:pull repository:b:pull", "repository:a:pull,push"]);
        assert_eq!(all.iter().map(Access::text).collect::<Vec<_>>(), ["repository:a:pull,push", "repository:b:pull"]);
    }

    #[test]
    fn a_star_allows_every_action_on_its_own_target_only() {
        let access = Access::parse("registry:catalog:*").expect("a scope");
        assert!(access.allows("registry", "catalog", "read"));
        assert!(!access.allows("repository", "catalog", "pull"));
    }
}
