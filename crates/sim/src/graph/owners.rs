//! Owners of applications and of service principals (Graph's documents "List owners", "Add owner" and "Remove owner" of both).

use http::Method;
use uuid::Uuid;

use super::{
    application,
    call::{Call, Key, id_of, no_content},
    objects, principal, readers,
    refusals::{bad_request, denied, no_method, no_segment, not_found},
};
use crate::{
    errors::{Answer, Refusal},
    world::Directory,
};

const WRITE: &[&str] = &["Application.ReadWrite.All", "Directory.ReadWrite.All"];
/// The permission that a program needs beside [`WRITE`] to name somebody else.
const READ_DIRECTORY: &[&str] = &["Directory.Read.All", "Directory.ReadWrite.All"];

/// The kind of object that has owners.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Owned {
    /// An application.
    Application,
    /// A service principal.
    Principal,
}

/// Answers a call on the owners of an object; `rest` is what follows `owners` in the path.
pub fn answer(call: &Call, method: &Method, owned: Owned, key: Key, rest: &[&str]) -> Answer {
    match (rest, method) {
        ([], &Method::GET) => list(call, owned, key),
        (["$ref"], &Method::POST) => add(call, owned, key),
        ([id, "$ref"], &Method::DELETE) => remove(call, owned, key, id),
        ([] | ["$ref"] | [_, "$ref"], _) => Err(no_method()),
        _ => Err(no_segment(rest.last().copied().unwrap_or_default())),
    }
}

fn list(call: &Call, owned: Owned, key: Key) -> Answer {
    call.require(readers::APPLICATIONS)?;
    let owners = {
        let world = call.cloud.world();
        let directory = world.directory(call.caller.tenant).ok_or_else(denied)?;
        match owned {
            Owned::Application => application::find(call, directory, key).map(|found| found.owners.clone()),
            Owned::Principal => principal::find(call, directory, key).map(|found| found.owners.clone()),
        }
        .ok_or_else(|| principal::missing(key))?
    };
    call.list("directoryObjects", objects::objects(call, &owners))
}

fn add(call: &Call, owned: Owned, key: Key) -> Answer {
    let program = call.caller.person.is_none();
    if program && !(call.has(WRITE) && call.has(READ_DIRECTORY)) {
        // `Application.ReadWrite.OwnedBy` "isn't sufficient to add another owner".
        return Err(denied());
    }
    let owner = named(call)?;
    change(call, owned, key, |owners| {
        if owners.contains(&owner) {
            let message =
                "One or more added object references already exist for the following modified properties: 'owners'.";
            return Err(bad_request(message));
        }
        owners.push(owner);
        Ok(())
    })?;
    Ok(no_content())
}

fn remove(call: &Call, owned: Owned, key: Key, id: &str) -> Answer {
    let owner = Uuid::parse_str(id).map_err(|_| not_found(id))?;
    change(call, owned, key, |owners| {
        let before = owners.len();
        owners.retain(|held| *held != owner);
        if owners.len() == before { Err(not_found(id)) } else { Ok(()) }
    })?;
    Ok(no_content())
}

fn change(
    call: &Call,
    owned: Owned,
    key: Key,
    act: impl FnOnce(&mut Vec<Uuid>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    match owned {
        Owned::Application => application::change(call, key, |application| act(&mut application.owners)),
        Owned::Principal => principal::change(call, key, |principal| act(&mut principal.owners)),
    }
}

/// Returns the user or service principal that the body refers to by its address.
fn named(call: &Call) -> Result<Uuid, Refusal> {
    let body = call.object()?;
    let address = body.get("@odata.id").and_then(|address| address.as_str()).filter(|_| body.len() == 1);
    let wrong = || bad_request("Invalid object identifier in the '@odata.id' of the request payload.");
    let last = address.and_then(|address| address.rsplit('/').next()).ok_or_else(wrong)?;
    let Key::Id(id) = id_of(last)? else { return Err(wrong()) };
    let world = call.cloud.world();
    let owns = |directory: &Directory| directory.user(id).is_some() || directory.principal(id).is_some();
    if world.directory(call.caller.tenant).is_some_and(owns) { Ok(id) } else { Err(not_found(last)) }
}
