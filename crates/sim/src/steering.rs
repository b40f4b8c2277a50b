//! `/_sim`: seeing and steering the cloud. No real cloud has it.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use crate::{
    cloud::Shared,
    consent::{self, ConsentError},
    entra::device::{self, DeviceError},
    errors,
    log::Log,
    world::view,
};

/// Returns the routes of `/_sim`.
pub fn router(cloud: Shared, log: Arc<Log>) -> Router {
    Router::new()
        .route("/_sim/world", get(async |State(cloud): State<Shared>| Json(view::of(&cloud.world()))))
        .route("/_sim/requests", get(async move || Json(log.entries())))
        .route("/_sim/trap", get(async |State(cloud): State<Shared>| Json(cloud.trap.shown())))
        .route("/_sim/time", post(pass))
        .route("/_sim/consent", post(give_consent))
        .route("/_sim/device", get(waiting_devices).post(enter_code))
        .fallback(async || {
            errors::json(StatusCode::NOT_FOUND, &json!({ "error": "there is no such path under /_sim" }))
        })
        .with_state(cloud)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Asked {
    tenant: String,
    app_id: String,
}

async fn give_consent(State(cloud): State<Shared>, Json(asked): Json<Asked>) -> Response {
    match consent::give(&cloud, &asked.tenant, &asked.app_id) {
        Ok(id) => Json(json!({ "servicePrincipal": id })).into_response(),
        Err(why) => {
            let status = match why {
                ConsentError::UnknownTenant | ConsentError::UnknownApplication => StatusCode::NOT_FOUND,
                ConsentError::SingleTenant | ConsentError::Refused => StatusCode::CONFLICT,
            };
            errors::json(status, &json!({ "error": why.to_string() }))
        }
    }
}

/// A year: more than anything here lasts, and less than what dates cannot hold.
const MOST_SECONDS: f64 = 365.0 * 24.0 * 3600.0;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Passed {
    /// Simulated seconds.
    seconds: f64,
}

/// Lets time pass at once: what was delayed happens, and what has an end comes nearer to it.
async fn pass(State(cloud): State<Shared>, Json(asked): Json<Passed>) -> Response {
    if !(0.0..=MOST_SECONDS).contains(&asked.seconds) {
        let error = format!("`seconds` is {}; it must be from 0 to {MOST_SECONDS}", asked.seconds);
        return errors::json(StatusCode::BAD_REQUEST, &json!({ "error": error }));
    }
    cloud.clock.advance(asked.seconds);
    Json(json!({ "moved": cloud.clock.moved(), "now": cloud.clock.timestamp() })).into_response()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entered {
    user_code: String,
    /// An account, or `a` or `b` for an operator.
    #[serde(default)]
    user: String,
    #[serde(default)]
    deny: bool,
}

/// Returns the codes that nobody has entered yet.
async fn waiting_devices(State(cloud): State<Shared>) -> Json<serde_json::Value> {
    let all = device::pending(&cloud);
    Json(
        all.iter()
            .map(|(code, tenant, client)| json!({ "userCode": code, "tenant": tenant, "clientId": client }))
            .collect(),
    )
}

async fn enter_code(State(cloud): State<Shared>, Json(entered): Json<Entered>) -> Response {
    let done = if entered.deny {
        device::decline(&cloud, &entered.user_code).map(|()| json!({ "denied": true }))
    } else {
        device::approve(&cloud, &entered.user_code, &entered.user).map(|tenant| json!({ "tenant": tenant }))
    };
    match done {
        Ok(body) => Json(body).into_response(),
        Err(why) => {
            let status = if why == DeviceError::UnknownCode { StatusCode::NOT_FOUND } else { StatusCode::CONFLICT };
            errors::json(status, &json!({ "error": why.to_string() }))
        }
    }
}
