//! Replies of Microsoft Entra's sign-in.

use crosspull_core::secret::Secret;
use serde::Deserialize;

use super::secret;

/// The description of a tenant's sign-in.
#[derive(Debug, Deserialize)]
pub struct OpenId {
    /// `https://…/TENANT-ID/v2.0`.
    pub issuer: String,
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
