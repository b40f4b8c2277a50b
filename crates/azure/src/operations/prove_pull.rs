//! Pulls for real, with the new credential, as a node does. Token, manifest and layer are one try. A refusal at any of
//! them may only mean that role or replica takes time, so its meaning is judged when that time is over.

use std::time::{Duration, Instant};

use crosspull_core::explain::Trouble;
use crosspull_core::ids::{ImageRef, RegistryId};
use crosspull_core::input::Key;
use crosspull_core::names::{Outcome, PullUser};
use crosspull_core::operation::{Fact, Learnt, ProvePull};
use crosspull_core::secret::Secret;
use crosspull_core::wording::Wording;
use futures_util::future::join;

use super::shared::credential;
use super::shared::proof::{self, PullPart, RefusedPull, RefusedPullMeaning};
use crate::patience::{Asked, Patience};
use crate::registry_access::{A_REPLICA_MAY_LAG, Realm};
use crate::step_context::StepContext;
use crate::step_result::{StepError, StepResult, plainly};
use crate::wire::CallError;

/// A role takes effect within ten minutes, as a rule (`docs/facts/azure.md` 3.1).
const ROLE_EFFECT: Patience = Patience::new(3, 15);

/// A new password of a registry's own user works within a minute (`docs/facts/azure.md` 9.3).
const PASSWORD_EFFECT: Patience = Patience::new(3, 5);

/// A replica of a registry may lack for this long what another one has (`docs/facts/azure.md` 9.3). What is lacking for
/// longer is not there.
const REPLICAS: Duration = Duration::from_secs(60);

/// Pulls every image as a node does: token, manifest, and a byte of a layer.
pub(super) async fn perform(op: &ProvePull, context: &StepContext<'_>) -> StepResult {
    let registry = &op.registry;
    let credential = credential::made(context, op.user, registry).await?;
    let key = credential.key;
    let Some(secret) = credential.password else {
        credential::granted(context, op.user, registry).await?;
        context.begin()?;
        let proved = context.past().facts.learnt(&Fact::Proved(registry.clone()));
        // An earlier part of this run proved it with the secret that the cluster has.
        if let Some(proved) = proved.filter(|l| l.how == Outcome::Proved && l.value == key.to_string()) {
            context.learn(vec![proved.clone()])?;
            return Ok((Outcome::Proved, "before the run was stopped".to_owned()));
        }
        context.learn(vec![Learnt::new(Outcome::Skipped, Fact::Proved(registry.clone()), "not by this run")])?;
        return Ok((Outcome::Skipped, "only the cluster has the secret".to_owned()));
    };
    context.begin()?;
    // The registry tells where its tokens come from while the role is given.
    let (granted, realm) =
        join(credential::granted(context, op.user, registry), proof::realm(context, registry, &op.login_server)).await;
    granted?;
    let realm = match realm? {
        Ok(realm) => realm,
        Err(missed) => {
            let what = format!("The pull from {} was not proved.", registry.name());
            return Err(refused(&what, registry, None, missed));
        }
    };
    for image in &op.images {
        pull(op, context, &realm, image, &credential.user, &secret).await?;
    }
    context.learn(vec![Learnt::new(Outcome::Proved, Fact::Proved(registry.clone()), key)])?;
    plainly(Outcome::Proved)
}

/// Pulls an image, again where the role or the replica may take time.
async fn pull(
    op: &ProvePull,
    context: &StepContext<'_>,
    realm: &Realm,
    image: &ImageRef,
    user: &str,
    secret: &Secret,
) -> Result<(), StepError> {
    let registry = &op.registry;
    let what = format!("The pull of {image} from {} was not proved.", registry.name());
    let wire = context.door().wire();
    let mut missing_since: Option<Instant> = None;
    let mut last: Option<PullPart> = None;
    let (patience, not_yet) = match op.user {
        PullUser::App => (ROLE_EFFECT, "the role is not in effect yet"),
        PullUser::OfRegistry => (PASSWORD_EFFECT, "the registry does not take the password yet"),
    };
    let pulled = context
        .until(patience, &what, async || {
            last = None;
            let Err(missed) = proof::try_pull(context, realm, image, user, secret).await? else {
                return Ok(Asked::Yes(()));
            };
            match missed.means() {
                RefusedPullMeaning::NotYet => {
                    missing_since = None;
                    last = Some(missed.part);
                    Ok(Asked::NotYet(not_yet, Some(missed.refusal)))
                }
                RefusedPullMeaning::Missing
                    if missing_since.get_or_insert_with(Instant::now).elapsed() < wire.pace().of(REPLICAS) =>
                {
                    Ok(Asked::NotYet(A_REPLICA_MAY_LAG, Some(missed.refusal)))
                }
                _ => Err(refused(&what, registry, Some(image), missed)),
            }
        })
        .await;
    pulled.map_err(|error| match (error, last) {
        (StepError::Failed(trouble), Some(part)) => StepError::Failed(match op.user {
            PullUser::App => not_in_effect(trouble, registry, image, part),
            PullUser::OfRegistry => not_granted(trouble, registry, image, part, user),
        }),
        (error, _) => error,
    })
}

/// Returns a refusal that more patience does not change.
fn refused(what: &str, registry: &RegistryId, image: Option<&ImageRef>, missed: RefusedPull) -> StepError {
    let name = registry.name();
    let means = missed.means();
    let trouble = Trouble::from_refusal(what, missed.refusal.clone());
    StepError::Failed(match (means, image, missed.part) {
        (RefusedPullMeaning::Firewall(firewall), ..) => trouble.because(
            format!("{}. The credential itself was not judged.", firewall.why(registry)),
            format!(
                "Apply from a machine that is let in, which finds what was made; or have this one let in, and go on with \
                 crosspull resume. {}",
                firewall.cure(registry)
            ),
        ),
        (RefusedPullMeaning::DataEndpoint, ..) => trouble.because(
            "The manifest can be had, its layers cannot.",
            "Allow this machine to reach the registry's data endpoint (its storage), then go on with crosspull resume.",
        ),
        (RefusedPullMeaning::Missing, Some(image), PullPart::Manifest) => trouble.because(
            format!("{image} is not in {name}. The credential itself was accepted."),
            "Push it, then go on with crosspull resume; or apply with another image, which finds what was made.",
        ),
        (RefusedPullMeaning::Missing, Some(image), _) => trouble.because(
            format!("The manifest of {image} is in {name}, a layer of it is not. The credential itself was accepted."),
            "Push the image again, then go on with crosspull resume; or apply with another image, which finds what was made.",
        ),
        // Without a status there was no answer, and reading is all that was lost.
        _ if missed.refusal.status.is_none() => return StepError::of(what, CallError::Unreachable(missed.refusal)),
        _ => trouble,
    })
}

/// Returns the trouble of patience with a registry's own user that ended, with what was refused to the last.
fn not_granted(trouble: Trouble, registry: &RegistryId, image: &ImageRef, part: PullPart, user: &str) -> Trouble {
    let name = registry.name();
    let why = match part {
        PullPart::Token => format!("{name} does not take {user}'s password."),
        PullPart::Storage => {
            format!(
                "The manifest of {image} can be had; the storage that its layers are in refuses {name}'s own address."
            )
        }
        _ => format!("{name} knows {user} and does not let it into {}.", image.repository),
    };
    let why = format!("{} {why}", trouble.why);
    let now = match part {
        PullPart::Token => {
            Wording::from(format!(
                "Look whether {user} is enabled on {name}, then go on with crosspull resume. Where a pull secret has another \
                 password than the registry, apply again with "
            )) + Key::Renew
                + "."
        }
        _ => format!("Look at {user} on {name}, then go on with crosspull resume.").into(),
    };
    trouble.because(why, now)
}

/// Returns the trouble of patience that ended, with what was refused to the last.
fn not_in_effect(trouble: Trouble, registry: &RegistryId, image: &ImageRef, part: PullPart) -> Trouble {
    let name = registry.name();
    let (why, look) = match part {
        PullPart::Token => (
            format!(
                "{name} gives the app no token; whether secret, service principal or role is the reason, it does not say."
            ),
            "Look at the app's service principal and its role assignment there",
        ),
        PullPart::Storage => (
            format!(
                "The manifest of {image} can be had; the storage that its layers are in refuses {name}'s own address."
            ),
            "Look at the registry's data endpoint",
        ),
        PullPart::Layer => (
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
