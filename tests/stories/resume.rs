//! A run that stopped goes on, from wherever it stopped.

use std::process::Command;

use crosspull_support::{AT_ONCE, End, Story, path_text, side_by_side, text};
use serde_json::Value;

use crate::secrets;

fn signal(name: &str, process: u32) {
    let sent = Command::new("kill").args([name, &process.to_string()]).status().expect("kill");
    assert!(sent.success(), "kill {name} {process}");
}

/// Applies, and sends a signal at the first event that is meant.
fn ended_by(story: &Story, name: &str, at: impl Fn(&Value) -> bool) -> End {
    let mut sent = false;
    story.apply_while(&[], |event, process| {
        if !sent && at(event) {
            sent = true;
            signal(name, process);
        }
    })
}

fn sends_the_reset(event: &Value) -> bool {
    event["event"] == "call_started" && text(event, "url").contains("resetServicePrincipalProfile")
}

fn waits_for_the_reset(event: &Value) -> bool {
    event["event"] == "waiting" && event["why"] == "the operation is running"
}

/// A reset that takes a while, so that it is still running in Azure when the program is gone.
const SLOW_RESET: &str = "name = 'slow-reset'\nsays = 'a reset takes a while'\n[time]\nreset_operation = 120\npoll = 2";

/// A cloud that leaves the first question for a secret without an answer, so that a kill before it never comes too late.
const MAKES_NO_SECRET_AT_FIRST: &str = "name = 'no-secret-at-first'\nsays = 'the first secret never comes'\n[[fault]]\n\
                                        on = 'graph POST /**/addPassword'\nnth = 1\ndo = 'hang'";

#[test]
fn a_run_killed_in_the_middle_of_the_reset_goes_on_while_azure_still_works_on_it() {
    let story = Story::told(&[], SLOW_RESET);
    let end = ended_by(&story, "-KILL", waits_for_the_reset);
    assert_eq!(end.code, None, "a kill is no exit\n{end}");
    assert_eq!(story.world().cluster()["provisioningState"], "Updating", "Azure works on");
    let next = story.resume(&[]);
    next.ends_well();
    story.is_done("AcrPull");
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 1, "the reset was watched and not sent again");
    assert_eq!(next.outcome_of(9), "changed", "\n{next}");
    secrets::are_kept(&story, &next);
    story.resume(&[]).ends_well();
}

#[test]
fn a_crash_with_the_secret_in_memory_leaves_it_in_no_file() {
    let (_, hard) = rlimit::getrlimit(rlimit::Resource::CORE).expect("a limit");
    rlimit::setrlimit(rlimit::Resource::CORE, hard, hard).expect("the limit is set");
    let story = Story::told(&[], SLOW_RESET);
    let end = ended_by(&story, "-ABRT", waits_for_the_reset);
    assert_eq!(end.code, None, "a crash is no exit");
    let secret = story.secret_that_was_made();
    let mut saved = 0;
    for file in secrets::files(story.folder()) {
        let text = String::from_utf8_lossy(&std::fs::read(&file).expect("a file")).into_owned();
        if file == story.path("secret-1") {
            saved += 1;
            assert_eq!(text, secret);
        } else {
            assert!(!secrets::tells(&text, &secret), "{} tells the secret", file.display());
        }
    }
    assert_eq!(saved, 1, "only the file that was asked for holds it");
    story.resume(&[]).ends_well();
    story.is_done("AcrPull");
}

#[test]
fn signals_stop_a_run_anywhere_and_it_goes_on() {
    let places: [fn(&Value) -> bool; 4] = [
        |e| e["event"] == "call_started" && text(e, "url").ends_with("/addPassword"),
        |e| e["event"] == "learnt" && e["step"] == 5,
        sends_the_reset,
        |e| e["event"] == "call_started" && text(e, "url").ends_with("/pods"),
    ];
    let signals = [("-HUP", Some(129)), ("-INT", Some(130)), ("-TERM", Some(143)), ("-KILL", None)];
    let cases = signals.into_iter().flat_map(|signal| places.map(|place| (signal, place)));
    side_by_side(cases, |((name, code), place)| {
        let story = Story::of("happy");
        let end = ended_by(&story, name, place);
        if code.is_some() && end.code != Some(0) {
            assert_eq!(end.code, code, "\n{end}");
            end.verdict("interrupted");
        }
        story.resume(&[]).ends_well();
        story.is_done("AcrPull");
        story.undo(&[]).ends_well();
        story.is_taken_back();
    });
}

#[test]
fn without_a_name_the_newest_that_can_go_on_is_taken() {
    let story = Story::of("happy");
    story.run(&["resume", "--yes"]).complains("there is no run to go on with");
    story.run(&["resume", "ffffffff", "--yes"]).complains("there is no run ffffffff; crosspull runs lists those");
    story.run(&["resume", "../x", "--yes"]).complains("\"../x\" is not a run");
    ended_by(&story, "-KILL", |e| e["event"] == "learnt" && e["step"] == 1);
    story.run(&["resume", "--yes", "--output", "json"]).ends_well();
    story.is_done("AcrPull");
}

#[test]
fn the_list_of_runs_says_where_each_stands_and_what_can_be_done() {
    let story = Story::of("happy");
    let none = story.run(&["runs"]);
    assert!(none.exits(0).out.starts_with("There are no runs in "), "{none}");
    ended_by(&story, "-KILL", |e| e["event"] == "learnt" && e["step"] == 5);
    let run = story.run_id();
    let listed = story.run(&["runs"]);
    listed.exits(0);
    let parts = [
        run.as_str(),
        "stopped",
        "aks-shop ← registryb",
        &format!("go on: crosspull resume {run}"),
        &format!("take back: crosspull undo {run}"),
    ];
    for part in parts {
        assert!(listed.out.contains(part), "no {part:?} in {listed}");
    }
    story.resume(&[]).ends_well();
    let listed = story.run(&["runs", "--output", "json"]);
    let told = listed.exits(0).events.first().expect("a line");
    assert_eq!((&told["stage"], &told["can_resume"], &told["can_undo"]), (&"done".into(), &false.into(), &true.into()));
    story.undo(&[]).ends_well();
    let told = story.run(&["runs", "--output", "json"]).events.remove(0);
    assert_eq!((&told["stage"], &told["can_undo"]), (&"undone".into(), &false.into()));
}

#[test]
fn a_second_program_on_the_same_run_is_told() {
    let story = Story::told(&[], SLOW_RESET);
    let mut told = None;
    let end = story.apply_while(&[], |event, _| {
        if told.is_none() && waits_for_the_reset(event) {
            let listed = story.run(&["runs"]);
            told = Some((story.resume(&[]), story.undo(&[]), listed));
        }
    });
    end.is_done();
    let (resume, undo, listed) = told.expect("it waited");
    for other in [resume, undo] {
        other.complains("is being worked on by another crosspull; wait until that has ended, or end it");
    }
    assert!(listed.out.contains("at work") && !listed.out.contains("resume"), "{listed}");
    story.is_done("AcrPull");
}

#[test]
#[ignore = "three hours are waited out twice, each in twenty seconds"]
fn a_reset_that_hangs_is_unknown_and_stays_so() {
    let story = Story::told(&["reset-hangs"], AT_ONCE);
    let end = story.apply(&["--pace", "500"]);
    end.exits(1).verdict("failed");
    assert_eq!(end.outcome("reset-cluster"), "unknown", "\n{end}");
    assert!(text(end.trouble(), "why").contains("did not end in three hours"), "\n{end}");
    assert!(text(end.trouble(), "now").contains("crosspull resume"), "\n{end}");
    let said = story.run(&["resume", &story.run_id(), "--yes", "--pace", "500"]);
    said.exits(1);
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 1, "it is not sent again while Azure works on it");
    assert!(said.out.contains(&format!("Next: crosspull resume {}", story.run_id())), "{said}");
    assert!(said.out.contains("is in the state Updating"), "the state of the cluster is told\n{said}");
}

#[test]
fn a_reset_that_failed_is_repeated_by_resume() {
    let own = r#"
        name = "reset-fails-once"
        says = "the first reset ends Failed, later ones succeed"

        [[fault]]
        on = "arm POST /**/resetServicePrincipalProfile"
        nth = 1
        do = "fail_operation"
        error = "ReconcileStandardLoadBalancerError"
        message = "Reconcile standard load balancer failed."
    "#;
    let story = Story::told(&[], own);
    let end = story.apply(&[]);
    end.fails_with("The reset of aks-shop did not succeed.", "crosspull resume");
    let text = story.run(&["runs"]).out;
    assert!(text.contains("failed at step 9, reset aks-shop"), "{text}");
    let next = story.resume(&[]);
    next.ends_well();
    let world = story.world();
    assert_eq!(world.cluster()["clientId"], world.app()["appId"]);
    assert_eq!(world.cluster()["provisioningState"], "Succeeded");
    assert_eq!(world.secrets().len(), 1, "one live secret of ours");
    assert_eq!(world.pulls(), ["Pulled"; 3]);
    story.undo(&[]).ends_well();
}

#[test]
fn tokens_that_expire_midway_are_made_anew() {
    let story = Story::of("token-expires-midway");
    let end = story.apply(&[]);
    end.is_done();
    story.is_done("AcrPull");
    assert!(end.events("call_tried").any(|e| e["status"] == 401), "one expired on the way\n{end}");
}

#[test]
fn a_secret_that_may_not_live_so_long_is_told_and_a_shorter_one_is_taken() {
    let story = Story::of("secret-lifetime-capped");
    let end = story.apply(&[]);
    end.fails_with("The tenant caps how long a secret may live.", "a secret of fewer days");
    assert_eq!(end.trouble()["refusal"]["code"], "CredentialInvalidLifetimeAsPerAppPolicy");
    story.cluster_was_not_touched();
    story.undo(&[]).ends_well();
    story.is_taken_back();
    // The former app's secret of the way back lives as long.
    story.apply(&["--secret-days", "90"]).is_done();
    story.is_done("AcrPull");
}

#[test]
fn consent_that_is_refused_leaves_a_run_that_goes_on_once_it_is_given() {
    let story = Story::of("consent-refused");
    let end = story.apply(&["--consent-wait", "0"]);
    end.exits(3).verdict("waits");
    assert!(text(end.trouble(), "now").contains("crosspull resume"), "\n{end}");
    story.cluster_was_not_touched();
    assert!(story.run(&["runs"]).out.contains("waits for consent in tenant B"));
    story.resume(&["--consent-wait", "0"]).exits(3).verdict("waits");
    let world = story.world();
    let app = text(world.app(), "appId").to_owned();
    story.provision_by_hand(&app);
    story.resume(&[]).ends_well();
    story.is_done("AcrPull");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

/// No file is left beside those that were asked for.
fn nothing_is_astray(story: &Story) {
    let astray =
        |file: &std::path::PathBuf| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".tmp"));
    let found: Vec<_> = secrets::files(story.folder()).into_iter().filter(astray).collect();
    assert_eq!(found, Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_secret_that_the_pull_secret_has_is_not_saved_twice() {
    let story = Story::of("managed-identity-cluster");
    let mut sent = false;
    story.apply_while(&["--route", "pull-secret"], |event, process| {
        let proves = event["writes"] == true && event["work"]["step"].is_u64() && text(event, "url").ends_with("/pods");
        if !sent && proves {
            sent = true;
            signal("-KILL", process);
        }
    });
    let saved = std::fs::read_to_string(story.path("secret-1")).expect("a secret");
    assert_eq!(saved.len(), 40);
    let next = story.run(&["resume", &story.run_id(), "--yes"]);
    next.exits(0);
    assert!(next.err.contains(&format!("the secret is in {},", path_text(&story.path("secret-1")))), "{next}");
    assert!(!next.err.contains("of no use any more"), "nothing new was made\n{next}");
    assert!(!story.path("secret-1.2").exists(), "it is saved already");
    assert_eq!(std::fs::read_to_string(story.path("secret-1")).expect("a secret"), saved);
}

#[test]
fn the_secret_is_saved_by_the_part_that_makes_it() {
    let story = Story::told(&[], MAKES_NO_SECRET_AT_FIRST);
    // The first part is killed before there is a secret: the file that it reserved is empty, and there is no other one.
    ended_by(&story, "-KILL", |e| e["event"] == "learnt" && e["step"] == 1);
    let (first, second) = (story.path("secret-1"), story.path("secret-1.2"));
    assert_eq!(std::fs::read(&first).expect("it is reserved"), b"");
    nothing_is_astray(&story);
    story.apply(&["--secret-out", path_text(&first)]).complains("exists already and is empty, as a run leaves it");
    let next = story.resume(&[]);
    next.ends_well();
    assert!(!next.err.contains("of no use any more"), "there is no earlier one\n{next}");
    assert_eq!(std::fs::read_to_string(&first).expect("a secret").len(), 40);
    assert!(!second.exists(), "the reserved file is the run's own");

    let story = Story::of("happy");
    // The value that the first part saved is lost with it: another is made, and saved beside.
    ended_by(&story, "-KILL", |e| e["event"] == "learnt" && e["step"] == 5);
    let (first, second) = (story.path("secret-1"), story.path("secret-1.2"));
    let before = std::fs::read_to_string(&first).expect("it is reserved");
    nothing_is_astray(&story);
    let next = story.resume(&[]);
    next.ends_well();
    if before.is_empty() {
        assert!(!second.exists() && !next.err.contains("of no use any more"), "{next}");
        assert_eq!(std::fs::read_to_string(&first).expect("a secret").len(), 40);
    } else {
        assert!(next.err.contains(&format!("a new secret is in {}", path_text(&second))), "{next}");
        assert_ne!(std::fs::read_to_string(&second).expect("a secret"), before);
    }
    story.is_done("AcrPull");
}

#[test]
fn a_secret_that_nodes_may_have_stays_until_another_one_is_on_all_of_them() {
    let twice = "name = 'fails-twice'\nsays = 'the first reset ends Failed, the second is refused'\n[[fault]]\n\
                 on = 'arm POST /**/resetServicePrincipalProfile'\nnth = 1\ndo = 'fail_operation'\napplied = true\n\
                 [[fault]]\non = 'arm POST /**/resetServicePrincipalProfile'\nnth = 2\ndo = 'status'\ncode = 403\n\
                 error = 'AuthorizationFailed'";
    let story = Story::told(&[], twice);
    story.apply(&[]).exits(1);
    let world = story.world();
    let first = world.secrets()[0].to_owned();
    story.resume(&[]).exits(1);
    let world = story.world();
    assert!(world.secrets().contains(&first.as_str()), "a node runs with it: {:?}", world.secrets());
    story.resume(&[]).ends_well();
    let world = story.world();
    assert_eq!(world.pulls(), ["Pulled"; 3]);
    assert!(matches!(world.secrets().as_slice(), [one] if *one != first), "{:?}", world.secrets());
    story.undo(&[]).ends_well();
    assert_eq!(story.world().our_apps().len(), 0);
}

#[test]
fn a_cluster_that_somebody_gave_another_app_meanwhile_is_not_reset() {
    let story = Story::told(
        &[],
        "name = 'once'\nsays = 'the first reset is refused'\n[[fault]]\n\
         on = 'arm POST /**/resetServicePrincipalProfile'\nnth = 1\ndo = 'status'\ncode = 403\nerror = 'AuthorizationFailed'",
    );
    story.apply(&[]).exits(1);
    let other = story.give_another_app();
    let end = story.resume(&[]);
    end.exits(1);
    assert!(text(end.trouble(), "why").contains(&format!("and has the app {other} now")), "\n{end}");
    assert_eq!(story.world().cluster()["clientId"], *other);
    story.undo(&[]).ends_well();
    assert_eq!(story.world().cluster()["clientId"], *other);
}

#[test]
fn a_run_that_found_its_app_on_the_cluster_does_not_take_it_from_another_hand() {
    let story = Story::of("happy");
    story.apply(&[]).is_done();
    let first = story.run_id();
    let stopped = story.apply_while(&[], |event, process| {
        if event["event"] == "run_started" {
            signal("-KILL", process);
        }
    });
    assert_eq!(stopped.code, None, "a kill is no exit");
    let second = story.runs_but(&[&first]).pop().expect("a second run");
    let other = story.give_another_app();
    let end = story.resume_of(&second);
    end.exits(1);
    assert!(text(end.trouble(), "why").contains(&format!("and has the app {other} now")), "\n{end}");
    assert_eq!(story.world().cluster()["clientId"], *other);
    story.undo_of(&second, &[]).exits(0);
}

#[test]
fn a_person_is_asked_again_where_what_was_let_in_was_removed() {
    let story = Story::told(
        &["consent-later"],
        "name = 'once'\nsays = 'the first reset is refused'\n[[fault]]\n\
        on = 'arm POST /**/resetServicePrincipalProfile'\nnth = 1\ndo = 'status'\ncode = 403\nerror = 'AuthorizationFailed'",
    );
    story.apply(&[]).exits(1);
    let world = story.world();
    story.remove_from_b(world.principals("b", text(world.app(), "appId"))[0]);
    let mut asked = false;
    story.resume_while(&["--consent-wait", "0"], |event, _| asked |= event["event"] == "person_needed").exits(3);
    assert!(asked, "the link is told again");
}

#[test]
fn a_consent_that_was_given_is_known_also_where_nobody_may_look_and_the_secret_is_gone() {
    let blind = "name = 'blind'\nsays = 'the operator of B may not read the directory'\n[world.operator_b]\n\
                 graph_roles = ['Organization.Read.All']\n[time]\nreset_operation = 120\npoll = 2";
    let story = Story::told(&["consent-later"], blind);
    let end = ended_by(&story, "-KILL", waits_for_the_reset);
    assert_eq!(end.code, None, "a kill is no exit\n{end}");
    let next = story.resume(&[]);
    next.ends_well();
    assert_eq!(next.events("person_needed").count(), 0, "nobody is asked again\n{next}");
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 1);
    assert_eq!(story.world().pulls(), ["Pulled"; 3]);
}
