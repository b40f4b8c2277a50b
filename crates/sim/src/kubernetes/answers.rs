//! Answers of a Kubernetes API in JSON.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::Value;

use super::{kinds::Kind, objects};
use crate::errors;

/// Returns an object as an answer: kind and version go first, as people expect it.
pub fn object(status: StatusCode, kind: &Kind, object: Value) -> Response {
    plain(status, &objects::typed(kind, object))
}

/// Returns an answer in JSON.
pub fn plain(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, axum::Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static(errors::JSON));
    response
}
