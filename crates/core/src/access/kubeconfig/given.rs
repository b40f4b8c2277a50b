//! The kubeconfig that Azure gives for a cluster: address and authority, and how one signs in.

use url::Url;
use uuid::Uuid;

use super::Kubeconfig;
use super::node::{Fields, Node, fields};
use crate::text::printable;

/// The fields that are taken of the cluster's entry. A path in an answer is not to be trusted, so no file is.
const OF_CLUSTER: [&str; 3] = ["server", "certificate-authority-data", "tls-server-name"];
/// The fields that are taken of a user's entry.
const OF_USER: [&str; 3] = ["client-certificate-data", "client-key-data", "token"];

/// The kubeconfig that Azure gives for a cluster.
#[derive(Debug, Clone)]
pub struct Given {
    pub(super) cluster: Fields,
    /// The address of the Kubernetes API.
    pub server: Url,
    /// How one signs in there.
    pub by: GivenBy,
}

/// How one signs in at a Kubernetes API.
#[derive(Debug, Clone)]
pub enum GivenBy {
    /// Entra signs people in.
    Entra(EntraServer),
    /// By a certificate or a token that is the same for everybody.
    Fixed(FixedUser),
}

/// A certificate or a token of a kubeconfig.
#[derive(Debug, Clone)]
pub struct FixedUser(pub(super) Fields);

/// The application of Entra that tokens for a cluster are for, and where people sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntraServer {
    /// The application that a token is for.
    pub id: String,
    /// The tenant in which people sign in.
    pub tenant: Option<String>,
    /// The public client that kubelogin signs persons in by.
    pub client: Option<String>,
    /// The cloud, as kubelogin calls it.
    pub environment: Option<String>,
}

impl Given {
    /// Reads what Azure gives. `usual` is the application that tokens are for where it names none.
    ///
    /// # Errors
    /// A clause on why it cannot be used.
    pub fn parse(text: &str, usual: &str) -> Result<Self, String> {
        let config = Kubeconfig::parse(text)?;
        let wanted = config.current().ok_or("it names no current context")?;
        let context = config.named("contexts", wanted, "context").ok_or("its current context is not in it")?;
        let part = |kind: &'static str, list: &str| {
            let name = context.get(kind).and_then(Node::as_text)?;
            config.named(list, name, kind)
        };
        let cluster = part("cluster", "clusters").ok_or("its context has no cluster")?;
        let user = part("user", "users").ok_or("its context has no user")?;
        let server = cluster.get("server").and_then(Node::as_text).and_then(|text| Url::parse(text).ok());
        let server =
            server.filter(|url| url.scheme() == "https" && url.username().is_empty() && url.password().is_none());
        let server = server.ok_or("its address is no HTTPS one, or has a user in it")?;
        let by = match user.get("exec").or_else(|| user.get("auth-provider")) {
            Some(entry) => GivenBy::Entra(entra(entry, usual)?),
            None => GivenBy::Fixed(FixedUser(only(user, &OF_USER))),
        };
        Ok(Self { cluster: only(cluster, &OF_CLUSTER), server, by })
    }
}

fn only(of: &Fields, names: &[&str]) -> Fields {
    let known = of.iter().filter(|(name, node)| names.contains(&name.as_str()) && node.as_text().is_some());
    known.map(|(name, node)| (name.clone(), node.clone())).collect()
}

/// Reads an entry for kubelogin, or one of the provider that was before it (`docs/facts/azure.md` 9.5).
fn entra(entry: &Node, usual: &str) -> Result<EntraServer, String> {
    let config = entry.as_fields().and_then(|of| of.get("config"));
    let arguments = entry.as_fields().and_then(|of| of.get("args")).and_then(Node::as_list).unwrap_or_default();
    let command = entry.text_at("command").unwrap_or_default();
    let program = command.rsplit(['/', '\\']).next().unwrap_or_default().trim_end_matches(".exe");
    if program != "kubelogin" && entry.text_at("name") != Some("azure") {
        return Err(format!("one signs in there by another program ({}), which is not known", printable(program, 60)));
    }
    let after = |flag: &str| {
        let at = arguments.iter().position(|node| node.as_text() == Some(flag))?;
        arguments.get(at + 1)?.as_text()
    };
    let value = |flag: &str, name: &str| after(flag).or_else(|| config?.text_at(name)).map(str::to_owned);
    // They become arguments of a program.
    let guid = |flag: &str, name: &str| match value(flag, name) {
        Some(text) if text.parse::<Uuid>().is_err() => Err(format!("its {name} is no GUID")),
        known => Ok(known),
    };
    let environment = value("--environment", "environment");
    Ok(EntraServer {
        id: guid("--server-id", "apiserver-id")?.unwrap_or_else(|| usual.to_owned()),
        tenant: guid("--tenant-id", "tenant-id")?,
        client: guid("--client-id", "client-id")?,
        environment: environment.filter(|text| text.chars().all(|c| c.is_ascii_alphanumeric())),
    })
}

impl EntraServer {
    /// Returns the user's entry for kubelogin, as its `convert-kubeconfig` writes it (`docs/facts/azure.md` 9.5).
    pub(super) fn kubelogin(&self, login: &Kubelogin<'_>) -> Fields {
        let mut arguments = vec!["get-token", "--login", login.method, "--server-id", &self.id];
        for (flag, value) in [
            ("--client-id", login.client),
            ("--tenant-id", login.tenant),
            ("--environment", self.environment.as_deref().filter(|_| login.is_named_by_cloud())),
        ] {
            arguments.extend(value.into_iter().flat_map(|value| [flag, value]));
        }
        let exec = fields([
            ("apiVersion", Node::text("client.authentication.k8s.io/v1beta1")),
            ("args", Node::List(arguments.into_iter().map(Node::text).collect())),
            ("command", Node::text("kubelogin")),
            ("env", Node::Null),
            ("installHint", Node::text("kubelogin is not installed: https://azure.github.io/kubelogin/")),
            ("provideClusterInfo", Node::Bool(false)),
        ]);
        fields([("exec", Node::Fields(exec))])
    }
}

/// A sign-in by kubelogin.
#[derive(Debug, Clone, Copy)]
pub struct Kubelogin<'a> {
    /// The word for the way.
    pub method: &'static str,
    /// The app or identity; for a person the public client.
    pub client: Option<&'a str>,
    /// The tenant.
    pub tenant: Option<&'a str>,
}

impl Kubelogin<'_> {
    /// True for the ways by which it asks Entra itself.
    fn is_named_by_cloud(&self) -> bool {
        matches!(self.method, "devicecode" | "interactive" | "spn")
    }
}
