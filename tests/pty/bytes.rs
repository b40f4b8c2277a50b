//! The bytes that terminals send besides keys: answers to questions that nobody asked here, pieces, and far too many
//! (`docs/facts/terminal.md` 2).

use std::time::Duration;

use crate::secret::copies;
use crate::stage::{APP, CTRL_C, CTRL_U, DONE, DOWN, ENTER, ROUTE, Stage, TENANT_A, TENANT_B};

/// The answers of terminals, and what some send by themselves.
const ANSWERS: [&str; 13] = [
    "\x1b]11;rgb:1414/1919/1f1f\x1b\\",
    "\x1b]10;rgb:ffff/ffff/ffff\x07",
    "\x1bP>|xterm(390)\x1b\\",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b[>0;276;0c",
    "\x1b[?62;22c",
    "\x1b[?997;1n",
    "\x1b[?2026;2$y",
    "\x1b[5;10R",
    "\x1b[4;600;800t",
    "\x1b[I\x1b[O",
    "\x1b[<0;5;5M",
    "\x1b[?1u",
];

/// Returns the demo at the name of the app, which is empty.
fn at_the_name() -> Stage {
    let mut stage = Stage::demo();
    for words in [ROUTE, TENANT_A, TENANT_B, APP] {
        stage.press(ENTER, words);
    }
    stage.press(CTRL_U, APP);
    stage
}

#[test]
fn answers_of_the_terminal_are_typed_nowhere_and_keys_go_on_to_count() {
    let mut stage = at_the_name();
    let before = stage.shows(APP);
    for answer in ANSWERS {
        stage.window.press(answer);
        stage.press("zq", "zq");
        assert_eq!(stage.press_away("\x7f\x7f", "zq"), before, "{}", answer.escape_debug());
    }
    stage.press(CTRL_C, "Leave?");
}

#[test]
fn on_done_no_answer_of_the_terminal_is_a_command() {
    let mut stage = Stage::of(&[], &[("SSH_TTY", "/dev/pts/9")]);
    stage.reach_done();
    let (before, written) = (stage.shows(DONE), stage.written());
    for answer in ANSWERS {
        stage.window.press(answer);
    }
    // A key that shows that all of them were taken in.
    stage.press("?", "copy the secret");
    assert_eq!(stage.press_away("q", "copy the secret"), before);
    assert_eq!(copies(&stage.since(written)).0, [""; 0], "nothing was copied");
}

#[test]
fn an_arrow_that_comes_in_two_pieces_is_an_arrow() {
    let mut stage = Stage::demo();
    for gap in [10, 30, 50] {
        let first = stage.shows("▸ Let a cluster pull");
        stage.window.press("\x1b");
        stage.passes(Duration::from_millis(gap));
        stage.press_away("[B", "▸ Let a cluster pull");
        assert_eq!(stage.press("\x1b[A", "▸ Let a cluster pull"), first, "{gap} ms");
    }
}

#[test]
fn a_paste_without_its_end_takes_the_keyboard_for_a_second_at_most() {
    let mut stage = at_the_name();
    stage.press("\x1b[200~the-shop", "the-shop");
    stage.press("z", "the-shopz");
    // Ctrl+C counts at once.
    stage.window.press("\x1b[200~-and-more");
    stage.passes(Duration::from_millis(100));
    stage.press(CTRL_C, "Leave?");
}

#[test]
fn a_megabyte_without_marks_is_taken_in_before_it_is_drawn() {
    let mut stage = at_the_name();
    let written = stage.written();
    for _ in 0..1000 {
        stage.window.press(&"x".repeat(1000));
    }
    stage.press(CTRL_C, "Leave?");
    let drawn = stage.written() - written;
    assert!(drawn < 1_000_000, "{drawn} bytes were drawn");
}

#[test]
fn words_are_gone_along_by_alt_as_terminals_send_it() {
    let mut stage = at_the_name();
    stage.press("one two three", "one two three");
    stage.press("\x1bbX", "one two Xthree");
    stage.press("\x1b[1;3DY", "one two YXthree");
    assert!(stage.press_away("\x1b\x7f", "YX").contains("one two Xthree"));
}

#[test]
fn a_terminal_that_tells_no_size_is_drawn_for_all_the_same() {
    for (size, variables, rows) in [
        ("rows 0 cols 0", [("LINES", "30"), ("COLUMNS", "100")].as_slice(), 30),
        ("rows 0 cols 0", &[], 24),
        ("rows 24 cols 0", &[], 24),
    ] {
        let stage = Stage::in_a_terminal_of(size, variables);
        let bottom = format!("\x1b[{rows};");
        stage.sees("its last row", |view| String::from_utf8_lossy(&view.bytes).contains(&bottom).then_some(()));
        let mut stage = stage;
        stage.press(DOWN, "▸ Sign in to a registry");
        stage.window.press("q");
        stage.exits(0);
    }
}
