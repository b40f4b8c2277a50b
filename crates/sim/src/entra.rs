//! Entra: discovery, tokens for client credentials, and the way to the consent pages.

use axum::{
    Router,
    extract::{Path, Query, State},
    response::Response,
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use crate::{
    cloud::{Cloud, Shared},
    consent,
    directory::{self, SignInError, SignedIn},
    errors::{self, Answer, Refusal},
    tokens::{self, Audience},
};

/// Everything that begins with a tenant.
pub fn router(cloud: Shared) -> Router {
    Router::new()
        .route("/common/discovery/instance", get(discover_instance))
        .route("/{tenant}/.well-known/openid-configuration", get(configuration_v1))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(configuration_v2))
        .route("/{tenant}/discovery/keys", get(keys))
        .route("/{tenant}/discovery/v2.0/keys", get(keys))
        .route("/{tenant}/oauth2/token", post(token_v1))
        .route("/{tenant}/oauth2/v2.0/token", post(token_v2))
        .route("/{tenant}/oauth2/authorize", get(consent::authorize).post(consent::authorized))
        .route("/{tenant}/oauth2/v2.0/authorize", get(consent::authorize).post(consent::authorized))
        .route("/{tenant}/adminconsent", get(consent::admin_consent).post(consent::admin_consented))
        .route("/{tenant}/v2.0/adminconsent", get(consent::admin_consent).post(consent::admin_consented))
        .fallback(async || StatusCode::NOT_FOUND)
        .with_state(cloud)
}

#[derive(Deserialize)]
struct InstanceQuery {
    authorization_endpoint: Option<String>,
}

/// The instance discovery of sign-in libraries (`entra_client_secret_ok`): this cloud's host alone.
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

/// `openid-configuration` (`entra_client_secret_ok`), with the endpoints that are served here. Whatever the tenant is called by, the endpoints and the issuer have its id.
fn configuration(cloud: &Cloud, tenant: &str, endpoints: &str) -> Answer {
    let names = cloud.world().names;
    let (id, issuer) = match tenant {
        "common" | "organizations" | "consumers" => (tenant.to_owned(), "{tenantid}".to_owned()),
        _ => {
            let id = cloud.world().tenant(tenant).map(|known| known.id.to_string());
            let id = id.ok_or_else(|| refusal(SignInError::UnknownTenant, tenant, ""))?;
            (id.clone(), id)
        }
    };
    let at = |path: &str| format!("{}/{id}/{path}", cloud.origin);
    let v2 = endpoints.ends_with("v2.0");
    let graph_host = names.graph.trim_start_matches("https://");
    Ok(errors::json(
        StatusCode::OK,
        &json!({
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
        }),
    ))
}

/// Nobody checks these tokens' signatures but the cloud itself, so there is no key to publish.
async fn keys() -> Response {
    errors::json(StatusCode::OK, &json!({ "keys": [] }))
}

async fn token_v1(State(cloud): State<Shared>, Path(tenant): Path<String>, headers: HeaderMap, body: String) -> Answer {
    let form = Form::read(&headers, &body)?;
    let who = client_credentials(&cloud, &tenant, &form)?;
    let resource = form.required("resource")?;
    let (token, lifetime) = issue(&cloud, &who, resource)?;
    let now = cloud.clock.timestamp().as_second();
    Ok(errors::json(
        StatusCode::OK,
        &json!({
            "token_type": "Bearer", "expires_in": lifetime.to_string(), "ext_expires_in": lifetime.to_string(),
            "expires_on": (now + lifetime).to_string(), "not_before": now.to_string(), "resource": resource, "access_token": token,
        }),
    ))
}

async fn token_v2(State(cloud): State<Shared>, Path(tenant): Path<String>, headers: HeaderMap, body: String) -> Answer {
    let form = Form::read(&headers, &body)?;
    let who = client_credentials(&cloud, &tenant, &form)?;
    let scope = form.required("scope")?;
    let audience = scope.strip_suffix("/.default").ok_or_else(|| {
        let text = format!("The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).");
        errors::entra(StatusCode::BAD_REQUEST, "invalid_scope", 1_002_012, &text)
    })?;
    let (token, lifetime) = issue(&cloud, &who, audience)?;
    Ok(errors::json(
        StatusCode::OK,
        &json!({ "token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token }),
    ))
}

/// The form of a token request, and the client that a Basic header names.
struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    fn read(headers: &HeaderMap, body: &str) -> Result<Self, Refusal> {
        // What does not say that it is a form is not read: its parameters are missing.
        let body = if errors::is_of(headers, errors::FORM) { body } else { "" };
        let mut fields: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        fields.extend(
            basic(headers)
                .into_iter()
                .flat_map(|(id, secret)| [("client_id".to_owned(), id), ("client_secret".to_owned(), secret)]),
        );
        let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair.first() == pair.last()) {
            let text = "The request body or its headers give a parameter more than once.";
            return Err(errors::entra(StatusCode::BAD_REQUEST, "invalid_request", 9_002_313, text));
        }
        Ok(Self { fields })
    }

    fn get(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|(field, value)| field == name && !value.is_empty());
        field.map(|(_, value)| value.as_str())
    }

    fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| {
            let text = format!("The request body must contain the following parameter: '{name}'.");
            errors::entra(StatusCode::BAD_REQUEST, "invalid_request", 900_144, &text)
        })
    }
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let text = STANDARD.decode(value.strip_prefix("Basic ")?.trim()).ok()?;
    let text = String::from_utf8(text).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
    Some((plain(id), plain(secret)))
}

fn client_credentials(cloud: &Cloud, tenant: &str, form: &Form) -> Result<SignedIn, Refusal> {
    let grant = form.required("grant_type")?;
    if grant != "client_credentials" {
        let text = format!("The app requested an unsupported grant type '{grant}'.");
        return Err(errors::entra(StatusCode::BAD_REQUEST, "unsupported_grant_type", 70_003, &text));
    }
    let client_id = form.required("client_id")?;
    let Some(secret) = form.get("client_secret") else {
        let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
        return Err(errors::entra(StatusCode::UNAUTHORIZED, "invalid_client", 7_000_218, text));
    };
    directory::sign_in(cloud, tenant, client_id, secret).map_err(|why| refusal(why, tenant, client_id))
}

/// Entra's answer to a sign-in that fails (`entra_invalid_secret`, `entra_unknown_tenant`; `real-clients.md` 2).
fn refusal(why: SignInError, tenant: &str, client_id: &str) -> Refusal {
    let (status, error) = match why {
        SignInError::UnknownTenant => (StatusCode::BAD_REQUEST, "invalid_tenant"),
        SignInError::UnknownApplication | SignInError::MissingPrincipal | SignInError::Disabled => {
            (StatusCode::BAD_REQUEST, "unauthorized_client")
        }
        SignInError::WrongSecret | SignInError::ExpiredSecret => (StatusCode::UNAUTHORIZED, "invalid_client"),
    };
    errors::entra(status, error, why.code(), &why.message(tenant, client_id))
}

fn issue(cloud: &Cloud, who: &SignedIn, audience: &str) -> Result<(String, i64), Refusal> {
    let names = cloud.world().names;
    if Audience::of(audience, names, &cloud.origin).is_none() {
        let text = format!(
            "The resource principal named {audience} was not found in the tenant named {}. This can happen if the application has not been installed by the \
             administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
            who.tenant
        );
        return Err(errors::entra(StatusCode::BAD_REQUEST, "invalid_resource", 500_011, &text));
    }
    // Clients ask for RESOURCE//.default when the resource ends in a slash; the token's audience has it once.
    let audience = audience.strip_suffix("//").map_or_else(|| audience.to_owned(), |head| format!("{head}/"));
    Ok((tokens::access_token(cloud, who, &audience, names), cloud.times.token_lifetime))
}
