//! What other runs and other people pull by stays when a run is taken back: pull secrets that hold something else by now, and
//! the app, role or account behind pull secrets of other namespaces.

use crosspull_support::{Story, text};
use serde_json::{Value, json};

const NAME: &str = "crosspull-registryb";
const ROUTES: [&str; 3] = ["pull-secret", "repository-token", "admin-account"];

fn path(namespace: &str) -> String {
    format!("/api/v1/namespaces/{namespace}/secrets/{NAME}")
}

/// Returns the content of the pull secret in a namespace, as Kubernetes has it.
fn content(story: &Story, namespace: &str) -> (u16, Value) {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    let (status, secret) = story.kubernetes_by_hand("GET", &path(namespace), "", &Value::Null);
    let coded = secret["data"][".dockerconfigjson"].as_str().unwrap_or_default();
    let text = BASE64_STANDARD.decode(coded).expect("base64");
    (status, serde_json::from_slice(&text).unwrap_or(Value::Null))
}

/// Somebody else puts something into the pull secret.
fn put(story: &Story, namespace: &str, config: &Value) {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    let body = json!({ "data": { ".dockerconfigjson": BASE64_STANDARD.encode(config.to_string()) } });
    let path = format!("{}?fieldManager=kubectl-patch", path(namespace));
    assert_eq!(story.kubernetes_by_hand("PATCH", &path, "application/merge-patch+json", &body).0, 200);
}

/// Applies a route for one namespace. Returns the run.
fn applied(story: &Story, route: &str, namespace: &str) -> String {
    let before = story.runs_but(&[]);
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    story.apply(&["--route", route, "--namespace", namespace]).ends_well();
    story.runs_but(&before).pop().expect("a run")
}

#[test]
fn a_pull_secret_that_holds_something_else_by_now_is_kept() {
    let others = json!({ "other.example": { "auth": "dTpw" } });
    for route in ROUTES {
        for is_merged in [false, true] {
            let story = Story::of("managed-identity-cluster");
            let run = applied(&story, route, "shop");
            let mut auths = others.clone();
            if is_merged {
                auths[&story.ready.login_server] =
                    content(&story, "shop").1["auths"][&story.ready.login_server].clone();
            }
            put(&story, "shop", &json!({ "auths": auths }));
            let end = story.undo_of(&run, &[]);
            end.exits(5);
            assert!(end.out.contains("Somebody has put something else into it since; it is kept as it is"), "{end}");
            assert!(end.out.contains(&format!("kubectl delete secret {NAME} --namespace shop")), "{end}");
            assert_eq!(content(&story, "shop"), (200, json!({ "auths": auths })), "{route}");
            assert_eq!(story.kubernetes_by_hand("DELETE", &path("shop"), "", &Value::Null).0, 200);
            story.undo_of(&run, &[]).ends_well();
            story.is_taken_back();
        }
    }
}

#[test]
fn one_that_somebody_made_anew_under_the_name_is_told() {
    let story = Story::of("managed-identity-cluster");
    let run = applied(&story, "pull-secret", "shop");
    assert_eq!(story.kubernetes_by_hand("DELETE", &path("shop"), "", &Value::Null).0, 200);
    let theirs = json!({ "metadata": { "name": NAME }, "type": "Opaque" });
    let all = "/api/v1/namespaces/shop/secrets";
    assert_eq!(story.kubernetes_by_hand("POST", all, "application/json", &theirs).0, 201);
    let end = story.undo_of(&run, &[]);
    end.ends_well();
    assert!(end.out.contains("somebody made another of that name since, which stays"), "{end}");
    assert_eq!(story.kubernetes_by_hand("GET", &path("shop"), "", &Value::Null).0, 200);
}

#[test]
fn what_pull_secrets_of_another_run_need_stays_until_that_run_is_taken_back() {
    for route in ROUTES {
        let story = Story::of("managed-identity-cluster");
        let first = applied(&story, route, "shop");
        let second = applied(&story, route, "default");
        let end = story.undo_of(&first, &[]);
        end.exits(5);
        assert_eq!(content(&story, "shop").0, 404, "{route}: its own goes\n{end}");
        if route != "repository-token" {
            let why = format!("need it still: default/{NAME} (run {second})");
            assert!(end.out.contains(&why), "{route}\n{end}");
        }
        assert_eq!(story.pod_by_hand("pulls", "shop/web:1.4", Some(NAME)), None, "{route}: it pulls on\n{end}");
        story.undo_of(&second, &[]).ends_well();
        story.undo_of(&first, &[]).ends_well();
        story.is_taken_back();
    }
}

#[test]
fn who_may_not_list_pull_secrets_is_told_by_the_apps_secrets() {
    let own = "name = 'narrow'\nsays = 'secrets may not be listed everywhere'\n[[fault]]\n\
               on = 'kubernetes GET /api/v1/secrets'\nnth = 'every'\ndo = 'status'\ncode = 403\nerror = 'Forbidden'";
    let story = Story::told(&["managed-identity-cluster"], own);
    let first = applied(&story, "pull-secret", "shop");
    let second = applied(&story, "pull-secret", "default");
    let end = story.undo_of(&first, &[]);
    end.exits(5);
    assert!(end.out.contains("Other runs have secrets on the app") && end.out.contains(&second), "{end}");
    story.undo_of(&second, &[]).ends_well();
    story.undo_of(&first, &[]).ends_well();
    story.is_taken_back();
}

#[test]
fn where_it_cannot_be_told_who_needs_it_nothing_is_taken_away() {
    let own = "name = 'torn'\nsays = 'the list of all pull secrets fails'\n[[fault]]\n\
               on = 'kubernetes GET /api/v1/secrets'\nnth = 'every'\ndo = 'status'\ncode = 500\nerror = 'InternalError'";
    let story = Story::told(&["managed-identity-cluster"], own);
    let run = applied(&story, "pull-secret", "shop");
    let end = story.undo_of(&run, &[]);
    end.exits(5);
    assert!(end.out.contains("Whether pull secrets of aks-shop need it cannot be told"), "{end}");
    let deletes = |kind: &str| story.taken().iter().any(|write| write.starts_with("DELETE") && write.contains(kind));
    assert!(!deletes("roleAssignments") && !deletes("applications"), "{end}");
}

#[test]
fn with_an_app_that_is_gone_its_secrets_count_as_taken_back() {
    let story = Story::of("managed-identity-cluster");
    applied(&story, "pull-secret", "shop");
    let second = applied(&story, "pull-secret", "default");
    let world = story.world();
    let made = world.apps("b").find(|app| !story.begin().apps("b").any(|was| was["id"] == app["id"])).expect("an app");
    story.delete_app_by_hand(text(made, "id"));
    story.undo_of(&second, &[]).ends_well();
    assert_eq!(content(&story, "default").0, 404);
}
