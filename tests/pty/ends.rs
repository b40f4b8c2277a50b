//! The ends of the wizard: by a key, by a signal, because the line is gone, or before it begins.
//!
//! Whatever ends the wizard, the terminal is given back and the exit code says why (`docs/PRODUCT.md` 5).

use std::time::Duration;

use crosspull_support::Story;
use crosspull_support::terminal::{View, command, open};

use crate::stage::{ASKED, CTRL_C, ENTER, ESC, HOME, Stage};

/// The sentence where there is no terminal.
const NO_TERMINAL: &str = "the wizard needs a terminal";
/// The reset is under way, and stays so.
const RESETTING: &str = "the operation is running";

/// Returns the demo in a run whose last step does not end.
fn in_a_run() -> Stage {
    let mut stage = Stage::of(&["--scenario", "reset-hangs"], &[]);
    stage.reach_the_question();
    stage.press(ENTER, RESETTING);
    stage
}

#[test]
fn control_c_at_home_leaves() {
    let mut stage = Stage::demo();
    assert!(!stage.edits_lines(), "keys come one by one in raw mode");
    stage.window.press(CTRL_C);
    stage.exits(0);
    stage.is_given_back();
}

#[test]
fn control_c_on_a_form_asks_first() {
    let mut stage = Stage::demo();
    let before = stage.reach_the_first_form();
    stage.press(CTRL_C, "Nothing was written. The answers are not kept.");
    assert_eq!(stage.press_away(ENTER, "Leave?"), before, "the focus is on staying");
    stage.press(CTRL_C, "Leave?");
    stage.press_away(ESC, "Leave?");
    stage.press(CTRL_C, "Leave?");
    stage.window.press("l");
    stage.exits(0);
    stage.is_given_back();
}

#[test]
fn control_c_in_a_run_stops_after_the_call_and_a_second_one_leaves() {
    let mut stage = Stage::demo();
    stage.reach_the_question();
    // In one packet: once the run has ended, a Ctrl+C asks about its secret.
    stage.window.press(&CTRL_C.repeat(2));
    let left = stage.exits(130);
    stage.is_given_back();
    assert!(left.contains("aks-shop was not touched") && left.contains("In tenant A:"), "{left}");
}

#[test]
fn termination_in_a_run_gives_the_terminal_back() {
    let stage = in_a_run();
    assert!(stage.program.signal("TERM"));
    let left = stage.exits(143);
    stage.is_given_back();
    assert!(left.contains("The run was stopped.") && left.contains("In tenant A:"), "{left}");
}

#[test]
fn a_hangup_ends_the_program_at_once_and_gives_back_a_terminal_that_is_still_there() {
    let stage = in_a_run();
    assert!(stage.program.signal("HUP"));
    assert_eq!(stage.program.end(Duration::from_secs(2)), Ok(129));
    let left = stage.sees("the last words", |view| view.over.then(|| view.text()));
    stage.is_given_back();
    assert!(left.contains("The run broke off.") && left.contains("In tenant A:"), "{left}");
}

#[test]
fn a_hangup_ends_the_program_also_where_the_terminal_takes_nothing() {
    let mut stage = Stage::demo();
    stage.reach_the_question();
    let line = stage.window.pty.tty_name().expect("the terminal has a name");
    let line = std::fs::File::options().write(true).open(line).expect("the terminal can be opened");
    rustix::termios::tcflow(&line, rustix::termios::Action::OOff).expect("its output is stopped");
    let written = stage.written();
    assert!(stage.program.signal("HUP"));
    assert_eq!(stage.program.end(Duration::from_secs(2)), Ok(129));
    assert_eq!(stage.since(written), "", "nothing could be written");
    assert!(stage.edits_lines(), "the terminal is still in raw mode");
}

#[test]
fn a_line_that_drops_ends_the_program_at_once() {
    let Stage { window, program, .. } = in_a_run();
    drop(window);
    assert_eq!(program.end(Duration::from_secs(2)), Ok(129));
}

#[test]
fn a_question_that_is_answered_no_is_the_end_of_the_stream() {
    let story = Story::of("happy");
    let home = tempfile::tempdir().expect("a folder");
    for (answer, code) in [("no\r", 130), (CTRL_C, 130)] {
        let line = "exec \"$0\" apply --answers \"$1\" --output json >out";
        let mut command = command("sh", &["-c", line, env!("CARGO_BIN_EXE_crosspull"), story.answers()], home.path());
        for (name, value) in story.variables() {
            command.env(name, value);
        }
        let (mut window, program) = open(command, (80, 24));
        let asks = |view: &View| view.text().contains("Type yes:").then_some(());
        window.see("the question", Duration::from_secs(20), asks).expect("a question");
        window.press(answer);
        assert_eq!(program.end(Duration::from_secs(20)), Ok(code), "{answer:?}");
        let told = std::fs::read_to_string(home.path().join("out")).expect("text");
        let lines: Vec<serde_json::Value> =
            told.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect();
        let last = lines.last().expect("a line");
        assert_eq!((&last["event"], &last["verdict"]), (&"run_ended".into(), &"interrupted".into()), "{answer:?}");
        assert_eq!(lines.iter().filter(|line| line["event"] == "run_ended").count(), 1, "{answer:?}");
    }
    story.wrote_nothing();
}

#[test]
fn without_a_terminal_it_says_so_and_draws_nothing() {
    for redirection in ["</dev/null", ">out"] {
        let home = tempfile::tempdir().expect("a folder");
        let line = format!("exec '{}' demo {redirection}", env!("CARGO_BIN_EXE_crosspull"));
        let (window, program) = open(command("sh", &["-c", &line], home.path()), (80, 24));
        assert_eq!(program.end(Duration::from_secs(20)), Ok(2), "{redirection}");
        let said = window.see("the end", Duration::from_secs(20), |view| view.over.then(|| view.bytes.clone()));
        let said = String::from_utf8(said.expect("the end of the output")).expect("text");
        assert!(said.contains(NO_TERMINAL) && said.contains("crosspull apply"), "{redirection}: {said}");
        assert!(!said.contains('\x1b') && !said.contains(HOME) && !said.contains(ASKED), "{redirection}: {said:?}");
    }
}
