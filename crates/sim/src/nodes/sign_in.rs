//! The credentials of a node.

use uuid::Uuid;

use crate::{
    cloud::Cloud,
    directory::SignedIn,
    names::REGISTRY_AUDIENCE,
    tokens,
    world::{Cluster, Credential, KubeletIdentity, Node, pull_secret::Login},
};

/// The credential that a node has when it pulls an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// The node has nothing.
    Nothing,
    /// A pull secret of the pod has a login for the registry.
    Login(Login),
    /// The client id and secret of the cluster's service principal are on the node.
    ServicePrincipal(Credential),
    /// The machine of the node has the managed identity of the cluster's kubelets.
    Managed {
        /// The tenant of the identity.
        tenant: Uuid,
        /// The identity.
        identity: KubeletIdentity,
    },
}

impl SignIn {
    /// Returns the credential that a node of a cluster has.
    #[must_use]
    pub fn of(cluster: &Cluster, node: &Node) -> Self {
        match (&node.credential, cluster.identity.kubelet()) {
            (Some(credential), _) => Self::ServicePrincipal(credential.clone()),
            (None, Some(identity)) => Self::Managed { tenant: cluster.tenant, identity: identity.clone() },
            (None, None) => Self::Nothing,
        }
    }
}

/// Returns the token that Azure's metadata service gives the machine for registries (cloud-provider-azure,
/// `pkg/credentialprovider`).
pub fn token(cloud: &Cloud, tenant: Uuid, identity: &KubeletIdentity) -> String {
    let who = SignedIn { tenant, app_id: identity.client_id, object_id: identity.object_id, graph_roles: Vec::new() };
    let names = cloud.world().names;
    tokens::access_token(cloud, &who, REGISTRY_AUDIENCE, names)
}
