//! The refusals of a Kubernetes API.

use http::StatusCode;
use serde_json::{Value, json};

use super::kinds::{Kind, Target};
use crate::errors::{self, Refusal};

/// Returns a refusal of a status and a reason.
pub fn failure(status: StatusCode, reason: &str, message: &str) -> Refusal {
    errors::kubernetes(status, reason, message, &Value::Null)
}

/// Returns 400 for a request that cannot be read.
pub fn bad_request(message: &str) -> Refusal {
    failure(StatusCode::BAD_REQUEST, "BadRequest", message)
}

/// Returns the refusal of a path that is not served.
pub fn no_path() -> Refusal {
    let message = "the server could not find the requested resource";
    errors::kubernetes(StatusCode::NOT_FOUND, "NotFound", message, &json!({}))
}

/// Returns 405 for a method that the path does not take.
pub fn no_method() -> Refusal {
    let message = "the server does not allow this method on the requested resource";
    errors::kubernetes(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message, &json!({}))
}

/// Returns 404 for an object that is not there.
pub fn not_found(target: &Target<'_>) -> Refusal {
    let name = target.name.unwrap_or_default();
    let message = format!("{} \"{name}\" not found", target.kind.resource());
    errors::kubernetes(StatusCode::NOT_FOUND, "NotFound", &message, &target.kind.details(name))
}

/// Returns 409 for an object that is there already.
pub fn already_exists(kind: &Kind, name: &str) -> Refusal {
    let message = format!("{} \"{name}\" already exists", kind.resource());
    errors::kubernetes(StatusCode::CONFLICT, "AlreadyExists", &message, &kind.details(name))
}

/// Returns 422 with the problems, field by field (API conventions, `StatusReasonInvalid`).
pub fn invalid(kind: &Kind, name: &str, causes: &[Cause]) -> Refusal {
    let texts: Vec<String> = causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect();
    let all = match texts.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    let mut details = json!({ "name": name, "kind": kind.name });
    let cause = |cause: &Cause| json!({ "reason": cause.reason, "message": cause.message, "field": cause.field });
    details["causes"] = causes.iter().map(cause).collect();
    let message = format!("{} \"{name}\" is invalid: {all}", kind.name);
    errors::kubernetes(StatusCode::UNPROCESSABLE_ENTITY, "Invalid", &message, &details)
}

/// The problem of a field.
pub struct Cause {
    pub field: String,
    pub reason: &'static str,
    pub message: String,
}

impl Cause {
    /// Returns the problem of a field that is missing.
    pub fn required(field: &str, detail: &str) -> Self {
        let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        Self { field: field.to_owned(), reason: "FieldValueRequired", message: format!("Required value{detail}") }
    }

    /// Returns the problem of a value that cannot be.
    pub fn invalid(field: &str, value: &str, detail: &str) -> Self {
        let message = format!("Invalid value: \"{value}\": {detail}");
        Self { field: field.to_owned(), reason: "FieldValueInvalid", message }
    }

    /// Returns the problem of a value that is none of those supported.
    pub fn unsupported(field: &str, value: &str, supported: &[&str]) -> Self {
        let supported: Vec<String> = supported.iter().map(|value| format!("\"{value}\"")).collect();
        let message = format!("Unsupported value: \"{value}\": supported values: {}", supported.join(", "));
        Self { field: field.to_owned(), reason: "FieldValueNotSupported", message }
    }
}

/// True where a name is a lowercase RFC 1123 label, of which a subdomain may have several, joined by dots.
pub fn is_name(name: &str, dots: bool) -> bool {
    let label = |label: &str| {
        let inner = label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        inner && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    let labels = if dots { name.split('.').all(label) } else { label(name) };
    labels && name.len() <= if dots { 253 } else { 63 }
}

/// The messages for a name that is no subdomain, and for one that is no label (`k8s.io/apimachinery`, `validation`).
pub const NO_SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
pub const NO_LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
