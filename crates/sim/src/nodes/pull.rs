//! The pull of an image by a node: as containerd does it, with the credential that the kubelet finds.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::Value;
use url::Url;

use super::sign_in::{self, SignIn};
use crate::{
    cloud::Cloud,
    errors,
    registry::images::{self, CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE},
};

/// The name to sign in with a refresh token as the password.
const NULL_GUID: &str = "00000000-0000-0000-0000-000000000000";
/// Media types of images in docker's own form (distribution/distribution, `docs/spec/manifest-v2-2.md`).
const DOCKER_MANIFEST_TYPE: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_CONFIG_TYPE: &str = "application/vnd.docker.container.image.v1+json";
const DOCKER_LAYER_TYPE: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
/// The name that containerd tells a registry.
const USER_AGENT: &str = "containerd/1.7.22";
/// Media types of manifests that a node understands.
const ACCEPT: &str = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, */*";

/// The reason why a node cannot pull an image. The text stands in the pod's events.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The image's name cannot be read.
    #[error("couldn't parse image name \"{0}\": invalid reference format")]
    Name(String),
    /// The registry is not of this cloud, and nothing else is known to the nodes.
    #[error("failed to do request: Head \"{url}\": dial tcp: lookup {server}: no such host")]
    NoHost {
        /// The address of the manifest.
        url: String,
        /// The registry.
        server: String,
    },
    /// The registry could not be reached or broke off.
    #[error("failed to do request: {0}")]
    Unreachable(#[source] reqwest::Error),
    /// The registry's challenge names no realm of its own.
    #[error("failed to authorize: the registry's challenge is not understood")]
    Challenge,
    /// The registry refused the credential.
    #[error("failed to authorize: failed to fetch oauth token: unexpected status from GET request to {url}: {status}")]
    Token {
        /// The token address, without the credential.
        url: Url,
        /// The status of the answer.
        status: StatusCode,
    },
    /// A node that has no credential was refused too.
    #[error(
        "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to {url}: {status}"
    )]
    Anonymous {
        /// The token address.
        url: Url,
        /// The status of the answer.
        status: StatusCode,
    },
    /// There is no such repository or tag.
    #[error("failed to resolve reference \"{0}\": {0}: not found")]
    NotFound(String),
    /// The registry refused the image to this credential (containerd, `core/remotes/docker/authorizer.go`).
    #[error(
        "pull access denied, repository does not exist or may require authorization: server message: {0}: authorization failed"
    )]
    Denied(String),
    /// The registry answered what is no answer.
    #[error("unexpected status from GET request to {url}: {status}")]
    Status {
        /// The address that was asked for.
        url: Url,
        /// The status of the answer.
        status: StatusCode,
    },
    /// Content is not what its digest says, or no manifest.
    #[error("failed to copy: content of {0} is not what was asked for")]
    Content(String),
}

impl PullError {
    /// True where the error came up before the image was found. Containerd then says that it could not resolve the
    /// name.
    #[must_use]
    pub fn is_before_content(&self) -> bool {
        matches!(
            self,
            Self::NoHost { .. }
                | Self::Unreachable(_)
                | Self::Challenge
                | Self::Token { .. }
                | Self::Anonymous { .. }
                | Self::Denied(_)
        )
    }
}

impl From<reqwest::Error> for PullError {
    fn from(error: reqwest::Error) -> Self {
        Self::Unreachable(error.without_url())
    }
}

/// An image that a node has now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// The registry and repository of the image, with the digest of its manifest.
    pub digest: String,
    /// The size of what was fetched, in bytes.
    pub size: usize,
}

/// An image's name, taken apart: `localhost:8443/shop/web:1.4`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reference {
    server: String,
    repository: String,
    tag: String,
}

impl Reference {
    /// Takes a name apart as container runtimes do: what comes first is a registry if it looks like a host, else all of it
    /// is a repository of Docker Hub.
    fn parse(image: &str) -> Option<Self> {
        let is_host = |first: &str| first.contains(['.', ':']) || first == "localhost";
        let (server, rest) = match image.split_once('/') {
            Some((first, rest)) if is_host(first) => (first, rest.to_owned()),
            Some(_) => (DOCKER_HUB, image.to_owned()),
            None => (DOCKER_HUB, format!("library/{image}")),
        };
        let (named, digest) =
            rest.split_once('@').map_or((rest.as_str(), None), |(named, digest)| (named, Some(digest)));
        let (repository, tag) = named.rsplit_once(':').unwrap_or((named, "latest"));
        // The digest counts where both are given (`docs/facts/azure.md` 9.3).
        let tag = digest.unwrap_or(tag);
        let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-/".contains(&byte);
        let whole = repository.split('/').all(|part| !part.is_empty()) && repository.bytes().all(legal);
        let tagged = !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-:".contains(&byte));
        (whole && tagged).then(|| Self {
            server: server.to_owned(),
            repository: repository.to_owned(),
            tag: tag.to_owned(),
        })
    }

    /// True where the registry is on this machine. The nodes know no other.
    fn is_here(&self) -> bool {
        let host = self.server.rsplit_once(':').map_or(self.server.as_str(), |(host, _)| host);
        matches!(host, "localhost" | "127.0.0.1" | "[::1]")
    }
}

const DOCKER_HUB: &str = "registry-1.docker.io";

/// True where a request comes from a node: it names itself as its container runtime.
#[must_use]
pub fn is_node(headers: &HeaderMap) -> bool {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).is_some_and(|agent| agent == USER_AGENT)
}

/// Pulls an image whole: challenge, token, manifest, configuration and layers, each checked against its digest.
///
/// # Errors
/// Why it cannot be pulled, as a node's event would say it.
pub async fn pull(cloud: &Cloud, image: &str, sign_in: &SignIn) -> Result<Pulled, PullError> {
    let http = &cloud.node_client;
    let name = || PullError::Name(image.to_owned());
    let reference = Reference::parse(image).ok_or_else(name)?;
    let Reference { server, repository, tag } = &reference;
    if !reference.is_here() {
        let url = format!("https://{server}/v2/{repository}/manifests/{tag}");
        return Err(PullError::NoHost { url, server: server.clone() });
    }
    let base = Url::parse(&format!("https://{server}/v2/")).map_err(|_| name())?;
    let puller = Puller { http, token: authorise(cloud, &base, repository, sign_in).await? };
    let at = |kind: &str, what: &str| base.join(&format!("{repository}/{kind}/{what}")).map_err(|_| name());
    let manifest_bytes = puller.get(at("manifests", tag)?, image).await?;
    let content = || PullError::Content(image.to_owned());
    let manifest: Value = serde_json::from_slice(&manifest_bytes).map_err(|_| content())?;
    let kind = manifest.get("mediaType").and_then(Value::as_str).unwrap_or(MANIFEST_TYPE);
    if ![MANIFEST_TYPE, DOCKER_MANIFEST_TYPE].contains(&kind) {
        return Err(content());
    }
    let mut size = manifest_bytes.len();
    let layers = manifest.get("layers").and_then(Value::as_array);
    let blobs = manifest.get("config").into_iter().chain(layers.into_iter().flatten());
    for blob in blobs {
        let kind = blob.get("mediaType").and_then(Value::as_str);
        let digest = blob.get("digest").and_then(Value::as_str);
        let (Some(CONFIG_TYPE | LAYER_TYPE | DOCKER_CONFIG_TYPE | DOCKER_LAYER_TYPE), Some(digest)) = (kind, digest)
        else {
            return Err(content());
        };
        let bytes = puller.get(at("blobs", digest)?, image).await?;
        if images::digest(&bytes) != digest {
            return Err(PullError::Content(digest.to_owned()));
        }
        size += bytes.len();
    }
    Ok(Pulled { digest: format!("{server}/{repository}@{}", images::digest(&manifest_bytes)), size })
}

/// Asks the registry who may issue tokens for it, and then for a token to pull from the repository.
async fn authorise(cloud: &Cloud, base: &Url, repository: &str, sign_in: &SignIn) -> Result<Option<String>, PullError> {
    let http = &cloud.node_client;
    let answer = http.get(base.clone()).header(header::USER_AGENT, USER_AGENT).send().await?;
    match answer.status() {
        StatusCode::OK => return Ok(None),
        StatusCode::UNAUTHORIZED => {}
        status => {
            return Err(PullError::Anonymous { url: base.clone(), status });
        }
    }
    let mut url = token_address(answer.headers(), base).ok_or(PullError::Challenge)?;
    let credential = match sign_in {
        SignIn::Nothing => None,
        SignIn::Login(login) => Some((login.name.clone(), login.password.reveal().to_owned())),
        SignIn::ServicePrincipal(held) => Some((held.client_id.to_string(), held.secret.reveal().to_owned())),
        SignIn::Managed { tenant, identity } => {
            let token = sign_in::token(cloud, *tenant, identity);
            exchange(http, base, &tenant.to_string(), &token).await.map(|refresh| (NULL_GUID.to_owned(), refresh))
        }
    };
    url.query_pairs_mut().append_pair("scope", &format!("repository:{repository}:pull"));
    let mut request = http.get(url.clone()).header(header::USER_AGENT, USER_AGENT);
    if let Some((name, password)) = &credential {
        let basic = BASE64_STANDARD.encode(format!("{name}:{password}"));
        request = request.header(header::AUTHORIZATION, format!("Basic {basic}"));
    }
    let answer = request.send().await?;
    let status = answer.status();
    if status != StatusCode::OK {
        return Err(match credential {
            Some(_) => PullError::Token { url, status },
            None => PullError::Anonymous { url, status },
        });
    }
    let body: Value = serde_json::from_slice(&answer.bytes().await?).map_err(|_| PullError::Challenge)?;
    ["access_token", "token"]
        .iter()
        .find_map(|name| body.get(name)?.as_str())
        .map(|token| Some(token.to_owned()))
        .ok_or(PullError::Challenge)
}

/// Returns the refresh token that a registry gives for a token of Entra, as AKS' credential provider asks for it
/// (cloud-provider-azure, `pkg/credentialprovider`). Where the registry refuses, the provider has no credential, and
/// the kubelet goes on without one.
async fn exchange(http: &reqwest::Client, base: &Url, tenant: &str, token: &str) -> Option<String> {
    let host = base.host_str()?;
    let service = base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let form = [("grant_type", "access_token"), ("service", &service), ("tenant", tenant), ("access_token", token)];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = http
        .post(base.join("/oauth2/exchange").ok()?)
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::CONTENT_TYPE, errors::FORM)
        .body(body);
    let answer = request.send().await.ok()?.error_for_status().ok()?;
    let body: Value = serde_json::from_slice(&answer.bytes().await.ok()?).ok()?;
    body.get("refresh_token")?.as_str().map(str::to_owned)
}

/// Returns the token address that a `WWW-Authenticate: Bearer realm="…",service="…"` names, if it is on the registry
/// itself.
fn token_address(headers: &HeaderMap, base: &Url) -> Option<Url> {
    let challenge = headers.get(header::WWW_AUTHENTICATE)?.to_str().ok()?;
    let parameters = challenge.strip_prefix("Bearer ")?;
    let value = |name: &str| {
        let (_, rest) = parameters.split_once(&format!("{name}=\""))?;
        rest.split_once('"').map(|(value, _)| value)
    };
    let mut url = Url::parse(value("realm")?).ok()?;
    if url.origin() != base.origin() {
        return None;
    }
    url.query_pairs_mut().append_pair("service", value("service")?);
    Some(url)
}

/// Returns what a challenge says is wrong with the token that was sent.
fn challenge_error(headers: &HeaderMap) -> String {
    let challenge = headers.get(header::WWW_AUTHENTICATE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let error = challenge.split_once("error=\"").and_then(|(_, rest)| rest.split_once('"'));
    error.map_or("insufficient_scope", |(error, _)| error).to_owned()
}

struct Puller<'a> {
    http: &'a reqwest::Client,
    token: Option<String>,
}

impl Puller<'_> {
    /// Reads a manifest or a blob; the token goes to the registry and not to where it redirects.
    async fn get(&self, url: Url, image: &str) -> Result<bytes::Bytes, PullError> {
        let mut request = self
            .http
            .request(Method::GET, url.clone())
            .header(header::USER_AGENT, USER_AGENT)
            .header(header::ACCEPT, ACCEPT);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let mut answer = request.send().await?;
        if answer.status().is_redirection() {
            let target = answer
                .headers()
                .get(header::LOCATION)
                .and_then(|value| value.to_str().ok())
                .and_then(|value| url.join(value).ok())
                .ok_or_else(|| PullError::Content(image.to_owned()))?;
            answer = self.http.get(target).header(header::USER_AGENT, USER_AGENT).send().await?;
        }
        match answer.status() {
            StatusCode::OK => Ok(answer.bytes().await?),
            StatusCode::NOT_FOUND => Err(PullError::NotFound(image.to_owned())),
            StatusCode::UNAUTHORIZED => Err(PullError::Denied(challenge_error(answer.headers()))),
            status => Err(PullError::Status { url, status }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(image: &str) -> Option<(String, String, String)> {
        Reference::parse(image).map(|parsed| (parsed.server, parsed.repository, parsed.tag))
    }

    #[test]
    fn an_image_name_is_taken_apart() {
        let own = |server: &str, repository: &str, tag: &str| {
            Some((server.to_owned(), repository.to_owned(), tag.to_owned()))
        };
        assert_eq!(parts("localhost:8443/shop/web:1.4"), own("localhost:8443", "shop/web", "1.4"));
        assert_eq!(parts("host.example/app"), own("host.example", "app", "latest"));
        assert_eq!(parts("localhost/app@sha256:ab"), own("localhost", "app", "sha256:ab"));
        assert_eq!(parts("localhost:1/team/app:1@sha256:ab"), own("localhost:1", "team/app", "sha256:ab"));
        assert_eq!(parts("app"), own(DOCKER_HUB, "library/app", "latest"));
        assert_eq!(parts("team/app:1"), own(DOCKER_HUB, "team/app", "1"));
        for wrong in ["", "localhost:1/", "localhost:1/App", "localhost:1/a b", "localhost:1/app:", "a//b"] {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }

    #[tokio::test]
    async fn no_node_leaves_the_machine() {
        let bed = crate::testbed::Testbed::new(|_| {});
        for image in ["nginx", "mcr.microsoft.com/oss/nginx:1", "localhost.example:1/a"] {
            let why = pull(&bed.cloud, image, &SignIn::Nothing).await.unwrap_err();
            assert!(why.to_string().ends_with("no such host"), "{image}: {why}");
        }
    }

    #[test]
    fn a_challenge_to_another_host_gets_no_credential() {
        let base = Url::parse("https://localhost:8443/v2/").expect("a URL");
        let challenge = |realm: &str| {
            let text = format!("Bearer realm=\"{realm}\",service=\"localhost:8443\"");
            HeaderMap::from_iter([(header::WWW_AUTHENTICATE, text.parse().expect("a header value"))])
        };
        let own = token_address(&challenge("https://localhost:8443/oauth2/token"), &base);
        assert_eq!(
            own.map(String::from),
            Some("https://localhost:8443/oauth2/token?service=localhost%3A8443".to_owned())
        );
        let other = token_address(&challenge("https://evil.example/oauth2/token"), &base);
        assert_eq!(other, None);
    }
}
