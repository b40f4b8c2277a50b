//! One service principal: how it is found, shown and changed.

use serde_json::Value;
use uuid::Uuid;

use super::{
    call::{Call, Key},
    refusals::{denied, not_found},
    shapes,
};
use crate::{
    delegated::OWNER,
    errors::Refusal,
    world::{Directory, ServicePrincipal, World},
};

/// The permissions to change every service principal.
pub const WRITE: &[&str] = &["Application.ReadWrite.All", "Directory.ReadWrite.All"];
/// The permission of an application's owner to change its service principal.
pub const OWNED: &[&str] = &["Application.ReadWrite.OwnedBy", OWNER];

/// Returns the service principal of a key, where Graph's reads see it already.
pub fn find<'d>(call: &Call, directory: &'d Directory, key: Key) -> Option<&'d ServicePrincipal> {
    directory.service_principals.iter().find(|principal| is(principal, key) && seen(call, principal))
}

fn is(principal: &ServicePrincipal, key: Key) -> bool {
    match key {
        Key::Id(id) => principal.id == id,
        Key::AppId(app_id) => principal.app_id == app_id,
    }
}

/// True where Graph's reads see a service principal already.
pub fn seen(call: &Call, principal: &ServicePrincipal) -> bool {
    principal.written.after(call.cloud.times.application_replication).reached(call.cloud.clock.now())
}

/// Returns the service principal as Graph shows it. In the application's own tenant its tags are among the service
/// principal's (Graph's document of `application`: "Strings added here will also appear in the tags property of any
/// associated service principals").
pub fn shape(world: &World, principal: &ServicePrincipal) -> Value {
    let Some((home, application)) = world.application(principal.app_id) else {
        return shapes::principal(principal, &[], &[]);
    };
    let tags = application.extra.get("tags").filter(|_| home.principal(principal.id).is_some());
    let tags = tags.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    shapes::principal(principal, &application.redirect_uris, tags)
}

/// Returns Graph's refusal for a service principal that is not there.
pub fn missing(key: Key) -> Refusal {
    match key {
        Key::Id(id) | Key::AppId(id) => not_found(&id.to_string()),
    }
}

/// Changes a service principal that the caller may change.
pub fn change<T>(
    call: &Call,
    key: Key,
    act: impl FnOnce(&mut ServicePrincipal) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let mut world = call.cloud.world();
    may_change(call, &world, key)?;
    let directory = world.directory_mut(call.caller.tenant).ok_or_else(|| missing(key))?;
    let found = directory.service_principals.iter_mut().find(|principal| is(principal, key));
    act(found.ok_or_else(|| missing(key))?)
}

/// Lets a caller change or delete a service principal who may do so with every one, or owns it or its application, which is
/// of the caller's tenant.
pub fn may_change(call: &Call, world: &World, key: Key) -> Result<Uuid, Refusal> {
    let tenant = call.caller.tenant;
    let found = world.directory(tenant).and_then(|directory| find(call, directory, key)).ok_or_else(|| missing(key))?;
    let owner = call.caller.object_id;
    let owned = found.owners.contains(&owner)
        || world
            .application(found.app_id)
            .is_some_and(|(home, application)| home.id == tenant && application.owners.contains(&owner));
    if call.has(WRITE) || (call.has(OWNED) && owned) { Ok(found.id) } else { Err(denied()) }
}
