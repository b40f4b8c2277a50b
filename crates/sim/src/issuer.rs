//! The signature of tokens: JWTs with a key of this start.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock::Clock;

/// The reason why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// The request has no token.
    Missing,
    /// The token cannot be read, or nobody here signed it.
    Invalid,
    /// The time of the token is over.
    Expired,
    /// The token is for another resource.
    WrongAudience,
}

/// Makes and opens tokens.
#[derive(Clone)]
pub struct Issuer {
    key: Arc<[u8]>,
}

impl Default for Issuer {
    fn default() -> Self {
        let mut key = Uuid::new_v4().as_bytes().to_vec();
        key.extend_from_slice(Uuid::new_v4().as_bytes());
        key.extend_from_slice(Uuid::new_v4().as_bytes());
        Self { key: key.into() }
    }
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Issuer(..)")
    }
}

impl Issuer {
    /// Returns a token with these claims; `exp` (seconds since 1970) is among them.
    #[must_use]
    pub fn sign(&self, claims: &Value) -> String {
        let head = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"HS256","kid":"simulated"}"#);
        let body = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mark = self.mark(&body);
        format!("{body}.{mark}")
    }

    /// Returns the claims of a token that was signed here and whose time is not over.
    ///
    /// # Errors
    /// [`TokenFault::Invalid`] or [`TokenFault::Expired`].
    pub fn open(&self, token: &str, clock: &Clock) -> Result<Value, TokenFault> {
        let (body, mark) = token.rsplit_once('.').ok_or(TokenFault::Invalid)?;
        if self.mark(body) != mark {
            return Err(TokenFault::Invalid);
        }
        let payload = body.split('.').nth(1).ok_or(TokenFault::Invalid)?;
        let bytes = URL_SAFE_NO_PAD.decode(payload).map_err(|_| TokenFault::Invalid)?;
        let claims: Value = serde_json::from_slice(&bytes).map_err(|_| TokenFault::Invalid)?;
        let end = claims.get("exp").and_then(Value::as_i64).ok_or(TokenFault::Invalid)?;
        if end <= clock.timestamp().as_second() { Err(TokenFault::Expired) } else { Ok(claims) }
    }

    /// Returns the HMAC-SHA256 of a text (RFC 2104).
    fn mark(&self, body: &str) -> String {
        let pad = |with: u8| -> Vec<u8> {
            let mut block = self.key.to_vec();
            block.resize(64, 0);
            block.iter().map(|byte| byte ^ with).collect()
        };
        let inner = Sha256::new().chain_update(pad(0x36)).chain_update(body).finalize();
        let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
        URL_SAFE_NO_PAD.encode(outer)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    #[test]
    fn only_its_own_unexpired_tokens_open() {
        let (ours, other) = (Issuer::default(), Issuer::default());
        let clock = Clock::by_hand(Timestamp::UNIX_EPOCH);
        let token = ours.sign(&json!({ "exp": 10, "tid": "t" }));
        assert_eq!(ours.open(&token, &clock).unwrap()["tid"], "t");
        assert_eq!(other.open(&token, &clock), Err(TokenFault::Invalid));
        assert_eq!(ours.open(&format!("{token}x"), &clock), Err(TokenFault::Invalid));
        clock.advance(10.0);
        assert_eq!(ours.open(&token, &clock), Err(TokenFault::Expired));
    }
}
