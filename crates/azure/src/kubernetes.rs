//! A cluster's Kubernetes API, opened by the credentials that Azure gives the operator. The `kube` crate reads the
//! kubeconfig and builds the requests; they go out through the one wire, as every other request does.

use std::path::Path;

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
use kube::config::{AuthInfo, Cluster, Kubeconfig, KubeconfigError};
use kube::core::ObjectList;
use serde::de::DeserializeOwned;
use url::Url;

use crate::door::Door;
use crate::line::{Line, Proxies};
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
            let config = own_kubeconfig(file).map_err(KubernetesUnavailable::WrongKubeconfig)?;
            let opened = Self::by(door.wire(), &config, context.as_deref(), "by your kubeconfig");
            let opened = opened.map_err(KubernetesUnavailable::WrongKubeconfig)?;
            leads_to(door, work, cluster, &opened.0.server).await?;
            opened
        } else {
            let config = given_kubeconfig(door, work, cluster).await?;
            let opened = Self::by(door.wire(), &config, None, "by the credential that Azure gives you");
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
        let config = Kubeconfig::from_yaml(kubeconfig.reveal())
            .map_err(|error| format!("the kubeconfig that Azure gives cannot be read ({})", unread(&error)))?;
        let mut config = without_files(config);
        if token.is_some() {
            for user in config.auth_infos.iter_mut().filter_map(|named| named.auth_info.as_mut()) {
                *user = AuthInfo::default();
            }
        }
        let (api, _) = Self::by(wire, &config, None, "by what was written")?;
        Ok(Self { token: token.or(api.token), ..api })
    }

    /// Opens the API that a kubeconfig leads to. True with it where Entra signs people in there.
    fn by(wire: &Wire, config: &Kubeconfig, context: Option<&str>, by: &'static str) -> Result<(Self, bool), String> {
        let (cluster, user) = chosen(config, context).ok_or("its kubeconfig names no cluster")?;
        let signs_in_by_entra = signs_in_by_entra(user)?;
        let server = address(cluster).ok_or("its address is no HTTPS one, or has a user in it")?;
        let line = line(cluster, user, wire.proxies().clone())?;
        let token = token_of(user)?;
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
    let config = own_kubeconfig(file)
        .map_err(|why| Complaint::of(Key::Kubeconfig, format!("{why}: give a kubeconfig that kubectl takes")))?;
    match (chosen(&config, context), context) {
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

/// Reads the operator's own kubeconfig. Files that it names are read too: it is theirs.
fn own_kubeconfig(file: &Path) -> Result<Kubeconfig, String> {
    Kubeconfig::read_from(file).map_err(|error| format!("{} cannot be read ({})", file.display(), unread(&error)))
}

/// Says why a kubeconfig cannot be read. The words of its parser are not taken: they quote the lines around, and these
/// may hold a token.
fn unread(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::ReadConfig(error, _) => error.to_string(),
        KubeconfigError::Parse(error) => error.location().map_or_else(
            || "it is no kubeconfig".to_owned(),
            |at| format!("it is no kubeconfig, by line {}, column {}", at.line(), at.column()),
        ),
        _ => "it is no kubeconfig".to_owned(),
    }
}

/// Asks Azure for a kubeconfig of the cluster.
async fn given_kubeconfig(door: &Door, work: &Work, cluster: &ClusterId) -> Result<Kubeconfig, KubernetesUnavailable> {
    let request = request::cluster_credentials(door.endpoints(), cluster, door.kubernetes().credential);
    let credentials: ClusterCredentials = door.json(work, request).await.map_err(KubernetesUnavailable::of_azure)?;
    let text = credentials.kubeconfigs.into_iter().next().map(|blob| blob.value);
    let text = text.ok_or_else(|| KubernetesUnavailable::Because("Azure gives no kubeconfig for it".to_owned()))?;
    let config = Kubeconfig::from_yaml(text.reveal()).map_err(|error| {
        let why = format!("the kubeconfig that Azure gives cannot be read ({})", unread(&error));
        KubernetesUnavailable::Unknown(why, None)
    })?;
    Ok(without_files(config))
}

/// Returns a kubeconfig that names no files: Azure sends everything in it, and a path in an answer is not to be trusted.
fn without_files(mut config: Kubeconfig) -> Kubeconfig {
    for cluster in config.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
        cluster.certificate_authority = None;
    }
    for user in config.auth_infos.iter_mut().filter_map(|named| named.auth_info.as_mut()) {
        (user.token_file, user.client_certificate, user.client_key) = (None, None, None);
    }
    config
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

/// Returns the address of the API. One with a user in it is none: addresses are told, and a password is not.
fn address(cluster: &Cluster) -> Option<Url> {
    let url = Url::parse(cluster.server.as_deref()?).ok()?;
    (url.scheme() == "https" && url.username().is_empty() && url.password().is_none()).then_some(url)
}

/// Returns the address of the Kubernetes API that a kubeconfig leads to (recording `aks_sp_create_show`).
#[must_use]
pub fn server_of(kubeconfig: &str) -> Option<Url> {
    let config = Kubeconfig::from_yaml(kubeconfig).ok()?;
    chosen(&config, None).and_then(|(cluster, _)| address(cluster))
}

/// Returns the cluster and the user of a kubeconfig's context: the one of that name, or the current one.
fn chosen<'c>(config: &'c Kubeconfig, context: Option<&str>) -> Option<(&'c Cluster, &'c AuthInfo)> {
    let name = context.or(config.current_context.as_deref())?;
    let context = config.contexts.iter().find(|c| c.name == *name)?.context.as_ref()?;
    let cluster = config.clusters.iter().find(|c| c.name == context.cluster)?.cluster.as_ref()?;
    let user = config.auth_infos.iter().find(|u| Some(&u.name) == context.user.as_ref())?.auth_info.as_ref()?;
    Some((cluster, user))
}

/// True where a user of a kubeconfig signs in at Entra, by kubelogin: crosspull asks for the token itself
/// (`docs/facts/azure.md` 9.5).
fn signs_in_by_entra(user: &AuthInfo) -> Result<bool, String> {
    if user.auth_provider.as_ref().is_some_and(|provider| provider.name == "azure") {
        return Ok(true);
    }
    let Some(exec) = &user.exec else { return Ok(false) };
    let command = exec.command.as_deref().unwrap_or_default();
    let program = command.rsplit(['/', '\\']).next().unwrap_or_default().trim_end_matches(".exe");
    let arguments = exec.args.as_deref().unwrap_or_default();
    let server = arguments.iter().position(|word| word == "--server-id").and_then(|at| arguments.get(at + 1));
    match (program, server.map(String::as_str)) {
        ("kubelogin", None | Some(KUBERNETES_SERVER)) => Ok(true),
        ("kubelogin", Some(other)) => Err(format!(
            "its kubeconfig signs in at Entra for the server application {} , which is not that of AKS",
            printable(other, 60)
        )),
        _ => Err(format!(
            "its kubeconfig signs in by another program ({}), which crosspull does not run",
            printable(program, 60)
        )),
    }
}

/// Returns the token in a user's entry of a kubeconfig, or in the file that it names.
fn token_of(user: &AuthInfo) -> Result<Option<Secret>, String> {
    if let Some(token) = &user.token {
        return Ok(Some(Secret::new(expose(token).to_owned())));
    }
    let Some(file) = &user.token_file else { return Ok(None) };
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file} cannot be read ({error})"))?;
    Ok(Some(Secret::new(text.trim().to_owned())))
}

/// Returns the line to one cluster: its own authority alone, no redirects, the client certificate where there is one.
///
/// The entry says all of it, or names files: `Kubeconfig::read_from` alone leads to these, for a kubeconfig of the
/// operator's own.
fn line(cluster: &Cluster, user: &AuthInfo, proxies: Proxies) -> Result<Line, String> {
    let authority = part(cluster.certificate_authority_data.as_deref(), cluster.certificate_authority.as_deref());
    let authority = authority.ok_or("its kubeconfig holds no authority for its certificate")?;
    let authorities = reqwest::Certificate::from_pem_bundle(&authority)
        .map_err(|_| "the authority for its certificate in its kubeconfig cannot be used")?;
    let mut client = reqwest::Client::builder()
        .user_agent(concat!("crosspull/", env!("CARGO_PKG_VERSION")))
        .https_only(true)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .tls_certs_only(authorities);
    let certificate = part(user.client_certificate_data.as_deref(), user.client_certificate.as_deref());
    let key = part(user.client_key_data.as_ref().map(expose), user.client_key.as_deref());
    if user.client_certificate_data.is_some() || user.client_certificate.is_some() {
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

/// Returns a part of a kubeconfig: what stands in it, else the file that it names.
fn part(data: Option<&str>, file: Option<&str>) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    match (data, file) {
        (Some(data), _) => decoded(data),
        (None, Some(file)) => std::fs::read(file).ok().map(zeroize::Zeroizing::new),
        (None, None) => None,
    }
}
