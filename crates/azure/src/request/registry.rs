//! Requests to a registry: who its tokens come from, tokens, manifests, layers.

use crosspull_core::event::Plane;
use crosspull_core::ids::ImageRef;
use crosspull_core::names::Side;
use crosspull_core::secret::Secret;
use http::Method;
use url::Url;

use super::{Auth, Request, at};

/// The media types of manifests: OCI and Docker, one image or several.
const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
                         application/vnd.docker.distribution.manifest.v2+json, \
                         application/vnd.docker.distribution.manifest.list.v2+json";

/// The number of names on a page of a registry.
const PAGE: &str = "1000";

fn on_registry(method: Method, url: Url, auth: Auth) -> Request {
    Request::new(Plane::Registry, Side::B, method, url, auth)
}

/// Returns the root of a login server.
///
/// # Errors
/// An error where the text is no host.
pub fn login_server(host: &str) -> Result<Url, url::ParseError> {
    Url::parse(&format!("https://{host}/"))
}

/// Asks a registry for no more than a sign of life.
#[must_use]
pub fn hello(server: &Url) -> Request {
    let mut request = on_registry(Method::HEAD, at(server, "/v2/", &[]), Auth::None);
    request.takes = &[401];
    request
}

/// Asks a registry who its tokens come from.
#[must_use]
pub fn challenge(server: &Url) -> Request {
    let mut request = on_registry(Method::GET, at(server, "/v2/", &[]), Auth::None);
    request.takes = &[401];
    request
}

/// Asks for a token to pull one repository, as a node does: with a name and its password, such as an app's id and secret
/// (`docs/facts/azure.md` 3.10).
#[must_use]
pub fn pull_token(realm: &Url, service: &str, repository: &str, user: &str, secret: &Secret) -> Request {
    token_by_password(realm, service, &[format!("repository:{repository}:pull")], user, secret)
}

/// Asks for a token for several scopes, with a name and its password.
#[must_use]
pub fn token_by_password(realm: &Url, service: &str, scopes: &[String], user: &str, secret: &Secret) -> Request {
    let mut url = realm.clone();
    url.query_pairs_mut().append_pair("service", service).extend_pairs(scopes.iter().map(|scope| ("scope", scope)));
    on_registry(Method::GET, url, Auth::Basic(user.to_owned(), secret.clone()))
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

/// Asks for a token for something on a registry, such as `repository:NAME:pull`, by a refresh token.
#[must_use]
pub fn registry_token(server: &Url, service: &str, scope: &str, refresh: &Secret) -> Request {
    on_registry(Method::POST, at(server, "/oauth2/token", &[]), Auth::None).form(&[
        ("grant_type", "refresh_token"),
        ("service", service),
        ("scope", scope),
        ("refresh_token", refresh.reveal()),
    ])
}

/// Asks for a page of a registry's repositories, by name, after that one.
#[must_use]
pub fn repositories(server: &Url, after: Option<&str>, token: &Secret) -> Request {
    listing(server, "/acr/v1/_catalog", &[], after, token)
}

/// Asks for a page of a repository's tags after that one, the latest first.
#[must_use]
pub fn tags(server: &Url, repository: &str, after: Option<&str>, token: &Secret) -> Request {
    listing(server, &format!("/acr/v1/{repository}/_tags"), &[("orderby", "timedesc")], after, token)
}

fn listing(server: &Url, path: &str, order: &[(&str, &str)], after: Option<&str>, token: &Secret) -> Request {
    let mut query = vec![("n", PAGE)];
    query.extend_from_slice(order);
    query.extend(after.map(|last| ("last", last)));
    on_registry(Method::GET, at(server, path, &query), Auth::Token(token.clone()))
}

/// Asks for the manifest of an image.
#[must_use]
pub fn manifest(server: &Url, image: &ImageRef, token: &Secret) -> Request {
    manifest_at(server, &image.repository, image.reference(), token)
}

/// Asks for the manifest that a tag or a digest names in a repository.
#[must_use]
pub fn manifest_at(server: &Url, repository: &str, reference: &str, token: &Secret) -> Request {
    let url = at(server, &format!("/v2/{repository}/manifests/{reference}"), &[]);
    let mut request = on_registry(Method::GET, url, Auth::Token(token.clone()));
    request.accept = Some(MANIFESTS);
    request
}

/// Asks for the first byte of a blob: enough to see that layers can be had from here.
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
