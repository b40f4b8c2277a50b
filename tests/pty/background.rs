//! The background that the terminal is asked for: told at once, late, in pieces, never, or after the end.

use std::time::Duration;

use crosspull_support::terminal::{Cell, Color, View, command, open};

use crate::stage::{CTRL_C, DOWN, ENTER, HOME, ROUTE, Stage};

const QUESTION: &str = "\x1b]11;?\x1b\\";
const DARK: &str = "\x1b]11;rgb:1414/1919/1f1f\x1b\\";
const LIGHT: &str = "\x1b]11;rgb:fdfd/f6f6/e3e3\x07";

/// The colours of what is in focus, on a background that nobody told, on a dark one and on a light one.
const UNTOLD: Color = Color::Idx(63);
const ON_DARK: Color = Color::Idx(6);
const ON_LIGHT: Color = Color::Idx(4);

/// Returns the colour of the mark at what is in focus.
fn in_focus(view: &View) -> Option<Color> {
    let screen = view.parser.screen();
    let (rows, columns) = screen.size();
    let mut cells =
        (0..rows.get()).flat_map(|row| (0..columns.get()).filter_map(move |column| screen.cell(row, column)));
    cells.find(|cell| cell.contents() == "▸").map(Cell::fgcolor)
}

/// Waits for what is in focus to have that colour.
fn comes_to(stage: &Stage, colour: Color) {
    stage.sees(&format!("{colour:?}"), |view| (in_focus(view) == Some(colour)).then_some(()));
}

#[test]
fn the_terminal_is_asked_once_and_nothing_waits_for_it() {
    let mut stage = Stage::demo();
    comes_to(&stage, UNTOLD);
    stage.press(ENTER, ROUTE);
    let written = stage.since(0);
    assert_eq!(written.matches(QUESTION).count(), 1, "asked once");
    assert!(written.find(QUESTION) < written.find("What do you"), "before the first frame");
    comes_to(&stage, UNTOLD);
    stage.window.press(CTRL_C);
}

#[test]
fn the_answer_chooses_the_colours_whole_in_pieces_and_late() {
    for (answer, colour) in [(DARK, ON_DARK), (LIGHT, ON_LIGHT)] {
        let mut stage = Stage::demo();
        let before = stage.shows(HOME);
        stage.window.press(answer);
        comes_to(&stage, colour);
        assert_eq!(stage.shows(HOME), before, "nothing was typed");
        // It was asked once, so it is told once.
        stage.window.press(if answer == DARK { LIGHT } else { DARK });
        stage.press(DOWN, "▸ Sign in to a registry");
        comes_to(&stage, colour);
    }
    let mut stage = Stage::demo();
    let (first, second) = LIGHT.split_at(9);
    stage.window.press(first);
    stage.passes(Duration::from_millis(150));
    stage.window.press(second);
    comes_to(&stage, ON_LIGHT);
    let mut stage = Stage::demo();
    stage.press(ENTER, ROUTE);
    stage.window.press(DARK);
    comes_to(&stage, ON_DARK);
}

#[test]
fn sixteen_colours_are_shown_once_the_background_is_known() {
    let mut stage = Stage::of(&[], &[("TERM", "xterm")]);
    comes_to(&stage, Color::Default);
    stage.window.press(LIGHT);
    comes_to(&stage, ON_LIGHT);
}

#[test]
fn it_is_not_asked_where_somebody_told_or_the_terminal_has_no_colours() {
    for (flags, variables) in [
        (["--theme", "dark"].as_slice(), [("TERM", "xterm")]),
        (&["--theme", "mono"], [("TERM", "xterm")]),
        (&[], [("CROSSPULL_THEME", "light")]),
        (&[], [("COLORFGBG", "15;0")]),
        (&[], [("NO_COLOR", "1")]),
        (&[], [("TERM", "linux")]),
        (&[], [("TERM", "vt220")]),
        (&["--accessible"], [("TERM", "xterm")]),
    ] {
        let stage = Stage::of(flags, &variables);
        assert!(!stage.since(0).contains("\x1b]"), "{flags:?} {variables:?}");
    }
}

/// Returns the demo in a shell that reads a line after it.
fn before_a_line() -> Stage {
    let home = tempfile::tempdir().expect("a folder");
    let line = format!("{} demo --speed 50; read -r line; echo \"[$line]\"", env!("CARGO_BIN_EXE_crosspull"));
    let mut shell = command("sh", &["-c", &line], home.path());
    shell.env("SSH_TTY", "/dev/pts/9");
    let (window, program) = open(shell, (80, 24));
    let stage = Stage { window, program, home, careful: false };
    stage.shows(HOME);
    stage
}

/// Ends the demo in the shell.
fn ends(stage: &Stage) {
    let line = format!("kill -TERM $(ps -o pid= --ppid {})", stage.program.pid);
    let sent = std::process::Command::new("sh").args(["-c", &line]).status().expect("sh starts");
    assert!(sent.success());
}

#[test]
fn an_answer_that_comes_after_the_end_is_typed_nowhere() {
    for pieces in [&[DARK][..], &[LIGHT], &["\x1b]11;rgb:1414/1919/1f1f\x1b", "\\"]] {
        let mut stage = before_a_line();
        ends(&stage);
        for piece in pieces {
            stage.passes(Duration::from_millis(100));
            stage.window.press(piece);
        }
        stage.sees("the usual screen", |view| (!view.parser.screen().alternate_screen()).then_some(()));
        stage.press("typed\r", "[typed]");
    }
}

#[test]
fn an_answer_that_never_comes_is_not_waited_for_long() {
    let mut stage = before_a_line();
    ends(&stage);
    stage.sees("the usual screen", |view| (!view.parser.screen().alternate_screen()).then_some(()));
    stage.press("typed\r", "[typed]");
    // Here it takes half a second at most.
    let stage = Stage::demo();
    assert!(stage.program.signal("TERM"));
    assert_eq!(stage.program.end(Duration::from_secs(2)), Ok(143));
}
