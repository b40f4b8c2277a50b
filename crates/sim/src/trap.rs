//! The trap: an origin beside the cloud, with the same certificate, that no client should ever be led to. It answers
//! everything, and keeps what it was sent.

use std::{
    convert::Infallible,
    sync::{Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::{cloud::Shared, errors, front};

/// No request is kept beyond this.
const LARGEST_REQUEST: usize = 4 * 1024 * 1024;

/// What the trap was sent, secrets included: for tests only.
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
    /// Whether it had a header `Authorization`.
    #[must_use]
    pub fn had_authorization(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == header::AUTHORIZATION.as_str())
    }

    /// The path, without the query.
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
    /// Its address, `https://localhost:PORT`.
    pub origin: String,
    kept: Mutex<Vec<Trapped>>,
}

impl Trap {
    /// A trap at an address.
    #[must_use]
    pub fn at(origin: String) -> Self {
        Self { origin, kept: Mutex::default() }
    }

    /// What it was sent so far.
    #[must_use]
    pub fn kept(&self) -> Vec<Trapped> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The same without anything secret, as `/_sim/trap` shows it.
    #[must_use]
    pub fn shown(&self) -> Value {
        let shown = |kept: &Trapped| {
            let (method, path) = (&kept.method, kept.path());
            json!({ "method": method, "path": path, "authorization": kept.had_authorization(), "bytes": kept.body.len() })
        };
        self.kept().iter().map(shown).collect()
    }
}

/// Keeps a request, and answers 200 with an empty object.
///
/// # Errors
/// None.
pub async fn answer(cloud: Shared, request: hyper::Request<Incoming>) -> Result<Response, Infallible> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, LARGEST_REQUEST).collect().await;
    let kept = Trapped {
        method: head.method.to_string(),
        url: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        headers: front::pairs(&head.headers),
        body: body.map(|body| body.to_bytes()).unwrap_or_default(),
    };
    cloud.trap.kept.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
    Ok(errors::json(StatusCode::OK, &json!({})).into_response())
}
