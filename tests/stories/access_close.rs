//! `crosspull access close`: what is theirs alone goes, what is others' stays, and undo brings back what went.

use crosspull_support::Story;
use serde_json::{Value, json};

use super::access_open::{ADA, PODS, VIEW, access, bindings, closed, opened};

const BOB: &str = "bob@contoso.com";
const BOUND: &str = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings";

/// Binds several subjects by one binding, as somebody does with kubectl.
pub(super) fn bind_by_hand(story: &Story, name: &str, subjects: &[(&str, &str)]) -> Value {
    let group = "rbac.authorization.k8s.io";
    let subject = |(kind, name): &(&str, &str)| json!({ "kind": kind, "name": name, "apiGroup": group });
    let binding = json!({
        "apiVersion": format!("{group}/v1"),
        "kind": "RoleBinding",
        "metadata": { "name": name, "namespace": "shop", "labels": { "team": "shop" } },
        "roleRef": { "apiGroup": group, "kind": "ClusterRole", "name": "view" },
        "subjects": subjects.iter().map(subject).collect::<Vec<Value>>(),
    });
    let (status, made) = story.kubernetes_by_hand("POST", BOUND, "application/json", &binding);
    assert_eq!(status, 201, "{made}");
    made
}

fn binding(story: &Story, name: &str) -> Value {
    story.kubernetes_by_hand("GET", &format!("{BOUND}/{name}"), "application/json", &Value::Null).1
}

#[test]
fn one_subject_of_several_goes_alone_and_comes_back_to_its_place() {
    let story = Story::of("access-bindings");
    let made = bind_by_hand(&story, "viewers", &[("User", BOB), ("User", ADA), ("Group", "others")]);
    assert_eq!(story.asks_cluster(ADA, PODS), 200);
    let end = closed(&story, &VIEW);
    assert_eq!((end.outcome("unbind-access"), end.outcome("prove-access")), ("changed", "proved"), "\n{end}");
    let left = binding(&story, "viewers");
    assert_eq!(left["metadata"]["uid"], made["metadata"]["uid"], "it is changed, and not made anew");
    assert_eq!(left["subjects"], json!([made["subjects"][0], made["subjects"][2]]));
    assert_eq!((story.asks_cluster(ADA, PODS), story.asks_cluster(BOB, PODS)), (403, 200));
    story.undo(&[]).ends_well();
    assert_eq!(binding(&story, "viewers")["subjects"], made["subjects"]);
    assert_eq!(story.asks_cluster(ADA, PODS), 200);
}

#[test]
fn what_others_changed_of_a_binding_since_stays_when_it_is_given_back() {
    let story = Story::of("access-bindings");
    bind_by_hand(&story, "viewers", &[("User", ADA), ("User", BOB)]);
    closed(&story, &VIEW);
    let subjects = json!({ "subjects": [{ "kind": "Group", "name": "new", "apiGroup": "rbac.authorization.k8s.io" }] });
    let patch = "application/merge-patch+json";
    assert_eq!(story.kubernetes_by_hand("PATCH", &format!("{BOUND}/viewers"), patch, &subjects).0, 200);
    story.undo(&[]).ends_well();
    let names: Vec<Value> = binding(&story, "viewers")["subjects"]
        .as_array()
        .expect("subjects")
        .iter()
        .map(|subject| subject["name"].clone())
        .collect();
    assert_eq!(names, [json!(ADA), json!("new")], "bob was taken out by somebody else");
}

#[test]
fn a_binding_that_somebody_deleted_since_is_made_again_as_it_was() {
    let story = Story::of("access-bindings");
    bind_by_hand(&story, "viewers", &[("User", ADA)]);
    let before = story.world();
    closed(&story, &VIEW);
    assert_eq!(bindings(&story, "shop"), [""; 0], "it had no other subject");
    story.undo(&[]).ends_well();
    assert_eq!(binding(&story, "viewers")["metadata"]["labels"], json!({ "team": "shop" }));
    story.world().is_as(&before);
    // What an undo gave back can be closed once more.
    closed(&story, &VIEW);
    assert_eq!(bindings(&story, "shop"), [""; 0]);
    assert_eq!(opened(&story, &VIEW).outcome("bind-access"), "created");
}

#[test]
fn what_single_namespaces_give_is_told_where_the_whole_cluster_is_closed() {
    let story = Story::of("access-bindings");
    bind_by_hand(&story, "viewers", &[("User", ADA), ("User", BOB)]);
    let everywhere = ["--principal", ADA, "--bind", "view"];
    let close = "crosspull access close --bind view --namespace shop";
    let end = access(&story, "close", &everywhere);
    end.is_stopped_by(
        "does not hold ClusterRole view in the whole cluster, but holds the RoleBinding shop/viewers",
        close,
    );
    assert_eq!(story.journals().len(), 0, "no run began");
    opened(&story, &everywhere);
    let end = closed(&story, &everywhere);
    end.finds("warn", "keeps a way in elsewhere: the RoleBinding shop/viewers, which gives view in shop", close);
    assert_eq!(end.outcome("prove-access"), "proved", "not in all namespaces at once\n{end}");
    assert_eq!(story.asks_cluster(ADA, PODS), 200, "the namespace is not touched");
}

#[test]
fn roles_at_single_namespaces_are_told_where_the_whole_cluster_is_closed() {
    let held = |place: &str| format!("{{ who = 'ada', role = 'Azure Kubernetes Service RBAC Reader'{place} }}");
    let own =
        format!("name = 'o'\nsays = 'o'\n[world.access]\nroles = [{}, {}]", held(""), held(", namespace = 'shop'"));
    let story = Story::told(&["access-azure-roles"], &own);
    let end = closed(&story, &["--principal", ADA, "--role", "rbac-reader"]);
    let close = "crosspull access close --role rbac-reader --namespace shop";
    end.finds("warn", "keeps a way in elsewhere: Azure Kubernetes Service RBAC Reader in the namespace shop", close);
    assert_eq!(story.asks_cluster(ADA, PODS), 200);
}

#[test]
fn bindings_of_single_namespaces_that_may_not_be_read_are_not_none() {
    let own = "name = 'o'\nsays = 'o'\n[[world.access.bindings]]\nname = 'all'\nwho = 'ada'\nrole = 'view'\n[[fault]]\n\
               on = 'kubernetes GET /apis/rbac.authorization.k8s.io/v1/rolebindings'\nnth = 'every'\ndo = 'status'\ncode = 403\n\
               error = 'Forbidden'\nmessage = 'no'";
    let story = Story::told(&["access-bindings"], own);
    let end = closed(&story, &["--principal", ADA, "--bind", "view"]);
    end.finds("warn", "holds it in single namespaces too is not known", "closed all the same");
}
