//! A person signs in somewhere else while the wizard waits.

use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::input::Key;
use crosspull_core::names::PerTenant;
use crosspull_core::names::Side;
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::{Account, AccountKind, Entered, Prompt, SignIn, Surroundings, offers};
use crosspull_tui::{Effect, Here, Model, Msg, Palette, Setup, Theme};
use crossterm::event::KeyCode;
use jiff::SignedDuration;

use crate::story::{Story, complete, start};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];
const ADDRESS: &str = "https://microsoft.com/devicelogin";

pub fn code() -> Prompt {
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
    at(Some("ops@jump.contoso.com"), false, size, theme)
}

fn at(tunnel: Option<&str>, desktop: bool, size: (u16, u16), theme: Theme) -> Story {
    let here = Surroundings { ssh: tunnel.is_some(), desktop, ..Surroundings::default() };
    let offers = PerTenant::of(|side| offers(&here, side));
    let here =
        Here { offers, tunnel: tunnel.map(str::to_owned), desktop, clipboard: crosspull_tui::Clipboard::Terminals };
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
    let mut story = over_ssh((120, 40), Theme::new(true, Palette::Mono));
    insta::assert_snapshot!("sign_in_code_no_color", asked(&mut story, [code()]).see());
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
            Effect::Copy { what, text } => Some((what, text.to_string())),
            _ => None,
        })
        .collect();
    let pair = |what: &str, text: &str| (what.to_owned(), text.to_owned());
    assert_eq!(copied, [pair("code", "FJC3A8XQT"), pair("address", ADDRESS)]);
    let plain = Effect::ShowPlain { text: format!("{ADDRESS}\nFJC3A8XQT").into() };
    assert_eq!(story.press(KeyCode::Char('p')).asked(), [plain]);
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
    story.shows("The sign-in is being stopped.");
    asked(&mut story, [Prompt::Over { side: Side::A }]).shows("Tenant A, where the cluster is");
    story.shows("Sign-in was stopped.");
}

#[test]
fn a_browser_is_opened_where_there_is_a_desktop_and_nowhere_else() {
    let mut story = at(None, true, (80, 24), Theme::full());
    asked(&mut story, [code()]).shows("o open").press(KeyCode::Char('o'));
    assert_eq!(story.asked(), [Effect::Open { address: ADDRESS.to_owned() }]);
    asked(&mut story, [page()]);
    let by_itself = story.asked();
    assert!(
        matches!(by_itself.as_slice(), [Effect::Open { address }] if address.contains("authorize")),
        "{by_itself:?}"
    );
    let mut story = over_ssh((80, 24), Theme::full());
    asked(&mut story, [page()]);
    assert_eq!(story.asked(), [], "nobody sees a browser that opens here");
    asked(&mut story, [code()]).hides("Ctrl+O").ctrl('o');
    assert_eq!(story.asked(), []);
}

#[test]
fn what_did_not_work_stands_above_the_prompt_of_its_own_tenant_alone() {
    let mut story = over_ssh((80, 24), Theme::full());
    asked(&mut story, [blocked(), code()]).hides("did not work");
    asked(&mut story, [blocked(), page()]).shows("Trying the browser.").shows("AADSTS53003");
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

/// Somebody signed in to tenant A.
pub fn entered() -> Msg {
    let account = Account { name: "ops@contoso.com".to_owned(), kind: AccountKind::Member };
    let tenant = "1f0c2b7e-90aa-4c1e-8d6f-51b2c7f09a2e".parse().expect("an id");
    let (name, domain) = (Some("Contoso Ltd".to_owned()), Some("contoso.com".to_owned()));
    Msg::Entered { side: Side::A, entered: Ok(Entered { tenant, name, domain, account: Some(account) }) }
}

#[test]
fn who_signed_in_stands_on_the_form_until_tenant_or_way_change() {
    for size in SIZES {
        let mut story = over_ssh(size, Theme::full());
        story.enter().press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::F(5)).shows("signing in");
        assert_eq!(story.asked(), [Effect::SignIn { side: Side::A, anew: false }]);
        insta::assert_snapshot!(format!("entered_{}x{}", size.0, size.1), story.msg(entered()).see());
        story.press(KeyCode::Right).hides(" ops").press(KeyCode::Left).shows(" ops");
        story.press(KeyCode::BackTab).type_text("x").hides("Contoso Ltd");
    }
}

#[test]
fn whoever_signed_in_gives_way_to_somebody_else() {
    let mut story = over_ssh((80, 24), Theme::full());
    story.enter().press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::F(5)).msg(entered()).shows(" ops").asked();
    story.press(KeyCode::F(5)).shows("signing in").hides(" ops");
    assert_eq!(story.asked(), [Effect::SignIn { side: Side::A, anew: true }]);
    let Prompt::Instead { trouble, .. } = blocked() else { return };
    story.msg(Msg::Entered { side: Side::A, entered: Err(trouble) }).shows(" ops").hides("┌");
}

#[test]
fn who_signed_in_stands_above_the_checks() {
    let mut story = over_ssh((80, 24), Theme::full());
    story.enter().enter().enter().enter().msg(entered()).shows("A  ✓ ops@contoso.com in Contoso Ltd, contoso.com,");
}

#[test]
fn nobody_is_signed_in_to_a_tenant_that_is_not_named() {
    let mut story = Story::blank((80, 24));
    story.enter().press(KeyCode::Tab).press(KeyCode::Tab).asked();
    story.press(KeyCode::F(5)).shows("✗ missing. The tenant that");
    assert!(!story.asked().iter().any(|effect| matches!(effect, Effect::SignIn { .. })));
}

#[test]
fn a_sign_in_that_does_not_work_offers_the_other_ways() {
    let Prompt::Instead { trouble, .. } = blocked() else { return };
    for size in SIZES {
        let mut story = over_ssh(size, Theme::full());
        story.enter().press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::Right).press(KeyCode::F(5)).asked();
        story.msg(Msg::Entered { side: Side::A, entered: Err(trouble.clone()) });
        insta::assert_snapshot!(format!("other_ways_{}x{}", size.0, size.1), story.see());
        story.enter().shows("signing in");
        assert_eq!(story.asked(), [Effect::SignIn { side: Side::A, anew: false }]);
        assert_eq!(story.model.answers().get(Key::SignInA), Some("browser"));
        story.msg(Msg::Entered { side: Side::A, entered: Err(trouble.clone()) }).press(KeyCode::Esc);
        assert_eq!(story.asked(), []);
        story.hides("did not work").hides("signing in");
    }
}

#[test]
fn a_sign_in_that_was_stopped_offers_nothing() {
    let Prompt::Instead { trouble, .. } = blocked() else { return };
    let mut story = over_ssh((80, 24), Theme::full());
    story.enter().press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::Right).press(KeyCode::F(5));
    asked(&mut story, [code()]).press(KeyCode::Esc);
    asked(&mut story, [Prompt::Over { side: Side::A }]).msg(Msg::Entered { side: Side::A, entered: Err(trouble) });
    story.shows("Sign-in was stopped.").hides("did not work").hides("signing in");
}
