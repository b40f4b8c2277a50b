//! Kubernetes' own authorization: roles and their bindings (`plugin/pkg/auth/authorizer/rbac` and
//! `pkg/registry/rbac/validation/rule.go` of kubernetes/kubernetes).

use serde::Deserialize;

use self::binding::Binding;
use super::{
    question::{Decision, Question, Verdict},
    user::User,
};
use crate::world::Cluster;

pub mod aggregation;
mod binding;
mod bootstrap;
pub mod escalation;
pub mod limited;
pub mod objects;
mod rule;
mod standard;
#[cfg(test)]
mod tests;

pub use bootstrap::{bootstrap, reconcile};
pub use rule::Rule;

/// The API group of roles and bindings.
pub const GROUP: &str = "rbac.authorization.k8s.io";

/// Returns what the bindings of a cluster say.
#[must_use]
pub fn verdict(cluster: &Cluster, user: &User, question: &Question<'_>) -> Verdict {
    let mut missing = Vec::new();
    for binding in binding::around(cluster, question.namespace()) {
        let Some(subject) = binding.subject_of(user) else {
            continue;
        };
        match rules(cluster, &binding) {
            Some(rules) if rules.iter().any(|rule| rule.allows(question)) => {
                let reason = format!("RBAC: allowed by {binding} to {subject}");
                return Verdict::new(Decision::Allow, reason);
            }
            Some(_) => {}
            None => missing.push(binding.missing_role()),
        }
    }
    let reason = match missing.as_slice() {
        [] => String::new(),
        [one] => format!("RBAC: {one}"),
        several => format!("RBAC: [{}]", several.join(", ")),
    };
    Verdict::new(Decision::NoOpinion, reason)
}

/// Returns the rules that a user has in a namespace by bindings, those of the whole cluster among them.
#[must_use]
pub fn rules_of(cluster: &Cluster, user: &User, namespace: &str) -> Vec<Rule> {
    let held = binding::around(cluster, namespace).filter(|binding| binding.subject_of(user).is_some());
    held.filter_map(|binding| rules(cluster, &binding)).flatten().collect()
}

/// Returns the rules of the role of a binding; `None` where there is no such role.
fn rules(cluster: &Cluster, binding: &Binding) -> Option<Vec<Rule>> {
    rules_of_role(cluster, &binding.role_ref.kind, &binding.metadata.namespace, &binding.role_ref.name)
}

/// Returns the rules of a role; `None` where there is no such role.
#[must_use]
pub fn rules_of_role(cluster: &Cluster, kind: &str, namespace: &str, name: &str) -> Option<Vec<Rule>> {
    #[derive(Deserialize)]
    struct Role {
        rules: Option<Vec<Rule>>,
    }
    let (plural, namespace) = if kind == "Role" { ("roles", namespace) } else { ("clusterroles", "") };
    let found = cluster.kubernetes.of(plural, namespace).find(|stored| stored.name() == name)?;
    Some(Role::deserialize(&found.object).ok()?.rules.unwrap_or_default())
}
