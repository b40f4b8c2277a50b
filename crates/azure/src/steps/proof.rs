//! The proof: a real pull with the new credential.

use crosspull_core::event::Outcome;
use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::ids::{AppId, ImageRef, KeyId, RegistryId};
use crosspull_core::plan::{Fact, Learnt};
use crosspull_core::secret::Secret;

use super::plainly;
use crate::engine::{Doing, Done};
use crate::patience::{Asked, Halt, Patience};
use crate::realm::{self, Realm, RealmError};
use crate::reply::{self, Manifest, Token};
use crate::request;
use crate::wire::CallError;

/// A role takes effect within ten minutes, as a rule (`azure-facts.md` 3.1).
const ROLE_EFFECT: Patience = Patience::new(3, 15);

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
        let realm = self.realm(registry, login_server).await?;
        for image in images {
            self.pull(registry, &realm, image, app, &secret).await?;
        }
        self.learn(vec![Learnt::new(Outcome::Proved, Fact::Proved(registry.clone()), key)])?;
        plainly(Outcome::Proved)
    }

    async fn realm(&self, registry: &RegistryId, login_server: &str) -> Result<Realm, Halt> {
        let what = format!("The pull from {} was not proved.", registry.name());
        match realm::ask(self.door(), &self.work, login_server).await {
            Ok(realm) => Ok(realm),
            Err(RealmError::Call(error)) => Err(refused_pull(&what, registry, error)),
            Err(RealmError::Unusable(why)) => {
                Err(Halt::Failed(Trouble::new(what, why, "Check the registry's login server.")))
            }
        }
    }

    async fn pull(
        &self,
        registry: &RegistryId,
        realm: &Realm,
        image: &ImageRef,
        app: AppId,
        secret: &Secret,
    ) -> Result<(), Halt> {
        let what = format!("The pull of {image} from {} was not proved.", registry.name());
        let (token, manifest) = ROLE_EFFECT
            .until(self.door().wire(), &self.work, &what, async || {
                let request = request::pull_token(&realm.address, &realm.service, &image.repository, app, secret);
                let token = match self.door().json::<Token>(&self.work, request).await {
                    Ok(token) if reply::grants_pull(&token.access_token, &image.repository) => token.access_token,
                    Ok(_) => return Ok(Asked::NotYet("the role is not in effect yet", None)),
                    Err(CallError::Refused(r)) if r.refusal.status == Some(401) => {
                        return Ok(Asked::NotYet("the role is not in effect yet", Some(r.refusal)));
                    }
                    Err(error) => return Err(refused_pull(&what, registry, error)),
                };
                match self.door().json::<Manifest>(&self.work, request::manifest(&realm.server, image, &token)).await {
                    Ok(manifest) => Ok(Asked::Yes((token, manifest))),
                    Err(CallError::Refused(r))
                        if matches!(r.refusal.status, Some(401 | 403)) && r.refusal.code != "DENIED" =>
                    {
                        Ok(Asked::NotYet("the role is not in effect yet", Some(r.refusal)))
                    }
                    Err(CallError::Refused(r)) if r.refusal.status == Some(404) => {
                        Err(Halt::Failed(Trouble::from_refusal(&what, r.refusal).because(
                            format!("{image} is not in {}. The credential itself was accepted.", registry.name()),
                            "Push it, then go on with crosspull resume; or apply with another image, which finds what was made.",
                        )))
                    }
                    Err(error) => Err(refused_pull(&what, registry, error)),
                }
            })
            .await?;
        let layer = self.first_layer(realm, image, manifest, &token, &what).await?;
        match layer {
            Some(digest) => self.read_blob(realm, image, &digest, &token, &what).await,
            None => Ok(()),
        }
    }

    /// The first layer of the image, or of the index's image for Linux.
    async fn first_layer(
        &self,
        realm: &Realm,
        image: &ImageRef,
        manifest: Manifest,
        token: &Secret,
        what: &str,
    ) -> Result<Option<String>, Halt> {
        if let Some(layer) = manifest.layers.into_iter().next() {
            return Ok(Some(layer.digest));
        }
        let linux = |d: &reply::Descriptor| d.platform.as_ref().is_some_and(|p| p.os == "linux");
        let Some(chosen) = manifest.manifests.iter().find(|d| linux(d)).or(manifest.manifests.first()) else {
            return Ok(None);
        };
        let inner = ImageRef { repository: image.repository.clone(), reference: chosen.digest.clone() };
        let request = request::manifest(&realm.server, &inner, token);
        let manifest: Manifest = self.door().json(&self.work, request).await.map_err(|e| Halt::of(what, e))?;
        Ok(manifest.layers.into_iter().next().map(|l| l.digest))
    }

    /// Reads one byte of a layer. A registry sends its clients on to storage; the token stays behind.
    async fn read_blob(
        &self,
        realm: &Realm,
        image: &ImageRef,
        digest: &str,
        token: &Secret,
        what: &str,
    ) -> Result<(), Halt> {
        let no_layer = |error: CallError| {
            match Halt::of(what, error) {
            Halt::Failed(trouble) => Halt::Failed(trouble.because(
                "The manifest can be had, its layers cannot.",
                "Allow this machine to reach the registry's data endpoint (its storage), then go on with crosspull resume.",
            )),
            other => other,
        }
        };
        let request = request::blob(&realm.server, &image.repository, digest, token);
        let reply = self.door().raw(&self.work, request).await.map_err(no_layer)?;
        if !reply.status.is_redirection() {
            return Ok(());
        }
        let location = reply.headers.get("location").and_then(|v| v.to_str().ok());
        let target = location.and_then(|l| realm.server.join(l).ok()).filter(|u| u.scheme() == "https");
        let Some(target) = target else {
            return Err(Halt::Failed(Trouble::new(
                what,
                "The registry sends its clients to an address for the layer that cannot be used.",
                "Look at the registry's data endpoint, then go on with crosspull resume.",
            )));
        };
        self.door().raw(&self.work, request::redirected_blob(target)).await.map(drop).map_err(no_layer)
    }
}

/// What a registry's refusal means: a 403 before any token is its firewall, not a role (`azure-facts.md` 3.10).
fn refused_pull(what: &str, registry: &RegistryId, error: CallError) -> Halt {
    match error {
        CallError::Refused(r) if r.refusal.status == Some(403) => Halt::Failed(firewalled(what, registry, r.refusal)),
        error => Halt::of(what, error),
    }
}

fn firewalled(what: &str, registry: &RegistryId, refusal: Refusal) -> Trouble {
    let name = registry.name();
    Trouble::from_refusal(what, refusal).because(
        format!("{name}'s firewall does not let this machine in. The credential itself was not judged."),
        format!(
            "Allow this machine's address under {name}'s Networking, then go on with crosspull resume; or apply from a \
             machine that it lets in, which finds what was made."
        ),
    )
}
