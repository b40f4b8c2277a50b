//! The codes of a change of a cluster's nodes that does not come to its end, as a reset makes one (`docs/facts/azure.md`
//! 0.9 and 9.6).

use super::Meaning;

const SUBNET: &str = "aks/create-node-pools";
const QUOTA: &str = "azure-resource-manager/troubleshooting/error-resource-quota";
const ALLOCATION: &str = "virtual-machines/allocation-failure";
const DRAIN: &str = "aks/upgrade-cluster";
const OUTBOUND: &str = "aks/outbound-rules-control-egress";
const OPERATIONS: &str = "aks/manage-abort-operations";

/// The cure where nodes do not reach what they need.
const LET_OUT: &str = "Let the nodes out to it through firewall, security group and route table, then try again.";

pub(super) const ROWS: &[Meaning] = &[
    Meaning::azure(
        "SubnetIsFull",
        "The cluster's subnet has no address left for the spare node that a change of its nodes needs.",
        "Free addresses in the subnet, or scale a node pool in, then try again.",
        SUBNET,
    ),
    Meaning::azure(
        "InsufficientSubnetSize",
        "The cluster's subnet is too small for the spare node that a change of its nodes needs.",
        "Free addresses in the subnet, or scale a node pool in, then try again.",
        SUBNET,
    ),
    Meaning::azure(
        "QuotaExceeded",
        "The subscription's quota has no room left for it.",
        "Ask for more quota in that region, or free some, then try again.",
        QUOTA,
    ),
    Meaning::azure(
        "SkuNotAvailable",
        "Machines of the node pool's size are not to be had there.",
        "Move the node pool to another size or zone, then try again.",
        "azure-resource-manager/troubleshooting/error-sku-not-available",
    ),
    Meaning::azure(
        "AllocationFailed",
        "Azure has no machine of the node pool's size free there at present.",
        "Try again later.",
        ALLOCATION,
    )
    .passing(),
    Meaning::azure(
        "ZonalAllocationFailed",
        "Azure has no machine of the node pool's size free in that zone at present.",
        "Try again later.",
        ALLOCATION,
    )
    .passing(),
    Meaning::azure(
        "OverconstrainedAllocationRequest",
        "Azure has no machine there that has all that the node pool asks for.",
        "Move the node pool to another size or zone, then try again.",
        ALLOCATION,
    ),
    Meaning::azure(
        "OverconstrainedZonalAllocationRequest",
        "Azure has no machine in that zone that has all that the node pool asks for.",
        "Move the node pool to another size or zone, then try again.",
        ALLOCATION,
    ),
    Meaning::azure(
        "AksCapacityHeavyUsage",
        "The region has no room for it at present.",
        "Try again later.",
        ALLOCATION,
    )
    .passing(),
    Meaning::azure(
        "PublicIPCountLimitReached",
        "The subscription has as many public addresses in that region as it may.",
        "Ask for more quota in that region, or free some, then try again.",
        QUOTA,
    ),
    Meaning::azure(
        "UnsatisfiablePDB",
        "A pod disruption budget of the cluster lets no pod be moved, so nodes cannot be renewed.",
        "Let the budget that the service's words name allow one pod to be moved, then try again.",
        DRAIN,
    ),
    Meaning::azure(
        "PodDrainFailure",
        "A node could not be emptied, as where a pod disruption budget lets no pod be moved.",
        "Look at the pods and budgets that the service's words name, then try again.",
        DRAIN,
    ),
    Meaning::azure(
        "UpgradeFailed",
        "A node could not be emptied, as where a pod disruption budget lets no pod be moved.",
        "Look at the pods and budgets that the service's words name, then try again.",
        DRAIN,
    )
    .saying("evicting pod"),
    Meaning::azure(
        "AKSOperationPreempted",
        "Another operation on the cluster took its place.",
        "Wait until that one has ended, then try again.",
        OPERATIONS,
    )
    .passing(),
    Meaning::azure(
        "AKSOperationPreemptedByDelete",
        "The cluster is being deleted.",
        "Look whether that is meant: nothing in it can be changed any more.",
        OPERATIONS,
    ),
    Meaning::azure(
        "VirtualNetworkNotInSucceededState",
        "The cluster's virtual network is being changed, or a change of it failed.",
        "Wait until the change has ended, or repair it, then try again.",
        SUBNET,
    )
    .passing(),
    Meaning::azure(
        "InvalidResourceReference",
        "Something that the cluster needs is not there any more, such as its subnet.",
        "Look for what the service's words name, and put it back.",
        "aks/configure-azure-cni",
    ),
    Meaning::azure(
        "OutboundConnFailVMExtensionError",
        "A node does not reach the addresses outside that AKS needs.",
        LET_OUT,
        OUTBOUND,
    ),
    Meaning::azure(
        "VMExtensionError_OutboundConnFail",
        "A node does not reach the addresses outside that AKS needs.",
        LET_OUT,
        OUTBOUND,
    ),
    Meaning::azure(
        "K8SAPIServerConnFailVMExtensionError",
        "A node does not reach the cluster's API server.",
        LET_OUT,
        OUTBOUND,
    ),
    Meaning::azure(
        "VMExtensionError_K8SAPIServerConnFail",
        "A node does not reach the cluster's API server.",
        LET_OUT,
        OUTBOUND,
    ),
    Meaning::azure(
        "K8SAPIServerDNSLookupFailVMExtensionError",
        "A node does not find the name of the cluster's API server.",
        "Look at the DNS servers of the cluster's virtual network, then try again.",
        OUTBOUND,
    ),
    Meaning::azure(
        "VMExtensionError_K8SAPIServerDNSLookupFail",
        "A node does not find the name of the cluster's API server.",
        "Look at the DNS servers of the cluster's virtual network, then try again.",
        OUTBOUND,
    ),
];
