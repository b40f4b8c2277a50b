//! The resources in the world at the start: a cluster and two registries.

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;

use super::{
    CONTOSO,
    identities::{Builder, CLUSTER_APP, Holder, MANAGED_IDENTITY, OPERATOR_A, cluster_places, registry_places},
    many, network, people,
};
use crate::{
    scenario::{ClusterPart, IdentityPart, KubernetesPart, NAMESPACES, On, RolePart, Setup, WorkloadPart, WorldPart},
    world::{
        Cluster, ClusterIdentity, Credential, Kubernetes, KubernetesAccess, Node, Registry, RegistryPassword, Workload,
        World,
    },
};

const LOCATION: &str = "westeurope";

/// Makes a service principal or user an owner of an application of tenant A.
fn own(world: &mut World, application: Uuid, owner: Uuid) {
    let applications = world.directory_mut(CONTOSO).map(|directory| directory.applications.iter_mut());
    if let Some(found) = applications.into_iter().flatten().find(|found| found.id == application) {
        found.owners.push(owner);
    }
}

impl Builder {
    /// The cluster with its identity, which has Contributor on the resource group of the nodes.
    pub fn cluster(&self, world: &mut World, setup: &Setup) {
        let part = &setup.world.cluster;
        let places = cluster_places();
        let identity = match setup.world.identity_of_cluster() {
            IdentityPart::ServicePrincipal => self.service_principal(world, &setup.world),
            managed => self.managed_identity(world, managed),
        };
        let mut roles = vec![RolePart::new("Contributor", On::NodeResourceGroup)];
        roles.extend(setup.world.old_principal_roles.clone().unwrap_or_default());
        self.grant(world, &Holder::principal(CONTOSO, &CLUSTER_APP), &places, roles);
        let credential = identity.credential().cloned();
        let node = |n| Node {
            name: format!("aks-agentpool-31415926-vmss{n:06}"),
            credential: credential.clone(),
            pulls: Vec::new(),
        };
        let mut cluster = Cluster {
            id: places.resource,
            name: "aks-shop".to_owned(),
            tenant: CONTOSO,
            location: LOCATION.to_owned(),
            issuer: String::new(),
            node_resource_group: "MC_rg-shop_aks-shop_westeurope".to_owned(),
            kubernetes_version: "1.33.2".to_owned(),
            identity,
            provisioning_state: part.provisioning_state.clone().unwrap_or_else(|| "Succeeded".to_owned()),
            power_state: part.power_state.clone().unwrap_or_else(|| "Running".to_owned()),
            resets: 0,
            nodes: (0..part.nodes.unwrap_or(3)).map(node).collect(),
            images: part.images.clone().unwrap_or_else(|| vec!["shop/web:1.4".to_owned()]),
            free_vcpus: part.free_vcpus.unwrap_or(94),
            entra: None,
            network: network::place(world, part.network.as_ref()),
            disable_local_accounts: false,
            namespaces: BTreeMap::new(),
            kubernetes: self.kubernetes(part),
        };
        for name in NAMESPACES {
            cluster.open(name, self.before);
        }
        world.clusters.push(cluster);
    }

    /// Adds the application that the cluster signs in with.
    fn service_principal(&self, world: &mut World, part: &WorldPart) -> ClusterIdentity {
        let graph_roles = part.old_principal_graph_roles.clone().unwrap_or_default();
        let secret = self.application(world, CONTOSO, &CLUSTER_APP, graph_roles);
        if part.operator_a.owns_cluster_app != Some(false) {
            for owner in [OPERATOR_A.principal, MANAGED_IDENTITY.principal, people::OPS_A] {
                own(world, CLUSTER_APP.application, owner);
            }
        }
        self.secrets_of_cluster(world, &part.cluster);
        ClusterIdentity::ServicePrincipal(Credential { client_id: CLUSTER_APP.client, secret })
    }

    /// Sets the end of the secret of the cluster's application, and adds its other secrets.
    fn secrets_of_cluster(&self, world: &mut World, part: &ClusterPart) {
        let more = part.more_secrets.iter().flatten().map(|secret| self.password(CLUSTER_APP.application, secret));
        let applications = world.directory_mut(CONTOSO).map(|directory| directory.applications.iter_mut());
        if let Some(found) = applications.into_iter().flatten().find(|found| found.id == CLUSTER_APP.application) {
            for password in &mut found.passwords {
                password.end = self.in_days(part.secret_ends_in_days);
            }
            found.passwords.extend(more);
        }
    }

    /// Returns the Kubernetes API of the cluster, with a small shop.
    fn kubernetes(&self, part: &ClusterPart) -> Kubernetes {
        let shop = || vec![WorkloadPart::shop("web", 2, Some(1))];
        let workloads = part.workloads.clone().unwrap_or_else(shop).into_iter().map(|part| Workload {
            kind: part.kind,
            namespace: part.namespace,
            name: part.name,
            replicas: part.replicas,
            min_available: part.min_available,
        });
        Kubernetes {
            access: match part.kubernetes {
                None | Some(KubernetesPart::Open) => KubernetesAccess::Open,
                Some(KubernetesPart::Private) => KubernetesAccess::Private,
                Some(KubernetesPart::ReadOnly) => KubernetesAccess::ReadOnly,
                Some(KubernetesPart::NoSecrets) => KubernetesAccess::NoSecrets,
            },
            no_secrets_in: part.no_secrets_in.clone().unwrap_or_default(),
            address: String::new(),
            authority: String::new(),
            users: Vec::new(),
            created: self.before,
            workloads: workloads.collect(),
            stored: Vec::new(),
            gone: Vec::new(),
            revision: 1,
        }
    }

    /// The registry the cluster is to pull from, and another that it is not.
    pub fn registries(&self, world: &mut World, setup: &Setup, tenant: Uuid) {
        let part = &setup.world.registry;
        let places = registry_places();
        let mode = part.role_assignment_mode.clone().unwrap_or_else(|| "LegacyRegistryPermissions".to_owned());
        let usual = || {
            let tags = |tags: &[&str]| tags.iter().map(|&tag| tag.to_owned()).collect::<Vec<_>>();
            BTreeMap::from([
                ("shop/api".to_owned(), tags(&["2.0", "latest"])),
                ("shop/web".to_owned(), tags(&["1.3", "1.4", "latest"])),
                ("tools/base".to_owned(), tags(&["1.0"])),
            ])
        };
        for (name, main) in [("registryb", true), ("registryother", false)] {
            let mut repositories = part.repositories.clone().filter(|_| main).unwrap_or_else(usual);
            if main {
                many::fill(&mut repositories, &setup.world.many);
            }
            repositories.values_mut().for_each(|tags| tags.sort());
            world.registries.push(Registry {
                id: format!("{}/providers/Microsoft.ContainerRegistry/registries/{name}", places.resource_group),
                name: name.to_owned(),
                tenant,
                location: LOCATION.to_owned(),
                login_server: String::new(),
                sku: part.sku.clone().filter(|_| main).unwrap_or_else(|| "Standard".to_owned()),
                role_assignment_mode: mode.clone(),
                mode_switches: 0,
                admin_user_enabled: main && part.admin_user_enabled.unwrap_or(false),
                admin_passwords: [RegistryPassword::old(), RegistryPassword::old()],
                firewalled: main && part.firewalled.unwrap_or(false),
                firewall_lets_nodes_in: part.firewall_lets_nodes_in.unwrap_or(false),
                accepts_arm_tokens: part.accepts_arm_tokens.unwrap_or(true),
                repositories: Arc::new(repositories),
                windows: Arc::new(part.windows.iter().flatten().filter(|_| main).cloned().collect()),
                tokens: Vec::new(),
                scope_maps: Vec::new(),
                pulls: Vec::new(),
                pushes: Vec::new(),
            });
        }
    }
}
