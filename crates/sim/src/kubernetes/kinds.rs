//! The kinds of objects that are served.

use serde_json::{Value, json};

/// A kind of object.
#[derive(Debug)]
pub struct Kind {
    /// The API group. Empty for the core.
    pub group: &'static str,
    /// The version.
    pub version: &'static str,
    /// The name in paths.
    pub plural: &'static str,
    /// The name in the singular.
    pub singular: &'static str,
    /// The name in objects.
    pub name: &'static str,
    /// The short names that people use.
    pub short: &'static [&'static str],
    /// True where its objects are in namespaces.
    pub namespaced: bool,
    /// The verbs that the kind takes.
    pub verbs: &'static [&'static str],
}

impl Kind {
    /// Returns the API version: `v1` or `apps/v1`.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Returns the resource as messages name it: `pods` or `deployments.apps`.
    #[must_use]
    pub fn resource(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// Returns the `details` of a `Status` about one of them.
    #[must_use]
    pub fn details(&self, name: &str) -> Value {
        let mut details = json!({ "name": name, "kind": self.plural });
        if !self.group.is_empty() {
            details["group"] = json!(self.group);
        }
        details
    }

    /// Returns the fields by which objects of this kind can be selected beside name and namespace (Kubernetes
    /// documentation, "Field Selectors").
    #[must_use]
    pub fn fields(&self) -> &'static [&'static str] {
        match self.plural {
            "pods" => &[
                "spec.nodeName",
                "spec.restartPolicy",
                "spec.schedulerName",
                "spec.serviceAccountName",
                "status.phase",
            ],
            "events" => &[
                "involvedObject.kind",
                "involvedObject.namespace",
                "involvedObject.name",
                "involvedObject.uid",
                "involvedObject.apiVersion",
                "involvedObject.resourceVersion",
                "involvedObject.fieldPath",
                "reason",
                "reportingComponent",
                "source",
                "type",
            ],
            "nodes" => &["spec.unschedulable"],
            "namespaces" => &["status.phase"],
            "secrets" => &["type"],
            _ => &[],
        }
    }
}

const READ: &[&str] = &["get", "list", "watch"];
const WRITE: &[&str] = &["create", "delete", "get", "list", "patch", "update", "watch"];

/// Every kind.
pub static KINDS: &[Kind] = &[
    core("events", "event", "Event", &["ev"], true, READ),
    core("namespaces", "namespace", "Namespace", &["ns"], false, &["create", "get", "list", "watch"]),
    core("nodes", "node", "Node", &["no"], false, READ),
    core("pods", "pod", "Pod", &["po"], true, &["create", "delete", "get", "list", "watch"]),
    core("secrets", "secret", "Secret", &[], true, WRITE),
    core("serviceaccounts", "serviceaccount", "ServiceAccount", &["sa"], true, WRITE),
    apps("deployments", "deployment", "Deployment", &["deploy"]),
    apps("statefulsets", "statefulset", "StatefulSet", &["sts"]),
    review("authentication.k8s.io", "selfsubjectreviews", "selfsubjectreview", "SelfSubjectReview", false),
    review(
        "authorization.k8s.io",
        "localsubjectaccessreviews",
        "localsubjectaccessreview",
        "LocalSubjectAccessReview",
        true,
    ),
    review(
        "authorization.k8s.io",
        "selfsubjectaccessreviews",
        "selfsubjectaccessreview",
        "SelfSubjectAccessReview",
        false,
    ),
    review(
        "authorization.k8s.io",
        "selfsubjectrulesreviews",
        "selfsubjectrulesreview",
        "SelfSubjectRulesReview",
        false,
    ),
    review("authorization.k8s.io", "subjectaccessreviews", "subjectaccessreview", "SubjectAccessReview", false),
    Kind {
        group: "policy",
        version: "v1",
        plural: "poddisruptionbudgets",
        singular: "poddisruptionbudget",
        name: "PodDisruptionBudget",
        short: &["pdb"],
        namespaced: true,
        verbs: READ,
    },
    rbac("clusterrolebindings", "clusterrolebinding", "ClusterRoleBinding", false),
    rbac("clusterroles", "clusterrole", "ClusterRole", false),
    rbac("rolebindings", "rolebinding", "RoleBinding", true),
    rbac("roles", "role", "Role", true),
];

const fn review(
    group: &'static str,
    plural: &'static str,
    singular: &'static str,
    name: &'static str,
    namespaced: bool,
) -> Kind {
    Kind { group, version: "v1", plural, singular, name, short: &[], namespaced, verbs: &["create"] }
}

const fn rbac(plural: &'static str, singular: &'static str, name: &'static str, namespaced: bool) -> Kind {
    let group = "rbac.authorization.k8s.io";
    Kind { group, version: "v1", plural, singular, name, short: &[], namespaced, verbs: WRITE }
}

const fn core(
    plural: &'static str,
    singular: &'static str,
    name: &'static str,
    short: &'static [&'static str],
    namespaced: bool,
    verbs: &'static [&'static str],
) -> Kind {
    Kind { group: "", version: "v1", plural, singular, name, short, namespaced, verbs }
}

const fn apps(
    plural: &'static str,
    singular: &'static str,
    name: &'static str,
    short: &'static [&'static str],
) -> Kind {
    Kind { group: "apps", version: "v1", plural, singular, name, short, namespaced: true, verbs: READ }
}

/// Returns the kind of a group, a version and a plural.
#[must_use]
pub fn find(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.group == group && kind.version == version && kind.plural == plural)
}

/// The target of a path.
pub struct Target<'a> {
    pub kind: &'static Kind,
    pub namespace: Option<&'a str>,
    pub name: Option<&'a str>,
}
