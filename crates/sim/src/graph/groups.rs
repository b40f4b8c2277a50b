//! `/groups`, read only.

use uuid::Uuid;

use super::{
    call::Call,
    objects, readers,
    refusals::{denied, no_segment, not_found},
    shapes,
};
use crate::errors::Answer;

/// Answers a read of groups.
pub fn answer(call: &Call, rest: &[&str]) -> Answer {
    call.require(readers::GROUPS)?;
    let one = |id: &str| Uuid::parse_str(id).map_err(|_| not_found(id));
    match rest {
        [] => {
            let world = call.cloud.world();
            let directory = world.directory(call.caller.tenant).ok_or_else(denied)?;
            let shown = directory.groups.iter().map(|group| shapes::group(group, true));
            let list = shown.filter(|object| call.query.filter.lets_through(object)).collect();
            call.list("groups", list)
        }
        [id] => {
            let world = call.cloud.world();
            let group = world.directory(call.caller.tenant).ok_or_else(denied)?.group(one(id)?);
            Ok(call.found("groups", shapes::group(group.ok_or_else(|| not_found(id))?, true)))
        }
        [id, "members"] => {
            let members = {
                let world = call.cloud.world();
                let group = world.directory(call.caller.tenant).ok_or_else(denied)?.group(one(id)?);
                group.ok_or_else(|| not_found(id))?.members.clone()
            };
            call.list("directoryObjects", objects::objects(call, &members))
        }
        [.., last] => Err(no_segment(last)),
    }
}
