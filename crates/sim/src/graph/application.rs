//! One application: how it is found and changed.

use super::{
    call::{Call, Key},
    refusals::{denied, not_found},
};
use crate::{
    delegated::OWNER,
    errors::Refusal,
    world::{Application, Directory},
};

/// The permissions to change every application.
pub const WRITE: &[&str] = &["Application.ReadWrite.All", "Directory.ReadWrite.All"];
/// The permissions to make applications and to change one's own.
pub const WRITE_OWNED: &str = "Application.ReadWrite.OwnedBy";

/// Returns the application of a key in its tenant, where Graph's reads see it already.
pub fn find<'d>(call: &Call, directory: &'d Directory, key: Key) -> Option<&'d Application> {
    directory.applications.iter().find(|application| is(application, key) && seen(call, application))
}

fn is(application: &Application, key: Key) -> bool {
    match key {
        Key::Id(id) => application.id == id,
        Key::AppId(app_id) => application.app_id == app_id,
    }
}

/// True where Graph's reads see an application already.
pub fn seen(call: &Call, application: &Application) -> bool {
    application.written.after(call.cloud.times.application_replication).reached(call.cloud.clock.now())
}

/// Returns Graph's refusal for an application that is not there.
pub fn missing(key: Key) -> Refusal {
    match key {
        Key::Id(id) | Key::AppId(id) => not_found(&id.to_string()),
    }
}

/// Changes an application that the caller may change.
pub fn change<T>(
    call: &Call,
    key: Key,
    act: impl FnOnce(&mut Application) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let mut world = call.cloud.world();
    let directory = world.directory_mut(call.caller.tenant).ok_or_else(|| missing(key))?;
    let application =
        directory.applications.iter_mut().find(|application| is(application, key) && seen(call, application));
    let owned = application.as_ref().is_some_and(|application| application.owners.contains(&call.caller.object_id));
    let may = call.has(WRITE)
        || (call.has(&[WRITE_OWNED]) && (owned || application.is_none()))
        || (call.has(&[OWNER]) && owned);
    if !may {
        return Err(denied());
    }
    act(application.ok_or_else(|| missing(key))?)
}
