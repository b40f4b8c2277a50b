//! Requests to a Kubernetes API about who may do what: bindings, roles, service accounts and reviews, built purely.

use crosspull_core::access::{BoundRole, RBAC, RoleKind, Subject};
use crosspull_core::explain::Refusal;
use crosspull_core::names::RunId;
use crosspull_core::operation::Act;
use k8s_openapi::api::authorization::v1::SubjectAccessReview;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding};
use kube::core::params::{DeleteParams, GetParams, ListParams, Patch, PatchParams, PostParams, Preconditions};
use kube::core::{Request as Path, Resource};
use serde_json::{Map, Value, json};

use super::requests::{Built, MANAGER, accounts};
use crate::reply::{KeptBinding, MANAGED_BY, RUN};

/// Objects of one page.
const PAGE: u32 = 500;

fn bindings_in(namespace: Option<&str>) -> Path {
    Path::new(match namespace {
        Some(_) => RoleBinding::url_path(&(), namespace),
        None => ClusterRoleBinding::url_path(&(), None),
    })
}

const fn kind(namespace: Option<&str>) -> &'static str {
    if namespace.is_some() { "RoleBinding" } else { "ClusterRoleBinding" }
}

/// Asks for a binding of a namespace, or of the cluster.
pub fn binding(namespace: Option<&str>, name: &str) -> Built {
    bindings_in(namespace).get(name, &GetParams::default())
}

/// Asks for the bindings of a namespace, or of the cluster, a page.
pub fn bindings(namespace: Option<&str>, from: Option<&str>) -> Built {
    let mut page = ListParams::default().limit(PAGE);
    page.continue_token = from.map(str::to_owned);
    bindings_in(namespace).list(&page)
}

fn object(namespace: Option<&str>, name: &str, kept: &KeptBinding) -> Value {
    let mut metadata = Map::new();
    metadata.insert("name".to_owned(), name.into());
    metadata.extend(namespace.map(|namespace| ("namespace".to_owned(), namespace.into())));
    for (field, texts) in [("labels", &kept.labels), ("annotations", &kept.annotations)] {
        metadata.extend((!texts.is_empty()).then(|| (field.to_owned(), json!(texts))));
    }
    json!({
        "apiVersion": format!("{RBAC}/v1"),
        "kind": kind(namespace),
        "metadata": metadata,
        "roleRef": kept.role_ref,
        "subjects": kept.subjects,
    })
}

/// Applies a binding, as crosspull. What others manage of it is a conflict, and nothing is taken from them.
pub fn apply_binding(namespace: Option<&str>, name: &str, role: &BoundRole, subject: &Subject, run: &RunId) -> Built {
    let body = json!({
        "apiVersion": format!("{RBAC}/v1"),
        "kind": kind(namespace),
        "metadata": {
            "name": name,
            "labels": { MANAGED_BY.0: MANAGED_BY.1 },
            "annotations": { RUN: run.to_string() },
        },
        "roleRef": { "apiGroup": RBAC, "kind": role.kind_word(), "name": role.name },
        "subjects": [subject],
    });
    bindings_in(namespace).patch(name, &PatchParams::apply(MANAGER), &Patch::Apply(body))
}

/// Makes a binding again as it was.
pub fn create_binding(namespace: Option<&str>, name: &str, kept: &KeptBinding) -> Built {
    let body = object(namespace, name, kept).to_string().into_bytes();
    bindings_in(namespace).create(&PostParams::default(), body)
}

/// Sets the subjects of a binding, if it is still of that version: the list is one to every patch, so that it is written
/// whole.
pub fn set_subjects(namespace: Option<&str>, name: &str, version: &str, subjects: &[Subject]) -> Built {
    let patch = json!({ "metadata": { "resourceVersion": version }, "subjects": subjects });
    bindings_in(namespace).patch(name, &PatchParams::default(), &Patch::Merge(&patch))
}

/// Deletes a binding, if it is still the one that was read, in that version.
pub fn delete_binding(namespace: Option<&str>, name: &str, uid: &str, version: &str) -> Built {
    let preconditions = Preconditions { uid: Some(uid.to_owned()), resource_version: Some(version.to_owned()) };
    let guarded = DeleteParams { preconditions: Some(preconditions), ..DeleteParams::default() };
    bindings_in(namespace).delete(name, &guarded)
}

/// Asks for a role of the cluster, or of a namespace.
pub fn role(namespace: &str, role: &BoundRole) -> Built {
    let path = match role.kind {
        RoleKind::ClusterRole => ClusterRole::url_path(&(), None),
        RoleKind::Role => Role::url_path(&(), Some(namespace)),
    };
    Path::new(path).get(&role.name, &GetParams::default())
}

/// Applies a service account, as crosspull.
pub fn apply_account(namespace: &str, name: &str, run: &RunId) -> Built {
    let body = json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {
            "name": name,
            "labels": { MANAGED_BY.0: MANAGED_BY.1 },
            "annotations": { RUN: run.to_string() },
        },
    });
    accounts(namespace).patch(name, &PatchParams::apply(MANAGER), &Patch::Apply(body))
}

/// Asks for the pods of a namespace, a page.
pub fn pods_of(namespace: &str, from: Option<&str>) -> Built {
    let mut page = ListParams::default().limit(PAGE);
    page.continue_token = from.map(str::to_owned);
    Path::new(Pod::url_path(&(), Some(namespace))).list(&page)
}

/// Deletes a service account, if it is still the one that was read, in that version.
pub fn delete_account(namespace: &str, name: &str, uid: &str, version: &str) -> Built {
    let preconditions = Preconditions { uid: Some(uid.to_owned()), resource_version: Some(version.to_owned()) };
    let guarded = DeleteParams { preconditions: Some(preconditions), ..DeleteParams::default() };
    accounts(namespace).delete(name, &guarded)
}

/// True where the cluster itself says that the object which was asked for is not there: a Status with the reason `NotFound`,
/// which names it. `asked` is the path. A 404 of something on the way is none.
pub fn is_gone(asked: &str, refusal: &Refusal) -> bool {
    let name = asked.rsplit('/').next().unwrap_or_default();
    let names_it = refusal.message.contains(&format!("\"{name}\""));
    refusal.status == Some(404) && refusal.code.ends_with("NotFound") && !name.is_empty() && names_it
}

/// True where the cluster says that a right lacks. A webhook or a policy of the cluster says no with the same status, in its own
/// words.
pub fn lacks_right(refusal: &Refusal) -> bool {
    let says = |words: &str| refusal.message.contains(words);
    refusal.status == Some(403) && (says(" cannot ") || says("attempting to grant"))
}

/// Somebody whom a review is about, as Kubernetes knows them (`docs/facts/azure.md` 9.5).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// The name. Empty where only groups are meant.
    pub user: String,
    /// The groups, by object id, and those of Kubernetes.
    pub groups: Vec<String>,
    /// The object id, for who is of Entra.
    pub oid: Option<String>,
}

/// Asks whether somebody may do something. A POST that keeps nothing.
pub fn review(who: &Reviewed, act: &Act) -> Built {
    let mut attributes = Map::new();
    for (field, value) in [("verb", &act.verb), ("group", &act.group), ("resource", &act.resource)] {
        attributes.extend((!value.is_empty()).then(|| (field.to_owned(), value.as_str().into())));
    }
    attributes.extend(act.namespace.as_ref().map(|namespace| ("namespace".to_owned(), namespace.as_str().into())));
    let mut spec = Map::new();
    spec.insert("resourceAttributes".to_owned(), attributes.into());
    spec.insert("groups".to_owned(), json!(who.groups));
    spec.extend((!who.user.is_empty()).then(|| ("user".to_owned(), who.user.as_str().into())));
    spec.extend(who.oid.as_ref().map(|oid| ("extra".to_owned(), json!({ "oid": [oid] }))));
    let body = json!({ "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec });
    let path = Path::new(SubjectAccessReview::url_path(&(), None));
    path.create(&PostParams::default(), body.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(built: Built) -> Value {
        serde_json::from_slice(built.expect("built").body()).expect("JSON")
    }

    #[test]
    fn a_review_names_user_groups_and_object_id() {
        let who =
            Reviewed { user: "ada@contoso.com".to_owned(), groups: vec!["g1".to_owned()], oid: Some("o1".to_owned()) };
        let asked = body(review(&who, &Act::new("list", "pods", Some("shop"))));
        assert_eq!(
            asked["spec"],
            json!({
                "user": "ada@contoso.com", "groups": ["g1"], "extra": { "oid": ["o1"] },
                "resourceAttributes": { "verb": "list", "resource": "pods", "namespace": "shop" },
            })
        );
    }

    #[test]
    fn only_the_clusters_own_word_says_that_an_object_is_gone() {
        let said = |status, body: &str| {
            let refusal = crate::refusal::refused(status, &http::HeaderMap::new(), body.as_bytes()).refusal;
            is_gone("/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings/views", &refusal)
        };
        let status = |name: &str, reason: &str| {
            let message = format!("rolebindings.rbac.authorization.k8s.io \"{name}\" not found");
            json!({ "kind": "Status", "status": "Failure", "reason": reason, "code": 404, "message": message })
                .to_string()
        };
        assert!(said(404, &status("views", "NotFound")));
        assert!(!said(404, &status("others", "NotFound")), "another object");
        assert!(!said(403, &status("views", "Forbidden")));
        assert!(!said(404, "<html>not found</html>") && !said(404, "{}") && !said(404, "404 page not found"));
    }

    #[test]
    fn a_right_that_lacks_is_told_from_a_policy_that_says_no() {
        let said = |status, message: &str| {
            let body =
                json!({ "kind": "Status", "reason": "Forbidden", "code": status, "message": message }).to_string();
            lacks_right(&crate::refusal::refused(status, &http::HeaderMap::new(), body.as_bytes()).refusal)
        };
        assert!(said(403, "pods is forbidden: User \"ada\" cannot list resource \"pods\""));
        assert!(!said(403, "admission webhook \"policy\" denied the request: no"));
        assert!(!said(404, "it cannot be found"));
    }

    #[test]
    fn a_binding_is_made_again_with_all_that_it_had() {
        let kept: KeptBinding = serde_json::from_value(json!({
            "labels": { "team": "shop" },
            "roleRef": { "apiGroup": RBAC, "kind": "ClusterRole", "name": "view" },
            "subjects": [{ "apiGroup": RBAC, "kind": "User", "name": "ada@contoso.com" }],
        }))
        .expect("a binding");
        let made = create_binding(Some("shop"), "views", &kept).expect("built");
        assert_eq!(made.uri().path(), "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings");
        let made: Value = serde_json::from_slice(made.body()).expect("JSON");
        assert_eq!(made["metadata"], json!({ "name": "views", "namespace": "shop", "labels": { "team": "shop" } }));
        assert_eq!(made["subjects"][0]["name"], "ada@contoso.com");
    }
}
