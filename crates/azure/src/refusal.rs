//! Error answers of every plane, as data.

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use crosspull_core::explain::{NoConnection, Refusal};
use crosspull_core::text::printable;
use http::HeaderMap;
use serde_json::Value;

/// A code of Azure's that a decision hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AzureCode {
    /// Resource Manager does not know the principal of a role assignment.
    PrincipalNotFound,
    /// The role is assigned under another name.
    RoleAssignmentExists,
    /// The cluster's service does not know the service principal.
    ServicePrincipalNotFound,
    /// The cluster's service could not sign in as the service principal.
    ServicePrincipalValidationClientError,
}

impl AzureCode {
    const fn text(self) -> &'static str {
        match self {
            Self::PrincipalNotFound => "PrincipalNotFound",
            Self::RoleAssignmentExists => "RoleAssignmentExists",
            Self::ServicePrincipalNotFound => "ServicePrincipalNotFound",
            Self::ServicePrincipalValidationClientError => "ServicePrincipalValidationClientError",
        }
    }

    /// True where a service refused with this code.
    #[must_use]
    pub fn is_of(self, refusal: &Refusal) -> bool {
        refusal.code == self.text()
    }
}

/// The number by which Entra calls a wrong secret, wherever a text repeats it.
pub const WRONG_SECRET: &str = "7000215";

/// OAuth's own word for a refusal (RFC 6749, 5.2; RFC 8628, 3.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OauthError {
    /// The secret is wrong.
    InvalidClient,
    /// The tenant does not know the app.
    UnauthorizedClient,
    /// The person has not entered the code yet.
    AuthorizationPending,
    /// The questions come too fast.
    SlowDown,
    /// The code has ended.
    ExpiredToken,
    /// The code has ended, in Entra's older word.
    CodeExpired,
    /// The person said no.
    AuthorizationDeclined,
    /// Another word, which nothing here hangs on.
    Other(String),
}

impl OauthError {
    fn of(word: &str) -> Self {
        match word {
            "invalid_client" => Self::InvalidClient,
            "unauthorized_client" => Self::UnauthorizedClient,
            "authorization_pending" => Self::AuthorizationPending,
            "slow_down" => Self::SlowDown,
            "expired_token" => Self::ExpiredToken,
            "code_expired" => Self::CodeExpired,
            "authorization_declined" => Self::AuthorizationDeclined,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Returns the word itself.
    #[must_use]
    pub const fn word(&self) -> &str {
        match self {
            Self::InvalidClient => "invalid_client",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
            Self::CodeExpired => "code_expired",
            Self::AuthorizationDeclined => "authorization_declined",
            Self::Other(word) => word.as_str(),
        }
    }

    /// True where the word judges the app or its secret: both may still come into effect.
    #[must_use]
    pub const fn is_of_credential(&self) -> bool {
        matches!(self, Self::InvalidClient | Self::UnauthorizedClient)
    }
}

/// The reason why there is no answer that can be used; the code of a refusal of crosspull's own making.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unanswered {
    /// The request was sent and no answer came.
    NoAnswer,
    /// The answer cannot be read.
    Torn,
    /// The answer is larger than any should be, or goes on without end.
    TooLarge,
    /// The answer leads to a host that nothing is sent to.
    Elsewhere,
    /// The request could not be built.
    NotSent,
    /// The answer gives less than was asked for.
    NotGranted,
}

impl Unanswered {
    const fn code(self) -> &'static str {
        match self {
            Self::NoAnswer => "NoAnswer",
            Self::Torn => "Torn",
            Self::TooLarge => "TooLarge",
            Self::Elsewhere => "Elsewhere",
            Self::NotSent => "NotSent",
            Self::NotGranted => "NotGranted",
        }
    }

    /// Makes a refusal for this reason; `why` tells more, for people.
    #[must_use]
    pub fn because(self, why: &str) -> Refusal {
        unanswered(self.code(), why)
    }

    /// True for a refusal that says that an answer came and cannot be used.
    #[must_use]
    pub fn is_unusable(refusal: &Refusal) -> bool {
        [Self::Torn, Self::TooLarge, Self::Elsewhere].iter().any(|reason| reason.code() == refusal.code)
    }
}

/// Makes a refusal for a connection that did not come about; `why` tells more, for people.
pub(crate) fn not_connected(cause: NoConnection, why: &str) -> Refusal {
    unanswered(cause.code(), why)
}

fn unanswered(code: &str, why: &str) -> Refusal {
    Refusal { status: None, code: code.to_owned(), message: printable(why, 300), request_id: None }
}

/// Says where a body cannot be read as JSON. The body itself is never quoted: it may hold a secret.
pub(crate) fn torn(error: &serde_json::Error) -> String {
    format!("the answer cannot be read (line {}, column {})", error.line(), error.column())
}

/// A refusal, with the words that decide beside its status.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The refusal for people, and for the table of meanings.
    pub refusal: Refusal,
    /// Entra's own word, such as `invalid_client`; decisions hang on this one, never on a number
    /// (`docs/facts/azure.md` 3.1).
    pub oauth: Option<OauthError>,
    /// The claims that a token lacks, as JSON: a stronger sign-in is asked for (Microsoft identity platform, claims
    /// challenge). A resource tells them in a header, the token endpoint in its answer.
    pub claims: Option<String>,
}

/// Reads an error answer of any plane.
#[must_use]
pub fn refused(status: u16, headers: &HeaderMap, body: &[u8]) -> Refused {
    let value: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let text = |v: Option<&Value>| v.and_then(Value::as_str).map(str::to_owned);
    let oauth = text(value.get("error"));
    let (code, message) = if let Some(error) = &oauth {
        let number = value.get("error_codes").and_then(|c| c.get(0)).and_then(Value::as_u64);
        let description = text(value.get("error_description")).unwrap_or_default();
        let code = number.map_or_else(|| error.clone(), |n| format!("AADSTS{n}"));
        let message = first_line(&description);
        let message = message.strip_prefix(&format!("{code}: ")).map_or_else(|| message.clone(), str::to_owned);
        (code, message)
    } else {
        let holder = ["error", "odata.error"]
            .iter()
            .find_map(|k| value.get(k))
            .or_else(|| value.get("errors")?.get(0))
            .unwrap_or(&value);
        let message = text(holder.get("message")).or_else(|| text(holder.get("message")?.get("value")));
        // Kubernetes gives the status as its code, and the word as a reason.
        let code = text(holder.get("code")).or_else(|| text(holder.get("reason")));
        (code.unwrap_or_default(), message.or_else(|| plain(headers, body)).unwrap_or_default())
    };
    let code = if code.is_empty() { format!("HTTP {status}") } else { code };
    let message = match status {
        300..400 if message.is_empty() => "it points to another address, which is not followed".to_owned(),
        _ => message,
    };
    Refused {
        refusal: Refusal {
            status: Some(status),
            code: printable(&code, 100),
            message: printable(&message, 1000),
            request_id: request_id(headers, &value),
        },
        oauth: oauth.as_deref().map(OauthError::of),
        claims: claims(headers, &value),
    }
}

/// Reads the refusal that a page of the sign-in sends a browser back with: OAuth's word and its description.
#[must_use]
pub(crate) fn refused_by_page(word: &str, description: &str) -> Refusal {
    let message = first_line(description);
    let (code, message) = match message.split_once(": ") {
        Some((code, rest)) if code.starts_with("AADSTS") => (code.to_owned(), rest.to_owned()),
        _ => (word.to_owned(), message),
    };
    Refusal { status: None, code: printable(&code, 100), message: printable(&message, 500), request_id: None }
}

/// Returns a body that is plain text: some refusals are no more than that.
fn plain(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let kind = headers.get(http::header::CONTENT_TYPE)?.to_str().ok()?;
    kind.starts_with("text/plain").then(|| String::from_utf8_lossy(body).into_owned())
}

/// Reads the claims of a challenge: of `WWW-Authenticate: Bearer … error="insufficient_claims", claims="BASE64"`, else
/// of the body of a token endpoint.
fn claims(headers: &HeaderMap, body: &Value) -> Option<String> {
    const LONGEST: usize = 4096;
    let in_header = || {
        let challenges = headers.get_all(http::header::WWW_AUTHENTICATE).iter().filter_map(|v| v.to_str().ok());
        let challenge = challenges.into_iter().find(|c| c.contains("insufficient_claims"))?;
        let coded = challenge.split_once("claims=\"")?.1.split('"').next()?;
        let bytes =
            BASE64_STANDARD.decode(coded).or_else(|_| BASE64_URL_SAFE_NO_PAD.decode(coded.trim_end_matches('=')));
        String::from_utf8(bytes.ok()?).ok()
    };
    let claims = body.get("claims").and_then(Value::as_str).map(str::to_owned).or_else(in_header)?;
    let is_json = serde_json::from_str::<serde_json::Map<String, Value>>(&claims).is_ok();
    (is_json && claims.len() <= LONGEST).then_some(claims)
}

/// Returns the words of Entra's description without the trace ids and the time at its end.
pub(crate) fn first_line(description: &str) -> String {
    let end = ["\r\n", "\n", " Trace ID:"].iter().filter_map(|mark| description.find(mark)).min();
    description.get(..end.unwrap_or(description.len())).unwrap_or(description).to_owned()
}

/// Returns the id under which support finds the call.
fn request_id(headers: &HeaderMap, body: &Value) -> Option<String> {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    ["x-ms-request-id", "request-id", "x-ms-correlation-request-id"]
        .iter()
        .find_map(|name| header(name))
        .or_else(|| body.get("trace_id").and_then(Value::as_str))
        .map(|id| printable(id, 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claims_challenge_is_read_from_the_header_and_from_the_body() {
        let asked = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
        let read = |header: &str, body: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("www-authenticate", http::HeaderValue::from_str(header).expect("a header"));
            refused(401, &headers, body.as_bytes()).claims
        };
        let challenge = |error: &str, claims: &str| {
            format!("Bearer realm=\"\", authorization_uri=\"https://login/\", error=\"{error}\", claims=\"{claims}\"")
        };
        let coded = BASE64_STANDARD.encode(asked);
        assert_eq!(read(&challenge("insufficient_claims", &coded), "{}").as_deref(), Some(asked));
        assert_eq!(read(&challenge("invalid_token", &coded), "{}"), None);
        assert_eq!(read(&challenge("insufficient_claims", "no base64"), "{}"), None);
        let body = serde_json::json!({ "error": "interaction_required", "claims": asked });
        assert_eq!(read("Bearer", &body.to_string()).as_deref(), Some(asked));
        assert_eq!(read("Bearer", r#"{"error":"x","claims":"not json"}"#), None);
    }

    #[test]
    fn plain_words_are_kept_and_a_page_is_not() {
        let read = |kind: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("content-type", http::HeaderValue::from_static(kind));
            refused(404, &headers, b"404 page\nnot found\n").refusal.to_string()
        };
        assert_eq!(read("text/plain; charset=utf-8"), "404 HTTP 404: 404 page not found");
        assert_eq!(read("text/html"), "404 HTTP 404");
    }

    #[test]
    fn every_planes_error_becomes_code_message_and_request_id() {
        let mut headers = HeaderMap::new();
        headers.insert("x-ms-request-id", http::HeaderValue::from_static("r-1"));
        let cases: [(&str, &str, &str); 7] = [
            (
                r#"{"error":{"code":"AuthorizationFailed","message":"The client \"x\"\r\n may not."}}"#,
                "AuthorizationFailed",
                "The client \"x\" may not.",
            ),
            (r#"{"code":"InternalError","message":"m"}"#, "InternalError", "m"),
            (
                r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#,
                "UNAUTHORIZED",
                "authentication required",
            ),
            (
                r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid.\r\nTrace ID: t","error_codes":[7000215]}"#,
                "AADSTS7000215",
                "Invalid.",
            ),
            (
                r#"{"odata.error":{"code":"Request_BadRequest","message":{"lang":"en","value":"weak"}}}"#,
                "Request_BadRequest",
                "weak",
            ),
            (
                r#"{"kind":"Status","reason":"Forbidden","code":403,"message":"pods is forbidden"}"#,
                "Forbidden",
                "pods is forbidden",
            ),
            ("<html>", "HTTP 502", ""),
        ];
        for (body, code, message) in cases {
            let read = refused(502, &headers, body.as_bytes()).refusal;
            assert_eq!(
                (read.code.as_str(), read.message.as_str(), read.request_id.as_deref()),
                (code, message, Some("r-1"))
            );
        }
    }
}
