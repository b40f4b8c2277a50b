//! Members of groups (Graph's documents "List group members", "Add members" and "Remove member").

use http::Method;
use uuid::Uuid;

use super::{
    call::{Call, Key, id_of, no_content},
    objects, readers,
    refusals::{bad_request, denied, no_method, no_segment, not_found, on_premises},
};
use crate::{
    delegated::GROUP_OWNER,
    errors::{Answer, Refusal},
    world::{Directory, Group, Keeper},
};

/// Permissions to change the members of every group. Which further one a kind of member needs, the versions of the page
/// do not agree on, so none is asked for.
const WRITE: &[&str] = &["GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"];

/// Answers a call on the members of a group; `rest` is what follows `members` in the path.
pub fn answer(call: &Call, method: &Method, group: Uuid, rest: &[&str]) -> Answer {
    match (rest, method) {
        ([], &Method::GET) => list(call, group),
        (["$ref"], &Method::POST) => add(call, group),
        ([id, "$ref"], &Method::DELETE) => remove(call, group, id),
        ([] | ["$ref"] | [_, "$ref"], _) => Err(no_method()),
        _ => Err(no_segment(rest.last().copied().unwrap_or_default())),
    }
}

fn list(call: &Call, group: Uuid) -> Answer {
    call.require(readers::GROUPS)?;
    let members = {
        let world = call.cloud.world();
        let found = world.directory(call.caller.tenant).ok_or_else(denied)?.group(group);
        found.ok_or_else(|| not_found(&group.to_string()))?.members.clone()
    };
    call.list("directoryObjects", objects::objects(call, &members))
}

fn add(call: &Call, group: Uuid) -> Answer {
    let member = named(call)?;
    change(call, group, |directory, group| {
        let is_there = directory.user(member).is_some()
            || directory.principal(member).is_some()
            || directory.group(member).is_some_and(|found| found.id != group);
        if !is_there {
            return Err(not_found(&member.to_string()));
        }
        let members = members_of(directory, group)?;
        if members.contains(&member) {
            let message =
                "One or more added object references already exist for the following modified properties: 'members'.";
            return Err(bad_request(message));
        }
        members.push(member);
        Ok(())
    })
}

fn remove(call: &Call, group: Uuid, id: &str) -> Answer {
    let member = Uuid::parse_str(id).map_err(|_| not_found(id))?;
    change(call, group, |directory, group| {
        let members = members_of(directory, group)?;
        let before = members.len();
        members.retain(|held| *held != member);
        if members.len() == before { Err(not_found(id)) } else { Ok(()) }
    })
}

fn members_of(directory: &mut Directory, group: Uuid) -> Result<&mut Vec<Uuid>, Refusal> {
    let found = directory.groups.iter_mut().find(|found| found.id == group);
    found.map(|found| &mut found.members).ok_or_else(|| not_found(&group.to_string()))
}

/// Changes a group, if the caller may: by a permission for all of them, or as an owner of this one.
fn change(call: &Call, group: Uuid, act: impl FnOnce(&mut Directory, Uuid) -> Result<(), Refusal>) -> Answer {
    let mut world = call.cloud.world();
    let directory = world.directory_mut(call.caller.tenant).ok_or_else(denied)?;
    let owns = |found: &Group| call.has(&[GROUP_OWNER]) && found.owners.contains(&call.caller.object_id);
    if !call.has(WRITE) && !directory.group(group).is_some_and(owns) {
        return Err(denied());
    }
    match directory.group(group).map(|found| &found.keeper) {
        // So people report it (KelvinTegelaar/CIPP, issue 468); Graph's page "Add members" documents no error of its own.
        Some(Keeper::Rule(_)) => return Err(denied()),
        Some(Keeper::OnPremises) => return Err(on_premises()),
        Some(Keeper::People) | None => {}
    }
    act(directory, group)?;
    Ok(no_content())
}

/// Returns the object that the body refers to by its address.
fn named(call: &Call) -> Result<Uuid, Refusal> {
    let body = call.object()?;
    let address = body.get("@odata.id").and_then(|address| address.as_str()).filter(|_| body.len() == 1);
    let wrong = || bad_request("Invalid object identifier in the '@odata.id' of the request payload.");
    match id_of(address.and_then(|address| address.rsplit('/').next()).ok_or_else(wrong)?)? {
        Key::Id(id) => Ok(id),
        Key::AppId(_) => Err(wrong()),
    }
}
