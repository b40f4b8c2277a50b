//! Somebody signs in to a registry.

use crosspull_core::explain::Trouble;
use crosspull_core::input::{Answers, Key};
use crosspull_core::login::{Given, SignedIn, Who};
use crosspull_core::names::{PerTenant, Side};
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::{Prompt, SignIn, Surroundings, offers};
use crosspull_tui::{Effect, Here, Model, Msg, Notice, Setup, Theme};
use crossterm::event::KeyCode;
use jiff::SignedDuration;

use crate::engine;
use crate::sign_in::code;
use crate::story::{Story, complete};

const SERVER: &str = "registryb.azurecr.io";
const SECRET: &str = "s3cret~of.the-token";

/// The wizard on a real cloud, on a machine that has the Azure CLI.
pub fn at(size: (u16, u16), answers: Answers, theme: Theme) -> Story {
    let place = Surroundings { azure_cli: true, ..Surroundings::default() };
    let offers = PerTenant::of(|side| offers(&place, side));
    let here = Here { offers, tunnel: None, desktop: false, clipboard: crosspull_tui::Clipboard::Terminals };
    let mut story = Story::new(size, answers.clone(), false, theme);
    story.model = Model::new(Setup { answers, simulated: false, theme, size, here });
    story
}

fn real() -> Story {
    at((80, 24), complete(), Theme::full())
}

/// Goes from Home to the question who will use it.
fn to_who(story: &mut Story) -> &mut Story {
    story.press(KeyCode::Down).press(KeyCode::Enter).shows("Who will use it?")
}

/// Goes on to the form of the answer that is so many below the one that suits this place.
fn to_form(story: &mut Story, below: usize) -> &mut Story {
    to_who(story);
    for _ in 0..below {
        story.press(KeyCode::Down);
    }
    story.press(KeyCode::Enter).shows("Which registry?")
}

pub fn told() -> SignedIn {
    let lines = [
        "Signed in to registryb.azurecr.io as ops@fabrikam.com, of tenant bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb",
        "May pull and push everything",
    ];
    SignedIn {
        tenant: None,
        server: SERVER.to_owned(),
        user: "00000000-0000-0000-0000-000000000000".to_owned(),
        lines: lines.map(str::to_owned).to_vec(),
        in_vain: false,
        expires: Some(crate::story::start() + SignedDuration::from_hours(3)),
        programs: vec!["docker", "oras"],
    }
}

/// The shell says that this came of the last try.
pub fn entered(story: &mut Story, entered: Result<SignedIn, Trouble>) -> &mut Story {
    let attempt = story.asked().into_iter().find_map(|effect| match effect {
        Effect::EnterRegistry { attempt } => Some(attempt),
        _ => None,
    });
    let attempt = attempt.expect("a try");
    story.msg(Msg::RegistryEntered { attempt, entered: entered.map(Box::new) })
}

pub fn refused() -> Trouble {
    Trouble::from_refusal("registryb.azurecr.io does not let ops@fabrikam.com in.", engine::forbidden())
}

/// Goes on to a sign-in that came about.
fn to_result(story: &mut Story) -> &mut Story {
    to_form(story, 0).press(KeyCode::Enter);
    entered(story, Ok(told())).shows("Signed in to registryb")
}

/// Tells a story at each size, and without colour, and keeps a picture of its end.
fn look(name: &str, tell: impl Fn(&mut Story)) {
    for (size, theme, kind) in
        [((80, 24), Theme::full(), "80x24"), ((40, 12), Theme::full(), "40x12"), ((80, 24), Theme::plain(), "plain")]
    {
        let mut story = at(size, complete(), theme);
        tell(&mut story);
        let screen = story.see();
        assert!(theme.unicode || screen.is_ascii(), "{screen}");
        insta::assert_snapshot!(format!("{name}_{kind}"), screen);
    }
}

#[test]
fn who_will_use_it() {
    look("who", |story| to_who(story).end());
    look("who_cluster", |story| {
        to_who(story);
        (0..4).for_each(|_| story.press(KeyCode::Down).end());
    });
}

#[test]
fn the_form() {
    look("form", |story| to_form(story, 0).end());
    look("form_token", |story| {
        to_form(story, 6).ctrl('u').type_text(SERVER).press(KeyCode::Enter);
        story.type_text("ci").press(KeyCode::Tab).type_text(SECRET);
    });
}

#[test]
fn a_sign_in_that_goes_and_one_that_is_refused() {
    look("goes", |story| to_form(story, 0).press(KeyCode::Enter).end());
    look("refused", |story| {
        to_form(story, 0).press(KeyCode::Enter);
        entered(story, Err(refused()));
    });
}

#[test]
fn a_sign_in_that_came_about() {
    look("entered", |story| to_result(story).end());
    look("given", |story| {
        to_result(story).press(KeyCode::Enter);
        story.msg(Msg::SignInGiven {
            attempt: 1,
            given: Given { program: "docker", taken: true, says: vec!["Login Succeeded".to_owned()] },
        });
        story.press(KeyCode::Down).press(KeyCode::Enter);
        let says = vec!["Error: the registry refuses".to_owned()];
        story.msg(Msg::SignInGiven { attempt: 1, given: Given { program: "oras", taken: false, says } });
    });
    look("admin", |story| {
        to_form(story, 5).press(KeyCode::Enter);
        let mut lines = told().lines;
        lines.push(Who::Admin.warning().expect("a warning").to_owned());
        entered(story, Ok(SignedIn { expires: None, user: "registryb".to_owned(), lines, ..told() }));
    });
}

#[test]
fn a_wish_is_asked_for_in_six_keys_and_its_answers_are_its_own() {
    let mut story = real();
    to_form(&mut story, 1).press(KeyCode::Enter);
    let wish = story.model.wish().expect("a wish");
    assert_eq!((wish.who, wish.way), (Who::ServicePrincipal, None));
    assert_eq!(
        (wish.tenant.as_deref(), wish.repositories.as_slice()),
        (Some("fabrikam.com"), ["shop/web:1.4".to_owned()].as_slice())
    );
    assert_eq!(story.model.answers().get(Key::SignInB), Some("service-principal"));
    entered(&mut story, Err(refused())).press(KeyCode::Esc).press(KeyCode::Esc).shows("Who will use it?");
    assert_eq!(story.model.answers(), &complete(), "those of the run wait meanwhile");
    assert!(story.model.wish().is_none());
    story.press(KeyCode::Esc).shows("▸ Sign in to a registry").ctrl('c');
    assert!(story.asked().contains(&Effect::Leave), "nothing is lost, so nothing is asked");
}

#[test]
fn a_person_signs_in_by_the_way_that_suits_the_place() {
    let mut answers = complete();
    answers.set(Key::SignInB, "none");
    let mut story = at((80, 24), answers, Theme::full());
    to_form(&mut story, 0).press(KeyCode::Enter);
    assert_eq!(story.model.wish().expect("a wish").way, Some(SignIn::AzureCli));
}

#[test]
fn the_clusters_row_leads_to_the_routes() {
    let mut story = real();
    to_who(&mut story);
    (0..4).for_each(|_| story.press(KeyCode::Down).end());
    story.shows("▸ A cluster").press(KeyCode::Enter).shows("Which way?");
}

#[test]
fn what_is_missing_is_told_where_it_is() {
    let mut story = at((80, 24), Answers::default(), Theme::full());
    to_form(&mut story, 1).press(KeyCode::Enter).shows("✗ missing. The registry's name");
    story.type_text("two words").shows("is no registry").ctrl('u').type_text(SERVER).press(KeyCode::Enter);
    story.shows("an app signs in to one tenant").type_text("fabrikam.com").press(KeyCode::Enter).shows("Signing in");
    let mut story = real();
    to_form(&mut story, 6).press(KeyCode::Enter).shows("a password goes to a host that is named");
    story.ctrl('u').type_text(SERVER).press(KeyCode::Enter).hides("signs in by name").shows("The name of the token");
    story.press(KeyCode::Enter).shows("signs in by name and password");
    assert_eq!(story.asked(), [], "nobody signs in");
}

#[test]
fn a_password_is_in_the_wish_and_not_on_the_screen() {
    let mut story = real();
    to_form(&mut story, 6).ctrl('u').type_text(SERVER).press(KeyCode::Enter);
    story.type_text("ci").press(KeyCode::Tab).msg(Msg::Paste(format!("{SECRET}\r\n"))).hides(SECRET).shows("•••••••");
    assert!(!format!("{:?}", story.model).contains(SECRET));
    story.press(KeyCode::Enter).hides(SECRET);
    let wish = story.model.wish().expect("a wish");
    let password = wish.password.as_ref().map(|secret| secret.reveal().to_owned());
    assert_eq!((wish.user.as_deref(), password.as_deref()), (Some("ci"), Some(SECRET)));
    assert!(!format!("{:?} {:?}", story.model, story.effects).contains(SECRET));
    entered(&mut story, Err(refused())).press(KeyCode::Esc).shows("•••••••").hides(SECRET);
    story.press(KeyCode::Enter);
    assert!(story.model.wish().is_some_and(|wish| wish.password.is_some()), "every answer is kept");
}

#[test]
fn what_comes_of_an_earlier_try_is_for_nobody() {
    let mut story = real();
    to_form(&mut story, 0).press(KeyCode::Enter).press(KeyCode::Esc).shows("Which registry?");
    assert!(story.asked().contains(&Effect::LeaveRegistry), "what goes is stopped");
    story
        .press(KeyCode::Enter)
        .msg(Msg::RegistryEntered { attempt: 1, entered: Ok(Box::new(told())) })
        .shows("Signing in");
    entered(&mut story, Ok(told())).shows("Signed in");
}

#[test]
fn a_person_is_asked_over_it_and_what_they_stop_is_not_refused() {
    for refused_first in [true, false] {
        let mut story = real();
        to_form(&mut story, 0).press(KeyCode::Enter);
        let Prompt::Code { address, code, until, .. } = code() else { panic!("a code") };
        story.msg(Msg::Prompt(Prompt::Code { side: Side::B, address, code, until }));
        story.shows("Sign in to the registry's tenant").shows("FJC3A8XQT").press(KeyCode::Esc);
        assert!(story.effects.contains(&Effect::StopSignIn));
        let over = Msg::Prompt(Prompt::Over { side: Side::B });
        if refused_first {
            entered(&mut story, Err(refused())).msg(over);
        } else {
            story.msg(over);
            entered(&mut story, Err(refused()));
        }
        story.shows("Which registry?").shows("Sign-in was stopped.");
    }
}

#[test]
fn one_program_after_the_other_is_given_the_sign_in() {
    let mut story = real();
    to_result(&mut story).press(KeyCode::Enter).shows("being given").press(KeyCode::Down).press(KeyCode::Enter);
    assert_eq!(story.asked(), [Effect::GiveSignIn { program: "docker" }], "they may keep it in one file");
    story
        .msg(Msg::SignInGiven { attempt: 1, given: Given { program: "docker", taken: true, says: Vec::new() } })
        .shows("✓ has the sign-in");
    story.press(KeyCode::Enter);
    assert_eq!(story.asked(), [Effect::GiveSignIn { program: "oras" }]);
}

#[test]
fn the_secret_is_handed_over_as_any_other_and_goes_with_the_sign_in() {
    let mut story = real();
    to_result(&mut story).press(KeyCode::Char('v')).msg(Msg::Secret(Secret::new(SECRET.to_owned())));
    story.shows(SECRET).shows("hides in 10 s").press(KeyCode::Char(' ')).hides(SECRET);
    story.press(KeyCode::Char('s')).shows("registryb.secret").press(KeyCode::Esc);
    story.asked();
    assert_eq!(story.press(KeyCode::Char('p')).asked(), [Effect::ShowSecretPlain]);
    story.press(KeyCode::Char('c')).msg(Msg::Notice(Notice::good("Copied.")));
    story.press(KeyCode::Char('y')).msg(Msg::Notice(Notice::good("Sent."))).shows("cleared in 1 min");
    let command = story.asked().into_iter().find_map(|effect| match effect {
        Effect::Copy { text, .. } => Some(text.to_string()),
        _ => None,
    });
    let command = command.expect("a command");
    assert!(command.starts_with("crosspull login /subscriptions/") && !command.contains("--as"), "{command}");
    story.press(KeyCode::Esc).shows("Which registry?");
    assert_eq!(story.asked(), [Effect::ClearClipboard, Effect::LeaveRegistry]);
    to_result(&mut real()).press(KeyCode::Char('q')).end();
}

#[test]
fn in_the_demo_nobody_is_given_what_goes_with_it() {
    let mut story = Story::demo((80, 24));
    to_who(&mut story)
        .shows("▸ An app")
        .press(KeyCode::Down)
        .press(KeyCode::Enter)
        .shows("The demo has no such identity");
    story.press(KeyCode::Up).press(KeyCode::Enter).shows("Which registry?").press(KeyCode::Enter);
    entered(&mut story, Ok(told())).shows("In the demo nobody is given it").hides("docker").hides("crosspull login");
}

#[test]
fn the_last_line_of_a_sign_in_is_not_dim() {
    let read = to_result(&mut real()).see_undimmed();
    assert!(read.contains("crosspull does not keep the secret."), "{read}");
}
