//! Requests to Microsoft Entra: which tenant it is, and tokens for apps and for persons (Microsoft identity platform:
//! OAuth 2.0 client credentials, device authorization grant, authorization code flow with PKCE, refresh).

use crosspull_core::cloud::Endpoints;
use crosspull_core::event::Plane;
use crosspull_core::ids::AppId;
use crosspull_core::names::Side;
use crosspull_core::secret::Secret;
use http::Method;
use url::Url;

use super::{Auth, Repeat, Request, at};

/// Returns an address of the sign-in host.
pub(crate) fn at_login(endpoints: &Endpoints, path: &str) -> Url {
    at(&endpoints.login, path, &[])
}

/// The client that asks for a person's token, and the tenant.
#[derive(Debug, Clone, Copy)]
pub struct Client<'a> {
    /// The addresses of the cloud's services.
    pub endpoints: &'a Endpoints,
    /// The side that the tenant is here.
    pub side: Side,
    /// The tenant, by domain or id; never `common`, which would take an account of any tenant.
    pub tenant: &'a str,
    /// The public client.
    pub id: AppId,
}

/// Reads the description of a tenant's sign-in, which names the tenant's id.
#[must_use]
pub fn openid_configuration(endpoints: &Endpoints, side: Side, tenant: &str) -> Request {
    let path = format!("/{tenant}/v2.0/.well-known/openid-configuration");
    Request::new(Plane::Entra, side, Method::GET, at_login(endpoints, &path), Auth::None)
}

/// Asks for a token for an app by its secret (client credentials).
#[must_use]
pub fn token(endpoints: &Endpoints, side: Side, tenant: &str, app: AppId, secret: &Secret) -> Request {
    let url = at_login(endpoints, &format!("/{tenant}/oauth2/v2.0/token"));
    Request::new(Plane::Entra, side, Method::POST, url, Auth::None).form(&[
        ("client_id", &app.to_string()),
        ("client_secret", secret.reveal()),
        ("grant_type", "client_credentials"),
        ("scope", &scope(&endpoints.arm_audience)),
    ])
}

/// Asks for a code for a person to enter somewhere else.
#[must_use]
pub fn device_code(client: Client, audience: &str, claims: Option<&str>) -> Request {
    let scopes = scopes(audience);
    let mut form = vec![("scope", scopes.as_str())];
    form.extend(claims.map(|claims| ("claims", claims)));
    client.post("devicecode", &form)
}

/// Asks whether the person entered the code.
#[must_use]
pub fn token_by_device_code(client: Client, code: &Secret) -> Request {
    let mut request = client.post(
        "token",
        &[("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", code.reveal())],
    );
    // A code works once: where the answer with the token was lost, asking again finds it used.
    request.repeat = Repeat::Once;
    request
}

/// Returns the sign-in page for a browser that comes back to this machine.
#[must_use]
pub fn sign_in_page(
    client: Client,
    audience: &str,
    back: &str,
    state: &str,
    challenge: &str,
    claims: Option<&str>,
) -> Url {
    let id = client.id.to_string();
    let scopes = scopes(audience);
    let mut query = vec![
        ("client_id", id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", back),
        ("response_mode", "query"),
        ("scope", &scopes),
        ("state", state),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
        // The browser may know accounts of both tenants.
        ("prompt", "select_account"),
    ];
    query.extend(claims.map(|claims| ("claims", claims)));
    at(&client.endpoints.login, &format!("/{}/oauth2/v2.0/authorize", client.tenant), &query)
}

/// Asks for a token for the code that a browser brought back.
#[must_use]
pub fn token_by_code(client: Client, audience: &str, back: &str, code: &Secret, verifier: &Secret) -> Request {
    let mut request = client.post(
        "token",
        &[
            ("grant_type", "authorization_code"),
            ("code", code.reveal()),
            ("redirect_uri", back),
            ("code_verifier", verifier.reveal()),
            ("scope", &scopes(audience)),
        ],
    );
    request.repeat = Repeat::Once;
    request
}

/// Asks for a token by what an earlier sign-in left, for the same resource or another one.
#[must_use]
pub fn token_by_refresh(client: Client, audience: &str, refresh: &Secret) -> Request {
    client.post(
        "token",
        &[("grant_type", "refresh_token"), ("refresh_token", refresh.reveal()), ("scope", &scopes(audience))],
    )
}

impl Client<'_> {
    /// Returns a form for an endpoint of the tenant. Its values are lent: a secret among them is copied nowhere but
    /// there.
    fn post(self, endpoint: &str, form: &[(&str, &str)]) -> Request {
        let url = at_login(self.endpoints, &format!("/{}/oauth2/v2.0/{endpoint}", self.tenant));
        let client = self.id.to_string();
        let form = [&[("client_id", client.as_str())], form].concat();
        Request::new(Plane::Entra, self.side, Method::POST, url, Auth::None).form(&form)
    }
}

/// Returns the scope of a token for a resource.
#[must_use]
pub fn scope(audience: &str) -> String {
    format!("{}/.default", audience.trim_end_matches('/'))
}

/// Returns the scopes of a person's token: the audience, with those that let the token be renewed, and asked for other
/// resources, without the person.
fn scopes(audience: &str) -> String {
    format!("{} offline_access openid profile", scope(audience))
}
