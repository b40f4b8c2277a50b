//! The SDK's way to the outside.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::{AsyncRawResponse, HttpClient, Method, Request as SdkRequest};
use crosspull_core::event::{Plane, Work};
use crosspull_core::names::Side;
use crosspull_core::secret::Secret;
use url::Url;
use zeroize::Zeroizing;

use crate::line::is_near;
use crate::refusal::Refused;
use crate::request::{Auth, Body, Repeat, Request, SECRET_PARAMETERS};
use crate::wire::{CallError, Wire};

/// The last refusal, which the SDK's errors lose.
pub(super) type LastRefusal = Arc<Mutex<Option<Refused>>>;

/// The SDK's way to the outside: the same wire as every other request, so that token requests show up, have a
/// deadline and trust the same authorities.
pub(super) struct IdentityTransport {
    pub(super) wire: Arc<Wire>,
    pub(super) side: Side,
    pub(super) seen: LastRefusal,
}

/// The SDK's way to the machine's own token service, which is not the cloud's.
pub(super) struct MetadataTransport {
    /// A wire on a line that goes through no proxy and may speak plainly.
    pub(super) wire: Arc<Wire>,
    pub(super) side: Side,
    /// The address of the service, where one is named.
    pub(super) host: Option<Url>,
    pub(super) seen: LastRefusal,
}

impl fmt::Debug for IdentityTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdentityTransport({})", self.side)
    }
}

impl fmt::Debug for MetadataTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MetadataTransport({})", self.side)
    }
}

#[async_trait::async_trait]
impl HttpClient for IdentityTransport {
    async fn execute_request(&self, request: &SdkRequest) -> azure_core::Result<AsyncRawResponse> {
        let azure_core::http::Body::Bytes(bytes) = request.body() else {
            return Err(other("a token request has no stream for a body"));
        };
        let post = request.method() == Method::Post;
        let method = if post { http::Method::POST } else { http::Method::GET };
        let mut ours = Request::new(Plane::Entra, self.side, method, request.url().clone(), Auth::None);
        ours.repeat = Repeat::Freely;
        ours.body = post.then(|| Body {
            content_type: "application/x-www-form-urlencoded",
            bytes: Zeroizing::new(bytes.to_vec()),
            secrets: secrets_in(bytes),
        });
        carried(&self.wire, &ours, &self.seen).await
    }
}

impl MetadataTransport {
    /// Tries of a machine that may have no such service.
    pub(super) const TRIES: u32 = 2;
    /// The header by which App Service knows its own (`azure_identity`, App Service managed identity).
    const SECRET_HEADER: &str = "x-identity-header";
}

#[async_trait::async_trait]
impl HttpClient for MetadataTransport {
    async fn execute_request(&self, request: &SdkRequest) -> azure_core::Result<AsyncRawResponse> {
        let mut url = request.url().clone();
        if let Some(host) = &self.host {
            let (path, query) = (url.path().to_owned(), url.query().map(str::to_owned));
            url = host.clone();
            url.set_path(&path);
            url.set_query(query.as_deref());
        }
        if url.scheme() != "https" && !is_near(&url) {
            return Err(other("a token is not asked for in clear beyond this machine"));
        }
        let mut ours = Request::new(Plane::Entra, self.side, http::Method::GET, url, Auth::None);
        let secret = request.headers().get_optional_string(&HeaderName::from_static(Self::SECRET_HEADER));
        ours.header = Some(match secret {
            Some(secret) => (Self::SECRET_HEADER, Secret::new(secret)),
            // Instance metadata refuses what a careless proxy could have sent.
            None => ("metadata", Secret::new("true".to_owned())),
        });
        carried(&self.wire, &ours, &self.seen).await
    }
}

fn other(text: &str) -> azure_core::Error {
    azure_core::Error::with_message(azure_core::error::ErrorKind::Other, text.to_owned())
}

/// Sends a request of the SDK over the wire, and keeps what was refused.
async fn carried(wire: &Wire, request: &Request, seen: &LastRefusal) -> azure_core::Result<AsyncRawResponse> {
    let work = Work::SignIn(request.side);
    let sent = wire.send(&work, request, None, |reply| {
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
                    Some(Refused { refusal, oauth: None, claims: None })
                }
                CallError::SignIn(_) | CallError::Journal(_) | CallError::Stopped => None,
            };
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = refused;
            Err(other("the token endpoint refused"))
        }
    }
}

/// Returns the secrets of a token request's form.
fn secrets_in(form: &[u8]) -> Vec<Secret> {
    url::form_urlencoded::parse(form)
        .filter(|(name, _)| SECRET_PARAMETERS.contains(&name.as_ref()))
        .map(|(_, value)| Secret::new(value.into_owned()))
        .collect()
}

/// The longest life of a token that the SDK can count with, in seconds: the SDK adds the life to a time without
/// looking.
const LONGEST_LIFE: f64 = 366.0 * 24.0 * 3600.0;

/// The life of a token, of all that a token endpoint answers: the token itself is copied nowhere by that.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct TokenLifetime {
    expires_in: serde_json::Value,
    ext_expires_in: serde_json::Value,
}

/// Checks that the SDK can read the answer of a token endpoint.
fn sensible(body: &[u8]) -> Result<(), String> {
    let answer: TokenLifetime = serde_json::from_slice(body).map_err(|e| format!("line {}", e.line()))?;
    let lives = [answer.expires_in, answer.ext_expires_in].map(|life| life.as_f64());
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
    fn a_token_is_asked_for_in_clear_on_this_machine_alone() {
        let near = |url: &str| is_near(&Url::parse(url).expect("a URL"));
        for url in
            ["http://169.254.169.254/metadata", "http://127.0.0.1:1/msi", "http://localhost/msi", "http://[::1]/"]
        {
            assert!(near(url), "{url}");
        }
        for url in ["http://10.0.0.1/", "http://localhost.evil.example/", "http://example.com/"] {
            assert!(!near(url), "{url}");
        }
    }

    #[test]
    fn the_secret_of_a_form_is_known_as_it_is() {
        let found = secrets_in(b"grant_type=client_credentials&client_secret=a%7Eb%2Bc&client_id=x");
        assert_eq!(found.iter().map(Secret::reveal).collect::<Vec<_>>(), ["a~b+c"]);
    }
}
