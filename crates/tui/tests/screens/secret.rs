//! The secret is handed over, or nobody leaves without being asked.

use crosspull_core::event::Event;
use crosspull_core::input::Key;
use crosspull_core::names::{Direction, Outcome, RunId, StepId};
use crosspull_core::operation::{Fact, Learnt};
use crosspull_core::secret::Secret;
use crosspull_tui::{Clipboard, Effect, Here, Model, Msg, Notice, Setup, Theme};
use crossterm::event::KeyCode;

use crate::engine;
use crate::story::{Story, complete};

const SIZE: (u16, u16) = (80, 24);
const PLACE: &str = "/home/ops/aks-shop.secret";
const FAILED: &str = "The secret was not saved in /home/ops/aks-shop.secret (No space left on device).";
const NOT_SAVED: &str = "The secret was not saved";
const ASKS: &str = "Leave without it?";
const IN_CLIPBOARD: &str = "The secret was only sent to your";
const OWN: &str = "The secret is in the clipboard alone, in no file.";
const EARLY: &str = "That key came before this could be read.";
const CLEARED: &str = "The clipboard was cleared: the secret is";

fn real() -> Story {
    Story::new(SIZE, complete(), false, Theme::full())
}

/// A wizard that was told by `--secret-out` where the secret goes.
fn with_file(size: (u16, u16)) -> Story {
    let mut answers = complete();
    answers.set(Key::SecretOut, PLACE);
    Story::new(size, answers, false, Theme::full())
}

fn kept() -> Msg {
    Msg::SecretSaved { place: Ok(PLACE.to_owned()) }
}

fn not_kept() -> Msg {
    Msg::SecretSaved { place: Err(FAILED.to_owned()) }
}

fn to_run(story: &mut Story) -> &mut Story {
    story.enter().enter().enter().enter().engine(engine::passed()).enter().enter()
}

fn to_done(story: &mut Story) -> &mut Story {
    to_run(story).engine(engine::asking()).press(KeyCode::Left).enter().engine(engine::reset()).enter()
}

/// The operator is told what became of the file as soon as the secret is there, and the run goes on to its end.
fn told(story: &mut Story, place: Msg) -> &mut Story {
    to_run(story).engine(engine::app_made()).msg(place)
}

/// From there to the end.
fn to_the_end(story: &mut Story) -> &mut Story {
    let rest = engine::asking().split_off(engine::app_made().len());
    story.engine(rest).press(KeyCode::Left).enter().engine(engine::reset())
}

#[test]
fn the_secret_is_not_left_behind_unasked() {
    let mut story = real();
    to_done(&mut story).asked();
    story.enter().shows("crosspull does not keep the secret. Leave without it?").shows("▸ Stay").enter();
    assert_eq!(story.asked(), []);
    story.hides(ASKS).press(KeyCode::Char('q')).shows(ASKS).press(KeyCode::Esc);
    story.ctrl('c').shows(ASKS);
    assert_eq!(story.asked(), []);
    story.press(KeyCode::Left).enter();
    assert_eq!(story.asked(), [Effect::Leave]);
    let mut story = real();
    to_done(&mut story).ctrl('c').asked();
    story.ctrl('c').shows(ASKS).shows(EARLY).shows("Ctrl+C leave");
    assert_eq!(story.asked(), [], "both at once");
    story.wait(700).ctrl('c');
    assert_eq!(story.asked(), [Effect::Leave], "a second time it leaves");
}

#[test]
fn a_signal_asks_about_the_secret_first_and_a_second_one_leaves() {
    for mut story in [
        {
            let mut story = real();
            to_done(&mut story);
            story
        },
        copied(real()),
    ] {
        story.asked();
        story.msg(Msg::StopAsked).shows("Leave?");
        assert_eq!(story.asked(), []);
        story.msg(Msg::StopAsked);
        assert_eq!(story.asked(), [Effect::Leave]);
    }
}

#[test]
fn no_key_that_was_meant_for_done_leaves_without_the_secret() {
    for key in ['y', 'c', 's', 'v', 'r', 'l'] {
        let mut story = real();
        to_done(&mut story).enter().asked();
        story.press(KeyCode::Char(key));
        assert_eq!(story.asked(), [], "{key}");
        story.shows(ASKS);
    }
    let mut story = real();
    to_done(&mut story).enter().press(KeyCode::Left).press_at_once(KeyCode::Enter).shows(ASKS).asked();
    story.wait(700).press(KeyCode::Char('l'));
    assert_eq!(story.asked(), [Effect::Leave]);
    // The same with a copy that nobody saw arrive.
    for key in ['y', 'c', 's', 'v', 'r', 'l', 'x'] {
        let mut story = copied(real());
        story.enter().asked();
        story.press(KeyCode::Char(key)).shows(IN_CLIPBOARD);
        assert_eq!(story.asked(), [], "{key}");
    }
}

#[test]
fn a_secret_that_was_only_seen_or_sent_is_not_handed_over() {
    let mut story = real();
    to_done(&mut story).msg(Msg::Secret(Secret::new("s3cret".to_owned()))).wait(500).press(KeyCode::Esc).asked();
    story.enter().shows(ASKS).wait(700).press(KeyCode::Char('l'));
    assert_eq!(story.asked(), [Effect::Leave], "it is asked once");
    let mut story = copied(real());
    story.shows("was sent to your terminal's").hides("is in the clipboard").press(KeyCode::Esc);
    story.hides("cleared in").enter().shows(IN_CLIPBOARD);
    assert_eq!(story.asked(), [], "also where the time was taken away");
    story.wait(700).press(KeyCode::Char('x'));
    assert_eq!(story.asked(), [Effect::ClearClipboard, Effect::Leave]);
}

#[test]
fn it_is_said_why_a_secret_in_sight_is_not_left_for_the_shell() {
    let mut story = real();
    to_done(&mut story).msg(Msg::Secret(Secret::new("s3cret".to_owned()))).asked();
    story.ctrl('z').hides("s3cret").shows("Not suspended: not while a secret is in sight.");
    assert_eq!(story.asked(), []);
    story.ctrl('z');
    assert_eq!(story.asked(), [Effect::Suspend]);
}

/// A wizard where copies go to that clipboard.
fn with_clipboard(clipboard: Clipboard) -> Story {
    let here = Here { clipboard, ..Here::default() };
    let setup = Setup { answers: complete(), simulated: false, theme: Theme::full(), size: (120, 40), here };
    let mut story = Story::new((120, 40), complete(), false, Theme::full());
    story.model = Model::new(setup);
    story
}

#[test]
fn only_what_can_be_done_is_offered() {
    let mut story = with_clipboard(Clipboard::Nowhere);
    to_done(&mut story).shows("v reveal").hides("y copy").hides("c copy command");
    story.press(KeyCode::End).shows("The same without questions, also the one before nodes restart:");
    story.press(KeyCode::Char('?')).shows("save the secret").hides("copy the secret").press(KeyCode::Esc);
    let mut story = with_clipboard(Clipboard::Terminals);
    to_done(&mut story).shows("y copy").press(KeyCode::Char('?')).shows("copy the secret");
    story.hides("in the clipboard").press(KeyCode::Esc);
    story.press(KeyCode::Char('y')).msg(Msg::Notice(Notice::good("Sent."))).press(KeyCode::Char('?'));
    story.shows("leave the secret in the clipboard");
}

#[test]
fn whoever_has_the_secret_in_a_file_leaves_at_once() {
    let saved: fn(&mut Story) = |s| s.press(KeyCode::F(4)).enter().msg(kept()).end();
    let both: fn(&mut Story) = |s| {
        s.press(KeyCode::F(2)).msg(Msg::Notice(Notice::good("Sent."))).press(KeyCode::F(4)).enter().msg(kept()).end()
    };
    for tell in [saved, both] {
        let mut story = real();
        tell(to_done(&mut story));
        story.asked();
        story.enter();
        assert_eq!(story.asked(), [Effect::Leave]);
    }
    let mut story = real();
    to_done(&mut story).press(KeyCode::F(2)).msg(Msg::Notice(Notice::bad("Not sent."))).enter().shows(ASKS);
    let mut story = real();
    to_done(&mut story).press(KeyCode::Char('c')).msg(Msg::Notice(Notice::good("Sent."))).enter().shows(ASKS);
}

/// A wizard on Done whose secret was copied, and nothing else was done with it.
fn copied(mut story: Story) -> Story {
    to_done(&mut story).press(KeyCode::F(2)).msg(Msg::Notice(Notice::good("Sent.")));
    story.asked();
    story
}

#[test]
fn a_secret_in_the_clipboard_alone_is_asked_about() {
    // Two keys typed ahead change nothing.
    let mut story = copied(real());
    story.enter().shows(IN_CLIPBOARD).shows("▸ Stay").enter().hides(IN_CLIPBOARD);
    for (key, words) in [(KeyCode::Esc, "stay"), (KeyCode::Char('n'), "stay")] {
        story.press(KeyCode::Char('q')).shows(IN_CLIPBOARD).shows(words).press(key).hides(IN_CLIPBOARD);
    }
    story.ctrl('c').shows(IN_CLIPBOARD).ctrl('c').shows(IN_CLIPBOARD);
    assert_eq!(story.asked(), [], "not before it is answered");
    story.wait(700).press(KeyCode::Char('l'));
    assert_eq!(story.asked(), [Effect::Leave]);
    assert!(!story.model.secret_in_clipboard(), "it stays there");

    let mut story = copied(real());
    story.enter().wait(700).press(KeyCode::Char('x'));
    assert_eq!(story.asked(), [Effect::ClearClipboard, Effect::Leave]);
}

#[test]
fn the_answers_about_the_clipboard_are_reached_by_arrows_and_tab() {
    let mut story = copied(real());
    story.enter().press(KeyCode::Left).shows("▸ Clear it").press(KeyCode::Left).shows("▸ Leave it there");
    story.press(KeyCode::Left).shows("▸ Stay").press(KeyCode::Tab).shows("▸ Leave it there").enter();
    assert_eq!(story.asked(), [Effect::Leave]);
    assert!(!story.model.secret_in_clipboard());
}

/// The minute of a copied secret ends, and the shell takes it out of the clipboard.
fn cleared(story: &mut Story) -> &mut Story {
    story.wait(60_500).msg(Msg::Tick);
    assert_eq!(story.asked(), [Effect::ClearClipboard]);
    story.msg(Msg::Notice(Notice::good("The secret is no longer in the clipboard.")))
}

#[test]
fn a_copied_secret_that_was_cleared_is_not_handed_over() {
    let mut story = copied(real());
    cleared(&mut story).enter().shows("crosspull does not keep the secret. Leave without it?").shows("▸ Stay").enter();
    assert_eq!(story.asked(), []);
    // Copied once more and kept there, it is not either.
    story.hides(ASKS).press(KeyCode::F(2)).msg(Msg::Notice(Notice::good("Sent."))).press(KeyCode::Esc).asked();
    story.enter().shows(IN_CLIPBOARD);
}

#[test]
fn something_else_that_takes_the_place_of_a_kept_secret_in_the_clipboard_loses_it() {
    let mut story = copied(real());
    story.press(KeyCode::Esc).press(KeyCode::Char('c')).msg(Msg::Notice(Notice::good("Sent."))).asked();
    story.enter().shows(ASKS);
    assert_eq!(story.asked(), []);
}

#[test]
fn a_question_about_the_clipboard_stays_open_when_the_clipboard_is_cleared() {
    for (key, left) in [(KeyCode::Enter, false), (KeyCode::Esc, false), (KeyCode::Char('l'), true)] {
        let mut story = copied(real());
        story.enter().shows(IN_CLIPBOARD).press(KeyCode::Left).shows("▸ Clear it");
        cleared(&mut story).hides(IN_CLIPBOARD).shows(CLEARED).shows("▸ Stay").shows("  Leave without it ");
        story.wait(700).press(key).hides(CLEARED);
        assert_eq!(story.asked(), if left { vec![Effect::Leave] } else { Vec::new() }, "{key:?}");
    }
}

#[test]
fn a_clipboard_that_could_not_be_cleared_is_not_said_to_be() {
    let mut story = copied(real());
    story.enter().wait(60_500).msg(Msg::Tick).msg(Msg::Notice(Notice::bad("It did not work.")));
    story.hides("The clipboard was cleared").shows(ASKS).shows("It did not work.");
}

#[test]
fn a_secret_that_the_cluster_does_not_have_either_is_gone_once_the_clipboard_is_cleared() {
    let mut story = real();
    let rest = engine::asking().split_off(engine::app_made().len());
    to_run(&mut story).engine(engine::app_made()).engine(rest).press(KeyCode::Esc).engine(engine::interrupted());
    story.enter().press(KeyCode::F(2)).msg(Msg::Notice(Notice::good("Sent."))).asked();
    story.enter().shows(IN_CLIPBOARD);
    cleared(&mut story).shows("The clipboard was cleared: the secret is gone.");
}

#[test]
fn a_clipboard_that_goes_with_the_program_keeps_nothing() {
    let mut story = copied(with_clipboard(Clipboard::Own));
    story.shows("The secret is in the clipboard; cleared in");
    story.enter().shows("It goes from").hides("Leave it there").press(KeyCode::Char('l'));
    story.shows(OWN).press(KeyCode::Esc).hides(OWN).press(KeyCode::Esc).hides("cleared in");
    story.enter().shows(OWN);
    assert_eq!(story.asked(), [], "also where the time was taken away");
    story.wait(700).press(KeyCode::Char('x'));
    assert_eq!(story.asked(), [Effect::ClearClipboard, Effect::Leave]);
}

#[test]
fn a_file_for_copies_is_called_no_clipboard() {
    let mut story = copied(with_clipboard(Clipboard::File));
    story.shows("The secret is in the file for copies; cleared in");
    story.enter().shows("The secret is in the file for copies alone").hides("the clipboard");
}

#[test]
fn done_says_what_holds_from_here_on_and_the_demo_names_no_command_that_goes_with_it() {
    let size = (120, 40);
    let mut story = Story::new(size, complete(), false, Theme::full());
    to_done(&mut story).shows("aks-shop has the secret.").shows("The secret ends on 2027-05-06.");
    story.shows("Back with crosspull undo 7f3c9a2e : it adds a secret to the former app");
    story.shows("! The new principal of app 33333333-3333-4333-8333-333333333333 lacks: Network Contributor on");
    let mut story = Story::demo(size);
    to_run(&mut story)
        .engine(engine::asking())
        .hides("crosspull undo")
        .shows("There is a way back: you may add a secret");
    story.enter().engine(engine::reset()).enter().shows("aks-shop has the secret.").hides("crosspull undo");
    story.shows("There is a way back: you may add a secret to the former app");
}

#[test]
fn a_run_that_gave_the_cluster_no_secret_says_nothing_of_one() {
    let mut story = real();
    to_run(&mut story).engine(engine::failed()).enter().hides("has the secret").hides("way back");
}

#[test]
fn a_simulated_secret_may_be_left() {
    let mut story = Story::demo(SIZE);
    to_run(&mut story).engine(engine::asking()).enter().engine(engine::reset()).enter().asked();
    story.enter();
    assert_eq!(story.asked(), [Effect::Leave]);
}

#[test]
fn a_file_that_was_only_named_keeps_nothing() {
    let mut story = with_file(SIZE);
    to_done(&mut story).shows("does not keep the secret").enter().shows(ASKS);
}

#[test]
fn a_secret_saved_during_the_run_stays_said_and_may_be_left() {
    let mut story = with_file(SIZE);
    told(&mut story, kept()).shows(PLACE).press(KeyCode::Down).press(KeyCode::Esc).shows(PLACE);
    to_the_end(&mut story).shows(PLACE).shows("The run is over.").enter().asked();
    story.shows(PLACE).hides("does not keep the secret").press(KeyCode::Down).shows(PLACE).enter();
    assert_eq!(story.asked(), [Effect::Leave]);
}

#[test]
fn a_secret_that_was_not_saved_during_the_run_stays_said_to_the_end_and_is_asked_for() {
    for size in [SIZE, (120, 40), (60, 20)] {
        let mut story = with_file(size);
        told(&mut story, not_kept()).shows(NOT_SAVED).press(KeyCode::Down).press(KeyCode::Esc);
        to_the_end(&mut story).shows(NOT_SAVED).shows("The run is over. Enter goes on.").enter().asked();
        story.shows(NOT_SAVED).press(KeyCode::Down).press(KeyCode::Up).shows(NOT_SAVED);
        story.shows("does not keep the secret").enter().shows(ASKS);
        assert_eq!(story.asked(), []);
    }
}

#[test]
fn what_stands_and_what_is_said_share_a_small_window() {
    let mut story = with_file((40, 12));
    told(&mut story, not_kept()).press(KeyCode::Down).shows(NOT_SAVED).press(KeyCode::Esc).press(KeyCode::Esc);
    story.shows(NOT_SAVED).shows("The run is under way. Ctrl+C stops it");
    to_the_end(&mut story).press(KeyCode::Down).shows(NOT_SAVED).shows("Esc then Enter").press(KeyCode::Esc).enter();
    story.shows(NOT_SAVED).shows("does not keep the secret").shows("aks-shop pulls");
}

#[test]
fn the_question_before_the_reset_keeps_its_buttons_above_the_sentence() {
    let mut story = with_file((40, 12));
    let rest = engine::asking().split_off(engine::app_made().len());
    told(&mut story, not_kept()).engine(rest).shows(NOT_SAVED).shows("▸ Not now").shows("The new principal lacks");
}

#[test]
fn the_sentence_goes_when_the_operator_gets_the_secret_otherwise() {
    let copied: fn(&mut Story) =
        |s| s.press(KeyCode::F(2)).msg(Msg::Notice(Notice::good("Sent."))).press(KeyCode::Esc).end();
    let saved: fn(&mut Story) =
        |s| s.press(KeyCode::F(4)).enter().msg(Msg::SecretSaved { place: Ok("/home/ops/b".to_owned()) }).end();
    for get in [copied, saved] {
        let mut story = with_file(SIZE);
        to_the_end(told(&mut story, not_kept())).enter();
        get(&mut story);
        story.hides(NOT_SAVED);
    }
}

#[test]
fn a_copy_that_fails_too_leaves_the_sentence() {
    let mut story = with_file(SIZE);
    to_the_end(told(&mut story, not_kept())).enter().press(KeyCode::F(2)).msg(Msg::Notice(Notice::bad("Not sent.")));
    story.shows(NOT_SAVED).shows("Not sent.").enter().shows(ASKS);
}

#[test]
fn a_save_that_fails_at_the_end_is_asked_for_unless_another_file_has_the_secret() {
    let fails: fn(&mut Story) -> &mut Story = |s| s.press(KeyCode::F(4)).enter().msg(not_kept());
    let mut story = real();
    fails(to_done(&mut story)).shows("Save the secret").shows(NOT_SAVED).press(KeyCode::Esc).hides(NOT_SAVED);
    story.enter().shows(ASKS);
    let mut story = real();
    to_done(&mut story).press(KeyCode::F(2)).msg(Msg::Notice(Notice::good("Sent.")));
    fails(&mut story).press(KeyCode::Esc).enter().shows(IN_CLIPBOARD);
    let mut story = real();
    to_done(&mut story).msg(Msg::SecretSaved { place: Ok("/home/ops/first".to_owned()) });
    fails(&mut story).shows(NOT_SAVED).shows("/home/ops/first").press(KeyCode::Esc).hides(NOT_SAVED);
    story.shows("/home/ops/first").asked();
    story.enter();
    assert_eq!(story.asked(), [Effect::Leave]);
}

#[test]
fn the_command_says_where_a_service_principal_comes_from() {
    let command: fn(&mut Story) = |s| {
        to_done(s).press(KeyCode::End).shows("crosspull apply --yes \\").end();
    };
    let mut story = real();
    command(&mut story);
    story.hides("CLIENT_SECRET");
    let mut answers = complete();
    answers.set(Key::SignInB, "service-principal");
    let mut story = Story::new((120, 50), answers, false, Theme::full());
    command(&mut story);
    story.shows("CROSSPULL_B_CLIENT_ID and CROSSPULL_B_CLIENT_SECRET").hides("CROSSPULL_A_CLIENT");
}

const KEY: &str = "66666666-6666-4666-8666-666666666666";

/// The run stops at its question, on Done, with the secret that it made in memory.
fn stopped_with_a_secret(story: &mut Story) -> &mut Story {
    to_run(story).engine(engine::asking()).msg(Msg::SecretAtHand(true)).ctrl('c').engine(engine::interrupted()).enter()
}

/// The operator takes the run up again in the same window, and is signed in to both tenants.
fn taken_up_again(story: &mut Story) -> &mut Story {
    let past = engine::told(engine::asking().into_iter().chain(engine::interrupted()));
    story.press(KeyCode::Char('r')).msg(Msg::TakenUp { run: Box::new(past), way: Direction::Forward });
    story.msg(Msg::SecretAtHand(true)).engine(engine::admitted()).msg(Msg::ChecksOver)
}

/// The step that adds the secret looks again, and comes to the secret with that key id.
fn goes_on_with(story: &mut Story, key: &str) {
    let learnt = vec![Learnt::new(Outcome::Created, Fact::SecretKey, key)];
    story.enter().enter().engine([
        Event::RunResumed { run: RunId("7f3c9a2e".to_owned()) },
        Event::StepStarted { step: StepId(3) },
        Event::Learnt { step: StepId(3), learnt },
    ]);
}

#[test]
fn a_saved_secret_that_is_replaced_when_the_run_goes_on_is_not_called_saved() {
    let mut story = real();
    stopped_with_a_secret(&mut story).press(KeyCode::F(4)).enter().msg(kept()).shows(PLACE);
    taken_up_again(&mut story);
    goes_on_with(&mut story, "77777777-0000-4000-8000-000000000000");
    story.msg(Msg::SecretAtHand(true)).hides(PLACE).engine(engine::interrupted()).enter().hides(PLACE).asked();
    story.enter().shows(ASKS);
    assert_eq!(story.asked(), []);
}

#[test]
fn a_secret_that_stays_when_the_run_goes_on_stays_saved_and_at_hand() {
    let mut story = real();
    stopped_with_a_secret(&mut story).press(KeyCode::F(4)).enter().msg(kept());
    taken_up_again(&mut story);
    goes_on_with(&mut story, KEY);
    story.shows(PLACE).engine(engine::interrupted()).enter().shows(PLACE).shows("••••••••").asked();
    story.enter();
    assert_eq!(story.asked(), [Effect::Leave]);
}

#[test]
fn a_copied_secret_that_is_replaced_is_taken_out_of_the_clipboard() {
    let mut story = real();
    stopped_with_a_secret(&mut story).press(KeyCode::F(2)).msg(Msg::Notice(Notice::good("Sent.")));
    taken_up_again(&mut story).asked();
    goes_on_with(&mut story, "77777777-0000-4000-8000-000000000000");
    assert!(story.asked().contains(&Effect::ClearClipboard));
    assert!(!story.model.secret_in_clipboard());
}

#[test]
fn an_unsaved_secret_is_not_lost_on_the_way_on() {
    let mut story = real();
    stopped_with_a_secret(&mut story);
    taken_up_again(&mut story).ctrl('c').shows(ASKS).press(KeyCode::Esc).hides(ASKS).press(KeyCode::Esc).asked();
    story.shows("The run was stopped").shows("••••••••").press(KeyCode::F(2));
    assert_eq!(story.asked(), [Effect::CopySecret]);
}

#[test]
fn a_path_that_exists_is_complained_of_where_it_is_typed() {
    let mut story = real();
    stopped_with_a_secret(&mut story).press(KeyCode::F(4)).enter().msg(not_kept()).shows(NOT_SAVED).asked();
    story.press(KeyCode::Char('r')).hides(NOT_SAVED).shows("aks-shop.secretr");
    assert_eq!(story.asked(), []);
    story.enter();
    assert_eq!(story.asked(), [Effect::SaveSecret { path: "aks-shop.secretr".to_owned() }]);
    story.msg(kept()).hides("Save the secret").shows(PLACE);
}
