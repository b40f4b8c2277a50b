//! A person signs in somewhere else while the wizard waits.

use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::plan::Side;
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::{Prompt, SignIn, Surroundings, offers};
use crosspull_tui::{Effect, Here, Model, Msg, Said, Setup, Theme};
use crossterm::event::KeyCode;
use jiff::SignedDuration;

use crate::story::{Story, complete, start};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];
const ADDRESS: &str = "https://microsoft.com/devicelogin";

fn code() -> Prompt {
    Prompt::Code {
        side: Side::A,
        address: ADDRESS.to_owned(),
        code: Secret::new("FJC3A8XQT".to_owned()),
        until: start() + SignedDuration::from_secs(900),
    }
}

fn page() -> Prompt {
    let tenant = "1f0c2b7e-90aa-4c1e-8d6f-51b2c7f09a2e";
    Prompt::Page {
        side: Side::B,
        address: format!(
            "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize?client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46\
             &response_type=code&redirect_uri=http%3A%2F%2Flocalhost%3A40613&state=0f1e2d3c4b5a69788796a5b4c3d2e1f0"
        ),
        port: 40_613,
        until: start() + SignedDuration::from_secs(600),
    }
}

fn blocked() -> Prompt {
    let refusal = Refusal {
        status: Some(400),
        code: "AADSTS53003".to_owned(),
        message: "Access has been blocked by Conditional Access policies.".to_owned(),
        request_id: None,
    };
    let trouble = Trouble::from_refusal("Sign-in to tenant B did not work.", refusal);
    Prompt::Instead { side: Side::B, failed: SignIn::DeviceCode, way: SignIn::Browser, trouble }
}

fn over_ssh(size: (u16, u16), theme: Theme) -> Story {
    let here = Surroundings { ssh: true, ..Surroundings::default() };
    let here = Here {
        offers: [Side::A, Side::B].map(|side| offers(&here, side)),
        tunnel: Some("ops@jump.contoso.com".to_owned()),
    };
    let mut story = Story::new(size, complete(), false, theme);
    story.model = Model::new(Setup { answers: complete(), simulated: false, theme, size, here });
    story
}

fn asked(story: &mut Story, prompts: impl IntoIterator<Item = Prompt>) -> &mut Story {
    for prompt in prompts {
        story.msg(Msg::Prompt(prompt));
    }
    story.wait(13_000)
}

#[test]
fn a_code_looks_so() {
    for size in SIZES {
        let mut story = over_ssh(size, Theme::full());
        insta::assert_snapshot!(format!("sign_in_code_{}x{}", size.0, size.1), asked(&mut story, [code()]).see());
    }
    let mut story = over_ssh((80, 24), Theme::plain());
    insta::assert_snapshot!("sign_in_code_ascii", asked(&mut story, [code()]).see());
}

#[test]
fn a_page_in_place_of_a_blocked_code_looks_so() {
    for size in SIZES {
        let mut story = over_ssh(size, Theme::full());
        let name = format!("sign_in_page_{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, asked(&mut story, [blocked(), page()]).see());
    }
}

#[test]
fn the_code_and_the_address_are_copied_whole() {
    let mut story = over_ssh((40, 12), Theme::full());
    asked(&mut story, [code()]).press(KeyCode::F(2)).press(KeyCode::Char('a'));
    let copied: Vec<(String, String)> = story
        .asked()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Copy { what, text } => Some((what, text)),
            _ => None,
        })
        .collect();
    let pair = |what: &str, text: &str| (what.to_owned(), text.to_owned());
    assert_eq!(copied, [pair("code", "FJC3A8XQT"), pair("address", ADDRESS)]);
}

#[test]
fn the_screen_goes_by_itself_and_what_was_below_is_as_it_was() {
    let mut story = over_ssh((80, 24), Theme::full());
    story.enter();
    let before = story.see();
    asked(&mut story, [code()]).shows("FJC3A8XQT").type_text("xyz");
    // The other tenant's end is not this one's.
    asked(&mut story, [Prompt::Over { side: Side::B }]).shows("FJC3A8XQT");
    asked(&mut story, [Prompt::Over { side: Side::A }]).hides("FJC3A8XQT");
    assert_eq!(story.see(), before, "no key that was meant for the code went to the form");
}

#[test]
fn escape_stops_the_sign_in_and_nothing_else() {
    let mut story = over_ssh((80, 24), Theme::full());
    story.enter();
    asked(&mut story, [code()]).press(KeyCode::Esc);
    assert_eq!(story.asked(), [Effect::StopSignIn]);
    story.msg(Msg::Said(Said::good("x")));
    asked(&mut story, [Prompt::Over { side: Side::A }]).shows("Tenant A, where the cluster is");
}

#[test]
fn the_form_tells_which_way_suits_the_place() {
    let mut story = over_ssh((120, 40), Theme::full());
    story.enter().press(KeyCode::Tab).press(KeyCode::Tab);
    story.shows("Not here: az is not on the PATH").press(KeyCode::Right);
    story.shows("Recommended here: works from any");
}

#[test]
fn a_code_is_told_by_no_debug_output() {
    let mut story = over_ssh((80, 24), Theme::full());
    asked(&mut story, [code()]);
    assert!(!format!("{:?}", story.model).contains("FJC3A8XQT"));
}
