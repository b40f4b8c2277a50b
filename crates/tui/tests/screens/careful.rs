//! The things that a key must not do: confirm what was meant for something else or what cannot be seen, or lose answers.

use crosspull_core::names::StepId;
use crosspull_tui::{Effect, Msg, Theme};
use crossterm::event::KeyCode;

use crate::engine;
use crate::story::{Story, complete};

const SIZE: (u16, u16) = (80, 24);

fn real(size: (u16, u16)) -> Story {
    Story::new(size, complete(), false, Theme::full())
}

/// The run, with a warning about roles among its checks.
fn to_run(story: &mut Story) -> &mut Story {
    story.enter().enter().enter().enter().engine(engine::checked()).enter().enter()
}

fn to_question(story: &mut Story) -> &mut Story {
    to_run(story).engine(engine::asking())
}

/// Returns what the question says, gathered while it is scrolled from its beginning to its end.
fn read(story: &mut Story) -> String {
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..40 {
        for line in story.see().lines().map(|l| l.trim_matches('"')) {
            let Some((_, inside)) = line.split_once("│ ") else { continue };
            let Some((inside, _)) = inside.rsplit_once(" │") else { continue };
            let text = inside.trim().to_owned();
            if !seen.contains(&text) {
                seen.push(text);
            }
        }
        story.press(KeyCode::Down);
    }
    seen.join(" ")
}

#[test]
fn keys_for_the_list_below_never_turn_the_question_to_yes() {
    for key in [KeyCode::Down, KeyCode::Up, KeyCode::Char('y'), KeyCode::Char('j'), KeyCode::PageDown, KeyCode::End] {
        for size in [SIZE, (60, 20), (40, 12)] {
            let mut story = real(size);
            to_run(&mut story).press(key).engine(engine::asking()).press(key).shows("▸ Not now").asked();
            story.press(key).enter();
            assert_eq!(story.asked(), [], "{key:?} at {size:?}");
        }
    }
}

#[test]
fn left_right_and_tab_turn_the_buttons() {
    for key in [KeyCode::Left, KeyCode::Right, KeyCode::Tab, KeyCode::BackTab] {
        let mut story = real(SIZE);
        to_question(&mut story).press(key).shows("▸ Reset").press(key).shows("▸ Not now").press(key).asked();
        story.enter();
        assert_eq!(story.asked(), [Effect::Confirm(StepId(9))], "{key:?}");
    }
}

#[test]
fn in_a_simulated_cloud_the_focus_is_on_yes_whatever_is_scrolled() {
    let mut story = Story::demo((40, 12));
    to_question(&mut story).shows("▸ Reset").press(KeyCode::Down).press(KeyCode::Up).shows("▸ Reset").asked();
    story.enter();
    assert_eq!(story.asked(), [Effect::Confirm(StepId(9))]);
}

#[test]
fn the_whole_question_can_be_read_in_a_small_window_and_its_buttons_stay() {
    for size in [(40, 12), (60, 20)] {
        let mut story = real(size);
        to_question(&mut story).shows("▸ Not now").shows("! The new principal lacks what the");
        let first = story.see();
        assert!(size.1 > 12 || first.contains("↑0 ↓"), "nothing says that there is more\n{first}");
        let text = read(&mut story);
        for part in [
            "Network Contributor on aks-sub",
            "33333333-3333-4333-8333-333333333333",
            "proved from here",
            "crosspull undo 7f3c9a2e",
            "as in an upgrade.",
        ] {
            assert!(text.contains(part), "no {part:?} at {size:?} in {text}");
        }
        story.shows("▸ Not now").hides("↓1").press(KeyCode::Home).shows("! The new principal lacks what the");
    }
}

#[test]
fn a_layer_leaves_line_1_in_sight() {
    for size in [(40, 12), (60, 20), SIZE] {
        let mut story = Story::demo(size);
        let first = |story: &mut Story| story.see().lines().next().expect("a line").to_owned();
        to_run(&mut story);
        let line = first(&mut story);
        assert!(line.contains("simulated cloud"), "{line}");
        story.press(KeyCode::F(1)).shows("Keys");
        assert_eq!(first(&mut story), line, "help at {size:?}");
        story.press(KeyCode::Esc).engine(engine::asking()).shows("Not now");
        assert_eq!(first(&mut story), line, "the question at {size:?}");
    }
}

#[test]
fn in_a_window_too_small_to_see_anything_only_control_c_acts() {
    let mut story = real(SIZE);
    to_question(&mut story).press(KeyCode::Left).shows("▸ Reset").resize(39, 11).asked();
    for key in [KeyCode::Enter, KeyCode::Char('y'), KeyCode::Right, KeyCode::Esc, KeyCode::F(2)] {
        story.press(key);
    }
    story.ctrl('l');
    assert_eq!(story.asked(), []);
    story.resize(80, 24).shows("▸ Reset").resize(39, 11).ctrl('c');
    assert_eq!(story.asked(), [Effect::Stop]);
    let mut story = real((10, 3));
    story.enter().msg(Msg::Paste("x".to_owned())).ctrl('c');
    assert_eq!(story.asked(), [Effect::Leave], "still at Home");
}

#[test]
fn answers_that_were_typed_are_not_lost_from_home_unasked() {
    let mut story = Story::blank(SIZE);
    story.enter().press(KeyCode::Tab).type_text("contoso.com").press(KeyCode::Esc).ctrl('c');
    story.shows("The answers are not kept.");
    assert!(!story.asked().contains(&Effect::Leave));
    let mut story = real(SIZE);
    story.enter().enter().press(KeyCode::Esc).press(KeyCode::Esc).ctrl('c');
    assert_eq!(story.asked(), [Effect::Leave], "nothing was typed");
}

/// Enter, as a keyboard repeats it, so many times.
fn hold(story: &mut Story, times: usize) -> &mut Story {
    (0..times).fold(story, |story, _| story.wait(33).press_at_once(KeyCode::Enter))
}

/// The effects that write.
fn writes(story: &mut Story) -> Vec<Effect> {
    let all = story.asked().into_iter();
    all.filter(|effect| matches!(effect, Effect::Run(_) | Effect::Go { .. } | Effect::Confirm(_) | Effect::CutShort))
        .collect()
}

#[test]
fn an_enter_that_came_before_the_review_could_be_read_starts_no_run() {
    const TOO_EARLY: &str = "Enter came before this could be read.";
    for simulated in [true, false] {
        let mut story = Story::new(SIZE, complete(), simulated, Theme::full());
        hold(&mut story, 30).engine(engine::checked());
        hold(&mut story, 90).shows("Review").shows(TOO_EARLY);
        assert_eq!(writes(&mut story), [], "simulated: {simulated}");
        // Let go of it, nothing is made up for.
        story.wait(5_000).msg(Msg::Tick);
        assert_eq!(writes(&mut story), []);
        story.enter();
        assert!(matches!(writes(&mut story).as_slice(), [Effect::Run(_)]), "simulated: {simulated}");
    }
}

#[test]
fn one_early_enter_counts_in_a_simulated_cloud_alone() {
    for (simulated, runs) in [(true, 1), (false, 0)] {
        let mut story = Story::new(SIZE, complete(), simulated, Theme::full());
        hold(&mut story, 20).engine(engine::checked());
        story.enter().shows("Review").wait(10).press_at_once(KeyCode::Enter);
        assert_eq!(writes(&mut story), [], "not before it is known that it is not held down");
        for _ in 0..4 {
            story.wait(250).msg(Msg::Tick);
        }
        assert_eq!(writes(&mut story).len(), runs, "simulated: {simulated}");
    }
}

#[test]
fn no_held_enter_resets_a_cluster() {
    for simulated in [true, false] {
        let mut story = Story::new(SIZE, complete(), simulated, Theme::full());
        to_run(&mut story).asked();
        hold(&mut story, 5).engine(engine::asking());
        hold(&mut story, 90);
        assert_eq!(writes(&mut story), [], "simulated: {simulated}");
    }
}

#[test]
fn a_letter_that_is_held_down_ends_no_run_at_once() {
    let mut story = real(SIZE);
    to_run(&mut story).asked();
    for _ in 0..5 {
        story.press(KeyCode::Char('q'));
    }
    assert_eq!(story.asked(), [Effect::Stop]);
    story.ctrl('c');
    assert_eq!(story.asked(), [Effect::Leave]);
}
