//! `Microsoft.Authorization`: deny assignments, and the roles that the caller may activate. The shapes are those of Microsoft's
//! SDKs (`azure-mgmt-authorization`, versions 2022-04-01 and 2020-10-01).

use serde_json::{Value, json};
use uuid::Uuid;

use super::{answers::value, filter::Term, request::Asked, shapes::time};
use crate::{
    cloud::Cloud,
    errors::Answer,
    rights, roles,
    world::{DenyAssignment, Directory, EligibleRole, World},
};

const DENY: &str = "Microsoft.Authorization/denyAssignments";
const ELIGIBLE: &str = "Microsoft.Authorization/roleEligibilityScheduleInstances";

/// Lists deny assignments at a scope and above it, and below it too unless the filter says otherwise ("Deny Assignments -
/// List For Scope").
pub fn deny_assignments(cloud: &Cloud, asked: &Asked, scope: &str) -> Answer {
    rights::require(cloud, &asked.caller, scope, &format!("{DENY}/read"))?;
    let terms = asked.filter(&["atscope", "denyassignmentname", "principalid"])?;
    let not_below = terms.iter().any(|term| matches!(term, Term::Call(name, _) if name == "atscope"));
    let world = cloud.world();
    let wanted = |deny: &DenyAssignment| {
        terms.iter().all(|term| match term {
            Term::Equal(name, id) if name == "principalid" => {
                Uuid::parse_str(id).is_ok_and(|id| deny.denies.contains(&id))
            }
            other => !other.excludes("denyassignmentname", &deny.display_name),
        })
    };
    let shown = world
        .deny_assignments
        .iter()
        .filter(|deny| deny.tenant == asked.caller.tenant)
        .filter(|deny| rights::covers(&deny.scope, scope) || (!not_below && rights::covers(scope, &deny.scope)))
        .filter(|deny| wanted(deny))
        .map(|deny| shape(&world, deny))
        .collect();
    drop(world);
    value(cloud, asked, shown)
}

fn shape(world: &World, deny: &DenyAssignment) -> Value {
    let listed = |id: &Uuid| json!({ "id": id, "type": kind(world, *id) });
    let everybody = json!({ "id": Uuid::nil(), "type": "SystemDefined", "displayName": "All Principals" });
    let denies: Vec<Value> =
        if deny.denies.is_empty() { vec![everybody] } else { deny.denies.iter().map(listed).collect() };
    json!({
        "properties": {
            "denyAssignmentName": deny.display_name,
            "description": "",
            "permissions": [{
                "actions": deny.actions, "notActions": deny.not_actions, "dataActions": [], "notDataActions": [],
                "condition": null, "conditionVersion": null,
            }],
            "scope": deny.scope,
            "doNotApplyToChildScopes": deny.not_below,
            "principals": denies,
            "excludePrincipals": deny.but.iter().map(listed).collect::<Vec<_>>(),
            "isSystemProtected": true,
        },
        "id": format!("{}/providers/{DENY}/{}", deny.scope.trim_end_matches('/'), deny.name),
        "type": DENY,
        "name": deny.name,
    })
}

/// Returns the type of a principal of whatever tenant.
fn kind(world: &World, id: Uuid) -> &'static str {
    let any = |is: &dyn Fn(&Directory) -> bool| world.tenants.iter().any(is);
    if any(&|tenant| tenant.group(id).is_some()) {
        "Group"
    } else if any(&|tenant| tenant.user(id).is_some()) {
        "User"
    } else {
        "ServicePrincipal"
    }
}

/// Lists the roles that the caller may activate at a scope, above it and below it ("Role Eligibility Schedule Instances -
/// List For Scope", `$filter=asTarget()`). Everybody sees their own.
pub fn eligible_roles(cloud: &Cloud, asked: &Asked, scope: &str) -> Answer {
    let terms = asked.filter(&["astarget"])?;
    if terms.is_empty() {
        rights::require(cloud, &asked.caller, scope, &format!("{ELIGIBLE}/read"))?;
    }
    let world = cloud.world();
    let shown = world
        .eligible_roles
        .iter()
        .filter(|role| terms.is_empty() || role.user == asked.caller.object_id)
        .filter(|role| rights::covers(&role.scope, scope) || rights::covers(scope, &role.scope))
        .map(|role| eligible(role, scope))
        .collect();
    drop(world);
    value(cloud, asked, shown)
}

fn eligible(role: &EligibleRole, asked: &str) -> Value {
    let name = roles::by_id(&role.role).map_or("", |role| role.name);
    let definition = super::authorization::definition_id(&role.role, &role.scope);
    let inherited = !rights::covers(asked, &role.scope);
    json!({
        "properties": {
            "scope": role.scope,
            "roleDefinitionId": definition,
            "principalId": role.user,
            "principalType": "User",
            "roleEligibilityScheduleId":
                format!("{}/providers/Microsoft.Authorization/roleEligibilitySchedules/{}", role.scope, role.name),
            "status": "Provisioned",
            "startDateTime": time(role.since),
            "endDateTime": null,
            "memberType": if inherited { "Inherited" } else { "Direct" },
            "condition": role.condition,
            "conditionVersion": role.condition.as_ref().map(|_| "2.0"),
            "expandedProperties": {
                "roleDefinition": { "id": definition, "displayName": name, "type": "BuiltInRole" },
                "scope": { "id": role.scope },
                "principal": { "id": role.user, "type": "User" },
            },
        },
        "id": format!("{}/providers/{ELIGIBLE}/{}", role.scope, role.name),
        "type": ELIGIBLE,
        "name": role.name,
    })
}
