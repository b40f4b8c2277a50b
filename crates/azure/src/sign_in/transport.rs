//! The SDK's way to the outside.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use azure_core::http::headers::Headers;
use azure_core::http::{AsyncRawResponse, HttpClient, Method, Request as SdkRequest};
use crosspull_core::event::{Plane, Work};
use crosspull_core::plan::Side;
use crosspull_core::secret::Secret;
use zeroize::Zeroizing;

use crate::refusal::Refused;
use crate::request::{Auth, Body, Repeat, Request};
use crate::wire::{CallError, Wire};

/// The SDK's way to the outside: the same wire as every other request, so that token requests show up, have a
/// deadline and trust the same authorities.
pub(super) struct IdentityTransport {
    pub(super) wire: Arc<Wire>,
    pub(super) side: Side,
    /// The last refusal, since the SDK's errors lose it.
    pub(super) seen: Arc<Mutex<Option<Refused>>>,
}

impl fmt::Debug for IdentityTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdentityTransport({})", self.side)
    }
}

#[async_trait::async_trait]
impl HttpClient for IdentityTransport {
    async fn execute_request(&self, request: &SdkRequest) -> azure_core::Result<AsyncRawResponse> {
        let other = |text: &str| azure_core::Error::with_message(azure_core::error::ErrorKind::Other, text.to_owned());
        let azure_core::http::Body::Bytes(bytes) = request.body() else {
            return Err(other("a token request has no stream for a body"));
        };
        let post = request.method() == Method::Post;
        let ours = Request {
            plane: Plane::Entra,
            side: self.side,
            method: if post { http::Method::POST } else { http::Method::GET },
            url: request.url().clone(),
            auth: Auth::None,
            accept: None,
            range: None,
            body: post.then(|| Body {
                content_type: "application/x-www-form-urlencoded",
                bytes: Zeroizing::new(bytes.to_vec()),
                secrets: secrets_in(bytes),
            }),
            takes: &[],
            repeat: Repeat::Freely,
        };
        let work = Work::SignIn(self.side);
        let sent = self.wire.send(&work, &ours, None, |reply| {
            sensible(&reply.body)?;
            Ok((reply.status, reply.body.clone()))
        });
        match sent.await {
            Ok((status, body)) => {
                Ok(AsyncRawResponse::from_bytes(status.as_u16().into(), Headers::default(), body.to_vec()))
            }
            Err(error) => {
                let refused = match error {
                    CallError::Refused(refused) => Some(refused),
                    CallError::Unreachable(refusal) | CallError::Lost(refusal) => {
                        Some(Refused { refusal, oauth: None })
                    }
                    CallError::SignIn(_) | CallError::Journal(_) | CallError::Stopped => None,
                };
                *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = refused;
                Err(other("the token endpoint refused"))
            }
        }
    }
}

/// The secrets of a token request's form.
fn secrets_in(form: &[u8]) -> Vec<Secret> {
    let secret = |name: &str| matches!(name, "client_secret" | "client_assertion" | "refresh_token");
    url::form_urlencoded::parse(form)
        .filter(|(name, _)| secret(name))
        .map(|(_, value)| Secret::new(value.into_owned()))
        .collect()
}

/// A token's life that the SDK can count with, in seconds: it adds it to a time without looking.
const LONGEST_LIFE: f64 = 366.0 * 24.0 * 3600.0;

/// Whether the SDK can read the answer of a token endpoint.
fn sensible(body: &[u8]) -> Result<(), String> {
    let answer: serde_json::Value = serde_json::from_slice(body).map_err(|e| format!("line {}", e.line()))?;
    let lives = ["expires_in", "ext_expires_in"].map(|name| answer.get(name).and_then(serde_json::Value::as_f64));
    let sane = |seconds: f64| (0.0..=LONGEST_LIFE).contains(&seconds);
    if lives.into_iter().flatten().all(sane) { Ok(()) } else { Err("the token's life makes no sense".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tokens_life_is_one_that_can_be_counted_with() {
        assert_eq!(sensible(br#"{"expires_in":3599,"ext_expires_in":3599}"#), Ok(()));
        assert_eq!(sensible(br#"{"error":"invalid_client"}"#), Ok(()));
        for life in ["9223372036854775807", "-1", "1e300"] {
            assert!(sensible(format!("{{\"expires_in\":{life}}}").as_bytes()).is_err(), "{life}");
        }
    }

    #[test]
    fn the_secret_of_a_form_is_known_as_it_is() {
        let found = secrets_in(b"grant_type=client_credentials&client_secret=a%7Eb%2Bc&client_id=x");
        assert_eq!(found.iter().map(Secret::reveal).collect::<Vec<_>>(), ["a~b+c"]);
    }
}
