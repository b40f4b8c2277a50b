//! Earlier runs: what keys do, and what the shell is asked for. And what only lasts a while: a secret in the clipboard,
//! the wait before the reset.

use crosspull_core::names::Direction;
use crosspull_core::names::{Route, RunId};
use crosspull_core::run::Run;
use crosspull_tui::{Effect, Msg, Notice, Theme};
use crossterm::event::KeyCode;

use crate::engine;
use crate::story::{Story, complete};

const SIZE: (u16, u16) = (80, 24);

fn real() -> Story {
    Story::new(SIZE, complete(), false, Theme::full())
}

fn run() -> RunId {
    RunId("7f3c9a2e".to_owned())
}

fn take_up(way: Direction) -> Effect {
    Effect::TakeUp { run: run(), way }
}

/// The run is taken up and both tenants are signed in to.
fn admitted(story: &mut Story, past: Run, way: Direction) -> &mut Story {
    story.msg(Msg::TakenUp { run: Box::new(past), way }).engine(engine::admitted()).msg(Msg::ChecksOver)
}

#[test]
fn an_unfinished_run_is_offered_first_unless_a_key_was_pressed() {
    let mut story = real();
    story.hides("Go on with").msg(Msg::Earlier(vec![engine::dropped()])).shows("▸ Go on with an earlier run");
    let mut story = real();
    story.press(KeyCode::Up).msg(Msg::Earlier(vec![engine::dropped()])).shows("▸ Let a cluster pull");
    let mut story = real();
    story.press(KeyCode::Down).msg(Msg::Earlier(vec![engine::dropped()])).shows("▸ Sign in to a registry");
    let mut story = real();
    story.msg(Msg::Earlier(vec![engine::done()])).shows("▸ Let a cluster pull").shows("Take back what a run made");
    story.hides("Go on with");
}

#[test]
fn a_run_that_stopped_is_gone_on_with_by_enter_alone() {
    let mut story = real();
    story.msg(Msg::Earlier(vec![engine::dropped(), engine::done()])).enter().shows("Go on with which run?").enter();
    assert_eq!(story.asked(), [take_up(Direction::Forward)]);
    story.msg(Msg::TakenUp { run: Box::new(engine::dropped()), way: Direction::Forward }).shows("Sign-in").enter();
    assert_eq!(story.asked(), [], "nothing goes on before both are signed in to");
    story.engine(engine::admitted()).msg(Msg::ChecksOver).enter().shows("Go on with run 7f3c9a2e").enter();
    let plan = Box::new(engine::plan());
    assert_eq!(story.asked(), [Effect::Go { way: Direction::Forward, plan }]);
    story.engine(engine::resumed()).hides("The run is over").engine(engine::reset()).shows("The run is over").enter();
    story.shows("aks-shop pulls shop/web:1.4").hides("The same without questions").enter();
    assert_eq!(story.asked(), [Effect::Leave]);
}

#[test]
fn a_run_is_taken_back_after_its_list_was_seen() {
    let mut story = real();
    let done = engine::done();
    admitted(&mut story, done.clone(), Direction::Back).enter().shows("Take back run 7f3c9a2e").asked();
    story.press(KeyCode::PageDown).press(KeyCode::End).enter();
    let plan = Box::new(done.plan_for(Direction::Back).expect("something to take back"));
    assert_eq!(story.asked(), [Effect::Go { way: Direction::Back, plan }]);
    story.engine(engine::taken_back(&done)).enter().shows("Partly taken back");
    story.shows("Once that is mended").shows("crosspull undo 7f3c9a2e");
    story.asked();
    story.press(KeyCode::Char('r'));
    assert_eq!(story.asked(), [take_up(Direction::Back)]);
}

#[test]
fn back_lets_go_of_the_run_and_signing_in_can_be_asked_again() {
    let mut story = real();
    story.msg(Msg::Earlier(vec![engine::dropped()])).enter().enter().asked();
    story.msg(Msg::TakenUp { run: Box::new(engine::dropped()), way: Direction::Forward }).press(KeyCode::Char('r'));
    assert_eq!(story.asked(), [take_up(Direction::Forward)]);
    story.press(KeyCode::Esc).shows("Go on with which run?");
    assert_eq!(story.asked(), [Effect::LetGo]);
    story.press(KeyCode::Esc).shows("▸ Go on with an earlier run").press(KeyCode::Up).enter().shows("Tenant A, where");
}

#[test]
fn a_run_that_somebody_finished_meanwhile_is_let_go_of() {
    let mut story = real();
    story.msg(Msg::Earlier(vec![engine::dropped()])).enter().enter().asked();
    story
        .msg(Msg::TakenUp { run: Box::new(engine::done()), way: Direction::Forward })
        .shows("Run 7f3c9a2e is done already.");
    assert_eq!(story.asked(), [Effect::LetGo]);
}

#[test]
fn leaving_an_earlier_run_asks_nothing_since_nothing_is_lost() {
    let mut story = real();
    admitted(&mut story, engine::dropped(), Direction::Forward).enter().asked();
    story.ctrl('c');
    assert_eq!(story.asked(), [Effect::Leave]);
}

#[test]
fn a_run_that_failed_is_gone_on_with_from_its_last_screen() {
    let mut story = real();
    story.enter().enter().enter().enter().engine(engine::passed()).enter().enter().engine(engine::asking());
    story.press(KeyCode::Left).enter().engine(engine::reset_failed()).enter().shows("Next  crosspull resume 7f3c9a2e");
    story.asked();
    story.press(KeyCode::Char('r'));
    assert_eq!(story.asked(), [take_up(Direction::Forward)]);
}

#[test]
fn a_copied_secret_is_cleared_when_its_time_is_up_unless_it_is_kept() {
    let copied = |story: &mut Story| {
        story.enter().enter().enter().enter().engine(engine::passed()).enter().enter().engine(engine::asking());
        story.press(KeyCode::Left).enter().engine(engine::reset()).enter().asked();
        story.press(KeyCode::F(2)).msg(Msg::Notice(Notice::good("Sent."))).asked();
        story.shows("cleared in").shows("Esc keep it there");
    };
    let mut story = real();
    copied(&mut story);
    assert!(story.model.animates() && story.model.secret_in_clipboard());
    story.wait(59_000).msg(Msg::Tick).shows("cleared in 1 s");
    assert_eq!(story.asked(), []);
    story.wait(1_000).msg(Msg::Tick).hides("cleared in");
    assert_eq!(story.asked(), [Effect::ClearClipboard]);
    assert!(!story.model.animates());

    let mut story = real();
    copied(&mut story);
    story.press(KeyCode::Esc).hides("cleared in").wait(60_000).msg(Msg::Tick);
    assert_eq!(story.asked(), [], "it was kept");

    let mut story = real();
    copied(&mut story);
    story.press(KeyCode::Char('c')).msg(Msg::Notice(Notice::good("Sent."))).hides("cleared in");
    assert!(!story.model.secret_in_clipboard(), "something else took its place");
}

#[test]
fn the_wait_before_the_reset_is_cut_short_only_by_a_yes() {
    let mut story = real();
    story.enter().enter().enter().enter().engine(engine::passed()).enter().enter().engine(engine::soaking()).asked();
    story.shows("goes on in 30 min").press(KeyCode::Char('w')).shows("▸ Wait ").enter();
    assert_eq!(story.asked(), [], "the focus is on waiting");
    story.press(KeyCode::Char('w')).press(KeyCode::Left).enter();
    assert_eq!(story.asked(), [Effect::CutShort]);
    let rest = engine::asking().split_off(engine::soaking().len() - 2);
    story.engine(rest).press(KeyCode::Esc).press(KeyCode::Char('w')).hides("Wait no longer?");
}

#[test]
fn taking_back_a_pull_secret_says_first_what_pods_lose() {
    let past = engine::done_by(Route::PullSecret);
    let mut story = real();
    admitted(&mut story, past, Direction::Back).enter().shows("Take back run 7f3c9a2e");
    story.shows("Pods that pull by what is taken back here cannot pull any").shows("more. Nothing restarts.");
}
