//! Azure's data actions for Kubernetes objects, by API group and resource (Azure's document "Azure permissions for
//! containers", `Microsoft.ContainerService/managedClusters`). Guard knows those whose resources the API also has.

/// A resource that Azure has data actions for.
#[derive(Debug)]
pub struct Operations {
    /// The API group. Empty for the core.
    pub group: &'static str,
    /// The resource.
    pub resource: &'static str,
    /// True where its objects are in namespaces.
    pub namespaced: bool,
    /// The verbs, as data actions end.
    pub verbs: &'static [&'static str],
}

const USUAL: &[&str] = &["read", "write", "delete"];
const WRITE: &[&str] = &["write"];
const POD: &[&str] = &["read", "write", "delete", "exec/action"];
const ROLE: &[&str] = &["read", "write", "delete", "bind/action", "escalate/action"];
const ACCOUNT: &[&str] = &["read", "write", "delete", "impersonate/action"];

const fn one(
    group: &'static str,
    resource: &'static str,
    namespaced: bool,
    verbs: &'static [&'static str],
) -> Operations {
    Operations { group, resource, namespaced, verbs }
}

const RBAC: &str = "rbac.authorization.k8s.io";

pub static OPERATIONS: &[Operations] = &[
    one("", "bindings", true, WRITE),
    one("", "configmaps", true, USUAL),
    one("", "endpoints", true, USUAL),
    one("", "events", true, USUAL),
    one("", "limitranges", true, USUAL),
    one("", "namespaces", false, USUAL),
    one("", "nodes", false, USUAL),
    one("", "persistentvolumeclaims", true, USUAL),
    one("", "persistentvolumes", false, USUAL),
    one("", "pods", true, POD),
    one("", "podtemplates", true, USUAL),
    one("", "replicationcontrollers", true, USUAL),
    one("", "resourcequotas", true, USUAL),
    one("", "secrets", true, USUAL),
    one("", "serviceaccounts", true, ACCOUNT),
    one("", "services", true, USUAL),
    one("admissionregistration.k8s.io", "mutatingwebhookconfigurations", false, USUAL),
    one("admissionregistration.k8s.io", "validatingwebhookconfigurations", false, USUAL),
    one("apiextensions.k8s.io", "customresourcedefinitions", false, USUAL),
    one("apiregistration.k8s.io", "apiservices", false, USUAL),
    one("apps", "controllerrevisions", true, USUAL),
    one("apps", "daemonsets", true, USUAL),
    one("apps", "deployments", true, USUAL),
    one("apps", "replicasets", true, USUAL),
    one("apps", "statefulsets", true, USUAL),
    one("authentication.k8s.io", "tokenreviews", false, WRITE),
    one("authorization.k8s.io", "localsubjectaccessreviews", true, WRITE),
    one("authorization.k8s.io", "selfsubjectaccessreviews", false, WRITE),
    one("authorization.k8s.io", "selfsubjectrulesreviews", false, WRITE),
    one("authorization.k8s.io", "subjectaccessreviews", false, WRITE),
    one("autoscaling", "horizontalpodautoscalers", true, USUAL),
    one("batch", "cronjobs", true, USUAL),
    one("batch", "jobs", true, USUAL),
    one("certificates.k8s.io", "certificatesigningrequests", false, USUAL),
    one("coordination.k8s.io", "leases", true, USUAL),
    one("discovery.k8s.io", "endpointslices", true, USUAL),
    one("events.k8s.io", "events", true, USUAL),
    one("metrics.k8s.io", "nodes", false, &["read"]),
    one("metrics.k8s.io", "pods", true, &["read"]),
    one("networking.k8s.io", "ingressclasses", false, USUAL),
    one("networking.k8s.io", "ingresses", true, USUAL),
    one("networking.k8s.io", "networkpolicies", true, USUAL),
    one("node.k8s.io", "runtimeclasses", false, USUAL),
    one("policy", "poddisruptionbudgets", true, USUAL),
    one(RBAC, "clusterrolebindings", false, USUAL),
    one(RBAC, "clusterroles", false, ROLE),
    one(RBAC, "rolebindings", true, USUAL),
    one(RBAC, "roles", true, ROLE),
    one("scheduling.k8s.io", "priorityclasses", false, USUAL),
    one("storage.k8s.io", "csidrivers", false, USUAL),
    one("storage.k8s.io", "csinodes", false, USUAL),
    one("storage.k8s.io", "csistoragecapacities", true, USUAL),
    one("storage.k8s.io", "storageclasses", false, USUAL),
    one("storage.k8s.io", "volumeattachments", false, USUAL),
];

impl Operations {
    /// Returns a data action of the resource.
    #[must_use]
    pub fn action(&self, verb: &str) -> String {
        super::actions::id(&[self.group, self.resource, verb])
    }
}
