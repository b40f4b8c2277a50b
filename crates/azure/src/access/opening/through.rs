//! The ways in that are not the one that is opened or closed: wider ones, those of a group, those above and below.

use crosspull_core::access::{BoundRole, KubernetesRole, RoleKind, Subject};
use crosspull_core::ids::{ClusterId, ObjectId};
use crosspull_core::opening::Asked;
use crosspull_core::operation::access_scope;
use crosspull_core::text::{printable, shell_option};

use super::is_group;
use crate::reply::{Assignment, Binding};

/// Something that lets somebody in and that is not what is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Through {
    pub by: String,
    /// The command or act that closes it, where there is one.
    pub close: Option<String>,
    /// True where it holds under a condition, of which nobody can tell whether it is fulfilled.
    pub is_conditional: bool,
}

impl Through {
    pub(super) fn new(by: impl Into<String>, close: Option<String>) -> Self {
        Self { by: by.into(), close, is_conditional: false }
    }

    /// Returns the same of what holds under that condition, or under none.
    pub(super) fn under(self, condition: Option<&str>) -> Self {
        Self { is_conditional: condition.is_some(), ..self }
    }
}

/// Returns the role of Kubernetes that an assignment gives, where it is a built-in one.
pub(super) fn role_of(one: &Assignment) -> Option<KubernetesRole> {
    let id = one.properties.role_definition_id.to_ascii_lowercase();
    KubernetesRole::ALL.into_iter().find(|role| id.ends_with(&role.built_in().id.to_string()))
}

/// True where one role gives what another does (Microsoft, "Azure built-in roles for Containers").
pub(super) fn gives(one: KubernetesRole, other: KubernetesRole) -> bool {
    use KubernetesRole::{ClusterAdmin, ClusterUser, RbacAdmin, RbacClusterAdmin, RbacReader, RbacWriter};
    match other {
        ClusterUser => one.gets_kubeconfig(),
        ClusterAdmin => one == ClusterAdmin,
        RbacReader => matches!(one, RbacReader | RbacWriter | RbacAdmin | RbacClusterAdmin),
        RbacWriter => matches!(one, RbacWriter | RbacAdmin | RbacClusterAdmin),
        RbacAdmin => matches!(one, RbacAdmin | RbacClusterAdmin),
        RbacClusterAdmin => one == RbacClusterAdmin,
    }
}

/// Returns what lets somebody in beside what goes.
pub(super) fn beside(
    cluster: &ClusterId,
    asked: &Asked,
    one: &Assignment,
    role: Option<KubernetesRole>,
    is_direct: bool,
) -> Through {
    let name = role.map_or("a role", |role| role.built_in().name);
    let scope = printable(&one.scope(), 300);
    let condition = one.properties.condition.as_deref();
    if !is_direct {
        let through = by_the_group(&one.properties.principal_id.to_string(), &format!("{name} on {scope}"));
        return through.under(condition);
    }
    let at = |namespace| one.scope().eq_ignore_ascii_case(&access_scope(cluster, namespace));
    let namespace = asked.namespace.as_deref();
    let close = match (role, namespace) {
        (Some(role), _) if at(None) && namespace.is_some() => {
            format!("crosspull access close --role {}, without --namespace", role.word())
        }
        (Some(role), Some(namespace)) if at(Some(namespace)) => {
            format!("crosspull access close --role {} --namespace {namespace}", role.word())
        }
        (Some(role), None) if at(None) => format!("crosspull access close --role {}", role.word()),
        _ => format!("deleting the role assignment {}", printable(&one.id, 400)),
    };
    Through::new(format!("{name} on {scope}"), Some(close)).under(condition)
}

pub(super) fn by_the_group(group: &str, by: &str) -> Through {
    let close = "take them out of the group, or close the group's".to_owned();
    Through::new(format!("{by} by the group {}", printable(group, 100)), Some(close))
}

/// The standard roles of Kubernetes, each of which gives all that the one before gives (Kubernetes, "User-facing roles").
const LADDER: [&str; 4] = ["view", "edit", "admin", "cluster-admin"];

/// True where a binding gives what a role does, or more.
fn gives_as_much(binding: &Binding, role: &BoundRole) -> bool {
    let place = |name: &str| LADDER.iter().position(|one| *one == name);
    let climbs = || binding.role_ref.kind == "ClusterRole" && role.kind == RoleKind::ClusterRole;
    let wider = || match (place(&binding.role_ref.name), place(&role.name)) {
        (Some(given), Some(asked)) => given > asked,
        _ => false,
    };
    binding.is_of(role) || (climbs() && wider())
}

/// Returns what a binding of the same place gives, where its role is a wider one.
pub(super) fn wider(
    binding: &Binding,
    role: &BoundRole,
    subject: &Subject,
    groups: &[ObjectId],
    namespace: Option<&str>,
) -> Option<Through> {
    if binding.is_of(role) || !gives_as_much(binding, role) {
        return None;
    }
    let given = &binding.role_ref.name;
    let by = format!("{}, which gives {given}", binding.in_words());
    if binding.has(subject) {
        let at = namespace.map(|namespace| format!(" --namespace {namespace}")).unwrap_or_default();
        return Some(Through::new(by, Some(format!("crosspull access close --bind {given}{at}"))));
    }
    binding.subjects().iter().find(|one| is_group(one, groups)).map(|group| by_the_group(&group.name, &by))
}

/// Returns what a binding of the whole cluster gives somebody, where a namespace is closed.
pub(super) fn above(binding: &Binding, role: &BoundRole, subject: &Subject, groups: &[ObjectId]) -> Option<Through> {
    if !gives_as_much(binding, role) {
        return None;
    }
    let given = &binding.role_ref.name;
    let by = format!("{}, which gives {given} in the whole cluster", binding.in_words());
    if binding.has(subject) {
        return Some(Through::new(by, Some(format!("crosspull access close --bind {given}, without --namespace"))));
    }
    binding.subjects().iter().find(|one| is_group(one, groups)).map(|group| by_the_group(&group.name, &by))
}

/// Returns what a role assignment in one namespace of a cluster gives, where the whole cluster is closed.
pub(super) fn in_namespace(cluster: &ClusterId, one: &Assignment, role: KubernetesRole) -> Option<Through> {
    let scope = one.scope();
    let namespace = scope.get(access_scope(cluster, Some("")).len()..).filter(|name| !name.contains('/'))?;
    let namespace = printable(namespace, 100);
    let by = format!("{} in the namespace {namespace}", role.built_in().name);
    let close = format!("crosspull access close --role {} --namespace {namespace}", role.word());
    Some(Through::new(by, Some(close)).under(one.properties.condition.as_deref()))
}

/// Returns what a binding of one namespace gives somebody, whatever its role is, where the whole cluster is closed.
pub(super) fn elsewhere(binding: &Binding, subject: &Subject, groups: &[ObjectId]) -> Option<Through> {
    let namespace = printable(binding.metadata.namespace.as_deref().unwrap_or_default(), 100);
    let role = &binding.role_ref;
    let by = format!("{}, which gives {} in {namespace}", binding.in_words(), printable(&role.name, 100));
    if binding.has(subject) {
        let named = if role.kind == "Role" { format!("role/{}", role.name) } else { role.name.clone() };
        let close = format!(
            "crosspull access close {} --namespace {namespace}",
            shell_option("--bind", &printable(&named, 100))
        );
        return Some(Through::new(by, Some(close)));
    }
    binding.subjects().iter().find(|one| is_group(one, groups)).map(|group| by_the_group(&group.name, &by))
}

#[cfg(test)]
mod tests {
    use crosspull_core::access::{Principal, PrincipalKind};
    use crosspull_core::opening::Wanted;
    use serde_json::json;

    use super::*;

    fn binding(namespace: Option<&str>, kind: &str, role: &str, subject: &str) -> Binding {
        serde_json::from_value(json!({
            "metadata": { "name": "one", "namespace": namespace },
            "roleRef": { "kind": kind, "name": role },
            "subjects": [{ "kind": "User", "name": subject }],
        }))
        .expect("a binding")
    }

    #[test]
    fn what_gives_as_much_is_told_with_what_closes_it() {
        let view = BoundRole::cluster("view");
        let ada =
            Subject { api_group: String::new(), kind: "User".to_owned(), name: "ada".to_owned(), namespace: None };
        let close = |found: Option<Through>| found.and_then(|through| through.close);
        let told = |text: &str| Some(text.to_owned());
        let at =
            |kind, role, who| close(wider(&binding(Some("shop"), kind, role, who), &view, &ada, &[], Some("shop")));
        assert_eq!(at("ClusterRole", "edit", "ada"), told("crosspull access close --bind edit --namespace shop"));
        assert_eq!(at("ClusterRole", "view", "ada"), None, "that is what goes");
        assert_eq!(at("Role", "edit", "ada"), None, "a Role of that name is another");
        assert_eq!(at("ClusterRole", "edit", "bob"), None);
        let everywhere = |role| close(above(&binding(None, "ClusterRole", role, "ada"), &view, &ada, &[]));
        assert_eq!(everywhere("view"), told("crosspull access close --bind view, without --namespace"));
        assert_eq!(everywhere("metrics"), None);
    }

    #[test]
    fn what_holds_under_a_condition_is_marked() {
        let id = "22222222-2222-4222-8222-222222222222";
        let cluster = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/\
                       Microsoft.ContainerService/managedClusters/aks";
        let asked = Asked {
            cluster: ClusterId::parse(cluster).expect("an id"),
            principal: Principal {
                kind: PrincipalKind::User,
                object: id.parse().ok(),
                name: "ada".to_owned(),
                kubernetes_name: "ada".to_owned(),
            },
            namespace: Some("shop".to_owned()),
            wanted: Wanted::Role(KubernetesRole::RbacReader),
        };
        let role = KubernetesRole::RbacReader;
        let under = |condition: Option<&str>, is_direct| {
            let one: Assignment = serde_json::from_value(json!({
                "id": format!("{cluster}/providers/Microsoft.Authorization/roleAssignments/{id}"),
                "properties": {
                    "roleDefinitionId": role.built_in().id.to_string(),
                    "principalId": id,
                    "scope": cluster,
                    "condition": condition,
                },
            }))
            .expect("an assignment");
            beside(&asked.cluster, &asked, &one, Some(role), is_direct).is_conditional
        };
        for is_direct in [true, false] {
            assert!(!under(None, is_direct));
            assert!(under(Some("@Resource[x] StringEquals 'y'"), is_direct), "{is_direct}");
        }
    }

    #[test]
    fn what_a_namespace_gives_is_told_with_what_closes_it() {
        let ada =
            Subject { api_group: String::new(), kind: "User".to_owned(), name: "ada".to_owned(), namespace: None };
        let told = |kind, role, who| elsewhere(&binding(Some("shop"), kind, role, who), &ada, &[]);
        let role = told("Role", "readers", "ada").expect("it is told");
        assert_eq!(role.by, "the RoleBinding shop/one, which gives readers in shop");
        assert_eq!(role.close.as_deref(), Some("crosspull access close --bind role/readers --namespace shop"));
        let close = told("ClusterRole", "view", "ada").and_then(|through| through.close);
        assert_eq!(close.as_deref(), Some("crosspull access close --bind view --namespace shop"));
        assert_eq!(told("ClusterRole", "view", "bob"), None);
    }
}
