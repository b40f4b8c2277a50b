//! Requests, built purely: values in, a request out. No socket, no clock, no token.

use crosspull_core::event::Plane;
use crosspull_core::names::Side;
use crosspull_core::secret::Secret;
use http::Method;
use serde::Serialize;
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

mod arm;
mod directory;
mod entra;
mod graph;
mod groups;
mod network;
mod registry;
mod registry_users;

pub use arm::*;
pub use directory::*;
pub use entra::*;
pub use graph::*;
pub use groups::*;
pub use network::*;
pub use registry::*;
pub use registry_users::*;

/// The service that a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Azure Resource Manager.
    Arm,
    /// Microsoft Graph.
    Graph,
    /// A registry.
    Registry,
    /// The Kubernetes API of clusters where Entra signs people in.
    Kubernetes,
}

/// The way in which a request names its sender.
#[derive(Debug, Clone)]
pub enum Auth {
    /// No sender is named.
    None,
    /// With the operator's token for that audience, in the request's tenant.
    Operator(Audience),
    /// With a name and a secret, as a node does.
    Basic(String, Secret),
    /// With this token.
    Token(Secret),
}

/// The rule for a request without an answer, or with one that does not say whether the work was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// The request is sent again: it reads, or doing it twice is doing it once.
    Freely,
    /// The result is read back first.
    AfterReading,
    /// The request is not sent again, though it changes nothing of the tenant: its code works once.
    Once,
}

/// The parameters of token requests that hold a secret.
pub(crate) const SECRET_PARAMETERS: [&str; 7] =
    ["client_secret", "client_assertion", "access_token", "refresh_token", "device_code", "code", "code_verifier"];

/// The body of a request; wiped after use, since some hold a secret.
#[derive(Clone)]
pub struct Body {
    /// The media type.
    pub content_type: &'static str,
    /// The bytes.
    pub bytes: Zeroizing<Vec<u8>>,
    /// The secrets in the bytes.
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
    /// The service.
    pub plane: Plane,
    /// The tenant that the request belongs to.
    pub side: Side,
    /// The method: GET, POST…
    pub method: Method,
    /// The address.
    pub url: Url,
    /// The sender.
    pub auth: Auth,
    /// The accepted media types, where they matter.
    pub accept: Option<&'static str>,
    /// The wanted bytes, where not all are.
    pub range: Option<&'static str>,
    /// A header of its own, by name and value.
    pub header: Option<(&'static str, Secret)>,
    /// The body.
    pub body: Option<Body>,
    /// Statuses other than those of success that are an answer here and no refusal.
    pub takes: &'static [u16],
    /// The rule for a request without an answer.
    pub repeat: Repeat,
    /// True for the reset of a cluster, which is asked for in so many words before it is sent.
    pub resets: bool,
}

impl Request {
    /// Makes a request without a body. A POST or PATCH is taken for one that changes something.
    #[must_use]
    pub fn new(plane: Plane, side: Side, method: Method, url: Url, auth: Auth) -> Self {
        let repeat = if matches!(method, Method::POST | Method::PATCH) { Repeat::AfterReading } else { Repeat::Freely };
        Self {
            plane,
            side,
            method,
            url,
            auth,
            accept: None,
            range: None,
            header: None,
            body: None,
            takes: &[],
            repeat,
            resets: false,
        }
    }

    fn json(mut self, body: &Value) -> Self {
        let bytes = Zeroizing::new(body.to_string().into_bytes());
        self.body = Some(Body { content_type: "application/json", bytes, secrets: Vec::new() });
        self
    }

    /// Sends a value that holds a secret as JSON; the secret is copied nowhere else.
    fn secret_json(mut self, body: &impl Serialize, secret: &Secret) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(1024));
        // Texts alone are written, to memory: there is nothing that could fail.
        if serde_json::to_writer(&mut *bytes, body).is_ok() {
            self.body = Some(Body { content_type: "application/json", bytes, secrets: vec![secret.clone()] });
        }
        self
    }

    fn form(mut self, pairs: &[(&str, &str)]) -> Self {
        // Every byte takes three at most. A text that grows leaves copies behind, and a secret may be in it.
        let longest = pairs.iter().map(|(name, value)| 3 * (name.len() + value.len()) + 2).sum();
        let mut form = url::form_urlencoded::Serializer::new(String::with_capacity(longest));
        let text = form.extend_pairs(pairs).finish();
        let bytes = Zeroizing::new(text.into_bytes());
        let is_secret = |(name, _): &&(&str, &str)| SECRET_PARAMETERS.contains(name);
        let secrets = pairs.iter().filter(is_secret).map(|(_, value)| Secret::new((*value).to_owned())).collect();
        self.body = Some(Body { content_type: "application/x-www-form-urlencoded", bytes, secrets });
        // Every form here asks for a token: asking twice is asking once.
        self.repeat = Repeat::Freely;
        self
    }

    /// Returns the request with the secrets that its body holds.
    #[must_use]
    pub fn holding(mut self, secrets: Vec<Secret>) -> Self {
        if let Some(body) = &mut self.body {
            body.secrets.extend(secrets);
        }
        self
    }

    /// Returns the secrets that no answer to the request may repeat.
    #[must_use]
    pub fn secrets(&self) -> Vec<Secret> {
        let own = match &self.auth {
            Auth::Basic(user, secret) => vec![secret.clone(), Secret::new(format!("{user}:{}", secret.reveal()))],
            Auth::Token(secret) => vec![secret.clone()],
            Auth::None | Auth::Operator(_) => Vec::new(),
        };
        let header = self.header.iter().map(|(_, value)| value.clone());
        own.into_iter().chain(header).chain(self.body.iter().flat_map(|body| body.secrets.clone())).collect()
    }

    /// True where the request changes something: everything but reads and token requests.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.repeat == Repeat::AfterReading || matches!(self.method, Method::PUT | Method::PATCH | Method::DELETE)
    }
}

/// Returns an address below a base, with a query of pairs.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_its_room_from_the_beginning_whatever_its_secret_holds() {
        let secret = "~+/%".repeat(100);
        let url = Url::parse("https://login.example/").expect("a URL");
        let pairs = [("client_secret", secret.as_str())];
        let request = Request::new(Plane::Entra, Side::A, Method::POST, url, Auth::None).form(&pairs);
        let bytes = request.body.expect("a form").bytes;
        assert_eq!(bytes.capacity(), 3 * ("client_secret".len() + secret.len()) + 2);
        assert!(bytes.len() <= bytes.capacity());
    }
}
