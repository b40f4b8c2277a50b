//! Drawing anew: the terminal is asked nothing, since it may not answer, and nothing ends by it.

use regex::Regex;

use crate::stage::{ASKED, CTRL_L, DONE, ENTER, Stage};

/// The reset is under way, and stays so.
const RESETTING: &str = "the operation is running";

/// Wipes the screen as another program does that writes over it, has it drawn anew, and gives the screen before and
/// after.
fn drawn_anew(stage: &mut Stage, words: &str, how: impl FnOnce(&mut Stage)) -> (String, String) {
    let before = stage.shows(words);
    stage.window.look(|view| view.parser.process(b"\x1b[2J"));
    how(stage);
    (before, stage.shows(words))
}

/// Ctrl+L.
fn by_key(stage: &mut Stage) {
    stage.window.press(CTRL_L);
}

/// A change of the window that leaves it as large as it was.
fn by_signal(stage: &mut Stage) {
    assert!(stage.program.signal("WINCH"));
}

/// The terminal was asked nothing so far: where its cursor is, how it is, what it is (ECMA-48 DSR and DA, xterm OSC). That it was
/// asked for its background at the start is no part of it.
fn asked_nothing(stage: &Stage) {
    let written = stage.since(0).replacen("\x1b]11;?\x1b\\", "", 1);
    let asks = Regex::new("\x1b\\[[>=?]?[0-9;]*[nc]|\x1b\\][0-9;]*\\?").expect("a pattern");
    assert_eq!(asks.find(&written).map(|found| found.as_str()), None);
}

#[test]
fn in_a_run_the_screen_is_drawn_anew_and_the_run_goes_on() {
    let mut stage = Stage::of(&["--scenario", "reset-hangs"], &[]);
    stage.reach_the_question();
    for how in [by_key as fn(&mut Stage), by_signal] {
        let (before, after) = drawn_anew(&mut stage, ASKED, how);
        assert_eq!(after, before);
    }
    stage.press(ENTER, RESETTING);
    for how in [by_key as fn(&mut Stage), by_signal] {
        let (before, after) = drawn_anew(&mut stage, RESETTING, how);
        assert_eq!((after.lines().count(), after.lines().next()), (24, before.lines().next()), "{after}");
    }
    asked_nothing(&stage);
    assert!(stage.program.signal("TERM"));
    stage.exits(143);
    stage.is_given_back();
}

#[test]
fn on_done_the_screen_is_drawn_anew_and_the_secret_stays() {
    let mut stage = Stage::of(&[], &[]);
    stage.reach_done();
    for how in [by_key as fn(&mut Stage), by_signal] {
        let (before, after) = drawn_anew(&mut stage, DONE, how);
        assert_eq!(after, before);
    }
    asked_nothing(&stage);
    stage.window.press(ENTER);
    stage.exits(0);
}
