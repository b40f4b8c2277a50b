//! Permissions that are needed in Azure, each with its reason and when it applies (Microsoft, "AKS service permissions
//! reference", 2026-04-19, and the same tables in its older page "Access and identity options for AKS").

use crate::rights::{PermissionSet, allows};

/// The circumstances in which a permission is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// Always, in the cluster's node resource group, where AKS gives it by itself.
    Always,
    /// A disk encryption set is named.
    EncryptionSet,
    /// A proximity placement group is named.
    PlacementGroup,
    /// An application gateway is the ingress.
    ApplicationGateway,
    /// The nodes are in a subnet that was there before.
    OwnSubnet,
    /// The subnet has a network security group of another resource group.
    OwnSecurityGroup,
    /// The subnet has a route table.
    OwnRouteTable,
    /// Public addresses, or prefixes of them, are named for outbound traffic.
    OwnOutboundAddresses,
    /// Container insights write to a workspace.
    Monitoring,
    /// The load balancer's pools are of addresses.
    PoolsOfAddresses,
    /// A private DNS zone was there before.
    OwnPrivateZone,
    /// A load balancer is inside a network of another resource group.
    InternalLoadBalancer,
    /// The identity that the nodes pull with was there before.
    OwnKubelet,
}

/// Actions that are needed together, and why.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// The actions, without wildcards but for a last one.
    pub actions: &'static [&'static str],
    /// The reason, as the end of a sentence that begins with "to".
    pub reason: &'static str,
    /// The circumstances.
    pub when: When,
}

/// The one who needs permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Whoever makes a cluster and changes it.
    Operator,
    /// The cluster's identity, in the node resource group, where AKS assigns a role by itself.
    Cluster,
    /// The cluster's identity, beyond the node resource group: nobody assigns these but the operator.
    ClusterBeyond,
}

const fn need(when: When, reason: &'static str, actions: &'static [&'static str]) -> Need {
    Need { actions, reason, when }
}

const OPERATOR: &[Need] = &[
    need(When::EncryptionSet, "read the id of the disk encryption set", &["Microsoft.Compute/diskEncryptionSets/read"]),
    need(
        When::PlacementGroup,
        "update the proximity placement group",
        &["Microsoft.Compute/proximityPlacementGroups/write"],
    ),
    need(
        When::ApplicationGateway,
        "set up the application gateway and join its subnet",
        &[
            "Microsoft.Network/applicationGateways/read",
            "Microsoft.Network/applicationGateways/write",
            "Microsoft.Network/virtualNetworks/subnets/join/action",
        ],
    ),
    need(
        When::OwnSubnet,
        "set up the security group of a subnet that was there before",
        &["Microsoft.Network/virtualNetworks/subnets/join/action"],
    ),
    need(
        When::OwnOutboundAddresses,
        "give the load balancer its outbound addresses",
        &["Microsoft.Network/publicIPAddresses/join/action", "Microsoft.Network/publicIPPrefixes/join/action"],
    ),
    need(
        When::Monitoring,
        "set up the workspace that monitors the containers",
        &[
            "Microsoft.OperationalInsights/workspaces/sharedkeys/read",
            "Microsoft.OperationalInsights/workspaces/read",
            "Microsoft.OperationsManagement/solutions/write",
            "Microsoft.OperationsManagement/solutions/read",
            "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
        ],
    ),
    need(
        When::PoolsOfAddresses,
        "put the nodes' addresses into the load balancer's pools",
        &["Microsoft.Network/virtualNetworks/joinLoadBalancer/action"],
    ),
];

const CLUSTER: &[Need] = &[
    need(When::Always, "make users and run the cluster", &["Microsoft.ContainerService/managedClusters/*"]),
    need(
        When::Always,
        "run the load balancer of a service",
        &[
            "Microsoft.Network/loadBalancers/delete",
            "Microsoft.Network/loadBalancers/read",
            "Microsoft.Network/loadBalancers/write",
        ],
    ),
    need(
        When::Always,
        "find and set up the public addresses of a service",
        &[
            "Microsoft.Network/publicIPAddresses/delete",
            "Microsoft.Network/publicIPAddresses/read",
            "Microsoft.Network/publicIPAddresses/write",
            "Microsoft.Network/publicIPAddresses/join/action",
        ],
    ),
    need(
        When::Always,
        "write the security rules of a service",
        &["Microsoft.Network/networkSecurityGroups/read", "Microsoft.Network/networkSecurityGroups/write"],
    ),
    need(
        When::Always,
        "run disks",
        &[
            "Microsoft.Compute/disks/delete",
            "Microsoft.Compute/disks/read",
            "Microsoft.Compute/disks/write",
            "Microsoft.Compute/locations/DiskOperations/read",
        ],
    ),
    need(
        When::Always,
        "run the storage accounts of file shares and disks",
        &[
            "Microsoft.Storage/storageAccounts/delete",
            "Microsoft.Storage/storageAccounts/listKeys/action",
            "Microsoft.Storage/storageAccounts/read",
            "Microsoft.Storage/storageAccounts/write",
            "Microsoft.Storage/operations/read",
        ],
    ),
    need(
        When::Always,
        "write the routes of the nodes",
        &[
            "Microsoft.Network/routeTables/read",
            "Microsoft.Network/routeTables/routes/delete",
            "Microsoft.Network/routeTables/routes/read",
            "Microsoft.Network/routeTables/routes/write",
            "Microsoft.Network/routeTables/write",
        ],
    ),
    need(
        When::Always,
        "read the machines of an availability set",
        &["Microsoft.Compute/virtualMachines/read", "Microsoft.Network/networkInterfaces/read"],
    ),
    need(
        When::Always,
        "give the machines of an availability set disks and a place at the load balancer",
        &["Microsoft.Compute/virtualMachines/write", "Microsoft.Network/networkInterfaces/write"],
    ),
    need(
        When::Always,
        "read the machines of a scale set, with their addresses",
        &[
            "Microsoft.Compute/virtualMachineScaleSets/read",
            "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read",
            "Microsoft.Compute/virtualMachineScaleSets/virtualmachines/instanceView/read",
            "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces/read",
            "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces/ipconfigurations/publicipaddresses/read",
        ],
    ),
    need(
        When::Always,
        "scale a scale set out and in, and give its machines disks and a place at the load balancer",
        &[
            "Microsoft.Compute/virtualMachineScaleSets/write",
            "Microsoft.Compute/virtualMachineScaleSets/delete",
            "Microsoft.Compute/virtualMachineScaleSets/virtualmachines/write",
        ],
    ),
    need(
        When::Always,
        "see whether the subnet of an internal load balancer is there",
        &["Microsoft.Network/virtualNetworks/read", "Microsoft.Network/virtualNetworks/subnets/read"],
    ),
    need(
        When::Always,
        "run snapshots of disks",
        &[
            "Microsoft.Compute/snapshots/delete",
            "Microsoft.Compute/snapshots/read",
            "Microsoft.Compute/snapshots/write",
        ],
    ),
    need(
        When::Always,
        "know how many disks a size of machine takes",
        &["Microsoft.Compute/locations/vmSizes/read", "Microsoft.Compute/locations/operations/read"],
    ),
];

const CLUSTER_BEYOND: &[Need] = &[
    need(
        When::OwnSecurityGroup,
        "write the security rules of a service into a group of another resource group",
        &["Microsoft.Network/networkSecurityGroups/write", "Microsoft.Network/networkSecurityGroups/read"],
    ),
    need(
        When::OwnSubnet,
        "put nodes and load balancers into a subnet that was there before",
        &["Microsoft.Network/virtualNetworks/subnets/read", "Microsoft.Network/virtualNetworks/subnets/join/action"],
    ),
    need(
        When::OwnRouteTable,
        "write the routes of the nodes into the subnet's route table",
        &["Microsoft.Network/routeTables/routes/read", "Microsoft.Network/routeTables/routes/write"],
    ),
    need(
        When::InternalLoadBalancer,
        "see whether the subnet of an internal load balancer is there",
        &["Microsoft.Network/virtualNetworks/subnets/read"],
    ),
    need(
        When::OwnPrivateZone,
        "write the name of the API server into the private DNS zone",
        &["Microsoft.Network/privateDnsZones/*"],
    ),
    // Microsoft, "Use a managed identity in AKS": the control plane's identity is Managed Identity Operator there.
    need(
        When::OwnKubelet,
        "give the nodes the identity that they pull with",
        &["Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"],
    ),
];

impl Needs {
    /// Returns everything that is needed, whatever the cluster is like.
    #[must_use]
    pub const fn all(self) -> &'static [Need] {
        match self {
            Self::Operator => OPERATOR,
            Self::Cluster => CLUSTER,
            Self::ClusterBeyond => CLUSTER_BEYOND,
        }
    }

    /// Returns what is needed in those circumstances.
    pub fn when(self, circumstances: &[When]) -> impl Iterator<Item = &'static Need> {
        let applies = |need: &&Need| need.when == When::Always || circumstances.contains(&need.when);
        self.all().iter().filter(applies)
    }
}

impl Need {
    /// Returns the actions that those sets of permissions, held at one place, do not allow there.
    pub fn lacking<'a>(&self, held: &'a [PermissionSet]) -> impl Iterator<Item = &'static str> + use<'a> {
        // A need with a wildcard is met by whoever has the same wildcard or a wider one.
        self.actions.iter().copied().filter(|action| !allows(held, action))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn set(actions: &[&str], not_actions: &[&str]) -> PermissionSet {
        let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        PermissionSet { actions: own(actions), not_actions: own(not_actions), ..PermissionSet::default() }
    }

    #[test]
    fn network_contributor_lacks_nothing_of_a_subnet_and_reader_the_join() {
        let of_subnet: Vec<&Need> = Needs::ClusterBeyond.when(&[When::OwnSubnet]).collect();
        let [subnet] = of_subnet.as_slice() else { panic!("{of_subnet:?}") };
        let network = [set(&["Microsoft.Authorization/*/read", "Microsoft.Network/*"], &[])];
        assert_eq!(subnet.lacking(&network).count(), 0);
        let reader = [set(&["*/read"], &[])];
        let lacks: Vec<&str> = subnet.lacking(&reader).collect();
        assert_eq!(lacks, ["Microsoft.Network/virtualNetworks/subnets/join/action"]);
        assert_eq!(subnet.lacking(&[]).count(), 2);
    }

    #[test]
    fn a_wildcard_is_met_by_the_same_or_a_wider_one_and_not_by_an_action_below_it() {
        let zone: Vec<&Need> = Needs::ClusterBeyond.when(&[When::OwnPrivateZone]).collect();
        let [zone] = zone.as_slice() else { panic!("{zone:?}") };
        for (held, lacks) in [
            (set(&["Microsoft.Network/privateDnsZones/*"], &[]), 0),
            (set(&["*"], &["Microsoft.Authorization/*/write"]), 0),
            (set(&["Microsoft.Network/privateDnsZones/A/write"], &[]), 1),
            (set(&["*"], &["Microsoft.Network/*"]), 1),
        ] {
            assert_eq!(zone.lacking(std::slice::from_ref(&held)).count(), lacks, "{held:?}");
        }
    }

    #[test]
    fn no_action_stands_twice_in_one_need_and_every_circumstance_is_asked_for() {
        let tables = [Needs::Operator, Needs::Cluster, Needs::ClusterBeyond];
        for need in tables.iter().flat_map(|table| table.all()) {
            let kinds: BTreeSet<String> = need.actions.iter().map(|action| action.to_lowercase()).collect();
            assert_eq!(kinds.len(), need.actions.len(), "{}", need.reason);
            assert!(need.actions.iter().all(|action| action.starts_with("Microsoft.")), "{}", need.reason);
        }
        assert_eq!(Needs::Operator.when(&[]).count(), 0, "each is about something that a cluster may have");
        assert_eq!(Needs::Cluster.when(&[]).count(), Needs::Cluster.all().len());
    }
}
