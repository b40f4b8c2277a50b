//! Tokens, whatever plane they are from, and what they tell.

use crosspull_core::ids::{ObjectId, TenantId};
use crosspull_core::rights::Caller;
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::Account;
use http::HeaderMap;
use jiff::Timestamp;
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

/// Returns the tenant that Resource Manager names where it is asked by nobody: the last part of `authorization_uri` in its
/// challenge. `None` where it names none.
#[must_use]
pub fn tenant_of_challenge(headers: &HeaderMap) -> Option<TenantId> {
    let challenge = headers.get(http::header::WWW_AUTHENTICATE)?.to_str().ok()?;
    let (_, rest) = challenge.split_once("authorization_uri=\"")?;
    let (uri, _) = rest.split_once('"')?;
    uri.trim_end_matches('/').rsplit('/').next()?.parse().ok()
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

/// Returns whom a token is of, in the words of its issuer. `None` where the token cannot be read.
#[must_use]
pub fn subject_of(token: &Secret) -> Option<String> {
    Some(claims(token)?.get("sub")?.as_str()?.to_owned())
}

/// Returns the end of a token. `None` where the token cannot be read.
#[must_use]
pub fn end_of(token: &Secret) -> Option<Timestamp> {
    Timestamp::from_second(claims(token)?.get("exp")?.as_i64()?).ok()
}

/// Returns the claims of a token. Verifying them is the work of the service that the token is for.
pub(super) fn claims(token: &Secret) -> Option<Value> {
    use base64::Engine as _;
    let payload = token.reveal().split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&bytes).ok()
}
