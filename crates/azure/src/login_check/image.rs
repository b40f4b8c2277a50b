//! The looks behind the sign-in: what is granted, and whether an image can be had to its last byte.

use crosspull_core::explain::Trouble;
use crosspull_core::input::Key;
use crosspull_core::login::Granted;
use crosspull_core::login::look::{Look, Looked};
use crosspull_core::secret::Secret;
use crosspull_core::text::{listed, printable};
use crosspull_core::wording::Wording;
use url::Url;

use super::{LOOK, Looks, NOBODY, RegistryCheck, WORK, refused};
use crate::refusal::Unanswered;
use crate::registry_access::Realm;
use crate::registry_login::{CATALOG, RegistryCredential};
use crate::reply::{Catalog, Manifest, Tags, grants, grants_pull};
use crate::request;
use crate::wire::CallError;

/// An index may name indexes; no image is deeper.
const DEEPEST: usize = 3;
/// So many tags are named where the one that is asked for is not there.
const NAMED: usize = 3;
/// The looks at an image.
const OF_IMAGE: [Look; 4] = [Look::Repository, Look::Manifest, Look::Layer, Look::DataEndpoint];

/// A repository that may be pulled.
struct Pulled {
    repository: String,
    /// By what an image of it is named. `None` for the latest tag.
    reference: Option<String>,
    token: Secret,
}

impl RegistryCheck<'_> {
    /// Looks at what is granted, and at an image down to the first byte of a layer.
    pub(super) async fn image(&self, looks: &mut Looks<'_>, by: Option<(&Realm, &RegistryCredential)>) {
        let Some((realm, credential)) = by else {
            looks.skip(&[Look::Right], NOBODY);
            return looks.skip(&OF_IMAGE, NOBODY);
        };
        let pulled = looks.ask(Look::Right, LOOK, self.right(realm, credential)).await.flatten();
        let Some(pulled) = pulled else {
            return looks.skip(&OF_IMAGE, "give --repository NAME[:TAG] to have it looked at");
        };
        let tags = looks.ask(Look::Repository, LOOK, self.tags(&pulled)).await.unwrap_or_default();
        let latest = || tags.first().cloned().unwrap_or_else(|| "latest".to_owned());
        let reference = pulled.reference.clone().unwrap_or_else(latest);
        let blob = looks.ask(Look::Manifest, LOOK, self.manifest(&pulled, &reference, &tags)).await.unwrap_or_default();
        match looks.ask(Look::Layer, LOOK, self.layer(&pulled, &blob)).await.flatten() {
            Some(target) => {
                looks.ask(Look::DataEndpoint, LOOK, self.bytes(&target)).await;
            }
            None => looks.skip(&[Look::DataEndpoint], "the registry gives the bytes itself"),
        }
    }

    /// Looks whether the named repository may be pulled, else any. Nothing where none is known by name.
    async fn right(&self, realm: &Realm, credential: &RegistryCredential) -> Result<(String, Option<Pulled>), Looked> {
        let not = |error| refused(Look::Right, error);
        let named = self.image.map(|image| (image.repository.clone(), Some(image.reference().to_owned())));
        let (granted, found) = match named {
            Some(named) => (None, Some(named)),
            None => {
                let granted = realm.granted(self.door, &WORK, credential, &[]).await.map_err(not)?;
                let first = self.first(realm, credential, &granted).await?;
                (Some(granted), first.map(|first| (first, None)))
            }
        };
        let Some((repository, reference)) = found else {
            let granted = granted.unwrap_or_default();
            return if granted.everywhere.is_empty() {
                Err(without_right("on the whole registry", granted.unseen))
            } else {
                Ok((format!("may {}; no repository is listed", granted.lines().join("; ")), None))
            };
        };
        // Who may pull may read the tags, where a token asks for that too (`docs/facts/azure.md` 3.10).
        let scopes = [Granted::scope(&repository), format!("repository:{repository}:metadata_read")];
        let token = realm.token_by(self.door, &WORK, &scopes, credential).await.map_err(not)?;
        let name = printable(&repository, 100);
        if !grants_pull(&token, &repository) {
            return Err(without_right(&format!("on {name}"), false));
        }
        let told = || Granted::on(std::slice::from_ref(&repository), &grants(&token).unwrap_or_default());
        let granted = granted.unwrap_or_else(told);
        let seen = match granted.lines().join("; ") {
            told if told.is_empty() => format!("may pull {name}"),
            told => format!("may {told}"),
        };
        Ok((seen, Some(Pulled { repository, reference, token })))
    }

    /// Returns a repository to look at where none is named: one that may be pulled, else the first of the catalogue.
    /// Nothing where that may not be listed.
    async fn first(
        &self,
        realm: &Realm,
        credential: &RegistryCredential,
        granted: &Granted,
    ) -> Result<Option<String>, Looked> {
        if granted.everywhere.is_empty() {
            let pulls = |held: &[String]| held.iter().any(|action| action == "pull" || action == "*");
            let first = granted.repositories.iter().find(|(_, held)| pulls(held));
            return Ok(first.map(|(name, _)| name.clone()));
        }
        let listed = async {
            let token = realm.token_by(self.door, &WORK, &[CATALOG.to_owned()], credential).await?;
            self.door.json::<Catalog>(&WORK, request::repositories(self.server, None, &token)).await
        };
        match listed.await {
            Ok(page) => Ok(page.repositories.unwrap_or_default().into_iter().next()),
            Err(CallError::Refused(refused)) if is_no_right(refused.refusal.status) => Ok(None),
            Err(error) => Err(refused(Look::Right, error)),
        }
    }

    /// Reads the latest tags of the repository. Who may not read them may all the same pull.
    async fn tags(&self, pulled: &Pulled) -> Result<(String, Vec<String>), Looked> {
        let request = request::tags(self.server, &pulled.repository, None, &pulled.token);
        let name = printable(&pulled.repository, 100);
        match self.door.json::<Tags>(&WORK, request).await {
            Ok(page) => {
                let tags: Vec<String> = page.tags.unwrap_or_default().into_iter().map(|tag| tag.name).collect();
                let latest = tags.first().map(|tag| format!(", its newest tag {}", printable(tag, 128)));
                Ok((format!("{name} is there{}", latest.unwrap_or_default()), tags))
            }
            Err(CallError::Refused(refused)) if is_no_right(refused.refusal.status) => {
                Err(Looked::not_asked(Look::Repository, format!("the tags of {name} may not be listed")))
            }
            Err(CallError::Refused(refused)) if refused.refusal.status == Some(404) => {
                let trouble = Trouble::from_refusal(format!("{name} is not there"), refused.refusal);
                let why = format!("{} has no repository {name}.", self.registry.name());
                Err(Looked::fails(Look::Repository, trouble.because(why, "Check the name, or push an image to it.")))
            }
            Err(error) => Err(refused(Look::Repository, error)),
        }
    }

    /// Reads the manifest, through indexes to an image's own, and returns the digest of a blob that it names.
    async fn manifest(&self, pulled: &Pulled, reference: &str, tags: &[String]) -> Result<(String, String), Looked> {
        let Pulled { repository, token, .. } = pulled;
        let named = printable(reference, 128);
        let mut at = reference.to_owned();
        for _ in 0..DEEPEST {
            let request = request::manifest_at(self.server, repository, &at, token);
            let manifest = match self.door.json::<Manifest>(&WORK, request).await {
                Ok(manifest) => manifest,
                Err(CallError::Refused(refused)) if refused.refusal.status == Some(404) => {
                    let trouble = Trouble::from_refusal(format!("{named} is not there"), refused.refusal);
                    let why = format!("{} has no image {named}.", printable(repository, 100));
                    let known: Vec<String> = tags.iter().take(NAMED).map(|tag| printable(tag, 128)).collect();
                    let now = match known.as_slice() {
                        [] => "Check the tag, or push the image.".to_owned(),
                        known => format!("Check the tag. The newest ones: {}", listed(known)),
                    };
                    return Err(Looked::fails(Look::Manifest, trouble.because(why, now)));
                }
                Err(error) => return Err(refused(Look::Manifest, error)),
            };
            if let Some(digest) = manifest.blob() {
                return Ok((named, digest.to_owned()));
            }
            let Some(chosen) = manifest.chosen() else { break };
            chosen.clone_into(&mut at);
        }
        let torn = Unanswered::Torn.because("it names nothing that could be read");
        Err(refused(Look::Manifest, CallError::Unreachable(torn)))
    }

    /// Asks for the first byte of a blob, and returns where the registry leads to for it, if anywhere.
    async fn layer(&self, pulled: &Pulled, digest: &str) -> Result<(String, Option<Url>), Looked> {
        let request = request::blob(self.server, &pulled.repository, digest, &pulled.token);
        let reply = self.door.raw(&WORK, request).await.map_err(|error| refused(Look::Layer, error))?;
        let short: String = digest.chars().take("sha256:".len() + 12).collect();
        let short = printable(&short, 30);
        if !reply.status.is_redirection() {
            return Ok((format!("{short}, its first byte"), None));
        }
        let location = reply.headers.get("location").and_then(|value| value.to_str().ok());
        let target = location.and_then(|to| self.server.join(to).ok()).filter(|url| url.scheme() == "https");
        let Some(target) = target else {
            let elsewhere = Unanswered::Elsewhere.because("the layer is at an address that cannot be used");
            return Err(refused(Look::Layer, CallError::Unreachable(elsewhere)));
        };
        Ok((format!("{short} is at {}", host(&target)), Some(target)))
    }

    /// Reads the first byte where the registry leads to. No token goes along.
    async fn bytes(&self, target: &Url) -> Result<(String, ()), Looked> {
        let host = host(target);
        let read = self.door.raw(&WORK, request::redirected_blob(target.clone())).await;
        let Err(error) = read else { return Ok((format!("{host} gives the first byte"), ())) };
        let error = match error {
            CallError::Refused(refused) => {
                let trouble = Trouble::from_refusal(format!("{host} refuses it"), refused.refusal);
                trouble.because(
                    "The manifest can be had, its layers cannot: the host that the registry leads to refuses the address that \
                     the registry gave.",
                    format!("Allow this machine to reach {host}, the registry's data endpoint or its storage."),
                )
            }
            error => {
                let trouble = error.trouble(format!("no byte from {host}"));
                let words = trouble.refusal.as_ref().map(|r| format!(" ({})", r.message)).unwrap_or_default();
                let why = format!("The manifest can be had, its layers cannot. {}{words}", trouble.why);
                let now = format!(
                    "Let this machine reach {host}, the registry's data endpoint or its storage. {}",
                    trouble.now
                );
                Trouble { refusal: None, ..trouble.because(why, now) }
            }
        };
        Err(Looked::fails(Look::DataEndpoint, error))
    }
}

/// Returns the look at a right that lacks; `unseen` is true where a grant on a repository may be there, and is not seen.
fn without_right(on: &str, unseen: bool) -> Looked {
    let why = format!("The registry accepts the credential, and its token grants nothing that pulls {on}.");
    let now = Wording::from(
        "Check the role there and its condition; a new one can take ten minutes. Where roles hold on repositories (ABAC), AcrPull \
         has no effect: there it is Container Registry Repository Reader.",
    );
    let more = || Wording::from(" A right on one repository is told by ") + Key::Repository + ".";
    let now = if unseen { now + more() } else { now };
    Looked::fails(Look::Right, Trouble::new(format!("no right to pull {on}"), why, now))
}

/// True for the refusal of what somebody may not see.
fn is_no_right(status: Option<u16>) -> bool {
    matches!(status, Some(401 | 403))
}

/// Returns the host of an address, with its port where that is not the usual one.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    printable(&url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")), 100)
}
