//! `/servicePrincipals`.

use http::{Method, StatusCode};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    call::{Call, Key, check_tags, id_of, no_content},
    memberships,
    owners::{self, Owned},
    principal, readers,
    refusals::{bad_request, denied, no_method, no_property, no_segment},
    relations,
};
use crate::{
    consent,
    errors::{self, Answer, Refusal},
    world::ServicePrincipal,
};

/// The properties that may be set when a service principal is made.
const SETTABLE: &[&str] =
    &["appId", "accountEnabled", "displayName", "tags", "notes", "appRoleAssignmentRequired", "servicePrincipalType"];

/// The properties of a request that are kept as they came.
const KEPT: &[&str] = &["tags", "notes", "appRoleAssignmentRequired"];

/// Answers a call on service principals.
pub fn answer(call: &Call, method: &Method, key: Option<Key>, rest: &[&str]) -> Answer {
    let (key, rest) = match (key, rest) {
        (None, [id, rest @ ..]) => (Some(id_of(id)?), rest),
        other => other,
    };
    match (key, rest, method) {
        (None, [], &Method::GET) => list(call),
        (None, [], &Method::POST) => create(call),
        (Some(key), [], _) => one(call, method, key),
        (Some(key), ["owners", rest @ ..], _) => owners::answer(call, method, Owned::Principal, key, rest),
        (Some(key), ["memberOf"], &Method::GET) => relations::member_of(call, key),
        (Some(key), ["transitiveMemberOf"], &Method::GET) => relations::transitive_member_of(call, key),
        (Some(Key::Id(id)), ["getMemberGroups"], &Method::POST) => memberships::ids(call, id),
        (Some(key), ["appRoleAssignments"], &Method::GET) => relations::app_role_assignments(call, key),
        (_, [] | ["memberOf" | "transitiveMemberOf" | "appRoleAssignments" | "getMemberGroups"], _) => Err(no_method()),
        _ => Err(no_segment(rest.last().copied().unwrap_or_default())),
    }
}

fn one(call: &Call, method: &Method, key: Key) -> Answer {
    match (method, key) {
        (&Method::GET, key) => get(call, key),
        (&Method::PATCH, Key::AppId(app_id)) if prefers_creation(call) => upsert(call, app_id),
        (&Method::PATCH, key) => patch(call, key),
        (&Method::DELETE, key) => delete(call, key),
        _ => Err(no_method()),
    }
}

fn list(call: &Call) -> Answer {
    call.require(readers::APPLICATIONS)?;
    let world = call.cloud.world();
    let all = world.directory(call.caller.tenant).into_iter().flat_map(|directory| &directory.service_principals);
    let shown =
        all.filter(|principal| principal::seen(call, principal)).map(|principal| principal::shape(&world, principal));
    let list = shown.filter(|object| call.query.filter.lets_through(object)).collect();
    call.list("servicePrincipals", list)
}

fn get(call: &Call, key: Key) -> Answer {
    call.require(readers::APPLICATIONS)?;
    let world = call.cloud.world();
    let directory = world.directory(call.caller.tenant).ok_or_else(|| principal::missing(key))?;
    let principal = principal::find(call, directory, key).ok_or_else(|| principal::missing(key))?;
    Ok(call.found("servicePrincipals", principal::shape(&world, principal)))
}

fn create(call: &Call) -> Answer {
    let body = call.object()?;
    check(&body)?;
    let app_id = body.get("appId").and_then(Value::as_str);
    let app_id = app_id
        .ok_or_else(|| bad_request("A value is required for property 'appId' of resource 'ServicePrincipal'."))?;
    let app_id = Uuid::parse_str(app_id).map_err(|_| no_application(app_id))?;
    let made = make(call, app_id, &body)?;
    Ok(call.created("servicePrincipals", made))
}

fn check(body: &Map<String, Value>) -> Result<(), Refusal> {
    if let Some(name) = body.keys().find(|name| !SETTABLE.contains(&name.as_str())) {
        return Err(no_property(name));
    }
    check_tags(body, "ServicePrincipal")
}

/// Takes over what a body sets beside the name and whether it is enabled.
fn keep(principal: &mut ServicePrincipal, body: &Map<String, Value>) {
    let kept = body.iter().filter(|(name, _)| KEPT.contains(&name.as_str()));
    principal.extra.extend(kept.map(|(name, value)| (name.clone(), value.clone())));
}

/// Makes the service principal of an application in the caller's tenant. Who makes it owns it; one that a consent makes has no
/// owner (Entra's document "What are the default user permissions").
fn make(call: &Call, app_id: Uuid, body: &Map<String, Value>) -> Result<Value, Refusal> {
    let mut world = call.cloud.world();
    let tenant = call.caller.tenant;
    let registered = world.application(app_id);
    match registered.map(|(home, application)| (home.id == tenant, application.owners.contains(&call.caller.object_id)))
    {
        _ if call.has(principal::WRITE) => {}
        _ if !call.has(principal::OWNED) => return Err(denied()),
        Some((true, true)) => {}
        Some((true, false)) => return Err(denied()),
        _ => return Err(not_local()),
    }
    let known = registered.filter(|(home, application)| {
        let replicated =
            application.written.after(call.cloud.times.application_replication).reached(call.cloud.clock.now());
        replicated && (home.id == tenant || application.sign_in_audience != "AzureADMyOrg")
    });
    let (home, application) = known.ok_or_else(|| no_application(&app_id.to_string()))?;
    let mut principal = consent::principal_of(&call.cloud, application, home.id);
    principal.enabled = body.get("accountEnabled").and_then(Value::as_bool).unwrap_or(true);
    principal.owners = vec![call.caller.object_id];
    keep(&mut principal, body);
    let shown = principal::shape(&world, &principal);
    let directory = world.directory_mut(tenant).ok_or_else(denied)?;
    if directory.principal_of(app_id).is_some() {
        let message = format!(
            "The service principal cannot be created, updated, or restored because the service principal name {app_id} is already in use."
        );
        return Err(errors::graph(StatusCode::CONFLICT, "Request_MultipleObjectsWithSameKeyValue", &message));
    }
    directory.service_principals.push(principal);
    Ok(shown)
}

fn no_application(app_id: &str) -> Refusal {
    let message =
        format!("The appId '{app_id}' of the service principal does not reference a valid application object.");
    errors::graph(StatusCode::BAD_REQUEST, "Request_BadRequest", &message)
}

/// Returns the refusal for a caller with `Application.ReadWrite.OwnedBy` only in any other tenant
/// (`docs/facts/azure.md` 1.1).
fn not_local() -> Refusal {
    let message = "When using this permission, the backing application of the service principal being created must in the local tenant";
    errors::graph(StatusCode::FORBIDDEN, "Authorization_RequestDenied", message)
}

fn prefers_creation(call: &Call) -> bool {
    let prefer = call.headers.get("prefer").and_then(|value| value.to_str().ok());
    prefer.is_some_and(|value| value.split(',').any(|part| part.trim() == "create-if-missing"))
}

/// Answers `PATCH /servicePrincipals(appId='…')` with `Prefer: create-if-missing` (`docs/facts/azure.md` 0.7).
fn upsert(call: &Call, app_id: Uuid) -> Answer {
    let there = call
        .cloud
        .world()
        .directory(call.caller.tenant)
        .is_some_and(|directory| directory.principal_of(app_id).is_some());
    if there {
        return patch(call, Key::AppId(app_id));
    }
    let body = if call.body.is_empty() { Map::new() } else { call.object()? };
    check(&body)?;
    Ok(call.created("servicePrincipals", make(call, app_id, &body)?))
}

fn patch(call: &Call, key: Key) -> Answer {
    let body = call.object()?;
    check(&body)?;
    principal::change(call, key, |principal| {
        if let Some(enabled) = body.get("accountEnabled").and_then(Value::as_bool) {
            principal.enabled = enabled;
        }
        if let Some(name) = body.get("displayName").and_then(Value::as_str) {
            name.clone_into(&mut principal.display_name);
        }
        keep(principal, &body);
        Ok(no_content())
    })
}

fn delete(call: &Call, key: Key) -> Answer {
    let mut world = call.cloud.world();
    let id = principal::may_change(call, &world, key)?;
    let directory = world.directory_mut(call.caller.tenant).ok_or_else(|| principal::missing(key))?;
    directory.service_principals.retain(|principal| principal.id != id);
    Ok(no_content())
}
