//! The built-in roles that give what a cluster needs, the one that allows least first, by id (Microsoft, "Azure built-in
//! roles" for general, identity, networking, monitoring). Of each the actions that matter here are held, so that no role
//! is named which does not give what lacks.

use uuid::{Uuid, uuid};

use super::BuiltIn;
use crate::rights::{PermissionSet, allows};

/// A built-in role, and the actions that matter here.
struct Role {
    role: BuiltIn,
    actions: &'static [&'static str],
    not_actions: &'static [&'static str],
}

const fn role(name: &'static str, id: Uuid, actions: &'static [&'static str]) -> Role {
    Role { role: BuiltIn { name, id }, actions, not_actions: &[] }
}

const ROLES: [Role; 6] = [
    role("Reader", uuid!("acdd72a7-3385-48ef-bd42-f606fba81ae7"), &["*/read"]),
    role(
        "Private DNS Zone Contributor",
        uuid!("b12aa53e-6015-4669-85d0-8515ebb3ae7f"),
        &["Microsoft.Network/privateDnsZones/*"],
    ),
    role(
        "Managed Identity Operator",
        uuid!("f1a07417-d97a-45cb-824c-7a7467783830"),
        &[
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
        ],
    ),
    role("Network Contributor", uuid!("4d97b98b-1d4f-4787-a291-c67834d212e7"), &["Microsoft.Network/*"]),
    role(
        "Log Analytics Contributor",
        uuid!("92aaf0da-9dab-42b6-94a3-d43ce8d16293"),
        &["*/read", "Microsoft.OperationalInsights/*", "Microsoft.OperationsManagement/*"],
    ),
    Role {
        role: BuiltIn { name: "Contributor", id: uuid!("b24988ac-6180-42a0-ab88-20f7382dd24c") },
        actions: &["*"],
        not_actions: &["Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write"],
    },
];

/// Returns the built-in role that gives all those actions and allows least beside them.
#[must_use]
pub fn cure<A: AsRef<str>>(actions: &[A]) -> Option<BuiltIn> {
    let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    let gives = |one: &&Role| {
        let set =
            PermissionSet { actions: own(one.actions), not_actions: own(one.not_actions), ..PermissionSet::default() };
        actions.iter().all(|action| allows(std::slice::from_ref(&set), action.as_ref()))
    };
    ROLES.iter().find(gives).map(|one| one.role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Needs;

    #[test]
    fn each_need_has_the_role_that_gives_it_and_least_beside() {
        for (actions, name) in [
            (&["Microsoft.Network/virtualNetworks/subnets/join/action"][..], "Network Contributor"),
            (&["Microsoft.Network/routeTables/routes/read"], "Reader"),
            (&["Microsoft.Network/routeTables/routes/write"], "Network Contributor"),
            (&["Microsoft.Network/privateDnsZones/*"], "Private DNS Zone Contributor"),
            (&["Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"], "Managed Identity Operator"),
            (&["Microsoft.Compute/diskEncryptionSets/read"], "Reader"),
            (&["Microsoft.OperationalInsights/workspaces/sharedkeys/read"], "Reader"),
            (&["Microsoft.OperationsManagement/solutions/write"], "Log Analytics Contributor"),
            (&["Microsoft.Compute/proximityPlacementGroups/write"], "Contributor"),
        ] {
            assert_eq!(cure(actions).map(|role| role.name), Some(name), "{actions:?}");
        }
        assert_eq!(cure(&["Microsoft.Authorization/roleAssignments/write"]), None, "no role that gives too much");
    }

    #[test]
    fn nothing_of_the_tables_is_without_a_cure() {
        for need in [Needs::Operator, Needs::Cluster, Needs::ClusterBeyond].iter().flat_map(|table| table.all()) {
            assert!(cure(need.actions).is_some(), "{}", need.reason);
        }
    }
}
