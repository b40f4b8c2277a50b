//! The managed identity of a machine, of tenant A where a scenario does not say otherwise: the endpoint of the Azure Instance Metadata Service, and that of App Service
//! (Entra's document "How to use managed identities for Azure resources on an Azure VM to acquire an access token"; App
//! Service's document "Use managed identities for App Service and Azure Functions").

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};
use serde_json::json;
use uuid::Uuid;

use crate::{
    cloud::{Cloud, Shared},
    directory::SignedIn,
    entra::audience,
    errors,
    tokens::{self, Audience},
    world::{ServicePrincipal, World, happy},
};

/// The value that App Service gives its applications as `IDENTITY_HEADER`.
pub const IDENTITY_HEADER: &str = "7b1f5c0a-simulated";

type Query = Vec<(String, String)>;

fn one<'a>(query: &'a Query, name: &str) -> Option<&'a str> {
    query.iter().find(|(found, value)| found == name && !value.is_empty()).map(|(_, value)| value.as_str())
}

/// Answers `GET /metadata/identity/oauth2/token`.
pub fn instance_metadata(cloud: &Cloud, headers: &HeaderMap, query: &Query) -> Response {
    let asked = headers.get("metadata").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
    if !asked || headers.contains_key("x-forwarded-for") {
        return refuse("bad_request_102", "Required metadata header not specified");
    }
    if one(query, "api-version").is_none_or(|version| version < "2018-02-01") {
        return refuse("bad_request_102", "Required or supported api-version was not specified");
    }
    match token(cloud, query) {
        Ok(token) => {
            let now = cloud.clock.timestamp().as_second();
            let body = json!({
                "access_token": token.value,
                "client_id": token.client_id,
                "expires_in": token.lifetime.to_string(),
                "expires_on": (now + token.lifetime).to_string(),
                "ext_expires_in": token.lifetime.to_string(),
                "not_before": now.to_string(),
                "refresh_token": "",
                "resource": token.resource,
                "token_type": "Bearer",
            });
            errors::json(StatusCode::OK, &body)
        }
        Err(refusal) => refusal,
    }
}

/// Answers `GET /msi/token` of App Service.
pub async fn app_service(State(cloud): State<Shared>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query: Query = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let known = headers.get("x-identity-header").is_some_and(|value| value.as_bytes() == IDENTITY_HEADER.as_bytes());
    if !known {
        let body = json!({ "statusCode": 401, "message": "Unauthorized" });
        return errors::json(StatusCode::UNAUTHORIZED, &body);
    }
    if one(&query, "api-version") != Some("2019-08-01") {
        return refuse("invalid_request", "The api-version is not supported");
    }
    match token(&cloud, &query) {
        Ok(token) => {
            let ends = cloud.clock.timestamp().as_second() + token.lifetime;
            let body = json!({
                "access_token": token.value,
                "client_id": token.client_id,
                "expires_on": ends.to_string(),
                "resource": token.resource,
                "token_type": "Bearer",
            });
            errors::json(StatusCode::OK, &body)
        }
        Err(refusal) => refusal,
    }
}

fn refuse(error: &str, text: &str) -> Response {
    errors::json(StatusCode::BAD_REQUEST, &json!({ "error": error, "error_description": text }))
}

/// Refuses an audience in the words of Cloud Shell's endpoint (`docs/facts/azure.md` 9.3).
fn not_supported(resource: &str) -> Response {
    let message = format!("Audience {resource} is not a supported MSI token audience.");
    errors::json(StatusCode::BAD_REQUEST, &json!({ "error": { "code": "AudienceNotSupported", "message": message } }))
}

struct Token {
    value: String,
    client_id: Uuid,
    resource: String,
    lifetime: i64,
}

fn token(cloud: &Cloud, query: &Query) -> Result<Token, Response> {
    let resource = one(query, "resource")
        .ok_or_else(|| refuse("invalid_request", "Required query variable 'resource' is missing"))?;
    let (who, names) = {
        let world = cloud.world();
        let (tenant, found) = identity(&world, query).ok_or_else(|| refuse("invalid_request", "Identity not found"))?;
        let who =
            SignedIn { tenant, app_id: found.app_id, object_id: found.id, graph_roles: found.graph_roles.clone() };
        (who, world.names)
    };
    let kind = audience::known(cloud, who.tenant, resource);
    if kind == Some(Audience::Registry) && !cloud.machine_registry_audience {
        return Err(not_supported(resource));
    }
    if kind.is_none() {
        let text = format!(
            "AADSTS500011: The resource principal named {resource} was not found in the tenant named {}.",
            who.tenant
        );
        return Err(refuse("invalid_resource", &text));
    }
    let value = tokens::access_token(cloud, &who, resource, names);
    Ok(Token { value, client_id: who.app_id, resource: resource.to_owned(), lifetime: cloud.times.token_lifetime })
}

/// Returns the identity that the query names by one of its ids, else the only one, with its tenant.
fn identity<'w>(world: &'w World, query: &Query) -> Option<(Uuid, &'w ServicePrincipal)> {
    let known = [world.a, world.b].into_iter().zip(happy::machine_identities());
    let (tenant, found, resource_id) = known
        .filter_map(|(tenant, (id, resource))| Some((tenant, world.directory(tenant)?.principal(id)?, resource)))
        .next()?;
    let is = |name: &str, id: &str| one(query, name).is_none_or(|asked| asked.eq_ignore_ascii_case(id));
    let named = is("client_id", &found.app_id.to_string())
        && is("object_id", &found.id.to_string())
        && is("principal_id", &found.id.to_string())
        && ["msi_res_id", "mi_res_id"].iter().all(|name| is(name, &resource_id));
    named.then_some((tenant, found))
}
