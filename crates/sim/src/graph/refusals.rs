//! Graph's refusals.

use http::StatusCode;

use crate::errors::{self, Refusal};

/// Returns 400 for a request that Graph cannot read.
pub fn bad_request(message: &str) -> Refusal {
    errors::graph(StatusCode::BAD_REQUEST, "Request_BadRequest", message)
}

/// Returns 400 for the token of a page that nobody gave out.
pub fn bad_token() -> Refusal {
    errors::graph(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", "The specified page token value is invalid.")
}

/// Returns 403 for a caller without the permission.
pub fn denied() -> Refusal {
    errors::graph(
        StatusCode::FORBIDDEN,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    )
}

/// Returns 400 for a change of an object that a directory on premises keeps.
pub fn on_premises() -> Refusal {
    bad_request(
        "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently \
         undergoing migration.",
    )
}

/// Returns 404 for a part of the path that names nothing.
pub fn no_segment(segment: &str) -> Refusal {
    let message = format!("Resource not found for the segment '{segment}'.");
    errors::graph(StatusCode::NOT_FOUND, "BadRequest", &message)
}

/// Returns 404 for an object that is not there.
pub fn not_found(id: &str) -> Refusal {
    let message =
        format!("Resource '{id}' does not exist or one of its queried reference-property objects are not present.");
    errors::graph(StatusCode::NOT_FOUND, "Request_ResourceNotFound", &message)
}

/// Returns 405 for a method that the path does not take.
pub fn no_method() -> Refusal {
    errors::graph(
        StatusCode::METHOD_NOT_ALLOWED,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    )
}

/// Returns Graph's word for a property that does not exist.
pub fn no_property(name: &str) -> Refusal {
    bad_request(&format!("Property '{name}' does not exist as a declared property or extension property."))
}
