//! A question to a cluster's Kubernetes API, and what Azure's roles answer where Entra authorization for Kubernetes is on
//! (`docs/facts/azure.md` 9.5; the rules are those of Microsoft's webhook, kubeguard/guard, `authz/providers/azure/rbac`).

use crate::rights::{PermissionSet, allows_data};

/// The beginning of every action on the data of a cluster.
const CLUSTERS: &str = "Microsoft.ContainerService/managedClusters";

/// A question of what somebody wants to do at a Kubernetes API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
}

/// An assignment of a role, as far as it matters here.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Held<'a> {
    pub id: &'a str,
    pub scope: &'a str,
    pub sets: &'a [PermissionSet],
}

/// The answer of Azure's roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// An assignment allows it.
    Allowed {
        /// The id of the assignment.
        by: &'a str,
    },
    /// None does. That is a denial: Kubernetes' own bindings are not asked any more.
    Denied,
    /// The webhook has no word for the verb, so no assignment can name it.
    Unknown,
}

impl Question<'_> {
    /// Returns the action on data that answers the question. `None` for a verb that the webhook has no word for.
    #[must_use]
    pub fn data_action(&self) -> Option<String> {
        let action = match (self.resource, self.subresource) {
            // Whatever the verb is.
            ("pods", "exec") => "exec/action",
            _ => action_of(self.verb)?,
        };
        let parts = [CLUSTERS, self.group, self.resource, action].into_iter().filter(|part| !part.is_empty());
        Some(parts.collect::<Vec<_>>().join("/"))
    }

    /// Returns the scope that is asked about: the cluster, or one of its namespaces.
    #[must_use]
    pub fn scope(&self, cluster: &str) -> String {
        match self.namespace {
            "" => cluster.to_owned(),
            namespace => format!("{cluster}/namespaces/{namespace}"),
        }
    }
}

/// Returns the word that the webhook has for a verb.
fn action_of(verb: &str) -> Option<&'static str> {
    Some(match verb {
        "get" | "list" | "watch" => "read",
        "create" | "update" | "patch" => "write",
        "delete" | "deletecollection" => "delete",
        "bind" => "bind/action",
        "escalate" => "escalate/action",
        "use" => "use/action",
        "impersonate" => "impersonate/action",
        _ => return None,
    })
}

/// Answers a question by the assignments that somebody holds, by themselves and by groups: the first that allows it. A
/// `notDataActions` of one role takes nothing from another.
#[must_use]
pub fn decide<'a>(question: &Question<'_>, cluster: &str, held: &[Held<'a>]) -> Verdict<'a> {
    let Some(action) = question.data_action() else { return Verdict::Unknown };
    let scope = question.scope(cluster);
    let allows = |one: &&Held<'a>| reaches(one.scope, &scope) && allows_data(one.sets, &action);
    held.iter().find(allows).map_or(Verdict::Denied, |one| Verdict::Allowed { by: one.id })
}

/// True where what is assigned at one scope holds at another: at the same, or above it. Case does not count.
fn reaches(assigned: &str, asked: &str) -> bool {
    let (assigned, asked) = (assigned.trim_end_matches('/').to_ascii_lowercase(), asked.to_ascii_lowercase());
    asked.strip_prefix(&assigned).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLUSTER: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks";

    fn question<'a>(
        verb: &'a str,
        group: &'a str,
        resource: &'a str,
        sub: &'a str,
        namespace: &'a str,
    ) -> Question<'a> {
        Question { verb, group, resource, subresource: sub, namespace }
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
        ] {
            let asked = question(verb, group, resource, sub, "").data_action();
            assert_eq!(asked, Some(format!("{base}{action}")), "{verb} {group}/{resource}/{sub}");
        }
        assert_eq!(question("approve", "", "signers", "", "").data_action(), None);
    }

    fn set(data: &[&str], not_data: &[&str]) -> PermissionSet {
        let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        PermissionSet { data_actions: own(data), not_data_actions: own(not_data), ..PermissionSet::default() }
    }

    #[test]
    fn roles_add_up_scopes_inherit_and_what_one_leaves_out_another_may_give() {
        let everything = [set(&["Microsoft.ContainerService/managedClusters/*"], &[])];
        let but_secrets = [set(
            &["Microsoft.ContainerService/managedClusters/*"],
            &["Microsoft.ContainerService/managedClusters/secrets/*"],
        )];
        let secrets = [set(&["microsoft.containerservice/MANAGEDCLUSTERS/secrets/read"], &[])];
        let at = |id, scope, sets| Held { id, scope, sets };
        let subscription = "/subscriptions/s";
        let in_dev = format!("{CLUSTER}/namespaces/dev");
        let other = format!("{CLUSTER}2");
        let read = |namespace| question("get", "", "secrets", "", namespace);
        for (held, asked, verdict) in [
            (vec![], read("dev"), Verdict::Denied),
            (vec![at("1", CLUSTER, &everything[..])], read("dev"), Verdict::Allowed { by: "1" }),
            (vec![at("1", subscription, &everything[..])], read(""), Verdict::Allowed { by: "1" }),
            (vec![at("1", "/", &everything[..])], read("dev"), Verdict::Allowed { by: "1" }),
            (vec![at("1", &other, &everything[..])], read("dev"), Verdict::Denied),
            (vec![at("1", &in_dev, &everything[..])], read("dev"), Verdict::Allowed { by: "1" }),
            (vec![at("1", &in_dev, &everything[..])], read("dev2"), Verdict::Denied),
            (vec![at("1", &in_dev, &everything[..])], read(""), Verdict::Denied),
            (vec![at("1", CLUSTER, &but_secrets[..])], read("dev"), Verdict::Denied),
            (
                vec![at("1", CLUSTER, &but_secrets[..]), at("2", &in_dev, &secrets[..])],
                read("dev"),
                Verdict::Allowed { by: "2" },
            ),
            (vec![at("1", &CLUSTER[..20], &everything[..])], read("dev"), Verdict::Denied),
        ] {
            assert_eq!(decide(&asked, CLUSTER, &held), verdict, "{asked:?} {held:?}");
        }
        let odd = question("approve", "", "signers", "", "");
        assert_eq!(decide(&odd, CLUSTER, &[at("1", CLUSTER, &everything[..])]), Verdict::Unknown);
    }
}
