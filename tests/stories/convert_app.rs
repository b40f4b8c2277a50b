//! Route `convert-app`: the cluster's present app is let into the registry's tenant, and the cluster is not touched.

use crosspull_support::{End, Story, World, text};
use serde_json::Value;

/// Returns the app of the cluster.
fn app(world: &World) -> &Value {
    let id = text(world.cluster(), "clientId");
    world.apps("a").find(|app| app["appId"] == id).expect("the cluster has an app")
}

/// The cluster's app is in B with that role alone, and the cluster is as it was; no secret and no pod is left.
fn is_let_in(story: &Story, end: &End, role: &str) {
    is_let_in_since(story, story.begin(), end, role);
}

/// As [`is_let_in`], where somebody changed the world by hand before the run.
fn is_let_in_since(story: &Story, then: &World, end: &End, role: &str) {
    end.ends_well();
    let now = story.world();
    let (app_now, app_then) = (app(&now), app(then));
    assert_eq!(app_now["signInAudience"], "AzureADMultipleOrgs");
    for part in ["appId", "passwordCredentials", "identifierUris", "web", "displayName"] {
        assert_eq!(app_now[part], app_then[part], "{part}");
    }
    let principals = now.principals("b", text(app_now, "appId"));
    assert_eq!(principals.len(), 1, "service principals in B");
    let held = now.roles(principals[0]);
    assert_eq!(held.iter().map(|role| text(role, "roleName")).collect::<Vec<_>>(), [role]);
    for part in ["clientId", "resets", "provisioningState"] {
        assert_eq!(now.cluster()[part], then.cluster()[part], "{part}");
    }
    assert_eq!(now.pods(), Vec::<&str>::new(), "pods that are left");
    assert!(!end.out.contains("restarts the nodes"), "nothing restarts\n{end}");
}

fn convert(story: &Story, more: &[&str]) -> End {
    story.apply(&[&["--route", "convert-app"], more].concat())
}

#[test]
fn the_present_app_is_let_in_and_nothing_of_the_cluster_changes() {
    let story = Story::of("happy");
    let end = convert(&story, &[]);
    is_let_in(&story, &end, "AcrPull");
    let outcomes = ["open-app", "prove-pull", "remove-proof-secret", "prove-inside"].map(|op| end.outcome(op));
    assert_eq!(outcomes, ["changed", "proved", "changed", "proved"], "\n{end}");
    assert_eq!(end.err, "crosspull: this route leaves no secret, so none was saved.\n");
    assert!(!end.secret_file.exists(), "the secret of the proof is removed");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

#[test]
fn a_run_that_was_killed_after_the_proof_makes_no_other_secret() {
    let story = Story::of("happy");
    let mut sent = false;
    let killed = story.apply_while(&["--route", "convert-app"], |event, process| {
        if !sent && event["event"] == "call_started" && text(event, "url").ends_with("/pods") {
            sent = true;
            let kill = std::process::Command::new("kill").args(["-KILL", &process.to_string()]).status();
            assert!(kill.expect("kill").success());
        }
    });
    assert_eq!(killed.code, None, "a kill is no exit\n{killed}");
    let end = story.resume(&[]);
    is_let_in(&story, &end, "AcrPull");
    assert_eq!((story.taken_by("/addPassword"), story.taken_by("/removePassword")), (1, 1), "\n{end}");
    assert_eq!((end.outcome_of(2), end.outcome_of(5)), ("skipped", "proved"), "\n{end}");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

/// Writes a file with a secret, to be given.
fn file_with(story: &Story, secret: &str) -> String {
    let path = story.path("given.secret");
    std::fs::write(&path, format!("{secret}\n")).expect("written");
    path.to_str().expect("UTF-8").to_owned()
}

/// Somebody adds a secret to the cluster's app, and it is known everywhere. Returns the secret.
fn secret_of_app(story: &Story) -> String {
    let world = story.world();
    let (id, object) = (text(app(&world), "appId"), text(app(&world), "id"));
    let secret = story.add_secret_by_hand(object, "for the proof");
    let is_known = || (0..8).all(|_| story.sign_in_by_hand(id, &secret).is_none());
    story.until("the secret is known everywhere", |_| is_known());
    secret
}

#[test]
fn a_secret_that_is_given_proves_the_pull_and_the_app_gets_none() {
    let story = Story::of("happy");
    let secret = secret_of_app(&story);
    let then = story.world();
    let file = file_with(&story, &secret);
    let planned =
        story.run(&["plan", "--answers", story.answers(), "--route", "convert-app", "--app-secret-file", &file]);
    planned.exits(0);
    assert!(planned.out.contains("take the secret that you give for aks-shop's app"), "{planned}");
    assert!(!planned.out.contains("addPassword") && !planned.out.contains("removePassword"), "{planned}");
    let end = convert(&story, &["--app-secret-file", &file]);
    is_let_in_since(&story, &then, &end, "AcrPull");
    end.finds("pass", "sign-in takes the secret that you give for aks-shop's app", "");
    let outcomes = ["take-app-secret", "prove-pull", "prove-inside"].map(|op| end.outcome(op));
    assert_eq!(outcomes, ["found", "proved", "proved"], "\n{end}");
    assert!(!end.secret_file.exists(), "the given secret has its file");
    assert_eq!((story.taken_by("/addPassword"), story.taken_by("/removePassword")), (1, 0), "that by hand alone");
    for journal in story.journals() {
        let told = std::fs::read_to_string(journal).expect("a journal");
        assert!(!told.contains(&secret), "the journal holds the secret");
    }
    assert!(!end.out.contains(&secret) && !end.err.contains(&secret), "the output holds the secret");
    // To take back takes no secret.
    std::fs::remove_file(&file).expect("removed");
    story.undo(&[]).ends_well();
    story.world().is_taken_back(&then);
    file_with(&story, &secret);
    let again = ["apply", "--answers", story.answers(), "--yes", "--route", "convert-app", "--app-secret-file", &file];
    let told = story.run(&again);
    told.exits(0);
    assert!(!told.out.contains("secret's key id"), "nobody told which of the app's secrets it is\n{told}");
    assert!(!told.out.contains(&secret), "\n{told}");
}

#[test]
fn a_given_secret_that_is_wrong_or_has_ended_stops_before_anything_is_changed() {
    let story = Story::of("happy");
    let object = text(app(&story.world()), "id").to_owned();
    let id = text(app(&story.world()), "appId").to_owned();
    let soon = (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(5)).to_string();
    let ended = story.add_secret_until(&object, "ends soon", Some(&soon));
    story.until("the secret has ended", |_| (0..8).all(|_| story.sign_in_by_hand(&id, &ended) == Some(7_000_222)));
    let then = story.world();
    let no_file = story.path("none").to_str().expect("UTF-8").to_owned();
    convert(&story, &["--app-secret-file", &no_file]).complains("it is kept nowhere else");
    let wrong = file_with(&story, "not~a~secret~of~that~app");
    let end = convert(&story, &["--app-secret-file", &wrong]);
    end.is_stopped_by("the secret that you give is no secret of aks-shop's app", "not that of another app");
    let end = convert(&story, &["--app-secret-file", &file_with(&story, &ended)]);
    end.is_stopped_by("has ended", "leave --app-secret-file out");
    story.world().is_as(&then);
}

#[test]
fn a_run_that_goes_on_reads_the_given_secret_again() {
    let own = "name = 'own'\nsays = 'own'\n[[fault]]\non = 'graph POST /servicePrincipals'\nnth = 1\ndo = 'status'\n\
               code = 403\nerror = 'Authorization_RequestDenied'";
    let story = Story::told(&["happy"], own);
    let secret = secret_of_app(&story);
    let then = story.world();
    let file = file_with(&story, &secret);
    let end = convert(&story, &["--app-secret-file", &file, "--consent", "direct"]);
    end.fails_with("You may not create service principals in tenant B", "");
    std::fs::remove_file(&file).expect("removed");
    story.resume(&[]).complains("give the file with the secret of the cluster's app");
    file_with(&story, "not~a~secret~of~that~app");
    story.resume(&[]).fails_with("is no secret of aks-shop's app", "Give the value of one");
    file_with(&story, &secret);
    let end = story.resume(&[]);
    is_let_in_since(&story, &then, &end, "AcrPull");
    story.undo(&[]).ends_well();
    story.world().is_taken_back(&then);
}

#[test]
fn it_is_what_is_recommended_for_a_service_principal_in_two_tenants() {
    let story = Story::of("happy");
    let end = story.plan(&["--route", "auto"]);
    end.exits(0);
    end.finds("pass", "route convert-app: the app that the cluster has can be let into the other tenant", "");
    story.wrote_nothing();
}

#[test]
fn a_registry_of_repositories_gets_a_reader() {
    let story = Story::of("abac-registry");
    let end = convert(&story, &[]);
    is_let_in(&story, &end, "Container Registry Repository Reader");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

#[test]
fn a_registry_that_keeps_this_machine_out_is_proved_from_a_node() {
    let story = Story::of("firewalled-registry");
    let end = convert(&story, &[]);
    is_let_in(&story, &end, "AcrPull");
    assert_eq!(end.outcome("prove-first"), "proved", "\n{end}");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

#[test]
fn a_managed_identity_has_no_app_to_let_in() {
    let story = Story::of("managed-identity-cluster");
    let end = convert(&story, &[]);
    end.is_stopped_by("aks-shop uses a managed identity, which has no app", "--route auto");
    story.wrote_nothing();
}

#[test]
fn a_second_run_finds_all_of_it() {
    let story = Story::of("happy");
    convert(&story, &[]).ends_well();
    let first = story.run_id();
    let second = convert(&story, &[]);
    is_let_in(&story, &second, "AcrPull");
    let outcomes = ["open-app", "provision", "grant-role"].map(|op| second.outcome(op));
    assert_eq!(outcomes, ["found"; 3], "\n{second}");
    let other = story.runs_but(&[&first]);
    story.undo_of(&other[0], &[]).exits(0);
    assert_eq!(app(&story.world())["signInAudience"], "AzureADMultipleOrgs", "what the second run found stays");
    story.undo_of(&first, &[]).ends_well();
    story.is_taken_back();
}

#[test]
fn who_may_not_change_the_app_is_told_so_and_nothing_is_changed() {
    let own = "name = \"own\"\nsays = \"own\"\n[world.operator_a]\nowns_cluster_app = false";
    let story = Story::told(&["happy"], own);
    let end = convert(&story, &[]);
    end.fails_with("You may not change that app", "Ask one of its owners");
    story.undo(&[]).exits(0);
    story.is_taken_back();
}
