//! The world at the start: the `happy` one, as the scenarios change it. Ids are the same in every start, secrets never.

use jiff::Timestamp;
use uuid::{Uuid, uuid};

use super::{Directory, Operators, Pull, Subscription, SubscriptionState, World, crowd::Crowd};
use crate::{
    names::{self, CloudNames},
    scenario::{On, OperatorPart, RolePart, Setup},
    secret::Secret,
};

mod access;
pub mod credentials;
mod entra;
mod identities;
mod locks;
mod managed;
mod many;
mod network;
mod others;
mod people;
pub mod pull_secrets;
mod resources;

use identities::{Builder, Holder, LONG_BEFORE, OPERATOR_A, OPERATOR_B, cluster_places, hub_places, registry_places};

const CONTOSO: Uuid = uuid!("aaaabbbb-0000-4ccc-8ddd-eeee1111aaaa");
const FABRIKAM: Uuid = uuid!("bbbbcccc-1111-4ddd-8eee-ffff2222bbbb");
const SHOP_SUBSCRIPTION: Uuid = uuid!("a1a1a1a1-5b5b-4c4c-8d8d-0000000000a1");
const REGISTRY_SUBSCRIPTION: Uuid = uuid!("b2b2b2b2-6c6c-4d4d-8e8e-0000000000b2");
const HUB_SUBSCRIPTION: Uuid = uuid!("a2a2a2a2-7d7d-4e4e-8f8f-0000000000a2");

/// A program that signs in to set things up: a service principal of its tenant.
#[derive(Clone, Debug)]
pub struct Operator {
    /// The client id.
    pub client_id: Uuid,
    /// The client secret.
    pub client_secret: Secret,
}

/// The world at the start, and who may work in it.
#[derive(Debug)]
pub struct Start {
    /// The world; the registries have no login servers yet.
    pub world: World,
    /// The operator of tenant A.
    pub operator_a: Operator,
    /// The operator of tenant B; the same as A's where one tenant has both.
    pub operator_b: Operator,
    /// The people who sign in by hand to set things up.
    pub people: Operators,
}

/// Builds the world that scenarios describe, as of `today`.
#[must_use]
pub fn build(setup: &Setup, today: Timestamp) -> Start {
    let cloud = setup.world.cloud.as_deref().and_then(names::cloud).unwrap_or(&names::PUBLIC);
    let one_tenant = setup.world.same_tenant.unwrap_or(false);
    let builder = Builder { today, before: today.checked_sub(LONG_BEFORE).unwrap_or(today) };
    let registry_tenant = if one_tenant { CONTOSO } else { FABRIKAM };
    let mut world = World {
        names: cloud,
        tenants: vec![
            directory(CONTOSO, "Contoso", "contoso", cloud),
            directory(FABRIKAM, "Fabrikam", "fabrikam", cloud),
        ],
        a: CONTOSO,
        b: registry_tenant,
        subscriptions: vec![
            subscription(SHOP_SUBSCRIPTION, CONTOSO, "Contoso Shop", &["rg-shop", "MC_rg-shop_aks-shop_westeurope"]),
            subscription(
                REGISTRY_SUBSCRIPTION,
                registry_tenant,
                if one_tenant { "Contoso Platform" } else { "Fabrikam Platform" },
                &["rg-registry"],
            ),
            subscription(HUB_SUBSCRIPTION, CONTOSO, "Contoso Hub", &["rg-network"]),
        ],
        role_assignments: Vec::new(),
        locks: Vec::new(),
        deny_assignments: Vec::new(),
        eligible_roles: Vec::new(),
        clusters: Vec::new(),
        registries: Vec::new(),
        vaults: Vec::new(),
        networks: Vec::new(),
        crowd: Crowd::default(),
        operations: Vec::new(),
    };
    let operator_a = builder.operator(&mut world, CONTOSO, &OPERATOR_A, &setup.world.operator_a);
    let operator_b = if one_tenant {
        operator_a.clone()
    } else {
        builder.operator(&mut world, FABRIKAM, &OPERATOR_B, &setup.world.operator_b)
    };
    let (a, b) = (Holder::principal(CONTOSO, &OPERATOR_A), Holder::operator_of_registry(&world));
    builder.grant(&mut world, &a, &cluster_places(), operator_roles(&setup.world.operator_a, OPERATOR_A_ROLES));
    builder.grant(&mut world, &a, &hub_places(), hub_roles(&setup.world.operator_a));
    builder.grant(&mut world, &b, &registry_places(), operator_roles(&setup.world.operator_b, OPERATOR_B_ROLES));
    if setup.world.machine_identity != Some(false) {
        builder.machine(&mut world, &setup.world);
    }
    let people = builder.people(&mut world, setup);
    builder.cluster(&mut world, setup);
    builder.groups(&mut world, &setup.world);
    builder.entra_of_cluster(&mut world, &setup.world);
    builder.access(&mut world, &setup.world);
    builder.registries(&mut world, setup, registry_tenant);
    builder.others(&mut world, &setup.world);
    builder.many(&mut world, setup);
    locks::place(&mut world, &setup.world);
    Start { world, operator_a, operator_b, people }
}

/// Returns the object id and the resource id of the managed identity of a machine, in tenant A and in B.
#[must_use]
pub fn machine_identities() -> [(Uuid, String); 2] {
    let of = |ids: &identities::Ids, group: &str| {
        let resource = format!("{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{}", ids.name);
        (ids.principal, resource)
    };
    [
        of(&identities::MANAGED_IDENTITY, &cluster_places().resource_group),
        of(&identities::MANAGED_IDENTITY_IN_B, &registry_places().resource_group),
    ]
}

/// The roles that the whole route needs of operator A: to reset the cluster, and to give a new principal the roles of
/// the present one (`docs/facts/azure.md` 0.2, 3.7).
const OPERATOR_A_ROLES: &[&str] = &["Contributor", "Role Based Access Control Administrator"];
const OPERATOR_B_ROLES: &[&str] = &["Owner"];

fn operator_roles(part: &OperatorPart, usual: &[&str]) -> Vec<RolePart> {
    let usual = || usual.iter().map(|role| RolePart::new(role, On::Subscription)).collect();
    part.roles.clone().unwrap_or_else(usual)
}

/// Returns the roles of operator A on the hub's subscription: the same, unless the scenario says otherwise of these.
fn hub_roles(part: &OperatorPart) -> Vec<RolePart> {
    let named = part.hub_roles.iter().flatten().map(|role| RolePart::new(role, On::Subscription)).collect();
    if part.hub_roles.is_some() { named } else { operator_roles(&OperatorPart::default(), OPERATOR_A_ROLES) }
}

fn directory(id: Uuid, display_name: &str, label: &str, cloud: &CloudNames) -> Directory {
    Directory {
        id,
        display_name: display_name.to_owned(),
        domains: vec![format!("{label}.com"), format!("{label}.{}", cloud.tenant_domain)],
        applications: Vec::new(),
        service_principals: Vec::new(),
        groups: Vec::new(),
        users: Vec::new(),
    }
}

fn subscription(id: Uuid, tenant: Uuid, display_name: &str, resource_groups: &[&str]) -> Subscription {
    let resource_groups = resource_groups.iter().map(|&name| name.to_owned()).collect();
    let (display_name, state) = (display_name.to_owned(), SubscriptionState::default());
    Subscription { id, tenant, display_name, state, resource_groups }
}

/// Gives the registries the login servers they got, and the cluster's pods and nodes the images there.
/// No node has pulled one yet: nobody gave the cluster a right to.
pub fn settle(world: &mut World, login_servers: &[String]) {
    for (registry, login_server) in world.registries.iter_mut().zip(login_servers) {
        registry.login_server.clone_from(login_server);
    }
    let Some(first) = login_servers.first() else {
        return;
    };
    for cluster in &mut world.clusters {
        for image in &mut cluster.images {
            *image = format!("{first}/{image}");
        }
        for node in &mut cluster.nodes {
            let waiting = |image: &String| Pull {
                image: image.clone(),
                pulled: false,
                reason: format!("Back-off pulling image \"{image}\": 401 Unauthorized"),
                digest: String::new(),
            };
            node.pulls = cluster.images.iter().map(waiting).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Moment,
        rights,
        scenario::Scenario,
        world::{
            RoleAssignment,
            happy::identities::{CLUSTER_APP, Ids, MANAGED_IDENTITY},
        },
    };

    const RESET: &str = "Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action";
    const GRANT: &str = "Microsoft.Authorization/roleAssignments/write";

    fn start(scenario: &str) -> Start {
        build(&Setup::of(&[Scenario::named(scenario).unwrap()]), Timestamp::now())
    }

    fn may(start: &Start, ids: &Ids, scope: &str, action: &str) -> bool {
        rights::held(&start.world, Moment::START, 0.0, ids.principal, scope).any(|(_, role)| role.allows(action))
    }

    fn owns_the_clusters_app(start: &Start) -> bool {
        let (_, application) = start.world.application(CLUSTER_APP.client).unwrap();
        application.owners == [OPERATOR_A.principal, MANAGED_IDENTITY.principal, people::OPS_A]
    }

    #[test]
    fn the_operators_have_what_the_route_needs_and_no_more() {
        let start = start("happy");
        let (cluster, registry) = (cluster_places().resource, registry_places().resource);
        for (scope, action) in [(&cluster, RESET), (&cluster, GRANT), (&hub_places().resource, GRANT)] {
            assert!(may(&start, &OPERATOR_A, scope, action), "{scope} {action}");
        }
        assert!(owns_the_clusters_app(&start));
        let directory = start.world.directory(CONTOSO).unwrap();
        let operator = directory.principal(OPERATOR_A.principal).unwrap();
        assert_eq!(operator.graph_roles, ["Application.ReadWrite.OwnedBy", "Organization.Read.All"]);
        for action in ["Microsoft.Authorization/roleDefinitions/write", "Microsoft.Authorization/elevateAccess/action"]
        {
            assert!(!may(&start, &OPERATOR_A, &cluster, action), "{action}");
        }
        assert!(may(&start, &OPERATOR_B, &registry, GRANT));
        assert!(!may(&start, &OPERATOR_B, &cluster, "Microsoft.ContainerService/managedClusters/read"));
    }

    #[test]
    fn an_operator_who_may_not_copy_roles_may_do_the_rest() {
        let start = start("cannot-copy-roles");
        let (cluster, hub) = (cluster_places().resource, hub_places().resource);
        assert!(may(&start, &OPERATOR_A, &cluster, RESET) && !may(&start, &OPERATOR_A, &cluster, GRANT));
        let read = "Microsoft.Authorization/roleAssignments/read";
        assert!(may(&start, &OPERATOR_A, &hub, read) && !may(&start, &OPERATOR_A, &hub, GRANT));
        assert!(owns_the_clusters_app(&start));
    }

    #[test]
    fn without_a_way_back_the_operator_owns_no_app_of_the_clusters() {
        assert!(!owns_the_clusters_app(&start("no-way-back")));
    }

    #[test]
    fn the_old_principal_has_roles_in_two_subscriptions_one_with_a_condition() {
        let start = start("old-roles-to-copy");
        let held = |assignment: &&RoleAssignment| assignment.principal_id == CLUSTER_APP.principal;
        let held: Vec<_> = start.world.role_assignments.iter().filter(held).collect();
        let condition = |scope: &str| {
            let found = held.iter().find(|assignment| assignment.scope == scope).expect(scope);
            (found.condition.is_some(), found.condition_version.as_deref())
        };
        assert_eq!(held.len(), 4);
        assert_eq!(condition(&hub_places().resource), (false, None));
        assert_eq!(condition(&cluster_places().subscription), (false, None));
        assert_eq!(condition(&cluster_places().resource_group), (true, Some("2.0")));
    }

    #[test]
    fn the_secret_that_the_nodes_use_ends_when_the_scenario_says() {
        let text = "name = 'x'\nsays = 'y'\n[world.cluster]\nsecret_ends_in_days = 10\nmore_secrets = [{ name = 'ci', ends_in_days = 400 }]";
        let today = Timestamp::now();
        let Start { world, .. } = build(&Setup::of(&[Scenario::from_toml(text).unwrap()]), today);
        let (_, application) = world.application(CLUSTER_APP.client).unwrap();
        let ends = application.passwords.iter().map(|password| {
            let days = password.end.duration_since(today).as_hours() / 24;
            (password.display_name.as_deref().unwrap_or_default(), days)
        });
        assert_eq!(ends.collect::<Vec<_>>(), [("initial", 10), ("ci", 400)]);
        let used = application.passwords[0].secret.reveal();
        let cluster = &world.clusters[0];
        assert_eq!(cluster.identity.credential().unwrap().secret.reveal(), used);
        assert!(cluster.nodes.iter().all(|node| node.credential.as_ref().unwrap().secret.reveal() == used));
    }

    #[test]
    fn a_group_lends_its_roles_to_its_members() {
        let start = start("old-principal-in-group");
        let join = "Microsoft.Network/virtualNetworks/subnets/join/action";
        assert!(may(&start, &CLUSTER_APP, &hub_places().resource, join));
        assert!(!may(&start, &OPERATOR_B, &hub_places().resource, join));
    }
}
