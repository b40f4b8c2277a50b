//! The wizard where there is no screen: what is told, line by line, and what is typed. What was typed stands behind `>>>`.

use crosspull_core::explain::Trouble;
use crosspull_core::find::{Progress, Sought};
use crosspull_core::input::Key;
use crosspull_core::names::{Direction, Side};
use crosspull_core::route::Identity;
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::Prompt;
use crosspull_tui::{AccessTold, Effect, Heard, Line, Msg, Said, Theme, Voice, Word};

use crate::story::{Story, complete};
use crate::{access, access_who, any_order, engine, picking, registry, sign_in};

const SIZE: (u16, u16) = (80, 24);

/// A story that is told and not shown.
pub struct Talk {
    pub story: Story,
    voice: Voice,
    pub log: String,
    /// True where the last prompt hides what is typed.
    hidden: bool,
}

impl Talk {
    pub fn of(mut story: Story) -> Self {
        story.model.speak_aloud();
        let mut talk = Self { story, voice: Voice::default(), log: String::new(), hidden: false };
        talk.tell(false);
        talk
    }

    pub fn demo() -> Self {
        Self::of(Story::demo(SIZE))
    }

    /// The wizard on a real cloud with every answer.
    pub fn real() -> Self {
        Self::of(registry::at(SIZE, complete(), Theme::plain()))
    }

    fn tell(&mut self, answered: bool) {
        let lines = self.voice.speak(&self.story.model, self.story.now, answered);
        self.write(lines);
    }

    fn write(&mut self, lines: Vec<Line>) {
        for line in lines {
            match line {
                Line::Text(text) => self.log.push_str(&text),
                Line::Secret(secret) => self.log.push_str(secret.reveal()),
                Line::Prompt { text, hidden, .. } => {
                    self.hidden = hidden;
                    self.log.push_str(text.trim_end());
                }
            }
            self.log.push('\n');
        }
    }

    /// Somebody types a line after the prompt was told.
    pub fn types(&mut self, line: &str) -> &mut Self {
        self.line(line, true)
    }

    pub fn line(&mut self, line: &str, fresh: bool) -> &mut Self {
        let shown = if self.hidden { "" } else { line };
        self.log.push_str(format!(">>> {shown}").trim_end());
        self.log.push('\n');
        match self.voice.hear(&self.story.model, line, fresh, self.story.now) {
            Heard::Said(said) => {
                self.story.msg(Msg::Said(said));
                self.tell(true);
            }
            Heard::Told(lines) => self.write(lines),
        }
        self
    }

    /// Somebody asks for the secret, which is there at once, as in the shell.
    pub fn reveals(&mut self, secret: &str) -> &mut Self {
        match self.voice.hear(&self.story.model, "reveal", true, self.story.now) {
            Heard::Said(said) => self.story.msg(Msg::Said(said)).msg(Msg::Secret(Secret::new(secret.to_owned()))),
            Heard::Told(lines) => panic!("{lines:?}"),
        };
        self.tell(true);
        self
    }

    pub fn all(&mut self, lines: &[&str]) -> &mut Self {
        for line in lines {
            self.types(line);
        }
        self
    }

    pub fn msg(&mut self, msg: Msg) -> &mut Self {
        self.story.msg(msg);
        self.tell(false);
        self
    }

    pub fn engine(&mut self, events: Vec<crosspull_core::event::Event>) -> &mut Self {
        for event in events {
            self.story.engine([event]);
            self.tell(false);
        }
        self
    }

    /// Time passes, second by second, as in the shell.
    pub fn wait(&mut self, seconds: u32) -> &mut Self {
        for _ in 0..seconds {
            self.story.wait(1000).msg(Msg::Tick);
            self.tell(false);
            let still = self.voice.still(&self.story.model, self.story.now);
            self.write(still.into_iter().collect());
        }
        self
    }

    /// Forgets what was told, so that a picture begins here.
    pub fn anew(&mut self) -> &mut Self {
        self.log.clear();
        self
    }

    /// Returns what was told. There is nothing in it that only eyes understand.
    #[track_caller]
    pub fn told(&mut self) -> String {
        let glyph = |c: char| {
            c.is_control() && c != '\n'
                || matches!(c, '\u{2190}'..='\u{21ff}' | '\u{2500}'..='\u{25ff}' | '\u{2800}'..='\u{28ff}')
        };
        assert!(!self.log.contains(glyph), "a glyph in\n{}", self.log);
        for key in
            ["Esc", "F1", "F2", "F3", "F4", "F5", "also by", " copies it)", "in this window", " r asks", "n, o and /"]
        {
            assert!(!self.log.contains(key), "{key:?} in\n{}", self.log);
        }
        std::mem::take(&mut self.log)
    }

    #[track_caller]
    pub fn says(&mut self, text: &str) -> &mut Self {
        assert!(self.log.contains(text), "no {text:?} in\n{}", self.log);
        self
    }

    pub fn asked(&mut self) -> Vec<Effect> {
        self.story.asked()
    }

    /// Goes through the forms of the demo, each answer as it is.
    pub fn reach_checks(&mut self) -> &mut Self {
        for _ in 0..40 {
            if self.asked().iter().any(|effect| matches!(effect, Effect::Check(_))) {
                return self;
            }
            self.types("");
        }
        panic!("no checks:\n{}", self.log)
    }

    pub fn reach_review(&mut self) -> &mut Self {
        self.reach_checks().engine(engine::checked()).types("")
    }

    pub fn reach_run(&mut self) -> &mut Self {
        self.reach_review().types("yes")
    }
}

#[test]
fn the_forms_are_asked_one_field_after_the_other() {
    let mut talk = Talk::demo();
    talk.reach_checks();
    insta::assert_snapshot!("forms", talk.told());
}

#[test]
fn what_is_wrong_is_told_below_and_asked_again() {
    let mut talk = Talk::of(Story::blank(SIZE));
    talk.all(&["", "new app", ""]).anew();
    talk.all(&["contoso", "\"contoso.com\"", "previous", "", "7", "9", "4", "help"]);
    insta::assert_snapshot!("complaint", talk.told());
}

#[test]
fn checks_and_review() {
    let mut talk = Talk::demo();
    talk.reach_checks().anew().engine(engine::checked()).all(&["", "2", "", "save plan", "", "back"]);
    insta::assert_snapshot!("checks_and_review", talk.told());
    let asked = talk.asked();
    assert!(!asked.iter().any(|effect| matches!(effect, Effect::Run(_))), "{asked:?}");
}

#[test]
fn a_stop_of_the_checks_leads_back_to_the_answers() {
    let mut talk = Talk::demo();
    talk.reach_checks().anew().engine(engine::stopped()).msg(Msg::ChecksOver).types("").types("back");
    insta::assert_snapshot!("stopped", talk.told());
}

#[test]
fn nothing_but_a_typed_yes_begins_a_run() {
    let mut talk = Talk::demo();
    talk.reach_review().asked();
    for line in ["", "y", "run", "go on", "ok", "\"yes\"", "Enter", "ja"] {
        talk.types(line);
        assert_eq!(talk.asked(), [], "{line}");
    }
    talk.line("yes", false);
    assert_eq!(talk.asked(), [], "it was typed before the question was told");
    talk.types("YES");
    assert!(matches!(talk.asked().as_slice(), [Effect::Run(_)]));
}

#[test]
fn a_run_is_told_step_by_step() {
    let mut talk = Talk::demo();
    talk.reach_run().anew().engine(engine::proving()).wait(65).types("").types("5").types("");
    insta::assert_snapshot!("run", talk.told());
}

#[test]
fn the_reset_is_asked_and_the_end_is_told_with_the_secret_on_request() {
    let mut talk = Talk::demo();
    talk.reach_run().engine(engine::asking()).anew();
    talk.all(&["", "no", "", "yes"]).engine(engine::reset()).types("");
    talk.says("hidden").types("reveal").msg(Msg::Secret(Secret::new("abc8Q~made.up_value".to_owned())));
    talk.wait(12).all(&["save", "/tmp/s"]).msg(Msg::SecretSaved { place: Err("It exists.".to_owned()) });
    insta::assert_snapshot!("reset_and_done", talk.told());
}

#[test]
fn a_secret_that_was_only_told_is_asked_about_once() {
    let mut talk = Talk::real();
    talk.reach_run().engine(engine::asking()).types("yes").engine(engine::reset()).types("");
    talk.types("reveal").msg(Msg::Secret(Secret::new("abc8Q~made.up_value".to_owned()))).asked();
    talk.types("leave").says("crosspull does not keep the secret. Leave without it?");
    assert_eq!(talk.asked(), []);
    talk.types("1");
    assert_eq!(talk.asked(), [Effect::Leave]);
}

#[test]
fn the_wait_before_the_reset_is_told_once() {
    let mut talk = Talk::demo();
    talk.reach_run().engine(engine::soaking()).anew().wait(31).types("wait no longer").types("").types("yes");
    insta::assert_snapshot!("soak", talk.told());
}

#[test]
fn consent_is_told_with_the_address_on_a_line_of_its_own() {
    let mut talk = Talk::demo();
    talk.reach_run().anew().engine(engine::person_needed()).wait(30);
    insta::assert_snapshot!("consent", talk.told());
}

#[test]
fn control_c_stops_a_run_after_the_call_in_flight() {
    let mut talk = Talk::demo();
    talk.reach_run().engine(engine::proving()).asked();
    talk.story.msg(Msg::Said(Said::Word(Word::STOP)));
    talk.tell(true);
    assert_eq!(talk.asked(), [Effect::Stop]);
    talk.says("Stopping after the call in flight.").types("stop");
    assert_eq!(talk.asked(), [Effect::Leave]);
}

#[test]
fn the_routes_and_what_could_not_be_read() {
    let weighing = || {
        let mut talk = Talk::of(Story::undecided(SIZE));
        talk.types("").types("");
        for _ in 0..20 {
            if talk.asked().iter().any(|effect| matches!(effect, Effect::Weigh(_))) {
                break;
            }
            talk.types("");
        }
        talk
    };
    let mut talk = weighing();
    talk.anew()
        .engine(engine::half_read())
        .wait(31)
        .engine(engine::weighed_for(Identity::Managed))
        .msg(Msg::ChecksOver);
    talk.all(&["methods", "back", "2"]);
    insta::assert_snapshot!("chooser", talk.told());
    let mut talk = weighing();
    talk.anew().engine(engine::unread()).msg(Msg::ChecksOver);
    insta::assert_snapshot!("chooser_unread", talk.told());
}

#[test]
fn an_earlier_run_is_gone_on_with() {
    let mut talk = Talk::real();
    talk.msg(Msg::Earlier(vec![engine::dropped(), engine::done()])).anew();
    talk.line("1", false).says("no answer to it").types("2").types("1");
    let taken = Msg::TakenUp { run: Box::new(engine::dropped()), way: Direction::Forward };
    talk.msg(taken).engine(engine::admitted()).msg(Msg::ChecksOver).types("");
    insta::assert_snapshot!("earlier", talk.told());
}

#[test]
fn a_run_is_taken_back() {
    let mut talk = Talk::real();
    talk.msg(Msg::Earlier(vec![engine::done()])).all(&["2", "1"]).anew();
    talk.msg(Msg::TakenUp { run: Box::new(engine::done()), way: Direction::Back });
    talk.engine(engine::admitted()).msg(Msg::ChecksOver).types("");
    insta::assert_snapshot!("take_back", talk.told());
}

#[test]
fn a_long_list_asks_for_a_part_of_a_name_first() {
    let mut story = Story::blank(SIZE);
    story.model = {
        let mut answers = crosspull_core::input::Answers::default();
        answers.set(Key::TenantA, "contoso.com");
        answers.set(Key::Route, "new-app");
        registry::at(SIZE, answers, Theme::plain()).model
    };
    let mut talk = Talk::of(story);
    talk.all(&["", "", "", "", ""]).anew();
    talk.wait(31);
    let found = |choices, progress| Msg::Found { sought: Sought::For(Key::Cluster), choices, progress };
    talk.msg(found((0..30).map(picking::cluster).collect(), Progress::Goes)).msg(found(Vec::new(), Progress::Whole));
    talk.all(&["plant", "99", "6"]);
    insta::assert_snapshot!("long_list", talk.told());
}

#[test]
fn a_list_that_could_not_be_read_is_not_an_empty_one() {
    let mut answers = crosspull_core::input::Answers::default();
    answers.set(Key::TenantA, "contoso.com");
    answers.set(Key::Route, "new-app");
    let mut talk = Talk::of(registry::at(SIZE, answers, Theme::plain()));
    talk.all(&["", "", "", "", ""]).anew();
    let progress = Progress::Failed(Trouble::from_refusal("The clusters cannot be listed.", engine::forbidden()));
    talk.msg(Msg::Found { sought: Sought::For(Key::Cluster), choices: Vec::new(), progress });
    insta::assert_snapshot!("list_failed", talk.told());
}

#[test]
fn a_person_signs_in() {
    let mut talk = Talk::demo();
    talk.reach_checks().anew().msg(Msg::Prompt(sign_in::code())).wait(30).types("stop it");
    talk.msg(Msg::Prompt(Prompt::Over { side: Side::A }));
    insta::assert_snapshot!("sign_in", talk.told());
}

#[test]
fn a_sign_in_to_a_registry_and_what_is_given_to_whom() {
    let mut talk = Talk::real();
    talk.all(&["2"]).anew();
    talk.all(&["1", "", "", "", ""]);
    registry::entered(&mut talk.story, Ok(registry::told()));
    talk.tell(false);
    talk.all(&["", "1", "help"]);
    insta::assert_snapshot!("registry", talk.told());
}

#[test]
fn a_password_is_asked_for_without_being_shown_and_a_refusal_told() {
    let mut talk = Talk::real();
    talk.all(&["2", "7"]).says("a password goes to a host that is named");
    // That is complained about as long as it is so.
    talk.types("").says("a password goes to a host that is named").types("registryb.azurecr.io").anew();
    for _ in 0..6 {
        if talk.hidden {
            break;
        }
        let names = talk.log.trim_end().ends_with("User name:");
        talk.types(if names { "the-token" } else { "" });
    }
    assert!(talk.hidden, "{}", talk.log);
    talk.types("s3cret");
    registry::entered(&mut talk.story, Err(registry::refused()));
    talk.tell(false);
    insta::assert_snapshot!("registry_refused", talk.told());
}

#[test]
fn who_can_reach_a_cluster() {
    let mut talk = Talk::real();
    talk.all(&["3"]).anew();
    talk.all(&["", "", "", "ada@contoso.com"]).wait(30);
    access::told(&mut talk.story, AccessTold::Cluster(Ok(Box::new(access::cluster()))));
    talk.tell(false);
    access::told(&mut talk.story, AccessTold::Standing(Ok(Box::new(access_who::ada()))));
    access::told(&mut talk.story, AccessTold::Compared(access_who::compared()));
    talk.tell(false);
    talk.all(&["next page", "next page", "1", "filter", "secrets", "allowed", "back"]);
    insta::assert_snapshot!("access", talk.told());
}

#[test]
fn leaving_asks_where_something_is_lost() {
    let mut talk = Talk::of(Story::blank(SIZE));
    talk.all(&["", "new app", "", "contoso.com"]).anew();
    talk.all(&["leave", "", "leave", "1"]);
    assert_eq!(talk.asked().last(), Some(&Effect::Leave));
    insta::assert_snapshot!("leave", talk.told());
}

#[test]
fn no_order_of_lines_and_events_writes_without_a_typed_yes_or_tells_a_glyph() {
    let words = [
        "",
        "1",
        "2",
        "3",
        "7",
        "21",
        "back",
        "help",
        "list",
        "close",
        "reveal",
        "save",
        "copy",
        "explain",
        "next page",
    ];
    let others = [
        "no",
        "go on",
        "ok",
        "run",
        "take",
        "give it",
        "filter",
        "*",
        "contoso.com",
        "previous",
        "sign in",
        "wait no longer",
        "again",
        "explain 3",
        "zzzz",
        "v",
        "y",
        "l",
    ];
    let lines = [&words[..], &others[..]].concat();
    let events = any_order::events();
    for seed in 0..12 {
        let mut numbers = any_order::Numbers(seed);
        let mut talk = match seed % 3 {
            0 => Talk::demo(),
            1 => Talk::of(Story::undecided(SIZE)),
            _ => Talk::real(),
        };
        for _ in 0..250 {
            match numbers.below(8) {
                0 => drop(talk.engine(vec![events[numbers.below(events.len())].clone()]).asked()),
                1 => drop(talk.msg(Msg::ChecksOver).wait(1).asked()),
                2 => drop(talk.line("yes", true).asked()),
                3 => drop(talk.line("yes", false).asked()),
                _ => {
                    let line = lines[numbers.below(lines.len())];
                    let asked = talk.types(line).asked();
                    let writes = |effect: &Effect| {
                        matches!(effect, Effect::Run(_) | Effect::Go { .. } | Effect::Confirm(_) | Effect::CutShort)
                    };
                    assert!(!asked.iter().any(writes), "{line:?} wrote: {asked:?}\n{}", talk.log);
                }
            }
            talk.told();
        }
    }
}

#[test]
fn who_signs_in_is_told_while_the_questions_go_on() {
    let mut talk = Talk::real();
    talk.all(&["1", "new app", "", "", "sign in"]);
    assert!(matches!(talk.asked().as_slice(), [.., Effect::SignIn { side: Side::A, .. }]));
    talk.says("Signing in to the tenant; the questions go on meanwhile.").anew();
    talk.msg(sign_in::entered()).says("is signed in.").types("previous").says("Contoso Ltd");
}

#[test]
fn a_clock_that_is_put_back_silences_nobody() {
    let mut talk = Talk::demo();
    talk.reach_run().engine(engine::proving()).anew();
    talk.story.now -= jiff::SignedDuration::from_hours(1);
    talk.wait(1).says("Still working: step 6");
}
