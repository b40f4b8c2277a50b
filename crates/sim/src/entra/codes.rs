//! The rules that device codes, authorization codes and refresh tokens share.

use http::StatusCode;
use uuid::Uuid;

use super::{form::Form, people};
use crate::{
    cloud::Cloud,
    errors::{self, Refusal},
    sessions::Claims,
};

/// Refuses a code of one tenant at another (Entra's document "Microsoft Entra authentication and authorization error
/// codes", 700005).
///
/// # Errors
/// 700005.
pub fn redeemed_where_it_was_made(cloud: &Cloud, made_at: &str, tenant: &str) -> Result<(), Refusal> {
    if people::same_tenant(&cloud.world(), made_at, tenant) {
        return Ok(());
    }
    let text = "Provided Authorization Code is intended to use against other tenant, thus rejected. OAuth2 Authorization Code must be redeemed against same tenant it was acquired for.";
    Err(errors::entra(StatusCode::BAD_REQUEST, "invalid_grant", 700_005, text))
}

/// Returns 9002313, for a code or token that is not from here.
pub fn malformed() -> Refusal {
    let text = "Invalid request. Request is malformed or invalid.";
    errors::entra(StatusCode::BAD_REQUEST, "invalid_grant", 9_002_313, text)
}

/// Returns the `claims` parameter.
///
/// # Errors
/// The parameter is no JSON.
pub fn claims(form: &Form) -> Result<Claims, Refusal> {
    read_claims(form.get("claims").unwrap_or_default())
}

/// Returns the `claims` parameter from its text.
///
/// # Errors
/// The parameter is no JSON.
pub fn read_claims(text: &str) -> Result<Claims, Refusal> {
    Claims::read(text).ok_or_else(|| {
        let text = "The claims parameter is not valid JSON.";
        errors::entra(StatusCode::BAD_REQUEST, "invalid_request", 901_002, text)
    })
}

/// Returns an opaque random text.
#[must_use]
pub fn opaque() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}
