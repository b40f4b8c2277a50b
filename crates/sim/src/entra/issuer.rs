//! The clusters as issuers of service account tokens (OpenID Connect Discovery; AKS's document "Create an OpenID Connect
//! provider on AKS").

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::StatusCode;
use serde_json::json;

use crate::{cloud::Shared, errors, keys};

/// Answers `/oidc/{id}/.well-known/openid-configuration`.
pub async fn configuration(State(cloud): State<Shared>, Path(id): Path<String>) -> Result<Response, StatusCode> {
    let world = cloud.world();
    let found = world.clusters.iter().find(|cluster| cluster.issuer.ends_with(&format!("/oidc/{id}/")));
    let issuer = &found.ok_or(StatusCode::NOT_FOUND)?.issuer;
    Ok(errors::json(
        StatusCode::OK,
        &json!({
            "issuer": issuer,
            "jwks_uri": format!("{issuer}openid/v1/jwks"),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }),
    ))
}

/// Answers `/oidc/{id}/openid/v1/jwks`.
pub async fn keys() -> Response {
    errors::json(StatusCode::OK, &keys::cluster_keys())
}
