//! The error bodies of the planes, each in its own shape, as recorded.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::Clock;

/// An answer that says no. Boxed, since it is carried in the error half of results.
#[derive(Debug)]
pub struct Refusal(Box<Response>);

/// The answer of a handler.
pub type Answer = Result<Response, Refusal>;

impl Refusal {
    /// Returns the same refusal with one more header; a value that is no header value is left out.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers_mut().insert(name, value);
        }
        self
    }
}

impl From<Response> for Refusal {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// `Content-Type` of JSON.
pub const JSON: &str = "application/json";
/// `Content-Type` of a form.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// True where a request says that its body is of a media type, whatever parameters it adds.
#[must_use]
pub fn is_of(headers: &http::HeaderMap, media_type: &str) -> bool {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    said.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type)
}

/// Returns an answer in JSON, UTF-8 named as the Resource Manager and Entra do.
pub fn json(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

/// Returns an error of the Resource Manager (`arm_invalid_token_401`, `ra_forbidden_403`).
#[must_use]
pub fn arm(status: StatusCode, code: &str, message: &str) -> Refusal {
    let refusal = Refusal::from(json(status, &json!({ "error": { "code": code, "message": message } })));
    refusal.with(HeaderName::from_static("x-ms-failure-cause"), "gateway")
}

/// Returns an error of Graph (`graph_403_sp_lookup`). The front sets the request ids.
#[must_use]
pub fn graph(status: StatusCode, code: &str, message: &str) -> Refusal {
    let id = Uuid::new_v4();
    let date = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let inner = json!({ "date": date, "request-id": id, "client-request-id": id });
    let body = json!({ "error": { "code": code, "message": message, "innerError": inner } });
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Refusal::from(response).with(HeaderName::from_static("request-id"), &id.to_string())
}

/// Returns an error of Entra's token and discovery endpoints (`entra_invalid_secret`).
#[must_use]
pub fn entra(status: StatusCode, error: &str, code: u32, message: &str) -> Refusal {
    entra_with(status, error, code, message, &[])
}

/// Returns an error of Entra's with more members: `suberror`, `claims`.
#[must_use]
pub fn entra_with(status: StatusCode, error: &str, code: u32, message: &str, more: &[(&str, Value)]) -> Refusal {
    let trace = Uuid::new_v4();
    let correlation = Uuid::new_v4();
    let timestamp = Timestamp::now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
    let description = format!(
        "AADSTS{code}: {message}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {timestamp}"
    );
    let mut body = json!({
        "error": error,
        "error_description": description,
        "error_codes": [code],
        "timestamp": timestamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
    });
    for (name, value) in more {
        body[*name] = value.clone();
    }
    Refusal::from(json(status, &body)).with(HeaderName::from_static("x-ms-request-id"), &trace.to_string())
}

/// Returns an error of a registry's data plane (`acr_dataplane_tag_unknown`).
#[must_use]
pub fn registry(status: StatusCode, code: &str, message: &str, detail: &Value) -> Refusal {
    let body = json!({ "errors": [{ "code": code, "message": message, "detail": detail }] });
    Refusal::from(json(status, &body))
}

/// Returns a `Status` of a Kubernetes API (Kubernetes API reference, "Status"; API conventions, "Response Status
/// Kind").
#[must_use]
pub fn kubernetes(status: StatusCode, reason: &str, message: &str, details: &Value) -> Refusal {
    let mut body = json!({
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": status.as_u16(),
    });
    if !details.is_null()
        && let Some(body) = body.as_object_mut()
    {
        body.insert("details".to_owned(), details.clone());
    }
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
    Refusal::from(response)
}

/// Asks the client to wait `seconds` of simulated time: `Retry-After` in whole seconds of the wall clock, at least one, since
/// clients take 0 for "not given", and `x-ms-retry-after-ms` with the exact wait, which Azure's own libraries read too.
pub fn wait_headers(headers: &mut http::HeaderMap, clock: &Clock, seconds: f64) {
    headers.insert(header::RETRY_AFTER, HeaderValue::from(clock.retry_after(seconds).max(1)));
    let milliseconds = u64::try_from(clock.real(seconds).as_millis()).unwrap_or(u64::MAX);
    headers.insert(HeaderName::from_static("x-ms-retry-after-ms"), HeaderValue::from(milliseconds));
}
