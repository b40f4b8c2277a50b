//! The answers of the trap.

use std::convert::Infallible;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde_json::json;

use super::Trapped;
use crate::{cloud::Shared, errors, front};

/// No request is kept beyond this.
const LARGEST_REQUEST: usize = 4 * 1024 * 1024;

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
    cloud.trap.keep(kept);
    Ok(errors::json(StatusCode::OK, &json!({})).into_response())
}
