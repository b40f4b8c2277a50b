//! A user as authorizers see one.

use std::collections::BTreeMap;

/// The group whose members may do everything.
pub const MASTERS: &str = "system:masters";
/// The group of everybody whom the API knows.
pub const AUTHENTICATED: &str = "system:authenticated";
/// The member of `extra` that has the object id of a user of Entra.
pub const OID: &str = "oid";

/// A user as authorizers see one (`k8s.io/apiserver`, `user.Info`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: String,
    /// The uid. Empty where the user has none.
    pub uid: String,
    /// The groups.
    pub groups: Vec<String>,
    /// Whatever else who knows the user said.
    pub extra: BTreeMap<String, Vec<String>>,
}

impl User {
    /// True where the user is in a group.
    #[must_use]
    pub fn is_in(&self, group: &str) -> bool {
        self.groups.iter().any(|known| known == group)
    }
}
