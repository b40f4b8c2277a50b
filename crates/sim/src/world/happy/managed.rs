//! The managed identities of the cluster: service principals that no application of the tenant has.

use serde_json::json;
use uuid::{Uuid, uuid};

use super::{
    CONTOSO,
    identities::{Builder, CLUSTER_APP, Ids, cluster_places},
};
use crate::{
    scenario::IdentityPart,
    world::{ClusterIdentity, KubeletIdentity, ManagedIdentity, ManagedKind, World},
};

/// Returns the ids of the identity of the control plane, by its name.
const fn control_plane(name: &'static str) -> Ids {
    Ids {
        name,
        application: Uuid::nil(),
        client: CLUSTER_APP.client,
        principal: CLUSTER_APP.principal,
        graph_roles: &[],
    }
}

/// Returns the ids of the identity of the kubelets, by its name.
const fn kubelet(name: &'static str) -> Ids {
    Ids {
        name,
        application: Uuid::nil(),
        client: uuid!("0d0d0d0d-0002-4d0d-8d0d-00000000d002"),
        principal: uuid!("0d0d0d0d-0003-4d0d-8d0d-00000000d003"),
        graph_roles: &[],
    }
}

/// AKS names the identity of the control plane as the cluster, and makes that of the kubelets in the node resource group.
static MADE_BY_AKS: [Ids; 2] = [control_plane("aks-shop"), kubelet("aks-shop-agentpool")];
/// Identities of the operator's own, in the cluster's resource group.
static MADE_BY_THE_OPERATOR: [Ids; 2] = [control_plane("id-aks-shop"), kubelet("id-aks-shop-kubelet")];

impl Builder {
    /// Makes the managed identities of the cluster.
    pub fn managed_identity(&self, world: &mut World, kind: IdentityPart) -> ClusterIdentity {
        let of_operator = kind == IdentityPart::UserAssigned;
        let [control, kubelet] = if of_operator { &MADE_BY_THE_OPERATOR } else { &MADE_BY_AKS };
        let places = cluster_places();
        let group = if of_operator { &places.resource_group } else { &places.node_resource_group };
        let user_assigned = |ids: &Ids| resource_id(group, ids.name);
        let control_resource = if of_operator { user_assigned(control) } else { places.resource.clone() };
        self.managed_principal(world, control, of_operator, &control_resource);
        self.managed_principal(world, kubelet, true, &user_assigned(kubelet));
        ClusterIdentity::Managed(ManagedIdentity {
            kind: if of_operator {
                ManagedKind::UserAssigned { resource_id: control_resource, client_id: control.client }
            } else {
                ManagedKind::SystemAssigned
            },
            principal_id: control.principal,
            kubelet: KubeletIdentity {
                resource_id: user_assigned(kubelet).replacen("/resourceGroups/", "/resourcegroups/", 1),
                client_id: kubelet.client,
                object_id: kubelet.principal,
            },
        })
    }

    /// Lists a managed identity in the directory. Its alternative names say what resource it belongs to, and whether it is
    /// a resource of its own (Entra's document "View the service principal of a managed identity").
    fn managed_principal(&self, world: &mut World, ids: &Ids, explicit: bool, resource: &str) {
        let mut principal = self.principal(CONTOSO, ids, Vec::new(), "ManagedIdentity");
        let explicit = if explicit { "isExplicit=True" } else { "isExplicit=False" };
        principal.extra.insert("alternativeNames".to_owned(), json!([explicit, resource]));
        if let Some(directory) = world.directory_mut(CONTOSO) {
            directory.service_principals.push(principal);
        }
    }
}

fn resource_id(group: &str, name: &str) -> String {
    format!("{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}")
}
