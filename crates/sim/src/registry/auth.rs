//! The registry's own token service: `/oauth2/exchange` and `/oauth2/token` (`docs/facts/azure.md` 3.10), and the check
//! of the tokens it issued.

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    identity::{self, Identity},
    plane::DataPlane,
    scope::{self, Access},
};
use crate::{
    directory::SignInError,
    errors::{self, Answer, Refusal},
    tokens::{self, Audience},
};

/// The name to sign in with a refresh token as the password (`az acr login --expose-token`).
const NULL_GUID: &str = "00000000-0000-0000-0000-000000000000";

/// The claims of the registry's own tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claims {
    aud: String,
    exp: i64,
    grant_type: String,
    identity: Identity,
    /// The number of switches of the registry's mode before the token.
    switches: u32,
    #[serde(default)]
    access: Vec<Access>,
}

/// The parameters of a token request, from a query or a form.
pub type Parameters = [(String, String)];

fn one<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Answers `POST /oauth2/exchange`: an Entra token of the registry's tenant for a refresh token.
pub fn exchange(plane: &DataPlane, form: &Parameters) -> Answer {
    own_service(plane, form)?;
    let allowed = ["access_token", "access_token_refresh_token"];
    if !one(form, "grant_type").is_some_and(|grant| allowed.contains(&grant)) {
        return Err(bad_request("unsupported grant_type"));
    }
    let token = one(form, "access_token");
    let (tenant, takes_arm) = {
        let world = plane.cloud.world();
        let registry = world.registry(&plane.id).ok_or_else(|| unauthorized(None))?;
        (registry.tenant, registry.accepts_arm_tokens)
    };
    let caller =
        tokens::caller(&plane.cloud, token, Audience::Registry)
            .or_else(|fault| {
                if takes_arm { tokens::caller(&plane.cloud, token, Audience::ResourceManager) } else { Err(fault) }
            })
            .map_err(|_| unauthorized(None))?;
    // A token of another tenant proves nothing here (`docs/facts/azure.md` 0.5).
    if caller.tenant != tenant {
        return Err(unauthorized(None));
    }
    let identity = Identity::Principal { name: caller.name(), object_id: caller.object_id };
    known(plane, &identity)?;
    let token = sign(plane, Kind::Refresh, identity, Vec::new());
    Ok(limited(&json!({"refresh_token": token})))
}

/// Answers `GET /oauth2/token` with basic credentials.
///
/// Who signs in with a refresh token and asks for an `offline_token`, as `docker login` does, is given it again: docker
/// keeps it as `identitytoken` (`docs/facts/real-clients.md` 4). Whether other credentials are given one is recorded
/// nowhere, so they are not.
pub fn token_by_query(plane: &DataPlane, headers: &HeaderMap, query: &Parameters) -> Answer {
    own_service(plane, query)?;
    let (name, password) = identity::basic(headers).ok_or_else(|| unauthorized(None))?;
    let identity = with_password(plane, &name, &password)?;
    let mut body = json!({"access_token": issue(plane, identity, query)?});
    if name == NULL_GUID && one(query, "offline_token") == Some("true") {
        body["refresh_token"] = json!(password);
    }
    Ok(limited(&body))
}

/// Answers `POST /oauth2/token` with a refresh token or a password.
pub fn token_by_form(plane: &DataPlane, form: &Parameters) -> Answer {
    own_service(plane, form)?;
    let identity = match one(form, "grant_type") {
        Some("refresh_token") => with_refresh_token(plane, one(form, "refresh_token").unwrap_or_default())?,
        Some("password") => {
            with_password(plane, one(form, "username").unwrap_or_default(), one(form, "password").unwrap_or_default())?
        }
        _ => return Err(bad_request("unsupported grant_type")),
    };
    Ok(limited(&json!({"access_token": issue(plane, identity, form)?})))
}

fn with_password(plane: &DataPlane, name: &str, password: &str) -> Result<Identity, Refusal> {
    if name == NULL_GUID {
        return with_refresh_token(plane, password);
    }
    Identity::sign_in(&plane.cloud, &plane.id, name, password).map_err(|why| match why {
        // Its own words for a name that the tenant does not know (`docs/facts/azure.md` 3.10).
        SignInError::UnknownApplication => refusal("Application not registered with AAD.", &Value::Null),
        _ => unauthorized(None),
    })
}

fn with_refresh_token(plane: &DataPlane, token: &str) -> Result<Identity, Refusal> {
    open(plane, token, Kind::Refresh).map(|claims| claims.identity).ok_or_else(|| unauthorized(None))
}

/// Returns an access token for what of the asked scopes is granted; it may be less, or nothing.
fn issue(plane: &DataPlane, identity: Identity, parameters: &Parameters) -> Result<String, Refusal> {
    known(plane, &identity)?;
    let scopes = parameters.iter().filter(|(name, _)| name == "scope").map(|(_, value)| value.as_str());
    let granted: Vec<Access> = {
        let world = plane.cloud.world();
        let registry = world.registry(&plane.id).ok_or_else(|| unauthorized(None))?;
        scope::parse_all(scopes)
            .iter()
            .filter_map(|asked| identity.grant(&plane.cloud, &world, registry, asked))
            .collect()
    };
    Ok(sign(plane, Kind::Access, identity, granted))
}

fn known(plane: &DataPlane, identity: &Identity) -> Result<(), Refusal> {
    let world = plane.cloud.world();
    let known = world.registry(&plane.id).is_some_and(|registry| identity.is_known(&plane.cloud, &world, registry));
    if known { Ok(()) } else { Err(unauthorized(None)) }
}

fn own_service(plane: &DataPlane, parameters: &Parameters) -> Result<(), Refusal> {
    let own = plane.login_server();
    match one(parameters, "service") {
        Some(service) if service.eq_ignore_ascii_case(&own) => Ok(()),
        _ => Err(bad_request("the service is not this registry")),
    }
}

/// The kinds of token that a registry issues.
#[derive(Clone, Copy)]
enum Kind {
    Refresh,
    Access,
}

impl Kind {
    /// Returns the `grant_type` among the claims.
    const fn name(self) -> &'static str {
        match self {
            Self::Refresh => "refresh_token",
            Self::Access => "access_token",
        }
    }
}

/// Returns a token with the claims of Azure's document "Azure Container Registry integration with Azure Active
/// Directory", but for `permissions`, whose words no document explains; and with those by which it is opened here.
fn sign(plane: &DataPlane, kind: Kind, identity: Identity, access: Vec<Access>) -> String {
    let (now, times) = (plane.cloud.clock.timestamp().as_second(), &plane.cloud.times);
    let lifetime = match kind {
        Kind::Refresh => times.registry_refresh_lifetime,
        Kind::Access => times.registry_access_lifetime,
    };
    let claims = Claims {
        aud: plane.login_server(),
        exp: now + lifetime,
        grant_type: kind.name().to_owned(),
        identity,
        switches: switches(plane),
        access,
    };
    let mut shown = json!(claims);
    shown["jti"] = json!(Uuid::new_v4());
    shown["sub"] = json!(claims.identity.name());
    shown["iss"] = json!("Azure Container Registry");
    shown["iat"] = json!(now);
    shown["nbf"] = json!(now);
    shown["version"] = json!("1.0");
    shown["roles"] = json!([]);
    if let Kind::Refresh = kind {
        let tenant = plane.cloud.world().registry(&plane.id).map(|registry| registry.tenant);
        shown["tenant"] = json!(tenant);
        if let Some(shown) = shown.as_object_mut() {
            shown.remove("access");
        }
    }
    plane.cloud.issuer.sign(&shown)
}

fn open(plane: &DataPlane, token: &str, kind: Kind) -> Option<Claims> {
    let claims = plane.cloud.issuer.open(token, &plane.cloud.clock).ok()?;
    let claims: Claims = serde_json::from_value(claims).ok()?;
    // A switch of the mode ends all that was issued before (`docs/facts/azure.md` 9.3).
    let current = claims.switches == switches(plane);
    (current && claims.aud == plane.login_server() && claims.grant_type == kind.name()).then_some(claims)
}

fn switches(plane: &DataPlane) -> u32 {
    plane.cloud.world().registry(&plane.id).map(|registry| registry.mode_switches).unwrap_or_default()
}

/// Returns who may do this, by the request's token or basic credentials.
///
/// # Errors
/// 401 with the challenge that says which scope is missing.
pub fn authorise(plane: &DataPlane, headers: &HeaderMap, needed: Option<&Access>) -> Result<Identity, Refusal> {
    let refused = |error: Option<&str>| challenge(plane, needed, error);
    if let Some((name, password)) = identity::basic(headers) {
        let identity = with_password(plane, &name, &password).map_err(|_| refused(None))?;
        known(plane, &identity).map_err(|_| refused(None))?;
        let world = plane.cloud.world();
        let registry = world.registry(&plane.id).ok_or_else(|| unauthorized(None))?;
        let granted = needed.is_none_or(|needed| {
            let granted = identity.grant(&plane.cloud, &world, registry, needed);
            granted.is_some_and(|granted| granted.actions.len() == needed.actions.len())
        });
        drop(world);
        return if granted { Ok(identity) } else { Err(refused(Some("insufficient_scope"))) };
    }
    let token = tokens::bearer(headers).ok_or_else(|| refused(None))?;
    let claims = open(plane, token, Kind::Access).ok_or_else(|| refused(Some("invalid_token")))?;
    let granted = needed.is_none_or(|needed| {
        needed
            .actions
            .iter()
            .all(|action| claims.access.iter().any(|held| held.allows(&needed.kind, &needed.name, action)))
    });
    if granted { Ok(claims.identity) } else { Err(refused(Some("insufficient_scope"))) }
}

fn challenge(plane: &DataPlane, needed: Option<&Access>, error: Option<&str>) -> Refusal {
    let server = plane.login_server();
    let mut text = format!("Bearer realm=\"https://{server}/oauth2/token\",service=\"{server}\"");
    if let Some(needed) = needed {
        text.push_str(&format!(",scope=\"{}\"", needed.text()));
    }
    if let Some(error) = error {
        text.push_str(&format!(",error=\"{error}\""));
    }
    unauthorized(needed).with(header::WWW_AUTHENTICATE, &text)
}

/// Returns the registry's 401 (`acr_login_v2`, `acr_dataplane_anonymous`).
fn unauthorized(needed: Option<&Access>) -> Refusal {
    let detail = needed.map_or(
        Value::Null,
        |needed| json!([{"Type": needed.kind, "Name": needed.name, "Action": needed.actions.join(",")}]),
    );
    refusal("authentication required, visit https://aka.ms/acr/authorization for more information.", &detail)
}

fn refusal(message: &str, detail: &Value) -> Refusal {
    errors::registry(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", message, detail)
}

fn bad_request(message: &str) -> Refusal {
    errors::registry(StatusCode::BAD_REQUEST, "UNSUPPORTED", message, &Value::Null)
}

/// Returns an answer of the token service, which says how many more it will give.
fn limited(body: &Value) -> Response {
    let mut response = errors::json(StatusCode::OK, body);
    response.headers_mut().insert(
        HeaderName::from_static("x-ms-ratelimit-remaining-calls-per-second"),
        HeaderValue::from_static("166.65"),
    );
    response
}
