//! The request log of `/_sim/requests`, and whole exchanges for tests that want them.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use http::Uri;
use serde::Serialize;
use uuid::Uuid;

use crate::plane::Plane;

/// A request, without anything secret.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// The number of the request, from 1, in the order of arrival.
    pub n: u64,
    /// The time of arrival, in milliseconds of the wall clock since the start.
    pub at_ms: u64,
    /// The time until the answer, or until the connection was cut, in milliseconds. It is 0 while there is neither.
    pub ms: u64,
    /// Whom it was for.
    pub plane: Plane,
    /// The tenant of the registry, the path or the token, where there is one.
    pub tenant: Option<Uuid>,
    /// The method.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The status of the answer. `None` where none was sent.
    pub status: Option<u16>,
    /// The `User-Agent`.
    pub client: String,
    /// True for a dry run of Kubernetes, which changes nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

/// A whole exchange, secrets included: for tests only, kept when [`crate::Options::record`] says so.
#[derive(Clone)]
pub struct Exchange {
    /// Whom it was for.
    pub plane: Plane,
    /// The method.
    pub method: String,
    /// Path and query.
    pub url: String,
    /// The request's headers.
    pub request_headers: Vec<(String, String)>,
    /// The request's body.
    pub request_body: String,
    /// The status of the answer. `None` where none was sent.
    pub status: Option<u16>,
    /// The answer's headers.
    pub response_headers: Vec<(String, String)>,
    /// The answer's body, as far as it is text.
    pub response_body: String,
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.url.split('?').next().unwrap_or_default();
        write!(f, "{} {path} -> {:?}", self.method, self.status)
    }
}

/// Marks an answer whose body goes on for long and is not kept with the exchanges. A response extension.
#[derive(Clone, Copy)]
pub struct NotKept;

/// The log of one cloud.
#[derive(Debug)]
pub struct Log {
    start: Instant,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    entries: Vec<Entry>,
    exchanges: Vec<Exchange>,
}

impl Default for Log {
    fn default() -> Self {
        Self { start: Instant::now(), kept: Mutex::default() }
    }
}

impl Log {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a request that came in, and gives its place in the log.
    pub fn arrived(&self, plane: Plane, tenant: Option<Uuid>, method: &str, uri: &Uri, client: &str) -> usize {
        let mut kept = self.kept();
        let place = kept.entries.len();
        kept.entries.push(Entry {
            n: place as u64 + 1,
            at_ms: milliseconds(self.start.elapsed()),
            ms: 0,
            plane,
            tenant,
            method: method.to_owned(),
            path: uri.path().to_owned(),
            status: None,
            client: client.to_owned(),
            dry_run: uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "dryRun=All")),
        });
        place
    }

    /// Notes how it ended.
    pub fn ended(&self, place: usize, status: Option<u16>) {
        let now = milliseconds(self.start.elapsed());
        if let Some(entry) = self.kept().entries.get_mut(place) {
            entry.ms = now.saturating_sub(entry.at_ms);
            entry.status = status;
        }
    }

    /// Keeps a whole exchange.
    pub fn keep(&self, exchange: Exchange) {
        self.kept().exchanges.push(exchange);
    }

    /// Returns the requests so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.kept().entries.clone()
    }

    /// Returns the exchanges kept so far.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.kept().exchanges.clone()
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
