//! Pull secrets in a cluster: read, written by server-side apply, and deleted.

use std::collections::{BTreeMap, BTreeSet};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use crosspull_core::command::Command;
use crosspull_core::ids::{ClusterId, KeyId};
use crosspull_core::input::{Key, namespace, object_name};
use crosspull_core::names::Outcome;
use crosspull_core::operation::{Op, Step, WritePullSecret};
use crosspull_core::secret::Secret;
use crosspull_core::text::{listed, lower_first, printable};
use crosspull_core::wording::Wording;
use serde::Serialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::api::{self, API};
use super::cluster;
use super::credential::PullCredential;
use super::pods::{SILENT, because};
use crate::kubernetes::{Kubernetes, requests};
use crate::patience::Asked;
use crate::refusal::Refused;
use crate::reply::{KEY_ID, MANAGED_BY, RUN, StoredSecret};
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::CallError;

/// The place of a pull secret.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub cluster: &'a ClusterId,
    pub namespace: &'a str,
    pub name: &'a str,
}

/// The content of a pull secret: a login to one registry.
#[derive(Debug, Clone, Copy)]
pub struct Login<'a> {
    pub server: &'a str,
    pub user: &'a str,
    pub password: &'a Secret,
    /// The key of the password, which the secret is marked with.
    pub key: KeyId,
}

impl<'a> Place<'a> {
    /// Returns the place, where its names are names: they come from a journal, and addresses are made of them.
    pub fn of(cluster: &'a ClusterId, in_namespace: &'a str, name: &'a str) -> Result<Self, StepError> {
        let wrong = namespace(in_namespace).and(object_name(name, "pull secret", "crosspull-registryb")).err();
        match wrong {
            None => Ok(Self { cluster, namespace: in_namespace, name }),
            Some(why) => Err(StepError::failed(
                "The pull secret was not looked for.",
                format!("The journal holds something else in the place of a name: {why}."),
                "Look what was done to the journal.",
            )),
        }
    }

    /// Returns the place in words that kubectl takes.
    fn in_words(&self) -> String {
        format!("{} in {}", self.name, self.namespace)
    }

    /// Opens the Kubernetes API. The inner error says why it cannot be used.
    pub async fn api(&self, context: &StepContext<'_>) -> Result<Result<Kubernetes, String>, StepError> {
        api::open(context, self.cluster).await
    }

    /// Opens the Kubernetes API for a step that needs it. `what` says what did not happen otherwise.
    pub async fn needed_api(&self, context: &StepContext<'_>, what: &str) -> Result<Kubernetes, StepError> {
        api::needed(context, self.cluster, what).await
    }

    /// Reads the secret. `None` where there is none.
    pub async fn read(&self, context: &StepContext<'_>, api: &Kubernetes) -> Result<Option<StoredSecret>, StepError> {
        let what = format!("The secret {} of {} cannot be read.", self.in_words(), self.cluster.name());
        context
            .until(API, &what, async || {
                match api.json(&context.work, requests::secret(self.namespace, self.name)).await {
                    Ok(found) => Ok(Asked::Yes(Some(found))),
                    Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(Asked::Yes(None)),
                    Err(CallError::Unreachable(refusal)) => Ok(Asked::NotYet(SILENT, Some(refusal))),
                    Err(error) => Err(StepError::of(&what, error)),
                }
            })
            .await
    }

    /// Writes the secret as crosspull. An answer that was lost is no harm: the same is applied again.
    pub async fn apply(&self, context: &StepContext<'_>, api: &Kubernetes, login: Login<'_>) -> Result<(), StepError> {
        let what = format!("The pull secret {} of {} was not written.", self.in_words(), self.cluster.name());
        context
            .until(API, &what, async || {
                let request = requests::apply_secret(self.namespace, self.name, body(self, login, context));
                let secrets = vec![login.password.clone()];
                match api.with_secrets::<Value>(&context.work, request, secrets).await {
                    Ok(_) => Ok(Asked::Yes(())),
                    Err(CallError::Unreachable(refusal)) => Ok(Asked::NotYet(SILENT, Some(refusal))),
                    Err(CallError::Lost(refusal)) => {
                        Ok(Asked::NotYet("the answer was lost; the same is written again", Some(refusal)))
                    }
                    Err(CallError::Refused(r)) => Err(self.refused(&what, r)),
                    Err(error) => Err(StepError::of(&what, error)),
                }
            })
            .await
    }

    /// Deletes the secret, if it is still the one that was read. Returns true where it is gone.
    pub async fn delete(
        &self,
        context: &StepContext<'_>,
        api: &Kubernetes,
        read: &StoredSecret,
    ) -> Result<(), StepError> {
        let what = format!("The pull secret {} of {} was not deleted.", self.in_words(), self.cluster.name());
        let uid = read.metadata.uid.as_deref().unwrap_or_default();
        let removed = context.until(API, &what, async || {
            let request = requests::delete_secret(self.namespace, self.name, uid);
            match api.json::<Value>(&context.work, request).await {
                Ok(_) => Ok(Asked::Yes(())),
                Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Ok(Asked::Yes(())),
                Err(CallError::Unreachable(refusal)) => Ok(Asked::NotYet(SILENT, Some(refusal))),
                Err(CallError::Lost(refusal)) => Ok(Asked::NotYet("looking whether it is gone", Some(refusal))),
                Err(error) => Err(StepError::of(&what, error)),
            }
        });
        let by_hand = Command::DeletePullSecret { name: self.name, namespace: self.namespace };
        let by_hand = format!("Delete it by {by_hand}");
        removed.await.map_err(|error| error.now(&by_hand))
    }

    /// Returns what a refusal of writing the secret means.
    fn refused(&self, what: &str, refused: Refused) -> StepError {
        let Self { namespace, name, cluster } = self;
        match refused.refusal.status {
            Some(409) => StepError::of(what, CallError::Refused(refused)).because(
                "Somebody else manages a part of a secret of that name; it is kept as it is.",
                Wording::from("Give the pull secret another name: apply again with ") + Key::PullSecret,
            ),
            Some(403) => StepError::of(what, CallError::Refused(refused)).because(
                &format!("You may not write secrets in the namespace {namespace} of {}.", cluster.name()),
                "Ask for that right, then go on with crosspull resume.",
            ),
            Some(404) => StepError::of(what, CallError::Refused(refused)).because(
                &format!("{} has no namespace {namespace} any more.", cluster.name()),
                "Make it, then go on with crosspull resume.",
            ),
            Some(422) => StepError::of(what, CallError::Refused(refused)).because(
                &format!("Kubernetes does not take {name} as a pull secret."),
                Wording::from("Where a secret of another type has that name, give another one: apply again with ")
                    + Key::PullSecret,
            ),
            _ => StepError::of(what, CallError::Refused(refused)),
        }
    }
}

/// Reads the value of a user's password in one of the pull secrets of the plan. `None` where none has it.
pub async fn password_of(context: &StepContext<'_>, user: &str, key: KeyId) -> Result<Option<Secret>, StepError> {
    let all = passwords_of(context, user).await?;
    Ok(all.into_iter().find(|(held, _)| *held == key).map(|(_, password)| password))
}

/// Reads the user's passwords in the pull secrets of the plan. One that cannot be read may have any: it is an error.
pub async fn passwords_of(context: &StepContext<'_>, user: &str) -> Result<Vec<(KeyId, Secret)>, StepError> {
    let mut passwords = Vec::new();
    for written in planned(context) {
        let place = Place::of(&written.cluster, &written.namespace, &written.name)?;
        let what = format!("The secret {} of {} cannot be read.", place.in_words(), place.cluster.name());
        let api = place.needed_api(context, &what).await?;
        let Some(stored) = place.read(context, &api).await?.filter(StoredSecret::is_own) else { continue };
        let login = stored.login(&written.login_server).filter(|login| login.username == user);
        passwords.extend(stored.key().zip(login).map(|(key, login)| (key, login.password)));
    }
    Ok(passwords)
}

/// Returns the reason why a replaced password cannot end yet, as the second half of a sentence: a pull secret has it
/// still, in whatever namespace, or nobody can tell. `None` where no pull secret of the plan's clusters has it.
///
/// It was looked for before the run began, and somebody may have copied it since. One that crosspull wrote tells the key;
/// of a copy only the user and a value that is not the new one are known. `may_stay_unread` is true where somebody
/// accepted that the pull secrets of other namespaces are not read.
pub async fn still_needed(
    context: &StepContext<'_>,
    credential: &PullCredential,
    replaced: KeyId,
    may_stay_unread: bool,
) -> Result<Option<String>, StepError> {
    for (cluster, servers) in servers_by_cluster(planned(context)) {
        let name = cluster.name();
        let all = match all_of(context, cluster).await? {
            Listing::All(all) => all,
            Listing::Denied(_) if may_stay_unread => continue,
            Listing::Denied(why) | Listing::Unread(why) | Listing::NoApi(why) => {
                return Ok(Some(format!("the pull secrets of {name} cannot be read: {why}")));
            }
        };
        let has_it = |secret: &&StoredSecret| match secret.key().filter(|_| secret.is_own()) {
            Some(key) => key == replaced,
            None => servers.iter().filter_map(|server| secret.login(server)).any(|login| {
                let is_new = credential.password.as_ref().is_some_and(|new| new.reveal() == login.password.reveal());
                login.username == credential.user && !is_new
            }),
        };
        let places: Vec<String> = all.iter().filter(has_it).map(StoredSecret::place).collect();
        if !places.is_empty() {
            return Ok(Some(format!("{} of {name} has it still", listed(&places))));
        }
    }
    Ok(None)
}

/// Halts where a pull secret still needs what the run is to take back: one of another namespace, which another run wrote or
/// somebody copied. `needs` tells by a secret and the hosts of the run's registries. `what` says what did not happen.
///
/// Returns false where nobody may list the pull secrets of the cluster, so that this cannot tell.
pub async fn nobody_needs(
    context: &StepContext<'_>,
    what: &str,
    needs: impl Fn(&StoredSecret, &str) -> bool,
) -> Result<bool, StepError> {
    let mut told = true;
    for (cluster, servers) in servers_by_cluster(of_run(context)) {
        let name = cluster.name();
        let all = match all_of(context, cluster).await? {
            Listing::All(all) => all,
            Listing::Denied(_) => {
                told = false;
                continue;
            }
            // A cluster that is gone needs nothing.
            Listing::NoApi(_) if is_gone(context, cluster).await => continue,
            Listing::Unread(why) | Listing::NoApi(why) => {
                let why = format!("Whether pull secrets of {name} need it cannot be told: {why}.");
                let now = format!("Mend that, then crosspull undo {} goes on.", context.run());
                return Err(StepError::failed(what, why, now).needed());
            }
        };
        let needing = all.iter().filter(|secret| servers.iter().any(|server| needs(secret, server)));
        let places: Vec<String> = needing.map(|secret| place_and_run(secret, context)).collect();
        if !places.is_empty() {
            return Err(StepError::failed(
                what,
                format!("Pull secrets of {name} need it still: {}", listed(&places)),
                "Take the run back first that wrote them (crosspull runs lists them), or delete them where nobody needs them.",
            )
            .needed());
        }
    }
    Ok(told)
}

async fn is_gone(context: &StepContext<'_>, cluster: &ClusterId) -> bool {
    let read = cluster::try_read(context, cluster).await;
    matches!(read, Err(CallError::Refused(r)) if r.refusal.status == Some(404))
}

/// The pull secrets of all namespaces of a cluster, or the reason why they are not known, as the second half of a sentence.
enum Listing {
    /// The list.
    All(Vec<StoredSecret>),
    /// The account may not list them.
    Denied(String),
    /// The list failed.
    Unread(String),
    /// The Kubernetes API cannot be used.
    NoApi(String),
}

/// Lists the pull secrets of all namespaces of a cluster.
async fn all_of(context: &StepContext<'_>, cluster: &ClusterId) -> Result<Listing, StepError> {
    let api = match Kubernetes::of(context.door(), &context.work, cluster).await {
        Ok(api) => api,
        Err(unavailable) => return because(unavailable).map(Listing::NoApi),
    };
    let error = match api.list::<StoredSecret>(&context.work, requests::pull_secrets).await {
        Ok(all) => return Ok(Listing::All(all)),
        Err(error) => error,
    };
    let is_denied = matches!(&error, CallError::Refused(r) if r.refusal.status == Some(403));
    let error = StepError::of("", error);
    if error.ends_the_run() {
        return Err(error);
    }
    let why = lower_first(&error.why());
    Ok(if is_denied { Listing::Denied(why) } else { Listing::Unread(why) })
}

/// Returns the hosts of the registries that pull secrets are for, by cluster.
fn servers_by_cluster<'w>(
    written: impl Iterator<Item = &'w WritePullSecret>,
) -> BTreeMap<&'w ClusterId, BTreeSet<&'w str>> {
    let mut servers: BTreeMap<&ClusterId, BTreeSet<&str>> = BTreeMap::new();
    for written in written {
        servers.entry(&written.cluster).or_default().insert(&written.login_server);
    }
    servers
}

/// Returns the place of a secret with the run that wrote it, where that is another.
fn place_and_run(secret: &StoredSecret, context: &StepContext<'_>) -> String {
    match secret.run().filter(|run| secret.is_own() && *run != context.run().0) {
        Some(run) => format!("{} (run {})", secret.place(), printable(run, 20)),
        None => secret.place(),
    }
}

/// Returns the keys of the passwords that pull secrets of this run have.
pub fn keys_written(context: &StepContext<'_>) -> Vec<KeyId> {
    let facts = &context.past().facts;
    let written = planned(context).filter(|written| facts.learnt(&written.written()).is_some());
    let mut keys: Vec<KeyId> = written.filter_map(|written| facts.id(&written.key())).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// Returns the keys of the passwords that the pull secrets had which this run made, and which are taken back by now.
pub fn keys_taken_back(context: &StepContext<'_>) -> Vec<KeyId> {
    let written = of_run(context).map(WritePullSecret::key);
    written.filter(|fact| context.how(fact) == Some(Outcome::Undone)).filter_map(|fact| context.known(&fact)).collect()
}

/// Returns the pull secrets that the plan writes.
fn planned<'c>(context: &'c StepContext<'_>) -> impl Iterator<Item = &'c WritePullSecret> {
    written_by(&context.plan().steps)
}

/// Returns the pull secrets of the run that is taken back.
fn of_run<'c>(context: &'c StepContext<'_>) -> impl Iterator<Item = &'c WritePullSecret> {
    context.past().forward_plan().into_iter().flat_map(|plan| written_by(&plan.steps))
}

fn written_by(steps: &[Step]) -> impl Iterator<Item = &WritePullSecret> {
    steps.iter().filter_map(|step| match &step.op {
        Op::WritePullSecret(written) => Some(written),
        _ => None,
    })
}

#[derive(Serialize)]
struct Auth<'a> {
    username: &'a str,
    password: &'a str,
    auth: &'a str,
}

/// Returns the secret as JSON (Kubernetes documentation, "Pull an Image from a Private Registry"). The text has its room
/// from the beginning: one that grows leaves copies behind.
fn body(place: &Place<'_>, login: Login<'_>, context: &StepContext<'_>) -> Vec<u8> {
    let Login { server, user, password, key } = login;
    let pair = Zeroizing::new(format!("{user}:{}", password.reveal()));
    let auth = Zeroizing::new(BASE64_STANDARD.encode(pair.as_bytes()));
    let entry = Auth { username: user, password: password.reveal(), auth: &auth };
    let mut config = Zeroizing::new(Vec::with_capacity(6 * (pair.len() + server.len()) + auth.len() + 256));
    config.extend_from_slice(b"{\"auths\":{");
    // Texts alone are written, to memory: there is nothing that could fail.
    let _ = serde_json::to_writer(&mut *config, server);
    config.push(b':');
    let _ = serde_json::to_writer(&mut *config, &entry);
    config.extend_from_slice(b"}}");
    let coded = Zeroizing::new(BASE64_STANDARD.encode(config.as_slice()));
    let around = serde_json::json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/dockerconfigjson",
        "metadata": {
            "name": place.name,
            "namespace": place.namespace,
            "labels": { MANAGED_BY.0: MANAGED_BY.1 },
            "annotations": { KEY_ID: key.to_string(), RUN: context.run().to_string() },
        },
    });
    let around = around.to_string();
    let mut bytes = Vec::with_capacity(around.len() + coded.len() + 64);
    bytes.extend_from_slice(around.strip_suffix('}').unwrap_or(&around).as_bytes());
    bytes.extend_from_slice(b",\"data\":{\".dockerconfigjson\":\"");
    bytes.extend_from_slice(coded.as_bytes());
    bytes.extend_from_slice(b"\"}}");
    bytes
}
