//! Replies of Microsoft Graph.

use crosspull_core::ids::{AppId, KeyId, ObjectId};
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use serde::Deserialize;

use super::secret;

/// An app registration.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct App {
    /// The object id.
    pub id: ObjectId,
    /// The application id.
    pub app_id: AppId,
    /// The name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// The secrets, without values.
    #[serde(default)]
    pub password_credentials: Vec<PasswordCredential>,
    /// The certificates.
    #[serde(default)]
    pub key_credentials: Vec<serde::de::IgnoredAny>,
    /// The time when the app was made.
    #[serde(default)]
    pub created_date_time: Option<jiff::Timestamp>,
    /// The tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The tenants that may let the app in.
    #[serde(default)]
    pub sign_in_audience: Option<String>,
    /// The identifier URIs.
    #[serde(default)]
    pub identifier_uris: Vec<String>,
    /// Its addresses as a web application.
    #[serde(default)]
    pub web: Option<Web>,
}

/// The addresses of an app registration as a web application.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Web {
    /// The addresses that pages of the sign-in service may lead back to.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
}

/// A federated credential of an app.
#[derive(Debug, Clone, Deserialize)]
pub struct FederatedCredential {
    /// The name.
    #[serde(default)]
    pub name: String,
}

/// An owner of an app: a person or a service principal.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    /// The object id.
    pub id: ObjectId,
    /// A person's name for signing in.
    #[serde(default)]
    pub user_principal_name: Option<String>,
    /// The name, where the operator may read it.
    #[serde(default)]
    pub display_name: Option<String>,
}

impl Owner {
    /// Returns the name by which people know the owner, else the id.
    #[must_use]
    pub fn name(&self) -> String {
        let name = self.user_principal_name.as_deref().or(self.display_name.as_deref());
        name.map_or_else(|| self.id.to_string(), |name| printable(name, 80))
    }
}

/// A client secret as an app lists it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordCredential {
    /// The key id.
    pub key_id: KeyId,
    /// The name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// The time when the secret ends.
    #[serde(default)]
    pub end_date_time: Option<jiff::Timestamp>,
}

/// A client secret as it is answered once.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewPassword {
    /// The key id.
    pub key_id: KeyId,
    /// The value.
    #[serde(deserialize_with = "secret::secret")]
    pub secret_text: Secret,
    /// The time when the secret ends.
    #[serde(default)]
    pub end_date_time: Option<jiff::Timestamp>,
}

/// A service principal.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Principal {
    /// The object id.
    pub id: ObjectId,
    /// The application id of its app.
    pub app_id: AppId,
    /// The tags.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// A group or a directory role that a principal is in.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    /// The id.
    pub id: ObjectId,
    /// The name, where the operator may read it.
    #[serde(default)]
    pub display_name: Option<String>,
}

/// An object of the directory, of whatever kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryObject {
    /// The kind, such as `#microsoft.graph.group`. Lists of one kind leave it out.
    #[serde(default, rename = "@odata.type")]
    pub odata_type: Option<String>,
    /// The object id.
    pub id: ObjectId,
    /// The name, where the operator may read it.
    #[serde(default)]
    pub display_name: Option<String>,
    /// A person's name for signing in, where the operator may read it.
    #[serde(default)]
    pub user_principal_name: Option<String>,
    /// A person's mail address.
    #[serde(default)]
    pub mail: Option<String>,
    /// The application id of an app or of a service principal.
    #[serde(default)]
    pub app_id: Option<AppId>,
}

impl DirectoryObject {
    /// Returns the word for the kind, such as `group`. Empty where it is not told.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.odata_type.as_deref().unwrap_or_default().trim_start_matches("#microsoft.graph.")
    }
}

/// A group, as far as its members may be changed.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// The object id.
    pub id: ObjectId,
    /// The name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// The kinds, in Graph's words.
    #[serde(default)]
    pub group_types: Vec<String>,
    /// The rule by which its members are found.
    #[serde(default)]
    pub membership_rule: Option<String>,
    /// True where it comes from a directory on premises.
    #[serde(default)]
    pub on_premises_sync_enabled: Option<bool>,
}

/// An object of a directory, by its id.
#[derive(Debug, Clone, Deserialize)]
pub struct Member {
    /// The object id.
    pub id: ObjectId,
}

/// A permission on an API that a principal was given.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppRoleAssignment {
    /// The API's name.
    #[serde(default)]
    pub resource_display_name: Option<String>,
}

/// A tenant's own entry in its directory.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// The name.
    #[serde(default)]
    pub display_name: Option<String>,
    /// The domains.
    #[serde(default)]
    pub verified_domains: Vec<VerifiedDomain>,
}

impl Organization {
    /// Returns the default domain.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        self.verified_domains.iter().find(|d| d.is_default).map(|d| d.name.as_str()).filter(|n| !n.is_empty())
    }
}

/// A domain of a tenant.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedDomain {
    /// The domain, such as `contoso.com`.
    #[serde(default)]
    pub name: String,
    /// True for the one that new accounts get.
    #[serde(default)]
    pub is_default: bool,
}
