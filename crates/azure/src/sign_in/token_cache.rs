//! The cache of a sign-in: tokens, and what renews them. The cache is in memory alone, and gone with the program.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crosspull_core::secret::Secret;

use crate::request::Audience;

/// A token with its end, in seconds since 1970.
pub(super) type CachedToken = (Secret, i64);

/// The cache of a sign-in. Whoever holds the same one need not sign in again.
#[derive(Clone, Default)]
pub struct TokenCache(Arc<Inner>);

#[derive(Default)]
struct Inner {
    tokens: [tokio::sync::Mutex<Option<CachedToken>>; 4],
    refresh: tokio::sync::Mutex<Option<Secret>>,
    claims: Mutex<Option<String>>,
}

impl TokenCache {
    /// Returns the token for an audience. The holder of its lock is the one who asks for the token.
    pub(super) fn slot(&self, audience: Audience) -> &tokio::sync::Mutex<Option<CachedToken>> {
        let [arm, graph, registry, kubernetes] = &self.0.tokens;
        match audience {
            Audience::Arm => arm,
            Audience::Graph => graph,
            Audience::Registry => registry,
            Audience::Kubernetes => kubernetes,
        }
    }

    /// Returns what renews a person's tokens. The holder of its lock is the one who asks the person.
    pub(super) fn refresh(&self) -> &tokio::sync::Mutex<Option<Secret>> {
        &self.0.refresh
    }

    /// Takes over what renews another's tokens, unless that one is asking just now.
    pub(super) fn inherit(&self, other: &Self) {
        if let (Ok(mut mine), Ok(theirs)) = (self.0.refresh.try_lock(), other.0.refresh.try_lock()) {
            mine.clone_from(&theirs);
        }
    }

    /// Remembers which claims the next token must have.
    pub(super) fn demand(&self, claims: String) {
        *self.0.claims.lock().unwrap_or_else(PoisonError::into_inner) = Some(claims);
    }

    /// Returns the claims that the next token must have.
    pub(super) fn demanded(&self) -> Option<String> {
        self.0.claims.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenCache(…)")
    }
}
