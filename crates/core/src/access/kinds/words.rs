//! The words by which people name the kinds that every cluster has, as kubectl takes them: plurals, singulars and short names
//! (Kubernetes documentation, "kubectl", "Resource types").

/// Kinds beside those of the matrix: the group, the plural, and whether they are in namespaces.
pub(super) const OTHERS: [(&str, &str, bool); 28] = [
    ("", "bindings", true),
    ("", "componentstatuses", false),
    ("", "endpoints", true),
    ("", "groups", false),
    ("", "limitranges", true),
    ("", "podtemplates", true),
    ("", "replicationcontrollers", true),
    ("", "users", false),
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations", false),
    ("admissionregistration.k8s.io", "validatingadmissionpolicies", false),
    ("admissionregistration.k8s.io", "validatingadmissionpolicybindings", false),
    ("admissionregistration.k8s.io", "validatingwebhookconfigurations", false),
    ("apiregistration.k8s.io", "apiservices", false),
    ("apps", "controllerrevisions", true),
    ("authentication.k8s.io", "tokenreviews", false),
    ("authorization.k8s.io", "localsubjectaccessreviews", true),
    ("authorization.k8s.io", "selfsubjectaccessreviews", false),
    ("authorization.k8s.io", "subjectaccessreviews", false),
    ("certificates.k8s.io", "certificatesigningrequests", false),
    ("certificates.k8s.io", "signers", false),
    ("coordination.k8s.io", "leases", true),
    ("discovery.k8s.io", "endpointslices", true),
    ("networking.k8s.io", "ingressclasses", false),
    ("node.k8s.io", "runtimeclasses", false),
    ("scheduling.k8s.io", "priorityclasses", false),
    ("storage.k8s.io", "csidrivers", false),
    ("storage.k8s.io", "csinodes", false),
    ("storage.k8s.io", "volumeattachments", false),
];

/// Short names, with their plurals.
const SHORT: [(&str, &str); 27] = [
    ("cj", "cronjobs"),
    ("cm", "configmaps"),
    ("crd", "customresourcedefinitions"),
    ("crds", "customresourcedefinitions"),
    ("cs", "componentstatuses"),
    ("csr", "certificatesigningrequests"),
    ("deploy", "deployments"),
    ("ds", "daemonsets"),
    ("ep", "endpoints"),
    ("ev", "events"),
    ("hpa", "horizontalpodautoscalers"),
    ("ing", "ingresses"),
    ("limits", "limitranges"),
    ("netpol", "networkpolicies"),
    ("no", "nodes"),
    ("ns", "namespaces"),
    ("pdb", "poddisruptionbudgets"),
    ("po", "pods"),
    ("pv", "persistentvolumes"),
    ("pvc", "persistentvolumeclaims"),
    ("quota", "resourcequotas"),
    ("rc", "replicationcontrollers"),
    ("rs", "replicasets"),
    ("sa", "serviceaccounts"),
    ("sc", "storageclasses"),
    ("sts", "statefulsets"),
    ("svc", "services"),
];

/// The parts of kinds. After a slash every other word is the name of one object.
pub(super) const PARTS: [&str; 14] = [
    "approval",
    "attach",
    "binding",
    "ephemeralcontainers",
    "eviction",
    "exec",
    "finalize",
    "log",
    "portforward",
    "proxy",
    "resize",
    "scale",
    "status",
    "token",
];

/// The verbs of the Kubernetes API (Kubernetes documentation, "Authorization", "Determine the request verb").
pub(super) const VERBS: [&str; 16] = [
    "*",
    "approve",
    "attest",
    "bind",
    "create",
    "delete",
    "deletecollection",
    "escalate",
    "get",
    "impersonate",
    "list",
    "patch",
    "sign",
    "update",
    "use",
    "watch",
];

/// Returns the plural of a short name.
pub(super) fn of_short(word: &str) -> Option<&'static str> {
    SHORT.iter().find(|(short, _)| *short == word).map(|(_, plural)| *plural)
}

/// True where a word is the singular of a plural.
pub(super) fn is_singular(word: &str, plural: &str) -> bool {
    let ends = |end: &str| plural.strip_suffix(end);
    ends("s") == Some(word)
        || ends("es").is_some_and(|stem| stem == word && stem.ends_with('s'))
        || ends("ies").is_some_and(|stem| word.strip_suffix('y') == Some(stem))
}
