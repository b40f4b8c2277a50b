//! Tokens, whatever plane they are from, and what they tell.

use crosspull_core::ids::{ObjectId, TenantId};
use crosspull_core::rights::Caller;
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::Account;
use serde::Deserialize;
use serde_json::Value;

use super::secret;

/// A token, whatever plane it is from.
#[derive(Debug, Deserialize)]
pub struct AccessToken {
    /// The value. Registries call it `access_token`, docker's own `token`.
    #[serde(alias = "token", deserialize_with = "secret::secret")]
    pub access_token: Secret,
}

/// Returns the tenant that a token is of. `None` where the token cannot be read.
#[must_use]
pub fn tenant_of(token: &Secret) -> Option<TenantId> {
    claims(token)?.get("tid")?.as_str()?.parse().ok()
}

/// Returns the service principal that a token is of, in the token's tenant. `None` where the token cannot be read.
#[must_use]
pub fn object_of(token: &Secret) -> Option<ObjectId> {
    claims(token)?.get("oid")?.as_str()?.parse().ok()
}

/// Returns the account that a token is of. `None` where the token cannot be read.
#[must_use]
pub fn account_of(token: &Secret) -> Option<Account> {
    Account::of_claims(&claims(token)?)
}

/// Returns the account that a token is of, as deny assignments name it. A token that tells of more groups than it has
/// room for tells none (Microsoft identity platform, "Access token claims reference": `groups`).
#[must_use]
pub fn caller_of(token: &Secret) -> Caller {
    let groups = claims(token).and_then(|claims| {
        let listed = claims.get("groups")?.as_array()?;
        listed.iter().map(|group| group.as_str()?.parse().ok()).collect()
    });
    Caller { id: object_of(token), groups }
}

/// Returns the claims of a token. Verifying them is the work of the service that the token is for.
pub(super) fn claims(token: &Secret) -> Option<Value> {
    use base64::Engine as _;
    let payload = token.reveal().split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&bytes).ok()
}
