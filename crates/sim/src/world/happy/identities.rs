//! The identities in the world at the start: applications with their service principals, and the roles that they hold.

use jiff::{SignedDuration, Timestamp};
use uuid::{Uuid, uuid};

use super::{CONTOSO, HUB_SUBSCRIPTION, Operator, REGISTRY_SUBSCRIPTION, SHOP_SUBSCRIPTION, many, network};
use crate::{
    clock::Moment,
    roles,
    scenario::{On, OperatorPart, RolePart, WorldPart},
    secret::Secret,
    world::{Application, Group, Keeper, Password, RoleAssignment, ServicePrincipal, World},
};

/// The age of everything at the start, and the time that its secrets are still good.
pub const LONG_BEFORE: SignedDuration = SignedDuration::from_hours(24 * 200);

/// The ids of an application with its service principal.
pub struct Ids {
    /// The name.
    pub name: &'static str,
    /// The object id of the application.
    pub application: Uuid,
    /// The client id.
    pub client: Uuid,
    /// The object id of the service principal.
    pub principal: Uuid,
    /// The app roles on Microsoft Graph it usually has.
    pub graph_roles: &'static [&'static str],
}

/// The operator of tenant A.
pub static OPERATOR_A: Ids = Ids {
    name: "contoso-operator",
    application: uuid!("0a0a0a0a-0001-4a0a-8a0a-00000000a001"),
    client: uuid!("0a0a0a0a-0002-4a0a-8a0a-00000000a002"),
    principal: uuid!("0a0a0a0a-0003-4a0a-8a0a-00000000a003"),
    graph_roles: &["Application.ReadWrite.OwnedBy", "Organization.Read.All"],
};
/// The operator of tenant B.
pub static OPERATOR_B: Ids = Ids {
    name: "fabrikam-operator",
    application: uuid!("0b0b0b0b-0001-4b0b-8b0b-00000000b001"),
    client: uuid!("0b0b0b0b-0002-4b0b-8b0b-00000000b002"),
    principal: uuid!("0b0b0b0b-0003-4b0b-8b0b-00000000b003"),
    graph_roles: &["Application.ReadWrite.All", "Organization.Read.All"],
};
/// The managed identity of a machine of tenant A, which may do what the operator may. It has no application.
pub static MANAGED_IDENTITY: Ids = Ids {
    name: "contoso-operator-vm",
    application: Uuid::nil(),
    client: uuid!("0f0f0f0f-0002-4f0f-8f0f-00000000f002"),
    principal: uuid!("0f0f0f0f-0003-4f0f-8f0f-00000000f003"),
    graph_roles: OPERATOR_A.graph_roles,
};
/// The managed identity of a machine of tenant B, which may do what that operator may.
pub static MANAGED_IDENTITY_IN_B: Ids = Ids {
    name: "fabrikam-operator-vm",
    application: Uuid::nil(),
    client: uuid!("0f0f0f0f-0002-4f0f-8f0f-00000000b002"),
    principal: uuid!("0f0f0f0f-0003-4f0f-8f0f-00000000b003"),
    graph_roles: OPERATOR_B.graph_roles,
};
/// The ids of the app that the cluster signs in with.
pub static CLUSTER_APP: Ids = Ids {
    name: "aks-shop-sp",
    application: uuid!("0c0c0c0c-0001-4c0c-8c0c-00000000c001"),
    client: uuid!("0c0c0c0c-0002-4c0c-8c0c-00000000c002"),
    principal: uuid!("0c0c0c0c-0003-4c0c-8c0c-00000000c003"),
    graph_roles: &[],
};

/// The places where roles can be held, by the words of scenario files.
pub struct Places {
    /// The subscription.
    pub subscription: String,
    /// The resource group.
    pub resource_group: String,
    /// The node resource group.
    pub node_resource_group: String,
    /// The resource.
    pub resource: String,
}

/// Returns the places of the cluster.
pub fn cluster_places() -> Places {
    let subscription = format!("/subscriptions/{SHOP_SUBSCRIPTION}");
    Places {
        resource_group: format!("{subscription}/resourceGroups/rg-shop"),
        node_resource_group: format!("{subscription}/resourceGroups/MC_rg-shop_aks-shop_westeurope"),
        resource: format!(
            "{subscription}/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop"
        ),
        subscription,
    }
}

/// Returns the places of the registry.
pub fn registry_places() -> Places {
    let subscription = format!("/subscriptions/{REGISTRY_SUBSCRIPTION}");
    let resource_group = format!("{subscription}/resourceGroups/rg-registry");
    Places {
        node_resource_group: resource_group.clone(),
        resource: format!("{resource_group}/providers/Microsoft.ContainerRegistry/registries/registryb"),
        resource_group,
        subscription,
    }
}

/// Returns the places of the hub; the resource is the subnet of its network.
pub fn hub_places() -> Places {
    let subscription = format!("/subscriptions/{HUB_SUBSCRIPTION}");
    let resource_group = format!("{subscription}/resourceGroups/rg-network");
    Places {
        node_resource_group: resource_group.clone(),
        resource: format!("{resource_group}/providers/Microsoft.Network/virtualNetworks/hub/subnets/aks"),
        resource_group,
        subscription,
    }
}

/// Returns the scope of a place; `places` are those of whoever the place is told of.
pub fn scope_of(on: On, places: &Places) -> String {
    match on {
        On::Subscription => places.subscription.clone(),
        On::ResourceGroup => places.resource_group.clone(),
        On::NodeResourceGroup => places.node_resource_group.clone(),
        On::Resource => places.resource.clone(),
        On::HubNetwork => hub_places().resource,
        On::HubRouteTable => network::hub().route_table,
        On::HubSecurityGroup => network::hub().security_group,
        On::HubZone => network::hub().zone,
        On::Registry => registry_places().resource,
        On::RegistryResourceGroup => registry_places().resource_group,
        On::RegistrySubscription => registry_places().subscription,
        On::InSubscription(n) => format!("/subscriptions/{}", many::subscription_id(n)),
    }
}

/// The principal that is given a role.
pub struct Holder {
    tenant: Uuid,
    id: Uuid,
    kind: &'static str,
}

impl Holder {
    /// Returns the object id.
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// Returns a service principal of a tenant.
    pub fn principal(tenant: Uuid, ids: &Ids) -> Self {
        Self { tenant, id: ids.principal, kind: "ServicePrincipal" }
    }

    /// Returns the operator of the registry's tenant: that of tenant A where one tenant has both cluster and registry.
    pub fn operator_of_registry(world: &World) -> Self {
        Self::principal(world.b, if world.a == world.b { &OPERATOR_A } else { &OPERATOR_B })
    }

    /// Returns a user of a tenant.
    pub fn user(tenant: Uuid, id: Uuid) -> Self {
        Self { tenant, id, kind: "User" }
    }
}

/// Returns the app roles on Graph of an operator.
fn graph_roles(ids: &Ids, part: &OperatorPart) -> Vec<String> {
    let usual = || ids.graph_roles.iter().map(|&role| role.to_owned()).collect();
    part.graph_roles.clone().unwrap_or_else(usual)
}

/// Writes things that have been there for long.
pub struct Builder {
    /// The day of the start.
    pub today: Timestamp,
    /// The time at which everything was set up.
    pub before: Timestamp,
}

impl Builder {
    /// Adds an application of a tenant with its service principal and one secret.
    pub fn application(&self, world: &mut World, tenant: Uuid, ids: &Ids, graph_roles: Vec<String>) -> Secret {
        let secret = Secret::client();
        let Some(directory) = world.directory_mut(tenant) else {
            return secret;
        };
        directory.applications.push(Application {
            id: ids.application,
            app_id: ids.client,
            display_name: ids.name.to_owned(),
            sign_in_audience: "AzureADMyOrg".to_owned(),
            redirect_uris: Vec::new(),
            passwords: vec![Password {
                key_id: Uuid::new_v5(&ids.application, b"password"),
                display_name: Some("initial".to_owned()),
                start: self.before,
                end: self.today.checked_add(LONG_BEFORE).unwrap_or(self.today),
                secret: secret.clone(),
                written: Moment::LONG_AGO,
            }],
            certificates: Vec::new(),
            federated: Vec::new(),
            owners: Vec::new(),
            extra: serde_json::Map::new(),
            created: self.before,
            written: Moment::LONG_AGO,
        });
        let principal = self.principal(tenant, ids, graph_roles, "Application");
        directory.service_principals.push(principal);
        secret
    }

    /// Returns the service principal of an application or managed identity.
    pub fn principal(&self, tenant: Uuid, ids: &Ids, graph_roles: Vec<String>, kind: &str) -> ServicePrincipal {
        ServicePrincipal {
            id: ids.principal,
            app_id: ids.client,
            display_name: ids.name.to_owned(),
            app_owner: tenant,
            sign_in_audience: "AzureADMyOrg".to_owned(),
            enabled: true,
            graph_roles,
            kind: kind.to_owned(),
            owners: Vec::new(),
            extra: serde_json::Map::new(),
            created: self.before,
            written: Moment::LONG_AGO,
            replica: Default::default(),
        }
    }

    /// The machine's managed identity, with the rights of the operator of its tenant.
    pub fn machine(&self, world: &mut World, part: &WorldPart) {
        if part.machine_in_b == Some(true) {
            let holder = self.managed_operator(world, world.b, &MANAGED_IDENTITY_IN_B, &part.operator_b);
            let roles = super::operator_roles(&part.operator_b, super::OPERATOR_B_ROLES);
            self.grant(world, &holder, &registry_places(), roles);
        } else {
            let holder = self.managed_operator(world, CONTOSO, &MANAGED_IDENTITY, &part.operator_a);
            let roles = super::operator_roles(&part.operator_a, super::OPERATOR_A_ROLES);
            self.grant(world, &holder, &cluster_places(), roles);
            self.grant(world, &holder, &hub_places(), super::hub_roles(&part.operator_a));
            if world.a == world.b {
                let roles = super::operator_roles(&part.operator_b, super::OPERATOR_B_ROLES);
                self.grant(world, &holder, &registry_places(), roles);
            }
        }
    }

    fn managed_operator(&self, world: &mut World, tenant: Uuid, ids: &Ids, part: &OperatorPart) -> Holder {
        let principal = self.principal(tenant, ids, graph_roles(ids, part), "ManagedIdentity");
        if let Some(directory) = world.directory_mut(tenant) {
            directory.service_principals.push(principal);
        }
        Holder::principal(tenant, ids)
    }

    /// Adds an operator of a tenant.
    pub fn operator(&self, world: &mut World, tenant: Uuid, ids: &Ids, part: &OperatorPart) -> Operator {
        let client_secret = self.application(world, tenant, ids, graph_roles(ids, part));
        Operator { client_id: ids.client, client_secret }
    }

    /// The groups of the cluster's principal and of the identity that its nodes pull images with, and their roles.
    pub fn groups(&self, world: &mut World, part: &WorldPart) {
        let roles = |roles: &Option<Vec<RolePart>>| roles.clone().unwrap_or_default();
        for name in part.old_principal_groups.iter().flatten() {
            self.group(world, name, CLUSTER_APP.principal, roles(&part.group_roles));
        }
        let Some(puller) = world.clusters.first().and_then(|cluster| world.puller_of(cluster)) else {
            return;
        };
        let holder = Holder { tenant: CONTOSO, id: puller, kind: "ServicePrincipal" };
        self.grant(world, &holder, &cluster_places(), roles(&part.kubelet_roles));
        for name in part.kubelet_groups.iter().flatten() {
            self.group(world, name, puller, roles(&part.kubelet_group_roles));
        }
    }

    /// A group of tenant A with a member and roles. A group that is there already gets both too.
    fn group(&self, world: &mut World, name: &str, member: Uuid, roles: Vec<RolePart>) {
        let id = Uuid::new_v5(&CONTOSO, name.as_bytes());
        let Some(directory) = world.directory_mut(CONTOSO) else {
            return;
        };
        match directory.groups.iter_mut().find(|group| group.id == id) {
            Some(group) => group.members.push(member),
            None => {
                let (display_name, members) = (name.to_owned(), vec![member]);
                let keeper = Keeper::People;
                directory.groups.push(Group {
                    id,
                    display_name,
                    members,
                    owners: Vec::new(),
                    keeper,
                    created: self.before,
                });
            }
        }
        let holder = Holder { tenant: CONTOSO, id, kind: "Group" };
        self.grant(world, &holder, &cluster_places(), roles);
    }

    /// Gives somebody roles.
    pub fn grant(&self, world: &mut World, holder: &Holder, places: &Places, roles: Vec<RolePart>) {
        for part in roles {
            let Some(role) = roles::by_name(&part.role) else {
                continue;
            };
            if part.on.is_at_registry() && holder.tenant != world.b {
                continue;
            }
            let scope = scope_of(part.on, places);
            world.role_assignments.push(RoleAssignment {
                tenant: holder.tenant,
                name: Uuid::new_v5(&holder.id, format!("{scope} {}", role.id).as_bytes()).to_string(),
                scope,
                principal_id: holder.id,
                principal_type: holder.kind.to_owned(),
                role: role.id.to_owned(),
                condition_version: part.condition.as_ref().map(|_| "2.0".to_owned()),
                condition: part.condition,
                description: None,
                created_by: None,
                created: self.before,
                written: Moment::LONG_AGO,
            });
        }
    }
}
