//! Every screen as it looks, at the three sizes. The pictures are in `snapshots`.

use crosspull_core::explain::{Meaning, Refusal};
use crosspull_core::input::Key;
use crosspull_core::names::Direction;
use crosspull_core::route::Identity;
use crosspull_core::run::Run;
use crosspull_core::secret::Secret;
use crosspull_tui::{Msg, Notice, Theme};
use crossterm::event::KeyCode;

use crate::engine;
use crate::story::{Story, complete, undecided};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

/// Tells a story of `demo` at each size and keeps a picture of its end.
fn look(name: &str, tell: impl Fn(&mut Story)) {
    look_from(Story::demo, name, tell);
}

fn look_from(begin: impl Fn((u16, u16)) -> Story, name: &str, tell: impl Fn(&mut Story)) {
    for size in SIZES {
        let mut story = begin(size);
        tell(&mut story);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), story.see());
    }
}

fn to_checks(story: &mut Story) -> &mut Story {
    story.enter().enter().enter().enter()
}

pub fn to_review(story: &mut Story) -> &mut Story {
    to_checks(story).engine(engine::checked()).enter()
}

pub fn to_run(story: &mut Story) -> &mut Story {
    to_review(story).enter()
}

pub fn to_done(story: &mut Story) -> &mut Story {
    to_run(story).engine(engine::asking()).enter().engine(engine::reset()).enter()
}

#[test]
fn home() {
    look("home", |_| {});
}

#[test]
fn route() {
    look_from(Story::undecided, "route", |story| story.press(KeyCode::Enter).end());
}

/// Goes to where the routes are weighed.
fn to_weighing(story: &mut Story) -> &mut Story {
    story.enter().enter().press(KeyCode::Enter)
}

/// Goes to the weighed routes of a cluster with a managed identity.
fn to_weighed(story: &mut Story) -> &mut Story {
    to_weighing(story).engine(engine::weighed_for(Identity::Managed)).msg(Msg::ChecksOver)
}

#[test]
fn the_routes_being_weighed() {
    look_from(Story::undecided, "chooser_reading", |story| to_weighing(story).engine(engine::half_read()).end());
}

#[test]
fn the_weighed_routes() {
    look_from(Story::undecided, "chooser", |story| to_weighed(story).end());
    look_from(Story::undecided, "chooser_cannot", |story| {
        to_weighed(story).press(KeyCode::Down).press(KeyCode::Down).press(KeyCode::Enter).end()
    });
}

#[test]
fn routes_that_could_not_be_weighed() {
    look_from(Story::undecided, "chooser_unread", |story| {
        to_weighing(story).engine(engine::unread()).msg(Msg::ChecksOver).end()
    });
}

#[test]
fn the_methods() {
    look_from(Story::undecided, "methods", |story| to_weighed(story).press(KeyCode::Char('m')).end());
}

#[test]
fn pull_secret() {
    look_from(Story::undecided, "pull_secret", |story| to_weighed(story).enter().enter().press(KeyCode::Tab).end());
}

/// The form of the registry, where both are in one tenant.
#[test]
fn registry_of_one_tenant() {
    let one = |size| {
        let mut answers = complete();
        answers.set(Key::Route, "attach");
        answers.set(Key::TenantB, "");
        Story::new(size, answers, true, Theme::full())
    };
    look_from(one, "registry_of_one_tenant", |story| story.enter().enter().end());
}

#[test]
fn tenant_a() {
    look("tenant_a", |story| story.enter().end());
}

#[test]
fn tenant_a_with_complaints() {
    look_from(Story::blank, "tenant_a_complaints", |story| {
        story.enter().press(KeyCode::Tab).type_text("contoso").enter();
    });
}

#[test]
fn tenant_b() {
    look("tenant_b", |story| story.enter().enter().press(KeyCode::Tab).end());
}

#[test]
fn app_and_secret() {
    look("app", |story| story.enter().enter().enter().press(KeyCode::Tab).press(KeyCode::Tab).end());
}

#[test]
fn checks_under_way() {
    look("checks_open", |story| to_checks(story).engine(engine::half_checked()).end());
}

#[test]
fn checks_with_a_warning() {
    look("checks_warning", |story| to_checks(story).engine(engine::checked()).end());
}

#[test]
fn what_passed_is_a_number_until_somebody_goes_along_it() {
    let mut story = Story::demo((80, 60));
    to_checks(&mut story).engine(engine::checked());
    story.shows("10 more passed").hides("shop/web:1.4 exists").shows("signed in to tenant B");
    (0..4).for_each(|_| story.press(KeyCode::Down).end());
    story.shows("shop/web:1.4 exists").hides("more passed");
}

#[test]
fn checks_that_stop() {
    look("checks_stop", |story| to_checks(story).engine(engine::stopped()).end());
}

#[test]
fn review() {
    look("review", |story| to_review(story).press(KeyCode::Down).end());
}

#[test]
fn a_step_explained() {
    look("explain", |story| to_review(story).press(KeyCode::Char('e')).end());
}

#[test]
fn run_waiting() {
    look("run_waiting", |story| to_run(story).engine(engine::proving()).wait(900).end());
}

#[test]
fn run_failed() {
    look("run_failed", |story| to_run(story).engine(engine::failed()).end());
}

#[test]
fn calls_of_a_step() {
    look("calls", |story| {
        to_run(story).engine(engine::failed());
        for _ in 0..5 {
            story.press(KeyCode::Down);
        }
        story.enter();
    });
}

#[test]
fn consent() {
    look("consent", |story| to_run(story).engine(engine::person_needed()).wait(3_000).end());
}

#[test]
fn consent_that_something_hinders() {
    look("hindered", |story| to_run(story).engine(engine::person_hindered()).wait(3_000).end());
}

#[test]
fn the_question_before_the_reset() {
    look("reset", |story| to_run(story).engine(engine::asking()).end());
}

#[test]
fn done() {
    look("done", |story| {
        to_done(story).msg(Msg::Receipt("/home/ops/.local/state/crosspull/runs/7f3c9a2e.jsonl".to_owned()));
    });
}

#[test]
fn done_with_the_secret_in_sight() {
    look("done_revealed", |story| {
        to_done(story).msg(Msg::Secret(Secret::new("abc8Q~made.up_value-of.a-secret".to_owned()))).wait(2_500);
    });
}

#[test]
fn done_after_a_failure() {
    look("done_failed", |story| to_run(story).engine(engine::failed()).enter().end());
}

#[test]
fn a_secret_that_was_not_saved() {
    let place = || Err("The secret was not saved in /home/ops/aks-shop.secret (No space left on device).".to_owned());
    look("run_not_saved", |story| {
        to_run(story).engine(engine::proving()).msg(Msg::SecretSaved { place: place() }).end()
    });
    look("done_not_saved", |story| to_done(story).msg(Msg::SecretSaved { place: place() }).end());
}

#[test]
fn stopped_while_the_cluster_is_reset() {
    look("reset_stopping", |story| {
        to_run(story).engine(engine::asking()).enter().engine(engine::resetting()).ctrl('c');
    });
}

#[test]
fn the_wait_before_the_reset() {
    look("soak", |story| to_run(story).engine(engine::soaking()).wait(72_000).end());
    look("cut_short", |story| to_run(story).engine(engine::soaking()).press(KeyCode::Char('w')).end());
}

#[test]
fn done_after_a_reset_that_failed() {
    look("done_reset_failed", |story| {
        to_run(story).engine(engine::asking()).enter().engine(engine::reset_failed()).enter();
    });
}

/// The text of a screen beside the rail, its lines joined.
fn told(screen: &str) -> String {
    let lines = screen.lines().filter_map(|line| line.split_once('│')).map(|(_, text)| text.trim_matches(['"', ' ']));
    lines.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_meaning_of_the_table_is_told_whole_on_a_screen_of_80_columns() {
    for meaning in Meaning::all() {
        let refusal = Refusal {
            code: meaning.code.to_owned(),
            message: meaning.words.unwrap_or("what the service says").to_owned(),
            ..engine::forbidden()
        };
        let mut story = Story::demo((80, 24));
        let screen = to_run(&mut story).engine(engine::failed_by(refusal)).enter().see();
        let text = told(&screen);
        for words in [meaning.means, meaning.now, meaning.code] {
            assert!(text.contains(words), "{}: no {words:?} in\n{screen}", meaning.code);
        }
    }
}

#[test]
fn a_copied_secret() {
    look("copied", |story| {
        to_done(story)
            .press(KeyCode::F(2))
            .msg(Msg::Notice(Notice::good("Sent the secret to your terminal's clipboard.")));
        story.wait(18_000).msg(Msg::Tick);
    });
}

#[test]
fn leaving_with_the_secret_in_the_clipboard_alone() {
    look("leave_copied", |story| {
        to_done(story)
            .press(KeyCode::F(2))
            .msg(Msg::Notice(Notice::good("Sent the secret to your terminal's clipboard.")));
        story.enter().press(KeyCode::Tab);
    });
}

/// The wizard on a real cloud, with two earlier runs.
fn with_earlier(size: (u16, u16)) -> Story {
    let mut story = Story::new(size, complete(), false, Theme::full());
    story.msg(Msg::Earlier(vec![engine::dropped(), engine::done()]));
    story
}

fn taken_up(story: &mut Story, run: Run, way: Direction) -> &mut Story {
    story.msg(Msg::TakenUp { run: Box::new(run), way }).engine(engine::admitted()).msg(Msg::ChecksOver)
}

#[test]
fn home_with_earlier_runs() {
    look_from(with_earlier, "home_earlier", |_| {});
}

#[test]
fn the_list_of_earlier_runs() {
    look_from(with_earlier, "runs", |story| story.enter().end());
}

#[test]
fn an_earlier_run_signed_in_to() {
    look_from(with_earlier, "resume_sign_in", |story| taken_up(story, engine::dropped(), Direction::Forward).end());
}

#[test]
fn an_earlier_run_before_it_goes_on() {
    look_from(with_earlier, "resume_review", |story| {
        taken_up(story, engine::dropped(), Direction::Forward).enter().end()
    });
}

#[test]
fn an_earlier_run_that_goes_on() {
    look_from(with_earlier, "resume_run", |story| {
        taken_up(story, engine::dropped(), Direction::Forward).enter().enter().engine(engine::resumed());
    });
}

#[test]
fn a_run_before_it_is_taken_back() {
    look_from(with_earlier, "undo_review", |story| taken_up(story, engine::done(), Direction::Back).enter().end());
}

#[test]
fn a_run_that_is_partly_taken_back() {
    look_from(with_earlier, "undo_done", |story| {
        let run = engine::done();
        taken_up(story, run.clone(), Direction::Back).enter().enter().engine(engine::taken_back(&run)).enter();
    });
}

#[test]
fn help() {
    look("help", |story| story.enter().press(KeyCode::F(1)).end());
}

#[test]
fn leave() {
    look("leave", |story| story.enter().ctrl('c').end());
}

#[test]
fn a_path_for_the_secret() {
    look("path", |story| to_done(story).press(KeyCode::F(4)).msg(Msg::Notice(Notice::bad("The file exists."))).end());
}

#[test]
fn without_unicode_and_colour() {
    for (name, tell) in [
        ("plain_run", Box::new(|s: &mut Story| to_run(s).engine(engine::proving()).end()) as Box<dyn Fn(&mut Story)>),
        ("plain_leave", Box::new(|s: &mut Story| s.enter().ctrl('c').end())),
    ] {
        let mut story = Story::new((80, 24), complete(), true, Theme::plain());
        tell(&mut story);
        let screen = story.see();
        assert!(screen.is_ascii(), "{screen}");
        insta::assert_snapshot!(name, screen);
    }
}

#[test]
fn the_weighed_routes_without_unicode_and_colour() {
    let mut story = Story::new((80, 24), undecided(), true, Theme::plain());
    let screen = to_weighed(&mut story).see();
    assert!(screen.is_ascii(), "{screen}");
    insta::assert_snapshot!("plain_chooser", screen);
}

#[test]
fn a_window_too_small_says_so_and_goes_on() {
    let mut story = Story::demo((39, 12));
    story.shows("enlarge the window (40x12)").resize(80, 24).shows("What do you want to do?");
}
