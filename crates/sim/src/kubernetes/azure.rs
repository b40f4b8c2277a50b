//! Azure's authorization for Kubernetes: role assignments decide, by the rules of kubeguard/guard
//! (`authz/providers/azure/rbac`; `docs/facts/azure.md` 9.5).

use uuid::Uuid;

use super::{
    identity::{OID, User},
    question::{About, Decision, Question, Verdict},
};
use crate::{cloud::Cloud, rights, world::World};

const CLUSTER: &str = "Microsoft.ContainerService/managedClusters";
const REFUSED: &str = "User does not have access to the resource in Azure. Update role assignment to allow access.";
const NO_OPINION: &str = "Azure does not have opinion for this user.";
const NOT_OF_ENTRA: &str = "Azure does not have opinion for this non AAD user. If you are an AAD user, please set Extra:oid parameter for impersonated user in the kubeconfig";
const FAILED: &str = "Access denied due to Azure RBAC check failure. Please retry later.";

/// Returns what the role assignments say.
pub fn verdict(cloud: &Cloud, world: &World, cluster: &str, user: &User, question: &Question<'_>) -> Verdict {
    if user.name.to_ascii_lowercase().starts_with("system:") {
        return Verdict::new(Decision::NoOpinion, NO_OPINION);
    }
    let Some(oid) = user.extra.get(OID) else {
        return Verdict::new(Decision::NoOpinion, NOT_OF_ENTRA);
    };
    let Ok(principal) = Uuid::parse_str(&oid.join(" ")) else {
        let reason = format!("{FAILED} oid info sent from authentication module is not valid (oid: {})", oid.join(" "));
        return Verdict::new(Decision::Deny, reason);
    };
    let scope = match question.namespace() {
        "" => cluster.to_owned(),
        namespace => format!("{cluster}/namespaces/{namespace}"),
    };
    let action = action(question);
    let mut held = rights::held(world, cloud.clock.now(), cloud.times.role_effect, principal, &scope);
    let found = held.find(|(assignment, role)| assignment.condition.is_none() && role.allows_data(&action));
    let Some((assignment, role)) = found else {
        return Verdict::new(Decision::Deny, REFUSED);
    };
    let bare = |id: &str| id.replace('-', "");
    let reason = format!(
        "Access allowed by Azure RBAC Role Assignment {} of Role {} to user {}",
        bare(&assignment.name),
        bare(role.id),
        principal.simple()
    );
    Verdict::new(Decision::Allow, reason)
}

/// Returns the data action of a question.
fn action(question: &Question<'_>) -> String {
    let verb = match question.verb {
        "get" | "list" | "watch" => "read",
        "create" | "patch" | "update" => "write",
        "delete" | "deletecollection" => "delete",
        "*" => "*",
        "bind" | "escalate" | "use" | "impersonate" => &format!("{}/action", question.verb),
        _ => "",
    };
    let asked = match question.about {
        About::Path(path) => return format!("{CLUSTER}/{}/{verb}", path.trim_matches('/')),
        About::Resource(asked) => asked,
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
    use crate::kubernetes::question::Resource;

    #[test]
    fn actions_are_those_that_guard_asks_for() {
        let of = |verb, group, resource, subresource| {
            let asked = Question::of(verb, Resource { group, resource, subresource, ..Resource::default() });
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
