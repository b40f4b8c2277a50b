//! The holdings of a principal: the role assignments that reach it, by itself and by groups, and what their roles allow.

use std::collections::BTreeMap;

use crosspull_core::access::{Holding, Holdings, NotRead, distinct};
use crosspull_core::event::Work;
use crosspull_core::ids::ObjectId;
use crosspull_core::names::Side;
use crosspull_core::rights::PermissionSet;
use crosspull_core::text::printable;
use futures_util::stream::{self, StreamExt as _};

use super::configuration::not_read;
use crate::door::Door;
use crate::patience::patiently;
use crate::reply::{Assignment, Definition};
use crate::request;
use crate::role_lists::{AT_ONCE, subscription_of};
use crate::wire::CallError;

/// The assignments that a list told. The error is the reason why there is no list.
type List = (String, Result<Vec<Assignment>, NotRead>);

/// A role's name and what it allows. The error is the reason why that is not known.
type Role = Result<(String, Vec<PermissionSet>), NotRead>;

/// Reads what a principal of tenant A holds at those scopes: by one list for each subscription, and by one for each scope
/// where the subscription's own may not be read.
pub async fn read(door: &Door, work: &Work, principal: ObjectId, scopes: &[String]) -> Vec<Holdings> {
    let listed = lists(door, work, principal, scopes).await;
    let named = listed.iter().flat_map(|(_, list)| list.iter().flatten());
    let ids = distinct(named.map(|one| one.properties.role_definition_id.clone()).collect());
    let roles: BTreeMap<String, Role> = stream::iter(ids.into_iter().map(async |id| {
        let role = role(door, work, &id).await;
        (id.to_ascii_lowercase(), role)
    }))
    .buffer_unordered(AT_ONCE)
    .collect()
    .await;
    let holdings = |list: Vec<Assignment>| list.iter().map(|one| holding(one, principal, &roles)).collect();
    listed.into_iter().map(|(scope, list)| Holdings { scope, holdings: list.map(holdings) }).collect()
}

async fn lists(door: &Door, work: &Work, principal: ObjectId, scopes: &[String]) -> Vec<List> {
    let subscription = |scope: &String| subscription_of(scope).map(|id| format!("/subscriptions/{id}"));
    let places = distinct(scopes.iter().map(|scope| subscription(scope).unwrap_or_else(|| scope.clone())).collect());
    let asked = places.into_iter().map(async |place| match list(door, work, principal, &place).await {
        Err(why) if !why.may_pass => {
            let below: Vec<&String> = scopes.iter().filter(|one| subscription(one).as_ref() == Some(&place)).collect();
            let each = below.into_iter().map(async |scope| (scope.clone(), list(door, work, principal, scope).await));
            stream::iter(each).buffer_unordered(AT_ONCE).collect::<Vec<List>>().await
        }
        read => vec![(place, read)],
    });
    stream::iter(asked).buffered(AT_ONCE).collect::<Vec<Vec<List>>>().await.into_iter().flatten().collect()
}

async fn list(door: &Door, work: &Work, principal: ObjectId, scope: &str) -> Result<Vec<Assignment>, NotRead> {
    let request = request::roles_assigned_to(door.endpoints(), Side::A, scope, principal);
    let read: Result<Vec<Assignment>, CallError> =
        patiently(door.wire(), work, async || door.list(work, request.clone()).await).await;
    read.map_err(not_read)
}

async fn role(door: &Door, work: &Work, id: &str) -> Role {
    let request = request::role_definition(door.endpoints(), Side::A, id);
    let read = patiently(door.wire(), work, async || door.json::<Definition>(work, request.clone()).await).await;
    read.map(|role| (printable(&role.properties.role_name, 80), role.properties.permissions)).map_err(not_read)
}

fn holding(one: &Assignment, principal: ObjectId, roles: &BTreeMap<String, Role>) -> Holding {
    let properties = &one.properties;
    let unread = || Err(NotRead { why: "its role was not read".to_owned(), may_pass: true });
    let role = roles.get(&properties.role_definition_id.to_ascii_lowercase()).cloned().unwrap_or_else(unread);
    Holding {
        id: printable(&one.id, usize::MAX),
        role: role.as_ref().map_or_else(|_| "a role that was not read".to_owned(), |(name, _)| name.clone()),
        scope: printable(&one.scope(), usize::MAX),
        condition: properties.condition.clone(),
        group: (properties.principal_id != principal).then(|| properties.principal_id.to_string()),
        sets: role.map(|(_, sets)| sets),
    }
}
