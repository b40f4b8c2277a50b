//! One real pull with the new credential: token, manifest and layer, as a node asks for them.

use crosspull_core::explain::{Firewall, Meaning, NoConnection, Refusal};
use crosspull_core::ids::{ImageRef, RegistryId};
use crosspull_core::secret::Secret;

use crate::refusal::Unanswered;
use crate::registry_access::{self, Realm, RealmError};
use crate::reply::Manifest;
use crate::request;
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::CallError;

/// An index may name indexes; no image is deeper.
const DEEPEST: usize = 3;

/// The part of a pull at which one try of it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullPart {
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
pub struct RefusedPull {
    pub part: PullPart,
    pub refusal: Refusal,
}

/// The meaning of a refused try.
#[derive(Debug, PartialEq, Eq)]
pub enum RefusedPullMeaning {
    /// Credential and role may still come into effect.
    NotYet,
    /// The image is not there, or not at this replica.
    Missing,
    /// The registry's firewall is in the way.
    Firewall(Firewall),
    /// The way to the layers' bytes is closed.
    DataEndpoint,
    /// Something else, which the refusal tells.
    Other,
}

impl RefusedPull {
    /// Returns the try as it ended; the outer error is that of the run itself.
    pub fn at(part: PullPart, error: CallError) -> Result<Self, StepError> {
        match error.refusal() {
            Ok(refusal) => Ok(Self { part, refusal }),
            Err(error) => Err(StepError::of("", error)),
        }
    }

    /// Judges the refusal. Where the registry denies, a role may still come into effect, unless the reason is another
    /// (`docs/facts/azure.md` 3.10).
    pub fn means(&self) -> RefusedPullMeaning {
        if let Some(firewall) = Firewall::of(&self.refusal) {
            return RefusedPullMeaning::Firewall(firewall);
        }
        let unusable = Unanswered::is_unusable(&self.refusal);
        let is_between = NoConnection::of(&self.refusal).is_some_and(NoConnection::is_between);
        let may_pass = Meaning::of(&self.refusal).is_none_or(Meaning::may_pass);
        match (self.part, self.refusal.status) {
            (PullPart::Grant, _) | (_, Some(401)) => RefusedPullMeaning::NotYet,
            (PullPart::Manifest | PullPart::Layer | PullPart::Storage, Some(404)) => RefusedPullMeaning::Missing,
            (PullPart::Storage, Some(403)) => RefusedPullMeaning::DataEndpoint,
            (PullPart::Storage, None) if !unusable && !is_between => RefusedPullMeaning::DataEndpoint,
            (PullPart::Manifest | PullPart::Layer, Some(403)) if may_pass => RefusedPullMeaning::NotYet,
            _ => RefusedPullMeaning::Other,
        }
    }
}

/// Pulls every image once, without patience. The inner error is what was refused.
pub async fn pull_once(
    context: &StepContext<'_>,
    registry: &RegistryId,
    login_server: &str,
    images: &[ImageRef],
    user: &str,
    secret: &Secret,
) -> Result<Result<(), Refusal>, StepError> {
    let realm = match realm(context, registry, login_server).await? {
        Ok(realm) => realm,
        Err(missed) => return Ok(Err(missed.refusal)),
    };
    for image in images {
        if let Err(missed) = try_pull(context, &realm, image, user, secret).await? {
            return Ok(Err(missed.refusal));
        }
    }
    Ok(Ok(()))
}

/// Asks a registry where its tokens come from. The inner error is the registry's refusal.
pub async fn realm(
    context: &StepContext<'_>,
    registry: &RegistryId,
    login_server: &str,
) -> Result<Result<Realm, RefusedPull>, StepError> {
    match registry_access::ask(context.door(), &context.work, login_server).await {
        Ok(realm) => Ok(Ok(realm)),
        Err(RealmError::Call(error)) => RefusedPull::at(PullPart::Challenge, error).map(Err),
        Err(RealmError::Unusable(why)) => {
            let what = format!("The pull from {} was not proved.", registry.name());
            Err(StepError::failed(what, why, "Check the registry's login server."))
        }
    }
}

/// Tries a pull once, with a fresh token. The inner error is the part at which the try ended.
pub async fn try_pull(
    context: &StepContext<'_>,
    realm: &Realm,
    image: &ImageRef,
    user: &str,
    secret: &Secret,
) -> Result<Result<(), RefusedPull>, StepError> {
    let repository = image.repository.as_str();
    let token = match realm.pull_token(context.door(), &context.work, repository, user, secret).await {
        Ok(Some(token)) => token,
        Ok(None) => return Ok(Err(ungranted(repository))),
        Err(error) => return RefusedPull::at(PullPart::Token, error).map(Err),
    };
    let mut reference = image.reference().to_owned();
    for _ in 0..DEEPEST {
        let request = request::manifest_at(&realm.server, repository, &reference, &token);
        let manifest = match context.door().json::<Manifest>(&context.work, request).await {
            Ok(manifest) => manifest,
            Err(error) => return RefusedPull::at(PullPart::Manifest, error).map(Err),
        };
        if let Some(digest) = manifest.blob() {
            return read_blob(context, realm, repository, digest, &token).await;
        }
        let Some(chosen) = manifest.chosen() else { break };
        chosen.clone_into(&mut reference);
    }
    // Nothing of it was read, so nothing is proved.
    let refusal = Unanswered::Torn.because("its manifest names nothing that could be read");
    Ok(Err(RefusedPull { part: PullPart::Manifest, refusal }))
}

/// Reads one byte of a blob. A registry sends its clients on to storage; the token stays behind.
async fn read_blob(
    context: &StepContext<'_>,
    realm: &Realm,
    repository: &str,
    digest: &str,
    token: &Secret,
) -> Result<Result<(), RefusedPull>, StepError> {
    let request = request::blob(&realm.server, repository, digest, token);
    let reply = match context.door().raw(&context.work, request).await {
        Ok(reply) => reply,
        Err(error) => return RefusedPull::at(PullPart::Layer, error).map(Err),
    };
    if !reply.status.is_redirection() {
        return Ok(Ok(()));
    }
    let location = reply.headers.get("location").and_then(|v| v.to_str().ok());
    let target = location.and_then(|l| realm.server.join(l).ok()).filter(|u| u.scheme() == "https");
    let Some(target) = target else {
        let refusal = Unanswered::Elsewhere.because("the layer is at an address that cannot be used");
        return Ok(Err(RefusedPull { part: PullPart::Storage, refusal }));
    };
    match context.door().raw(&context.work, request::redirected_blob(target)).await {
        Ok(_) => Ok(Ok(())),
        Err(error) => RefusedPull::at(PullPart::Storage, error).map(Err),
    }
}

/// Returns the refusal of a token that was given without the right that was asked for.
fn ungranted(repository: &str) -> RefusedPull {
    let why = format!("the token that the registry gives does not grant to pull {repository}");
    RefusedPull { part: PullPart::Grant, refusal: Unanswered::NotGranted.because(&why) }
}
