//! The gates that every request of the Resource Manager passes.

use axum::{body::to_bytes, extract::Request, response::Response};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{Method, StatusCode};
use serde_json::json;

use super::{
    metadata,
    request::{Asked, query_value},
};
use crate::{
    cloud::Cloud,
    errors::{self, Refusal},
    faults::Fate,
    machine,
    scenario::StepUp,
    tokens::{self, Caller, Person},
};

/// No request of this plane needs more.
const MAX_BODY: usize = 1 << 20;

/// A request that may go on, or the answer that it already has.
pub enum Gate {
    Open(Asked),
    Answered(Response),
}

/// Returns the tenant of the subscription that an address is below, which the challenge of a refusal names.
fn tenant_of(cloud: &Cloud, segments: &[String]) -> Option<uuid::Uuid> {
    let [first, id, ..] = segments else { return None };
    let world = cloud.world();
    world.subscription(id).filter(|_| first.eq_ignore_ascii_case("subscriptions")).map(|known| known.tenant)
}

/// Lets a request through the gates.
pub async fn ask(cloud: &Cloud, request: Request) -> Result<Gate, Refusal> {
    let (parts, body) = request.into_parts();
    let segments: Vec<String> = parts
        .uri
        .path()
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect();
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    if matches!(segments.as_slice(), [first, second] if first == "metadata" && second == "endpoints") {
        let version = api_version(&query)?;
        let names = cloud.world().names;
        let body = metadata::endpoints(names, &cloud.origin, version);
        return Ok(Gate::Answered(errors::json(StatusCode::OK, &body)));
    }
    if matches!(
        segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice(),
        ["metadata", "identity", "oauth2", "token"]
    ) {
        return Ok(Gate::Answered(machine::instance_metadata(cloud, &parts.headers, &query)));
    }
    let caller = tokens::arm_caller(cloud, &parts.headers, tenant_of(cloud, &segments))?;
    second_step(cloud, &caller, &parts.method, &segments)?;
    api_version(&query)?;
    let body = to_bytes(body, MAX_BODY).await.map_err(|_| {
        let message = "The request content could not be read.";
        errors::arm(StatusCode::BAD_REQUEST, "InvalidRequestContent", message)
    })?;
    if !body.is_empty() && !errors::is_of(&parts.headers, errors::JSON) {
        let kind = parts.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let message = format!(
            "The content media type '{}' is not supported. Only 'application/json' is supported.",
            kind.unwrap_or("<null>")
        );
        return Err(errors::arm(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", &message));
    }
    let asked = Asked {
        method: parts.method,
        path_and_query: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        segments,
        query,
        body,
        caller,
        fate: parts.extensions.get::<Fate>().cloned().unwrap_or_default(),
    };
    own_subscription(cloud, &asked)?;
    Ok(Gate::Open(asked))
}

/// The authentication context that policies ask for.
const CONTEXT: &str = "c1";

/// Asks a user for a second step where a policy wants one: 401 with the claims that the token lacks (Entra's documents
/// "Claims challenges, claims requests and client capabilities" and "Planning for mandatory multifactor authentication"; the
/// body as in `entra_cae_device_code`). A query of Resource Graph changes nothing.
fn second_step(cloud: &Cloud, caller: &Caller, method: &Method, segments: &[String]) -> Result<(), Refusal> {
    let query = segments.iter().any(|segment| segment.eq_ignore_ascii_case("Microsoft.ResourceGraph"));
    let writes = !(method.is_safe() || query);
    let wanted = match cloud.policies(caller.tenant).step_up {
        Some(StepUp::All) => true,
        Some(StepUp::Writes) => writes,
        None => false,
    };
    let passed = |person: &Person| person.acrs.iter().any(|acr| acr == CONTEXT);
    if !wanted || caller.person.as_ref().is_none_or(passed) {
        return Ok(());
    }
    let claims = json!({ "access_token": { "acrs": { "essential": true, "value": CONTEXT } } });
    let challenge = format!(
        "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", error=\"insufficient_claims\", claims=\"{}\"",
        cloud.origin,
        BASE64_STANDARD.encode(claims.to_string())
    );
    let refusal = errors::arm(StatusCode::UNAUTHORIZED, "AuthenticationFailed", "Authentication failed.");
    Err(refusal.with(http::header::WWW_AUTHENTICATE, &challenge))
}

/// Returns the `api-version`, which every request has to name; any well-formed one will do.
fn api_version(query: &[(String, String)]) -> Result<&str, Refusal> {
    let Some(version) = query_value(query, "api-version") else {
        let message = "The api-version query parameter (?api-version=) is required for all requests.";
        return Err(errors::arm(StatusCode::BAD_REQUEST, "MissingApiVersionParameter", message));
    };
    let well_formed = version.get(..10).is_some_and(|date| date.parse::<jiff::civil::Date>().is_ok())
        && version.get(10..).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    if well_formed {
        return Ok(version);
    }
    let message = format!("The api-version '{version}' is invalid. The supported versions are '2014-04-01 and later'.");
    Err(errors::arm(StatusCode::BAD_REQUEST, "InvalidApiVersionParameter", &message))
}

/// Refuses a subscription that is not there, or trusts another tenant than the token's.
fn own_subscription(cloud: &Cloud, asked: &Asked) -> Result<(), Refusal> {
    let [kind, id, ..] = asked.segments.as_slice() else {
        return Ok(());
    };
    if !kind.eq_ignore_ascii_case("subscriptions") {
        return Ok(());
    }
    let world = cloud.world();
    let Some(subscription) = world.subscription(id) else {
        let message = format!("The subscription '{id}' could not be found.");
        return Err(errors::arm(StatusCode::NOT_FOUND, "SubscriptionNotFound", &message));
    };
    if subscription.tenant == asked.caller.tenant {
        return Ok(());
    }
    let issuer = world.names.issuer_host;
    let (wrong, right) = (asked.caller.tenant, subscription.tenant);
    let message = format!(
        "The access token is from the wrong issuer 'https://{issuer}/{wrong}/'. It must match the tenant \
         'https://{issuer}/{right}/' associated with this subscription. Please use the authority (URL) \
         '{}/{right}' to get the token. Note, if the subscription is transferred to another tenant there is no \
         impact to the services, but information about new tenant could take time to propagate (up to an hour).",
        cloud.origin
    );
    let challenge = format!(
        "Bearer authorization_uri=\"{}/{right}\", error=\"invalid_token\", error_description=\"The access token is from the wrong issuer.\"",
        cloud.origin
    );
    Err(errors::arm(StatusCode::UNAUTHORIZED, "InvalidAuthenticationTokenTenant", &message)
        .with(http::header::WWW_AUTHENTICATE, &challenge))
}
