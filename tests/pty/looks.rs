//! The output for terminals that can do less: no colours, or no other characters than ASCII.

use regex::Regex;

use crate::stage::{APP, ASKED, CHECKED, DONE, ENTER, OVER, REVIEW, ROUTE, Stage, TENANT_A, TENANT_B};

/// Walks through all screens, from Home until the program has left. Returns every byte as text.
fn walk(variables: &[(&str, &str)]) -> String {
    let mut stage = Stage::of(&[], variables);
    for words in [ROUTE, TENANT_A, TENANT_B, APP, CHECKED, REVIEW, ASKED, OVER, DONE] {
        stage.press(ENTER, words);
    }
    stage.window.press(ENTER);
    stage.exits(0);
    stage.since(0)
}

/// Returns the sequences that set a colour (ECMA-48 SGR 30 to 38, 40 to 48, 90 to 97, 100 to 107).
fn colours(written: &str) -> Vec<&str> {
    let sequence = Regex::new("\x1b\\[([0-9;:]*)m").expect("a pattern");
    let sets = |part: &str| matches!(part.parse(), Ok(30..=38 | 40..=48 | 90..=97 | 100..=107));
    let found = sequence.captures_iter(written).filter_map(|found| found.get(1));
    found.map(|inner| inner.as_str()).filter(|inner| inner.split([';', ':']).any(sets)).collect()
}

#[test]
fn no_colour_means_none() {
    assert_eq!(colours(&walk(&[("NO_COLOR", "1")])), [""; 0]);
}

#[test]
fn the_linux_console_gets_ascii_alone() {
    let written = walk(&[("TERM", "linux")]);
    let other = written.lines().find(|line| !line.is_ascii());
    assert_eq!(other, None, "not in ASCII");
}

#[test]
fn a_terminal_that_can_do_both_gets_both() {
    let written = walk(&[]);
    assert!(!colours(&written).is_empty(), "no colour");
    assert!(written.contains('✓') && written.contains('│'), "no glyphs");
}
