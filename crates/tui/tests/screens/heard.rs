//! The words where there is no screen: those that are told are taken, and no other line is one.

use crosspull_core::find::{Progress, Sought};
use crosspull_core::input::{Answers, Key};
use crosspull_core::names::Direction;
use crosspull_core::secret::Secret;
use crosspull_tui::{Effect, Msg, Theme};

use crate::aloud::Talk;
use crate::{engine, picking, registry, sign_in};

const SIZE: (u16, u16) = (80, 24);

impl Talk {
    fn at_the_end() -> Self {
        let mut talk = Self::demo();
        talk.reach_run().engine(engine::asking()).types("yes").engine(engine::reset()).types("").asked();
        talk
    }

    /// A form of tenant A, at the cluster, whose list has come.
    fn in_a_list(clusters: usize) -> Self {
        let mut answers = Answers::default();
        answers.set(Key::TenantA, "contoso.com");
        answers.set(Key::Route, "new-app");
        let mut talk = Self::of(registry::at(SIZE, answers, Theme::plain()));
        talk.all(&["", "", "", "", ""]).anew();
        let choices = (0..clusters).map(picking::cluster).collect();
        talk.msg(Msg::Found { sought: Sought::For(Key::Cluster), choices, progress: Progress::Whole });
        talk
    }

    #[track_caller]
    fn says_not(&mut self, text: &str) -> &mut Self {
        assert!(!self.log.contains(text), "{text:?} in\n{}", self.log);
        self
    }
}

#[test]
fn a_secret_is_left_by_no_line_that_came_before_the_question_was_told() {
    for line in ["leave", "1", "stop"] {
        let mut talk = Talk::real();
        talk.reach_run().engine(engine::asking()).types("yes").engine(engine::reset()).types("");
        talk.types("leave").says("Leave without it?").line(line, false);
        talk.says("That was typed before this question was told").story.asked();
        talk.types(line);
        assert_eq!(talk.story.asked(), [Effect::Leave], "{line}");
    }
}

#[test]
fn no_letter_of_the_screens_tells_the_secret_or_does_anything() {
    let mut talk = Talk::at_the_end();
    for letter in ["v", "y", "s", "c", "r", "q", "?", "Esc", "Enter", "F3", "f", "V"] {
        talk.types(letter);
        assert_eq!(talk.asked(), [], "{letter}");
        talk.says("That is none of the words.").anew();
    }
    talk.types("reveal");
    assert_eq!(talk.asked(), [Effect::RevealSecret]);
}

#[test]
fn the_secret_is_told_each_time_that_it_is_asked_for_and_the_prompt_after_it() {
    let mut talk = Talk::at_the_end();
    for _ in 0..3 {
        talk.anew().reveals("abc8Q~made.up_value");
        assert!(talk.log.starts_with("abc8Q~made.up_value\nEnter: leave."), "{}", talk.log);
        assert_eq!(talk.log.matches("Enter: leave.").count(), 1);
        talk.wait(1).says_not("value\nabc8Q~");
        assert_eq!(talk.log.matches("abc8Q~").count(), 1);
    }
}

#[test]
fn a_wrong_value_is_asked_about_once_and_no_list_comes_by_itself() {
    let mut answers = Answers::default();
    answers.set(Key::Route, "new-app");
    let mut talk = Talk::of(registry::at(SIZE, answers, Theme::plain()));
    talk.all(&["", "", ""]).asked();
    talk.anew().types("no tenant").wait(2);
    assert_eq!(talk.log.matches("Tenant [no tenant]:").count(), 1, "{}", talk.log);
    let asked = talk.asked();
    assert!(!asked.iter().any(|effect| matches!(effect, Effect::Find { .. })), "{asked:?}");
}

#[test]
fn a_run_that_is_taken_back_tells_its_own_steps_by_their_own_numbers() {
    let mut talk = Talk::real();
    talk.msg(Msg::Earlier(vec![engine::done()])).all(&["2", "1"]);
    talk.msg(Msg::TakenUp { run: Box::new(engine::done()), way: Direction::Back });
    talk.engine(engine::admitted()).msg(Msg::ChecksOver).types("").anew().types("yes");
    talk.says_not("Step 1 of").says_not(": created").engine(engine::taken_back(&engine::done()));
    talk.says("Step 1 of 6, A, reset aks-shop to its former app: undone")
        .says("Step 6 of 6, A, delete the app crosspull-aks-shop: undone")
        .says_not("Step 9");
}

#[test]
fn a_run_that_goes_on_tells_in_one_sentence_what_was_done() {
    let mut talk = Talk::real();
    talk.msg(Msg::Earlier(vec![engine::dropped()])).all(&["2", "1"]);
    talk.msg(Msg::TakenUp { run: Box::new(engine::dropped()), way: Direction::Forward });
    talk.engine(engine::admitted()).msg(Msg::ChecksOver).types("").anew().types("yes");
    talk.says_not("waiting").engine(engine::resumed());
    talk.says("Done earlier: steps 1, 2, 3, 4, 5, 6, 7, 8.")
        .says("Step 6 of 11, B, prove the pull of shop/web:1.4: proved")
        .says_not("Step 1 of 11")
        .says_not("Step 8 of 11");
    assert_eq!(talk.log.matches("Done earlier").count(), 1);
}

#[test]
fn what_was_picked_is_told_back() {
    let mut talk = Talk::in_a_list(3);
    talk.types("3").says("Cluster: aks-web-00002, rg-web, westeurope, 1.33");
    let mut talk = Talk::in_a_list(0);
    let mut nameless = picking::cluster(2);
    nameless.details.insert(2, String::new());
    let found = Msg::Found { sought: Sought::For(Key::Cluster), choices: vec![nameless], progress: Progress::Whole };
    talk.types("list").msg(found).types("1").says("Cluster: aks-web-00002, rg-web, westeurope, 1.33");
    let mut talk = Talk::demo();
    talk.types("").says("Chosen: Let a cluster pull from a registry");
}

#[test]
fn a_part_of_a_name_that_none_has_is_no_value() {
    for clusters in [3, 30] {
        let mut talk = Talk::in_a_list(clusters);
        talk.types("zzzz").says("No cluster has zzzz in its name.").says_not("[zzzz]");
        talk.anew().types("web").says("3. aks-web-00002").says_not("aks-shop");
        talk.anew().types("\"zzzz\"").says("Choose the one that is meant, or change the name.");
        let found = Msg::Found {
            sought: Sought::For(Key::Cluster),
            choices: (0..clusters).map(picking::cluster).collect(),
            progress: Progress::Whole,
        };
        talk.anew().msg(found).says("No cluster has zzzz in its name.").says("Cluster [zzzz]:");
    }
}

#[test]
fn words_are_told_when_a_list_opens_and_close_it() {
    for word in ["close", "back", "Back"] {
        let mut talk = Talk::in_a_list(3);
        talk.says("Words beside the answer: previous, close, back, help, again, leave.");
        talk.types("help").says("back: close the list").anew().types(word);
        talk.says("Cluster:").types("again").says("Tenant A, where the cluster is").says_not("aks-web");
    }
    let mut talk = Talk::in_a_list(3);
    talk.types("previous").says("Sign in. Type a number");
}

#[test]
fn no_word_of_forms_becomes_a_value() {
    let mut talk = Talk::in_a_list(0);
    for word in ["close", "next", "Close"] {
        talk.anew().types(word).says("is no word here").says_not(&format!("[{word}]"));
    }
    talk.types("\"close\"").says("Choose the one that is meant, or change the name.");
}

#[test]
fn a_wrong_tenant_is_not_told_as_the_one_before() {
    let mut talk = Talk::real();
    talk.all(&["1", "new app", "", "", "sign in"]).msg(sign_in::entered()).types("previous");
    talk.says("Contoso Ltd").anew().types("no tenant").says("Not right").says_not("Contoso Ltd");
}

#[test]
fn a_wrong_answer_leaves_what_was_right_and_enter_keeps_that() {
    let mut talk = Talk::real();
    talk.all(&["1", "new app", "", "", "sign in"]).msg(sign_in::entered()).types("previous");
    talk.anew().types("no tenant").says("Not right").says_not("[no tenant]:");
    talk.anew().types("").says_not("Not right").says("Sign in");
}

#[test]
fn again_tells_the_place_anew_with_its_rows_and_never_the_secret() {
    let mut talk = Talk::in_a_list(3);
    talk.anew().types("again").says("Tenant A, where the cluster is").says("3. aks-web-00002").says("Words beside");
    let mut talk = Talk::at_the_end();
    talk.types("reveal").msg(Msg::Secret(Secret::new("abc8Q~made.up_value".to_owned())));
    talk.anew().types("again").says("hidden").says("Enter: leave.").says_not("abc8Q~");
    let mut talk = Talk::demo();
    talk.reach_run().engine(engine::proving()).anew().types("again").says("Step 1 of 11").says("Still working");
}

#[test]
fn a_step_is_explained_by_its_number_and_a_number_out_of_range_told_as_such() {
    let mut talk = Talk::demo();
    talk.reach_review().anew().types("12").says("There is none of that number: 1 to 11.");
    talk.anew().types("explain 12").says("There is none of that number: 1 to 11.");
    talk.anew().types("explain 3").says("add a client secret").says("Enter: close.");
}

#[test]
fn in_the_demo_it_is_said_that_an_app_stands_for_a_person() {
    let mut talk = Talk::demo();
    talk.all(&["", "", "", "", "2"]).says("Sign in: device-code").says("In the demo an app stands for you");
    let mut talk = Talk::demo();
    talk.all(&["", "", "", "", "4"]).says_not("stands for you");
}

#[test]
fn before_the_first_question_of_a_form_there_is_no_last_one() {
    let mut talk = Talk::demo();
    talk.all(&["", ""]).says("Cloud").anew().types("previous");
    talk.says("This is the first question here; back leads to what was before.").says("Cloud [");
}
