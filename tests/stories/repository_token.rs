//! Route `repository-token`: a token of the registry's own pulls, by a pull secret in the cluster.

use std::process::Command;

use crosspull_support::{End, Story, World, text};
use serde_json::{Value, json};

/// The route, on a cluster that no identity of another tenant can be given to.
const ROUTE: &[&str] = &["--route", "repository-token"];
/// The name of the token, of its scope map, and of who pulls.
const TOKEN: &str = "crosspull-aks-shop";
const NOT_YET: &str = "the registry does not take the password yet";

fn story() -> Story {
    Story::of("managed-identity-cluster")
}

fn apply(story: &Story, more: &[&str]) -> End {
    story.apply(&[ROUTE, more].concat())
}

fn names(world: &World, of: &str) -> Vec<String> {
    let all = world.registry()[of].as_array().into_iter().flatten();
    all.map(|one| text(one, "name").to_owned()).collect()
}

fn actions(world: &World) -> Vec<&str> {
    world.registry()["scopeMaps"][0]["actions"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Returns the token's passwords that live for more than an hour, by name.
fn live_passwords(story: &Story) -> Vec<String> {
    let token = story.registry_by_hand("GET", &format!("/tokens/{TOKEN}"), &Value::Null);
    let passwords = token["properties"]["credentials"]["passwords"].as_array().cloned().unwrap_or_default();
    let in_an_hour = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    let lives = |one: &Value| text(one, "expiry").parse::<jiff::Timestamp>().expect("an end") > in_an_hour;
    passwords.iter().filter(|one| lives(one)).map(|one| text(one, "name").to_owned()).collect()
}

/// The cluster has the pull secret in those namespaces, and nothing else of tenant A was touched.
fn pulls_by_token(story: &Story, end: &End, namespaces: &[&str]) {
    end.ends_well();
    let world = story.world();
    assert_eq!((names(&world, "tokens"), names(&world, "scopeMaps")), (vec![TOKEN.to_owned()], vec![TOKEN.to_owned()]));
    for namespace in namespaces {
        let [secret] = world.pull_secrets(namespace).try_into().unwrap_or_else(|all| panic!("{namespace}: {all:?}"));
        assert_eq!(secret["servers"], json!([story.ready.login_server]), "{namespace}");
    }
    assert_eq!(world.our_apps().len(), 0, "no app is involved");
    for part in ["clientId", "resets", "identity", "provisioningState"] {
        assert_eq!(world.cluster()[part], story.begin().cluster()[part], "{part}");
    }
    assert_eq!(world.pods(), Vec::<&str>::new(), "pods that are left");
}

#[test]
fn a_token_pulls_for_a_cluster_with_a_managed_identity() {
    let story = story();
    let end = apply(&story, &["--secret-days", "30"]);
    pulls_by_token(&story, &end, &["default"]);
    end.finds("pass", "you may make a repository token on registryb", "");
    assert!(end.waits().contains(&NOT_YET), "a new password takes a minute\n{end}");
    assert_eq!((end.outcome("make-token"), end.outcome("add-token-password")), ("created", "created"), "\n{end}");
    assert_eq!((end.outcome("prove-pull"), end.outcome("prove-inside")), ("proved", "proved"), "\n{end}");
    assert_eq!(actions(&story.world()), ["repositories/shop/web/content/read", "repositories/shop/web/metadata/read"]);
    assert_eq!(live_passwords(&story), ["password1"], "one password, the other one is free");
    assert_eq!(story.pull_by_hand(TOKEN, &end.secret(), "shop/web:1.4"), 200, "the saved one is the password");
    assert!(!end.out.contains(&end.secret()), "the password is in no event");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

#[test]
fn the_last_lines_say_where_the_password_is_and_when_it_ends() {
    let story = story();
    let end = story.run(&[&["apply", "--answers", story.answers(), "--yes"], ROUTE].concat());
    end.exits(0);
    for words in ["as pull secret default/crosspull-registryb", "The secret ends on", "Back with crosspull undo"] {
        assert!(end.out.contains(words), "no {words:?} in\n{end}");
    }
    let end = story.run(&[&["apply", "--answers", story.answers(), "--yes", "--renew"], ROUTE].concat());
    end.exits(0);
    assert!(!end.out.contains("Back with crosspull undo"), "there is nothing to go back to\n{end}");
}

#[test]
fn a_cluster_with_a_service_principal_and_several_namespaces_pull_by_one_password() {
    let story = Story::of("happy");
    let end = apply(&story, &["--namespace", "shop", "--namespace", "jobs", "--service-account", "shop/default"]);
    pulls_by_token(&story, &end, &["shop", "jobs"]);
    assert_eq!(live_passwords(&story), ["password1"]);
    let accounts = story.world().cluster()["namespaces"]["shop"]["serviceAccounts"].to_string();
    assert!(accounts.contains("crosspull-registryb"), "{accounts}");
    story.undo(&[]).ends_well();
    let world = story.world();
    assert_eq!(names(&world, "tokens"), [""; 0]);
    // The node that proved it keeps the image.
    assert_eq!(world.cluster()["namespaces"], story.begin().cluster()["namespaces"]);
}

#[test]
fn who_may_not_make_a_token_is_told_what_lacks() {
    let own = "name = 'reader'\nsays = 'the operator of tenant B only reads'\n[world.operator_b]\n\
               roles = [{ role = 'Reader', on = 'subscription' }]";
    let story = Story::told(&["managed-identity-cluster"], own);
    let end = apply(&story, &[]);
    end.is_stopped_by("you may not make a repository token on registryb", "registries/tokens/write");
    story.wrote_nothing();
}

#[test]
fn nobody_needs_the_right_to_assign_roles() {
    let story = Story::of_all(&["managed-identity-cluster", "no-right-on-registry"]);
    let end = apply(&story, &[]);
    pulls_by_token(&story, &end, &["default"]);
}

#[test]
fn where_nobody_signs_in_to_the_registrys_tenant_there_is_no_token() {
    let story = story();
    let server = story.ready.login_server.clone();
    let end = apply(&story, &["--sign-in-b", "none", "--registry", &server]);
    end.is_stopped_by("nobody signs in to the tenant of", "take --route pull-secret");
    story.wrote_nothing();
}

#[test]
fn a_wildcard_grants_every_repository_below_and_no_other() {
    let story = story();
    let below = ["--repository", "shop/*", "--repository", "shop/web:1.4"];
    let planned = story.run(&[&["plan", "--answers", story.answers()], ROUTE, &below].concat());
    planned.exits(0);
    assert!(planned.out.contains("repositories/shop/*/content/read"), "the plan names the wildcard\n{planned}");
    let end = apply(&story, &below);
    pulls_by_token(&story, &end, &["default"]);
    assert_eq!(actions(&story.world()), ["repositories/shop/*/content/read", "repositories/shop/*/metadata/read"]);
    let secret = end.secret();
    let first = story.run_id();
    for image in ["shop/web:1.4", "shop/api:2.0"] {
        assert_eq!(story.pull_by_hand(TOKEN, &secret, image), 200, "{image}");
    }
    assert_eq!(story.pull_by_hand(TOKEN, &secret, "shop/later:1"), 404, "granted, and not there yet");
    assert_ne!(story.pull_by_hand(TOKEN, &secret, "tools/base:1.0"), 200, "another path");
    assert_eq!(
        story.pod_by_hand("api", "shop/api:2.0", Some("crosspull-registryb")),
        None,
        "a node pulls what is below"
    );
    assert!(story.pod_by_hand("base", "tools/base:1.0", Some("crosspull-registryb")).is_some(), "and nothing else");
    // What a wildcard covers already is not added.
    let end = apply(&story, &["--repository", "shop/api:2.0"]);
    pulls_by_token(&story, &end, &["default"]);
    assert_eq!(end.outcome("make-token"), "found", "\n{end}");
    assert_eq!(actions(&story.world()).len(), 2);
    story.undo_of(&first, &[]).ends_well();
    story.is_taken_back();
    assert_eq!(story.pull_by_hand(TOKEN, &secret, "shop/api:2.0"), 401, "the token is gone");
}

#[test]
fn a_wildcard_without_that_route_or_without_an_image_is_refused_before_anything_is_called() {
    let story = story();
    let below = ["--repository", "shop/*", "--repository", "shop/web:1.4"];
    story.apply(&below).complains("which only a repository token may be granted: choose the route repository-token");
    apply(&story, &below[..2]).complains("no image is named, and the proof pulls one");
    story.called_nothing();
}

#[test]
fn on_a_registry_with_roles_on_repositories_only_the_named_one_is_granted() {
    let story = Story::of_all(&["managed-identity-cluster", "abac-registry"]);
    let end = apply(&story, &[]);
    pulls_by_token(&story, &end, &["default"]);
    let secret = end.secret();
    assert_eq!(story.pull_by_hand(TOKEN, &secret, "shop/web:1.4"), 200);
    assert_ne!(story.pull_by_hand(TOKEN, &secret, "shop/api:2.0"), 200, "nobody granted that one");
    story.undo(&[]).ends_well();
    story.is_taken_back();
    assert_eq!(story.pull_by_hand(TOKEN, &secret, "shop/web:1.4"), 401, "the token is gone");
}

/// Writes a pull secret into the default namespace by hand.
fn write_pull_secret(story: &Story, name: &str, server: &str, password: &str) {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    let config = json!({ "auths": { server: { "username": TOKEN, "password": password } } }).to_string();
    let secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": name },
        "type": "kubernetes.io/dockerconfigjson",
        "data": { ".dockerconfigjson": BASE64_STANDARD.encode(config) },
    });
    let (status, answer) =
        story.kubernetes_by_hand("POST", "/api/v1/namespaces/default/secrets", "application/json", &secret);
    assert_eq!(status, 201, "{answer}");
}

#[test]
fn a_node_backs_off_where_the_pull_secret_is_wrong_has_ended_or_is_for_another_registry() {
    let story = story();
    let secret = apply(&story, &[]).secret();
    let server = story.ready.login_server.clone();
    write_pull_secret(&story, "right", &server, &secret);
    write_pull_secret(&story, "wrong", &server, "not the password");
    write_pull_secret(&story, "elsewhere", "registryother.azurecr.io", &secret);
    let (image, backs_off) = ("shop/web:1.4", |name: &str| story.pod_by_hand(name, "shop/web:1.4", Some(name)));
    assert_eq!(backs_off("right"), None, "the node pulls {image} with it");
    for name in ["wrong", "elsewhere"] {
        assert!(
            backs_off(name).is_some_and(|why| ["ErrImagePull", "ImagePullBackOff"].contains(&why.as_str())),
            "{name}"
        );
    }
    // The password ends: a node that pulls anew is refused.
    let token = format!("{}/tokens/{TOKEN}", story.ready.registry);
    let soon = (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(5)).to_string();
    let ends = json!({ "tokenId": token, "name": "password1", "expiry": soon });
    let told = story.registry_by_hand("POST", "/generateCredentials", &ends);
    let ended = text(&told["passwords"][0], "value").to_owned();
    write_pull_secret(&story, "ended", &server, &ended);
    story.until("the password works", |_| story.pull_by_hand(TOKEN, &ended, image) == 200);
    story.until("the password has ended", |_| story.pull_by_hand(TOKEN, &ended, image) == 401);
    assert!(backs_off("ended").is_some_and(|why| why.contains("Image")), "it has ended");
}

#[test]
fn a_later_run_takes_the_token_up_and_adds_what_its_scope_map_lacks() {
    let story = story();
    let secret = apply(&story, &[]).secret();
    let first = story.run_id();
    let end = apply(&story, &["--repository", "shop/web:1.4", "--repository", "shop/api:2.0"]);
    pulls_by_token(&story, &end, &["default"]);
    assert_eq!((end.outcome("make-token"), end.outcome("add-token-password")), ("changed", "found"), "\n{end}");
    assert_eq!(actions(&story.world()).len(), 4);
    assert_eq!(live_passwords(&story), ["password1"], "the pull secret's password is used again");
    assert_eq!(story.pull_by_hand(TOKEN, &secret, "shop/api:2.0"), 200);
    let second = story.runs_but(&[&first]).pop().expect("a second run");
    story.undo_of(&second, &[]).ends_well();
    assert_eq!(actions(&story.world()), ["repositories/shop/web/content/read", "repositories/shop/web/metadata/read"]);
    assert_eq!(story.pull_by_hand(TOKEN, &secret, "shop/web:1.4"), 200, "the first run's work is as it was");
    assert_ne!(story.pull_by_hand(TOKEN, &secret, "shop/api:2.0"), 200);
    story.undo_of(&first, &[]).ends_well();
    story.is_taken_back();
}

#[test]
fn a_renewal_makes_the_other_password_and_ends_the_replaced_one() {
    let story = story();
    let old = apply(&story, &[]).secret();
    let first = story.run_id();
    let end = apply(&story, &["--renew"]);
    pulls_by_token(&story, &end, &["default"]);
    let new = end.secret();
    assert_eq!((end.outcome("make-token"), end.outcome("end-token-password")), ("found", "changed"), "\n{end}");
    assert_eq!(live_passwords(&story), ["password2"]);
    assert_eq!(story.pull_by_hand(TOKEN, &old, "shop/web:1.4"), 401, "the replaced one has ended");
    assert_eq!(story.pull_by_hand(TOKEN, &new, "shop/web:1.4"), 200);

    let second = story.runs_but(&[&first]).pop().expect("a second run");
    let end = apply(&story, &["--renew"]);
    end.ends_well();
    assert_eq!(live_passwords(&story), ["password1"], "the one that ended is free again");
    let third = story.runs_but(&[&first, &second]).pop().expect("a third run");

    // What a renewal replaced is nowhere any more; the run that made the token takes all back.
    for run in [&third, &second] {
        let end = story.run(&["undo", run, "--yes"]);
        assert!(end.exits(0).out.contains("there is nothing to go back to"), "{end}");
    }
    assert_eq!(story.pull_by_hand(TOKEN, &end.secret(), "shop/web:1.4"), 200);
    story.undo_of(&first, &[]).ends_well();
    story.is_taken_back();
}

#[test]
fn a_token_that_another_run_pulls_by_is_not_taken_back_with_the_run_that_made_it() {
    let story = story();
    apply(&story, &["--namespace", "shop"]).ends_well();
    let first = story.run_id();
    let secret = apply(&story, &["--namespace", "jobs"]).secret();
    assert_eq!(live_passwords(&story), ["password1", "password2"], "nobody told the second run who has the first one");
    let end = story.undo_of(&first, &[]);
    end.exits(5);
    assert!(end.out.contains("Its password2 lives, and this run did not make it"), "\n{end}");
    assert_eq!(story.pull_by_hand(TOKEN, &secret, "shop/web:1.4"), 200);
    let end = apply(&story, &["--namespace", "default"]);
    end.fails_with("Both of its passwords live", "az acr token credential delete --registry registryb");
}

#[test]
fn the_replaced_password_works_until_every_namespace_has_the_other() {
    let story = story();
    let old = apply(&story, &["--namespace", "shop", "--namespace", "jobs"]).secret();
    let mut until_the_last = None;
    let flags = [ROUTE, &["--renew", "--namespace", "shop", "--namespace", "jobs"]].concat();
    let end = story.apply_while(&flags, |event, _| {
        let url = text(event, "url");
        if event["event"] == "call_started" && url.ends_with("/secrets/crosspull-registryb") && event["writes"] == true
        {
            until_the_last = Some(story.pull_by_hand(TOKEN, &old, "shop/web:1.4"));
        }
    });
    end.ends_well();
    assert_eq!(until_the_last, Some(200), "\n{end}");
    assert_eq!(story.pull_by_hand(TOKEN, &old, "shop/web:1.4"), 401);
}

#[test]
fn a_password_that_has_ended_is_refused_and_a_later_run_makes_another() {
    let story = story();
    apply(&story, &[]).ends_well();
    let ended = json!({
        "tokenId": format!("{}/tokens/{TOKEN}", story.ready.registry),
        "name": "password1",
        "expiry": "2026-01-01T00:00:00Z",
    });
    let made = story.registry_by_hand("POST", "/generateCredentials", &ended);
    let value = text(&made["passwords"][0], "value");
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_eq!(story.pull_by_hand(TOKEN, value, "shop/web:1.4"), 401, "one that has ended is refused");
    let end = apply(&story, &[]);
    pulls_by_token(&story, &end, &["default"]);
    assert_eq!(end.outcome("add-token-password"), "created", "\n{end}");
    assert_eq!(live_passwords(&story), ["password1"]);
    assert_eq!(story.pull_by_hand(TOKEN, &end.secret(), "shop/web:1.4"), 200);
}

#[test]
fn a_password_whose_answer_was_lost_is_made_again_and_the_other_one_stays_free() {
    let own = "name = 'lost'\nsays = 'the answer is lost'\n[[fault]]\non = 'arm POST **/generateCredentials'\nnth = 1\n\
               do = 'lose_reply'";
    let story = Story::told(&["managed-identity-cluster"], own);
    let end = apply(&story, &[]);
    pulls_by_token(&story, &end, &["default"]);
    assert_eq!(live_passwords(&story), ["password1"]);
    assert_eq!(story.taken_by("/generateCredentials"), 2);
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

/// Applies, and kills the program at the first event that is meant.
fn killed(story: &Story, at: impl Fn(&Value) -> bool) {
    let mut sent = false;
    story.apply_while(ROUTE, |event, process| {
        if !sent && at(event) {
            sent = true;
            let kill = Command::new("kill").args(["-KILL", &process.to_string()]).status().expect("kill");
            assert!(kill.success());
        }
    });
    assert!(sent, "the program was not killed");
}

/// A moment at which the program is killed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    TokenIsAskedFor,
    PasswordIsAskedFor,
    PasswordTakesItsMinute,
    SecretIsWritten,
}

impl Moment {
    const ALL: [Self; 4] =
        [Self::TokenIsAskedFor, Self::PasswordIsAskedFor, Self::PasswordTakesItsMinute, Self::SecretIsWritten];

    fn is(self, event: &Value) -> bool {
        let asks = |part: &str| {
            event["event"] == "call_started" && event["writes"] == true && text(event, "url").contains(part)
        };
        match self {
            Self::TokenIsAskedFor => asks("/tokens/"),
            Self::PasswordIsAskedFor => asks("/generateCredentials"),
            Self::PasswordTakesItsMinute => event["event"] == "waiting" && event["why"] == NOT_YET,
            Self::SecretIsWritten => event["learnt"].to_string().contains("pull_secret_key"),
        }
    }
}

#[test]
fn a_run_that_was_killed_goes_on_and_leaves_one_password() {
    for moment in Moment::ALL {
        let begun = story();
        killed(&begun, |event| moment.is(event));
        let end = begun.resume(&[]);
        assert_eq!(end.code, Some(0), "{moment:?}\n{end}");
        pulls_by_token(&begun, &end, &["default"]);
        assert_eq!(live_passwords(&begun), ["password1"], "{moment:?}");
        begun.undo(&[]).ends_well();
        begun.is_taken_back();
        let begun = story();
        killed(&begun, |event| moment.is(event));
        begun.undo(&[]).ends_well();
        begun.is_taken_back();
    }
}

#[test]
fn a_scope_map_or_token_of_that_name_that_somebody_else_made_is_kept() {
    let of_others =
        json!({ "properties": { "description": "the shop's", "actions": ["repositories/*/content/read"] } });
    for (kind, map) in [("scope map", TOKEN), ("token", "shop-pulls")] {
        let story = story();
        story.registry_by_hand("PUT", &format!("/scopeMaps/{map}"), &of_others);
        if kind == "token" {
            let id = format!("{}/scopeMaps/{map}", story.ready.registry);
            let token = json!({ "properties": { "scopeMapId": id, "status": "enabled" } });
            story.registry_by_hand("PUT", &format!("/tokens/{TOKEN}"), &token);
        }
        let then = story.world();
        let end = apply(&story, &[]);
        let why = format!("registryb has a {kind} crosspull-aks-shop that crosspull did not make for aks-shop");
        end.fails_with(&why, "or take --route pull-secret");
        story.world().is_as(&then);
    }
}

#[test]
fn a_firewalled_registry_is_proved_from_a_node() {
    let story = Story::of_all(&["managed-identity-cluster", "firewalled-registry"]);
    let end = apply(&story, &[]);
    pulls_by_token(&story, &end, &["default"]);
    assert_eq!(end.outcome("prove-first"), "proved", "\n{end}");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

#[test]
fn without_a_kubernetes_api_the_password_is_saved_and_the_commands_are_told() {
    let private = "name = 'private'\nsays = 'its API is private'\n[world.cluster]\nkubernetes = 'private'";
    let story = Story::told(&["managed-identity-cluster"], private);
    let end = apply(&story, &[]);
    end.ends_well();
    assert_eq!(story.pull_by_hand(TOKEN, &end.secret(), "shop/web:1.4"), 200);
    let note = end.note("tell-pull-secret");
    assert!(note.contains("--docker-username crosspull-aks-shop") && !note.contains(&end.secret()), "{note}");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}
