//! Stopped for a while: by Ctrl+Z or by a signal, in a shell that has jobs.

use crosspull_support::terminal::{command, open};
use std::time::Duration;

use crate::stage::{CTRL_C, ENTER, F3, HOME, Stage, TENANT_A};

const CTRL_Z: &str = "\x1a";
const PROMPT: &str = "shell says";

/// Returns the demo as a job of a shell.
fn as_a_job() -> Stage {
    let home = tempfile::tempdir().expect("a folder");
    let mut shell = command("bash", &["--norc", "--noprofile", "-i"], home.path());
    shell.env("PS1", format!("{PROMPT} "));
    shell.env("SAID", PROMPT);
    let (window, program) = open(shell, (80, 24));
    let mut stage = Stage { window, program, home, careful: false };
    stage.shows(PROMPT);
    stage.press(&format!("{} demo --speed 50\r", env!("CARGO_BIN_EXE_crosspull")), HOME);
    stage
}

/// Sends the job of the shell a signal.
fn signal(stage: &Stage, name: &str) {
    let line = format!("kill -{name} $(ps -o pid= --ppid {})", stage.program.pid);
    let sent = std::process::Command::new("sh").args(["-c", &line]).status().expect("sh starts");
    assert!(sent.success());
}

#[test]
fn control_z_and_the_signal_give_the_terminal_back_and_fg_takes_it_over_again() {
    for by_key in [true, false] {
        let mut stage = as_a_job();
        stage.press(ENTER, "Which way?");
        let before = stage.press(ENTER, TENANT_A);
        match by_key {
            true => stage.window.press(CTRL_Z),
            false => signal(&stage, "TSTP"),
        }
        stage.shows("Stopped");
        stage.window.look(|view| {
            let screen = view.parser.screen();
            assert!(!screen.alternate_screen() && !screen.hide_cursor(), "by key: {by_key}");
        });
        // The shell reads what is typed, line by line.
        stage.press("echo it $((40+2))\r", "it 42");
        assert_eq!(stage.press("fg\r", TENANT_A), before, "by key: {by_key}");
        stage.window.look(|view| assert!(view.parser.screen().bracketed_paste()));
        stage.press(CTRL_C, "Leave?");
        stage.window.press("l");
        stage.sees("the prompt", |view| view.text().trim_end().ends_with(PROMPT).then_some(()));
        stage.press("echo and $((50+2))\r", "and 52");
    }
}

#[test]
fn where_no_shell_could_bring_it_back_it_is_not_stopped() {
    let mut stage = Stage::demo();
    stage.press(CTRL_Z, "Not suspended");
    stage.press(ENTER, "Which way?");
}

#[test]
fn a_secret_in_sight_is_hidden_and_nothing_is_stopped() {
    let mut stage = Stage::of(&[], &[]);
    stage.reach_done();
    stage.press(F3, "hides in");
    stage.press_away(CTRL_Z, "hides in");
    stage.shows("Not suspended: not while a secret is in sight");
}

#[test]
fn sigquit_gives_the_terminal_back() {
    let stage = Stage::demo();
    assert!(stage.program.signal("QUIT"));
    stage.exits(131);
    stage.is_given_back();
}

#[test]
fn a_terminal_that_does_not_say_what_it_is_gets_a_word() {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = command(env!("CARGO_BIN_EXE_crosspull"), &["demo"], home.path());
    command.env("TERM", "");
    let (window, program) = open(command, (80, 24));
    assert_eq!(program.end(Duration::from_secs(20)), Ok(2));
    let said = window.see("the end", Duration::from_secs(20), |view| view.over.then(|| view.text()));
    let said = said.expect("the end of the output");
    assert!(said.contains("crosspull --accessible") && !said.contains(HOME), "{said}");
}
