//! The memberships of a service principal, and its rights at other applications.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    call::{Call, Key},
    principal::{self, missing},
    readers,
    refusals::denied,
    shapes,
};
use crate::{
    errors::Answer,
    world::{Directory, Group, ServicePrincipal},
};

/// App roles that Graph's document "List servicePrincipal transitive memberOf" names. Unlike that of `memberOf` it does not
/// name `Application.ReadWrite.OwnedBy`.
const READ_TRANSITIVE: &[&str] =
    &["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];

/// Answers `memberOf`: the groups that it is itself a member of (Graph's document "List servicePrincipal memberOf").
pub fn member_of(call: &Call, key: Key) -> Answer {
    call.require(readers::APPLICATIONS)?;
    list_groups(call, key, |directory, id| directory.groups_with(id).collect())
}

/// Answers `transitiveMemberOf`: these, and the groups that they are in.
pub fn transitive_member_of(call: &Call, key: Key) -> Answer {
    call.require(READ_TRANSITIVE)?;
    list_groups(call, key, Directory::groups_around)
}

fn list_groups(call: &Call, key: Key, of: impl Fn(&Directory, Uuid) -> Vec<&Group>) -> Answer {
    let world = call.cloud.world();
    let directory = world.directory(call.caller.tenant).ok_or_else(denied)?;
    let principal = principal::find(call, directory, key).ok_or_else(|| missing(key))?;
    let details = call.has(readers::GROUPS);
    let shown = of(directory, principal.id).into_iter().map(|group| shapes::group(group, details));
    let list = shown.filter(|object| call.query.filter.lets_through(object)).collect();
    call.list("directoryObjects", list)
}

/// Answers `appRoleAssignments`: its app roles, which here are all on Graph (Graph's document "List appRoleAssignments
/// granted to a service principal").
pub fn app_role_assignments(call: &Call, key: Key) -> Answer {
    call.require(readers::APPLICATIONS)?;
    let world = call.cloud.world();
    let directory = world.directory(call.caller.tenant).ok_or_else(denied)?;
    let principal = principal::find(call, directory, key).ok_or_else(|| missing(key))?;
    let list = principal.graph_roles.iter().map(|role| app_role_assignment(directory, principal, role)).collect();
    call.list(&format!("servicePrincipals('{}')/appRoleAssignments", principal.id), list)
}

fn app_role_assignment(directory: &Directory, principal: &ServicePrincipal, role: &str) -> Value {
    json!({
        "id": Uuid::new_v5(&principal.id, role.as_bytes()).simple().to_string(),
        "deletedDateTime": null,
        "appRoleId": app_role_id(role),
        "createdDateTime": shapes::date(principal.created),
        "principalDisplayName": principal.display_name,
        "principalId": principal.id,
        "principalType": "ServicePrincipal",
        "resourceDisplayName": "Microsoft Graph",
        "resourceId": Uuid::new_v5(&directory.id, b"Microsoft Graph"),
    })
}

/// Ids of Graph's app roles (Graph's document "Microsoft Graph permissions reference").
const APP_ROLES: &[(&str, Uuid)] = &[
    ("Application.Read.All", uuid::uuid!("9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30")),
    ("Application.ReadWrite.All", uuid::uuid!("1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9")),
    ("Application.ReadWrite.OwnedBy", uuid::uuid!("18a4783c-866b-4cc7-a460-3d5e5662c884")),
    ("Directory.Read.All", uuid::uuid!("7ab1d382-f21e-4acd-a863-ba3e13f7da61")),
    ("Directory.ReadWrite.All", uuid::uuid!("19dbc75e-c2e2-444c-a770-ec69d8559fc7")),
    ("Group.Read.All", uuid::uuid!("5b567255-7703-4780-807c-7be8301ae99b")),
    ("GroupMember.Read.All", uuid::uuid!("98830695-27a2-44f7-8c18-0c3ebc9698f6")),
    ("GroupMember.ReadWrite.All", uuid::uuid!("dbaae8cf-10b5-4b86-a4a1-f871c94c6695")),
    ("Organization.Read.All", uuid::uuid!("498476ce-e0fe-48b0-b801-37ba7e2685c6")),
    ("User.Read.All", uuid::uuid!("df021288-bdef-4463-88db-98f22de89214")),
];

/// Returns the id of an app role; one that is made up where it is not known here.
fn app_role_id(role: &str) -> Uuid {
    let known = APP_ROLES.iter().find(|(name, _)| *name == role);
    known.map_or_else(|| Uuid::new_v5(&Uuid::NAMESPACE_URL, role.as_bytes()), |(_, id)| *id)
}
