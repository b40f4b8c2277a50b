//! The questions of `apply` and `undo` at a terminal.

use std::time::Duration;

use crosspull_support::Story;
use crosspull_support::terminal::{Program, Window, command, open};
use tempfile::TempDir;

/// The longest time that a line may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs a command of a story at a terminal, with a home that lives as long as it is held.
fn at_a_terminal(story: &Story, arguments: &[&str]) -> (Window, Program, TempDir) {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = command(env!("CARGO_BIN_EXE_crosspull"), arguments, home.path());
    for (name, value) in story.variables() {
        command.env(name, value);
    }
    let (window, program) = open(command, (100, 60));
    (window, program, home)
}

fn sees(window: &Window, words: &str) {
    window.see(words, PATIENCE, |view| view.text().contains(words).then_some(())).unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn who_says_no_is_told_what_stands() {
    let story = Story::of("happy");
    story.apply(&["--consent", "url", "--consent-wait", "0"]).exits(3);
    for (command, stands) in [
        ("resume", "Nothing more was written. What the run made before stands."),
        ("undo", "Nothing was taken back. What the run made stands."),
    ] {
        let (mut window, program, _home) = at_a_terminal(&story, &[command, &story.run_id()]);
        sees(&window, "Type yes:");
        window.press("y\r");
        sees(&window, "Only the word yes does it");
        window.press("no\r");
        sees(&window, stands);
        assert_eq!(program.end(PATIENCE), Ok(130));
    }
}

#[test]
fn a_yes_that_was_typed_before_the_question_answers_nothing() {
    let story = Story::of("happy");
    let (mut window, program, _home) = at_a_terminal(&story, &["apply", "--answers", story.answers()]);
    sees(&window, "Run this plan? Step 9 restarts every node, and asks again. Type yes:");
    // The second one waits in the terminal while the run goes on.
    window.press("yes\ryes\r");
    sees(&window, "Its nodes restart. Type yes:");
    window.press("no\r");
    assert_eq!(program.end(PATIENCE), Ok(130));
    assert!(!story.writes().iter().any(|write| write.contains("resetServicePrincipalProfile")), "{:?}", story.writes());
}
