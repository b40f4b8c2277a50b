//! Replies of Azure Resource Manager about a registry's own users. Those that hold a password are wiped after use.

use crosspull_core::secret::Secret;
use jiff::Timestamp;
use serde::Deserialize;

use super::secret;

/// A scope map.
#[derive(Debug, Clone, Deserialize)]
pub struct ScopeMap {
    /// The properties.
    pub properties: ScopeMapProperties,
}

/// A scope map's properties.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ScopeMapProperties {
    /// The description.
    pub description: Option<String>,
    /// The actions, such as `repositories/shop/web/content/read`.
    pub actions: Vec<String>,
}

/// A repository token.
#[derive(Debug, Clone, Deserialize)]
pub struct RepositoryToken {
    /// The name, which it signs in with.
    pub name: String,
    /// The properties.
    pub properties: RepositoryTokenProperties,
}

/// A repository token's properties.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RepositoryTokenProperties {
    /// The id of the scope map.
    pub scope_map_id: Option<String>,
    /// `enabled` or `disabled`.
    pub status: Option<String>,
    /// `Creating`, `Succeeded`…
    pub provisioning_state: Option<String>,
    /// The credentials.
    pub credentials: Option<TokenCredentials>,
}

/// A repository token's credentials, without values.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TokenCredentials {
    /// The passwords that were made.
    pub passwords: Option<Vec<TokenPassword>>,
}

/// A password of a repository token, without its value.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenPassword {
    /// `password1` or `password2`.
    pub name: String,
    /// The time when it was made.
    #[serde(default)]
    pub creation_time: Option<Timestamp>,
    /// The time when it ends. `None` where it does not.
    #[serde(default)]
    pub expiry: Option<Timestamp>,
}

impl RepositoryToken {
    /// Returns the passwords that were made.
    pub fn passwords(&self) -> impl Iterator<Item = &TokenPassword> {
        self.properties.credentials.iter().flat_map(|credentials| credentials.passwords.iter().flatten())
    }

    /// True where the token may do what that scope map says.
    #[must_use]
    pub fn has_scope_map(&self, id: &str) -> bool {
        self.properties.scope_map_id.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(id))
    }
}

/// The passwords of a repository token, as they are answered once.
#[derive(Debug, Deserialize)]
pub struct NewCredentials {
    /// The passwords. Only those that were made now have a value.
    pub passwords: Vec<NewTokenPassword>,
}

/// A password of a repository token, as it is answered once.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewTokenPassword {
    /// `password1` or `password2`.
    pub name: String,
    /// The time when it was made.
    #[serde(default)]
    pub creation_time: Option<Timestamp>,
    /// The time when it ends. `None` where it does not.
    #[serde(default)]
    pub expiry: Option<Timestamp>,
    /// The value.
    #[serde(default, deserialize_with = "secret::maybe_secret")]
    pub value: Option<Secret>,
}

/// The credentials of a registry's admin account.
#[derive(Debug, Deserialize)]
pub struct AdminCredentials {
    /// The name that it signs in with.
    pub username: String,
    /// Its two passwords.
    #[serde(default)]
    passwords: Vec<AdminPassword>,
}

/// A password of a registry's admin account.
#[derive(Debug, Deserialize)]
struct AdminPassword {
    name: String,
    #[serde(deserialize_with = "secret::secret")]
    value: Secret,
}

impl AdminCredentials {
    /// Returns the value of one of the passwords.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Secret> {
        self.passwords.iter().find(|password| password.name == name).map(|password| &password.value)
    }
}
