//! Sign-ins of people that are under way, and what is remembered of those that were: device codes, authorization codes,
//! refresh tokens.

use std::time::Instant;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Somebody who has signed in with a client. A refresh token holds all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The tenant signed in to.
    pub tenant: Uuid,
    /// The object id of the user there.
    pub user: Uuid,
    /// The account, the same in every tenant.
    pub account: String,
    /// The client.
    pub client: Uuid,
    /// True where multifactor authentication was passed.
    pub mfa: bool,
    /// Authentication contexts that were satisfied.
    pub acrs: Vec<String>,
    /// `xms_cc`: what the client says it can handle.
    pub capabilities: Vec<String>,
    /// `nonce` of the request.
    pub nonce: Option<String>,
}

/// The demands in the `claims` parameter of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Authentication contexts to satisfy.
    pub acrs: Vec<String>,
    /// The capabilities of the client.
    pub capabilities: Vec<String>,
}

impl Claims {
    /// Reads the parameter (OpenID Connect Core 5.5; Entra's document "Claims challenges, claims requests and client
    /// capabilities"); `None` where it is no JSON object.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let all: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
        let of = |name: &str| {
            let asked = all.get("access_token").and_then(|token| token.get(name));
            let many = asked.and_then(|asked| asked.get("values")).and_then(serde_json::Value::as_array);
            let one = asked.and_then(|asked| asked.get("value"));
            let values = many.into_iter().flatten().chain(one);
            values.filter_map(|value| value.as_str().map(str::to_owned)).collect()
        };
        Some(Self { acrs: of("acrs"), capabilities: of("xms_cc") })
    }
}

/// The progress of the sign-in of a device code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nobody has entered the code, or not to the end.
    Pending,
    /// Somebody has signed in.
    Approved(Session),
    /// Somebody has declined.
    Declined,
    /// A policy keeps who signed in out: its code and message.
    Blocked(u32, String),
    /// The tokens were handed out.
    Redeemed,
}

/// A device code.
#[derive(Debug)]
pub struct Device {
    /// The code that the person enters.
    pub user_code: String,
    /// The code that the client asks with.
    pub device_code: String,
    /// The tenant as the request named it, `organizations` and `common` among it.
    pub authority: String,
    /// The client.
    pub client: Uuid,
    /// The scopes that were asked for.
    pub scope: String,
    /// The claims that were asked for.
    pub claims: Claims,
    /// Until when it can be used.
    pub expires: Timestamp,
    /// The time at which the client last asked.
    pub asked: Option<Instant>,
    /// The progress of the sign-in.
    pub progress: Progress,
}

/// An authorization code.
#[derive(Debug)]
pub struct Code {
    /// The value.
    pub value: String,
    /// The tenant as the request named it.
    pub authority: String,
    /// The session of the person who signed in.
    pub session: Session,
    /// The address that the code was sent to.
    pub redirect_uri: String,
    /// `code_challenge`, made with S256.
    pub challenge: Option<String>,
    /// The scopes that were asked for.
    pub scope: String,
    /// Until when it can be used.
    pub expires: Timestamp,
    /// True where the code was used.
    pub redeemed: bool,
}

/// Every sign-in that is under way or was.
#[derive(Debug, Default)]
pub struct SignIns {
    /// Device codes.
    pub devices: Vec<Device>,
    /// Authorization codes.
    pub codes: Vec<Code>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_in_both_their_forms() {
        let read =
            Claims::read(r#"{"access_token":{"xms_cc":{"values":["CP1"]},"acrs":{"essential":true,"value":"c1"}}}"#);
        assert_eq!(read, Some(Claims { acrs: vec!["c1".to_owned()], capabilities: vec!["CP1".to_owned()] }));
        assert_eq!(Claims::read(""), Some(Claims::default()));
        assert_eq!(Claims::read("[]"), None);
    }
}
