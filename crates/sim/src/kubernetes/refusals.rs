//! The refusals of a Kubernetes API.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    fields,
    kinds::{Kind, Target},
    managers::Conflict,
};
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

/// Returns 409 for a change of an object that somebody changed meanwhile.
pub fn modified(kind: &Kind, name: &str) -> Refusal {
    let message = format!(
        "Operation cannot be fulfilled on {} \"{name}\": the object has been modified; please apply your changes to the latest version and try again",
        kind.resource()
    );
    errors::kubernetes(StatusCode::CONFLICT, "Conflict", &message, &kind.details(name))
}

/// Returns 409 for a precondition that does not hold (`k8s.io/apiserver`, `BeforeDelete`).
pub fn precondition(kind: &Kind, name: &str, why: &str) -> Refusal {
    let message = format!("Operation cannot be fulfilled on {} \"{name}\": {why}", kind.name);
    let details = json!({ "name": name, "kind": kind.name });
    errors::kubernetes(StatusCode::CONFLICT, "Conflict", &message, &details)
}

/// Returns 415 for a body that is of none of the accepted media types.
pub fn unsupported_media(accepted: &str) -> Refusal {
    let message =
        format!("the body of the request was in an unknown format - accepted media types include: {accepted}");
    failure(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", &message)
}

/// Returns 422 for options of a patch that cannot be.
pub fn bad_options(cause: &Cause) -> Refusal {
    let message = format!("PatchOptions.meta.k8s.io \"\" is invalid: {}: {}", cause.field, cause.message);
    let cause = json!({ "reason": cause.reason, "message": cause.message, "field": cause.field });
    let details = json!({ "group": "meta.k8s.io", "kind": "PatchOptions", "causes": [cause] });
    errors::kubernetes(StatusCode::UNPROCESSABLE_ENTITY, "Invalid", &message, &details)
}

/// Returns 422 for a patch that cannot be done.
pub fn not_applicable() -> Refusal {
    let message = "the server rejected our request due to an error in our request";
    errors::kubernetes(StatusCode::UNPROCESSABLE_ENTITY, "Invalid", message, &json!({}))
}

/// Returns 409 for fields that others manage (`k8s.io/apimachinery`, `managedfields/internal/conflict.go`).
pub fn apply_conflict(conflicts: &[Conflict]) -> Refusal {
    let manager = |conflict: &Conflict| {
        let named = format!("\"{}\"", conflict.manager);
        if conflict.version.is_empty() { named } else { format!("{named} using {}", conflict.version) }
    };
    let message = match conflicts {
        [one] => format!("Apply failed with 1 conflict: conflict with {}: {}", manager(one), fields::shown(&one.path)),
        several => {
            let mut lines = Vec::new();
            let managers: std::collections::BTreeSet<String> = several.iter().map(manager).collect();
            for known in managers {
                lines.push(format!("conflicts with {known}:"));
                let own = several.iter().filter(|conflict| manager(conflict) == known);
                lines.extend(own.map(|conflict| format!("- {}", fields::shown(&conflict.path))));
            }
            format!("Apply failed with {} conflicts: {}", several.len(), lines.join("\n"))
        }
    };
    let cause = |conflict: &Conflict| json!({ "reason": "FieldManagerConflict", "message": format!("conflict with {}", manager(conflict)), "field": fields::shown(&conflict.path) });
    let details = json!({ "causes": conflicts.iter().map(cause).collect::<Vec<_>>() });
    errors::kubernetes(StatusCode::CONFLICT, "Conflict", &message, &details)
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

    /// Returns the problem of a field that may not be set so.
    pub fn forbidden(field: &str, detail: &str) -> Self {
        Self { field: field.to_owned(), reason: "FieldValueForbidden", message: format!("Forbidden: {detail}") }
    }

    /// Returns the problem of a value that has too many bytes.
    pub fn too_long(field: &str, most: usize) -> Self {
        let message = format!("Too long: may not be more than {most} bytes");
        Self { field: field.to_owned(), reason: "FieldValueTooLong", message }
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

/// True where a text can be a key of a secret's data.
pub fn is_key(key: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !key.is_empty() && key.len() <= 253 && key != "." && !key.starts_with("..") && key.bytes().all(legal)
}

/// The message for a text that is no key of a secret's data.
pub const NO_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/// The messages for a name that is no subdomain, and for one that is no label (`k8s.io/apimachinery`, `validation`).
pub const NO_SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
pub const NO_LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
