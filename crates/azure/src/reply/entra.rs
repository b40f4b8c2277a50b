//! Replies of Microsoft Entra's sign-in.

use crosspull_core::ids::TenantId;
use crosspull_core::secret::Secret;
use serde::Deserialize;

use super::secret;

/// The description of a tenant's sign-in.
#[derive(Debug, Deserialize)]
pub struct OpenId {
    /// `https://…/TENANT-ID/v2.0`.
    pub issuer: String,
}

impl OpenId {
    /// Returns the tenant that the issuer names. `None` for an address of no tenant, such as `common`.
    #[must_use]
    pub fn tenant(&self) -> Option<TenantId> {
        self.issuer.split('/').find_map(|part| part.parse().ok())
    }
}

/// A code for a person to enter somewhere else (Microsoft identity platform, device authorization grant).
#[derive(Debug, Deserialize)]
pub struct DeviceCode {
    /// The code by which the token is asked for; nobody is shown it.
    #[serde(deserialize_with = "secret::secret")]
    pub device_code: Secret,
    /// The code that the person enters.
    #[serde(deserialize_with = "secret::secret")]
    pub user_code: Secret,
    /// The page on which the person enters the code.
    #[serde(alias = "verification_url")]
    pub verification_uri: String,
    /// Seconds until it ends.
    pub expires_in: u32,
    /// Seconds between two questions.
    #[serde(default = "five")]
    pub interval: u32,
}

/// Returns the interval of the device authorization grant where none is given (RFC 8628, 3.2).
const fn five() -> u32 {
    5
}

/// A person's token.
#[derive(Debug, Deserialize)]
pub struct TokenResponse {
    /// The token.
    #[serde(deserialize_with = "secret::secret")]
    pub access_token: Secret,
    /// Seconds that it lives.
    pub expires_in: u32,
    /// The token that renews this one.
    #[serde(default, deserialize_with = "secret::maybe_secret")]
    pub refresh_token: Option<Secret>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_names_its_tenant() {
        let id = "1f0c2b7e-90aa-4c1e-8d6f-51b2c7f09a2e";
        let tenant = |issuer: String| OpenId { issuer }.tenant().map(|t| t.to_string());
        for issuer in [format!("https://login.microsoftonline.com/{id}/v2.0"), format!("https://sts.windows.net/{id}/")]
        {
            assert_eq!(tenant(issuer).as_deref(), Some(id));
        }
        assert_eq!(tenant("https://login.microsoftonline.com/common/v2.0".to_owned()), None);
    }
}
