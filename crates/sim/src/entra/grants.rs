//! Tokens for people: by device code, authorization code or refresh token.

use axum::response::Response;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    audience, authorize,
    client::{self, Client},
    codes, device,
    form::Form,
    people::{self, Way},
    scopes::Scopes,
};
use crate::{
    cloud::Cloud,
    errors::{self, Answer, Refusal},
    issuer::TokenFault,
    sessions::Session,
    tokens,
};

/// The beginning of a refresh token. The rest is for this cloud alone.
const MARK: &str = "1.A";

/// The contents of a refresh token.
#[derive(Serialize, Deserialize)]
struct Refresh {
    kind: String,
    exp: i64,
    session: Session,
    scope: String,
}

/// Answers a grant of a person.
///
/// # Errors
/// As each of them, and 70003 for a grant that is none.
pub fn answer(cloud: &Cloud, tenant: &str, form: &Form, grant: &str) -> Answer {
    let client = {
        let world = cloud.world();
        let directory = people::tenant(&world, tenant).map_err(|stop| stop.refusal())?;
        client::public(&world, directory, form.required("client_id")?).map_err(|stop| stop.refusal())?
    };
    let (session, scope) = match grant {
        "urn:ietf:params:oauth:grant-type:device_code" => device::redeem(cloud, tenant, &client, form)?,
        "authorization_code" => authorize::redeem(cloud, tenant, &client, form)?,
        "refresh_token" => refresh(cloud, tenant, &client, form)?,
        _ => {
            let text = format!("The app requested an unsupported grant type '{grant}'.");
            return Err(errors::entra(StatusCode::BAD_REQUEST, "unsupported_grant_type", 70_003, &text));
        }
    };
    tokens(cloud, &client, &session, &scope, form.get("client_info") == Some("1"))
}

/// Returns the tokens of a session (`entra_device_code_pending`).
fn tokens(
    cloud: &Cloud,
    client: &Client,
    session: &Session,
    scope: &str,
    client_info: bool,
) -> Result<Response, Refusal> {
    let scopes = Scopes::read(cloud, session.tenant, scope)?;
    audience::let_in(cloud, session.tenant, &scopes.audience, "invalid_grant")?;
    let gone = || codes::malformed();
    let access = tokens::user_token(cloud, session, &scopes.audience, &scopes.granted(client)).ok_or_else(gone)?;
    let lifetime = cloud.times.token_lifetime;
    let mut body = json!({
        "token_type": "Bearer",
        "scope": scopes.shown(client),
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": access,
    });
    if scopes.has("offline_access") {
        body["refresh_token"] = json!(refresh_token(cloud, session, scope));
        if client.first_party {
            body["foci"] = json!("1");
        }
    }
    if scopes.has("openid") {
        body["id_token"] = json!(tokens::id_token(cloud, session));
    }
    if client_info {
        body["client_info"] = json!(account_of(cloud, session));
    }
    Ok(errors::json(StatusCode::OK, &body))
}

/// Returns `client_info`: the account at home, whichever tenant was signed in to (`docs/facts/real-clients.md` 2,
/// layout rule 10).
fn account_of(cloud: &Cloud, session: &Session) -> Option<String> {
    let world = cloud.world();
    let (home, user) = world.account(&session.account)?;
    Some(URL_SAFE_NO_PAD.encode(json!({ "uid": user.id, "utid": home.id }).to_string()))
}

fn refresh_token(cloud: &Cloud, session: &Session, scope: &str) -> String {
    let exp = cloud.clock.timestamp().as_second() + cloud.times.refresh_token_lifetime;
    let held = Refresh { kind: "refresh".to_owned(), exp, session: session.clone(), scope: scope.to_owned() };
    format!("{MARK}{}", cloud.issuer.sign(&json!(held)))
}

/// Redeems a refresh token at a tenant where the account is known. The token stays good (Entra's document "Refresh
/// tokens in the Microsoft identity platform").
fn refresh(cloud: &Cloud, tenant: &str, client: &Client, form: &Form) -> Result<(Session, String), Refusal> {
    let held = open(cloud, form.required("refresh_token")?)?;
    if held.session.client != client.id {
        let text = "Provided grant is invalid or malformed.";
        return Err(errors::entra(StatusCode::BAD_REQUEST, "invalid_grant", 70_000, text));
    }
    let claims = codes::claims(form)?;
    let before = &held.session;
    let authority = if people::any_tenant(tenant) { before.tenant.to_string() } else { tenant.to_owned() };
    let id = client.id.to_string();
    let mut session = people::sign_in(cloud, &authority, &before.account, &id, &claims, Way::RefreshToken)
        .map_err(|stop| stop.refusal())?;
    // Nobody is there who could do more than was done.
    let asked = |acr: &String| !before.acrs.contains(acr);
    let needs_mfa = cloud.policies(session.tenant).mfa == Some(true) && !before.mfa;
    if needs_mfa || claims.acrs.iter().any(asked) {
        return Err(more_is_needed(&form_claims(form)));
    }
    session.acrs.clone_from(&before.acrs);
    session.mfa = before.mfa;
    if session.capabilities.is_empty() {
        session.capabilities.clone_from(&before.capabilities);
    }
    let scope = form.get("scope").map_or(held.scope, str::to_owned);
    Ok((session, scope))
}

fn form_claims(form: &Form) -> Value {
    form.get("claims").map_or_else(|| json!(r#"{"access_token":{}}"#), |claims| json!(claims))
}

/// Returns 50076: a person has to sign in again and do more (Entra's document "Claims challenges, claims requests and
/// client capabilities").
fn more_is_needed(claims: &Value) -> Refusal {
    let text = "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access this resource.";
    let more = [("suberror", json!("basic_action")), ("claims", claims.clone())];
    errors::entra_with(StatusCode::BAD_REQUEST, "interaction_required", 50_076, text, &more)
}

fn open(cloud: &Cloud, token: &str) -> Result<Refresh, Refusal> {
    let claims =
        token.strip_prefix(MARK).ok_or(TokenFault::Invalid).and_then(|rest| cloud.issuer.open(rest, &cloud.clock));
    let claims = claims.map_err(|fault| match fault {
        TokenFault::Expired => {
            let text = "The refresh token has expired due to inactivity. The token was issued earlier and was inactive for too long.";
            errors::entra(StatusCode::BAD_REQUEST, "invalid_grant", 700_082, text)
        }
        _ => codes::malformed(),
    })?;
    let held: Refresh = serde_json::from_value(claims).map_err(|_| codes::malformed())?;
    if held.kind == "refresh" { Ok(held) } else { Err(codes::malformed()) }
}
