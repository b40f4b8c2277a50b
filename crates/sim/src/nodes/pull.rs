//! How a node pulls an image: as containerd does, with the credential that it has.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::Value;
use url::Url;

use crate::{
    registry::images::{self, CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE},
    world::Credential,
};

/// How containerd names itself to a registry.
const USER_AGENT: &str = "containerd/1.7.22";
/// Media types of manifests that a node understands.
const ACCEPT: &str = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, */*";

/// Why a node cannot pull an image; the text stands in the pod's events.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The image's name cannot be read.
    #[error("couldn't parse image name \"{0}\": invalid reference format")]
    Name(String),
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
        /// What it answered.
        status: StatusCode,
    },
    /// A node that has no credential was refused too.
    #[error(
        "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to {url}: {status}"
    )]
    Anonymous {
        /// The token address.
        url: Url,
        /// What it answered.
        status: StatusCode,
    },
    /// There is no such repository or tag.
    #[error("failed to resolve reference \"{0}\": {0}: not found")]
    NotFound(String),
    /// The registry refused the image to this credential.
    #[error("pull access denied, repository does not exist or may require authorization: {url}: {status}")]
    Denied {
        /// What was asked for.
        url: Url,
        /// What it answered.
        status: StatusCode,
    },
    /// Content is not what its digest says, or no manifest.
    #[error("failed to copy: content of {0} is not what was asked for")]
    Content(String),
}

impl From<reqwest::Error> for PullError {
    fn from(error: reqwest::Error) -> Self {
        Self::Unreachable(error.without_url())
    }
}

/// An image's name, taken apart: `localhost:8443/shop/web:1.4`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reference<'a> {
    server: &'a str,
    repository: &'a str,
    tag: &'a str,
}

impl<'a> Reference<'a> {
    fn parse(image: &'a str) -> Option<Self> {
        let (server, rest) = image.split_once('/')?;
        let (repository, tag) = match rest.split_once('@') {
            Some((repository, digest)) => (repository, digest),
            None => rest.rsplit_once(':').unwrap_or((rest, "latest")),
        };
        (!server.is_empty() && !repository.is_empty() && !tag.is_empty()).then_some(Self { server, repository, tag })
    }
}

/// Whether a request comes from a node: it names itself as its container runtime.
#[must_use]
pub fn is_node(headers: &HeaderMap) -> bool {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).is_some_and(|agent| agent == USER_AGENT)
}

/// Pulls an image whole: challenge, token, manifest, configuration and layers, each checked against its digest.
///
/// # Errors
/// Why it cannot be pulled, as a node's event would say it.
pub async fn pull(http: &reqwest::Client, image: &str, credential: Option<&Credential>) -> Result<(), PullError> {
    let name = || PullError::Name(image.to_owned());
    let reference = Reference::parse(image).ok_or_else(name)?;
    let base = Url::parse(&format!("https://{}/v2/", reference.server)).map_err(|_| name())?;
    let puller = Puller { http, token: authorise(http, &base, reference.repository, credential).await? };
    let at = |kind: &str, what: &str| base.join(&format!("{}/{kind}/{what}", reference.repository)).map_err(|_| name());
    let manifest = puller.get(at("manifests", reference.tag)?, image).await?;
    let content = || PullError::Content(image.to_owned());
    let manifest: Value = serde_json::from_slice(&manifest).map_err(|_| content())?;
    if manifest.get("mediaType").and_then(Value::as_str) != Some(MANIFEST_TYPE) {
        return Err(content());
    }
    let layers = manifest.get("layers").and_then(Value::as_array);
    let blobs = manifest.get("config").into_iter().chain(layers.into_iter().flatten());
    for blob in blobs {
        let kind = blob.get("mediaType").and_then(Value::as_str);
        let digest = blob.get("digest").and_then(Value::as_str);
        let (Some(CONFIG_TYPE | LAYER_TYPE), Some(digest)) = (kind, digest) else {
            return Err(content());
        };
        let bytes = puller.get(at("blobs", digest)?, image).await?;
        if images::digest(&bytes) != digest {
            return Err(PullError::Content(digest.to_owned()));
        }
    }
    Ok(())
}

/// Asks the registry who may issue tokens for it, and then for a token to pull from the repository.
async fn authorise(
    http: &reqwest::Client,
    base: &Url,
    repository: &str,
    credential: Option<&Credential>,
) -> Result<Option<String>, PullError> {
    let answer = http.get(base.clone()).header(header::USER_AGENT, USER_AGENT).send().await?;
    match answer.status() {
        StatusCode::OK => return Ok(None),
        StatusCode::UNAUTHORIZED => {}
        status => {
            return Err(PullError::Anonymous { url: base.clone(), status });
        }
    }
    let mut url = token_address(answer.headers(), base).ok_or(PullError::Challenge)?;
    url.query_pairs_mut().append_pair("scope", &format!("repository:{repository}:pull"));
    let mut request = http.get(url.clone()).header(header::USER_AGENT, USER_AGENT);
    if let Some(Credential { client_id, secret }) = credential {
        let basic = BASE64_STANDARD.encode(format!("{client_id}:{}", secret.reveal()));
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

/// The token address that a `WWW-Authenticate: Bearer realm="…",service="…"` names, if it is on the registry itself.
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
            status => Err(PullError::Denied { url, status }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_name_is_taken_apart() {
        let parsed = Reference::parse("localhost:8443/shop/web:1.4").expect("a name");
        assert_eq!(parsed.server, "localhost:8443");
        assert_eq!(parsed.repository, "shop/web");
        assert_eq!(parsed.tag, "1.4");
        assert_eq!(Reference::parse("host/app").map(|r| r.tag), Some("latest"));
        assert_eq!(Reference::parse("host/app@sha256:ab").map(|r| (r.repository, r.tag)), Some(("app", "sha256:ab")));
        assert_eq!(Reference::parse("app"), None);
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
