//! The people who sign in by hand at the start: in each tenant an operator and somebody without any right, and in B the
//! operator of A as a guest.

use uuid::{Uuid, uuid};

use super::{
    CONTOSO, FABRIKAM,
    identities::{Builder, Holder, Places, cluster_places, hub_places, registry_places, scope_of},
    operator_roles,
};
use crate::{
    roles,
    scenario::{OperatorPart, Setup},
    world::{EligibleRole, Operators, User, World},
};

/// The operator of tenant A.
pub const OPS_A: Uuid = uuid!("0e0e0e0e-0001-4e0e-8e0e-00000000e0a1");
/// A user of tenant A without any right.
pub const READER_A: Uuid = uuid!("0e0e0e0e-0002-4e0e-8e0e-00000000e0a2");
/// The operator of tenant B.
pub const OPS_B: Uuid = uuid!("0e0e0e0e-0001-4e0e-8e0e-00000000e0b1");
/// A user of tenant B without any right.
pub const READER_B: Uuid = uuid!("0e0e0e0e-0002-4e0e-8e0e-00000000e0b2");
const GUEST_B: Uuid = uuid!("0e0e0e0e-0003-4e0e-8e0e-00000000e0b3");

impl Builder {
    /// Adds the users, with the rights of the operators of their tenants.
    pub fn people(&self, world: &mut World, setup: &Setup) -> Operators {
        let part = &setup.world;
        let one_tenant = world.a == world.b;
        let mut roles_a = directory_roles(&part.operator_a, "Application Administrator");
        if one_tenant {
            roles_a.extend(directory_roles(&part.operator_b, "Cloud Application Administrator"));
        }
        let a = self.member(world, CONTOSO, OPS_A, ("ops", "Robin Ops"), roles_a);
        self.member(world, CONTOSO, READER_A, ("reader", "Kim Reader"), Vec::new());
        let roles_b = directory_roles(&part.operator_b, "Cloud Application Administrator");
        let b = self.member(world, FABRIKAM, OPS_B, ("ops", "Sascha Ops"), roles_b);
        self.member(world, FABRIKAM, READER_B, ("reader", "Alex Reader"), Vec::new());
        if part.policies_b.no_guests != Some(true) {
            self.guest(world, &a, part.guest.directory_roles.clone().unwrap_or_default());
        }
        let ops_a = Holder::user(CONTOSO, OPS_A);
        self.grant(world, &ops_a, &cluster_places(), operator_roles(&part.operator_a, super::OPERATOR_A_ROLES));
        self.grant(world, &ops_a, &hub_places(), super::hub_roles(&part.operator_a));
        let ops_b = if one_tenant { Holder::user(CONTOSO, OPS_A) } else { Holder::user(FABRIKAM, OPS_B) };
        self.grant(world, &ops_b, &registry_places(), operator_roles(&part.operator_b, super::OPERATOR_B_ROLES));
        self.eligible(world, &ops_a, &cluster_places(), &part.operator_a);
        self.eligible(world, &ops_b, &registry_places(), &part.operator_b);
        let guest = Holder::user(FABRIKAM, GUEST_B);
        self.grant(world, &guest, &registry_places(), part.guest.roles.clone().unwrap_or_default());
        Operators { b: if one_tenant { a.clone() } else { b }, a }
    }

    /// Gives a user the roles that they may activate.
    fn eligible(&self, world: &mut World, holder: &Holder, places: &Places, part: &OperatorPart) {
        for part in part.eligible.iter().flatten() {
            let Some(role) = roles::by_name(&part.role) else { continue };
            let scope = scope_of(part.on, places);
            world.eligible_roles.push(EligibleRole {
                name: Uuid::new_v5(&holder.id(), format!("eligible {scope} {}", role.id).as_bytes()),
                scope,
                user: holder.id(),
                role: role.id.to_owned(),
                since: self.before,
                condition: part.condition.clone(),
            });
        }
    }

    fn member(&self, world: &mut World, tenant: Uuid, id: Uuid, names: (&str, &str), roles: Vec<String>) -> String {
        let Some(directory) = world.directory_mut(tenant) else {
            return String::new();
        };
        let name = format!("{}@{}", names.0, directory.domains.first().map_or("", String::as_str));
        directory.users.push(User {
            id,
            user_principal_name: name.clone(),
            account: name.clone(),
            display_name: names.1.to_owned(),
            mail: Some(name.clone()),
            home: tenant,
            enabled: true,
            directory_roles: roles,
            created: self.before,
        });
        name
    }

    /// A's operator as B knows it (Entra's document "Properties of a Microsoft Entra B2B collaboration user").
    fn guest(&self, world: &mut World, account: &str, roles: Vec<String>) {
        let Some(directory) = world.directory_mut(FABRIKAM) else {
            return;
        };
        let initial = directory.domains.last().map_or("", String::as_str);
        directory.users.push(User {
            id: GUEST_B,
            user_principal_name: format!("{}#EXT#@{initial}", account.replace('@', "_")),
            account: account.to_owned(),
            display_name: "Robin Ops (Contoso)".to_owned(),
            mail: Some(account.to_owned()),
            home: CONTOSO,
            enabled: true,
            directory_roles: roles,
            created: self.before,
        });
    }
}

/// Returns the directory roles of an operator: those that are named, else what stands for its app roles on Graph.
fn directory_roles(part: &OperatorPart, usual: &str) -> Vec<String> {
    if let Some(named) = &part.directory_roles {
        return named.clone();
    }
    let owns_nothing = part.owns_cluster_app == Some(false);
    let stands = match &part.graph_roles {
        // An administrator changes every application; who is to change its own alone is a developer.
        None if owns_nothing => Some("Application Developer"),
        None => Some(usual),
        Some(roles) => {
            let has = |role: &str| roles.iter().any(|held| held == role);
            if has("Application.ReadWrite.All") || has("Directory.ReadWrite.All") {
                Some(if owns_nothing { "Application Developer" } else { usual })
            } else if has("Application.ReadWrite.OwnedBy") {
                Some("Application Developer")
            } else {
                None
            }
        }
    };
    stands.map(str::to_owned).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_scenario_takes_from_the_program_it_takes_from_the_person() {
        let part = |roles: &[&str], owns| OperatorPart {
            graph_roles: (!roles.is_empty()).then(|| roles.iter().map(|&role| role.to_owned()).collect()),
            owns_cluster_app: owns,
            ..OperatorPart::default()
        };
        assert_eq!(directory_roles(&part(&[], None), "Global Administrator"), ["Global Administrator"]);
        assert_eq!(directory_roles(&part(&["Application.Read.All"], None), "x"), [""; 0]);
        assert_eq!(directory_roles(&part(&[], Some(false)), "x"), ["Application Developer"]);
    }
}
