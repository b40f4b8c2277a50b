//! Entra's refusals of a sign-in.

use http::StatusCode;

use crate::{
    directory::SignInError,
    errors::{self, Refusal},
};

/// Returns Entra's answer to a sign-in that fails (`entra_invalid_secret`, `entra_unknown_tenant`;
/// `docs/facts/real-clients.md` 2).
pub fn sign_in(why: SignInError, tenant: &str, client_id: &str) -> Refusal {
    let (status, error) = match why {
        SignInError::UnknownTenant => (StatusCode::BAD_REQUEST, "invalid_tenant"),
        SignInError::UnknownApplication | SignInError::MissingPrincipal | SignInError::Disabled => {
            (StatusCode::BAD_REQUEST, "unauthorized_client")
        }
        SignInError::WrongSecret | SignInError::ExpiredSecret => (StatusCode::UNAUTHORIZED, "invalid_client"),
    };
    errors::entra(status, error, why.code(), &why.message(tenant, client_id))
}
