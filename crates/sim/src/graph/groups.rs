//! `/groups`: read, and their members changed.

use http::Method;
use uuid::Uuid;

use super::{
    call::Call,
    members, memberships, objects, readers,
    refusals::{denied, no_method, no_segment, not_found},
    shapes,
};
use crate::errors::Answer;

/// Answers a call on groups.
pub fn answer(call: &Call, method: &Method, rest: &[&str]) -> Answer {
    let [id, rest @ ..] = rest else {
        return if method == Method::GET { list(call) } else { Err(no_method()) };
    };
    let group = Uuid::parse_str(id).map_err(|_| not_found(id))?;
    match (rest, method) {
        (["members", rest @ ..], _) => members::answer(call, method, group, rest),
        (["getMemberGroups"], &Method::POST) => memberships::ids(call, group),
        ([], &Method::GET) => {
            call.require(readers::GROUPS)?;
            let world = call.cloud.world();
            let found = world.directory(call.caller.tenant).ok_or_else(denied)?.group(group);
            Ok(call.found("groups", shapes::group(found.ok_or_else(|| not_found(id))?, true)))
        }
        (["owners"], &Method::GET) => {
            call.require(readers::GROUPS)?;
            let owners = {
                let world = call.cloud.world();
                let found = world.directory(call.caller.tenant).ok_or_else(denied)?.group(group);
                found.ok_or_else(|| not_found(id))?.owners.clone()
            };
            call.list("directoryObjects", objects::objects(call, &owners))
        }
        (["transitiveMembers"], &Method::GET) => {
            call.require(readers::GROUPS)?;
            let within = {
                let world = call.cloud.world();
                let directory = world.directory(call.caller.tenant).ok_or_else(denied)?;
                directory.group(group).ok_or_else(|| not_found(id))?;
                directory.members_within(group)
            };
            call.list("directoryObjects", objects::objects(call, &within))
        }
        (["memberOf"], &Method::GET) => memberships::list(call, group, false),
        (["transitiveMemberOf"], &Method::GET) => memberships::list(call, group, true),
        ([] | ["owners" | "memberOf" | "transitiveMemberOf" | "transitiveMembers" | "getMemberGroups"], _) => {
            Err(no_method())
        }
        ([.., last], _) => Err(no_segment(last)),
    }
}

fn list(call: &Call) -> Answer {
    call.require(readers::GROUPS)?;
    let world = call.cloud.world();
    let directory = world.directory(call.caller.tenant).ok_or_else(denied)?;
    let shown = directory.groups.iter().map(|group| shapes::group(group, true));
    let list = shown.filter(|object| call.query.filter.lets_through(object)).collect();
    call.list("groups", list)
}
