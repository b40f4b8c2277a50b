//! Route `admin-account`: the registry's admin account pulls, by a pull secret in the cluster.

use crosspull_support::{End, Story, text};
use serde_json::Value;

const ROUTE: &[&str] = &["--route", "admin-account"];
/// The name that the account signs in with.
const ADMIN: &str = "registryb";
const WEB: &str = "shop/web:1.4";

fn apply(story: &Story, more: &[&str]) -> End {
    story.apply(&[ROUTE, more].concat())
}

/// Returns a scenario in which somebody enabled the account before.
const ENABLED: &str =
    "name = 'enabled'\nsays = 'the admin account is enabled'\n[world.registry]\nadmin_user_enabled = true";

/// Returns the values of the account's two passwords.
fn passwords(story: &Story) -> [String; 2] {
    let told = story.registry_by_hand("POST", "/listCredentials", &Value::Null);
    [0, 1].map(|at| text(&told["passwords"][at], "value").to_owned())
}

/// The cluster has the pull secret, and nothing else of tenant A was touched.
fn pulls_as_admin(story: &Story, end: &End) {
    end.ends_well();
    let world = story.world();
    assert_eq!(world.registry()["adminUserEnabled"], true);
    assert_eq!(world.pull_secrets("default").len(), 1);
    assert_eq!(world.our_apps().len(), 0, "no app is involved");
    for part in ["clientId", "resets", "identity", "provisioningState"] {
        assert_eq!(world.cluster()[part], story.begin().cluster()[part], "{part}");
    }
    assert_eq!(world.pods(), Vec::<&str>::new(), "pods that are left");
}

#[test]
fn the_account_is_warned_of_enabled_and_disabled_again() {
    let story = Story::of("managed-identity-cluster");
    let end = apply(&story, &[]);
    pulls_as_admin(&story, &end);
    end.finds(
        "warn",
        "one account for all: whoever has its password pushes and pulls everything",
        "--route pull-secret",
    );
    end.finds("pass", "you may use registryb's admin account", "");
    assert_eq!((end.outcome("enable-admin"), end.outcome("take-admin-password")), ("changed", "found"), "\n{end}");
    assert_eq!((end.outcome("prove-pull"), end.outcome("prove-inside")), ("proved", "proved"), "\n{end}");
    let secret = end.secret();
    assert_eq!(passwords(&story)[0], secret, "the first one, as it is");
    assert!(!end.out.contains(&secret) && !end.err.contains(&secret), "the password is in no event");
    assert_eq!(story.taken_by("/regenerateCredential"), 0);
    story.undo(&[]).ends_well();
    story.is_taken_back();
    assert_eq!(story.pull_by_hand(ADMIN, &secret, WEB), 401, "the account is disabled");
}

#[test]
fn the_warning_comes_before_anything_is_written() {
    let story = Story::of("happy");
    let end = story.plan(ROUTE);
    end.finds("warn", "no role limits it, and everybody looks like one user", "made for one person who tests");
    story.wrote_nothing();
}

#[test]
fn it_is_never_recommended() {
    for scenario in ["happy", "managed-identity-cluster", "same-tenant"] {
        let end = Story::of(scenario).plan(&["--route", "auto"]);
        let taken = end.findings("pass").map(|f| text(f, "text")).find(|said| said.starts_with("route "));
        assert!(taken.is_some_and(|said| !said.starts_with("route admin-account")), "{scenario}: {taken:?}");
    }
}

#[test]
fn who_may_not_use_the_account_is_told_what_lacks() {
    let own = "name = 'reader'\nsays = 'the operator of tenant B only reads'\n[world.operator_b]\n\
               roles = [{ role = 'Reader', on = 'subscription' }]";
    let story = Story::told(&["managed-identity-cluster"], own);
    apply(&story, &[]).is_stopped_by("you may not use registryb's admin account", "registries/listCredentials/action");
    story.wrote_nothing();
}

#[test]
fn an_account_that_was_enabled_before_stays_so() {
    let story = Story::told(&["managed-identity-cluster"], ENABLED);
    let end = apply(&story, &[]);
    pulls_as_admin(&story, &end);
    assert_eq!(end.outcome("enable-admin"), "found", "\n{end}");
    story.undo(&[]).ends_well();
    story.is_taken_back();
    assert_eq!(story.world().registry()["adminUserEnabled"], true);
}

#[test]
fn a_renewal_makes_the_other_password_anew_and_leaves_the_one_that_works() {
    let story = Story::told(&["managed-identity-cluster"], ENABLED);
    let first = passwords(&story);
    apply(&story, &[]).ends_well();
    let run = story.run_id();
    let mut meanwhile = Vec::new();
    let flags = [ROUTE, &["--renew"]].concat();
    let end = story.apply_while(&flags, |event, _| {
        if event["event"] == "waiting" && event["why"] == "the registry does not take the password yet" {
            meanwhile.push(story.pull_by_hand(ADMIN, &first[0], WEB));
        }
    });
    pulls_as_admin(&story, &end);
    assert!(
        !meanwhile.is_empty() && meanwhile.iter().all(|status| *status == 200),
        "the other keeps working: {meanwhile:?}"
    );
    let second = passwords(&story);
    assert_eq!(second[0], first[0], "the one that the pull secret had");
    assert_ne!(second[1], first[1]);
    assert_eq!(story.taken_by("/regenerateCredential"), 1);
    assert!(end.note("take-admin-password").contains("password works on"), "\n{end}");

    let end = apply(&story, &[]);
    assert_eq!((end.outcome("take-admin-password"), end.outcome("write-pull-secret")), ("found", "found"), "\n{end}");
    let end = apply(&story, &["--renew"]);
    pulls_as_admin(&story, &end);
    let third = passwords(&story);
    assert_ne!(third[0], first[0], "this time the first one is the other");
    assert_eq!(third[1], second[1]);
    story.undo_of(&run, &[]).ends_well();
    assert_eq!(story.world().pull_secrets("default").len(), 0);
}

#[test]
fn what_a_password_was_before_cannot_be_put_back_and_that_is_said() {
    let story = Story::told(&["managed-identity-cluster"], ENABLED);
    let before = passwords(&story);
    apply(&story, &["--renew"]).ends_well();
    let end = story.undo(&[]);
    end.ends_well();
    assert!(end.out.contains("what the password was before is nowhere any more"), "\n{end}");
    let after = passwords(&story);
    assert!(after[0] == before[0] && after[1] != before[1]);
    story.is_taken_back();
}

#[test]
fn a_run_that_was_killed_goes_on_and_makes_no_password_anew_twice() {
    let mark = |event: &Value| event["learnt"].to_string().contains("pull_key");
    for flags in [ROUTE.to_vec(), [ROUTE, &["--renew"]].concat()] {
        let story = Story::of("managed-identity-cluster");
        let mut sent = false;
        story.apply_while(&flags, |event, process| {
            if !sent && mark(event) {
                sent = true;
                let kill = std::process::Command::new("kill").args(["-KILL", &process.to_string()]).status();
                assert!(kill.expect("kill").success());
            }
        });
        let end = story.resume(&[]);
        pulls_as_admin(&story, &end);
        assert_eq!(story.taken_by("/regenerateCredential"), usize::from(flags.len() > 2));
        story.undo(&[]).ends_well();
        story.is_taken_back();
    }
}

#[test]
fn answers_that_are_lost_are_looked_at_or_made_anew() {
    let own = "name = 'lost'\nsays = 'answers are lost'\n\
               [[fault]]\non = 'arm PATCH **/registries/registryb'\nnth = 1\ndo = 'lose_reply'\n\
               [[fault]]\non = 'arm POST **/regenerateCredential'\nnth = 1\ndo = 'lose_reply'";
    let story = Story::told(&["managed-identity-cluster"], own);
    let end = apply(&story, &["--renew"]);
    pulls_as_admin(&story, &end);
    assert_eq!(story.taken_by("/registries/registryb"), 1, "it was enabled once");
    assert_eq!(story.pull_by_hand(ADMIN, &end.secret(), WEB), 200);
    story.undo(&[]).ends_well();
    story.is_taken_back();
}
