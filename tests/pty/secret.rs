//! The secret of a run: it leaves the program by an act of the operator and in no other way.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use regex::Regex;

use crate::stage::{ENTER, F2, F3, Stage, files};

/// The masked secret.
const MASKED: &str = "••••••••";

/// The secret that is in sight: the line below its name.
fn in_sight(screen: &str) -> String {
    let mut lines = screen.lines().skip_while(|line| !line.contains("hides in"));
    let line = lines.nth(1).unwrap_or_else(|| panic!("no secret in sight:\n{screen}"));
    line.rsplit('│').next().unwrap_or_default().trim().to_owned()
}

/// What was sent to the terminal's clipboard, and the rest.
fn copies(written: &str) -> (Vec<String>, String) {
    let sequence = Regex::new("\x1b\\]52;c;([^\x1b\x07]*)(\x1b\\\\|\x07)").expect("a pattern");
    let texts = sequence.captures_iter(written).map(|found| {
        let bytes = BASE64_STANDARD.decode(&found[1]).expect("base64");
        String::from_utf8(bytes).expect("text")
    });
    (texts.collect(), sequence.replace_all(written, "").into_owned())
}

/// Asserts that a text does not hold the secret, plainly or in base64.
fn keeps(place: &str, text: &str, secret: &str) {
    let coded = BASE64_STANDARD.encode(secret);
    for told in [secret, coded.trim_end_matches('=')] {
        assert!(!text.contains(told), "{place} tells the secret");
    }
}

#[test]
fn the_secret_is_shown_and_copied_when_asked_for_and_nowhere_else() {
    let mut stage = Stage::of(&[], &[("SSH_TTY", "/dev/pts/9")]);
    stage.reach_done();
    stage.shows(MASKED);
    stage.press(F2, "Sent the secret to your terminal's clipboard");
    let (copied, before) = copies(&stage.since(0));

    let screen = stage.press(F3, "hides in");
    let secret = in_sight(&screen);
    assert!(secret.len() >= 32 && !secret.contains(' '), "no secret: {secret}");
    assert!(!screen.contains(MASKED), "{screen}");
    assert_eq!(copied, std::slice::from_ref(&secret));
    keeps("the terminal before the secret was asked for", &before, &secret);

    stage.press(" ", MASKED);
    let hidden = stage.written();
    let kept = files(stage.home.path());
    assert!(kept.iter().any(|(_, text)| text.contains("run_ended")), "no journal was found to look into");
    for (place, text) in &kept {
        keeps(place, text, &secret);
    }

    stage.window.press(ENTER);
    let left = stage.exits(0);
    assert!(left.contains("In tenant B:"), "{left}");
    keeps("the terminal after the secret was hidden", &stage.since(hidden), &secret);
    keeps("the last screen", &left, &secret);
    assert_eq!(files(stage.home.path()), [], "the demo's runs go with it");
}
