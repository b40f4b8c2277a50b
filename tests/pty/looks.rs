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

#[test]
fn the_flags_and_their_variables_choose_the_look() {
    let home = |flags: &[&str], variables: &[(&str, &str)]| {
        let mut stage = Stage::of(flags, variables);
        stage.press(ENTER, ROUTE);
        stage.since(0)
    };
    let has =
        |written: &str, colour: &str| colours(written).iter().any(|inner| inner.split(';').any(|part| part == colour));
    let mono = home(&["--theme", "mono"], &[]);
    assert_eq!(colours(&mono), [""; 0]);
    for (flags, variables, shown, not) in [
        (["--theme", "dark"].as_slice(), [].as_slice(), "6", "4"),
        (&["--theme", "light"], &[], "4", "6"),
        (&[], &[("CROSSPULL_THEME", "light")], "4", "6"),
        (&[], &[("COLORFGBG", "0;15")], "4", "6"),
        (&[], &[("COLORFGBG", "15;0")], "6", "4"),
        (&["--theme", "light"], &[("NO_COLOR", "1")], "4", "6"),
    ] {
        let written = home(flags, variables);
        assert!(
            has(&written, shown) || has(&written, &format!("3{shown}")),
            "{flags:?} {variables:?}: {:?}",
            colours(&written)
        );
        assert!(!has(&written, &format!("3{not}")), "{flags:?} {variables:?}: {:?}", colours(&written));
    }
    for (flags, variables) in [(["--ascii"].as_slice(), [].as_slice()), (&[], &[("CROSSPULL_ASCII", "1")])] {
        assert!(home(flags, variables).is_ascii(), "{flags:?} {variables:?}");
    }
    assert!(!home(&[], &[("CROSSPULL_ASCII", "0")]).is_ascii());
}
