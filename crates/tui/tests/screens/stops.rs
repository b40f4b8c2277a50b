//! Ways in which a run ends before its last step: by the operator, or because it cannot go on.

use crosspull_core::check::judge_soak;
use crosspull_core::event::Event;
use crosspull_tui::{Effect, Msg, Notice, Theme};
use crossterm::event::KeyCode;

use crate::engine;
use crate::story::{Story, complete};

const SIZE: (u16, u16) = (80, 24);
const GOES_ON: &str = "The reset goes on in Azure; crosspull only stops watching it. Ctrl+C again";

fn real() -> Story {
    Story::new(SIZE, complete(), false, Theme::full())
}

fn to_run(story: &mut Story) -> &mut Story {
    story.enter().enter().enter().enter().engine(engine::passed()).enter().enter()
}

#[test]
fn control_c_stops_a_run_after_the_call_and_a_second_time_leaves() {
    let mut story = real();
    to_run(&mut story).engine(engine::proving()).asked();
    story.ctrl('c').shows("Stopping after the call in flight");
    assert_eq!(story.asked(), [Effect::Stop]);
    story.msg(Msg::StopAsked);
    assert_eq!(story.asked(), [Effect::Leave]);
}

#[test]
fn stopping_takes_the_question_away() {
    let mut story = real();
    to_run(&mut story).engine(engine::asking()).shows("Reset aks-shop now?").asked();
    story.ctrl('c').hides("Not now").enter();
    assert_eq!(story.asked(), [Effect::Stop]);
    story
        .engine(engine::interrupted())
        .hides("Not now")
        .enter()
        .shows("The run was stopped. aks-shop was not touched.");
}

#[test]
fn control_c_on_a_run_that_has_just_ended_shows_its_end_first() {
    let mut story = Story::demo(SIZE);
    to_run(&mut story).engine(engine::failed()).asked();
    story.ctrl('c').shows("The role was not assigned. aks-shop was not touched.");
    assert_eq!(story.asked(), []);
    story.ctrl('c');
    assert_eq!(story.asked(), [Effect::Leave]);
}

#[test]
fn stopping_while_the_cluster_is_reset_says_that_the_reset_goes_on() {
    let ways: [fn(&mut Story); 2] = [|s| s.ctrl('c').end(), |s| s.msg(Msg::StopAsked).end()];
    for stop in ways {
        let mut story = real();
        to_run(&mut story).engine(engine::asking()).press(KeyCode::Left).enter().engine(engine::resetting()).asked();
        story.hides(GOES_ON);
        stop(&mut story);
        assert_eq!(story.asked(), [Effect::Stop]);
        story.shows(GOES_ON).hides("Stopping after the call").press(KeyCode::Down).shows(GOES_ON);
        stop(&mut story);
        assert_eq!(story.asked(), [Effect::Leave]);
    }
}

#[test]
fn stopping_before_the_reset_was_sent_is_an_ordinary_stop() {
    let mut story = real();
    let sent = engine::resetting().into_iter().take(2);
    to_run(&mut story).engine(engine::asking()).press(KeyCode::Left).enter().engine(sent).ctrl('c');
    story.shows("Stopping after the call in flight").hides(GOES_ON);
}

#[test]
fn a_run_that_breaks_off_with_steps_at_work_comes_to_its_end() {
    let begun: [fn(&mut Story); 4] = [
        |s| s.engine(engine::proving()).end(),
        |s| s.engine(engine::person_needed()).end(),
        |s| s.engine(engine::asking()).shows("Reset aks-shop now?").end(),
        |s| s.engine(engine::asking()).press(KeyCode::Left).enter().engine(engine::resetting()).end(),
    ];
    for begin in begun {
        for stopping in [false, true] {
            let mut story = Story::new((80, 40), complete(), false, Theme::full());
            begin(to_run(&mut story));
            if stopping {
                story.ctrl('c');
            }
            assert!(stopping || story.model.animates() || story.see().contains("Not now"));
            story.engine(engine::broken()).asked();
            assert!(!story.model.animates(), "nothing turns any more");
            story.shows("The run is over. Enter goes on.").hides("Not now").hides("Stopping").hides("Not given yet");
            story.enter().shows("Failed").shows("The journal cannot be written").shows("••••••••");
            assert_eq!(story.asked(), []);
            story.press(KeyCode::F(2));
            assert_eq!(story.asked(), [Effect::CopySecret], "the secret is still to be had");
        }
    }
}

#[test]
fn what_did_not_work_is_still_said_when_the_run_ends() {
    let mut story = real();
    to_run(&mut story)
        .engine(engine::proving())
        .msg(Msg::Notice(Notice::bad("The disk is full.")))
        .engine(engine::broken());
    story.shows("The disk is full.");
    let mut story = real();
    to_run(&mut story).engine(engine::proving()).press(KeyCode::Esc).shows("The run is under way.");
    story.engine(engine::broken()).hides("The run is under way.");
}

#[test]
fn n_is_no_to_the_reset_and_the_help_is_there() {
    let mut story = real();
    to_run(&mut story).engine(engine::asking()).asked();
    story.press(KeyCode::Char('?')).shows("Keys").press(KeyCode::Esc).shows("▸ Not now").press(KeyCode::Char('y'));
    story.shows("▸ Not now").press(KeyCode::Left).press(KeyCode::Char('n')).hides("Not now").shows("Not reset.");
    assert_eq!(story.asked(), []);
}

#[test]
fn the_question_begins_with_the_restart_in_the_smallest_window_too() {
    let mut story = Story::new((40, 12), complete(), false, Theme::full());
    to_run(&mut story).engine(engine::asking()).shows("Its nodes restart").shows("▸ Not now");
}

#[test]
fn escape_after_a_stop_says_where_enter_leads() {
    let mut story = real();
    to_run(&mut story).engine(engine::asking()).ctrl('c').engine(engine::interrupted()).press(KeyCode::Esc);
    story.shows("Stopped. Enter shows what is true now.").hides("way back.");
}

#[test]
fn the_demo_names_no_command_that_goes_with_it() {
    let mut story = Story::demo(SIZE);
    to_run(&mut story).engine(engine::asking()).ctrl('c').engine(engine::interrupted()).enter();
    story.hides("crosspull resume").shows("r goes on, in this window.");
    let mut story = real();
    to_run(&mut story).engine(engine::asking()).ctrl('c').engine(engine::interrupted()).enter();
    story.shows("crosspull resume 7f3c9a2e");
}

#[test]
fn the_demo_has_no_warning_of_the_soak() {
    let soak = || [Event::CheckEnded { finding: judge_soak(0) }];
    let mut story = Story::demo(SIZE);
    story.enter().enter().enter().enter().engine(soak()).hides("Settle time");
    let mut story = real();
    story.enter().enter().enter().enter().engine(soak()).shows("Settle time");
}

#[test]
fn escape_at_a_failed_end_leads_to_the_answers_and_keeps_the_run_among_the_earlier_ones() {
    let mut story = Story::demo((80, 30));
    to_run(&mut story).engine(engine::failed()).enter().shows("Failed").shows("Esc back").asked();
    let failed = story.model.run().clone();
    story.press(KeyCode::Esc).shows("● App and secret").hides("run 7f3c");
    assert_eq!(story.asked(), [Effect::SetAside { run: Box::new(failed), secret: None }]);
    story.enter().shows("● Checks");
    assert!(matches!(story.asked().as_slice(), [Effect::Check(_)]), "it is checked anew, also by the same answers");
    story.engine(engine::passed()).enter().shows("● Review").enter().shows("● Run");
    assert!(matches!(story.asked().as_slice(), [.., Effect::Run(_)]));
    let mut story = Story::demo(SIZE);
    to_run(&mut story).engine(engine::failed()).enter().press(KeyCode::Esc);
    for _ in 0..5 {
        story.press(KeyCode::Esc);
    }
    story.shows("1 unfinished");
}

#[test]
fn a_run_that_made_nothing_says_nothing_of_what_was_made() {
    let mut story = real();
    to_run(&mut story).engine([engine::run_started()]).engine(engine::broken()).enter();
    story.shows("Esc changes the answers.").hides("is found again");
    let mut story = real();
    to_run(&mut story).engine(engine::failed()).enter().shows("Esc changes the answers; what was made is");
}

#[test]
fn a_secret_that_is_nowhere_is_asked_about_before_the_answers() {
    let mut story = real();
    to_run(&mut story).engine(engine::proving()).ctrl('c').engine(engine::interrupted()).enter().shows("••••").asked();
    story.press(KeyCode::Esc).shows("Leave this run?").shows("Its secret is in no file");
    story.shows("▸ Stay").enter().shows("Stopped").asked();
    story.press(KeyCode::Esc).wait(700).press(KeyCode::Char('l')).shows("● App and secret");
    assert!(matches!(story.asked().as_slice(), [Effect::SetAside { secret: None, .. }]));
    // On the way out nothing is said of it any more.
    story.ctrl('c').shows("Nothing more was written.");
}

#[test]
fn a_secret_that_was_saved_is_told_of_at_the_end_though_its_run_was_set_aside() {
    let mut story = real();
    to_run(&mut story).engine(engine::proving()).ctrl('c').engine(engine::interrupted()).enter();
    story.msg(Msg::SecretSaved { place: Ok("/home/ops/aks-shop.secret".to_owned()) }).asked();
    story.press(KeyCode::Esc).shows("● App and secret");
    let place = Some("/home/ops/aks-shop.secret");
    assert!(matches!(story.asked().as_slice(), [Effect::SetAside { secret, .. }] if secret.as_deref() == place));
    assert_eq!(story.model.secret_file(), None);
}

#[test]
fn while_the_secret_is_in_the_clipboard_escape_keeps_it_there_and_then_leads_on() {
    let mut story = real();
    to_run(&mut story).engine(engine::proving()).ctrl('c').engine(engine::interrupted()).enter();
    story.press(KeyCode::Char('y')).msg(Msg::Notice(Notice::good("Copied."))).shows("Esc keep it there").asked();
    story.press(KeyCode::Esc).shows("Stopped").shows("Esc back").press(KeyCode::Esc).shows("● App and secret");
    assert!(matches!(story.asked().as_slice(), [Effect::SetAside { .. }]), "what was to stay there is not cleared");
}

#[test]
fn the_answers_are_not_changed_after_a_reset_was_sent_nor_of_a_run_that_is_done() {
    let mut story = real();
    to_run(&mut story).engine(engine::asking()).press(KeyCode::Left).enter().engine(engine::resetting());
    story
        .engine(engine::broken())
        .enter()
        .shows("Failed")
        .hides("changes the answers")
        .press(KeyCode::Esc)
        .shows("Failed");
    let mut story = real();
    to_run(&mut story).engine(engine::asking()).press(KeyCode::Left).enter().engine(engine::reset()).enter();
    story.hides("changes the answers").press(KeyCode::Esc).shows("● Done");
}
