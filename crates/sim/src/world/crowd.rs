//! A great many clusters and registries beside those that are there to be worked with. They are computed from their numbers
//! whenever somebody asks, so they cost neither time at the start nor memory. One can look at them; they have no data plane.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    cluster::{Cluster, ClusterIdentity, Credential, KubeletIdentity, ManagedIdentity, ManagedKind, Namespace, Node},
    kubernetes::{Kubernetes, KubernetesAccess},
    registry::{Registry, RegistryPassword},
};
use crate::secret::Secret;

/// Teams, after which resource groups are named.
const TEAMS: &[&str] = &[
    "billing",
    "catalog",
    "checkout",
    "data",
    "edge",
    "fraud",
    "identity",
    "insight",
    "loyalty",
    "mobile",
    "orders",
    "payments",
    "platform",
    "portal",
    "pricing",
    "returns",
    "search",
    "shipping",
    "stores",
    "warehouse",
];
const ENVIRONMENTS: &[&str] = &["dev", "test", "stage", "prod"];
/// Regions and how names shorten them.
const REGIONS: &[(&str, &str)] = &[
    ("westeurope", "weu"),
    ("northeurope", "neu"),
    ("germanywestcentral", "gwc"),
    ("swedencentral", "swc"),
    ("uksouth", "uks"),
    ("eastus2", "eus2"),
    ("westus3", "wus3"),
    ("southeastasia", "sea"),
];
const SKUS: &[&str] = &["Basic", "Standard", "Premium"];
const VERSIONS: &[&str] = &["1.31.9", "1.32.6", "1.33.2"];

/// The kind of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Managed clusters.
    Cluster,
    /// Registries.
    Registry,
}

impl Kind {
    /// Returns provider and type, as ids have them.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Cluster => "Microsoft.ContainerService/managedClusters",
            Self::Registry => "Microsoft.ContainerRegistry/registries",
        }
    }
}

/// All members of the crowd.
#[derive(Debug, Default)]
pub struct Crowd {
    /// The subscriptions of tenant A that the clusters are in.
    pub cluster_subscriptions: Vec<Uuid>,
    /// The subscriptions of tenant B that the registries are in.
    pub registry_subscriptions: Vec<Uuid>,
    /// The number of clusters.
    pub clusters: usize,
    /// The number of registries.
    pub registries: usize,
}

/// One of them: everything that follows from its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The kind of the member.
    pub kind: Kind,
    /// The number.
    pub n: usize,
    /// The subscription.
    pub subscription: Uuid,
    /// The resource group.
    pub group: String,
    /// The name.
    pub name: String,
    /// The region.
    pub location: &'static str,
}

impl Member {
    /// Returns the resource id.
    #[must_use]
    pub fn id(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/{}/{}",
            self.subscription,
            self.group,
            self.kind.path(),
            self.name
        )
    }

    /// Returns `properties.kubernetesVersion`.
    #[must_use]
    pub fn version(&self) -> &'static str {
        pick(VERSIONS, self.n)
    }

    /// Returns the client id of a cluster's service principal; two of three have a managed identity.
    #[must_use]
    pub fn client_id(&self) -> Option<Uuid> {
        self.n.is_multiple_of(3).then(|| Uuid::new_v5(&self.subscription, self.name.as_bytes()))
    }

    /// Returns the host where the member would answer, a name that no resolver knows (RFC 6761).
    #[must_use]
    pub fn host(&self) -> String {
        match self.kind {
            Kind::Cluster => format!("{}-dns-a1b2c3d4.hcp.{}.azmk8s.invalid", self.name, self.location),
            Kind::Registry => format!("{}.azurecr.invalid", self.name),
        }
    }
}

fn pick<T: Copy + Default>(all: &[T], n: usize) -> T {
    all.get(n % all.len().max(1)).copied().unwrap_or_default()
}

/// Returns `sku.name` of a registry.
#[must_use]
pub fn sku(n: usize) -> &'static str {
    pick(SKUS, n)
}

/// Returns the names of the resource groups that a subscription of the crowd has.
#[must_use]
pub fn groups() -> Vec<String> {
    TEAMS
        .iter()
        .flat_map(|team| ENVIRONMENTS.iter().map(move |environment| format!("rg-{team}-{environment}")))
        .collect()
}

impl Crowd {
    /// Returns every one of a kind.
    pub fn members(&self, kind: Kind) -> impl Iterator<Item = Member> {
        let many = match kind {
            Kind::Cluster => self.clusters,
            Kind::Registry => self.registries,
        };
        (0..many).map(move |n| self.member(kind, n))
    }

    /// Returns those of a kind in one subscription.
    pub fn members_in(&self, kind: Kind, subscription: Uuid) -> impl Iterator<Item = Member> {
        self.members(kind).filter(move |member| member.subscription == subscription)
    }

    /// Returns the one of a resource id, written in any case.
    #[must_use]
    pub fn find(&self, kind: Kind, id: &str) -> Option<Member> {
        let digits = id.bytes().rev().take_while(u8::is_ascii_digit).count().min(5);
        let n = id.get(id.len().checked_sub(digits)?..)?.parse().ok()?;
        let many = if kind == Kind::Cluster { self.clusters } else { self.registries };
        (n < many).then(|| self.member(kind, n)).filter(|member| member.id().eq_ignore_ascii_case(id))
    }

    fn member(&self, kind: Kind, n: usize) -> Member {
        let subscriptions =
            if kind == Kind::Cluster { &self.cluster_subscriptions } else { &self.registry_subscriptions };
        // Each divided by another prime, so that the names do not go in step.
        let team = pick(TEAMS, n / 3);
        let environment = pick(ENVIRONMENTS, n / 7);
        let (location, short) = pick(REGIONS, n / 11);
        let name = match kind {
            Kind::Cluster => format!("aks-{team}-{environment}-{short}-{n:05}"),
            Kind::Registry => format!("acr{team}{environment}{short}{n:05}"),
        };
        Member {
            kind,
            n,
            subscription: pick(subscriptions, n),
            group: format!("rg-{team}-{environment}"),
            name,
            location,
        }
    }
}

/// Returns a cluster of the crowd, whole.
#[must_use]
pub fn cluster(member: &Member, tenant: Uuid) -> Cluster {
    let identity = match member.client_id() {
        Some(client_id) => {
            ClusterIdentity::ServicePrincipal(Credential { client_id, secret: Secret::new(String::new()) })
        }
        None => ClusterIdentity::Managed(managed(member)),
    };
    let node = |n| Node { name: format!("aks-nodepool1-27182818-vmss{n:06}"), credential: None, pulls: Vec::new() };
    Cluster {
        id: member.id(),
        name: member.name.clone(),
        tenant,
        location: member.location.to_owned(),
        issuer: String::new(),
        node_resource_group: format!("MC_{}_{}_{}", member.group, member.name, member.location),
        kubernetes_version: member.version().to_owned(),
        identity,
        provisioning_state: "Succeeded".to_owned(),
        power_state: if member.n % 17 == 16 { "Stopped" } else { "Running" }.to_owned(),
        resets: 0,
        nodes: (0..3 + member.n % 5).map(node).collect(),
        images: Vec::new(),
        free_vcpus: 0,
        entra: None,
        network: super::ClusterNetwork::default(),
        disable_local_accounts: false,
        namespaces: BTreeMap::<String, Namespace>::new(),
        kubernetes: Kubernetes {
            access: KubernetesAccess::Private,
            no_secrets_in: Vec::new(),
            address: member.host(),
            authority: String::new(),
            users: Vec::new(),
            created: Timestamp::UNIX_EPOCH,
            workloads: Vec::new(),
            stored: Vec::new(),
            gone: Vec::new(),
            revision: 1,
        },
    }
}

/// Returns the managed identities of a cluster of the crowd, which no directory lists.
fn managed(member: &Member) -> ManagedIdentity {
    let id = |what: &str| Uuid::new_v5(&member.subscription, format!("{} {what}", member.name).as_bytes());
    let group = format!("MC_{}_{}_{}", member.group, member.name, member.location);
    ManagedIdentity {
        kind: ManagedKind::SystemAssigned,
        principal_id: id("principal"),
        kubelet: KubeletIdentity {
            resource_id: format!(
                "/subscriptions/{}/resourcegroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{}-agentpool",
                member.subscription, member.name
            ),
            client_id: id("kubelet"),
            object_id: id("kubelet object"),
        },
    }
}

/// Returns a registry of the crowd, whole.
#[must_use]
pub fn registry(member: &Member, tenant: Uuid) -> Registry {
    Registry {
        id: member.id(),
        name: member.name.clone(),
        tenant,
        location: member.location.to_owned(),
        login_server: member.host(),
        sku: sku(member.n).to_owned(),
        role_assignment_mode: "LegacyRegistryPermissions".to_owned(),
        mode_switches: 0,
        admin_user_enabled: false,
        admin_passwords: [RegistryPassword::old(), RegistryPassword::old()],
        firewalled: member.n % 13 == 12,
        firewall_lets_nodes_in: false,
        accepts_arm_tokens: true,
        repositories: Arc::default(),
        windows: Arc::default(),
        tokens: Vec::new(),
        scope_maps: Vec::new(),
        pulls: Vec::new(),
        pushes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_id_and_is_the_only_one_with_it() {
        let crowd = Crowd {
            cluster_subscriptions: (1..9).map(Uuid::from_u128).collect(),
            registry_subscriptions: (1..4).map(Uuid::from_u128).collect(),
            clusters: 10_000,
            registries: 10_000,
        };
        for kind in [Kind::Cluster, Kind::Registry] {
            let mut ids: Vec<String> = crowd.members(kind).map(|member| member.id()).collect();
            for id in ids.iter().step_by(37) {
                assert_eq!(crowd.find(kind, &id.to_uppercase()).map(|member| member.id()).as_ref(), Some(id));
            }
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), 10_000);
        }
        assert_eq!(crowd.find(Kind::Cluster, "/subscriptions/x/aks-10000"), None);
        let known = groups();
        assert!(crowd.members(Kind::Cluster).all(|member| known.contains(&member.group)));
    }
}
