//! Enter that is held down: on every route it leads to the review and no further, and it gives no sign-in away.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use crosspull_core::login::Who;
use crosspull_support::terminal::{command, open};
use crosspull_support::{ROUTES, Story, path_text, side_by_side};

use crate::stage::{DOWN, ENTER, READ, Stage};

/// The time for which it is held.
const HELD: Duration = Duration::from_secs(3);
/// The rate at which a keyboard repeats a key.
const REPEAT: Duration = Duration::from_millis(33);
/// The key line of the review.
const RUN: &str = "Enter run";
/// The message where an Enter does not count.
const TOO_EARLY: &str = "Enter came before this could be read";

/// Holds Enter for three seconds, and on until those words are there and have been for half a second.
fn hold(stage: &mut Stage, words: &str) -> String {
    let (began, mut there): (Instant, Option<Instant>) = (Instant::now(), None);
    while began.elapsed() < HELD || there.is_none_or(|there| there.elapsed() < HELD / 6) {
        assert!(began.elapsed() < HELD * 10, "no {words}: {}", stage.window.look(|view| view.text()));
        stage.window.press(ENTER);
        stage.passes(REPEAT);
        if there.is_none() && stage.window.look(|view| view.text().contains(words)) {
            there = Some(Instant::now());
        }
    }
    stage.shows(words)
}

#[test]
fn on_every_route_it_writes_nothing_that_was_not_read() {
    side_by_side(ROUTES, |struck| {
        let story = struck.story();
        let mut stage = Stage::on(&story);
        let text = hold(&mut stage, RUN);
        assert!(text.contains(TOO_EARLY), "{:?}: {text}", struck.route);
        story.wrote_nothing();
        // Let go, and read: then one Enter counts.
        stage.passes(READ);
        stage.press_away(ENTER, RUN);
    });
}

#[test]
fn in_the_demo_it_stops_at_the_review_too() {
    let mut stage = Stage::demo();
    let text = hold(&mut stage, RUN);
    assert!(text.contains(TOO_EARLY), "{text}");
}

#[test]
fn it_gives_no_program_the_sign_in() {
    let story = Story::of("happy");
    let (mut stage, told) = with_docker(&story);
    stage.press(DOWN, "▸ Sign in to a registry");
    let text = hold(&mut stage, "Enter give it");
    assert!(text.contains(TOO_EARLY) && !told.exists(), "{text}");
}

/// Returns the wizard on a cloud where `docker` only tells that it was given something, in that file.
fn with_docker(story: &Story) -> (Stage, std::path::PathBuf) {
    let folder = story.path("bin");
    std::fs::create_dir_all(&folder).expect("made");
    let (docker, told) = (folder.join("docker"), folder.join("told"));
    let script = format!("#!/bin/sh\n/bin/cat >/dev/null\n: >'{}'\n", told.display());
    std::fs::write(&docker, script).expect("written");
    std::fs::set_permissions(&docker, std::fs::Permissions::from_mode(0o755)).expect("ours");
    (Stage::on_with(story, &[], &[("PATH", path_text(&folder))]), told)
}

/// Holds Enter for three seconds, wherever it leads.
fn held(stage: &mut Stage) {
    let began = Instant::now();
    while began.elapsed() < HELD {
        stage.window.press(ENTER);
        stage.passes(REPEAT);
    }
}

#[test]
fn whoever_signs_in_to_a_registry_it_gives_the_sign_in_to_nobody() {
    let whos: Vec<usize> = (0..Who::ALL.len()).collect();
    side_by_side(&whos, |below| {
        let story = Story::of("happy");
        let (mut stage, told) = with_docker(&story);
        stage.press(DOWN, "▸ Sign in to a registry");
        stage.press(ENTER, "Who will use it?");
        for _ in 0..*below {
            stage.window.press(DOWN);
        }
        held(&mut stage);
        assert!(!told.exists(), "{below}: {}", stage.window.look(|view| view.text()));
        story.wrote_nothing();
    });
}

#[test]
fn access_is_only_read() {
    let story = Story::of("entra-cluster");
    let mut stage = Stage::on(&story);
    for words in ["▸ Sign in to a registry", "▸ See who can reach a cluster"] {
        stage.press(DOWN, words);
    }
    held(&mut stage);
    story.wrote_nothing();
}

#[test]
fn an_earlier_run_is_neither_gone_on_with_nor_taken_back() {
    let ways: [(&[&str], i32, &str); 2] =
        [(&["--consent", "url", "--consent-wait", "0"], 3, "Go on with run"), (&[], 0, "What the run")];
    side_by_side(&ways, |(flags, code, words)| {
        let story = Story::of("happy");
        story.apply(flags).exits(*code);
        let mut stage = Stage::on(&story);
        if *code == 0 {
            stage.shows("Take back what a run made");
            stage.press(DOWN, "▸ Take back what a run made");
        } else {
            stage.shows("▸ Go on with an earlier run");
        }
        let before = story.writes();
        let text = hold(&mut stage, words);
        assert!(text.contains(TOO_EARLY), "{words}: {text}");
        assert_eq!(story.writes(), before, "{words}");
    });
}

/// A way into the cluster of the scenario.
const WAY: [&str; 11] = [
    "--tenant-a",
    "contoso.com",
    "--sign-in-a",
    "service-principal",
    "--pace",
    "100",
    "--principal",
    "ada@contoso.com",
    "--role",
    "rbac-reader",
    "--cluster",
];

/// Runs a command at a terminal with Enter held down, until it asks for a yes.
fn held_at(story: &Story, arguments: &[&str]) {
    let before = story.writes();
    let home = tempfile::tempdir().expect("a folder");
    let mut program = command(env!("CARGO_BIN_EXE_crosspull"), arguments, home.path());
    for (name, value) in story.variables() {
        program.env(name, value);
    }
    let (mut window, _program) = open(program, (80, 24));
    let began = Instant::now();
    while began.elapsed() < HELD {
        window.press(ENTER);
        assert!(window.see("nothing", REPEAT, |_| None::<()>).is_err());
    }
    let asked = window.see("the question", HELD * 5, |view| view.text().contains("Type yes").then_some(()));
    assert!(asked.is_ok(), "{arguments:?}: {}", window.look(|view| view.text()));
    assert_eq!(story.writes(), before, "{arguments:?}");
}

#[test]
fn no_command_that_asks_takes_it_for_a_yes() {
    side_by_side(["apply", "undo", "resume", "open", "close", "login"], |asked| {
        let of_access = matches!(asked, "open" | "close");
        let story = Story::of(if of_access { "access-azure-roles" } else { "happy" });
        let cluster = story.ready.cluster.clone();
        let way = |part| [&["access", part][..], &WAY, &[&cluster]].concat();
        match asked {
            "apply" => held_at(&story, &["apply", "--answers", story.answers()]),
            "undo" => {
                story.apply(&[]).is_done();
                held_at(&story, &["undo", &story.run_id()]);
            }
            "resume" => {
                story.apply(&["--consent", "url", "--consent-wait", "0"]).exits(3);
                held_at(&story, &["resume", &story.run_id()]);
            }
            "open" => held_at(&story, &way("open")),
            "close" => {
                story.run(&[way("open"), vec!["--yes"]].concat()).exits(0);
                held_at(&story, &way("close"));
            }
            _ => {
                let story = story.with("CROSSPULL_TENANT_B", "fabrikam.com");
                let story = story.with("CROSSPULL_SIGN_IN_B", "service-principal");
                held_at(&story, &["login", &story.ready.registry, "--as", "admin", "--enable-admin"]);
            }
        }
    });
}
