//! The token endpoint: client credentials here, people's grants in `grants`.

use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::{assertion, audience, form::Form, grants, refusals};
use crate::{
    cloud::{Cloud, Shared},
    directory::{self, SignedIn},
    errors::{self, Answer, Refusal},
    tokens,
};

/// Answers `POST /{tenant}/oauth2/token`, for applications.
pub async fn v1(State(cloud): State<Shared>, Path(tenant): Path<String>, headers: HeaderMap, body: String) -> Answer {
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

/// Answers `POST /{tenant}/oauth2/v2.0/token`.
pub async fn v2(State(cloud): State<Shared>, Path(tenant): Path<String>, headers: HeaderMap, body: String) -> Answer {
    let form = Form::read(&headers, &body)?;
    let grant = form.required("grant_type")?;
    if grant != "client_credentials" {
        return grants::answer(&cloud, &tenant, &form, grant);
    }
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

fn client_credentials(cloud: &Cloud, tenant: &str, form: &Form) -> Result<SignedIn, Refusal> {
    let grant = form.required("grant_type")?;
    if grant != "client_credentials" {
        let text = format!("The app requested an unsupported grant type '{grant}'.");
        return Err(errors::entra(StatusCode::BAD_REQUEST, "unsupported_grant_type", 70_003, &text));
    }
    if form.get("client_assertion").is_some() {
        return assertion::sign_in(cloud, tenant, form);
    }
    let client_id = form.required("client_id")?;
    let Some(secret) = form.get("client_secret") else {
        let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
        return Err(errors::entra(StatusCode::UNAUTHORIZED, "invalid_client", 7_000_218, text));
    };
    directory::sign_in(cloud, tenant, client_id, secret).map_err(|why| refusals::sign_in(why, tenant, client_id))
}

fn issue(cloud: &Cloud, who: &SignedIn, audience: &str) -> Result<(String, i64), Refusal> {
    let names = cloud.world().names;
    audience::let_in(cloud, who.tenant, audience, "access_denied")?;
    let (audience, _) = audience::of(cloud, who.tenant, audience)?;
    Ok((tokens::access_token(cloud, who, &audience, names), cloud.times.token_lifetime))
}
