//! Requests to a Kubernetes API, built purely.

use crosspull_core::access::{KubernetesUser, Question};
use crosspull_core::event::Plane;
use crosspull_core::ids::ObjectId;
use crosspull_core::names::Side;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use k8s_openapi::api::authorization::v1::{SelfSubjectAccessReview, SubjectAccessReview};
use k8s_openapi::api::core::v1::{Event, Namespace, Pod, Secret, ServiceAccount};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding};
use kube::core::params::{DeleteParams, GetParams, ListParams, Patch, PatchParams, PostParams, Preconditions};
use kube::core::{Request as Path, Resource};
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

use crate::reply::{KEY_ID, MANAGED_BY, RUN};
use crate::request::{Auth, Body, Repeat, Request};

/// A request as the `kube` crate builds it, with method, path, query and body; or why it could not be built.
pub type Built = Result<http::Request<Vec<u8>>, kube::core::request::Error>;

/// Objects of one page: some have many fields, and an answer has a limit.
const PAGE: u32 = 100;
/// Objects of one page where they are small.
const LARGE_PAGE: u32 = 500;
/// The program that the container of the proving pod is told to run. No image has such a one, so nothing of the image
/// runs.
pub const RUNS_NOTHING: &str = "/crosspull-runs-nothing";

/// The media types of patches.
const CONTENT_TYPES: [&str; 2] = ["application/apply-patch+yaml", "application/merge-patch+json"];
/// The ends of the paths of reviews, which are created and change nothing.
const REVIEWS: [&str; 3] = ["/selfsubjectaccessreviews", "/selfsubjectreviews", "/subjectaccessreviews"];
/// The mark of a request that is looked at by admission and not kept.
const DRY_RUN: &str = "dryRun=All";
/// `{"auths":{}}`.
const LOGIN_OF_NOBODY: &str = "eyJhdXRocyI6e319";
/// The field manager that crosspull applies as.
pub const MANAGER: &str = "crosspull";

/// Addresses a built request to a server.
///
/// # Errors
/// A sentence, where the request could not be built.
pub fn at(server: &Url, auth: Auth, built: Built) -> Result<Request, String> {
    let (parts, body) = built.map_err(|e| e.to_string())?.into_parts();
    let mut url = server.clone();
    url.set_path(&format!("{}{}", server.path().trim_end_matches('/'), parts.uri.path()));
    url.set_query(parts.uri.query().filter(|query| !query.is_empty()));
    let named = parts.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = CONTENT_TYPES.into_iter().find(|known| Some(*known) == named).unwrap_or("application/json");
    let body = (!body.is_empty()).then(|| Body { content_type, bytes: Zeroizing::new(body), secrets: Vec::new() });
    let request = Request::new(Plane::Kubernetes, Side::A, parts.method, url, auth);
    // To ask what one may do, or would be let do, changes nothing.
    let is_trial = request.url.query().is_some_and(|query| query.split('&').any(|pair| pair == DRY_RUN));
    let asks = is_trial || REVIEWS.iter().any(|review| request.url.path().ends_with(review));
    let repeat = if asks { Repeat::Freely } else { request.repeat };
    Ok(Request { body, repeat, ..request })
}

pub(super) fn everywhere<K: Resource<DynamicType = ()>>(from: Option<&str>) -> Built {
    let mut page = ListParams::default().limit(PAGE);
    page.continue_token = from.map(str::to_owned);
    Path::new(K::url_path(&(), None)).list(&page)
}

/// Asks for a page of small objects, as many as kubectl asks for at once.
fn everywhere_by_many<K: Resource<DynamicType = ()>>(from: Option<&str>) -> Built {
    let mut page = ListParams::default().limit(LARGE_PAGE);
    page.continue_token = from.map(str::to_owned);
    Path::new(K::url_path(&(), None)).list(&page)
}

/// Asks for the bindings of the whole cluster, a page.
pub fn cluster_role_bindings(from: Option<&str>) -> Built {
    everywhere_by_many::<ClusterRoleBinding>(from)
}

/// Asks for the bindings of all namespaces, a page.
pub fn role_bindings(from: Option<&str>) -> Built {
    everywhere_by_many::<RoleBinding>(from)
}

/// Asks for the roles of the whole cluster, a page.
pub fn cluster_roles(from: Option<&str>) -> Built {
    everywhere_by_many::<ClusterRole>(from)
}

/// Asks for the roles of all namespaces, a page.
pub fn roles(from: Option<&str>) -> Built {
    everywhere_by_many::<Role>(from)
}

/// Asks for the disruption budgets of all namespaces, a page.
pub fn budgets(from: Option<&str>) -> Built {
    everywhere::<PodDisruptionBudget>(from)
}

/// Asks for the deployments of all namespaces, a page.
pub fn deployments(from: Option<&str>) -> Built {
    everywhere::<Deployment>(from)
}

/// Asks for the stateful sets of all namespaces, a page.
pub fn stateful_sets(from: Option<&str>) -> Built {
    everywhere::<StatefulSet>(from)
}

fn pods(namespace: &str) -> Path {
    Path::new(Pod::url_path(&(), Some(namespace)))
}

/// The credential by which a pod pulls, beside that of its node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PodPulls<'a> {
    /// None of its own: the node's.
    AsNode,
    /// That of a pull secret, by its name.
    BySecret(&'a str),
    /// Those that a service account has.
    AsAccount(&'a str),
}

/// Makes the pod that proves the pull. The pod asks for little, may do nothing, and runs nothing of the image: a policy
/// for restricted pods lets it in.
pub fn create_pod(namespace: &str, name: &str, image: &str, pulls: PodPulls<'_>) -> Built {
    pods(namespace).create(&PostParams::default(), pod_that_pulls(namespace, name, image, pulls))
}

/// Asks whether that pod would be made: admission looks at it, and nothing is kept.
pub fn try_pod(namespace: &str, name: &str, image: &str, pulls: PodPulls<'_>) -> Built {
    let trial = PostParams { dry_run: true, ..PostParams::default() };
    pods(namespace).create(&trial, pod_that_pulls(namespace, name, image, pulls))
}

fn pod_that_pulls(namespace: &str, name: &str, image: &str, pulls: PodPulls<'_>) -> Vec<u8> {
    let mut pod = pod(namespace, name, image);
    if let Some(spec) = pod.get_mut("spec").and_then(Value::as_object_mut) {
        match pulls {
            PodPulls::AsNode => {}
            PodPulls::BySecret(secret) => {
                spec.insert("imagePullSecrets".to_owned(), json!([{ "name": secret }]));
            }
            PodPulls::AsAccount(account) => {
                spec.insert("serviceAccountName".to_owned(), account.into());
            }
        }
    }
    pod.to_string().into_bytes()
}

/// Asks whether the operator may do something in a namespace.
pub fn may(namespace: &str, verb: &str, resource: &str) -> Built {
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": { "resourceAttributes": { "namespace": namespace, "verb": verb, "resource": resource } },
    });
    let path = Path::new(SelfSubjectAccessReview::url_path(&(), None));
    path.create(&PostParams::default(), review.to_string().into_bytes())
}

/// Asks whether the operator may do something in all namespaces.
pub fn may_everywhere(verb: &str, resource: &str) -> Built {
    may("", verb, resource)
}

/// Asks as whom the API knows the operator (Kubernetes 1.28 and later).
pub fn who_am_i() -> Built {
    let review = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview" });
    let path = Path::new(SelfSubjectReview::url_path(&(), None));
    path.create(&PostParams::default(), review.to_string().into_bytes())
}

/// Returns the attributes of a question in a review.
fn attributes(asked: &Question<'_>) -> Value {
    json!({
        "verb": asked.verb,
        "group": asked.group,
        "resource": asked.resource,
        "subresource": asked.subresource,
        "namespace": asked.namespace,
        "name": asked.name,
    })
}

/// Asks whether the operator may do something.
pub fn own_review(asked: &Question<'_>) -> Built {
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": { "resourceAttributes": attributes(asked) },
    });
    let path = Path::new(SelfSubjectAccessReview::url_path(&(), None));
    path.create(&PostParams::default(), review.to_string().into_bytes())
}

/// Asks whether somebody may do something. Azure's authorization knows somebody of Entra by the object id alone, in
/// `extra.oid`; without it the answer is a wrong no (`docs/facts/azure.md` 9.5).
pub fn review(user: &KubernetesUser, object: Option<ObjectId>, asked: &Question<'_>) -> Built {
    let extra = object.map(|id| json!({ "oid": [id] })).unwrap_or_else(|| json!({}));
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": user.name,
            "groups": user.groups,
            "extra": extra,
            "resourceAttributes": attributes(asked),
        },
    });
    let path = Path::new(SubjectAccessReview::url_path(&(), None));
    path.create(&PostParams::default(), review.to_string().into_bytes())
}

/// Asks for a namespace.
pub fn namespace(name: &str) -> Built {
    Path::new(Namespace::url_path(&(), None)).get(name, &GetParams::default())
}

/// Asks for the namespaces, a page.
pub fn namespaces(from: Option<&str>) -> Built {
    everywhere::<Namespace>(from)
}

/// Asks for the pull secrets of all namespaces, a page.
pub fn pull_secrets(from: Option<&str>) -> Built {
    let mut page = ListParams::default().fields("type=kubernetes.io/dockerconfigjson").limit(PAGE);
    page.continue_token = from.map(str::to_owned);
    Path::new(Secret::url_path(&(), None)).list(&page)
}

fn secrets(namespace: &str) -> Path {
    Path::new(Secret::url_path(&(), Some(namespace)))
}

/// Asks for a secret.
pub fn secret(namespace: &str, name: &str) -> Built {
    secrets(namespace).get(name, &GetParams::default())
}

/// Applies a secret, as crosspull. What others manage of it is a conflict, and nothing is taken from them.
///
/// The body is given as bytes, since it holds a password: the crate would leave copies of it behind.
pub fn apply_secret(namespace: &str, name: &str, body: Vec<u8>) -> Built {
    let patch = Patch::Apply(json!({}));
    let (parts, _) = secrets(namespace).patch(name, &PatchParams::apply(MANAGER), &patch)?.into_parts();
    Ok(http::Request::from_parts(parts, body))
}

/// Asks whether a pull secret with a login of nobody would be written: quotas, policies and what others manage of it are
/// looked at, and nothing is kept (Kubernetes documentation, "Dry-run").
pub fn try_secret(namespace: &str, name: &str) -> Built {
    let secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/dockerconfigjson",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": { MANAGED_BY.0: MANAGED_BY.1 },
            "annotations": { KEY_ID: "dry-run", RUN: "dry-run" },
        },
        "data": { ".dockerconfigjson": LOGIN_OF_NOBODY },
    });
    secrets(namespace).patch(name, &PatchParams::apply(MANAGER).dry_run(), &Patch::Apply(secret))
}

/// Deletes a secret, if it is still the one of that uid.
pub fn delete_secret(namespace: &str, name: &str, uid: &str) -> Built {
    let preconditions = Preconditions { uid: Some(uid.to_owned()), resource_version: None };
    secrets(namespace).delete(name, &DeleteParams { preconditions: Some(preconditions), ..DeleteParams::default() })
}

pub(super) fn accounts(namespace: &str) -> Path {
    Path::new(ServiceAccount::url_path(&(), Some(namespace)))
}

/// Asks for a service account.
pub fn account(namespace: &str, name: &str) -> Built {
    accounts(namespace).get(name, &GetParams::default())
}

/// Sets the pull secrets of a service account, if it is still of that version: the list is one to server-side apply, so
/// that applying it would take away what others added (`docs/facts/azure.md` 9.3).
pub fn set_pull_secrets(namespace: &str, name: &str, version: &str, names: &[String]) -> Built {
    let names: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    let patch = json!({ "metadata": { "resourceVersion": version }, "imagePullSecrets": names });
    accounts(namespace).patch(name, &PatchParams::default(), &Patch::Merge(&patch))
}

fn pod(namespace: &str, name: &str, image: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": name, "namespace": namespace, "labels": { "app.kubernetes.io/managed-by": "crosspull" } },
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "terminationGracePeriodSeconds": 0,
            "nodeSelector": { "kubernetes.io/os": "linux" },
            "securityContext": {
                "runAsNonRoot": true, "runAsUser": 65_532, "seccompProfile": { "type": "RuntimeDefault" }
            },
            "containers": [{
                "name": "pull",
                "image": image,
                // Also where the node has it already: it is the pull that is to be proved.
                "imagePullPolicy": "Always",
                "command": [RUNS_NOTHING],
                "resources": {
                    "requests": { "cpu": "1m", "memory": "8Mi" }, "limits": { "cpu": "10m", "memory": "16Mi" }
                },
                "securityContext": {
                    "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": { "drop": ["ALL"] }
                },
            }],
        },
    })
}

/// Asks for one pod.
pub fn read_pod(namespace: &str, name: &str) -> Built {
    pods(namespace).get(name, &GetParams::default())
}

/// Removes a pod.
pub fn delete_pod(namespace: &str, name: &str) -> Built {
    pods(namespace).delete(name, &DeleteParams::default())
}

/// Asks for the events of a pod.
pub fn events_of(namespace: &str, name: &str) -> Built {
    let selector = format!("involvedObject.kind=Pod,involvedObject.name={name}");
    Path::new(Event::url_path(&(), Some(namespace))).list(&ListParams::default().fields(&selector))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_goes_to_its_server_with_its_path_query_and_body() {
        let server = Url::parse("https://127.0.0.1:6443/proxy/").expect("a URL");
        let listed = at(&server, Auth::None, deployments(Some("next"))).expect("built");
        assert_eq!(
            listed.url.as_str(),
            "https://127.0.0.1:6443/proxy/apis/apps/v1/deployments?&limit=100&continue=next"
        );
        assert!(!listed.writes() && listed.body.is_none());
        let made =
            at(&server, Auth::None, create_pod("shop", "crosspull-7f3c9a2e", "r.azurecr.io/web:1", PodPulls::AsNode))
                .expect("built");
        assert_eq!(made.url.path(), "/proxy/api/v1/namespaces/shop/pods");
        assert!(made.writes() && made.body.is_some());
        let removed = at(&server, Auth::None, delete_pod("shop", "crosspull-7f3c9a2e")).expect("built");
        assert_eq!(removed.url.path(), "/proxy/api/v1/namespaces/shop/pods/crosspull-7f3c9a2e");
        assert!(removed.writes());
    }

    #[test]
    fn the_pod_is_a_pod_and_runs_nothing_of_the_image() {
        let pod: Pod = serde_json::from_value(pod("shop", "crosspull-7f3c9a2e", "r.azurecr.io/web:1")).expect("a pod");
        let spec = pod.spec.expect("a spec");
        assert_eq!(spec.automount_service_account_token, Some(false));
        let container = spec.containers.first().expect("a container");
        assert_eq!(container.command.as_deref(), Some([RUNS_NOTHING.to_owned()].as_slice()));
        assert_eq!(container.image_pull_policy.as_deref(), Some("Always"));
    }
}
