//! The SDK's way to the outside.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use azure_core::http::headers::Headers;
use azure_core::http::{AsyncRawResponse, HttpClient, Method, Request as SdkRequest};
use crosspull_core::event::{Plane, Work};
use crosspull_core::plan::Side;
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
            }),
            takes: &[],
            repeat: Repeat::Freely,
        };
        let work = Work::SignIn(self.side);
        let sent = self.wire.send(&work, &ours, None, |reply| {
            serde_json::from_slice::<serde_json::Value>(&reply.body).map_err(|e| e.to_string())?;
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
