//! Requests, built purely: values in, a request out. No socket, no clock, no token.

use crosspull_core::cloud::Endpoints;
use crosspull_core::event::Plane;
use crosspull_core::ids::{AppId, ClusterId, ImageRef, KeyId, ObjectId, RegistryId};
use crosspull_core::plan::{Role, Side};
use crosspull_core::secret::Secret;
use http::Method;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The api-versions that the contracts describe. A registry's `roleAssignmentMode` exists since the second one.
const CLUSTERS: &str = "2024-09-01";
const REGISTRIES: &str = "2025-11-01";
const AUTHORIZATION: &str = "2022-04-01";
const METADATA: &str = "2022-09-01";
const SUBSCRIPTIONS: &str = "2022-12-01";
/// No contract describes the quota of a region; this is the version of its documentation.
const COMPUTE: &str = "2024-07-01";

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Azure Resource Manager.
    Arm,
    /// Microsoft Graph.
    Graph,
    /// A registry.
    Registry,
}

/// How a request says who sends it.
#[derive(Debug, Clone)]
pub enum Auth {
    /// Not at all.
    None,
    /// With the operator's token for that audience, in the request's tenant.
    Operator(Audience),
    /// With a name and a secret, as a node does.
    Basic(String, Secret),
    /// With this token.
    Token(Secret),
}

/// What may be done when no answer came, or one that says nothing about whether it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Send it again: it reads, or doing it twice is doing it once.
    Freely,
    /// Read back first.
    AfterReading,
}

/// The body of a request; wiped after use, since some hold a secret.
#[derive(Clone)]
pub struct Body {
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
    /// The secrets in it.
    pub secrets: Vec<Secret>,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Body({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

/// A request, ready but for a token.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which service.
    pub plane: Plane,
    /// As which tenant.
    pub side: Side,
    /// GET, POST…
    pub method: Method,
    /// Where to.
    pub url: Url,
    /// Who sends it.
    pub auth: Auth,
    /// What is accepted, where that matters.
    pub accept: Option<&'static str>,
    /// Which bytes are wanted, where not all.
    pub range: Option<&'static str>,
    /// Its body.
    pub body: Option<Body>,
    /// Statuses other than those of success that are an answer here and no refusal.
    pub takes: &'static [u16],
    /// What may be done when no answer came.
    pub repeat: Repeat,
}

impl Request {
    /// A request without a body. A POST or PATCH is taken for one that changes something.
    #[must_use]
    pub fn new(plane: Plane, side: Side, method: Method, url: Url, auth: Auth) -> Self {
        let repeat = if matches!(method, Method::POST | Method::PATCH) { Repeat::AfterReading } else { Repeat::Freely };
        Self { plane, side, method, url, auth, accept: None, range: None, body: None, takes: &[], repeat }
    }

    fn json(mut self, body: &Value) -> Self {
        let bytes = Zeroizing::new(body.to_string().into_bytes());
        self.body = Some(Body { content_type: "application/json", bytes, secrets: Vec::new() });
        self
    }

    /// The same of a value that holds a secret, which is copied nowhere else.
    fn secret_json(mut self, body: &impl Serialize, secret: &Secret) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(1024));
        // Texts alone are written, to memory: there is nothing that could fail.
        if serde_json::to_writer(&mut *bytes, body).is_ok() {
            self.body = Some(Body { content_type: "application/json", bytes, secrets: vec![secret.clone()] });
        }
        self
    }

    fn form(mut self, pairs: &[(&str, &str)]) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let text = form.extend_pairs(pairs).finish();
        let bytes = Zeroizing::new(text.into_bytes());
        let is_secret = |(name, _): &&(&str, &str)| matches!(*name, "client_secret" | "access_token" | "refresh_token");
        let secrets = pairs.iter().filter(is_secret).map(|(_, value)| Secret::new((*value).to_owned())).collect();
        self.body = Some(Body { content_type: "application/x-www-form-urlencoded", bytes, secrets });
        // Every form here asks for a token: asking twice is asking once.
        self.repeat = Repeat::Freely;
        self
    }

    /// What no answer to it may repeat.
    #[must_use]
    pub fn secrets(&self) -> Vec<Secret> {
        let own = match &self.auth {
            Auth::Basic(user, secret) => vec![secret.clone(), Secret::new(format!("{user}:{}", secret.reveal()))],
            Auth::Token(secret) => vec![secret.clone()],
            Auth::None | Auth::Operator(_) => Vec::new(),
        };
        own.into_iter().chain(self.body.iter().flat_map(|body| body.secrets.clone())).collect()
    }

    /// True where it changes something: everything but reads and token requests.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.repeat == Repeat::AfterReading || matches!(self.method, Method::PUT | Method::DELETE)
    }
}

/// An address below a base, its query given in pairs.
fn at(base: &Url, path: &str, query: &[(&str, &str)]) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url.set_query(None);
    if !query.is_empty() {
        // Spaces as %20, which every plane reads; `+` is read by forms alone.
        let pairs: Vec<String> = query.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        url.set_query(Some(&pairs.join("&")));
    }
    url
}

/// Percent-encodes a query's name or value.
fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// What a cloud says about itself.
#[must_use]
pub fn metadata(arm: &Url) -> Request {
    Request::new(
        Plane::Arm,
        Side::A,
        Method::GET,
        at(arm, "/metadata/endpoints", &[("api-version", METADATA)]),
        Auth::None,
    )
}

/// What a tenant's sign-in says about itself; names its id.
#[must_use]
pub fn openid_configuration(endpoints: &Endpoints, side: Side, tenant: &str) -> Request {
    let path = format!("/{tenant}/v2.0/.well-known/openid-configuration");
    Request::new(Plane::Entra, side, Method::GET, at(&endpoints.login, &path, &[]), Auth::None)
}

/// A token for an app by its secret (client credentials).
#[must_use]
pub fn token(endpoints: &Endpoints, side: Side, tenant: &str, app: AppId, secret: &Secret) -> Request {
    let url = at(&endpoints.login, &format!("/{tenant}/oauth2/v2.0/token"), &[]);
    Request::new(Plane::Entra, side, Method::POST, url, Auth::None).form(&[
        ("client_id", &app.to_string()),
        ("client_secret", secret.reveal()),
        ("grant_type", "client_credentials"),
        ("scope", &scope(&endpoints.arm_audience)),
    ])
}

/// The scope of a token for a resource.
#[must_use]
pub fn scope(audience: &str) -> String {
    format!("{}/.default", audience.trim_end_matches('/'))
}

fn graph(endpoints: &Endpoints, side: Side, method: Method, path: &str, query: &[(&str, &str)]) -> Request {
    let url = at(&endpoints.graph, &format!("/v1.0{path}"), query);
    Request::new(Plane::Graph, side, method, url, Auth::Operator(Audience::Graph))
}

/// The tenant's own entry in its directory.
#[must_use]
pub fn organization(endpoints: &Endpoints, side: Side) -> Request {
    graph(endpoints, side, Method::GET, "/organization", &[("$select", "id,displayName,verifiedDomains")])
}

/// Apps with a tag.
#[must_use]
pub fn apps_tagged(endpoints: &Endpoints, tag: &str) -> Request {
    let filter = format!("tags/any(t:t eq '{tag}')");
    graph(endpoints, Side::A, Method::GET, "/applications", &[("$filter", &filter)])
}

/// The multi-tenant app: any organisation's accounts, no API permission (`azure-facts.md` 3.3).
#[must_use]
pub fn create_app(endpoints: &Endpoints, name: &str, redirect_uri: &str, tags: &[&str]) -> Request {
    graph(endpoints, Side::A, Method::POST, "/applications", &[]).json(&json!({
        "displayName": name,
        "signInAudience": "AzureADMultipleOrgs",
        "web": { "redirectUris": [redirect_uri] },
        "tags": tags,
    }))
}

/// The app of an application id that is registered in tenant A, in a list of one or none.
#[must_use]
pub fn apps_of(endpoints: &Endpoints, app: AppId) -> Request {
    let filter = format!("appId eq '{app}'");
    graph(endpoints, Side::A, Method::GET, "/applications", &[("$filter", &filter)])
}

/// Deletes an app, and its service principal at home with it.
#[must_use]
pub fn delete_app(endpoints: &Endpoints, object: ObjectId) -> Request {
    graph(endpoints, Side::A, Method::DELETE, &format!("/applications/{object}"), &[])
}

/// One app.
#[must_use]
pub fn app(endpoints: &Endpoints, object: ObjectId) -> Request {
    graph(endpoints, Side::A, Method::GET, &format!("/applications/{object}"), &[])
}

/// The service principal of an app, in a list of one or none.
#[must_use]
pub fn principals_of(endpoints: &Endpoints, side: Side, app: AppId) -> Request {
    let filter = format!("appId eq '{app}'");
    graph(endpoints, side, Method::GET, "/servicePrincipals", &[("$filter", &filter)])
}

/// The service principal of an app; in tenant B this is what consent does (`azure-facts.md` 0, fact 7).
#[must_use]
pub fn create_principal(endpoints: &Endpoints, side: Side, app: AppId, tag: &str) -> Request {
    graph(endpoints, side, Method::POST, "/servicePrincipals", &[]).json(&json!({ "appId": app, "tags": [tag] }))
}

/// Deletes a service principal.
#[must_use]
pub fn delete_principal(endpoints: &Endpoints, side: Side, principal: ObjectId) -> Request {
    graph(endpoints, side, Method::DELETE, &format!("/servicePrincipals/{principal}"), &[])
}

/// The groups and directory roles that a service principal is in; `widely` also those that it is in by way of others,
/// which fewer accounts may read (`servicePrincipal: List memberOf` and `List transitive memberOf`).
#[must_use]
pub fn member_of(endpoints: &Endpoints, principal: ObjectId, widely: bool) -> Request {
    let relation = if widely { "transitiveMemberOf" } else { "memberOf" };
    graph(endpoints, Side::A, Method::GET, &format!("/servicePrincipals/{principal}/{relation}"), &[])
}

/// The permissions on APIs that a service principal was given.
#[must_use]
pub fn app_roles_of(endpoints: &Endpoints, principal: ObjectId) -> Request {
    let path = format!("/servicePrincipals/{principal}/appRoleAssignments");
    graph(endpoints, Side::A, Method::GET, &path, &[])
}

/// A client secret. Its end is always sent, since Graph's default is two years.
#[must_use]
pub fn add_password(endpoints: &Endpoints, object: ObjectId, name: &str, ends: Timestamp) -> Request {
    graph(endpoints, Side::A, Method::POST, &format!("/applications/{object}/addPassword"), &[]).json(&json!({
        "passwordCredential": { "displayName": name, "endDateTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ").to_string() }
    }))
}

/// Takes a client secret away.
#[must_use]
pub fn remove_password(endpoints: &Endpoints, object: ObjectId, key: KeyId) -> Request {
    let path = format!("/applications/{object}/removePassword");
    graph(endpoints, Side::A, Method::POST, &path, &[]).json(&json!({ "keyId": key }))
}

fn arm(endpoints: &Endpoints, side: Side, method: Method, path: &str, query: &[(&str, &str)]) -> Request {
    Request::new(Plane::Arm, side, method, at(&endpoints.arm, path, query), Auth::Operator(Audience::Arm))
}

/// One cluster.
#[must_use]
pub fn cluster(endpoints: &Endpoints, id: &ClusterId) -> Request {
    arm(endpoints, Side::A, Method::GET, &id.to_string(), &[("api-version", CLUSTERS)])
}

/// The credentials of a user of a cluster's Kubernetes API. A POST that reads.
#[must_use]
pub fn cluster_credentials(endpoints: &Endpoints, id: &ClusterId) -> Request {
    let path = format!("{id}/listClusterUserCredential");
    let mut request = arm(endpoints, Side::A, Method::POST, &path, &[("api-version", CLUSTERS)]);
    request.repeat = Repeat::Freely;
    request
}

/// What is used of a region's quota, and how much there is.
#[must_use]
pub fn usages(endpoints: &Endpoints, subscription: Uuid, location: &str) -> Request {
    let path = format!("/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/usages");
    arm(endpoints, Side::A, Method::GET, &path, &[("api-version", COMPUTE)])
}

/// The subscriptions that the operator sees in tenant A.
#[must_use]
pub fn subscriptions(endpoints: &Endpoints) -> Request {
    arm(endpoints, Side::A, Method::GET, "/subscriptions", &[("api-version", SUBSCRIPTIONS)])
}

/// The body of a reset.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reset<'a> {
    client_id: AppId,
    secret: &'a str,
}

/// Gives a cluster another service principal (`azure-facts.md` 3.9).
#[must_use]
pub fn reset_cluster(endpoints: &Endpoints, id: &ClusterId, app: AppId, secret: &Secret) -> Request {
    let path = format!("{id}/resetServicePrincipalProfile");
    arm(endpoints, Side::A, Method::POST, &path, &[("api-version", CLUSTERS)])
        .secret_json(&Reset { client_id: app, secret: secret.reveal() }, secret)
}

/// Asks a long-running operation how far it is. The address comes from the service, so its host is checked where it
/// is read.
#[must_use]
pub fn operation(side: Side, url: Url) -> Request {
    Request::new(Plane::Arm, side, Method::GET, url, Auth::Operator(Audience::Arm))
}

/// What the caller may do at a scope.
#[must_use]
pub fn permissions(endpoints: &Endpoints, side: Side, scope: &str) -> Request {
    let path = format!("{scope}/providers/Microsoft.Authorization/permissions");
    arm(endpoints, side, Method::GET, &path, &[("api-version", AUTHORIZATION)])
}

/// One role definition, by the id that an assignment names.
#[must_use]
pub fn role_definition(endpoints: &Endpoints, id: &str) -> Request {
    arm(endpoints, Side::A, Method::GET, id, &[("api-version", AUTHORIZATION)])
}

/// One registry.
#[must_use]
pub fn registry(endpoints: &Endpoints, id: &RegistryId) -> Request {
    arm(endpoints, Side::B, Method::GET, &id.to_string(), &[("api-version", REGISTRIES)])
}

/// The id of a role assignment at a scope.
#[must_use]
pub fn assignment_id(scope: &str, name: Uuid) -> String {
    format!("{}/providers/Microsoft.Authorization/roleAssignments/{name}", scope.trim_end_matches('/'))
}

/// The id of a built-in role's definition, as an assignment on a registry names it.
#[must_use]
pub fn definition_id(registry: &RegistryId, role: Role) -> String {
    let (subscription, definition) = (registry.subscription(), role.definition());
    format!("/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{definition}")
}

/// One role assignment, by its id.
#[must_use]
pub fn assignment(endpoints: &Endpoints, side: Side, id: &str) -> Request {
    arm(endpoints, side, Method::GET, id, &[("api-version", AUTHORIZATION)])
}

/// The role assignments of a principal at a scope, above it and below it.
#[must_use]
pub fn roles_at(endpoints: &Endpoints, side: Side, scope: &str, principal: ObjectId) -> Request {
    let path = format!("{}/providers/Microsoft.Authorization/roleAssignments", scope.trim_end_matches('/'));
    let filter = format!("principalId eq '{principal}'");
    arm(endpoints, side, Method::GET, &path, &[("api-version", AUTHORIZATION), ("$filter", &filter)])
}

/// A role to assign to a service principal.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    /// The role definition's id.
    pub definition: &'a str,
    /// Who gets it.
    pub principal: ObjectId,
    /// Where it does not hold for all that the role says, version 2.0.
    pub condition: Option<&'a str>,
    /// What is said of it.
    pub description: Option<&'a str>,
}

/// Assigns a role, by the assignment's id. `principalType` is always sent, so that a new principal need not be looked
/// up (`azure-facts.md` 3.1).
#[must_use]
pub fn assign_role(endpoints: &Endpoints, side: Side, id: &str, grant: Grant<'_>) -> Request {
    let mut properties = json!({
        "roleDefinitionId": grant.definition,
        "principalId": grant.principal,
        "principalType": "ServicePrincipal",
    });
    if let Some(map) = properties.as_object_mut() {
        if let Some(condition) = grant.condition {
            map.insert("condition".to_owned(), condition.into());
            map.insert("conditionVersion".to_owned(), "2.0".into());
        }
        if let Some(description) = grant.description {
            map.insert("description".to_owned(), description.into());
        }
    }
    arm(endpoints, side, Method::PUT, id, &[("api-version", AUTHORIZATION)]).json(&json!({ "properties": properties }))
}

/// Takes a role assignment away, by its id.
#[must_use]
pub fn remove_role(endpoints: &Endpoints, side: Side, id: &str) -> Request {
    arm(endpoints, side, Method::DELETE, id, &[("api-version", AUTHORIZATION)])
}

/// The media types of manifests: OCI and Docker, one image or several.
const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
                         application/vnd.docker.distribution.manifest.v2+json, \
                         application/vnd.docker.distribution.manifest.list.v2+json";

fn on_registry(method: Method, url: Url, auth: Auth) -> Request {
    Request::new(Plane::Registry, Side::B, method, url, auth)
}

/// The root of a login server.
///
/// # Errors
/// Where it is no host.
pub fn login_server(host: &str) -> Result<Url, url::ParseError> {
    Url::parse(&format!("https://{host}/"))
}

/// Asks a registry who its tokens come from.
#[must_use]
pub fn challenge(server: &Url) -> Request {
    let mut request = on_registry(Method::GET, at(server, "/v2/", &[]), Auth::None);
    request.takes = &[401];
    request
}

/// A token to pull one repository, asked for as a node does: with the app's id and secret (`azure-facts.md` 3.10).
#[must_use]
pub fn pull_token(realm: &Url, service: &str, repository: &str, app: AppId, secret: &Secret) -> Request {
    let mut url = realm.clone();
    url.query_pairs_mut()
        .append_pair("service", service)
        .append_pair("scope", &format!("repository:{repository}:pull"));
    on_registry(Method::GET, url, Auth::Basic(app.to_string(), secret.clone()))
}

/// Turns an Entra token into a registry's refresh token.
#[must_use]
pub fn exchange(server: &Url, service: &str, tenant: &str, token: &Secret) -> Request {
    on_registry(Method::POST, at(server, "/oauth2/exchange", &[]), Auth::None).form(&[
        ("grant_type", "access_token"),
        ("service", service),
        ("tenant", tenant),
        ("access_token", token.reveal()),
    ])
}

/// A token to pull one repository, by a refresh token.
#[must_use]
pub fn pull_token_by_refresh(server: &Url, service: &str, repository: &str, refresh: &Secret) -> Request {
    on_registry(Method::POST, at(server, "/oauth2/token", &[]), Auth::None).form(&[
        ("grant_type", "refresh_token"),
        ("service", service),
        ("scope", &format!("repository:{repository}:pull")),
        ("refresh_token", refresh.reveal()),
    ])
}

/// A manifest.
#[must_use]
pub fn manifest(server: &Url, image: &ImageRef, token: &Secret) -> Request {
    let url = at(server, &format!("/v2/{}/manifests/{}", image.repository, image.reference), &[]);
    let mut request = on_registry(Method::GET, url, Auth::Token(token.clone()));
    request.accept = Some(MANIFESTS);
    request
}

/// The first byte of a blob: enough to see that layers can be had from here.
#[must_use]
pub fn blob(server: &Url, repository: &str, digest: &str, token: &Secret) -> Request {
    let url = at(server, &format!("/v2/{repository}/blobs/{digest}"), &[]);
    let mut request = on_registry(Method::GET, url, Auth::Token(token.clone()));
    request.range = Some("bytes=0-0");
    request.takes = &[301, 302, 303, 307, 308];
    request
}

/// Follows a blob to where its bytes are. No token goes along: the address itself is the right to read.
#[must_use]
pub fn redirected_blob(url: Url) -> Request {
    let mut request = on_registry(Method::GET, url, Auth::None);
    request.range = Some("bytes=0-0");
    request
}
