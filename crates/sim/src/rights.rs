//! Rights: role assignments of the world against the built-in roles (`docs/facts/azure.md` 3.6, 3.7).

use uuid::Uuid;

use crate::{
    clock::Moment,
    cloud::Cloud,
    errors::{self, Refusal},
    roles::{self, RoleDefinition},
    tokens::Caller,
    world::{DenyAssignment, RoleAssignment, World},
};

mod condition;
mod locks;

/// True where an assignment made at `scope` holds at `asked`: at the same place or anywhere under it.
#[must_use]
pub fn covers(scope: &str, asked: &str) -> bool {
    let scope = scope.trim_end_matches('/');
    let asked = asked.trim_end_matches('/');
    match asked.get(..scope.len()) {
        Some(head) if head.eq_ignore_ascii_case(scope) => {
            asked.len() == scope.len() || asked.as_bytes().get(scope.len()) == Some(&b'/')
        }
        _ => false,
    }
}

/// Returns the assignments of a principal and of its groups that have taken effect and hold at a scope, with their
/// roles.
pub fn held<'w>(
    world: &'w World,
    now: Moment,
    role_effect: f64,
    principal: Uuid,
    scope: &'w str,
) -> impl Iterator<Item = (&'w RoleAssignment, &'static RoleDefinition)> {
    held_by(world, now, role_effect, world.identities(principal), scope)
}

/// Returns the assignments of any of some principals and groups, likewise.
fn held_by<'w>(
    world: &'w World,
    now: Moment,
    role_effect: f64,
    identities: Vec<Uuid>,
    scope: &'w str,
) -> impl Iterator<Item = (&'w RoleAssignment, &'static RoleDefinition)> {
    world
        .role_assignments
        .iter()
        .filter(move |assignment| identities.contains(&assignment.principal_id) && covers(&assignment.scope, scope))
        .filter(move |assignment| assignment.written.after(role_effect).reached(now))
        .filter_map(|assignment| Some((assignment, roles::by_id(&assignment.role)?)))
}

/// True where a principal may do a control action at a scope, now.
#[must_use]
pub fn allowed(cloud: &Cloud, world: &World, principal: Uuid, scope: &str, action: &str) -> bool {
    verdict(cloud, world, principal, scope, action, &[]) == Verdict::Allowed
}

/// The answer to whether a principal may do a control action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Allowed,
    /// A role has it, and a deny assignment forbids it.
    Denied,
    /// A role has it, under a condition that does not hold.
    Conditional,
    NotHeld,
}

/// Returns the answer for a request that has these attributes.
fn verdict(
    cloud: &Cloud,
    world: &World,
    principal: Uuid,
    scope: &str,
    action: &str,
    attributes: &[(&str, &str)],
) -> Verdict {
    let held = held(world, cloud.clock.now(), cloud.times.role_effect, principal, scope);
    let mut held = held.filter(|(_, role)| role.allows(action)).peekable();
    if held.peek().is_none() {
        return Verdict::NotHeld;
    }
    let holds = |condition: &String| condition::holds(condition, action, attributes) == Some(true);
    let fulfilled = held.any(|(assignment, _)| assignment.condition.as_ref().is_none_or(holds));
    match denial(world, principal, scope, action) {
        _ if !fulfilled => Verdict::Conditional,
        Some(_) => Verdict::Denied,
        None => Verdict::Allowed,
    }
}

/// Returns a deny assignment that keeps a principal from a control action at a scope (Azure's document "Understand Azure
/// deny assignments": they go before every role assignment).
fn denial<'w>(world: &'w World, principal: Uuid, scope: &str, action: &str) -> Option<&'w DenyAssignment> {
    let identities = world.identities(principal);
    let named = |ids: &[Uuid]| ids.iter().any(|id| identities.contains(id));
    let place = scope.split("/providers/Microsoft.Authorization/").next().unwrap_or(scope);
    let any = |patterns: &[String]| patterns.iter().any(|pattern| roles::matches(pattern, action));
    world.deny_assignments.iter().find(|deny| {
        let here = if deny.not_below { same_place(&deny.scope, place) } else { covers(&deny.scope, place) };
        here && any(&deny.actions)
            && !any(&deny.not_actions)
            && (deny.denies.is_empty() || named(&deny.denies))
            && !named(&deny.but)
    })
}

fn same_place(one: &str, other: &str) -> bool {
    covers(one, other) && covers(other, one)
}

/// True where a principal may do a data action at a scope, on a repository if the action is about one. Conditions
/// count: see [`condition_allows`].
#[must_use]
pub fn data_allowed(
    cloud: &Cloud,
    world: &World,
    principal: Uuid,
    scope: &str,
    action: &str,
    repository: Option<&str>,
) -> bool {
    held(world, cloud.clock.now(), cloud.times.role_effect, principal, scope).any(|(assignment, role)| {
        role.allows_data(action)
            && assignment.condition.as_deref().is_none_or(|condition| condition_allows(condition, action, repository))
    })
}

/// Returns an assignment of a principal or of groups that allows a data action at a scope, by a request with attributes
/// that conditions can ask for. A condition that cannot be understood lets nothing through.
#[must_use]
pub fn data_assignment<'w>(
    cloud: &Cloud,
    world: &'w World,
    identities: &[Uuid],
    scope: &'w str,
    action: &str,
    attributes: &[(&str, &str)],
) -> Option<(&'w RoleAssignment, &'static RoleDefinition)> {
    let mut held = held_by(world, cloud.clock.now(), cloud.times.role_effect, identities.to_vec(), scope);
    held.find(|(assignment, role)| {
        let holds = |condition: &String| condition::holds(condition, action, attributes) == Some(true);
        role.allows_data(action) && assignment.condition.as_ref().is_none_or(holds)
    })
}

/// The attribute that says which repository a request is about (ACR's document "Microsoft Entra attribute-based access control").
const REPOSITORY: &str = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]";

/// True where a condition lets an action through, on a repository if it is about one. A condition that cannot be
/// understood lets nothing through.
fn condition_allows(condition: &str, action: &str, repository: Option<&str>) -> bool {
    let attributes: Vec<(&str, &str)> = repository.map(|name| (REPOSITORY, name)).into_iter().collect();
    condition::holds(condition, action, &attributes).unwrap_or(false)
}

/// Lets a caller through who may do an action at a scope.
///
/// # Errors
/// 403 `AuthorizationFailed`, naming action and scope (`ra_forbidden_403`); 409 where a lock or the state of the
/// subscription keeps everybody from it.
pub fn require(cloud: &Cloud, caller: &Caller, scope: &str, action: &str) -> Result<(), Refusal> {
    require_with(cloud, caller, scope, action, &[])
}

/// Lets a caller through who may do an action at a scope, by a request with attributes that conditions can ask for.
///
/// # Errors
/// 403 `AuthorizationFailed`, naming a condition that does not hold; 409 `ScopeLocked` and `ReadOnlyDisabledSubscription`
/// (`docs/facts/azure.md` 9.6).
pub fn require_with(
    cloud: &Cloud,
    caller: &Caller,
    scope: &str,
    action: &str,
    attributes: &[(&str, &str)],
) -> Result<(), Refusal> {
    let world = cloud.world();
    let why = match verdict(cloud, &world, caller.object_id, scope, action, attributes) {
        Verdict::Allowed => return locks::judge(&world, scope, action),
        Verdict::Denied => return Err(denied(&world, caller, scope, action)),
        Verdict::Conditional => " The request was denied because of an ABAC condition that is not fulfilled.",
        Verdict::NotHeld => "",
    };
    drop(world);
    let message = format!(
        "The client '{}' with object id '{}' does not have authorization to perform action '{action}' over scope '{scope}' or \
         the scope is invalid. If access was recently granted, please refresh your credentials.{why}",
        caller.name(),
        caller.object_id
    );
    Err(errors::arm(http::StatusCode::FORBIDDEN, "AuthorizationFailed", &message))
}

/// Returns 403 for what a deny assignment forbids (`docs/facts/azure.md` 9.6).
fn denied(world: &World, caller: &Caller, scope: &str, action: &str) -> Refusal {
    let place = scope.split("/providers/Microsoft.Authorization/").next().unwrap_or(scope);
    let by = denial(world, caller.object_id, scope, action);
    let (name, id, at) = by.map_or(("", String::new(), ""), |deny| {
        (deny.display_name.as_str(), deny.name.simple().to_string(), deny.scope.as_str())
    });
    let message = format!(
        "The client '{}' with object id '{}' has permission to perform action '{action}' on scope '{place}'; however, the \
         access is denied because of the deny assignment with name '{name}' and Id '{id}' at scope '{at}'.",
        caller.name(),
        caller.object_id
    );
    errors::arm(http::StatusCode::FORBIDDEN, "DenyAssignmentAuthorizationFailed", &message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_covers_itself_and_what_is_under_it() {
        assert!(covers("/subscriptions/1", "/SUBSCRIPTIONS/1/resourceGroups/x"));
        assert!(covers("/", "/subscriptions/1"));
        assert!(!covers("/subscriptions/1", "/subscriptions/12"));
        assert!(!covers("/subscriptions/1/resourceGroups/x", "/subscriptions/1"));
    }

    #[test]
    fn a_condition_names_its_repositories() {
        const READ: &str = "Microsoft.ContainerRegistry/registries/repositories/content/read";
        let condition = "((!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'}) AND \
             !(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/metadata/read'})) OR \
             (@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEqualsIgnoreCase 'shop/web'))";
        assert!(condition_allows(condition, READ, Some("shop/web")));
        assert!(!condition_allows(condition, READ, Some("shop/api")));
        assert!(!condition_allows(condition, READ, None));
        assert!(!condition_allows("anything else", READ, Some("shop/web")));
    }
}
