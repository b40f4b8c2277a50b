//! Requests to Microsoft Graph: apps, service principals, secrets, what a principal belongs to.

use crosspull_core::cloud::Endpoints;
use crosspull_core::event::Plane;
use crosspull_core::ids::{AppId, KeyId, ObjectId};
use crosspull_core::names::{AppAudience, Side};

use http::Method;
use jiff::Timestamp;
use serde_json::json;

use super::{Audience, Auth, Request, at};

pub(super) fn graph(endpoints: &Endpoints, side: Side, method: Method, path: &str, query: &[(&str, &str)]) -> Request {
    let url = at(&endpoints.graph, &format!("/v1.0{path}"), query);
    Request::new(Plane::Graph, side, method, url, Auth::Operator(Audience::Graph))
}

/// Asks for the tenant's own entry in its directory.
#[must_use]
pub fn organization(endpoints: &Endpoints, side: Side) -> Request {
    graph(endpoints, side, Method::GET, "/organization", &[("$select", "id,displayName,verifiedDomains")])
}

/// Asks for the tenant's default policy for the management of apps. Few accounts may read it.
#[must_use]
pub fn app_policy(endpoints: &Endpoints, side: Side) -> Request {
    graph(endpoints, side, Method::GET, "/policies/defaultAppManagementPolicy", &[])
}

/// Apps with a tag.
#[must_use]
pub fn apps_tagged(endpoints: &Endpoints, side: Side, tag: &str) -> Request {
    let filter = format!("tags/any(t:t eq '{tag}')");
    graph(endpoints, side, Method::GET, "/applications", &[("$filter", &filter)])
}

/// An app that is to be registered.
#[derive(Debug, Clone, Copy)]
pub struct NewApp<'a> {
    /// The display name.
    pub name: &'a str,
    /// The tenants that may let it in.
    pub audience: AppAudience,
    /// The redirect address. Empty for an app that nobody consents to.
    pub redirect_uri: &'a str,
    /// True where it lists the permission User.Read.
    pub reads_profile: bool,
    /// The tags.
    pub tags: &'a [&'a str],
}

/// Microsoft Graph, and its permission User.Read for people who sign in (`docs/facts/azure.md` 3.4).
const USER_READ: (&str, &str) = ("00000003-0000-0000-c000-000000000000", "e1fe6dd8-ba31-4d61-89e7-88639da4683d");

/// Creates an app, without any API permission unless it is to list User.Read (`docs/facts/azure.md` 3.3).
#[must_use]
pub fn create_app(endpoints: &Endpoints, side: Side, app: NewApp<'_>) -> Request {
    let redirects: Vec<&str> = Some(app.redirect_uri).filter(|uri| !uri.is_empty()).into_iter().collect();
    let mut body = json!({
        "displayName": app.name,
        "signInAudience": app.audience.word(),
        "tags": app.tags,
    });
    if let (false, Some(body)) = (redirects.is_empty(), body.as_object_mut()) {
        body.insert("web".to_owned(), json!({ "redirectUris": redirects }));
    }
    if let (true, Some(body)) = (app.reads_profile, body.as_object_mut()) {
        let (resource, permission) = USER_READ;
        let listed = json!([{
            "resourceAppId": resource,
            "resourceAccess": [{ "id": permission, "type": "Scope" }],
        }]);
        body.insert("requiredResourceAccess".to_owned(), listed);
    }
    graph(endpoints, side, Method::POST, "/applications", &[]).json(&body)
}

/// Changes the tenants that may let an app in, and nothing else of it.
#[must_use]
pub fn set_audience(endpoints: &Endpoints, side: Side, object: ObjectId, audience: &str) -> Request {
    let path = format!("/applications/{object}");
    graph(endpoints, side, Method::PATCH, &path, &[]).json(&json!({ "signInAudience": audience }))
}

/// Asks for the app of an application id that is registered in a tenant, in a list of one or none.
#[must_use]
pub fn apps_of(endpoints: &Endpoints, side: Side, app: AppId) -> Request {
    let filter = format!("appId eq '{app}'");
    graph(endpoints, side, Method::GET, "/applications", &[("$filter", &filter)])
}

/// Deletes an app, and its service principal at home with it.
#[must_use]
pub fn delete_app(endpoints: &Endpoints, side: Side, object: ObjectId) -> Request {
    graph(endpoints, side, Method::DELETE, &format!("/applications/{object}"), &[])
}

/// Asks for one app.
#[must_use]
pub fn app(endpoints: &Endpoints, side: Side, object: ObjectId) -> Request {
    graph(endpoints, side, Method::GET, &format!("/applications/{object}"), &[])
}

/// Asks for the owners of an app.
#[must_use]
pub fn owners_of(endpoints: &Endpoints, side: Side, object: ObjectId) -> Request {
    graph(endpoints, side, Method::GET, &format!("/applications/{object}/owners"), &[])
}

/// Asks for the federated credentials of an app.
#[must_use]
pub fn federated_credentials_of(endpoints: &Endpoints, side: Side, object: ObjectId) -> Request {
    let path = format!("/applications/{object}/federatedIdentityCredentials");
    graph(endpoints, side, Method::GET, &path, &[])
}

/// Asks for the service principal of an app, in a list of one or none.
#[must_use]
pub fn principals_of(endpoints: &Endpoints, side: Side, app: AppId) -> Request {
    let filter = format!("appId eq '{app}'");
    graph(endpoints, side, Method::GET, "/servicePrincipals", &[("$filter", &filter)])
}

/// Creates the service principal of an app. In tenant B this is what consent does (`docs/facts/azure.md` 0.7).
#[must_use]
pub fn create_principal(endpoints: &Endpoints, side: Side, app: AppId, tag: &str) -> Request {
    graph(endpoints, side, Method::POST, "/servicePrincipals", &[]).json(&json!({ "appId": app, "tags": [tag] }))
}

/// Deletes a service principal.
#[must_use]
pub fn delete_principal(endpoints: &Endpoints, side: Side, principal: ObjectId) -> Request {
    graph(endpoints, side, Method::DELETE, &format!("/servicePrincipals/{principal}"), &[])
}

/// Asks for one service principal.
#[must_use]
pub fn principal(endpoints: &Endpoints, side: Side, principal: ObjectId) -> Request {
    graph(endpoints, side, Method::GET, &format!("/servicePrincipals/{principal}"), &[])
}

/// Asks for the groups and directory roles that a service principal is in.
///
/// `widely` adds those that it is in by way of others, which fewer accounts may read (`servicePrincipal: List memberOf`
/// and `List transitive memberOf`).
#[must_use]
pub fn member_of(endpoints: &Endpoints, principal: ObjectId, widely: bool) -> Request {
    let relation = if widely { "transitiveMemberOf" } else { "memberOf" };
    graph(endpoints, Side::A, Method::GET, &format!("/servicePrincipals/{principal}/{relation}"), &[])
}

/// Asks for the permissions on APIs that a service principal was given.
#[must_use]
pub fn app_roles_of(endpoints: &Endpoints, principal: ObjectId) -> Request {
    let path = format!("/servicePrincipals/{principal}/appRoleAssignments");
    graph(endpoints, Side::A, Method::GET, &path, &[])
}

/// Adds a client secret. Its end is always sent, since Graph's default is two years.
#[must_use]
pub fn add_password(endpoints: &Endpoints, side: Side, object: ObjectId, name: &str, ends: Timestamp) -> Request {
    graph(endpoints, side, Method::POST, &format!("/applications/{object}/addPassword"), &[]).json(&json!({
        "passwordCredential": { "displayName": name, "endDateTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ").to_string() }
    }))
}

/// Takes a client secret away.
#[must_use]
pub fn remove_password(endpoints: &Endpoints, side: Side, object: ObjectId, key: KeyId) -> Request {
    let path = format!("/applications/{object}/removePassword");
    graph(endpoints, side, Method::POST, &path, &[]).json(&json!({ "keyId": key }))
}
