//! A cluster's Kubernetes API, opened by the credentials that Azure gives the operator. The `kube` crate
//! builds the requests; they go out through the one wire, as every other request does.

use std::path::Path;

use crosspull_core::access::kubeconfig::{Part, Way};
use crosspull_core::cloud::is_loopback;
use crosspull_core::command::Command;
use crosspull_core::event::Work;
use crosspull_core::explain::{Meaning, NoConnection, Refusal};
use crosspull_core::ids::ClusterId;
use crosspull_core::input::{Complaint, Key, KubernetesAccess};
use crosspull_core::names::Side;
use crosspull_core::secret::Secret;
use crosspull_core::text::{lower_first, printable};
use crosspull_core::wording::Wording;
use kube::core::ObjectList;
use serde::de::DeserializeOwned;
use url::Url;

use crate::door::Door;
use crate::line::{Line, Proxies};
use crate::own_file::{bytes_in, secret_in, text_in};
use crate::refusal::{Unanswered, torn};
use crate::reply::{self, ClusterCredentials};
use crate::request::{self, Audience, Auth, Request};
use crate::sign_in::KUBERNETES_SERVER;
use crate::wire::{CallError, Reply, Wire};

pub mod access;
pub mod pull;
pub mod requests;

/// A cluster that does not answer at all is soon given up: many are private.
const TRIES: u32 = 2;
/// The longest time that connecting may take.
const CONNECT: std::time::Duration = std::time::Duration::from_secs(5);
/// No kubeconfig is longer, in bytes: hundreds of clusters need less.
const LONGEST_KUBECONFIG: u32 = 8 * 1024 * 1024;
/// No file with a certificate or a key is longer, in bytes.
const LONGEST_PEM: u32 = 1024 * 1024;
/// No list that is read here has more pages.
const MOST_PAGES: usize = 100;

/// The Kubernetes API of one cluster.
#[derive(Debug)]
pub struct Kubernetes {
    wire: Wire,
    server: Url,
    token: Option<Secret>,
    /// How the operator signs in there, in a few words.
    by: &'static str,
    /// True where it is opened by the operator's own sign-in at Entra, and not by a credential that others have too.
    is_of_operator: bool,
}

/// The reason why the Kubernetes API cannot be used.
#[derive(Debug)]
pub enum KubernetesUnavailable {
    /// The API says no, or there is no connection to it: the reason, as the second half of a sentence.
    Because(String),
    /// Nobody can tell, since a read failed that may succeed soon: the reason, as the second half of a sentence, and the
    /// answer.
    Unknown(String, Option<Refusal>),
    /// The operator's own kubeconfig does not lead there: the reason, as the second half of a sentence.
    WrongKubeconfig(String),
    /// The run itself goes no further.
    Halted(CallError),
}

impl KubernetesUnavailable {
    /// Returns what the error of a call to the API means for the use of it. To a private cluster's there is no connection.
    #[must_use]
    pub fn of(error: CallError) -> Self {
        let closed = matches!(&error, CallError::Unreachable(refusal) if NoConnection::of(refusal).is_some());
        Self::by("its Kubernetes API", closed, error)
    }

    /// Returns what the error of a call to Resource Manager, or of the sign-in, means for the use of the API. That there
    /// is no connection tells nothing about the cluster.
    fn of_azure(error: CallError) -> Self {
        // A credential is asked for by POST, which a lock and a disabled subscription forbid.
        if let CallError::Refused(refused) = &error
            && let Some(known) = Meaning::of(&refused.refusal).filter(|m| error.is_final() && !m.is_denied())
        {
            let means = lower_first(known.means);
            return Self::Because(format!("Resource Manager refuses it: {means} ({})", refused.refusal));
        }
        Self::by("Resource Manager", false, error)
    }

    fn by(who: &str, closed: bool, error: CallError) -> Self {
        let is_final = error.is_final();
        let (why, refusal) = match error {
            CallError::Refused(r) if is_final => (format!("{who} refuses it ({})", r.refusal), Some(r.refusal)),
            CallError::Refused(r) => (format!("{who} answers with an error ({})", r.refusal), Some(r.refusal)),
            CallError::Unreachable(r) | CallError::Lost(r) => (format!("{who} does not answer ({r})"), Some(r)),
            CallError::SignIn(trouble) => (lower_first(trouble.why.trim_end_matches('.')), trouble.refusal),
            error @ (CallError::Journal(_) | CallError::Stopped) => return Self::Halted(error),
        };
        if is_final || closed { Self::Because(why) } else { Self::Unknown(why, refusal) }
    }

    /// Returns the reason, as the second half of a sentence, for those whom only the reason concerns.
    ///
    /// # Errors
    /// The error, where the run itself goes no further.
    pub fn why(self) -> Result<String, CallError> {
        match self {
            Self::Because(why) | Self::Unknown(why, _) | Self::WrongKubeconfig(why) => Ok(why),
            Self::Halted(error) => Err(error),
        }
    }
}

impl Kubernetes {
    /// Opens the Kubernetes API of a cluster: by the operator's own kubeconfig, or by the credential that Azure gives
    /// the operator. Where Entra signs people in, by a token of the operator.
    ///
    /// # Errors
    /// The reason why the API cannot be used. Whether it answers is not asked yet.
    pub async fn of(door: &Door, work: &Work, cluster: &ClusterId) -> Result<Self, KubernetesUnavailable> {
        let KubernetesAccess { kubeconfig, context, .. } = door.kubernetes();
        let (api, signs_in_by_entra) = if let Some(file) = kubeconfig {
            let way = own_way(file, context.as_deref()).map_err(KubernetesUnavailable::WrongKubeconfig)?;
            let opened = Self::by(door.wire(), way.as_ref(), "by your kubeconfig");
            let opened = opened.map_err(KubernetesUnavailable::WrongKubeconfig)?;
            leads_to(door, work, cluster, &opened.0.server).await?;
            opened
        } else {
            let way = given_way(door, work, cluster).await?;
            let opened = Self::by(door.wire(), way.as_ref(), "by the credential that Azure gives you");
            opened.map_err(KubernetesUnavailable::Because)?
        };
        if !signs_in_by_entra {
            return Ok(api);
        }
        let token = door.tokens().token(Side::A, Audience::Kubernetes).await;
        let token = token.map_err(|trouble| KubernetesUnavailable::of_azure(CallError::SignIn(trouble)))?;
        Ok(Self { token: Some(token), by: "by your sign-in at Entra", is_of_operator: true, ..api })
    }

    /// Opens the API that a kubeconfig leads to by its current context: by that token, else by the certificate or token in
    /// it.
    ///
    /// # Errors
    /// The reason why the API cannot be used, as the second half of a sentence. Whether it answers is not asked yet.
    pub fn at(wire: &Wire, kubeconfig: &Secret, token: Option<Secret>) -> Result<Self, String> {
        let way = given(kubeconfig)?.map(|way| if token.is_some() { way.without_user() } else { way });
        let (api, _) = Self::by(wire, way.as_ref(), "by what was written")?;
        Ok(Self { token: token.or(api.token), ..api })
    }

    /// Opens the API that a kubeconfig leads to. True with it where Entra signs people in there.
    fn by(wire: &Wire, way: Option<&Way>, by: &'static str) -> Result<(Self, bool), String> {
        let way = way.ok_or("its kubeconfig names no cluster")?;
        let signs_in_by_entra = way.is_by_entra(KUBERNETES_SERVER)?;
        let server = way.server().ok_or("its address is no HTTPS one, or has a user in it")?;
        let line = line(way, wire.proxies().clone())?;
        let token = token_of(way)?;
        Ok((Self { wire: wire.on(line, TRIES), server, token, by, is_of_operator: false }, signs_in_by_entra))
    }

    /// Returns how the operator signs in there, in a few words.
    #[must_use]
    pub const fn signed_in(&self) -> &'static str {
        self.by
    }

    /// True where the API is opened by the operator's own sign-in at Entra, so that it knows the operator.
    #[must_use]
    pub const fn is_of_operator(&self) -> bool {
        self.is_of_operator
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
        self.wire.send(work, &self.ready(request, Vec::new())?, None, read).await.map_err(named)
    }

    /// Sends a request whose body holds secrets, and reads JSON. No answer may repeat them.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn with_secrets<T: DeserializeOwned + Send>(
        &self,
        work: &Work,
        request: requests::Built,
        secrets: Vec<Secret>,
    ) -> Result<T, CallError> {
        let read = |reply: &Reply| serde_json::from_slice(&reply.body).map_err(|e| torn(&e));
        self.wire.send(work, &self.ready(request, secrets)?, None, read).await.map_err(named)
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

    fn ready(&self, built: requests::Built, secrets: Vec<Secret>) -> Result<Request, CallError> {
        let auth = self.token.clone().map_or(Auth::None, Auth::Token);
        let request = requests::at(&self.server, auth, built)
            .map_err(|why| CallError::Unreachable(Unanswered::NotSent.because(&why)))?;
        Ok(request.holding(secrets))
    }
}

/// Returns a refusal with its word as one of Kubernetes: Azure has some of these words too, and means something else.
fn named(error: CallError) -> CallError {
    match error {
        CallError::Refused(mut refused) if !refused.refusal.code.starts_with("HTTP ") => {
            refused.refusal.code = format!("Kubernetes {}", refused.refusal.code);
            CallError::Refused(refused)
        }
        other => other,
    }
}

/// Looks whether the operator's own kubeconfig can be read and has that context, so that a wrong one is known before
/// anything is called.
///
/// # Errors
/// A complaint about the file or the context. It quotes nothing of the file.
pub fn look_at_kubeconfig(file: &Path, context: Option<&str>) -> Result<(), Complaint> {
    let place = file.display();
    let way = own_way(file, context)
        .map_err(|why| Complaint::of(Key::Kubeconfig, format!("{why}: give a kubeconfig that kubectl takes")))?;
    match (way, context) {
        (Some(_), _) => Ok(()),
        (None, Some(name)) => Err(Complaint::of(
            Key::Context,
            format!(
                "{place} has no context {} with a cluster and a user; those that are there are listed by {}",
                printable(name, 100),
                Command::ListContexts { kubeconfig: &place.to_string() }
            ),
        )),
        (None, None) => Err(Complaint::of(
            Key::Kubeconfig,
            Wording::from(format!("{place} has no current context with a cluster and a user: give "))
                + Key::Context
                + " too",
        )),
    }
}

/// Reads the way in the operator's own kubeconfig. Files that it names are read too: it is theirs.
fn own_way(file: &Path, context: Option<&str>) -> Result<Option<Way>, String> {
    let cannot = |why: String| format!("{} cannot be read ({why})", file.display());
    let text = text_in(file, LONGEST_KUBECONFIG).map_err(|error| cannot(error.to_string()))?;
    let way = Way::of(&text, context).map_err(cannot)?;
    Ok(way.map(|way| way.within(file.parent().unwrap_or_else(|| Path::new("")))))
}

/// Reads the way in a kubeconfig that Azure gave. It says everything in it, so no file is read.
fn given(kubeconfig: &Secret) -> Result<Option<Way>, String> {
    let way = Way::of(kubeconfig.reveal(), None);
    let way = way.map_err(|why| format!("the kubeconfig that Azure gives cannot be read ({why})"))?;
    Ok(way.map(Way::without_files))
}

/// Asks Azure for a kubeconfig of the cluster, and reads the way in it.
async fn given_way(door: &Door, work: &Work, cluster: &ClusterId) -> Result<Option<Way>, KubernetesUnavailable> {
    let request = request::cluster_credentials(door.endpoints(), cluster, door.kubernetes().credential);
    let credentials: ClusterCredentials = door.json(work, request).await.map_err(KubernetesUnavailable::of_azure)?;
    let text = credentials.kubeconfigs.into_iter().next().map(|blob| blob.value);
    let text = text.ok_or_else(|| KubernetesUnavailable::Because("Azure gives no kubeconfig for it".to_owned()))?;
    given(&text).map_err(|why| KubernetesUnavailable::Unknown(why, None))
}

/// Halts where the operator's own kubeconfig leads to another cluster than the one that is meant: a secret that is
/// written there would be somebody else's.
///
/// A tunnel ends on this machine, so an address on it tells nothing.
async fn leads_to(door: &Door, work: &Work, id: &ClusterId, server: &Url) -> Result<(), KubernetesUnavailable> {
    let host = server.host_str().unwrap_or_default();
    let read: reply::Cluster =
        door.json(work, request::cluster(door.endpoints(), id)).await.map_err(KubernetesUnavailable::of_azure)?;
    let own = [read.properties.fqdn, read.properties.private_fqdn];
    let is_own = own.iter().flatten().any(|name| name.eq_ignore_ascii_case(host));
    if is_own || is_loopback(server) {
        return Ok(());
    }
    Err(KubernetesUnavailable::WrongKubeconfig(format!("it leads to {host}, and that is not {}", id.name())))
}

/// Returns the address of the Kubernetes API that a kubeconfig leads to (recording `aks_sp_create_show`).
#[must_use]
pub fn server_of(kubeconfig: &str) -> Option<Url> {
    Way::of(kubeconfig, None).ok()??.server()
}

/// Returns the token of a way, or of the file that it names.
fn token_of(way: &Way) -> Result<Option<Secret>, String> {
    match &way.token {
        Part::Nothing => Ok(None),
        Part::Here(token) => Ok(Some(token.clone())),
        Part::File(file) => {
            let place = file.display();
            let text = secret_in(file).map_err(|error| format!("{place} cannot be read ({error})"))?;
            let token = text.reveal().trim();
            if token.is_empty() {
                return Err(format!("{place}, which is to hold its token, is empty"));
            }
            Ok(Some(Secret::new(token.to_owned())))
        }
    }
}

/// Returns the line to one cluster: its own authority alone, no redirects, the client certificate where there is one.
fn line(way: &Way, proxies: Proxies) -> Result<Line, String> {
    let authority = bytes(&way.authority)?.ok_or("its kubeconfig holds no authority for its certificate")?;
    let authorities = reqwest::Certificate::from_pem_bundle(&authority)
        .map_err(|_| "the authority for its certificate in its kubeconfig cannot be used")?;
    let mut client = reqwest::Client::builder()
        .user_agent(concat!("crosspull/", env!("CARGO_PKG_VERSION")))
        .https_only(true)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .tls_certs_only(authorities);
    if !matches!(way.certificate, Part::Nothing) {
        let pem = bytes(&way.key)?
            .zip(bytes(&way.certificate)?)
            .map(|(key, certificate)| zeroize::Zeroizing::new([key.as_slice(), b"\n", &certificate].concat()));
        let pem = pem.ok_or("its client certificate has no key")?;
        let identity = reqwest::Identity::from_pem(&pem).map_err(|_| "its client certificate cannot be used")?;
        client = client.identity(identity);
    }
    Line::new(client, proxies)
}

/// Returns the bytes of a part that stands in base64 in a kubeconfig, or as it is in the file that this names; `None` where
/// there is no such part.
fn bytes(part: &Part) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, String> {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    match part {
        Part::Nothing => Ok(None),
        Part::Here(text) => {
            // It may be broken into lines, as kubectl takes it.
            let mut whole = zeroize::Zeroizing::new(Vec::with_capacity(text.reveal().len()));
            whole.extend(text.reveal().bytes().filter(|byte| !byte.is_ascii_whitespace()));
            let bytes = BASE64_STANDARD.decode(&*whole);
            let bytes = bytes.map_err(|_| "a certificate or key in its kubeconfig is no base64".to_owned())?;
            Ok(Some(zeroize::Zeroizing::new(bytes)))
        }
        Part::File(file) => {
            let read = bytes_in(file, LONGEST_PEM);
            read.map(Some).map_err(|error| format!("{} cannot be read ({error})", file.display()))
        }
    }
}
