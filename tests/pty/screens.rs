//! What the wizard draws: at its start, in windows of every size, on the way back, and as help.

use crate::stage::{APP, CTRL_C, CTRL_U, ENTER, ESC, F1, HOME, Stage, TENANT_A, TENANT_B};

/// The window is too small to draw in.
const ENLARGE: &str = "enlarge the window (40x12)";

#[test]
fn the_demo_begins_at_home() {
    let stage = Stage::demo();
    let text = stage.shows("Nothing here leaves this machine.");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 24, "{text}");
    assert!(lines[0].starts_with(" crosspull ") && lines[0].trim_end().ends_with("simulated cloud"), "{text}");
    assert!(lines[23].contains("Enter go on") && lines[23].contains("Ctrl+C leave"), "{text}");
}

#[test]
fn a_window_may_shrink_and_grow_again() {
    let mut stage = Stage::demo();
    let wide = stage.press(ENTER, TENANT_A);

    let narrow = stage.resize(40, 12, "2/8 Tenant A");
    let lines: Vec<&str> = narrow.lines().collect();
    assert_eq!(lines.len(), 12, "{narrow}");
    assert!(lines[0].contains("simulated"), "{narrow}");
    assert!(lines[11].contains("F1 help"), "{narrow}");

    let small = stage.resize(39, 11, ENLARGE);
    assert_eq!(small.trim(), ENLARGE);
    stage.resize(40, 11, ENLARGE);
    stage.resize(39, 12, ENLARGE);
    stage.resize(5, 2, "enlar");
    stage.resize(40, 12, "2/8 Tenant A");

    stage.resize(120, 40, TENANT_A);
    assert_eq!(stage.resize(80, 24, "Esc back"), wide);
}

#[test]
fn in_a_window_that_is_too_small_only_control_c_counts() {
    let mut stage = Stage::demo();
    let wide = stage.press(ENTER, TENANT_A);
    stage.resize(39, 11, ENLARGE);
    let before = stage.written();
    stage.window.press(ENTER);
    stage.sees("a frame after the key", |view| (view.bytes.len() > before).then_some(()));
    assert_eq!(stage.resize(80, 24, "Esc back"), wide);
    stage.resize(39, 11, ENLARGE);
    stage.window.press(CTRL_C);
    stage.window.press(CTRL_C);
    stage.exits(0);
    stage.is_given_back();
}

#[test]
fn the_way_back_keeps_every_answer() {
    let mut stage = Stage::demo();
    for words in [TENANT_A, TENANT_B, APP] {
        stage.press(ENTER, words);
    }
    stage.press(CTRL_U, "Secret lives");
    stage.press("the-app-of-the-shop", "the-app-of-the-shop");
    for words in [TENANT_B, TENANT_A, HOME] {
        stage.press(ESC, words);
    }
    for words in [TENANT_A, TENANT_B, "the-app-of-the-shop"] {
        stage.press(ENTER, words);
    }
}

#[test]
fn help_lies_over_the_screen_and_goes_away() {
    let mut stage = Stage::demo();
    let before = stage.press(ENTER, TENANT_A);
    let help = stage.press(F1, "to the previous screen; every answer is kept");
    assert!(help.contains("Keys"), "{help}");
    assert_eq!(stage.press_away(ESC, "every answer is kept"), before);
}
