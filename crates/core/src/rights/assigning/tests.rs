//! Tests of the right to give a role. The conditions are in the layouts of Microsoft's page "Examples to delegate Azure role
//! assignment management with conditions".

use serde_json::json;
use uuid::Uuid;

use super::super::constraint::Grantee;
use super::*;
use crate::ids::ObjectId;

const ACR_PULL: &str = "7f951dda-4ed3-4680-a7ca-43fe172d538d";
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const ME: ObjectId = ObjectId(Uuid::from_u128(0xa11));
const SCOPE: &str = "/subscriptions/s/resourceGroups/g";

fn role(id: &str) -> RoleRequest {
    RoleRequest { role: id.parse().ok(), grantee: Grantee::New }
}

fn right(condition: Option<&str>) -> PermissionSet {
    PermissionSet {
        actions: vec!["*".to_owned()],
        condition: condition.map(str::to_owned),
        condition_version: condition.map(|_| "2.0".to_owned()),
        ..PermissionSet::default()
    }
}

/// The template of the portal, with a test of the write in the place of `TEST`.
fn template(test: &str) -> String {
    format!(
        "(\n (\n  !(ActionMatches{{'Microsoft.Authorization/roleAssignments/write'}})\n )\n OR \n (\n  {test}\n )\n)\nAND\n(\n \
         (\n  !(ActionMatches{{'Microsoft.Authorization/roleAssignments/delete'}})\n )\n OR \n (\n  \
         @Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{OWNER}}}\n )\n)"
    )
}

fn judged(test: &str, wanted: RoleRequest) -> MayAssign {
    may_assign(&[right(Some(&template(test)))], Some(&[]), &Caller::default(), SCOPE, wanted)
}

#[test]
fn the_templates_of_the_portal_are_understood() {
    const ROLE: &str = "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId]";
    const TYPE: &str = "@Request[Microsoft.Authorization/roleAssignments:PrincipalType]";
    const PRINCIPAL: &str = "@Request[Microsoft.Authorization/roleAssignments:PrincipalId]";
    let none = MayAssign::No(Hindrance::Condition(LeftOut::Role));
    let nobody = MayAssign::No(Hindrance::Condition(LeftOut::Principal));
    let named = format!("{ROLE} ForAnyOfAnyValues:GuidEquals {{b24988ac-6180-42a0-ab88-20f7382dd24c, {ACR_PULL}}}");
    assert_eq!(judged(&named, role(ACR_PULL)), MayAssign::Yes);
    assert_eq!(judged(&named, role(OWNER)), none);
    // Permissions - List tells GUIDs without dashes.
    assert_eq!(judged(&named.replace('-', ""), role(ACR_PULL)), MayAssign::Yes);
    let but = format!("{ROLE} ForAnyOfAllValues:GuidNotEquals {{{OWNER}, 18d7d88d-d35e-4fb5-a5c3-7773c20a72d9}}");
    assert_eq!(judged(&but, role(ACR_PULL)), MayAssign::Yes);
    assert_eq!(judged(&but, role(OWNER)), none);
    let of_type = |types: &str| format!("{named} AND {TYPE} ForAnyOfAnyValues:StringEqualsIgnoreCase {{{types}}}");
    assert_eq!(judged(&of_type("'User', 'servicePrincipal'"), role(ACR_PULL)), MayAssign::Yes);
    assert_eq!(judged(&of_type("'User', 'Group'"), role(ACR_PULL)), MayAssign::No(Hindrance::Condition(LeftOut::Type)));
    assert_eq!(judged(&of_type("'User', 'Group'"), role(OWNER)), none);
    let to = format!("{named} AND {PRINCIPAL} ForAnyOfAnyValues:GuidEquals {{00000000-0000-0000-0000-000000000a11}}");
    let grantee = |grantee| RoleRequest { grantee, ..role(ACR_PULL) };
    assert_eq!(judged(&to, grantee(Grantee::Known(ME))), MayAssign::Yes);
    assert_eq!(judged(&to, grantee(Grantee::New)), nobody, "nobody can have named it");
    assert_eq!(judged(&to, grantee(Grantee::Unknown)), MayAssign::Unclear(Doubt::Condition));
    assert_eq!(judged(&to, RoleRequest { role: role(OWNER).role, grantee: Grantee::Unknown }), none);
}

#[test]
fn what_is_not_understood_is_not_guessed_and_another_set_may_do() {
    let unclear = MayAssign::Unclear(Doubt::Condition);
    for test in [
        "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Team] StringEquals 'x'",
        "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForSomeOfAnyValues:GuidEquals {x}",
        "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] GuidEquals 'no guid'",
        "@Request[Microsoft.Authorization/roleAssignments:PrincipalType] StringLike 'S*'",
        "Exists @Request[x]",
        "",
    ] {
        assert_eq!(judged(test, role(ACR_PULL)), unclear, "{test}");
    }
    let other_language =
        PermissionSet { condition_version: Some("3.0".to_owned()), ..right(Some(&template("x StringEquals 'x'"))) };
    let asked = |sets: &[PermissionSet]| may_assign(sets, Some(&[]), &Caller::default(), SCOPE, role(ACR_PULL));
    assert_eq!(asked(std::slice::from_ref(&other_language)), unclear);
    assert_eq!(asked(&[other_language, right(None)]), MayAssign::Yes);
    assert_eq!(asked(&[]), MayAssign::No(Hindrance::NoRight));
    assert_eq!(
        may_assign(&[right(None)], None, &Caller::default(), SCOPE, role(ACR_PULL)),
        MayAssign::Unclear(Doubt::DenyUnseen)
    );
}

/// The lockdown of a node resource group, changed.
fn lockdown(change: &serde_json::Value) -> DenyAssignment {
    let mut properties = json!({
        "denyAssignmentName": "Managed Cluster lockdown",
        "permissions": [{"actions": ["*/write", "*/delete"], "notActions": [], "dataActions": [], "notDataActions": [],
                         "condition": null, "conditionVersion": null}],
        "scope": SCOPE, "doNotApplyToChildScopes": false,
        "principals": [{"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined", "displayName": "All"}],
        "excludePrincipals": [], "isSystemProtected": true,
    });
    for (name, value) in change.as_object().expect("an object") {
        properties[name] = value.clone();
    }
    serde_json::from_value(json!({ "properties": properties })).expect("a deny assignment")
}

#[test]
fn a_deny_assignment_goes_before_every_right_where_it_is_about_the_account_and_the_action() {
    let group = Uuid::from_u128(7);
    let listed = |id: &str, kind: &str| json!([{"id": id, "type": kind}]);
    let me = ME.to_string();
    let name = || "\"Managed Cluster lockdown\"".to_owned();
    let (no, unclear) = (MayAssign::No(Hindrance::Deny(name())), MayAssign::Unclear(Doubt::Deny(name())));
    let asked = |change: serde_json::Value, groups: Option<Vec<Uuid>>, scope: &str| {
        let caller = Caller { id: Some(ME), groups };
        may_assign(&[right(None)], Some(&[lockdown(&change)]), &caller, scope, role(ACR_PULL))
    };
    let below = format!("{SCOPE}/providers/x/y/z");
    for (change, groups, scope, wanted) in [
        (json!({}), None, below.as_str(), &no),
        (json!({"excludePrincipals": listed(&me, "User")}), None, SCOPE, &MayAssign::Yes),
        (json!({"excludePrincipals": listed(&group.to_string(), "User")}), None, SCOPE, &no),
        (json!({"excludePrincipals": listed(&group.to_string(), "Group")}), None, SCOPE, &unclear),
        (json!({"excludePrincipals": listed(&group.to_string(), "Group")}), Some(vec![group]), SCOPE, &MayAssign::Yes),
        (json!({"excludePrincipals": listed(&group.to_string(), "Group")}), Some(vec![]), SCOPE, &no),
        (json!({"principals": listed(&me, "ServicePrincipal")}), None, SCOPE, &no),
        (json!({"principals": listed(&group.to_string(), "ServicePrincipal")}), None, SCOPE, &MayAssign::Yes),
        (json!({"permissions": [{"actions": ["*/delete"]}]}), None, SCOPE, &MayAssign::Yes),
        (
            json!({"permissions": [{"actions": ["*"], "notActions": ["Microsoft.Authorization/*"]}]}),
            None,
            SCOPE,
            &MayAssign::Yes,
        ),
        (json!({"denyAssignmentEffect": "Audit"}), None, SCOPE, &MayAssign::Yes),
        (json!({"doNotApplyToChildScopes": true}), None, below.as_str(), &MayAssign::Yes),
        (json!({"doNotApplyToChildScopes": true}), None, SCOPE, &no),
        (json!({"condition": "@Resource[x] StringEquals 'y'", "conditionVersion": "2.0"}), None, SCOPE, &unclear),
    ] {
        assert_eq!(&asked(change.clone(), groups, scope), wanted, "{change}");
    }
}
