//! The secret of a run: it leaves the program by an act of the operator and in no other way.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use crosspull_support::{Story, path_text};
use regex::Regex;

use crate::stage::{ASKED, ENTER, ESC, F2, F3, OVER, READ, Stage, files};

/// The masked secret.
const MASKED: &str = "••••••••";

/// Returns the secret that is in sight: the line below its name.
fn in_sight(screen: &str) -> String {
    let mut lines = screen.lines().skip_while(|line| !line.contains("hides in"));
    let line = lines.nth(1).unwrap_or_else(|| panic!("no secret in sight:\n{screen}"));
    line.rsplit('│').next().unwrap_or_default().trim().to_owned()
}

/// Returns the texts that were sent to the terminal's clipboard, and the rest.
pub fn copies(written: &str) -> (Vec<String>, String) {
    let sequence = Regex::new("\x1b\\]52;c;([^\x1b\x07]*)(\x1b\\\\|\x07)").expect("a pattern");
    let texts = sequence.captures_iter(written).map(|found| {
        let bytes = BASE64_STANDARD.decode(&found[1]).expect("base64");
        String::from_utf8(bytes).expect("text")
    });
    (texts.collect(), sequence.replace_all(written, "").into_owned())
}

/// Asserts that a text does not hold the secret, plainly or in base64, whatever stands before it there.
pub fn keeps(place: &str, text: &str, secret: &str) {
    let coded = (0..3).map(|before| {
        let whole = BASE64_STANDARD.encode(["\0\0".get(..before).unwrap_or_default(), secret].concat());
        whole.get(4..whole.len() - 4).unwrap_or_default().to_owned()
    });
    for told in coded.chain([secret.to_owned()]) {
        assert!(!text.contains(&told), "{place} tells the secret");
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

    stage.press(ENTER, ALONE);
    stage.passes(READ);
    stage.window.press("x");
    let left = stage.exits(0);
    assert!(left.contains("In tenant B:"), "{left}");
    keeps("the terminal after the secret was hidden", &stage.since(hidden), &secret);
    keeps("the last screen", &left, &secret);
    assert_eq!(files(stage.home.path()), [], "the demo's runs go with it");
}

#[test]
fn the_secret_is_shown_plain_and_wiped() {
    let mut stage = Stage::of(&[], &[]);
    stage.reach_done();
    let plain = stage.press("p", "Any key wipes this");
    let secret = plain.lines().find(|line| !line.trim().is_empty()).expect("the secret").to_owned();
    assert!(
        secret.len() >= 32 && !secret.contains([' ', '│']),
        "it begins in the first column, with no frame\n{plain}"
    );
    let back = stage.press(ENTER, MASKED);
    assert!(!back.contains(&secret), "{back}");
    stage.window.press(ENTER);
    let left = stage.exits(0);
    keeps("the terminal after the secret was wiped", &left, &secret);
}

#[test]
fn a_terminal_without_a_second_screen_keeps_no_revealed_secret() {
    let mut stage = Stage::of(&[], &[]);
    stage.reach_done();
    stage.press(F3, "hides in");
    let revealed = stage.written();
    assert!(stage.program.signal("TERM"));
    stage.exits(143);
    let left = stage.since(revealed);
    let (before, _) = left.split_once("\x1b[?1049l").expect("the screen is given back");
    assert_eq!(before.matches("\x1b[2K").count(), 24, "each row of the last frame is wiped first: {left:?}");
}

/// The clipboard holds a space in place of the secret.
const CLEARED: &str = "\x1b]52;c;IA==";

/// The question about a secret that was sent to the clipboard and is nowhere else.
pub const ALONE: &str = "The secret was only sent to your";

#[test]
fn a_secret_in_the_clipboard_alone_is_asked_about_and_the_answer_holds() {
    // The words of the answer, its key, and whether the clipboard is cleared by it.
    for (key, cleared) in [("l", false), ("x", true)] {
        let mut stage = Stage::of(&[], &[("SSH_TTY", "/dev/pts/9")]);
        stage.reach_done();
        stage.press(F2, "cleared in 1 min");
        stage.shows("cleared in 59 s");
        let before = stage.written();
        let asked = stage.press(ENTER, ALONE);
        assert!(asked.contains("▸ Stay") && asked.contains("Leave it there") && asked.contains("Clear it"), "{asked}");
        stage.press_away(ESC, ALONE);
        stage.press(ENTER, ALONE);
        assert!(!stage.since(before).contains(CLEARED), "nothing is cleared before it is answered");
        stage.passes(READ);
        stage.window.press(key);
        stage.exits(0);
        assert_eq!(stage.since(before).contains(CLEARED), cleared, "{key:?}");
    }
}

#[test]
fn a_secret_that_is_kept_in_the_clipboard_is_asked_about_too_and_stays_there() {
    let mut stage = Stage::of(&[], &[("SSH_TTY", "/dev/pts/9")]);
    stage.reach_done();
    stage.press(F2, "cleared in");
    stage.press_away(ESC, "cleared in");
    let before = stage.written();
    stage.press(ENTER, ALONE);
    stage.passes(READ);
    stage.window.press("l");
    stage.exits(0);
    assert!(!stage.since(before).contains(CLEARED));
}

#[test]
fn a_copy_in_a_file_is_the_owners_alone_and_goes_with_the_program() {
    use std::os::unix::fs::PermissionsExt as _;
    for (end, code) in [(None, 0), (Some("TERM"), 143), (Some("HUP"), 129)] {
        let mut stage = Stage::of(&["--clipboard", "file"], &[]);
        stage.reach_done();
        let said = stage.press("y", "The secret is in ").replace('\n', "");
        let name = format!("crosspull-copy-{}", stage.program.pid);
        assert!(said.contains(&name) && said.contains("gone when crosspull ends"), "{said}");
        let secret = in_sight(&stage.press(F3, "hides in"));
        let copy = stage.home.path().join(name);
        assert_eq!(std::fs::read_to_string(&copy).expect("the copy"), secret);
        assert_eq!(std::fs::metadata(&copy).expect("the copy").permissions().mode() & 0o777, 0o600);
        match end {
            Some(signal) => assert!(stage.program.signal(signal)),
            None => {
                stage.press_away(" ", "hides in");
                let asked = stage.press(ENTER, "Clear it");
                assert!(!asked.contains("Leave it there"), "nothing is kept there: {asked}");
                stage.passes(READ);
                stage.window.press("x");
            }
        }
        stage.exits(code);
        assert!(!copy.exists(), "{end:?}");
    }
}

#[test]
fn a_desktop_that_is_dead_or_silent_is_told_and_nothing_counts_as_copied() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("its address").port();
    // X servers are at 6000 and what their display adds.
    let display = format!("127.0.0.1:{}", port - 6000);
    for (variables, says) in [
        ([("DISPLAY", "127.0.0.1:1")], "the desktop refused it"),
        ([("WAYLAND_DISPLAY", "gone")], "the desktop refused it"),
        ([("DISPLAY", display.as_str())], "the desktop does not answer"),
    ] {
        let mut stage = Stage::of(&[], &variables);
        stage.reach_done();
        let said = stage.press("y", "Not copied").replace('\n', "");
        assert!(said.contains(says) && !said.contains("cleared in"), "{variables:?}: {said}");
        // It can still be seen.
        in_sight(&stage.press(F3, "hides in"));
        assert!(stage.program.signal("TERM"));
        stage.exits(143);
    }
}

/// The question before a secret is left that no file has.
const ASKS: &str = "Leave without it?";

#[test]
fn neither_half_a_second_in_sight_nor_a_packet_of_two_keys_leaves_a_secret_behind() {
    let story = Story::of("happy");
    let mut stage = Stage::on(&story);
    stage.reach_the_question();
    stage.press("\t", "▸ Reset");
    stage.press(ENTER, OVER);
    stage.press(ENTER, MASKED);
    stage.press("v", "hides in");
    stage.press_away(ESC, "hides in");
    // Enter and a key of the screen below, or Enter and the key that leaves, before the question could be read.
    stage.press("\ry", ASKS);
    stage.press_away(ESC, ASKS);
    stage.press("\rl", "That key came before this could be read");
    stage.press_away(ESC, ASKS);
    stage.press("\x03\x03", "That key came before this could be read");
    stage.press_away(ESC, ASKS);
    stage.press("s", "Save the secret");
    stage.press("\x15", "Save the secret");
    let place = story.path("kept.secret");
    stage.press(path_text(&place), "kept.secret");
    stage.press(ENTER, "readable by you alone");
    stage.window.press(ENTER);
    let left = stage.exits(0).replace('\n', "");
    assert!(left.contains("The secret is saved, readable by you alone: ") && left.contains("kept.secret"), "{left}");
    assert!(place.exists());
}

/// Returns what can be read of a process: its environment and its arguments. Empty where the system lets nobody read
/// them.
fn seen_of(pid: u32) -> Vec<(String, String)> {
    let read = |name: &str| {
        let bytes = std::fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
        (format!("/proc/{pid}/{name}"), String::from_utf8_lossy(&bytes).into_owned())
    };
    ["environ", "cmdline"].map(read).to_vec()
}

#[test]
fn the_secret_of_a_run_is_in_no_file_no_argument_no_output_and_no_core_file() {
    // Nothing outside the program limits core files.
    let (_, hard) = rlimit::getrlimit(rlimit::Resource::CORE).expect("a limit");
    rlimit::setrlimit(rlimit::Resource::CORE, hard, hard).expect("the limit is set");
    let story = Story::of("happy");
    let mut stage = Stage::on_with(&story, &[], &[("RUST_BACKTRACE", "1")]);
    stage.reach_the_question();
    let secret = story.secret_that_was_made();
    let mut seen = seen_of(stage.program.pid);
    assert!(seen.iter().any(|(_, text)| text.contains("--answers")), "the arguments were read");
    stage.shows(ASKED);
    stage.press("\t", "▸ Reset");
    stage.press(ENTER, OVER);
    stage.press(ENTER, MASKED);
    seen.extend(seen_of(stage.program.pid));
    // The program crashes with the secret in memory.
    assert!(stage.program.signal("ABRT"));
    let ended = stage.program.end(std::time::Duration::from_secs(10)).expect_err("a crash is no exit");
    assert!(ended.contains("Aborted"), "{ended}");
    seen.push(("the terminal".to_owned(), stage.since(0)));
    seen.extend(files(stage.home.path()));
    seen.extend(files(&story.state()));
    seen.extend(files(story.folder()));
    assert!(seen.iter().any(|(_, text)| text.contains("run_ended")), "no journal was found to look into");
    for (place, text) in &seen {
        assert!(!place.contains("core"), "a core file was written: {place}");
        keeps(place, text, &secret);
    }
}
