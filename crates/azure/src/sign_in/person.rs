//! A person signs in: with a code that is entered in a browser somewhere else, or in a browser that comes back to this
//! machine. One sign-in serves every resource of the tenant. OAuth's own words decide how it goes on; numbers explain, and
//! spare the other way where it cannot work either.

use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use crosspull_core::event::Work;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::AppId;
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::{Prompt, SignIn};
use crosspull_core::text::printable;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Source;
use super::token_cache::CachedToken;
use crate::listener::{Listener, Query};
use crate::refusal::{OauthError, refused_by_page, torn};
use crate::reply::{DeviceCode, TokenResponse};
use crate::request::{self, Audience, Client, Request};
use crate::wire::CallError;

/// The longest wait for a browser.
const BROWSER: Duration = Duration::from_mins(10);
/// The delay of a question once the service said that questions come too fast (RFC 8628, 3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// The codes of a tenant, and of a client, that Entra does not know, whatever the way (Microsoft, "Microsoft Entra
/// authentication and authorization error codes").
const UNKNOWN: [&str; 3] = ["AADSTS90002", "AADSTS900023", "AADSTS700016"];

/// The reason why a person is not signed in.
enum NotSignedIn {
    /// This way does not work; another one may.
    ByThisWay(Trouble),
    /// No way works, or the person declined.
    ByAnyWay(Trouble),
}

/// The answer that the browser brought back.
#[derive(Debug)]
enum BrowserAnswer {
    /// A code for a token.
    Code(Secret),
    /// The sign-in page's refusal: OAuth's word, and its description.
    Refused(String, String),
}

/// Reads what the sign-in page answers, and tells what the browser shows.
fn answer_of(query: Query<'_>) -> Option<(BrowserAnswer, &'static str)> {
    match (query.get("code"), query.get("error")) {
        (Some(code), _) => Some((
            BrowserAnswer::Code(Secret::new(code)),
            "You are signed in. Close this page and go back to crosspull.",
        )),
        (None, Some(error)) => Some((
            BrowserAnswer::Refused(error, query.get("error_description").unwrap_or_default()),
            "The sign-in did not work. crosspull tells why; close this page.",
        )),
        (None, None) => None,
    }
}

/// A person is being asked. However that ends, the front end is told, so that no question is left standing.
struct Asking<'a>(&'a Source);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.prompts.say(Prompt::Over { side: self.0.side });
    }
}

/// A person's sign-in to one tenant.
pub(super) struct PersonSignIn<'a> {
    pub(super) source: &'a Source,
    pub(super) way: SignIn,
    pub(super) client: AppId,
}

impl PersonSignIn<'_> {
    /// Returns a token: by what an earlier sign-in left, or else by asking the person.
    pub(super) async fn token(&self, audience: Audience) -> Result<CachedToken, Trouble> {
        let source = self.source;
        let mut refresh = source.login.cache.refresh().lock().await;
        let mut claims = source.login.cache.demanded();
        if let (Some(token), None) = (refresh.as_ref(), &claims) {
            let request = request::token_by_refresh(self.client(), source.resource(audience), token);
            match self.send::<TokenResponse>(&request).await {
                Ok(granted) => return Ok(self.keep(granted, &mut refresh)),
                // What renews is no longer taken, or a stronger sign-in is asked for.
                Err(CallError::Refused(refused)) if refused.oauth.is_some() => claims = refused.claims,
                Err(error) => return Err(self.trouble(error)),
            }
        }
        // One tenant after the other: nobody enters two codes at once.
        let _turn = source.prompts.turn.lock().await;
        let granted = self.ask(audience, claims.as_deref()).await?;
        Ok(self.keep(granted, &mut refresh))
    }

    /// Keeps what renews the token, and returns the token.
    fn keep(&self, granted: TokenResponse, refresh: &mut Option<Secret>) -> CachedToken {
        if let Some(new) = granted.refresh_token {
            *refresh = Some(new);
        }
        let until = self.source.wire.recorder().now().as_second().saturating_add(i64::from(granted.expires_in));
        (granted.access_token, until)
    }

    /// Asks the person in the way that was chosen; where that way is blocked, in the other one.
    async fn ask(&self, audience: Audience, claims: Option<&str>) -> Result<TokenResponse, Trouble> {
        let trouble = match self.by(self.way, audience, claims).await {
            Ok(granted) => return Ok(granted),
            Err(NotSignedIn::ByAnyWay(trouble)) => return Err(trouble),
            Err(NotSignedIn::ByThisWay(trouble)) => trouble,
        };
        let other = if self.way == SignIn::DeviceCode { SignIn::Browser } else { SignIn::DeviceCode };
        self.source.prompts.say(Prompt::Instead {
            side: self.source.side,
            failed: self.way,
            way: other,
            trouble: trouble.clone(),
        });
        match self.by(other, audience, claims).await {
            Ok(granted) => Ok(granted),
            Err(NotSignedIn::ByAnyWay(trouble) | NotSignedIn::ByThisWay(trouble)) => Err(trouble),
        }
    }

    async fn by(&self, way: SignIn, audience: Audience, claims: Option<&str>) -> Result<TokenResponse, NotSignedIn> {
        let _asking = Asking(self.source);
        match way {
            SignIn::Browser => self.by_browser(audience, claims).await,
            _ => self.by_code(audience, claims).await,
        }
    }

    /// Signs in by a code that is entered somewhere else. The server is asked as often as it says.
    async fn by_code(&self, audience: Audience, claims: Option<&str>) -> Result<TokenResponse, NotSignedIn> {
        let request = request::device_code(self.client(), self.source.resource(audience), claims);
        let device: DeviceCode = self.send(&request).await.map_err(|error| self.not_signed_in(error))?;
        let life = Duration::from_secs(u64::from(device.expires_in));
        let until = self.ends_after(life);
        self.source.prompts.say(Prompt::Code {
            side: self.source.side,
            address: printable(&device.verification_uri, 200),
            code: Secret::new(printable(device.user_code.reveal(), 40)),
            until,
        });
        let mut interval = Duration::from_secs(u64::from(device.interval.max(1)));
        let question = request::token_by_device_code(self.client(), &device.device_code);
        let mut tries = 0;
        loop {
            tries += 1;
            self.source
                .wire
                .pause(&self.work(), "the code is not entered yet", interval, life, tries)
                .await
                .map_err(|error| NotSignedIn::ByAnyWay(self.trouble(error)))?;
            let error = match self.send::<TokenResponse>(&question).await {
                Ok(granted) => return Ok(granted),
                Err(error) => error,
            };
            let refused = match &error {
                CallError::Refused(refused) => refused,
                // The code is as good as before.
                CallError::Unreachable(_) | CallError::Lost(_) if self.source.wire.recorder().now() < until => continue,
                _ => return Err(NotSignedIn::ByAnyWay(self.trouble(error))),
            };
            match &refused.oauth {
                Some(OauthError::AuthorizationPending) if self.source.wire.recorder().now() < until => {}
                Some(OauthError::SlowDown) => interval = interval.saturating_add(SLOWER),
                Some(OauthError::AuthorizationPending | OauthError::ExpiredToken | OauthError::CodeExpired) => {
                    return Err(NotSignedIn::ByAnyWay(self.trouble(error).because(
                        "The code ended before somebody entered it.",
                        "Sign in again: there is a new code then.",
                    )));
                }
                Some(OauthError::AuthorizationDeclined) => {
                    return Err(NotSignedIn::ByAnyWay(
                        self.trouble(error)
                            .because("The sign-in was declined in the browser.", "Sign in again, and accept it there."),
                    ));
                }
                _ if refused.refusal.status.is_some_and(|s| s >= 500) => {}
                _ => return Err(self.not_signed_in(error)),
            }
        }
    }

    /// Signs in by a browser that comes back to this machine, itself or through a tunnel.
    async fn by_browser(&self, audience: Audience, claims: Option<&str>) -> Result<TokenResponse, NotSignedIn> {
        let listener = Listener::open(None).await.map_err(|error| {
            NotSignedIn::ByThisWay(Trouble::new(self.what(), format!("No port is free on this machine ({error})."), ""))
        })?;
        let state = Uuid::new_v4().simple().to_string();
        // Two random numbers of 122 bits; RFC 7636 wants 43 characters at least.
        let verifier = Secret::new(format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()));
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.reveal()));
        let back = listener.address();
        let resource = self.source.resource(audience);
        let page = request::sign_in_page(self.client(), resource, &back, &state, &challenge, claims);
        self.source.prompts.say(Prompt::Page {
            side: self.source.side,
            address: page.to_string(),
            port: listener.port,
            until: self.ends_after(BROWSER),
        });
        let answer = tokio::select! {
            biased;
            () = self.source.wire.control().stopped() => return Err(NotSignedIn::ByAnyWay(self.trouble(CallError::Stopped))),
            answer = tokio::time::timeout(BROWSER, listener.answer(&state, answer_of)) => answer,
        };
        let code = match answer {
            Ok(Ok(BrowserAnswer::Code(code))) => code,
            Ok(Ok(BrowserAnswer::Refused(word, description))) => {
                return Err(NotSignedIn::ByThisWay(self.refused_by_page(&word, &description)));
            }
            Ok(Err(error)) => {
                let why = format!("Nothing more can be taken from a browser ({error}).");
                return Err(NotSignedIn::ByThisWay(Trouble::new(self.what(), why, "")));
            }
            Err(_) => {
                return Err(NotSignedIn::ByAnyWay(Trouble::new(
                    self.what(),
                    "No browser came back within ten minutes.",
                    "Sign in again, or choose device-code: it works without a way back to this machine.",
                )));
            }
        };
        let request = request::token_by_code(self.client(), resource, &back, &code, &verifier);
        self.send(&request).await.map_err(|error| self.not_signed_in(error))
    }

    /// Returns the trouble that the sign-in page answered in place of a code.
    fn refused_by_page(&self, word: &str, description: &str) -> Trouble {
        Trouble::from_refusal(self.what(), refused_by_page(word, description))
    }

    fn client(&self) -> Client<'_> {
        let source = self.source;
        Client { endpoints: &source.endpoints, side: source.side, tenant: &source.tenant, id: self.client }
    }

    async fn send<T: DeserializeOwned + Send>(&self, request: &Request) -> Result<T, CallError> {
        let read = |reply: &crate::wire::Reply| serde_json::from_slice(&reply.body).map_err(|e| torn(&e));
        self.source.wire.send(&self.work(), request, None, read).await
    }

    const fn work(&self) -> Work {
        Work::SignIn(self.source.side)
    }

    fn ends_after(&self, life: Duration) -> Timestamp {
        let life = SignedDuration::try_from(life).unwrap_or(SignedDuration::ZERO);
        self.source.wire.recorder().now().saturating_add(life).unwrap_or(Timestamp::MAX)
    }

    fn what(&self) -> String {
        format!("Sign-in to tenant {} did not work.", self.source.side)
    }

    /// Returns why the person is not signed in. A refusal may be a policy against this way; a service that does not
    /// answer is none, and neither is a tenant or a client that Entra does not know.
    fn not_signed_in(&self, error: CallError) -> NotSignedIn {
        match &error {
            CallError::Refused(refused) if !UNKNOWN.contains(&refused.refusal.code.as_str()) => {
                NotSignedIn::ByThisWay(self.trouble(error))
            }
            _ => NotSignedIn::ByAnyWay(self.trouble(error)),
        }
    }

    fn trouble(&self, error: CallError) -> Trouble {
        error.trouble(self.what())
    }
}
