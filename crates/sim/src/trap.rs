//! The trap: an origin beside the cloud, with the same certificate, that no client should ever be led to. It answers
//! everything, and keeps what it was sent.

use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use http::header;
use serde_json::{Value, json};

pub mod answer;

/// The request that the trap was sent, secrets included: for tests only.
#[derive(Clone)]
pub struct Trapped {
    /// The method.
    pub method: String,
    /// Path and query.
    pub url: String,
    /// The request's headers.
    pub headers: Vec<(String, String)>,
    /// The request's body.
    pub body: Bytes,
}

impl Trapped {
    /// True where the request had a header `Authorization`.
    #[must_use]
    pub fn had_authorization(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == header::AUTHORIZATION.as_str())
    }

    /// Returns the path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.url.split('?').next().unwrap_or_default()
    }
}

impl std::fmt::Debug for Trapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}, {} bytes", self.method, self.path(), self.body.len())
    }
}

/// The trap of one cloud.
#[derive(Debug)]
pub struct Trap {
    /// The address, `https://localhost:PORT`.
    pub origin: String,
    kept: Mutex<Vec<Trapped>>,
}

impl Trap {
    /// Returns a trap at an address.
    #[must_use]
    pub fn at(origin: String) -> Self {
        Self { origin, kept: Mutex::default() }
    }

    /// Keeps what the trap was sent.
    pub fn keep(&self, sent: Trapped) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
    }

    /// Returns what the trap was sent so far.
    #[must_use]
    pub fn kept(&self) -> Vec<Trapped> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns what the trap was sent so far without anything secret, as `/_sim/trap` shows it.
    #[must_use]
    pub fn shown(&self) -> Value {
        let shown = |kept: &Trapped| {
            let (method, path) = (&kept.method, kept.path());
            json!({ "method": method, "path": path, "authorization": kept.had_authorization(), "bytes": kept.body.len() })
        };
        self.kept().iter().map(shown).collect()
    }
}
