//! The cluster roles that every Kubernetes API has, and their bindings (Kubernetes 1.33,
//! `plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go`), without those of its own components.

/// A standard cluster role.
pub struct Role {
    pub name: &'static str,
    /// The role that this one is added to.
    pub added_to: Option<&'static str>,
    pub rules: Rules,
}

/// The rules of a standard role.
pub enum Rules {
    /// Verbs, API group and resources.
    Resources(&'static [Rule]),
    /// Paths that may be read.
    Paths(&'static [&'static str]),
    /// Everything.
    Everything,
    /// The rules of all roles that are added to it.
    Aggregated,
}

/// Verbs, API group and resources of a rule.
pub type Rule = (&'static [&'static str], &'static str, &'static [&'static str]);

/// A standard binding: its name and that of its role, and the groups that have it.
pub type Binding = (&'static str, &'static [&'static str]);

const CREATE: &[&str] = &["create"];
const READ: &[&str] = &["get", "list", "watch"];
const WRITE: &[&str] = &["create", "delete", "deletecollection", "patch", "update"];
const READ_WRITE: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

const fn role(name: &'static str, added_to: Option<&'static str>, rules: Rules) -> Role {
    Role { name, added_to, rules }
}

pub const ROLES: &[Role] = &[
    role("cluster-admin", None, Rules::Everything),
    role("admin", None, Rules::Aggregated),
    role("edit", Some("admin"), Rules::Aggregated),
    role("view", Some("edit"), Rules::Aggregated),
    role("system:aggregate-to-admin", Some("admin"), Rules::Resources(ADMIN)),
    role("system:aggregate-to-edit", Some("edit"), Rules::Resources(EDIT)),
    role("system:aggregate-to-view", Some("view"), Rules::Resources(VIEW)),
    role("system:auth-delegator", None, Rules::Resources(AUTH_DELEGATOR)),
    role("system:basic-user", None, Rules::Resources(BASIC_USER)),
    role("system:discovery", None, Rules::Paths(DISCOVERY)),
    role("system:public-info-viewer", None, Rules::Paths(PUBLIC_INFO)),
    role("system:service-account-issuer-discovery", None, Rules::Paths(ISSUER)),
];

pub const BINDINGS: &[Binding] = &[
    ("cluster-admin", &["system:masters"]),
    ("system:basic-user", &["system:authenticated"]),
    ("system:discovery", &["system:authenticated"]),
    ("system:public-info-viewer", &["system:authenticated", "system:unauthenticated"]),
    ("system:service-account-issuer-discovery", &["system:serviceaccounts"]),
];

const ADMIN: &[Rule] = &[
    (CREATE, "authorization.k8s.io", &["localsubjectaccessreviews"]),
    (READ_WRITE, "rbac.authorization.k8s.io", &["roles", "rolebindings"]),
];

const EDIT: &[Rule] = &[
    (READ, "", &["pods/attach", "pods/proxy", "pods/exec", "pods/portforward", "secrets", "services/proxy"]),
    (&["impersonate"], "", &["serviceaccounts"]),
    (WRITE, "", &["pods", "pods/attach", "pods/proxy", "pods/exec", "pods/portforward"]),
    (CREATE, "", &["pods/eviction"]),
    (
        WRITE,
        "",
        &[
            "configmaps",
            "events",
            "persistentvolumeclaims",
            "replicationcontrollers",
            "replicationcontrollers/scale",
            "secrets",
            "serviceaccounts",
            "services",
            "services/proxy",
        ],
    ),
    (CREATE, "", &["serviceaccounts/token"]),
    (
        WRITE,
        "apps",
        &[
            "daemonsets",
            "deployments",
            "deployments/rollback",
            "deployments/scale",
            "replicasets",
            "replicasets/scale",
            "statefulsets",
            "statefulsets/scale",
        ],
    ),
    (WRITE, "autoscaling", &["horizontalpodautoscalers"]),
    (WRITE, "batch", &["cronjobs", "jobs"]),
    (
        WRITE,
        "extensions",
        &[
            "daemonsets",
            "deployments",
            "deployments/rollback",
            "deployments/scale",
            "ingresses",
            "networkpolicies",
            "replicasets",
            "replicasets/scale",
            "replicationcontrollers/scale",
        ],
    ),
    (WRITE, "policy", &["poddisruptionbudgets"]),
    (WRITE, "networking.k8s.io", &["ingresses", "networkpolicies"]),
    (READ_WRITE, "coordination.k8s.io", &["leases"]),
];

const VIEW: &[Rule] = &[
    (
        READ,
        "",
        &[
            "configmaps",
            "endpoints",
            "persistentvolumeclaims",
            "persistentvolumeclaims/status",
            "pods",
            "replicationcontrollers",
            "replicationcontrollers/scale",
            "serviceaccounts",
            "services",
            "services/status",
        ],
    ),
    (
        READ,
        "",
        &[
            "bindings",
            "events",
            "limitranges",
            "namespaces/status",
            "pods/log",
            "pods/status",
            "replicationcontrollers/status",
            "resourcequotas",
            "resourcequotas/status",
        ],
    ),
    (READ, "", &["namespaces"]),
    (READ, "discovery.k8s.io", &["endpointslices"]),
    (
        READ,
        "apps",
        &[
            "controllerrevisions",
            "daemonsets",
            "daemonsets/status",
            "deployments",
            "deployments/scale",
            "deployments/status",
            "replicasets",
            "replicasets/scale",
            "replicasets/status",
            "statefulsets",
            "statefulsets/scale",
            "statefulsets/status",
        ],
    ),
    (READ, "autoscaling", &["horizontalpodautoscalers", "horizontalpodautoscalers/status"]),
    (READ, "batch", &["cronjobs", "cronjobs/status", "jobs", "jobs/status"]),
    (
        READ,
        "extensions",
        &[
            "daemonsets",
            "daemonsets/status",
            "deployments",
            "deployments/scale",
            "deployments/status",
            "ingresses",
            "ingresses/status",
            "networkpolicies",
            "replicasets",
            "replicasets/scale",
            "replicasets/status",
            "replicationcontrollers/scale",
        ],
    ),
    (READ, "policy", &["poddisruptionbudgets", "poddisruptionbudgets/status"]),
    (READ, "networking.k8s.io", &["ingresses", "ingresses/status", "networkpolicies"]),
];

const AUTH_DELEGATOR: &[Rule] = &[
    (CREATE, "authentication.k8s.io", &["tokenreviews"]),
    (CREATE, "authorization.k8s.io", &["subjectaccessreviews"]),
];

const BASIC_USER: &[Rule] = &[
    (CREATE, "authorization.k8s.io", &["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
    (CREATE, "authentication.k8s.io", &["selfsubjectreviews"]),
];

const DISCOVERY: &[&str] = &[
    "/api",
    "/api/*",
    "/apis",
    "/apis/*",
    "/healthz",
    "/livez",
    "/openapi",
    "/openapi/*",
    "/readyz",
    "/version",
    "/version/",
];

const PUBLIC_INFO: &[&str] = &["/healthz", "/livez", "/readyz", "/version", "/version/"];

const ISSUER: &[&str] =
    &["/.well-known/openid-configuration", "/.well-known/openid-configuration/", "/openid/v1/jwks", "/openid/v1/jwks/"];
