//! Azure's authorization for Kubernetes: role assignments decide, by the rules of kubeguard/guard
//! (`authz/providers/azure/rbac`; `docs/facts/azure.md` 9.5).

use uuid::Uuid;

use super::{
    api::Api,
    identity::{Question, Verdict},
};
use crate::rights;

const CLUSTER: &str = "Microsoft.ContainerService/managedClusters";
const REFUSED: &str = "User does not have access to the resource in Azure. Update role assignment to allow access.";

/// Returns what the role assignments say.
pub fn verdict(api: &Api, principal: Uuid, asked: &Question<'_>) -> Verdict {
    let world = api.cloud.world();
    let scope = match asked.namespace {
        Some(namespace) => format!("{}/namespaces/{namespace}", api.cluster),
        None => api.cluster.clone(),
    };
    let action = action(asked);
    let (now, effect) = (api.cloud.clock.now(), api.cloud.times.role_effect);
    let mut held = rights::held(&world, now, effect, principal, &scope);
    let found = held.find(|(assignment, role)| assignment.condition.is_none() && role.allows_data(&action));
    let Some((assignment, role)) = found else {
        return Verdict { allowed: false, reason: REFUSED.to_owned() };
    };
    let bare = |id: &str| id.replace('-', "");
    let reason = format!(
        "Access allowed by Azure RBAC Role Assignment {} of Role {} to user {}",
        bare(&assignment.name),
        bare(role.id),
        principal.simple()
    );
    Verdict { allowed: true, reason }
}

/// Returns the data action of a question.
fn action(asked: &Question<'_>) -> String {
    let verb = match asked.verb {
        "get" | "list" | "watch" => "read",
        "create" | "patch" | "update" => "write",
        "delete" | "deletecollection" => "delete",
        "*" => "*",
        "bind" | "escalate" | "use" | "impersonate" => &format!("{}/action", asked.verb),
        _ => "",
    };
    let group = if asked.group.is_empty() { String::new() } else { format!("/{}", asked.group) };
    let what = match (asked.resource, asked.subresource) {
        ("pods", "exec") => "pods/exec/action".to_owned(),
        (resource, _) => format!("{resource}/{verb}"),
    };
    format!("{CLUSTER}{group}/{}", what.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_those_that_guard_asks_for() {
        let of = |verb, group, resource, subresource| {
            let asked = Question { verb, group, resource, subresource, namespace: None };
            action(&asked).strip_prefix("Microsoft.ContainerService/managedClusters/").map(str::to_owned).unwrap()
        };
        assert_eq!(of("list", "", "pods", ""), "pods/read");
        assert_eq!(of("patch", "apps", "deployments", ""), "apps/deployments/write");
        assert_eq!(of("deletecollection", "", "secrets", ""), "secrets/delete");
        assert_eq!(of("create", "", "pods", "exec"), "pods/exec/action");
        assert_eq!(of("create", "", "pods", "attach"), "pods/write");
        assert_eq!(of("bind", "rbac.authorization.k8s.io", "roles", ""), "rbac.authorization.k8s.io/roles/bind/action");
    }
}
