//! Enter that is held down: on every route it leads to the review and no further, and it gives no sign-in away.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

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
    let folder = story.path("bin");
    std::fs::create_dir_all(&folder).expect("made");
    let (docker, told) = (folder.join("docker"), folder.join("told"));
    let script = format!("#!/bin/sh\n/bin/cat >/dev/null\n: >'{}'\n", told.display());
    std::fs::write(&docker, script).expect("written");
    std::fs::set_permissions(&docker, std::fs::Permissions::from_mode(0o755)).expect("ours");
    let mut stage = Stage::on_with(&story, &[], &[("PATH", path_text(&folder))]);
    stage.press(DOWN, "▸ Sign in to a registry");
    let text = hold(&mut stage, "Enter give it");
    assert!(text.contains(TOO_EARLY) && !told.exists(), "{text}");
}
