//! Opens the door: client, endpoints, sign-in.

use std::sync::Arc;
use std::time::Duration;

use crosspull_core::check::{Check, Finding};
use crosspull_core::cloud::{CloudChoice, Endpoints};
use crosspull_core::event::{Event, Work};
use crosspull_core::explain::NoConnection;
use crosspull_core::input::{Access, Key};
use crosspull_core::names::PerTenant;
use crosspull_core::secret::Secret;
use crosspull_core::text::lower_first;
use crosspull_core::wording::Wording;

use crate::control::Control;
use crate::door::Door;
use crate::line::{Line, NoAddress, Proxies};
use crate::recorder::Recorder;
use crate::sign_in::{KUBERNETES_SERVER, Login, MetadataService, Prompts, SignInContext, Tokens};
use crate::wire::{Pace, Wire};
use crate::{endpoints, request};

/// The longest time that connecting may take.
const CONNECT: Duration = Duration::from_secs(10);

/// The parts that a connection is made of.
#[derive(Debug)]
pub struct Parts {
    /// PEM bundles of authorities to trust besides the system's.
    pub authorities: Vec<Vec<u8>>,
    /// The sign-in to each tenant.
    pub logins: PerTenant<Login>,
    /// The recorder that events go to.
    pub recorder: Arc<Recorder>,
    /// The operator's word: stop, or go on.
    pub control: Control,
    /// The time that things may take.
    pub pace: Pace,
    /// The way to ask persons to sign in.
    pub prompts: Prompts,
    /// The secret of the cluster's app that was given to prove the pull.
    pub app_secret: Option<Secret>,
    /// The address of the machine's own token service, where the environment names one.
    pub metadata_host: Option<url::Url>,
}

/// Opens the door to those tenants. A cloud that is known by its Resource Manager alone is asked where its services
/// are.
///
/// The hosts that a secret is sent to are announced before anything is sent, unless they are what a known cloud's
/// documents say.
///
/// # Errors
/// A finding that stops, where the cloud cannot be reached or the authorities cannot be read.
pub async fn connect(access: &Access, parts: Parts) -> Result<Door, Box<Finding>> {
    let named = !parts.authorities.is_empty();
    let unusable = |why: String| {
        // A small container often has none of its own.
        let now = match named {
            true => Wording::from("Check ") + Key::CaFile + ".",
            false => {
                Wording::from("Install those of this machine (package ca-certificates), or name a bundle by ")
                    + Key::CaFile
                    + "."
            }
        };
        Box::new(Check::Tenants.stop(format!("the certificate authorities cannot be used: {why}"), now))
    };
    let proxies = Proxies::of_system().map_err(|no| Box::new(Check::Tenants.stop(no.to_string(), NoAddress::NOW)))?;
    let line = far(&parts.authorities, parts.pace.deadline, proxies).map_err(unusable)?;
    let metadata = MetadataService { line: near(&parts.authorities).map_err(unusable)?, host: parts.metadata_host };
    let wire = Arc::new(Wire::new(line, parts.recorder, parts.control, parts.pace));
    let mut endpoints = match &access.cloud {
        CloudChoice::Known(known) => {
            known.endpoints().map_err(|e| Box::new(Check::Tenants.stop(e.to_string(), "Report this as a bug.")))?
        }
        CloudChoice::ByResourceManager(arm) => discover(&wire, arm).await.map_err(Box::new)?,
    };
    if let Some(login) = &access.login_host {
        endpoints.login = login.clone();
    }
    // Before anything is sent that holds a secret (`docs/PRODUCT.md` 7, rule 10).
    if let Some(text) = access.elsewhere(&endpoints) {
        say(&wire, Event::CheckEnded { finding: Check::Cloud.pass(text) }).map_err(Box::new)?;
    }
    let kubernetes = access.kubernetes.server.clone().unwrap_or_else(|| KUBERNETES_SERVER.to_owned());
    let context = SignInContext { wire, endpoints, prompts: parts.prompts, metadata, kubernetes };
    let tokens = Tokens::new(&context, &access.tenants, parts.logins);
    Ok(Door::new(context.wire, tokens, context.endpoints, access.kubernetes.clone(), parts.app_secret))
}

/// Says something of where the cloud is. What cannot be said is a stop: nothing is sent unsaid.
fn say(wire: &Wire, event: Event) -> Result<(), Finding> {
    wire.recorder().announce(event).map_err(|error| Check::Cloud.stop(error.to_string(), error.cure()))
}

async fn discover(wire: &Wire, arm: &url::Url) -> Result<Endpoints, Finding> {
    say(wire, Event::CheckStarted { check: Check::Cloud })?;
    let work = Work::Check(Check::Cloud);
    let request = request::metadata(arm);
    let read = wire.send(&work, &request, None, |reply| endpoints::from_metadata(arm, &reply.body));
    read.await.map_err(|error| {
        let refusal = error.refusal().ok();
        let (why, now) = match refusal.as_ref().and_then(NoConnection::of) {
            Some(cause) => (lower_first(cause.means()), cause.now().into()),
            None => {
                let words = refusal.as_ref().map(|r| r.message.as_str()).filter(|m| !m.is_empty());
                let words = words.map(|m| format!(" ({m})")).unwrap_or_default();
                (
                    format!("nothing that describes a cloud answers there{words}"),
                    Wording::from("Check the address given for ") + Key::Cloud + ".",
                )
            }
        };
        Finding { refusal, ..Check::Cloud.stop(format!("the cloud at {arm} cannot be used: {why}"), now) }
    })
}

/// Returns the line of every request: HTTPS alone, no redirects (a token would go along), the system's authorities and
/// the given ones, the system's proxies.
///
/// Connecting ends long before a try does, so that a request is known not to have been sent.
fn far(authorities: &[Vec<u8>], deadline: Duration, proxies: Proxies) -> Result<Line, String> {
    let client = builder(authorities)?.https_only(true).connect_timeout(CONNECT.min(deadline / 2));
    Line::new(client, proxies)
}

/// Returns the line to the machine's own token service: no proxy, and short patience, since most machines have none.
fn near(authorities: &[Vec<u8>]) -> Result<Line, String> {
    Line::new(builder(authorities)?.connect_timeout(Duration::from_secs(2)), Proxies::none())
}

fn builder(authorities: &[Vec<u8>]) -> Result<reqwest::ClientBuilder, String> {
    let mut certificates = Vec::new();
    for pem in authorities {
        let read = reqwest::Certificate::from_pem_bundle(pem).map_err(|e| e.to_string())?;
        if read.is_empty() {
            return Err("the file holds no certificate".to_owned());
        }
        certificates.extend(read);
    }
    Ok(reqwest::Client::builder()
        .user_agent(concat!("crosspull/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_merge(certificates))
}
