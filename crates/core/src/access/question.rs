//! A question to a cluster's Kubernetes API, and the action that Azure's roles are asked for where Entra authorization for
//! Kubernetes is on (`docs/facts/azure.md` 9.5; the rules are those of Microsoft's webhook, kubeguard/guard,
//! `authz/providers/azure/rbac`).

/// The beginning of every action on the data of a cluster.
const CLUSTERS: &str = "Microsoft.ContainerService/managedClusters";

/// A question of what somebody wants to do at a Kubernetes API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the names are those of a SubjectAccessReview")]
pub struct Question<'a> {
    pub verb: &'a str,
    /// The API group. Empty for the core group.
    pub group: &'a str,
    pub resource: &'a str,
    /// The part of the resource. Empty where the whole is meant.
    pub subresource: &'a str,
    /// The namespace. Empty for what is in none, and for all of them.
    pub namespace: &'a str,
    /// The name of the one that is meant. Empty for all of them.
    pub name: &'a str,
}

impl Question<'_> {
    /// Returns the action on data that answers the question. For a verb that the webhook has no word for it asks for the kind
    /// alone, which a wildcard allows (`getActionName`).
    #[must_use]
    pub fn data_action(&self) -> String {
        let action = match (self.resource, self.subresource) {
            // Whatever the verb is.
            ("pods", "exec") => "exec/action",
            _ => action_of(self.verb),
        };
        let parts = [CLUSTERS, self.group, self.resource, action].into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join("/")
    }

    /// Returns the scope that is asked about: the cluster, or one of its namespaces.
    #[must_use]
    pub fn scope(&self, cluster: &str) -> String {
        match self.namespace {
            "" => cluster.to_owned(),
            namespace => format!("{cluster}/namespaces/{namespace}"),
        }
    }

    /// Returns every scope that is asked about: what is refused for a namespace is asked again for a managed one.
    #[must_use]
    pub fn scopes(&self, cluster: &str) -> Vec<String> {
        let managed = (!self.namespace.is_empty()).then(|| format!("{cluster}/managedNamespaces/{}", self.namespace));
        std::iter::once(self.scope(cluster)).chain(managed).collect()
    }

    /// True where all verbs, groups or kinds are meant at once.
    #[must_use]
    pub fn has_wildcard(&self) -> bool {
        [self.verb, self.group, self.resource].contains(&"*")
    }
}

/// Returns the word that the webhook has for a verb. Empty where it has none.
fn action_of(verb: &str) -> &'static str {
    match verb {
        "get" | "list" | "watch" => "read",
        "create" | "update" | "patch" => "write",
        "delete" | "deletecollection" => "delete",
        "bind" => "bind/action",
        "escalate" => "escalate/action",
        "use" => "use/action",
        "impersonate" => "impersonate/action",
        _ => "",
    }
}

/// True where what is assigned at one scope holds at another: at the same, or above it. Case does not count.
#[must_use]
pub fn reaches(assigned: &str, asked: &str) -> bool {
    let (assigned, asked) = (assigned.trim_end_matches('/').to_ascii_lowercase(), asked.to_ascii_lowercase());
    asked.strip_prefix(&assigned).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question<'a>(
        verb: &'a str,
        group: &'a str,
        resource: &'a str,
        sub: &'a str,
        namespace: &'a str,
    ) -> Question<'a> {
        Question { verb, group, resource, subresource: sub, namespace, name: "" }
    }

    /// The facts of guard's own tests: verb, group, resource, part, and the action asked for.
    #[test]
    fn every_verb_and_resource_is_asked_for_as_the_webhook_asks() {
        let base = "Microsoft.ContainerService/managedClusters/";
        for (verb, group, resource, sub, action) in [
            ("get", "", "pods", "", "pods/read"),
            ("list", "", "pods", "", "pods/read"),
            ("watch", "", "pods", "", "pods/read"),
            ("get", "", "pods", "log", "pods/read"),
            ("create", "", "pods", "", "pods/write"),
            ("update", "", "pods", "status", "pods/write"),
            ("patch", "", "pods", "", "pods/write"),
            ("delete", "", "pods", "", "pods/delete"),
            ("deletecollection", "", "pods", "", "pods/delete"),
            ("create", "", "pods", "exec", "pods/exec/action"),
            ("get", "", "pods", "exec", "pods/exec/action"),
            ("create", "", "pods", "attach", "pods/write"),
            ("get", "", "pods", "attach", "pods/read"),
            ("create", "", "pods", "portforward", "pods/write"),
            ("get", "", "pods", "portforward", "pods/read"),
            ("get", "apps", "deployments", "", "apps/deployments/read"),
            ("create", "apps", "deployments", "", "apps/deployments/write"),
            ("update", "apps", "deployments", "scale", "apps/deployments/write"),
            ("delete", "apps", "statefulsets", "", "apps/statefulsets/delete"),
            ("list", "extensions", "ingresses", "", "extensions/ingresses/read"),
            ("get", "", "secrets", "", "secrets/read"),
            ("create", "", "secrets", "", "secrets/write"),
            ("get", "", "nodes", "", "nodes/read"),
            ("delete", "", "nodes", "", "nodes/delete"),
            ("create", "", "namespaces", "", "namespaces/write"),
            ("get", "rbac.authorization.k8s.io", "roles", "", "rbac.authorization.k8s.io/roles/read"),
            (
                "bind",
                "rbac.authorization.k8s.io",
                "clusterroles",
                "",
                "rbac.authorization.k8s.io/clusterroles/bind/action",
            ),
            ("escalate", "rbac.authorization.k8s.io", "roles", "", "rbac.authorization.k8s.io/roles/escalate/action"),
            ("use", "policy", "podsecuritypolicies", "", "policy/podsecuritypolicies/use/action"),
            ("impersonate", "", "users", "", "users/impersonate/action"),
            ("impersonate", "", "groups", "", "groups/impersonate/action"),
            ("approve", "certificates.k8s.io", "signers", "", "certificates.k8s.io/signers"),
        ] {
            let asked = question(verb, group, resource, sub, "").data_action();
            assert_eq!(asked, format!("{base}{action}"), "{verb} {group}/{resource}/{sub}");
        }
    }
}
