//! The check of an image: is it there?

use std::time::Duration;

use crosspull_core::check::{Check, ImageSeen, judge_image};
use crosspull_core::event::Work;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{ImageRef, RegistryId};
use crosspull_core::names::Side;
use crosspull_core::secret::Secret;
use futures_util::future::join;

use super::reads::Reads;
use super::{CheckStopped, registry};
use crate::refusal::Unanswered;
use crate::registry_access::{A_REPLICA_MAY_LAG, Realm};
use crate::registry_login;
use crate::reply::Manifest;
use crate::request::{self, Audience};
use crate::wire::CallError;

/// The waits for a replica before an image is said not to be there.
const LAG: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(6)];

/// Asks with the operator's own account whether the image is there. Nothing is known where that account may not pull.
pub(super) async fn ask(reads: &Reads<'_>, id: &RegistryId, image: &ImageRef) -> Result<(), CheckStopped> {
    // The registry's own check tells what stops there.
    let (usable, ()) = join(registry::usable(reads, id), token_ahead(reads, id)).await;
    let Ok((_, Some(realm))) = usable else { return Ok(()) };
    let registry = reads.registry(id)?;
    let check = Check::Image(id.clone(), image.clone());
    let work = Work::Check(check.clone());
    reads
        .ask(check, async {
            let seen = match registry.refresh.get_or_init(|| refresh_token(reads, realm)).await {
                Ok(refresh) => look(reads, &work, realm, image, refresh).await,
                Err(seen) => seen.clone(),
            };
            Ok(((), judge_image(id, image, &seen)))
        })
        .await
}

/// Has the operator's token of Entra ready by the time that the registry is read. A person is asked for nothing before
/// it is clear that the registry answers.
pub(super) async fn token_ahead(reads: &Reads<'_>, id: &RegistryId) {
    let tokens = reads.door.tokens();
    if id.server().is_none() && tokens.signs_in(Side::B) && !tokens.asks_a_person(Side::B) {
        let _ = entra_token(reads).await;
    }
}

/// Returns the operator's token of Entra for registries, which is asked for once; else what is told of every image.
async fn entra_token(reads: &Reads<'_>) -> Result<(Audience, Secret), ImageSeen> {
    let ask = async || registry_login::entra_token(reads.door).await.map_err(no_token);
    reads.entra.get_or_init(ask).await.clone()
}

/// Reads the operator's own refresh token, which a registry gives where the operator may use it.
async fn refresh_token(reads: &Reads<'_>, realm: &Realm) -> Result<Secret, ImageSeen> {
    let token = entra_token(reads).await?;
    let signed_in = realm.exchange_for(reads.door, &Work::SignIn(Side::B), token).await;
    signed_in.map(|signed_in| signed_in.refresh).map_err(unseen)
}

/// Looks for the image, more than once before it is said not to be there: a replica may lag.
async fn look(reads: &Reads<'_>, work: &Work, realm: &Realm, image: &ImageRef, refresh: &Secret) -> ImageSeen {
    let wire = reads.door.wire();
    let pace = wire.pace();
    for (tries, wait) in (1..).zip(LAG) {
        let seen = look_once(reads, work, realm, image, refresh).await;
        if seen != ImageSeen::Missing || pace.is_at_once() {
            return seen;
        }
        let waited = wire.pause(work, A_REPLICA_MAY_LAG, pace.of(wait), pace.of(LAG.iter().sum()), tries).await;
        if let Err(stopped) = waited {
            return unseen(stopped);
        }
    }
    look_once(reads, work, realm, image, refresh).await
}

/// Looks for the image once. Only what reads as a manifest tells that the image is there: a proxy answers 200 too.
async fn look_once(reads: &Reads<'_>, work: &Work, realm: &Realm, image: &ImageRef, refresh: &Secret) -> ImageSeen {
    let scope = format!("repository:{}:pull", image.repository);
    let read = async {
        let token = realm.token(reads.door, work, &scope, refresh).await?;
        reads.door.json::<Manifest>(work, request::manifest(&realm.server, image, &token)).await
    };
    match read.await {
        Ok(manifest) if manifest.names_something() => ImageSeen::There,
        Ok(_) => unseen(CallError::Unreachable(Unanswered::Torn.because("its manifest names nothing"))),
        Err(CallError::Refused(r)) if r.refusal.status == Some(404) => ImageSeen::Missing,
        Err(error) => unseen(error),
    }
}

/// Returns what is seen of an image without a token: Entra's own no is about the account, no answer is about nobody.
fn no_token(trouble: Trouble) -> ImageSeen {
    let answered = trouble.refusal.as_ref().is_some_and(|refusal| refusal.status.is_some());
    if answered { ImageSeen::NoRight } else { ImageSeen::Unread(trouble.why.to_string()) }
}

/// Returns what is seen of an image where a call did not end well.
fn unseen(error: CallError) -> ImageSeen {
    match error {
        CallError::Refused(r) if matches!(r.refusal.status, Some(401 | 403)) => ImageSeen::NoRight,
        CallError::SignIn(_) => ImageSeen::NoRight,
        error => ImageSeen::Unread(error.trouble("").why.to_string()),
    }
}
