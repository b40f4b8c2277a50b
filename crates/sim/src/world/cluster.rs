//! Clusters: what they sign in with, their nodes, and what became of the images there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::kubernetes::Kubernetes;
use crate::secret::Secret;

/// What a service principal signs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The client id.
    pub client_id: Uuid,
    /// The client secret.
    pub secret: Secret,
}

/// How a cluster signs in to Azure.
#[derive(Clone, Debug)]
pub enum ClusterIdentity {
    /// The cluster signs in with a service principal, whose id and secret are on every node.
    ServicePrincipal(Credential),
    /// The cluster signs in with a managed identity.
    Managed(ManagedIdentity),
}

/// The managed identities of a cluster: one for its control plane, one for its kubelets.
#[derive(Clone, Debug)]
pub struct ManagedIdentity {
    /// Who made the identity of the control plane.
    pub kind: ManagedKind,
    /// The object id of the identity of the control plane.
    pub principal_id: Uuid,
    /// The identity that nodes pull images with.
    pub kubelet: KubeletIdentity,
}

/// The two kinds of managed identities.
#[derive(Clone, Debug)]
pub enum ManagedKind {
    /// AKS made it with the cluster.
    SystemAssigned,
    /// The operator made it before the cluster.
    UserAssigned {
        /// Its resource id.
        resource_id: String,
        /// Its client id.
        client_id: Uuid,
    },
}

/// The managed identity of a cluster's kubelets. Azure alone has its credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeletIdentity {
    /// The resource id, `resourcegroups` in lower case as AKS writes it.
    pub resource_id: String,
    /// The client id.
    pub client_id: Uuid,
    /// The object id of its service principal.
    pub object_id: Uuid,
}

impl ClusterIdentity {
    /// Returns what the nodes are given to sign in with; a managed identity has no secret.
    #[must_use]
    pub fn credential(&self) -> Option<&Credential> {
        match self {
            Self::ServicePrincipal(credential) => Some(credential),
            Self::Managed(_) => None,
        }
    }

    /// The managed identity of the kubelets; a cluster with a service principal has none.
    #[must_use]
    pub fn kubelet(&self) -> Option<&KubeletIdentity> {
        match self {
            Self::ServicePrincipal(_) => None,
            Self::Managed(managed) => Some(&managed.kubelet),
        }
    }

    /// The client id that the nodes pull images with.
    #[must_use]
    pub fn pulls_as(&self) -> Uuid {
        match self {
            Self::ServicePrincipal(credential) => credential.client_id,
            Self::Managed(managed) => managed.kubelet.client_id,
        }
    }

    /// The word of `/_sim/world` and of scenario files for the kind of identity.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::ServicePrincipal(_) => "service-principal",
            Self::Managed(ManagedIdentity { kind: ManagedKind::SystemAssigned, .. }) => "system-assigned",
            Self::Managed(ManagedIdentity { kind: ManagedKind::UserAssigned { .. }, .. }) => "user-assigned",
        }
    }

    /// `servicePrincipalProfile.clientId`: the word `msi` where the cluster has a managed identity
    /// (`docs/facts/azure.md` 0.1).
    #[must_use]
    pub fn profile_client_id(&self) -> String {
        match self {
            Self::ServicePrincipal(credential) => credential.client_id.to_string(),
            Self::Managed(_) => "msi".to_owned(),
        }
    }
}

/// A managed cluster.
#[derive(Debug)]
pub struct Cluster {
    /// The resource id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its tenant.
    pub tenant: Uuid,
    /// The region.
    pub location: String,
    /// The issuer of its service account tokens, a slash at its end; empty until the cloud has an address.
    pub issuer: String,
    /// The resource group that AKS made for its nodes.
    pub node_resource_group: String,
    /// `properties.kubernetesVersion`.
    pub kubernetes_version: String,
    /// How the cluster signs in.
    pub identity: ClusterIdentity,
    /// `properties.provisioningState`.
    pub provisioning_state: String,
    /// `Running` or `Stopped`.
    pub power_state: String,
    /// How many resets of its service principal were accepted.
    pub resets: u32,
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// The images its pods run.
    pub images: Vec<String>,
    /// How many vCPUs of the quota of its subscription and region are free.
    pub free_vcpus: u32,
    /// Its namespaces by name.
    pub namespaces: BTreeMap<String, Namespace>,
    /// The rest of what its Kubernetes API holds.
    pub kubernetes: Kubernetes,
}

/// A node of a cluster.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// The credential that the node was given when it last started.
    pub credential: Option<Credential>,
    /// What became of each image, one entry an image.
    pub pulls: Vec<Pull>,
}

/// What became of an image on a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    /// The image, as a pod names it.
    pub image: String,
    /// Whether the node has the image.
    pub pulled: bool,
    /// The kubelet's words; empty when pulled.
    pub reason: String,
    /// Its registry, repository and digest when pulled; else empty.
    pub digest: String,
}

/// A namespace of a cluster.
#[derive(Debug)]
pub struct Namespace {
    /// When the namespace was made.
    pub created: Timestamp,
    /// The revision that made it.
    pub made: u64,
    /// Its secrets: name, type, and the registries a pull secret is for.
    pub secrets: Vec<NamespaceSecret>,
    /// Its service accounts: name, and the names of their pull secrets.
    pub service_accounts: Vec<(String, Vec<String>)>,
}

impl Namespace {
    /// A namespace with the service account that every one has.
    #[must_use]
    pub fn new(created: Timestamp, made: u64) -> Self {
        Self { created, made, secrets: Vec::new(), service_accounts: vec![("default".to_owned(), Vec::new())] }
    }
}

/// A Kubernetes secret, without its data.
#[derive(Debug)]
pub struct NamespaceSecret {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// The registries it has credentials for.
    pub servers: Vec<String>,
}
