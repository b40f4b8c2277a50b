//! The looks of `crosspull login --check` at work: each asks as a pull does, by the same line, wire and door, and is told
//! as soon as it is known.
//!
//! No secret is sent to the host before it was seen to be one of the cloud's registries, with a certificate for its name.

use std::time::{Duration, Instant};

use crosspull_core::event::Work;
use crosspull_core::explain::{NoConnection, Trouble};
use crosspull_core::ids::{ImageRef, RegistryId};
use crosspull_core::login::Who;
use crosspull_core::login::look::{
    Look, Looked, exit_code, failed, judge_addresses, judge_cloud, judge_door, judge_exchange, judge_name,
    judge_sign_in,
};
use crosspull_core::names::Side;
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use tokio::time::timeout;
use url::Url;

use crate::door::Door;
use crate::line::Way;
use crate::refusal::Unanswered;
use crate::registry_access::{self, Realm, RealmError};
use crate::registry_login::{RegistryCredential, entra_token};
use crate::reply;
use crate::request::{self, Audience};
use crate::wire::CallError;

mod image;
mod inside;
mod reach;

pub use inside::{Inside, from_cluster};

use reach::millis;

/// The longest time of one look, with all its tries.
const LOOK: Duration = Duration::from_secs(15);
/// The work that the calls of a check are made for.
const WORK: Work = Work::SignIn(Side::B);
/// The reason why what is behind the challenge is not asked, where nobody signs in.
const NOBODY: &str = "nobody signs in";

/// A check of a registry, look by look.
pub struct RegistryCheck<'a> {
    /// The door to the registry's cloud.
    pub door: &'a Door,
    /// The registry, as commands name it.
    pub registry: &'a RegistryId,
    /// The root of its login server.
    pub server: &'a Url,
    /// The image that is looked at. `None` for one of the first repository that may be pulled.
    pub image: Option<&'a ImageRef>,
    /// The one who signs in.
    pub entry: &'a Entry,
    /// Told every look at once.
    pub tell: &'a dyn Fn(&Looked),
}

/// The one who signs in.
#[derive(Debug)]
pub enum Entry {
    /// Nobody: what is behind the challenge is not asked.
    Nobody,
    /// The operator of the registry's tenant, by Entra.
    Operator,
    /// A user of the registry's own, with the password.
    Password(String, Secret),
    /// Somebody whose sign-in failed before.
    Failed(Trouble),
}

/// The looks that were taken so far.
struct Looks<'a> {
    all: Vec<Looked>,
    tell: &'a dyn Fn(&Looked),
}

impl Looks<'_> {
    fn add(&mut self, looked: Looked) {
        (self.tell)(&looked);
        self.all.push(looked);
    }

    /// True where every look so far holds.
    fn holds(&self) -> bool {
        exit_code(&self.all) == 0
    }

    /// Adds looks that are not asked: since an earlier one does not hold, else for that reason.
    fn skip(&mut self, looks: &[Look], why: &str) {
        let broken = self.all.iter().find(|looked| looked.failure().is_some()).map(|looked| looked.look.name());
        let why = broken.map_or_else(|| why.to_owned(), |broken| format!("since {broken} does not hold"));
        looks.iter().for_each(|look| self.add(Looked::not_asked(*look, why.as_str())));
    }

    /// Asks a look within its time, unless an earlier one does not hold; gives what it finds, where it holds.
    async fn ask<T>(
        &mut self,
        look: Look,
        at_most: Duration,
        asked: impl Future<Output = Result<(String, T), Looked>>,
    ) -> Option<T> {
        if !self.holds() {
            self.skip(&[look], "");
            return None;
        }
        let begun = Instant::now();
        let (looked, found) = match timeout(at_most, asked).await {
            Ok(Ok((seen, found))) => (Looked::holds(look, seen), Some(found)),
            Ok(Err(looked)) => (looked, None),
            Err(_) => (refused(look, late(at_most)), None),
        };
        self.add(looked.within(millis(begun)));
        found
    }
}

impl RegistryCheck<'_> {
    /// Looks at everything in order, as far as it holds.
    pub async fn looks(&self) -> Vec<Looked> {
        let mut looks = Looks { all: Vec::new(), tell: self.tell };
        let way = self.door.wire().way(self.server);
        self.addresses(&mut looks, &way).await;
        self.line(&mut looks, &way).await;
        if looks.holds() {
            looks.add(judge_cloud(self.door.endpoints(), self.server));
        } else {
            looks.skip(&[Look::Cloud], "");
        }
        let realm = self.challenge(&mut looks).await;
        let credential = match &realm {
            Some(realm) => self.sign_in(&mut looks, realm).await,
            None => {
                looks.skip(&[Look::SignIn, Look::Exchange], NOBODY);
                None
            }
        };
        self.image(&mut looks, realm.as_ref().zip(credential.as_ref())).await;
        looks.all
    }

    /// Looks at name and addresses, by sockets of its own. Where a proxy asks the host, they are the proxy's matter.
    async fn addresses(&self, looks: &mut Looks<'_>, way: &Way) {
        if let Way::Through(proxy) = way {
            let seen = format!("the matter of the proxy {proxy}");
            return looks.skip(&[Look::Name, Look::Ipv4, Look::Ipv6], &seen);
        }
        let host = self.server.host_str().unwrap_or_default();
        let port = self.server.port_or_known_default().unwrap_or(443);
        let begun = Instant::now();
        let found = reach::resolve(host, port).await;
        let name = match (&found, way) {
            // The proxy that is left out may be the only way out.
            (Err(words), Way::LeftOut) => failed(Look::Name, NoConnection::LeftOutOfProxy, words),
            (found, _) => judge_name(host, found.as_deref().map_err(String::as_str)),
        };
        looks.add(name.within(millis(begun)));
        if looks.holds() {
            let reached = reach::connect(&found.unwrap_or_default(), port).await;
            judge_addresses(&reached).into_iter().for_each(|looked| looks.add(looked));
        } else {
            looks.skip(&[Look::Ipv4, Look::Ipv6], "");
        }
    }

    /// Looks at proxy and TLS: any answer to a request is enough, and nothing secret is in it.
    async fn line(&self, looks: &mut Looks<'_>, way: &Way) {
        if !looks.holds() {
            return looks.skip(&[Look::Proxy, Look::Tls], "");
        }
        let begun = Instant::now();
        let answer = timeout(LOOK, self.door.raw(&WORK, request::hello(self.server))).await;
        let took = millis(begun);
        // An answer that never came is no fault of the line: the looks behind tell of it.
        let refusal = answer.ok().and_then(Result::err).and_then(|error| error.refusal().ok());
        let broken = refusal.and_then(|refusal| Some((Look::of(NoConnection::of(&refusal)?), refusal)));
        let (proxy, tls) = match broken {
            Some((Look::Proxy, refusal)) => (Some(refusal), None),
            Some((Look::Tls, refusal)) => (None, Some(refusal)),
            _ => (None, None),
        };
        match (way, proxy) {
            (_, Some(refusal)) => looks.add(refused(Look::Proxy, CallError::Unreachable(refusal)).within(took)),
            (Way::Through(proxy), None) => {
                looks.add(Looked::holds(Look::Proxy, format!("{proxy} connects to it")).within(took));
            }
            (Way::LeftOut, None) => looks.skip(&[Look::Proxy], "NO_PROXY leaves this host out"),
            (Way::Direct, None) => {
                looks.skip(&[Look::Proxy], "none is used for this host: none is named, or it is this machine")
            }
        }
        match tls {
            Some(refusal) => looks.add(refused(Look::Tls, CallError::Unreachable(refusal)).within(took)),
            None if looks.holds() => {
                looks.add(Looked::holds(Look::Tls, "the certificate is for this name, and trusted").within(took));
            }
            None => looks.skip(&[Look::Tls], ""),
        }
    }

    /// Looks whether the registry's network rules let this machine in, and where its tokens come from. No secret is sent.
    async fn challenge(&self, looks: &mut Looks<'_>) -> Option<Realm> {
        if !looks.holds() {
            looks.skip(&[Look::Firewall, Look::Challenge], "");
            return None;
        }
        let begun = Instant::now();
        let asked = timeout(LOOK, registry_access::ask(self.door, &WORK, self.server.authority())).await;
        let took = millis(begun);
        let broken = match asked {
            Ok(Ok(realm)) => {
                looks.add(Looked::holds(Look::Firewall, "this machine is let in").within(took));
                let seen = format!("tokens come from {}", printable(realm.address.path(), 60));
                looks.add(Looked::holds(Look::Challenge, seen).within(took));
                return Some(realm);
            }
            Ok(Err(RealmError::Unusable(why))) => {
                let now = "Look whether the name is a registry's, and what stands between.";
                Looked::fails(Look::Challenge, Trouble::new("no challenge that can be used", why, now))
            }
            Ok(Err(RealmError::Call(CallError::Refused(refused)))) => judge_door(self.registry, refused.refusal),
            Ok(Err(RealmError::Call(error))) => refused(Look::Challenge, error),
            Err(_) => refused(Look::Challenge, late(LOOK)),
        };
        let at_the_door = broken.look == Look::Firewall;
        if !at_the_door {
            looks.skip(&[Look::Firewall], "the registry tells nothing of it");
        }
        looks.add(broken.within(took));
        if at_the_door {
            looks.skip(&[Look::Challenge], "");
        }
        None
    }

    /// Looks at the sign-in, at Entra and then at the registry.
    async fn sign_in(&self, looks: &mut Looks<'_>, realm: &Realm) -> Option<RegistryCredential> {
        match self.entry {
            Entry::Nobody => looks.skip(&[Look::SignIn, Look::Exchange], NOBODY),
            Entry::Failed(trouble) => {
                looks.add(judge_sign_in(trouble.clone()));
                looks.skip(&[Look::Exchange], "");
            }
            Entry::Password(user, secret) => {
                looks.skip(&[Look::SignIn], "the registry itself checks the password");
                let credential = RegistryCredential::Password(user.clone(), secret.clone());
                return looks.ask(Look::Exchange, LOOK, self.password(realm, credential)).await;
            }
            Entry::Operator => {
                // A person may be asked meanwhile.
                let person = self.door.wire().pace().person;
                let token = looks.ask(Look::SignIn, person, self.entra()).await;
                return looks.ask(Look::Exchange, LOOK, self.exchange(realm, token)).await;
            }
        }
        None
    }

    async fn entra(&self) -> Result<(String, (Audience, Secret)), Looked> {
        let (audience, token) = entra_token(self.door).await.map_err(judge_sign_in)?;
        let account = reply::account_of(&token).map_or_else(|| "a token".to_owned(), |account| account.to_string());
        let by = if audience == Audience::Registry { "" } else { ", by a token for Resource Manager" };
        Ok((format!("{}{by}", printable(&account, 100)), (audience, token)))
    }

    /// Has the registry check a name and its password: a token for nothing in particular.
    async fn password(
        &self,
        realm: &Realm,
        credential: RegistryCredential,
    ) -> Result<(String, RegistryCredential), Looked> {
        let user = printable(credential.pair().0, 100);
        match realm.token_by(self.door, &WORK, &[], &credential).await {
            Ok(_) => Ok((format!("{user} and its password are taken"), credential)),
            Err(CallError::Refused(refused)) if refused.refusal.status == Some(401) => {
                let (why, now) = Who::Token.refused();
                let trouble = Trouble::from_refusal(format!("{user} is refused"), refused.refusal).because(why, now);
                Err(Looked::fails(Look::Exchange, trouble))
            }
            Err(error) => Err(refused(Look::Exchange, error)),
        }
    }

    async fn exchange(
        &self,
        realm: &Realm,
        token: Option<(Audience, Secret)>,
    ) -> Result<(String, RegistryCredential), Looked> {
        // Asked only where there is one.
        let Some(token) = token else { return Err(Looked::not_asked(Look::Exchange, NOBODY)) };
        let tenant = reply::tenant_of(&token.1).map(|tenant| tenant.to_string()).unwrap_or_default();
        let of_registry = token.0 == Audience::Registry;
        let taken = realm.exchange_for(self.door, &WORK, token).await.map_err(|error| match error {
            CallError::Refused(refused) => judge_exchange(self.registry, &tenant, of_registry, refused.refusal),
            error => refused(Look::Exchange, error),
        })?;
        let seen = format!("taken, of tenant {tenant}, until {} UTC", taken.expires.strftime("%R"));
        Ok((seen, RegistryCredential::Refresh(taken.refresh)))
    }
}

/// Returns a look whose call was refused, or not answered.
fn refused(look: Look, error: CallError) -> Looked {
    let seen = match &error {
        CallError::Refused(refused) => format!("refused with {}", refused.refusal.code),
        CallError::Unreachable(refusal) | CallError::Lost(refusal) => refusal.message.clone(),
        CallError::SignIn(_) => "no token".to_owned(),
        CallError::Journal(_) | CallError::Stopped => "not asked".to_owned(),
    };
    let trouble = error.trouble(seen);
    // Where no service answered, the words are what was seen.
    let refusal = trouble.refusal.filter(|refusal| refusal.status.is_some());
    Looked::fails(look, Trouble { refusal, ..trouble })
}

/// Returns the error of what takes too long.
fn late(at_most: Duration) -> CallError {
    CallError::Unreachable(Unanswered::NoAnswer.because(&format!("no answer within {} s", at_most.as_secs())))
}
