//! The roles and bindings of a cluster, as its own API lists them.

use crosspull_core::access::{Part, PolicyRule, Rbac, RbacBinding, RbacRole, RbacSubject};
use crosspull_core::event::Work;
use crosspull_core::text::{listed as words, printable};
use futures_util::future::join4;
use k8s_openapi::api::rbac::v1;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::kubernetes::{Kubernetes, KubernetesUnavailable, requests};
use crate::wire::CallError;

/// The longest name that is kept: no name in Kubernetes is longer.
const NAME: usize = 253;

/// Reads all roles and bindings. What of them is refused is told, and the rest stands.
pub(super) async fn read(api: &Kubernetes, work: &Work) -> Part<Rbac> {
    let (everywhere, inside, cluster_roles, roles) = join4(
        api.list::<v1::ClusterRoleBinding>(work, requests::cluster_role_bindings),
        api.list::<v1::RoleBinding>(work, requests::role_bindings),
        api.list::<v1::ClusterRole>(work, requests::cluster_roles),
        api.list::<v1::Role>(work, requests::roles),
    )
    .await;
    let mut unread = Vec::new();
    let everywhere = listed("ClusterRoleBindings", everywhere, &mut unread);
    let inside = listed("RoleBindings", inside, &mut unread);
    let cluster_roles = listed("ClusterRoles", cluster_roles, &mut unread);
    let roles = listed("Roles", roles, &mut unread);
    let bindings = everywhere
        .into_iter()
        .map(|one| binding(one.metadata, one.role_ref, one.subjects))
        .chain(inside.into_iter().map(|one| binding(one.metadata, one.role_ref, one.subjects)));
    let roles = cluster_roles
        .into_iter()
        .map(|one| role(one.metadata, one.rules))
        .chain(roles.into_iter().map(|one| role(one.metadata, one.rules)));
    Part { known: Rbac { roles: roles.collect(), bindings: bindings.collect() }, unread: in_words(unread) }
}

/// Returns what was listed; where nothing was, the kind is kept with the reason.
fn listed<T>(
    kind: &'static str,
    listed: Result<Vec<T>, CallError>,
    unread: &mut Vec<(&'static str, String)>,
) -> Vec<T> {
    listed.unwrap_or_else(|error| {
        let is_denied = matches!(&error, CallError::Refused(refused) if refused.refusal.status == Some(403));
        let why = KubernetesUnavailable::of(error).why().unwrap_or_else(|_| "you stopped it".to_owned());
        // Whose right lacks is clear, and the API's words repeat the kind.
        unread.push((kind, if is_denied { "you may not list them in the cluster (403)".to_owned() } else { why }));
        Vec::new()
    })
}

/// Returns what was not listed, each reason once.
fn in_words(unread: Vec<(&'static str, String)>) -> Vec<String> {
    let mut by_reason: Vec<(String, Vec<String>)> = Vec::new();
    for (kind, why) in unread {
        match by_reason.iter_mut().find(|(known, _)| *known == why) {
            Some((_, kinds)) => kinds.push(kind.to_owned()),
            None => by_reason.push((why, vec![kind.to_owned()])),
        }
    }
    by_reason.into_iter().map(|(why, kinds)| format!("{} were not read: {why}", words(&kinds))).collect()
}

fn name(metadata: &ObjectMeta) -> String {
    printable(metadata.name.as_deref().unwrap_or_default(), NAME)
}

fn role(metadata: ObjectMeta, rules: Option<Vec<v1::PolicyRule>>) -> RbacRole {
    let rule = |rule: v1::PolicyRule| PolicyRule {
        verbs: rule.verbs,
        api_groups: rule.api_groups.unwrap_or_default(),
        resources: rule.resources.unwrap_or_default(),
        resource_names: rule.resource_names.unwrap_or_default(),
        non_resource_urls: rule.non_resource_urls.unwrap_or_default(),
    };
    RbacRole {
        name: name(&metadata),
        namespace: metadata.namespace,
        rules: rules.unwrap_or_default().into_iter().map(rule).collect(),
    }
}

fn binding(metadata: ObjectMeta, role: v1::RoleRef, subjects: Option<Vec<v1::Subject>>) -> RbacBinding {
    let namespace = metadata.namespace.clone();
    let subject = |subject: v1::Subject| match subject.kind.as_str() {
        "User" => Some(RbacSubject::User(printable(&subject.name, NAME))),
        "Group" => Some(RbacSubject::Group(printable(&subject.name, NAME))),
        "ServiceAccount" => Some(RbacSubject::ServiceAccount {
            namespace: subject.namespace.or_else(|| namespace.clone()).unwrap_or_default(),
            name: printable(&subject.name, NAME),
        }),
        _ => None,
    };
    RbacBinding {
        name: name(&metadata),
        role: printable(&role.name, NAME),
        is_cluster_role: role.kind == "ClusterRole",
        subjects: subjects.unwrap_or_default().into_iter().filter_map(subject).collect(),
        namespace: metadata.namespace,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reason_is_told_once_for_all_kinds() {
        let of = |kind, why: &str| (kind, why.to_owned());
        let unread = vec![of("ClusterRoles", "a"), of("RoleBindings", "b"), of("Roles", "a")];
        assert_eq!(in_words(unread), ["ClusterRoles and Roles were not read: a", "RoleBindings were not read: b"]);
    }

    #[test]
    fn objects_of_the_api_are_kept_as_far_as_they_say_who_may_what() {
        let object: v1::RoleBinding = serde_json::from_value(serde_json::json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": { "name": "team", "namespace": "shop" },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "edit" },
            "subjects": [
                { "kind": "User", "name": "ada@contoso.com", "apiGroup": "rbac.authorization.k8s.io" },
                { "kind": "ServiceAccount", "name": "build" },
                { "kind": "Robot", "name": "r2" },
            ],
        }))
        .expect("a binding");
        let read = binding(object.metadata, object.role_ref, object.subjects);
        assert!(read.is_cluster_role && read.role == "edit" && read.namespace.as_deref() == Some("shop"));
        let account = RbacSubject::ServiceAccount { namespace: "shop".to_owned(), name: "build".to_owned() };
        assert_eq!(read.subjects, [RbacSubject::User("ada@contoso.com".to_owned()), account]);
    }
}
