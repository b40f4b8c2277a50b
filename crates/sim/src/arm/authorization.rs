//! `Microsoft.Authorization`: role definitions, role assignments and the caller's own permissions, at any scope.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    answers::{self, known_scope, value, writes_left},
    filter::Term,
    limits,
    request::Asked,
    shapes::time,
};
use crate::{
    cloud::{Cloud, Shared},
    errors::{self, Answer, Refusal},
    nodes, rights,
    roles::{self, RoleDefinition},
    world::{Directory, RoleAssignment, World},
};

const DEFINITIONS: &str = "Microsoft.Authorization/roleDefinitions";
/// Provider and type of a role assignment.
pub const ASSIGNMENTS: &str = "Microsoft.Authorization/roleAssignments";

/// Answers everything of this provider at a scope. `path` is what follows the provider's name, in lower case.
pub fn answer(cloud: &Shared, asked: &Asked, scope: &str, path: &[&str]) -> Answer {
    match (asked.method.as_str(), path) {
        ("GET", ["permissions"]) => permissions(cloud, asked, scope),
        ("GET", ["denyassignments"]) => limits::deny_assignments(cloud, asked, scope),
        ("GET", ["roleeligibilityscheduleinstances"]) => limits::eligible_roles(cloud, asked, scope),
        ("GET", ["roledefinitions"]) => definitions(cloud, asked, scope),
        ("GET", ["roledefinitions", id]) => definition(cloud, asked, scope, id),
        ("GET", ["roleassignments"]) => assignments(cloud, asked, scope),
        ("GET", ["roleassignments", name]) => assignment(cloud, asked, scope, name),
        ("PUT", ["roleassignments", name]) => assign(cloud, asked, scope, name),
        ("DELETE", ["roleassignments", name]) => unassign(cloud, asked, scope, name),
        _ => Err(answers::not_served(asked)),
    }
}

/// Returns the permission sets that the caller holds at a scope (`arm_permissions`).
fn permissions(cloud: &Cloud, asked: &Asked, scope: &str) -> Answer {
    let world = cloud.world();
    let now = cloud.clock.now();
    let sets: Vec<Value> = rights::held(&world, now, cloud.times.role_effect, asked.caller.object_id, scope)
        .map(|(assignment, role)| conditional(permission_set(role), assignment))
        .collect();
    drop(world);
    if sets.is_empty() {
        // Who holds nothing at all is refused like everywhere else.
        rights::require(cloud, &asked.caller, scope, "Microsoft.Authorization/permissions/read")?;
    }
    value(cloud, asked, sets)
}

/// Returns a permission set with the condition that it is held under, if any (`docs/facts/azure.md` 9.6).
fn conditional(mut set: Value, assignment: &RoleAssignment) -> Value {
    if let Some(condition) = &assignment.condition {
        set["condition"] = json!(condition);
        set["conditionVersion"] = json!(assignment.condition_version);
    }
    set
}

fn permission_set(role: &RoleDefinition) -> Value {
    json!({
        "actions": role.actions,
        "notActions": role.not_actions,
        "dataActions": role.data_actions,
        "notDataActions": role.not_data_actions,
    })
}

fn definitions(cloud: &Cloud, asked: &Asked, scope: &str) -> Answer {
    rights::require(cloud, &asked.caller, scope, &format!("{DEFINITIONS}/read"))?;
    let terms = asked.filter(&["rolename", "type", "atscopeandbelow"])?;
    let shown = roles::ROLES
        .iter()
        .filter(|role| {
            !terms.iter().any(|term| term.excludes("rolename", role.name) || term.excludes("type", "BuiltInRole"))
        })
        .map(|role| definition_shape(role, scope))
        .collect();
    value(cloud, asked, shown)
}

fn definition(cloud: &Cloud, asked: &Asked, scope: &str, id: &str) -> Answer {
    rights::require(cloud, &asked.caller, scope, &format!("{DEFINITIONS}/read"))?;
    let role = roles::by_id(id).ok_or_else(|| no_definition(id))?;
    Ok(errors::json(StatusCode::OK, &definition_shape(role, scope)))
}

fn no_definition(id: &str) -> Refusal {
    let message = format!("The specified role definition with ID '{}' does not exist.", roles::guid(id));
    errors::arm(StatusCode::NOT_FOUND, "RoleDefinitionDoesNotExist", &message)
}

/// Returns a built-in role as it is shown at a scope.
pub fn definition_shape(role: &RoleDefinition, scope: &str) -> Value {
    json!({
        "properties": {
            "roleName": role.name,
            "type": "BuiltInRole",
            "description": role.description,
            "assignableScopes": ["/"],
            "permissions": [permission_set(role)],
            "createdOn": "2018-10-22T19:01:56.8227182Z",
            "updatedOn": "2021-11-11T20:13:08.8779328Z",
            "createdBy": null,
            "updatedBy": null,
        },
        "id": definition_id(role.id, scope),
        "type": DEFINITIONS,
        "name": role.id,
    })
}

/// Returns the id of a built-in role: under the subscription of the scope it is asked at, if any.
pub fn definition_id(guid: &str, scope: &str) -> String {
    let mut parts = scope.split('/').skip(1);
    let subscription = match (parts.next(), parts.next()) {
        (Some(kind), Some(id)) if kind.eq_ignore_ascii_case("subscriptions") => {
            format!("/subscriptions/{id}")
        }
        _ => String::new(),
    };
    format!("{subscription}/providers/{DEFINITIONS}/{guid}")
}

fn assignments(cloud: &Cloud, asked: &Asked, scope: &str) -> Answer {
    rights::require(cloud, &asked.caller, scope, &format!("{ASSIGNMENTS}/read"))?;
    let terms = asked.filter(&["atscope", "principalid", "assignedto"])?;
    let not_below = terms.iter().any(|term| matches!(term, Term::Call(name, _) if name == "atscope"));
    let world = cloud.world();
    // Of the principal or of a group around it, as the document of `$filter=assignedTo('{principalId}')` says.
    let holders = |term: &Term| match term {
        Term::Call(name, id) if name == "assignedto" => {
            Some(Uuid::parse_str(id).map(|id| world.identities(id)).unwrap_or_default())
        }
        _ => None,
    };
    let terms: Vec<_> = terms.iter().map(|term| (term, holders(term))).collect();
    let wanted = |assignment: &RoleAssignment| {
        !terms.iter().any(|(term, holders)| match holders {
            Some(holders) => !holders.contains(&assignment.principal_id),
            None => term.excludes("principalid", &assignment.principal_id.to_string()),
        })
    };
    let shown = world
        .role_assignments
        .iter()
        .filter(|found| found.tenant == asked.caller.tenant)
        .filter(|found| rights::covers(&found.scope, scope) || (!not_below && rights::covers(scope, &found.scope)))
        .filter(|found| wanted(found))
        .map(assignment_shape)
        .collect();
    value(cloud, asked, shown)
}

fn assignment(cloud: &Cloud, asked: &Asked, scope: &str, name: &str) -> Answer {
    rights::require(cloud, &asked.caller, scope, &format!("{ASSIGNMENTS}/read"))?;
    let world = cloud.world();
    let found = position(&world, scope, name).and_then(|at| world.role_assignments.get(at));
    let found = found.ok_or_else(|| {
        let message = format!("The role assignment '{name}' is not found.");
        errors::arm(StatusCode::NOT_FOUND, "RoleAssignmentNotFound", &message)
    })?;
    Ok(errors::json(StatusCode::OK, &assignment_shape(found)))
}

fn position(world: &World, scope: &str, name: &str) -> Option<usize> {
    world.role_assignments.iter().position(|found| {
        found.name.eq_ignore_ascii_case(name)
            && rights::covers(&found.scope, scope)
            && rights::covers(scope, &found.scope)
    })
}

fn assignment_shape(found: &RoleAssignment) -> Value {
    let scope = found.scope.trim_end_matches('/');
    let created = time(found.created);
    json!({
        "properties": {
            "roleDefinitionId": definition_id(roles::guid(&found.role), &found.scope),
            "principalId": found.principal_id,
            "principalType": found.principal_type,
            "scope": found.scope,
            "condition": found.condition,
            "conditionVersion": found.condition_version,
            "createdOn": created,
            "updatedOn": created,
            "createdBy": found.created_by,
            "updatedBy": found.created_by,
            "delegatedManagedIdentityResourceId": null,
            "description": found.description,
        },
        "id": format!("{scope}/providers/{ASSIGNMENTS}/{}", found.name),
        "type": ASSIGNMENTS,
        "name": found.name,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAssignment {
    properties: NewProperties,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewProperties {
    role_definition_id: String,
    principal_id: Uuid,
    principal_type: Option<String>,
    description: Option<String>,
    condition: Option<String>,
    condition_version: Option<String>,
    #[serde(rename = "delegatedManagedIdentityResourceId")]
    _delegated: Option<String>,
}

/// Creates an assignment (`ra_acr_exists_409`, `ra_forbidden_403`, `ra_principal_not_found_retry_new`).
fn assign(cloud: &Shared, asked: &Asked, scope: &str, name: &str) -> Answer {
    let at = format!("{scope}/providers/{ASSIGNMENTS}/{name}");
    require_for(cloud, asked, &at, "write", &requested(cloud, asked))?;
    if Uuid::parse_str(name).is_err() {
        let message = format!("The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID.");
        return Err(errors::arm(StatusCode::BAD_REQUEST, "InvalidRoleAssignmentId", &message));
    }
    let NewAssignment { properties: new } = asked.body()?;
    let role = whole_id(&new.role_definition_id)?;
    check_condition(&new)?;
    let mut world = cloud.world();
    known_scope(&world, scope)?;
    let kind = principal_kind(cloud, &world, asked.caller.tenant, &new)?;
    if let Some(known) = position(&world, scope, name).and_then(|at| world.role_assignments.get_mut(at)) {
        let answer = again(cloud, known, new, role);
        let principal = known.principal_id;
        drop(world);
        nodes::granted(cloud, principal, scope);
        return answer;
    }
    let twin = world.role_assignments.iter().any(|held| {
        held.principal_id == new.principal_id
            && roles::guid(&held.role).eq_ignore_ascii_case(role.id)
            && held.scope.trim_end_matches('/').eq_ignore_ascii_case(scope.trim_end_matches('/'))
    });
    if twin {
        let message = "The role assignment already exists.";
        return Err(errors::arm(StatusCode::CONFLICT, "RoleAssignmentExists", message));
    }
    let created = RoleAssignment {
        tenant: asked.caller.tenant,
        name: name.to_lowercase(),
        scope: scope.to_owned(),
        principal_id: new.principal_id,
        principal_type: kind,
        role: role.id.to_owned(),
        condition_version: new.condition_version.filter(|_| new.condition.is_some()),
        condition: new.condition,
        description: new.description,
        created_by: Some(asked.caller.object_id),
        created: cloud.clock.timestamp(),
        written: cloud.clock.now(),
    };
    let mut shown = assignment_shape(&created);
    // The answer to the request itself does not name its writer yet (`ra_acr_exists_409`).
    if let Some(writer) = shown.pointer_mut("/properties/createdBy") {
        *writer = Value::Null;
    }
    world.role_assignments.push(created);
    drop(world);
    nodes::granted(cloud, new.principal_id, scope);
    Ok(writes_left(errors::json(StatusCode::CREATED, &shown)))
}

/// Returns the attributes that the condition of a constrained right to assign roles asks for: names and values (Azure's
/// document "Delegate Azure role assignment management to others with conditions").
fn attributes(source: &str, role: &str, principal: &str, kind: &str) -> [(String, String); 3] {
    let named = |name: &str, value: &str| (format!("{source}[{ASSIGNMENTS}:{name}]"), value.to_owned());
    [named("RoleDefinitionId", roles::guid(role)), named("PrincipalId", principal), named("PrincipalType", kind)]
}

/// Returns the attributes of the assignment that a request is to write; empty ones where its body does not say.
fn requested(cloud: &Cloud, asked: &Asked) -> [(String, String); 3] {
    let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let given = |member: &str| body.get("properties")?.get(member)?.as_str();
    let principal = given("principalId").unwrap_or_default();
    let kind = known_kind(cloud, asked.caller.tenant, principal).or(given("principalType"));
    attributes("@Request", given("roleDefinitionId").unwrap_or_default(), principal, kind.unwrap_or_default())
}

/// Lets a caller through who may write or delete an assignment with these attributes.
fn require_for(
    cloud: &Cloud,
    asked: &Asked,
    at: &str,
    action: &str,
    attributes: &[(String, String)],
) -> Result<(), Refusal> {
    let attributes: Vec<(&str, &str)> =
        attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    rights::require_with(cloud, &asked.caller, at, &format!("{ASSIGNMENTS}/{action}"), &attributes)
}

/// Returns the type of a principal of a tenant.
fn known_kind(cloud: &Cloud, tenant: Uuid, principal: &str) -> Option<&'static str> {
    let id = Uuid::parse_str(principal).ok()?;
    let world = cloud.world();
    known_principal(cloud, world.directory(tenant)?, id).map(|(kind, _)| kind)
}

/// Returns the role of a whole role definition id, under any scope; a GUID alone is none.
fn whole_id(id: &str) -> Result<&'static RoleDefinition, Refusal> {
    let kind = format!("/providers/{DEFINITIONS}").to_lowercase();
    let whole = id.rsplit_once('/').is_some_and(|(kind_and_scope, guid)| {
        kind_and_scope.to_lowercase().ends_with(&kind) && Uuid::parse_str(guid).is_ok()
    });
    if !whole {
        let message = format!("The role definition ID '{id}' is not valid.");
        return Err(errors::arm(StatusCode::BAD_REQUEST, "InvalidRoleDefinitionId", &message));
    }
    roles::by_id(id).ok_or_else(|| no_definition(id))
}

/// Checks that a condition comes with its version, of which there is one alone (`docs/facts/azure.md` 3.7; the contract
/// says so of `conditionVersion`).
fn check_condition(new: &NewProperties) -> Result<(), Refusal> {
    if new.condition.is_none() || new.condition_version.as_deref() == Some("2.0") {
        return Ok(());
    }
    let message = "The condition version is not valid. Currently the only accepted value is '2.0'.";
    Err(errors::arm(StatusCode::BAD_REQUEST, "InvalidConditionVersion", message))
}

/// Writes an assignment again under its name.
///
/// Condition and description are taken over, another principal or role is refused (`docs/facts/azure.md` 3.1). A new
/// condition takes effect like a new assignment.
fn again(cloud: &Cloud, known: &mut RoleAssignment, new: NewProperties, role: &RoleDefinition) -> Answer {
    let same = known.principal_id == new.principal_id && roles::guid(&known.role).eq_ignore_ascii_case(role.id);
    if !same {
        let message = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.";
        return Err(errors::arm(StatusCode::BAD_REQUEST, "RoleAssignmentUpdateNotPermitted", message));
    }
    if known.condition != new.condition {
        known.condition_version = new.condition_version.filter(|_| new.condition.is_some());
        known.condition = new.condition;
        known.written = cloud.clock.now();
    }
    known.description = new.description;
    Ok(writes_left(errors::json(StatusCode::OK, &assignment_shape(known))))
}

/// Returns the type of the principal. One that is not known yet passes if the caller names its type; one of another
/// tenant never does.
fn principal_kind(cloud: &Cloud, world: &World, tenant: Uuid, new: &NewProperties) -> Result<String, Refusal> {
    let missing = || {
        let message = format!(
            "Principal {} does not exist in the directory {tenant}. Check that you have the correct principal ID. If you are \
             creating this principal and then immediately assigning a role, this error might be related to a replication \
             delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, \
             or Group.  See https://aka.ms/docs-principaltype",
            new.principal_id.simple()
        );
        errors::arm(StatusCode::BAD_REQUEST, "PrincipalNotFound", &message)
    };
    let known = world.directory(tenant).and_then(|directory| known_principal(cloud, directory, new.principal_id));
    let (kind, replicated) = known.ok_or_else(missing)?;
    match new.principal_type.as_deref() {
        Some(named) if named.eq_ignore_ascii_case(kind) => Ok(kind.to_owned()),
        Some(named) => {
            let message = format!(
                "The PrincipalId '{}' has type '{kind}' , which is different from specified PrinciaplType '{named}'.",
                new.principal_id.simple()
            );
            Err(errors::arm(StatusCode::BAD_REQUEST, "UnmatchedPrincipalType", &message))
        }
        None if replicated => Ok(kind.to_owned()),
        None => Err(missing()),
    }
}

/// Returns the type of a principal of a directory, and whether it is known to the Resource Manager yet.
fn known_principal(cloud: &Cloud, directory: &Directory, id: Uuid) -> Option<(&'static str, bool)> {
    if directory.group(id).is_some() {
        return Some(("Group", true));
    }
    if directory.user(id).is_some() {
        return Some(("User", true));
    }
    let written = directory.principal(id)?.written;
    Some(("ServicePrincipal", written.after(cloud.times.principal_replication).reached(cloud.clock.now())))
}

/// Removes an assignment: 200 with what it was, 204 when there is none.
fn unassign(cloud: &Cloud, asked: &Asked, scope: &str, name: &str) -> Answer {
    let at = format!("{scope}/providers/{ASSIGNMENTS}/{name}");
    let there = {
        let world = cloud.world();
        position(&world, scope, name)
            .and_then(|at| world.role_assignments.get(at))
            .map(|found| attributes("@Resource", &found.role, &found.principal_id.to_string(), &found.principal_type))
    };
    require_for(cloud, asked, &at, "delete", there.as_ref().map_or(&[], |all| all.as_slice()))?;
    let mut world = cloud.world();
    let Some(at) = position(&world, scope, name) else {
        return Ok(writes_left(axum::response::IntoResponse::into_response(StatusCode::NO_CONTENT)));
    };
    let gone = world.role_assignments.remove(at);
    Ok(writes_left(errors::json(StatusCode::OK, &assignment_shape(&gone))))
}
