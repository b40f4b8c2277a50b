//! A cluster's Kubernetes API, opened by the credentials that Azure gives the operator. The `kube` crate reads the
//! kubeconfig and builds the requests; they go out through the one wire, as every other request does.

use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use crosspull_core::secret::Secret;
use kube::config::{AuthInfo, Cluster, Kubeconfig};
use kube::core::ObjectList;
use serde::de::DeserializeOwned;
use url::Url;

use crate::door::Door;
use crate::line::{Line, Proxies};
use crate::refusal::{Unanswered, torn};
use crate::reply::ClusterCredentials;
use crate::request::{self, Auth, Request};
use crate::wire::{CallError, Reply, Wire};

pub mod pull;
pub mod requests;

/// A cluster that does not answer at all is soon given up: many are private.
const TRIES: u32 = 2;
/// The longest time that connecting may take.
const CONNECT: std::time::Duration = std::time::Duration::from_secs(5);
/// No list that is read here has more pages.
const MOST_PAGES: usize = 100;

/// The Kubernetes API of one cluster.
#[derive(Debug)]
pub struct Kubernetes {
    wire: Wire,
    server: Url,
    token: Option<Secret>,
}

/// The reason why the Kubernetes API cannot be used.
#[derive(Debug)]
pub enum KubernetesUnavailable {
    /// The reason, as the second half of a sentence.
    Because(String),
    /// The run itself goes no further.
    Halted(CallError),
}

impl KubernetesUnavailable {
    /// Returns what the error of a call means for the use of the API; `who` answered, or did not.
    #[must_use]
    pub fn of(who: &str, error: CallError) -> Self {
        match error {
            CallError::Refused(r) => Self::Because(format!("{who} refuses it ({})", r.refusal)),
            CallError::Unreachable(r) | CallError::Lost(r) => Self::Because(format!("{who} does not answer ({r})")),
            CallError::SignIn(trouble) => Self::Because(trouble.why),
            error @ (CallError::Journal(_) | CallError::Stopped) => Self::Halted(error),
        }
    }
}

impl Kubernetes {
    /// Opens the Kubernetes API of a cluster, by the user credential that Azure gives the operator.
    ///
    /// # Errors
    /// The reason why the API cannot be used. Whether it answers is not asked yet.
    pub async fn of(door: &Door, work: &Work, cluster: &ClusterId) -> Result<Self, KubernetesUnavailable> {
        let request = request::cluster_credentials(door.endpoints(), cluster);
        let credentials: ClusterCredentials =
            door.json(work, request).await.map_err(|e| KubernetesUnavailable::of("Resource Manager", e))?;
        let text = credentials.kubeconfigs.into_iter().next().map(|blob| blob.value);
        let text = text.ok_or_else(|| because("Azure gives no kubeconfig for it"))?;
        let config = Kubeconfig::from_yaml(text.reveal()).map_err(|_| because("its kubeconfig cannot be read"))?;
        let (cluster, user) = current(&config).ok_or_else(|| because("its kubeconfig names no cluster"))?;
        Self::by(door.wire(), cluster, user)
    }

    fn by(wire: &Wire, cluster: &Cluster, user: &AuthInfo) -> Result<Self, KubernetesUnavailable> {
        let server = cluster.server.as_deref().and_then(|text| Url::parse(text).ok());
        let server =
            server.filter(|url| url.scheme() == "https").ok_or_else(|| because("its address is no HTTPS one"))?;
        let line = line(cluster, user, wire.proxies().clone()).map_err(because)?;
        let token = user.token.as_ref().map(|token| Secret::new(expose(token).to_owned()));
        if token.is_none() && user.client_certificate_data.is_none() {
            return Err(because(
                "its kubeconfig signs in by another program (kubelogin), which crosspull does not run",
            ));
        }
        Ok(Self { wire: wire.on(line, TRIES), server, token })
    }

    /// Sends a request that the `kube` crate built, and reads JSON.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn json<T: DeserializeOwned + Send>(
        &self,
        work: &Work,
        request: requests::Built,
    ) -> Result<T, CallError> {
        let read = |reply: &Reply| serde_json::from_slice(&reply.body).map_err(|e| torn(&e));
        self.wire.send(work, &self.ready(request)?, None, read).await
    }

    /// Reads a list to its end.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn list<T>(
        &self,
        work: &Work,
        list: impl Fn(Option<&str>) -> requests::Built,
    ) -> Result<Vec<T>, CallError>
    where
        T: DeserializeOwned + Clone + Send,
    {
        let mut items = Vec::new();
        let mut from: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let page: ObjectList<T> = self.json(work, list(from.as_deref())).await?;
            items.extend(page.items);
            from = page.metadata.continue_.filter(|token| !token.is_empty());
            if from.is_none() {
                return Ok(items);
            }
        }
        Err(CallError::Unreachable(Unanswered::TooLarge.because("the list has more pages than any should")))
    }

    fn ready(&self, built: requests::Built) -> Result<Request, CallError> {
        let auth = self.token.clone().map_or(Auth::None, Auth::Token);
        requests::at(&self.server, auth, built).map_err(|why| CallError::Unreachable(Unanswered::NotSent.because(&why)))
    }
}

fn because(why: impl Into<String>) -> KubernetesUnavailable {
    KubernetesUnavailable::Because(why.into())
}

fn address(cluster: &Cluster) -> Option<Url> {
    cluster.server.as_deref().and_then(|text| Url::parse(text).ok()).filter(|url| url.scheme() == "https")
}

/// Returns the address of the Kubernetes API that a kubeconfig leads to (recording `aks_sp_create_show`).
#[must_use]
pub fn server_of(kubeconfig: &str) -> Option<Url> {
    let config = Kubeconfig::from_yaml(kubeconfig).ok()?;
    current(&config).and_then(|(cluster, _)| address(cluster))
}

/// Returns the cluster and the user of a kubeconfig's current context.
fn current(config: &Kubeconfig) -> Option<(&Cluster, &AuthInfo)> {
    let name = config.current_context.as_ref()?;
    let context = config.contexts.iter().find(|c| c.name == *name)?.context.as_ref()?;
    let cluster = config.clusters.iter().find(|c| c.name == context.cluster)?.cluster.as_ref()?;
    let user = config.auth_infos.iter().find(|u| Some(&u.name) == context.user.as_ref())?.auth_info.as_ref()?;
    Some((cluster, user))
}

/// Returns the line to one cluster: its own authority alone, no redirects, the client certificate where there is one.
///
/// Files that a kubeconfig names are not read: Azure sends everything in it, and a path in an answer is not to be
/// trusted.
fn line(cluster: &Cluster, user: &AuthInfo, proxies: Proxies) -> Result<Line, String> {
    let authority = cluster.certificate_authority_data.as_deref().and_then(decoded);
    let authority = authority.ok_or("its kubeconfig holds no authority for its certificate")?;
    let authorities = reqwest::Certificate::from_pem_bundle(&authority).map_err(|e| e.to_string())?;
    let mut client = reqwest::Client::builder()
        .user_agent(concat!("crosspull/", env!("CARGO_PKG_VERSION")))
        .https_only(true)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .tls_certs_only(authorities);
    if let (Some(certificate), Some(key)) = (&user.client_certificate_data, &user.client_key_data) {
        let (certificate, key) = (decoded(certificate), decoded(expose(key)));
        let pem = key
            .zip(certificate)
            .map(|(key, certificate)| zeroize::Zeroizing::new([key.as_slice(), b"\n", &certificate].concat()));
        let pem = pem.ok_or("its client certificate cannot be read")?;
        let identity = reqwest::Identity::from_pem(&pem).map_err(|_| "its client certificate cannot be used")?;
        client = client.identity(identity);
    }
    Line::new(client, proxies)
}

fn expose(secret: &secrecy::SecretString) -> &str {
    secrecy::ExposeSecret::expose_secret(secret)
}

fn decoded(base64: &str) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    BASE64_STANDARD.decode(base64.trim()).ok().map(zeroize::Zeroizing::new)
}
