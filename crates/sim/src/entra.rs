//! Entra: discovery, and the way to the token endpoint, the sign-in pages and the consent pages.

use axum::{
    Router,
    extract::{Path, Query, State},
    response::Response,
    routing::{get, post},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use crate::{
    cloud::{Cloud, Shared},
    consent,
    directory::SignInError,
    errors::{self, Answer},
    machine,
};

mod assertion;
pub mod audience;
mod authorize;
mod client;
mod codes;
pub mod device;
mod device_page;
mod form;
mod grants;
mod issuer;
mod people;
mod refusals;
mod scopes;
mod token;

/// Returns the routes of everything that begins with a tenant.
pub fn router(cloud: Shared) -> Router {
    Router::new()
        .route("/common/discovery/instance", get(discover_instance))
        .route("/{tenant}/.well-known/openid-configuration", get(configuration_v1))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(configuration_v2))
        .route("/{tenant}/discovery/keys", get(keys))
        .route("/{tenant}/discovery/v2.0/keys", get(keys))
        .route("/{tenant}/oauth2/token", post(token::v1))
        .route("/{tenant}/oauth2/v2.0/token", post(token::v2))
        .route("/{tenant}/oauth2/v2.0/devicecode", post(device::begin))
        .route("/msi/token", get(machine::app_service))
        .route("/oidc/{id}/.well-known/openid-configuration", get(issuer::configuration))
        .route("/oidc/{id}/openid/v1/jwks", get(issuer::keys))
        .route("/devicelogin", get(device_page::show).post(device_page::entered))
        .route("/{tenant}/oauth2/authorize", get(consent::authorize).post(consent::authorized))
        .route("/{tenant}/oauth2/v2.0/authorize", get(authorize::show).post(authorize::decided))
        .route("/{tenant}/adminconsent", get(consent::admin_consent).post(consent::admin_consented))
        .route(
            "/{tenant}/v2.0/adminconsent",
            get(consent::admin_consent_of_scope).post(consent::admin_consented_of_scope),
        )
        .fallback(async || StatusCode::NOT_FOUND)
        .with_state(cloud)
}

#[derive(Deserialize)]
struct InstanceQuery {
    authorization_endpoint: Option<String>,
}

/// Returns the instance discovery of sign-in libraries (`entra_client_secret_ok`): this cloud's host alone.
async fn discover_instance(State(cloud): State<Shared>, Query(query): Query<InstanceQuery>) -> Response {
    let host = cloud.origin.trim_start_matches("https://");
    let asked = query.authorization_endpoint.unwrap_or_default();
    let tenant = asked.split('/').nth(3).unwrap_or("common");
    let body = json!({
        "tenant_discovery_endpoint": format!("{}/{tenant}/v2.0/.well-known/openid-configuration", cloud.origin),
        "api-version": "1.1",
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    });
    errors::json(StatusCode::OK, &body)
}

async fn configuration_v1(State(cloud): State<Shared>, Path(tenant): Path<String>) -> Answer {
    configuration(&cloud, &tenant, "oauth2")
}

async fn configuration_v2(State(cloud): State<Shared>, Path(tenant): Path<String>) -> Answer {
    configuration(&cloud, &tenant, "oauth2/v2.0")
}

/// Answers `openid-configuration` (`entra_client_secret_ok`), with the endpoints that are served here. Whatever the
/// tenant is called by, the endpoints and the issuer have its id.
fn configuration(cloud: &Cloud, tenant: &str, endpoints: &str) -> Answer {
    let names = cloud.world().names;
    let (id, issuer) = match tenant {
        "common" | "organizations" | "consumers" => (tenant.to_owned(), "{tenantid}".to_owned()),
        _ => {
            let id = cloud.world().tenant(tenant).map(|known| known.id.to_string());
            let id = id.ok_or_else(|| refusals::sign_in(SignInError::UnknownTenant, tenant, ""))?;
            (id.clone(), id)
        }
    };
    let at = |path: &str| format!("{}/{id}/{path}", cloud.origin);
    let v2 = endpoints.ends_with("v2.0");
    let graph_host = names.graph.trim_start_matches("https://");
    let mut found = json!({
        "token_endpoint": at(&format!("{endpoints}/token")),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": at(if v2 { "discovery/v2.0/keys" } else { "discovery/keys" }),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": if v2 { format!("{}/{issuer}/v2.0", cloud.origin) } else { format!("https://{}/{issuer}/", names.issuer_host) },
        "request_uri_parameter_supported": false,
        "authorization_endpoint": at(&format!("{endpoints}/authorize")),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": names.login_host.trim_start_matches("login."),
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": graph_host,
        "rbac_url": "https://pas.windows.net",
    });
    if v2 {
        found["device_authorization_endpoint"] = json!(at("oauth2/v2.0/devicecode"));
    }
    Ok(errors::json(StatusCode::OK, &found))
}

/// Answers with no key: nobody checks the signatures of these tokens but the cloud itself.
async fn keys() -> Response {
    errors::json(StatusCode::OK, &json!({ "keys": [] }))
}
