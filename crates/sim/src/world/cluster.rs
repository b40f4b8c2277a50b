//! Clusters: what they sign in with, their nodes, and what became of the images there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::kubernetes::{Kubernetes, date};
use super::network::ClusterNetwork;
use crate::secret::Secret;

/// The credential that a service principal signs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The client id.
    pub client_id: Uuid,
    /// The client secret.
    pub secret: Secret,
}

/// The identity of a cluster in Azure.
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
    /// The kind of the control plane's identity, by who made it.
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
        /// The resource id.
        resource_id: String,
        /// The client id.
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
    /// Returns the credential that the nodes are given. A managed identity has no secret.
    #[must_use]
    pub fn credential(&self) -> Option<&Credential> {
        match self {
            Self::ServicePrincipal(credential) => Some(credential),
            Self::Managed(_) => None,
        }
    }

    /// Returns the managed identity of the kubelets; a cluster with a service principal has none.
    #[must_use]
    pub fn kubelet(&self) -> Option<&KubeletIdentity> {
        match self {
            Self::ServicePrincipal(_) => None,
            Self::Managed(managed) => Some(&managed.kubelet),
        }
    }

    /// Returns the client id that the nodes pull images with.
    #[must_use]
    pub fn pulls_as(&self) -> Uuid {
        match self {
            Self::ServicePrincipal(credential) => credential.client_id,
            Self::Managed(managed) => managed.kubelet.client_id,
        }
    }

    /// Returns the word of `/_sim/world` and of scenario files for the kind of identity.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::ServicePrincipal(_) => "service-principal",
            Self::Managed(ManagedIdentity { kind: ManagedKind::SystemAssigned, .. }) => "system-assigned",
            Self::Managed(ManagedIdentity { kind: ManagedKind::UserAssigned { .. }, .. }) => "user-assigned",
        }
    }

    /// Returns `servicePrincipalProfile.clientId`: the word `msi` where the cluster has a managed identity
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
    /// The name.
    pub name: String,
    /// The tenant.
    pub tenant: Uuid,
    /// The region.
    pub location: String,
    /// The issuer of its service account tokens, a slash at its end; empty until the cloud has an address.
    pub issuer: String,
    /// The resource group that AKS made for its nodes.
    pub node_resource_group: String,
    /// `properties.kubernetesVersion`.
    pub kubernetes_version: String,
    /// The identity of the cluster.
    pub identity: ClusterIdentity,
    /// `properties.provisioningState`.
    pub provisioning_state: String,
    /// `Running` or `Stopped`.
    pub power_state: String,
    /// The number of resets of the cluster's service principal that were accepted.
    pub resets: u32,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The images its pods run.
    pub images: Vec<String>,
    /// The vCPUs of the quota of the cluster's subscription and region that are free.
    pub free_vcpus: u32,
    /// `properties.aadProfile`, where its Kubernetes API takes users of Entra.
    pub entra: Option<EntraProfile>,
    /// The network that its nodes are in.
    pub network: ClusterNetwork,
    /// `properties.disableLocalAccounts`: whether nobody gets in but by Entra.
    pub disable_local_accounts: bool,
    /// The namespaces by name.
    pub namespaces: BTreeMap<String, Namespace>,
    /// The rest of what its Kubernetes API holds.
    pub kubernetes: Kubernetes,
}

/// The way in which a cluster takes users of Entra: those of its own tenant, by a server that AKS manages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntraProfile {
    /// `enableAzureRBAC`: whether Azure's role assignments say what they may do.
    pub azure_rbac: bool,
    /// True where custom resources have data actions of their own (a preview).
    pub custom_resources: bool,
    /// `adminGroupObjectIDs`: the groups whose members may do everything.
    pub admin_groups: Vec<Uuid>,
}

/// A node of a cluster.
#[derive(Clone, Debug)]
pub struct Node {
    /// The name.
    pub name: String,
    /// The credential that the node was given when it last started.
    pub credential: Option<Credential>,
    /// The pulls of images, one entry an image.
    pub pulls: Vec<Pull>,
}

/// The pull of an image on a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    /// The image, as a pod names it.
    pub image: String,
    /// True where the node has the image.
    pub pulled: bool,
    /// The kubelet's words; empty when pulled.
    pub reason: String,
    /// The registry, repository and digest of the image when pulled, or empty.
    pub digest: String,
}

/// A namespace of a cluster.
#[derive(Debug)]
pub struct Namespace {
    /// The time at which the namespace was made.
    pub created: Timestamp,
    /// The revision that made it.
    pub made: u64,
}

impl Cluster {
    /// Adds a namespace, with the service account that every one has.
    pub fn open(&mut self, name: &str, created: Timestamp) {
        let made = self.kubernetes.next();
        self.namespaces.insert(name.to_owned(), Namespace { created, made });
        self.usual_account(name, created);
    }

    /// Adds the service account `default` of a namespace.
    pub fn usual_account(&mut self, namespace: &str, created: Timestamp) {
        let about = format!("{} serviceaccount {namespace} {}", self.id, self.kubernetes.revision);
        let account = json!({ "metadata": {
            "name": "default",
            "namespace": namespace,
            "uid": Uuid::new_v5(&Uuid::NAMESPACE_URL, about.as_bytes()),
            "creationTimestamp": date(created),
        } });
        self.kubernetes.add("serviceaccounts", account);
    }
}
