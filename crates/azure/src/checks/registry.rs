//! The check of a registry: is it there, and does it answer from here?

use crosspull_core::check::{Check, Finding, Reach, RegistryFacts, RoleMode, judge_registry, judge_registry_of_others};
use crosspull_core::event::Work;
use crosspull_core::explain::{Firewall, Meaning, NoConnection, Refusal};
use crosspull_core::ids::RegistryId;
use crosspull_core::text::{lower_first, printable};

use super::reads::Reads;
use super::{CheckStopped, call_stop};
use crate::door::Door;
use crate::registry_access::{self, Realm, RealmError};
use crate::reply::Registry;
use crate::request;

/// A registry, and the issuer of its tokens where the registry answers.
type ReadRegistry = (RegistryFacts, Option<Realm>);

/// Returns the registry, where the check of it does not stop.
pub(super) async fn usable<'r>(reads: &'r Reads<'_>, id: &RegistryId) -> Result<&'r ReadRegistry, CheckStopped> {
    let judged = async {
        let check = Check::Registry(id.clone());
        match id.server() {
            Some(server) => reads.ask(check, of_others(reads.door, id, server)).await,
            None => reads.ask(check, read(reads.door, id)).await,
        }
    };
    reads.registry(id)?.usable.get_or_init(|| judged).await.as_ref().map_err(|said| *said)
}

async fn read(door: &Door, id: &RegistryId) -> Result<(ReadRegistry, Finding), Finding> {
    let check = Check::Registry(id.clone());
    let work = Work::Check(check.clone());
    let read: Result<Registry, _> = door.json(&work, request::registry(door.endpoints(), id)).await;
    let properties =
        read.map_err(|e| call_stop(check.clone(), &format!("{} cannot be read", id.name()), e))?.properties;
    let Some(login_server) = properties.login_server else {
        let text = format!("{} has no login server yet", id.name());
        return Err(check.stop(text, "Wait until it is made, then run again."));
    };
    let abac = properties.role_assignment_mode.is_some_and(|m| m.eq_ignore_ascii_case("AbacRepositoryPermissions"));
    let closed = properties.public_network_access.is_some_and(|access| access.eq_ignore_ascii_case("Disabled"));
    let mut reached = reach(door, &check, &login_server).await?;
    if let Reach::Firewalled(firewall) = &mut reached.reach {
        firewall.is_closed = closed;
    }
    let mode = if abac { RoleMode::Repositories } else { RoleMode::Registry };
    let login_server = printable(&login_server, 200);
    let facts = RegistryFacts { id: id.clone(), login_server, mode, reach: reached.reach };
    let finding = Finding { refusal: reached.refusal, ..judge_registry(&facts) };
    Ok(((facts, reached.realm), finding))
}

/// Reads a registry that nobody signs in for. Whether it answers is all that can be seen.
async fn of_others(door: &Door, id: &RegistryId, server: &str) -> Result<(ReadRegistry, Finding), Finding> {
    let reached = reach(door, &Check::Registry(id.clone()), server).await?;
    let (login_server, mode) = (server.to_owned(), RoleMode::Registry);
    let facts = RegistryFacts { id: id.clone(), login_server, mode, reach: reached.reach };
    let finding = Finding { refusal: reached.refusal, ..judge_registry_of_others(&facts) };
    Ok(((facts, None), finding))
}

/// How far a registry was reached from here.
struct Reached {
    reach: Reach,
    /// The issuer of its tokens, where the registry answers.
    realm: Option<Realm>,
    /// The answer in place of the issuer, or the words for one that did not come.
    refusal: Option<Refusal>,
}

/// Asks whether a registry answers from here, and which issuer its tokens come from.
async fn reach(door: &Door, check: &Check, login_server: &str) -> Result<Reached, Finding> {
    let work = Work::Check(check.clone());
    let (reach, refusal) = match registry_access::ask(door, &work, login_server).await {
        Ok(realm) => return Ok(Reached { reach: Reach::Open, realm: Some(realm), refusal: None }),
        Err(RealmError::Call(error)) => match error.refusal() {
            Ok(refusal) => (unreached(login_server, &refusal), Some(refusal)),
            Err(_) => (silent("it was not asked", ""), None),
        },
        // To go on would be to make everything, and to stop at the proof.
        Err(RealmError::Unusable(why)) => {
            let now = "Look at the registry, and at what is between it and here, then try again.";
            return Err(check.clone().stop(why, now));
        }
    };
    Ok(Reached { reach, realm: None, refusal })
}

fn silent(why: impl Into<String>, now: &str) -> Reach {
    Reach::Silent { why: why.into(), now: now.to_owned() }
}

/// Returns the reach of a registry that gave no issuer. A cause that another machine would meet too has a cure of its
/// own.
fn unreached(host: &str, refusal: &Refusal) -> Reach {
    if let Some(firewall) = Firewall::of(refusal) {
        return Reach::Firewalled(firewall);
    }
    match (NoConnection::of(refusal), Meaning::of(refusal)) {
        (Some(cause), _) if !cause.may_pass() => silent(lower_first(cause.means().trim_end_matches('.')), cause.now()),
        (None, Some(meaning)) => silent(lower_first(meaning.means), meaning.now),
        _ if refusal.status.is_some() => silent(refusal.to_string(), ""),
        // The sentence begins with the host.
        _ => {
            let rest = refusal.message.strip_prefix(host).and_then(|rest| rest.split_once(": "));
            silent(rest.map_or(refusal.message.as_str(), |(_, detail)| detail), "")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::not_connected;

    #[test]
    fn a_registry_that_is_not_reached_is_told_without_its_name_once_more() {
        let why = |cause, words: &str| match unreached("r.azurecr.io", &not_connected(cause, words)) {
            Reach::Silent { why, .. } => why,
            other => format!("{other:?}"),
        };
        assert_eq!(why(NoConnection::NameNotFound, "r.azurecr.io: failed to look up"), "failed to look up");
        assert_eq!(why(NoConnection::ProxyUnreached, "r.azurecr.io through the proxy http://p:1/: refused"), "refused");
        assert_eq!(
            why(NoConnection::ProxyForbids, "r.azurecr.io: 403"),
            "the proxy does not let the connection through"
        );
    }
}
