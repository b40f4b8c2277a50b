//! The authorization code flow with PKCE for public clients (RFC 7636; Entra's document "OAuth 2.0 authorization code flow").
//! Other clients are shown the consent page.

use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use jiff::SignedDuration;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    client::{self, Client},
    codes, device_page,
    form::Form,
    people::{self, Stop, Way},
};
use crate::{
    cloud::{Cloud, Shared},
    consent::{self, page::error},
    errors::{self, Refusal},
    html::{self, escaped, page},
    sessions::{Claims, Code, Session},
};

/// The parameters in the URL of the page.
struct Asked {
    tenant: String,
    query: Vec<(String, String)>,
}

impl Asked {
    fn read(tenant: String, query: Option<&str>) -> Self {
        let query = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
        Self { tenant, query }
    }

    fn get(&self, name: &str) -> &str {
        self.query.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value.as_str())
    }

    /// Returns the public client that asks.
    fn client(&self, cloud: &Cloud) -> Result<Client, Stop> {
        let world = cloud.world();
        let directory = people::tenant(&world, &self.tenant)?;
        client::public(&world, directory, self.get("client_id"))
    }

    /// Checks the rest of the URL. Its problems are shown and sent nowhere.
    fn check(&self, client: &Client) -> Result<Claims, Stop> {
        let to = self.get("redirect_uri");
        if !client.may_return_to(to) {
            let text = format!(
                "The redirect URI '{to}' specified in the request does not match the redirect URIs configured for the application '{}'.",
                client.id
            );
            return Err(Stop::client("invalid_request", 50_011, text));
        }
        if self.get("response_type") != "code" {
            let text = "The provided value for the input parameter 'response_type' is not allowed for this client. Expected value is 'code'.";
            return Err(Stop::client("unsupported_response_type", 70_005, text.to_owned()));
        }
        if !["", "S256"].contains(&self.get("code_challenge_method")) {
            let text = "The code_challenge_method parameter is not supported. Use S256.";
            return Err(Stop::client("invalid_request", 501_491, text.to_owned()));
        }
        let wrong = || Stop::client("invalid_request", 901_002, "The claims parameter is not valid JSON.".to_owned());
        Claims::read(self.get("claims")).ok_or_else(wrong)
    }
}

/// Answers `GET /{tenant}/oauth2/v2.0/authorize`.
pub async fn show(State(cloud): State<Shared>, Path(tenant): Path<String>, RawQuery(query): RawQuery) -> Response {
    let asked = Asked::read(tenant.clone(), query.as_deref());
    match asked.client(&cloud) {
        Ok(client) => match asked.check(&client) {
            Ok(_) if asked.get("prompt") == "none" => {
                let text = "Session information is not sufficient for single-sign-on.";
                back(&asked, failed("login_required", 50_058, text))
            }
            Ok(_) => html::answer(StatusCode::OK, ask(&cloud, &asked, &client)),
            Err(stop) => html::answer(StatusCode::BAD_REQUEST, error(stop.code, &stop.message)),
        },
        // Who asks with PKCE is no program whose consent this could be.
        Err(stop) if !asked.get("code_challenge").is_empty() => {
            html::answer(StatusCode::BAD_REQUEST, error(stop.code, &stop.message))
        }
        Err(_) => consent::authorize(State(cloud), Path(tenant), RawQuery(query)).await,
    }
}

/// Returns the answer to its form.
pub async fn decided(
    State(cloud): State<Shared>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    form: String,
) -> Response {
    let asked = Asked::read(tenant.clone(), query.as_deref());
    let Ok(client) = asked.client(&cloud) else {
        return consent::authorized(State(cloud), Path(tenant), RawQuery(query), form).await;
    };
    let claims = match asked.check(&client) {
        Ok(claims) => claims,
        Err(stop) => return html::answer(StatusCode::BAD_REQUEST, error(stop.code, &stop.message)),
    };
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value.as_str());
    if field("decision") != "accept" {
        return back(&asked, failed("access_denied", 65_004, "User declined to consent to access the app."));
    }
    let id = client.id.to_string();
    match people::sign_in(&cloud, &asked.tenant, field("user"), &id, &claims, Way::Browser) {
        Ok(session) => back(&asked, code(&cloud, &asked, session)),
        // Who is kept out stays on the page and may pick another account.
        Err(stop) => html::answer(StatusCode::BAD_REQUEST, error(stop.code, &stop.message)),
    }
}

fn code(cloud: &Cloud, asked: &Asked, session: Session) -> Vec<(&'static str, String)> {
    let value = format!("1.A{}", codes::opaque());
    let some = |name: &str| Some(asked.get(name).to_owned()).filter(|value| !value.is_empty());
    let now = cloud.clock.timestamp();
    cloud.sign_ins().codes.push(Code {
        value: value.clone(),
        authority: asked.tenant.clone(),
        session: Session { nonce: some("nonce"), ..session },
        redirect_uri: asked.get("redirect_uri").to_owned(),
        challenge: some("code_challenge"),
        scope: asked.get("scope").to_owned(),
        expires: now.checked_add(SignedDuration::from_secs(cloud.times.code_lifetime)).unwrap_or(now),
        redeemed: false,
    });
    vec![("code", value), ("session_state", Uuid::new_v4().to_string())]
}

fn failed(error: &str, code: u32, text: &str) -> Vec<(&'static str, String)> {
    vec![("error", error.to_owned()), ("error_description", format!("AADSTS{code}: {text}"))]
}

/// Answers the client, by the way that it asked for.
fn back(asked: &Asked, mut with: Vec<(&'static str, String)>) -> Response {
    if !asked.get("state").is_empty() {
        with.push(("state", asked.get("state").to_owned()));
    }
    let to = asked.get("redirect_uri");
    if asked.get("response_mode") != "form_post" {
        return consent::redirect(to, &with);
    }
    // No script runs here, so the person sends the form.
    let fields =
        with.iter().map(|(name, value)| format!(r#"<input type="hidden" name="{name}" value="{}">"#, escaped(value)));
    let fields = fields.collect::<Vec<_>>().join("\n");
    let body = format!(
        "<h1>Signed in</h1>\n<form method=\"post\" action=\"{}\">\n{fields}\n<p><button class=\"main\">Continue</button></p>\n</form>",
        escaped(to)
    );
    html::answer(StatusCode::OK, page("Sign in to your account", &body))
}

fn ask(cloud: &Cloud, asked: &Asked, client: &Client) -> String {
    let body = format!(
        r#"<h1>Pick an account</h1>
<p>to continue to {client}</p>
<form method="post">
{accounts}
<p><button name="decision" value="cancel">Cancel</button> <button name="decision" value="accept" class="main">Sign in</button></p>
</form>"#,
        client = escaped(&client.name),
        accounts = device_page::accounts(cloud, &asked.tenant, asked.get("login_hint")),
    );
    page("Sign in to your account", &body)
}

/// Returns the grant: who signed in, and the scopes.
///
/// # Errors
/// The code is not good, or not this client's, or its verifier is another.
pub fn redeem(cloud: &Cloud, tenant: &str, client: &Client, form: &Form) -> Result<(Session, String), Refusal> {
    let value = form.required("code")?;
    let to = form.required("redirect_uri")?;
    let refuse = |error, code, text: &str| Err(errors::entra(StatusCode::BAD_REQUEST, error, code, text));
    let now = cloud.clock.timestamp();
    let mut all = cloud.sign_ins();
    let found = all.codes.iter_mut().find(|code| code.value == value && code.session.client == client.id);
    let Some(code) = found else {
        return Err(codes::malformed());
    };
    codes::redeemed_where_it_was_made(cloud, &code.authority, tenant)?;
    if code.redeemed {
        // `entra_auth_code_redeemed`.
        let text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.";
        return refuse("invalid_grant", 54_005, text);
    }
    if code.expires <= now {
        let text = "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.";
        return refuse("invalid_grant", 70_008, text);
    }
    if code.redirect_uri != to {
        let text = format!(
            "The reply address '{to}' does not match the reply address '{}' provided when requesting Authorization code.",
            code.redirect_uri
        );
        return refuse("invalid_client", 500_112, &text);
    }
    match (&code.challenge, form.get("code_verifier")) {
        (Some(_), None) => {
            let text =
                "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.";
            return refuse("invalid_grant", 50_148, text);
        }
        (Some(challenge), Some(verifier)) if *challenge != challenge_of(verifier) => {
            let text = "The Code_Verifier does not match the code_challenge supplied in the authorization request.";
            return refuse("invalid_grant", 501_481, text);
        }
        _ => {}
    }
    code.redeemed = true;
    let scope = form.get("scope").map_or_else(|| code.scope.clone(), str::to_owned);
    Ok((code.session.clone(), scope))
}

/// Returns the S256 challenge of a verifier (RFC 7636 4.2).
fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standards_example() {
        let challenge = challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
