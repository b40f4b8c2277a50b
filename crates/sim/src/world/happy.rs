//! The world at the start: the `happy` one, as the scenarios change it. Ids are the same in every start, secrets never.

use jiff::Timestamp;
use uuid::{Uuid, uuid};

use super::{Directory, Pull, Subscription, World};
use crate::{
    names::{self, CloudNames},
    scenario::{On, OperatorPart, RolePart, Setup},
    secret::Secret,
};

mod identities;
mod resources;

use identities::{Builder, LONG_BEFORE, OPERATOR_A, OPERATOR_B, cluster_places, registry_places};

const CONTOSO: Uuid = uuid!("aaaabbbb-0000-4ccc-8ddd-eeee1111aaaa");
const FABRIKAM: Uuid = uuid!("bbbbcccc-1111-4ddd-8eee-ffff2222bbbb");
const SHOP_SUBSCRIPTION: Uuid = uuid!("a1a1a1a1-5b5b-4c4c-8d8d-0000000000a1");
const REGISTRY_SUBSCRIPTION: Uuid = uuid!("b2b2b2b2-6c6c-4d4d-8e8e-0000000000b2");

/// A program that signs in to set things up: a service principal of its tenant.
#[derive(Clone, Debug)]
pub struct Operator {
    /// Its client id.
    pub client_id: Uuid,
    /// Its client secret.
    pub client_secret: Secret,
}

/// The world at the start, and who may work in it.
#[derive(Debug)]
pub struct Start {
    /// The world; the registries have no login servers yet.
    pub world: World,
    /// The operator of tenant A.
    pub operator_a: Operator,
    /// The operator of tenant B.
    pub operator_b: Operator,
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
        ],
        role_assignments: Vec::new(),
        clusters: Vec::new(),
        registries: Vec::new(),
        operations: Vec::new(),
    };
    let operator_a = builder.operator(&mut world, CONTOSO, &OPERATOR_A, &setup.world.operator_a);
    let operator_b = builder.operator(&mut world, registry_tenant, &OPERATOR_B, &setup.world.operator_b);
    builder.grant(
        &mut world,
        CONTOSO,
        OPERATOR_A.principal,
        &cluster_places(),
        operator_roles(&setup.world.operator_a, "Contributor"),
    );
    builder.grant(
        &mut world,
        registry_tenant,
        OPERATOR_B.principal,
        &registry_places(),
        operator_roles(&setup.world.operator_b, "Owner"),
    );
    builder.cluster(&mut world, setup);
    builder.registries(&mut world, setup, registry_tenant);
    Start { world, operator_a, operator_b }
}

fn operator_roles(part: &OperatorPart, usual: &str) -> Vec<RolePart> {
    part.roles.clone().unwrap_or_else(|| vec![RolePart { role: usual.to_owned(), on: On::Subscription }])
}

fn directory(id: Uuid, display_name: &str, label: &str, cloud: &CloudNames) -> Directory {
    Directory {
        id,
        display_name: display_name.to_owned(),
        domains: vec![format!("{label}.com"), format!("{label}.{}", cloud.tenant_domain)],
        applications: Vec::new(),
        service_principals: Vec::new(),
    }
}

fn subscription(id: Uuid, tenant: Uuid, display_name: &str, resource_groups: &[&str]) -> Subscription {
    let resource_groups = resource_groups.iter().map(|&name| name.to_owned()).collect();
    Subscription { id, tenant, display_name: display_name.to_owned(), resource_groups }
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
            };
            node.pulls = cluster.images.iter().map(waiting).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Moment, rights};

    #[test]
    fn the_operators_have_what_the_route_needs_and_no_more() {
        let start = build(&Setup::default(), Timestamp::now());
        let may = |principal, scope: &str, action: &str| {
            rights::held(&start.world, Moment::START, 0.0, principal, scope).any(|(_, role)| role.allows(action))
        };
        let (cluster, registry) = (cluster_places().resource, registry_places().resource);
        assert!(may(
            OPERATOR_A.principal,
            &cluster,
            "Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action"
        ));
        assert!(!may(OPERATOR_A.principal, &cluster, "Microsoft.Authorization/roleAssignments/write"));
        assert!(may(OPERATOR_B.principal, &registry, "Microsoft.Authorization/roleAssignments/write"));
        assert!(!may(OPERATOR_B.principal, &cluster, "Microsoft.ContainerService/managedClusters/read"));
    }
}
