//! `/me` and `/users`, read only (Graph's documents "Get a user", "List users", "List a user's direct memberships").

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    call::Call,
    readers,
    refusals::{denied, no_segment, not_found},
    shapes,
};
use crate::{
    errors::{self, Answer, Refusal},
    world::{Directory, User, role_template},
};

/// Answers a read of the user who has signed in.
pub fn me(call: &Call, rest: &[&str]) -> Answer {
    if call.caller.person.is_none() {
        let message = "/me request is only valid with delegated authentication flow.";
        return Err(errors::graph(StatusCode::BAD_REQUEST, "BadRequest", message));
    }
    one(call, call.caller.object_id, rest)
}

/// Answers a read of users.
pub fn answer(call: &Call, rest: &[&str]) -> Answer {
    let [name, rest @ ..] = rest else {
        call.require(readers::USERS)?;
        let world = call.cloud.world();
        let directory = world.directory(call.caller.tenant).ok_or_else(denied)?;
        let shown = directory.users.iter().map(|user| shape(call, directory, user));
        let list = shown.filter(|object| call.query.filter.lets_through(object)).collect();
        return call.list("users", list);
    };
    let id = id(call, name)?;
    if id != Some(call.caller.object_id) {
        call.require(readers::USERS)?;
    }
    one(call, id.ok_or_else(|| not_found(name))?, rest)
}

/// Returns the object id of a user who is named by it or by the user principal name.
pub fn id(call: &Call, name: &str) -> Result<Option<Uuid>, Refusal> {
    let world = call.cloud.world();
    let directory = world.directory(call.caller.tenant).ok_or_else(denied)?;
    let named = |user: &&User| {
        user.id.to_string().eq_ignore_ascii_case(name) || user.user_principal_name.eq_ignore_ascii_case(name)
    };
    Ok(directory.users.iter().find(named).map(|user| user.id))
}

fn one(call: &Call, id: Uuid, rest: &[&str]) -> Answer {
    let world = call.cloud.world();
    let directory = world.directory(call.caller.tenant).ok_or_else(denied)?;
    let user = directory.user(id).ok_or_else(|| not_found(&id.to_string()))?;
    match rest {
        [] => Ok(call.found("users", shape(call, directory, user))),
        ["memberOf"] => {
            let list = directory.groups_with(user.id).map(|group| shapes::group(group, call.has(readers::GROUPS)));
            call.list("directoryObjects", list.chain(roles(user)).collect())
        }
        ["transitiveMemberOf"] => {
            let around = directory.groups_around(user.id).into_iter();
            let list = around.map(|group| shapes::group(group, call.has(readers::GROUPS)));
            call.list("directoryObjects", list.chain(roles(user)).collect())
        }
        [.., last] => Err(no_segment(last)),
    }
}

/// Returns the user with its default properties, or with all of them where some are selected.
fn shape(call: &Call, directory: &Directory, user: &User) -> Value {
    if call.query.selects() { shapes::whole_user(directory, user) } else { shapes::user(user) }
}

/// Returns the directory roles of a user, as members of which it is listed.
fn roles(user: &User) -> impl Iterator<Item = Value> {
    user.directory_roles.iter().map(|name| {
        let template = role_template(name);
        json!({
            "@odata.type": "#microsoft.graph.directoryRole",
            "id": template.map(|template| Uuid::new_v5(&user.home, template.as_bytes())),
            "deletedDateTime": null,
            "description": null,
            "displayName": name,
            "roleTemplateId": template,
        })
    })
}
