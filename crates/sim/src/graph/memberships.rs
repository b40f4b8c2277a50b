//! The groups that an object is in (Graph's documents "List group memberOf", "List group transitive memberOf" and
//! "directoryObject: getMemberGroups").

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    call::{Call, odata},
    readers,
    refusals::{bad_request, denied, not_found},
    shapes,
};
use crate::{
    errors::{Answer, Refusal},
    world::{Directory, Group},
};

/// Permissions that read the groups of others by `getMemberGroups`.
const READ: &[&str] = &[
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

/// Answers with the groups that a group is in, itself or by another one.
pub fn list(call: &Call, id: Uuid, transitive: bool) -> Answer {
    call.require(readers::GROUPS)?;
    let world = call.cloud.world();
    let directory = world.directory(call.caller.tenant).ok_or_else(denied)?;
    directory.group(id).ok_or_else(|| not_found(&id.to_string()))?;
    let around: Vec<&Group> =
        if transitive { directory.groups_around(id) } else { directory.groups_with(id).collect() };
    call.list("directoryObjects", around.into_iter().map(|group| shapes::group(group, true)).collect())
}

/// Answers `getMemberGroups`: the ids of all groups around an object. Everybody may ask about himself.
pub fn ids(call: &Call, id: Uuid) -> Answer {
    if id != call.caller.object_id {
        call.require(READ)?;
    }
    let body = call.object()?;
    if !body.get("securityEnabledOnly").is_some_and(Value::is_boolean) {
        return Err(bad_request("A value is required for parameter 'securityEnabledOnly'."));
    }
    let world = call.cloud.world();
    let directory = world.directory(call.caller.tenant).ok_or_else(denied)?;
    known(directory, id)?;
    let ids: Vec<Uuid> = directory.groups_around(id).iter().map(|group| group.id).collect();
    Ok(odata(StatusCode::OK, call.context("Collection(Edm.String)"), json!({ "value": ids })))
}

fn known(directory: &Directory, id: Uuid) -> Result<(), Refusal> {
    let is_there = directory.user(id).is_some() || directory.principal(id).is_some() || directory.group(id).is_some();
    if is_there { Ok(()) } else { Err(not_found(&id.to_string())) }
}
