//! Consent: a person of a tenant lets an application in, which makes its service principal there.

use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;
use uuid::Uuid;

use crate::{
    cloud::{Cloud, Shared},
    html,
    world::{Application, ServicePrincipal},
};

pub mod page;

/// The reason why consent cannot be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsentError {
    /// No tenant is called that.
    #[error("no tenant has this id or domain")]
    UnknownTenant,
    /// No application has the id, or it is not known there yet.
    #[error("the tenant cannot find an application with this appId")]
    UnknownApplication,
    /// The application is for its own tenant only.
    #[error("the application is for its own tenant only; its signInAudience would have to be AzureADMultipleOrgs")]
    SingleTenant,
    /// The scenario's administrator declines.
    #[error("the administrator of this scenario declines")]
    Refused,
}

/// Lets an application into a tenant, named by id, domain, or `a` or `b`; gives the object id of its service principal, which may have been there.
///
/// # Errors
/// Why it cannot be let in.
pub fn give(cloud: &Cloud, tenant: &str, app_id: &str) -> Result<Uuid, ConsentError> {
    if cloud.person.refuses == Some(true) {
        return Err(ConsentError::Refused);
    }
    let mut world = cloud.world();
    let tenant = match tenant {
        "a" => world.a,
        "b" => world.b,
        other => world.tenant(other).ok_or(ConsentError::UnknownTenant)?.id,
    };
    let app_id = Uuid::parse_str(app_id).map_err(|_| ConsentError::UnknownApplication)?;
    let (home, application) = world.application(app_id).ok_or(ConsentError::UnknownApplication)?;
    if home.id != tenant && application.sign_in_audience == "AzureADMyOrg" {
        return Err(ConsentError::SingleTenant);
    }
    let principal = principal_of(cloud, application, home.id);
    let directory = world.directory_mut(tenant).ok_or(ConsentError::UnknownTenant)?;
    if let Some(there) = directory.principal_of(app_id) {
        return Ok(there.id);
    }
    let id = principal.id;
    directory.service_principals.push(principal);
    Ok(id)
}

/// Returns a new service principal of an application, written now.
#[must_use]
pub fn principal_of(cloud: &Cloud, application: &Application, home: Uuid) -> ServicePrincipal {
    ServicePrincipal {
        id: Uuid::new_v4(),
        app_id: application.app_id,
        display_name: application.display_name.clone(),
        app_owner: home,
        sign_in_audience: application.sign_in_audience.clone(),
        enabled: true,
        graph_roles: Vec::new(),
        kind: "Application".to_owned(),
        owners: Vec::new(),
        extra: serde_json::Map::new(),
        created: cloud.clock.timestamp(),
        written: cloud.clock.now(),
        replica: Default::default(),
    }
}

/// Plays the person of the scenario, if there is one: consents in tenant B a while after a multi-tenant application was made.
pub fn person_hears_of(cloud: &Shared, app_id: Uuid) {
    let Some(seconds) = cloud.person.consents_after else {
        return;
    };
    let person = Shared::clone(cloud);
    cloud.spawn(async move {
        person.clock.sleep(seconds).await;
        let tenant = person.world().b.to_string();
        // The application may be gone by then, or have been let in by someone else.
        let _ = give(&person, &tenant, &app_id.to_string());
    });
}

/// The endpoint that a page belongs to. They differ in what they ask for and in what they send back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Authorize,
    /// `adminconsent` of v1, for all that the application lists.
    AdminConsent,
    /// `adminconsent` of v2, for a scope.
    AdminConsentOfScope,
}

/// The parameters in the URL of a consent page.
struct Asked {
    tenant: String,
    client_id: String,
    redirect_uri: String,
    resource: Option<String>,
    scope: Option<String>,
    state: Option<String>,
    endpoint: Endpoint,
}

impl Asked {
    fn read(tenant: String, query: Option<&str>, endpoint: Endpoint) -> Self {
        let (client_id, redirect_uri) = (String::new(), String::new());
        let mut asked = Self { tenant, client_id, redirect_uri, resource: None, scope: None, state: None, endpoint };
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "client_id" => asked.client_id = value.into_owned(),
                "redirect_uri" => asked.redirect_uri = value.into_owned(),
                "resource" => asked.resource = Some(value.into_owned()),
                "scope" => asked.scope = Some(value.into_owned()).filter(|scope| !scope.is_empty()),
                "state" => asked.state = Some(value.into_owned()),
                _ => {}
            }
        }
        asked
    }

    /// Returns what Entra says of an application that lists no permission (Entra's document "Microsoft Entra authentication
    /// and authorization error codes", 650056 and 90008): v1 `authorize` asks for what the application lists, and `resource`
    /// may name the application itself.
    fn lacks_a_permission(&self, application: &Application) -> Result<(), (u32, String)> {
        let listed = application.extra.get("requiredResourceAccess").and_then(serde_json::Value::as_array);
        if self.endpoint != Endpoint::Authorize || listed.is_some_and(|listed| !listed.is_empty()) {
            return Ok(());
        }
        if self.resource.as_ref().is_some_and(|resource| resource.eq_ignore_ascii_case(&self.client_id)) {
            let text = "The user or administrator hasn't consented to use the application. At the minimum, the application requires access to \
                 Microsoft Entra ID by specifying the sign-in and read user profile permission.";
            return Err((90_008, text.to_owned()));
        }
        let text = format!(
            "Misconfigured application. This could be due to one of the following: the client has not listed any permissions for '{}' in \
             the requested permissions in the client's application registration. Or, the admin has not consented in the tenant. \
             Or, check the application identifier in the request to ensure it matches the configured client application identifier. \
             Please contact your admin to fix the configuration or consent on behalf of the tenant.",
            self.resource.as_deref().unwrap_or("AAD Graph")
        );
        Err((650_056, text))
    }

    /// Checks the scope, which v2 `adminconsent` cannot do without (`docs/facts/azure.md` 3.4).
    fn has_scope(&self) -> Result<(), (u32, String)> {
        if self.endpoint == Endpoint::AdminConsentOfScope && self.scope.is_none() {
            return Err((900_144, "The request body must contain the following parameter: 'scope'.".to_owned()));
        }
        Ok(())
    }
}

/// True where an address is one that the application has. Of `localhost` the port does not count (Entra's document
/// "Redirect URI restrictions and limitations").
fn may_return_to(application: &Application, uri: &str) -> bool {
    let portless = |uri: &str| {
        let mut url =
            Url::parse(uri).ok().filter(|url| url.scheme() == "http" && url.host_str() == Some("localhost"))?;
        url.set_port(None).ok().map(|()| url)
    };
    let asked = portless(uri);
    application.redirect_uris.iter().any(|known| known == uri || (asked.is_some() && portless(known) == asked))
}

/// Answers `GET /{tenant}/oauth2/authorize`, the page of the documents' consent URL (`docs/facts/azure.md` 3.4).
pub async fn authorize(State(cloud): State<Shared>, Path(tenant): Path<String>, RawQuery(query): RawQuery) -> Response {
    show(&cloud, &Asked::read(tenant, query.as_deref(), Endpoint::Authorize))
}

/// Answers `GET /{tenant}/adminconsent`.
pub async fn admin_consent(
    State(cloud): State<Shared>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    show(&cloud, &Asked::read(tenant, query.as_deref(), Endpoint::AdminConsent))
}

/// Answers `GET /{tenant}/v2.0/adminconsent`.
pub async fn admin_consent_of_scope(
    State(cloud): State<Shared>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    show(&cloud, &Asked::read(tenant, query.as_deref(), Endpoint::AdminConsentOfScope))
}

/// Returns the answer to the form of [`authorize`].
pub async fn authorized(
    State(cloud): State<Shared>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    form: String,
) -> Response {
    decide(&cloud, &Asked::read(tenant, query.as_deref(), Endpoint::Authorize), &form)
}

/// Returns the answer to the form of [`admin_consent`].
pub async fn admin_consented(
    State(cloud): State<Shared>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    form: String,
) -> Response {
    decide(&cloud, &Asked::read(tenant, query.as_deref(), Endpoint::AdminConsent), &form)
}

/// Returns the answer to the form of [`admin_consent_of_scope`].
pub async fn admin_consented_of_scope(
    State(cloud): State<Shared>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    form: String,
) -> Response {
    decide(&cloud, &Asked::read(tenant, query.as_deref(), Endpoint::AdminConsentOfScope), &form)
}

fn show(cloud: &Cloud, asked: &Asked) -> Response {
    match subject(cloud, asked) {
        Ok(subject) => html::answer(StatusCode::OK, page::consent(&subject)),
        Err((code, message)) => html::answer(StatusCode::BAD_REQUEST, page::error(code, &message)),
    }
}

/// Returns the subject of the page, once the URL was found in order.
fn subject(cloud: &Cloud, asked: &Asked) -> Result<page::Subject, (u32, String)> {
    let world = cloud.world();
    let tenant =
        world.tenant(&asked.tenant).ok_or_else(|| (90_002, format!("Tenant '{}' not found.", asked.tenant)))?;
    let unknown = || {
        let text = "Application with identifier '{id}' was not found in the directory '{tenant}'. This can happen if the application has not been \
             installed by the administrator of the tenant or consented to by any user in the tenant.";
        (700_016, text.replace("{id}", &asked.client_id).replace("{tenant}", &tenant.display_name))
    };
    let (home, application) =
        Uuid::parse_str(&asked.client_id).ok().and_then(|id| world.application(id)).ok_or_else(unknown)?;
    if !application.written.after(cloud.times.application_replication).reached(cloud.clock.now()) {
        return Err(unknown());
    }
    if home.id != tenant.id && application.sign_in_audience == "AzureADMyOrg" {
        return Err((
            50_194,
            format!(
                "Application '{}'({}) is not configured as a multi-tenant application.",
                application.app_id, application.display_name
            ),
        ));
    }
    if application.redirect_uris.is_empty() {
        return Err((500_113, "No reply address is registered for the application.".to_owned()));
    }
    if !may_return_to(application, &asked.redirect_uri) {
        let text = "The redirect URI '{uri}' specified in the request does not match the redirect URIs configured for the application '{id}'. \
             Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.";
        return Err((50_011, text.replace("{uri}", &asked.redirect_uri).replace("{id}", &asked.client_id)));
    }
    asked.has_scope()?;
    asked.lacks_a_permission(application)?;
    Ok(page::Subject {
        tenant_id: tenant.id,
        for_everybody: asked.endpoint != Endpoint::Authorize,
        application: application.display_name.clone(),
        publisher: home.domains.first().cloned().unwrap_or_default(),
        tenant: tenant.display_name.clone(),
    })
}

fn decide(cloud: &Cloud, asked: &Asked, form: &str) -> Response {
    let subject = match subject(cloud, asked) {
        Ok(subject) => subject,
        Err((code, message)) => return html::answer(StatusCode::BAD_REQUEST, page::error(code, &message)),
    };
    let accepted =
        url::form_urlencoded::parse(form.as_bytes()).any(|(name, value)| name == "decision" && value == "accept");
    let given = if accepted { give(cloud, &asked.tenant, &asked.client_id) } else { Err(ConsentError::Refused) };
    let mut back = match (given, asked.endpoint) {
        (Ok(_), Endpoint::Authorize) => {
            vec![("code", Uuid::new_v4().simple().to_string()), ("session_state", Uuid::new_v4().to_string())]
        }
        (Ok(_), Endpoint::AdminConsent | Endpoint::AdminConsentOfScope) => {
            vec![("admin_consent", "True".to_owned()), ("tenant", subject.tenant_id.to_string())]
        }
        (Err(_), _) => vec![
            ("error", "access_denied".to_owned()),
            ("error_description", "AADSTS65004: User declined to consent to access the app.".to_owned()),
        ],
    };
    back.extend(asked.state.clone().map(|state| ("state", state)));
    redirect(&asked.redirect_uri, &back)
}

/// Redirects to the application, whose redirect URI was found among its own.
pub fn redirect(to: &str, with: &[(&str, String)]) -> Response {
    let Ok(mut url) = Url::parse(to) else {
        return html::answer(StatusCode::BAD_REQUEST, page::error(50_011, "The redirect URI cannot be read."));
    };
    let mut query: Vec<String> = url.query().map(str::to_owned).into_iter().collect();
    query.extend(with.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))));
    url.set_query(Some(&query.join("&")));
    match HeaderValue::from_str(url.as_str()) {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}
