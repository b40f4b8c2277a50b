//! The proof: a real pull with the new credential. Token, manifest and layer are one try: what is refused at any of
//! them may be so since role or replica takes time, and what it means is judged when that time is over.

use std::time::{Duration, Instant};

use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::{AppId, ImageRef, KeyId, RegistryId};
use crosspull_core::names::Outcome;
use crosspull_core::operation::{Fact, Learnt};
use crosspull_core::secret::Secret;

use super::plainly;
use crate::engine::{Doing, Done};
use crate::patience::{Asked, Halt, Patience};
use crate::realm::{self, Realm, RealmError};
use crate::reply::{self, Manifest, Token};
use crate::request;
use crate::wire::{CallError, unanswered};

/// A role takes effect within ten minutes, as a rule (`azure-facts.md` 3.1).
const ROLE_EFFECT: Patience = Patience::new(3, 15);
/// So long a replica of a registry may lack what another one has (`azure-facts.md` 9.3). What is lacking for longer is
/// not there.
const REPLICAS: Duration = Duration::from_secs(60);
/// An index may name indexes; no image is deeper.
const DEEPEST: usize = 3;

/// The part of a pull at which one try of it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The registry's word on where its tokens come from.
    Challenge,
    /// The token.
    Token,
    /// The right to pull in the token.
    Grant,
    /// The manifest.
    Manifest,
    /// A layer, asked for at the registry.
    Layer,
    /// The bytes of a layer, where the registry sends its clients for them.
    Storage,
}

/// One try of a pull that was refused.
#[derive(Debug)]
struct Missed {
    part: Part,
    refusal: Refusal,
}

/// The meaning of a refused try.
#[derive(Debug, PartialEq, Eq)]
enum Means {
    /// Credential and role may still come into effect.
    NotYet,
    /// What was asked for is not there, or not at this replica.
    Missing,
    /// The registry's firewall is in the way.
    Firewall,
    /// The way to the layers' bytes is closed.
    DataEndpoint,
    /// Something else, which the refusal tells.
    Other,
}

impl Missed {
    /// The try as it ended; the outer error is that of the run itself.
    fn at(part: Part, error: CallError) -> Result<Self, Halt> {
        match error {
            CallError::Refused(refused) => Ok(Self { part, refusal: refused.refusal }),
            CallError::Unreachable(refusal) | CallError::Lost(refusal) => Ok(Self { part, refusal }),
            error @ (CallError::SignIn(_) | CallError::Journal(_) | CallError::Stopped) => Err(Halt::of("", error)),
        }
    }

    /// A 403 before any token is the registry's firewall, not a role (`azure-facts.md` 3.10).
    fn means(&self) -> Means {
        let unusable = matches!(self.refusal.code.as_str(), "Torn" | "TooLarge" | "Elsewhere");
        match (self.part, self.refusal.status) {
            (Part::Grant, _) | (_, Some(401)) => Means::NotYet,
            (Part::Manifest | Part::Layer | Part::Storage, Some(404)) => Means::Missing,
            (Part::Storage, Some(403)) => Means::DataEndpoint,
            (Part::Storage, None) if !unusable => Means::DataEndpoint,
            (Part::Manifest | Part::Layer, Some(403)) if self.refusal.code != "DENIED" => Means::NotYet,
            (_, Some(403)) => Means::Firewall,
            _ => Means::Other,
        }
    }
}

impl Doing<'_> {
    /// Pulls every image as a node does: token, manifest, and a byte of a layer.
    pub(super) async fn prove_pull(&self, registry: &RegistryId, login_server: &str, images: &[ImageRef]) -> Done {
        let app: AppId = self.need(Fact::App).await?;
        let key: KeyId = self.need(Fact::SecretKey).await?;
        let _: String = self.need(Fact::Assignment(registry.clone())).await?;
        self.begin()?;
        let Some(secret) = self.vault().get(key) else {
            let proved = self.past().facts.learnt(&Fact::Proved(registry.clone()));
            // An earlier part of this run proved it with the secret that the cluster has.
            if let Some(proved) = proved.filter(|l| l.how == Outcome::Proved && l.value == key.to_string()) {
                self.learn(vec![proved.clone()])?;
                return Ok((Outcome::Proved, "before the run was stopped".to_owned()));
            }
            self.learn(vec![Learnt::new(Outcome::Skipped, Fact::Proved(registry.clone()), "not by this run")])?;
            return Ok((Outcome::Skipped, "only the cluster has the secret".to_owned()));
        };
        let realm = match self.realm(registry, login_server).await? {
            Ok(realm) => realm,
            Err(missed) => {
                let what = format!("The pull from {} was not proved.", registry.name());
                return Err(refused(&what, registry, None, missed));
            }
        };
        for image in images {
            self.pull(registry, &realm, image, app, &secret).await?;
        }
        self.learn(vec![Learnt::new(Outcome::Proved, Fact::Proved(registry.clone()), key)])?;
        plainly(Outcome::Proved)
    }

    /// Pulls every image once, without patience. The inner error is what was refused.
    pub(super) async fn pull_once(
        &self,
        registry: &RegistryId,
        login_server: &str,
        images: &[ImageRef],
        app: AppId,
        secret: &Secret,
    ) -> Result<Result<(), Refusal>, Halt> {
        let realm = match self.realm(registry, login_server).await? {
            Ok(realm) => realm,
            Err(missed) => return Ok(Err(missed.refusal)),
        };
        for image in images {
            if let Err(missed) = self.try_pull(&realm, image, app, secret).await? {
                return Ok(Err(missed.refusal));
            }
        }
        Ok(Ok(()))
    }

    async fn realm(&self, registry: &RegistryId, login_server: &str) -> Result<Result<Realm, Missed>, Halt> {
        match realm::ask(self.door(), &self.work, login_server).await {
            Ok(realm) => Ok(Ok(realm)),
            Err(RealmError::Call(error)) => Missed::at(Part::Challenge, error).map(Err),
            Err(RealmError::Unusable(why)) => {
                let what = format!("The pull from {} was not proved.", registry.name());
                Err(Halt::Failed(Trouble::new(what, why, "Check the registry's login server.")))
            }
        }
    }

    /// Pulls an image, again where the role or the replica may take time.
    async fn pull(
        &self,
        registry: &RegistryId,
        realm: &Realm,
        image: &ImageRef,
        app: AppId,
        secret: &Secret,
    ) -> Result<(), Halt> {
        let what = format!("The pull of {image} from {} was not proved.", registry.name());
        let wire = self.door().wire();
        let mut missing_since: Option<Instant> = None;
        let mut last: Option<Part> = None;
        let pulled = ROLE_EFFECT
            .until(wire, &self.work, &what, async || {
                last = None;
                let Err(missed) = self.try_pull(realm, image, app, secret).await? else { return Ok(Asked::Yes(())) };
                match missed.means() {
                    Means::NotYet => {
                        missing_since = None;
                        last = Some(missed.part);
                        Ok(Asked::NotYet("the role is not in effect yet", Some(missed.refusal)))
                    }
                    Means::Missing
                        if missing_since.get_or_insert_with(Instant::now).elapsed() < wire.pace().of(REPLICAS) =>
                    {
                        Ok(Asked::NotYet(
                            "the registry does not show the image; a replica may lag",
                            Some(missed.refusal),
                        ))
                    }
                    _ => Err(refused(&what, registry, Some(image), missed)),
                }
            })
            .await;
        pulled.map_err(|halt| match (halt, last) {
            (Halt::Failed(trouble), Some(part)) => Halt::Failed(not_in_effect(trouble, registry, image, part)),
            (halt, _) => halt,
        })
    }

    /// One try of a pull with a fresh token. The inner error is where it ended.
    async fn try_pull(
        &self,
        realm: &Realm,
        image: &ImageRef,
        app: AppId,
        secret: &Secret,
    ) -> Result<Result<(), Missed>, Halt> {
        let repository = image.repository.as_str();
        let request = request::pull_token(&realm.address, &realm.service, repository, app, secret);
        let token = match self.door().json::<Token>(&self.work, request).await {
            Ok(token) if reply::grants_pull(&token.access_token, repository) => token.access_token,
            Ok(_) => return Ok(Err(ungranted(repository))),
            Err(error) => return Missed::at(Part::Token, error).map(Err),
        };
        let mut reference = image.reference().to_owned();
        for _ in 0..DEEPEST {
            let request = request::manifest_at(&realm.server, repository, &reference, &token);
            let manifest = match self.door().json::<Manifest>(&self.work, request).await {
                Ok(manifest) => manifest,
                Err(error) => return Missed::at(Part::Manifest, error).map(Err),
            };
            if let Some(digest) = manifest.blob() {
                return self.read_blob(realm, repository, digest, &token).await;
            }
            let Some(chosen) = manifest.chosen() else { break };
            chosen.clone_into(&mut reference);
        }
        // Nothing of it was read, so nothing is proved.
        let refusal = unanswered("Torn", "its manifest names nothing that could be read");
        Ok(Err(Missed { part: Part::Manifest, refusal }))
    }

    /// Reads one byte of a blob. A registry sends its clients on to storage; the token stays behind.
    async fn read_blob(
        &self,
        realm: &Realm,
        repository: &str,
        digest: &str,
        token: &Secret,
    ) -> Result<Result<(), Missed>, Halt> {
        let request = request::blob(&realm.server, repository, digest, token);
        let reply = match self.door().raw(&self.work, request).await {
            Ok(reply) => reply,
            Err(error) => return Missed::at(Part::Layer, error).map(Err),
        };
        if !reply.status.is_redirection() {
            return Ok(Ok(()));
        }
        let location = reply.headers.get("location").and_then(|v| v.to_str().ok());
        let target = location.and_then(|l| realm.server.join(l).ok()).filter(|u| u.scheme() == "https");
        let Some(target) = target else {
            let refusal = unanswered("Elsewhere", "the layer is at an address that cannot be used");
            return Ok(Err(Missed { part: Part::Storage, refusal }));
        };
        match self.door().raw(&self.work, request::redirected_blob(target)).await {
            Ok(_) => Ok(Ok(())),
            Err(error) => Missed::at(Part::Storage, error).map(Err),
        }
    }
}

/// A token that was given without the right that was asked for.
fn ungranted(repository: &str) -> Missed {
    let why = format!("the token that the registry gives does not grant to pull {repository}");
    Missed { part: Part::Grant, refusal: unanswered("NotGranted", &why) }
}

/// A refusal that more patience does not change.
fn refused(what: &str, registry: &RegistryId, image: Option<&ImageRef>, missed: Missed) -> Halt {
    let name = registry.name();
    let means = missed.means();
    let trouble = Trouble::from_refusal(what, missed.refusal.clone());
    Halt::Failed(match (means, image, missed.part) {
        (Means::Firewall, ..) => trouble.because(
            format!("{name}'s firewall does not let this machine in. The credential itself was not judged."),
            format!(
                "Allow this machine's address under {name}'s Networking, then go on with crosspull resume; or apply from a \
                 machine that it lets in, which finds what was made."
            ),
        ),
        (Means::DataEndpoint, ..) => trouble.because(
            "The manifest can be had, its layers cannot.",
            "Allow this machine to reach the registry's data endpoint (its storage), then go on with crosspull resume.",
        ),
        (Means::Missing, Some(image), Part::Manifest) => trouble.because(
            format!("{image} is not in {name}. The credential itself was accepted."),
            "Push it, then go on with crosspull resume; or apply with another image, which finds what was made.",
        ),
        (Means::Missing, Some(image), _) => trouble.because(
            format!("The manifest of {image} is in {name}, a layer of it is not. The credential itself was accepted."),
            "Push the image again, then go on with crosspull resume; or apply with another image, which finds what was made.",
        ),
        // Without a status there was no answer, and reading is all that was lost.
        _ if missed.refusal.status.is_none() => return Halt::of(what, CallError::Unreachable(missed.refusal)),
        _ => trouble,
    })
}

/// The trouble of patience that ended, with what was refused to the last.
fn not_in_effect(trouble: Trouble, registry: &RegistryId, image: &ImageRef, part: Part) -> Trouble {
    let name = registry.name();
    let (why, look) = match part {
        Part::Token => (
            format!(
                "{name} gives the app no token; whether secret, service principal or role is the reason, it does not say."
            ),
            "Look at the app's service principal and its role assignment there",
        ),
        Part::Storage => (
            format!(
                "The manifest of {image} can be had; the storage that its layers are in refuses {name}'s own address."
            ),
            "Look at the registry's data endpoint",
        ),
        Part::Layer => (
            format!("The manifest of {image} can be had; {name} itself refuses its layers."),
            "Look at the role assignment there and its condition",
        ),
        _ => (
            format!("{name} knows the app and does not let it into {}.", image.repository),
            "Look at the role assignment there and its condition",
        ),
    };
    let why = format!("{} {why}", trouble.why);
    trouble.because(why, format!("{look}, then go on with crosspull resume."))
}
