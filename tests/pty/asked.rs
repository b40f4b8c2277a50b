//! The questions of `apply` and `undo` at a terminal.

use std::time::Duration;

use crosspull_support::Story;
use crosspull_support::terminal::{command, open};

/// The longest time that a line may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_yes_that_was_typed_before_the_question_answers_nothing() {
    let story = Story::of("happy");
    let home = tempfile::tempdir().expect("a folder");
    let mut command = command(env!("CARGO_BIN_EXE_crosspull"), &["apply", "--answers", story.answers()], home.path());
    for (name, value) in story.variables() {
        command.env(name, value);
    }
    let (mut window, program) = open(command, (100, 60));
    let sees = |window: &crosspull_support::terminal::Window, words: &str| {
        window
            .see(words, PATIENCE, |view| view.text().contains(words).then_some(()))
            .unwrap_or_else(|why| panic!("{why}"));
    };
    sees(&window, "Run this plan? Type yes:");
    // The second one waits in the terminal while the run goes on.
    window.press("yes\ryes\r");
    sees(&window, "Its nodes restart. Type yes:");
    window.press("no\r");
    assert_eq!(program.end(PATIENCE), Ok(130));
    assert!(!story.writes().iter().any(|write| write.contains("resetServicePrincipalProfile")), "{:?}", story.writes());
}
