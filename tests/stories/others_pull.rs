//! Taking a run back while other runs or other people pull by what it made: pull secrets that hold something else by now stay,
//! and so does the app, role or account behind pull secrets of other namespaces.

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

/// Renews and is killed as an event comes. Returns the run.
fn killed_renewal(story: &Story, first: &str, at: impl Fn(&Value) -> bool) -> String {
    let mut killed = false;
    let end = story.apply_while(&["--namespace", "shop", "--renew"], |event, process| {
        if !killed && at(event) {
            killed = true;
            let kill = std::process::Command::new("kill").args(["-KILL", &process.to_string()]).status().expect("kill");
            assert!(kill.success());
        }
    });
    assert_eq!(end.code, None, "a kill is no exit\n{end}");
    story.runs_but(&[first]).pop().expect("a run")
}

#[test]
fn a_renewal_that_was_killed_before_its_proof_is_ended_by_resume_and_the_first_run_says_so() {
    // The renewal's pod is never answered for, so that the run is killed before it has one.
    let own = "name = 'own'\nsays = 'own'\n[[fault]]\non = 'kubernetes POST **/pods'\nnth = 2\ndo = 'hang'";
    let story = Story::told(&["managed-identity-cluster"], own);
    let first = applied(&story, "pull-secret", "shop");
    let second = killed_renewal(&story, &first, |event| {
        event["event"] == "learnt" && event["learnt"][0]["fact"].get("pull_secret").is_some()
    });
    let resume = format!("crosspull resume {second}");
    let back = story.undo_of(&second, &[]);
    assert_ne!(back.code, Some(0), "{back}");
    assert!(format!("{}{}", back.out, back.err).contains(&resume), "{back}");
    story.undo_of(&first, &[]).exits(4).finds("stop", &format!("run {second} stands on"), &resume);
    let end = story.run(&["resume", &second, "--yes", "--output", "json"]);
    end.ends_well();
    story.undo_of(&first, &[]).ends_well();
    story.is_taken_back();
}

#[test]
fn a_renewal_that_is_taken_back_after_its_pod_says_which_secrets_live() {
    let story = Story::of("managed-identity-cluster");
    let first = applied(&story, "pull-secret", "shop");
    let old = content(&story, "shop").1;
    let second = killed_renewal(&story, &first, |event| {
        event["event"] == "learnt" && event["learnt"][0]["fact"].get("pod").is_some()
    });
    assert_ne!(content(&story, "shop").1, old);
    let end = story.run(&["undo", &second, "--yes"]);
    assert!(end.out.contains("What can go is taken back. The pull secrets keep the credential "), "{end}");
    assert!(end.out.contains(" , lives still: end it once nothing needs it."), "{end}");
    assert!(!end.out.contains("What the run made is taken back"), "{end}");
    story.undo_of(&first, &[]).ends_well();
    story.is_taken_back();
}
