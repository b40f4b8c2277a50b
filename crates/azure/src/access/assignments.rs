//! The roles of Azure's that reach somebody at a cluster: at it, above it, and in its namespaces below it.

use std::collections::BTreeMap;

use crosspull_core::access::{AssignedRole, MemberOf, Part, Principal, PrincipalKind};
use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use crosspull_core::names::Side;
use crosspull_core::rights::PermissionSet;
use crosspull_core::text::printable;
use futures_util::stream::{self, StreamExt as _};

use super::unread::unread;
use crate::door::Door;
use crate::reply::{Assignment, Definition};
use crate::request::{self, Request};
use crate::role_lists::AT_ONCE;
use crate::wire::CallError;

const WHO: &str = "Resource Manager";

/// Reads the roles of a principal. Those of a person or an app are listed with the groups' by Azure itself; those of a group
/// are asked for group by group, since that list takes no group (Microsoft, "List Azure role assignments using the REST
/// API").
///
/// Without a right to look below the cluster the list of a namespace may show more, so that one is asked for too.
pub(super) async fn of(
    door: &Door,
    work: &Work,
    cluster: &ClusterId,
    namespace: Option<&str>,
    who: &Principal,
    groups: &Part<Vec<MemberOf>>,
) -> Part<Vec<AssignedRole>> {
    let Some(id) = who.object else { return Part::whole(Vec::new()) };
    let scopes = scopes(cluster, namespace);
    let at = door.endpoints();
    let requests: Vec<Request> = if who.kind == PrincipalKind::Group {
        let holders = std::iter::once(id).chain(groups.known.iter().map(|group| group.id));
        let of = |id| scopes.iter().map(move |scope| request::roles_at(at, Side::A, scope, id));
        holders.flat_map(of).collect()
    } else {
        scopes.iter().map(|scope| request::roles_assigned_to(at, Side::A, scope, id)).collect()
    };
    let mut part = read(door, work, requests).await;
    if who.kind == PrincipalKind::Group {
        part.unread.extend(groups.unread.iter().cloned());
    }
    part
}

/// Reads the roles of everybody at a cluster.
pub(super) async fn of_everybody(
    door: &Door,
    work: &Work,
    cluster: &ClusterId,
    namespace: Option<&str>,
) -> Part<Vec<AssignedRole>> {
    let scopes = scopes(cluster, namespace);
    let at = door.endpoints();
    read(door, work, scopes.iter().map(|scope| request::roles_around(at, Side::A, scope)).collect()).await
}

fn scopes(cluster: &ClusterId, namespace: Option<&str>) -> Vec<String> {
    let below = namespace.map(|namespace| format!("{cluster}/namespaces/{namespace}"));
    std::iter::once(cluster.to_string()).chain(below).collect()
}

/// Reads lists of assignments, and the role of each.
async fn read(door: &Door, work: &Work, requests: Vec<Request>) -> Part<Vec<AssignedRole>> {
    let asked = requests.into_iter().map(|request| door.list::<Assignment>(work, request));
    let lists: Vec<Result<Vec<Assignment>, CallError>> = stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
    let (mut found, mut missing) = (BTreeMap::new(), Vec::new());
    for list in lists {
        match list {
            Ok(list) => found.extend(list.into_iter().map(|one| (one.id.to_ascii_lowercase(), one))),
            Err(error) => missing.push(unread("role assignments", WHO, error)),
        }
    }
    let ids: BTreeMap<String, &str> = found
        .values()
        .map(|one: &Assignment| one.properties.role_definition_id.as_str())
        .map(|id| (id.to_ascii_lowercase(), id))
        .collect();
    let asked = ids.into_iter().map(async |(key, id)| (key, definition(door, work, id).await));
    let definitions: Vec<_> = stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
    let (mut known, mut failed) = (BTreeMap::new(), None);
    for (key, definition) in definitions {
        match definition {
            Ok(definition) => drop(known.insert(key, definition)),
            Err(error) => failed = failed.or_else(|| Some(unread("definitions of roles", WHO, error))),
        }
    }
    missing.extend(failed);
    missing.dedup();
    let roles = found.values().filter_map(|one| {
        let definition = known.get(&one.properties.role_definition_id.to_ascii_lowercase())?;
        Some(assigned(one, definition))
    });
    Part { known: roles.collect(), unread: missing }
}

async fn definition(door: &Door, work: &Work, id: &str) -> Result<Definition, CallError> {
    door.json(work, request::role_definition(door.endpoints(), Side::A, id)).await
}

/// Returns an assignment with what its role allows, under its condition.
fn assigned(one: &Assignment, definition: &Definition) -> AssignedRole {
    let under = |set: &PermissionSet| PermissionSet {
        condition: one.properties.condition.clone(),
        condition_version: one.properties.condition_version.clone(),
        ..set.clone()
    };
    AssignedRole {
        id: one.id.clone(),
        scope: one.scope(),
        role: printable(&definition.properties.role_name, 120),
        holder: one.properties.principal_id,
        sets: definition.properties.permissions.iter().map(under).collect(),
    }
}
