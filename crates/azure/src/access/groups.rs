//! The groups that a principal is in, also by way of others.

use crosspull_core::access::{MemberOf, Part, Principal, PrincipalKind};
use crosspull_core::event::Work;
use crosspull_core::text::printable;

use super::unread::unread;
use crate::door::Door;
use crate::reply::Membership;
use crate::request;

/// Reads the groups and directory roles of a principal. An account of the cluster is in none of Entra's.
pub(super) async fn read(door: &Door, work: &Work, who: &Principal) -> Part<Vec<MemberOf>> {
    let set = match who.kind {
        PrincipalKind::User => "users",
        PrincipalKind::Group => "groups",
        PrincipalKind::ServicePrincipal => "servicePrincipals",
        PrincipalKind::ServiceAccount => return Part::whole(Vec::new()),
    };
    let Some(id) = who.object else { return Part::unread("the object id is not known".to_owned()) };
    let request = request::transitive_member_of(door.endpoints(), set, id);
    match door.list::<Membership>(work, request).await {
        Ok(listed) => Part::whole(listed.into_iter().map(member_of).collect()),
        Err(error) => Part::unread(unread("the groups", "Microsoft Graph", error)),
    }
}

fn member_of(group: Membership) -> MemberOf {
    let name = group.display_name.map_or_else(|| group.id.to_string(), |name| printable(&name, 120));
    MemberOf { id: group.id, name }
}
