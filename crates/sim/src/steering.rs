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
    errors,
    log::Log,
    world::view,
};

/// The routes of `/_sim`.
pub fn router(cloud: Shared, log: Arc<Log>) -> Router {
    Router::new()
        .route("/_sim/world", get(async |State(cloud): State<Shared>| Json(view::of(&cloud.world()))))
        .route("/_sim/requests", get(async move || Json(log.entries())))
        .route("/_sim/trap", get(async |State(cloud): State<Shared>| Json(cloud.trap.shown())))
        .route("/_sim/consent", post(give_consent))
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
