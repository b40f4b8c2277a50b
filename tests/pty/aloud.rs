//! The wizard in plain lines (`--accessible`): everything by a script that reads lines and types answers, and at a terminal.

use std::time::Duration;

use crosspull_support::terminal::{command, open};
use crosspull_support::{ROUTES, Story, Struck, side_by_side};

use crate::talk::{Talk, is_plain};

/// The longest time that something may take to come.
const PATIENCE: Duration = Duration::from_secs(20);
/// A reset that takes a while, so that it is still running when the program is gone.
const SLOW_RESET: &str = "name = 'slow-reset'\nsays = 'a reset takes a while'\n[time]\nreset_operation = 300\npoll = 5";
/// From Home through both tenants, each answer as it is.
const TENANTS: [(&str, &str); 10] = [
    ("Which one?", ""),
    ("Which one?", ""),
    ("Cloud [", ""),
    ("Tenant [", ""),
    ("Sign in.", ""),
    ("Cluster [", ""),
    ("Tenant [", ""),
    ("Sign in.", ""),
    ("Registry [", ""),
    ("Image [", ""),
];
/// On through the form of the app.
const APP: [(&str, &str); 6] = [
    ("App name [", ""),
    ("Secret lives [", ""),
    ("Consent in B.", ""),
    ("Redirect [", ""),
    ("Settle time [", ""),
    ("More.", ""),
];
/// On through checks and review into the run.
const BEGIN: [(&str, &str); 2] = [("Enter: go on.", ""), ("Run this plan? Type yes:", "yes")];

/// Returns a talk in the middle of the reset of a run.
fn in_the_reset(story: &Story) -> Talk {
    let mut talk = Talk::on(story, &[]);
    talk.answers(&TENANTS);
    talk.answers(&APP);
    talk.answers(&BEGIN);
    talk.answers(&[("Reset aks-shop now? Type yes:", "yes")]);
    talk.reads("the operation is running");
    talk
}

#[test]
fn the_whole_demo_is_done_by_reading_lines_and_typing_answers() {
    let mut talk = Talk::demo(&["--clipboard", "osc52"]);
    talk.answers(&TENANTS);
    talk.answers(&APP);
    talk.answers(&BEGIN);
    talk.answers(&[("Reset aks-shop now? Type yes:", "yes"), ("Enter: go on.", ""), ("Enter: leave.", "copy")]);
    // There is no clipboard here, whatever is said of it.
    talk.reads("That is none of the words.");
    talk.answers(&[("Enter: leave.", "reveal")]);
    let secret = talk.reads("Q~");
    talk.answers(&[("Enter: leave.", "reveal")]);
    talk.reads("Q~");
    talk.reads("Enter: leave.");
    talk.types("");
    let told = talk.ends(0);
    assert_eq!(told.matches(&secret).count(), 2, "the secret is told once for each request");
    for step in 1..=11 {
        assert!(told.contains(&format!("Step {step} of 11")), "{told}");
    }
    assert!(told.contains("aks-shop pulls shop/web:1.4 from registryb: proved from here"), "{told}");
}

#[test]
fn a_wrong_value_is_asked_about_once_for_each_answer() {
    let mut talk = Talk::demo(&[]);
    talk.answers(&[("Which one?", ""), ("Which one?", ""), ("Cloud [", ""), ("Tenant [", "no tenant")]);
    // A line of the list that comes by itself would stand before the next answer's.
    talk.answers(&[("Tenant [", "nor this"), ("Tenant [", "leave"), ("Which one?", "1")]);
    let told = talk.ends(0);
    assert_eq!(told.matches("Tenant [").count(), 3, "{told}");
    for wrong in ["no tenant", "nor this"] {
        assert_eq!(told.matches(&format!("Not right: \"{wrong}\"")).count(), 1, "{told}");
        assert!(!told.contains(&format!("[{wrong}]")), "what was right stays\n{told}");
    }
}

#[test]
fn a_managed_identity_gets_its_pull_secret() {
    let story = Story::of("managed-identity-cluster");
    let mut talk = Talk::on(&story, &[]);
    talk.answers(&TENANTS);
    talk.reads("1. pull secret, recommended");
    talk.answers(&[("Which one?", "1"), ("App name [", ""), ("Secret lives [", "")]);
    talk.answers(&[("Namespaces [", ""), ("Used by [", ""), ("Secret's name [", ""), ("More.", "")]);
    talk.answers(&BEGIN);
    talk.answers(&[("Enter: go on.", ""), ("Enter: leave.", "")]);
    // The secret is nowhere but in the cluster, so leaving asks.
    talk.answers(&[("Which one?", "1")]);
    let told = talk.ends(0);
    assert!(told.contains("default/crosspull-registryb"), "{told}");
}

#[test]
fn every_route_is_gone_through_by_enter_and_yes() {
    side_by_side(ROUTES, |route: &Struck| {
        let story = route.story();
        let mut talk = Talk::on(&story, &["--route", crosspull_core::route::word(route.route)]);
        talk.goes_through();
        let told = talk.ends(0);
        assert!(told.contains("The run is over."), "{}:\n{told}", route.name());
        assert_eq!(told.matches("Run this plan? Type yes:").count(), 1, "{}", route.name());
    });
}

#[test]
fn a_run_is_taken_back() {
    let story = Story::of("happy");
    story.apply(&[]).is_done();
    let mut talk = Talk::on(&story, &[]);
    talk.reads("2. Take back what a run made");
    talk.answers(&[
        ("Which one?", "2"),
        ("Which one?", "1"),
        ("Enter: go on.", ""),
        ("Take this back? Type yes:", "yes"),
    ]);
    talk.answers(&[("Reset aks-shop back now? Type yes:", "yes"), ("Enter: go on.", "")]);
    talk.answers(&[("Enter: leave.", "")]);
    let told = talk.ends(0);
    assert!(told.contains("What the run made is taken back."), "{told}");
    story.is_taken_back();
}

#[test]
fn a_run_that_was_killed_in_the_middle_of_the_reset_is_gone_on_with() {
    let story = Story::told(&[], SLOW_RESET);
    let talk = in_the_reset(&story);
    talk.kill();
    let mut talk = Talk::on(&story, &[]);
    talk.reads("2. Go on with an earlier run");
    talk.answers(&[("Which one? Type a number [2]:", ""), ("Which one?", ""), ("Enter: go on.", "")]);
    talk.reads("The reset was sent.");
    talk.answers(&[("Go on with this run? Type yes:", "yes"), ("Enter: go on.", ""), ("Enter: leave.", "")]);
    let told = talk.ends(0);
    assert!(told.contains("aks-shop pulls shop/web:1.4 from registryb"), "{told}");
    story.is_done("AcrPull");
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 1, "the reset was watched, not sent again");
}

#[test]
fn somebody_signs_in_to_a_registry() {
    let mut talk = Talk::demo(&[]);
    talk.answers(&[
        ("Which one?", "2"),
        ("Which one?", ""),
        ("Registry [", ""),
        ("Tenant [", ""),
        ("Repositories [", ""),
    ]);
    talk.reads("Signed in to ");
    talk.answers(&[("Type a word", "save"), ("Path [", ""), ("Type a word", "leave")]);
    let saved = talk.home.path().join("localhost.secret");
    let found = std::fs::read_dir(talk.home.path()).expect("the home").flatten();
    let names: Vec<_> = found.map(|entry| entry.file_name()).collect();
    let told = talk.ends(0);
    assert!(told.contains("The secret is saved, readable by you alone"), "{told}\n{names:?} {saved:?}");
}

#[test]
fn it_is_told_who_can_reach_a_cluster_and_nothing_is_written() {
    let story = Story::of("entra-cluster");
    let mut talk = Talk::on(&story, &[]);
    talk.answers(&[("Which one?", "3"), ("Tenant [", ""), ("Sign in.", ""), ("Cluster [", ""), ("Who [", "me")]);
    talk.answers(&[("Type a word", "next page")]);
    talk.reads("gets in by an Azure role for");
    talk.answers(&[("Type a word", "next page"), ("Type a word", "1")]);
    talk.reads("get pods: yes, by");
    talk.answers(&[("Type a word", "leave")]);
    talk.ends(0);
    story.wrote_nothing();
}

#[test]
fn a_person_gets_address_and_code_on_lines_of_their_own() {
    let story = Story::told(&["person-signs-in"], "name = 'p'\nsays = 'p'");
    let mut talk = Talk::on(&story, &["--sign-in-a", "device-code"]);
    talk.answers(&[("Which one?", "3"), ("Tenant [", ""), ("Sign in.", ""), ("Cluster [", ""), ("Who [", "")]);
    talk.reads("Sign in to tenant A");
    talk.reads("Open this page in a browser on any machine:");
    assert!(talk.reads("https://").starts_with("https://"), "{}", talk.told);
    talk.reads("Enter this code there");
    talk.reads("identity: ");
    talk.answers(&[("Type a word", "leave")]);
    talk.ends(0);
}

#[test]
fn what_was_typed_ahead_writes_nothing_and_the_end_of_the_input_ends_it() {
    let story = Story::of("happy");
    let mut talk = Talk::on(&story, &[]);
    let lines = TENANTS.iter().chain(&APP).map(|(_, answer)| *answer);
    lines.chain(["", "yes", "yes", "yes", "yes"]).for_each(|line| talk.types(line));
    talk.hangs_up();
    talk.ends(129);
    story.wrote_nothing();
}

#[test]
fn a_yes_that_was_typed_before_the_review_was_told_is_no_answer() {
    let story = Story::of("happy");
    let mut talk = Talk::on(&story, &[]);
    talk.answers(&TENANTS);
    talk.answers(&APP);
    talk.reads("Enter: go on.");
    talk.types("\nyes");
    talk.reads("That was typed before this question was told");
    talk.hangs_up();
    talk.ends(129);
    story.wrote_nothing();
}

#[test]
fn an_input_that_ends_in_the_middle_of_a_run_stops_it_after_the_call_in_flight() {
    let story = Story::told(&[], SLOW_RESET);
    let mut talk = in_the_reset(&story);
    talk.hangs_up();
    let told = talk.ends(129);
    assert!(told.contains("The input has ended") && told.contains("crosspull resume"), "{told}");
}

#[test]
fn control_c_stops_a_run_after_the_call_in_flight() {
    let story = Story::told(&[], SLOW_RESET);
    let mut talk = in_the_reset(&story);
    talk.signal("INT");
    talk.reads("crosspull only stops watching it");
    talk.answers(&[("Enter: go on.", ""), ("Enter: leave.", ""), ("Which one?", "1")]);
    let told = talk.ends(130);
    assert!(told.contains("crosspull resume"), "{told}");
}

#[test]
fn a_dumb_terminal_gets_plain_lines_by_itself_and_a_password_is_not_shown() {
    let home = tempfile::tempdir().expect("a folder");
    let mut dumb = command(env!("CARGO_BIN_EXE_crosspull"), &["demo", "--speed", "50"], home.path());
    dumb.env("TERM", "dumb");
    let (mut window, program) = open(dumb, (200, 60));
    let sees = |window: &crosspull_support::terminal::Window, words: &str| {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let seen = window.see(words, PATIENCE, |view| Some(text(&view.bytes)).filter(|text| text.contains(words)));
        seen.unwrap_or_else(|why| panic!("{why}"))
    };
    for (words, line) in [
        ("Which one? Type a number [1]: ", "2\r"),
        ("Who will use it?", "7\r"),
        // A password goes to a host that is named; at this one nobody listens.
        ("give its login server", "localhost:9\r"),
        ("Repositories [", "\r"),
        ("User name: ", "the-token\r"),
        ("Password, not shown: ", "s3cret-that-nobody-sees\r"),
        ("Enter: try again.", "quit\r"),
    ] {
        sees(&window, words);
        window.press(line);
    }
    assert_eq!(program.end(PATIENCE), Ok(0));
    let told = sees(&window, "quit");
    assert!(told.contains("the-token") && !told.contains("s3cret-that-nobody-sees"), "{told}");
    is_plain(&told);
    let modes = window.pty.get_termios().expect("the terminal's modes").local_flags;
    assert!(format!("{modes:?}").contains("ECHO"), "what is typed is shown again: {modes:?}");
}

/// Returns a talk at the answers of a run that was stopped at the question before its reset, and is set aside.
fn at_the_answers_again(story: &Story) -> Talk {
    let mut talk = Talk::on(story, &[]);
    talk.answers(&TENANTS);
    talk.answers(&APP);
    talk.answers(&BEGIN);
    talk.reads("Reset aks-shop now? Type yes:");
    talk.signal("INT");
    talk.answers(&[("Enter: go on.", ""), ("Enter: leave.", "back")]);
    talk.reads("Leave this run?");
    talk.answers(&[("Which one? Type a number [2]:", "1")]);
    talk
}

#[test]
fn a_run_that_was_stopped_leads_back_to_its_answers_and_the_next_one_finds_what_it_made() {
    let story = Story::told(&[], SLOW_RESET);
    let mut talk = at_the_answers_again(&story);
    talk.answers(&[("App name [", ""), ("Secret lives [", "90 days")]);
    talk.answers(&APP[2..]);
    talk.answers(&BEGIN);
    talk.answers(&[("Reset aks-shop now? Type yes:", "yes"), ("Enter: go on.", "")]);
    talk.answers(&[("Enter: leave.", ""), ("Which one?", "1")]);
    let told = talk.ends(0);
    let (_, after) = told.rsplit_once("The run was stopped").expect("the first run is told of at the end");
    assert!(after.contains("crosspull resume") && after.contains("aks-shop pulls shop/web:1.4"), "{told}");
    assert_eq!(story.world().our_apps().len(), 1, "the second run found the app");
}

#[test]
fn a_run_that_was_set_aside_is_gone_on_with_and_told_of_once() {
    let story = Story::told(&[], SLOW_RESET);
    let mut talk = at_the_answers_again(&story);
    // Through the forms to the first question.
    talk.answers(&[("App name [", "back"), ("Tenant [", "back"), ("Cloud [", "back"), ("Which one?", "back")]);
    talk.reads("2. Go on with an earlier run");
    talk.answers(&[("Which one?", "2"), ("Which one?", ""), ("Enter: go on.", "")]);
    talk.answers(&[("Go on with this run? Type yes:", "yes"), ("Reset aks-shop now? Type yes:", "yes")]);
    talk.answers(&[("Enter: go on.", ""), ("Enter: leave.", ""), ("Which one?", "1")]);
    let told = talk.ends(0);
    let (_, summary) = told.rsplit_once("In tenant A:").expect("a summary");
    assert!(!summary.contains("The run was stopped") && summary.contains("aks-shop pulls shop/web:1.4"), "{told}");
    assert_eq!(told.matches("In tenant A:").count(), 1, "{told}");
}
