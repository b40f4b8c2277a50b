//! The choice among the routes, where it is left to crosspull.

use crosspull_core::input::{Inputs, Key};
use crosspull_core::names::Route;
use crosspull_core::route::Identity;
use crosspull_tui::{Effect, Msg, Theme};
use crossterm::event::KeyCode;

use crate::engine;
use crate::story::{Story, undecided};

const SIZE: (u16, u16) = (80, 24);

/// Goes to where the routes are weighed, and returns the inputs that they are weighed with.
fn to_weighing(story: &mut Story) -> Inputs {
    story.enter().enter().press(KeyCode::Enter).shows("Which way fits?");
    let asked = story.asked();
    let [Effect::Weigh(inputs)] = asked.as_slice() else { panic!("{asked:?}") };
    (**inputs).clone()
}

/// Goes to the weighed routes of a cluster with a managed identity.
fn to_weighed(story: &mut Story) -> &mut Story {
    to_weighing(story);
    story.engine(engine::weighed_for(Identity::Managed)).msg(Msg::ChecksOver)
}

/// Returns the inputs that the checks are asked with.
fn checked_with(story: &mut Story) -> Inputs {
    let asked = story.asked();
    let [Effect::Check(inputs)] = asked.as_slice() else { panic!("{asked:?}") };
    (**inputs).clone()
}

#[test]
fn a_managed_identity_is_led_to_a_pull_secret_by_enter_alone() {
    let mut story = Story::undecided(SIZE);
    assert_eq!(to_weighing(&mut story).route, None);
    assert!(story.model.animates());
    story.press(KeyCode::Enter).engine(engine::half_read()).shows("3 of 4 answered").press(KeyCode::Enter);
    assert_eq!(story.asked(), [], "nothing is taken before it is there");
    story.engine(engine::weighed_for(Identity::Managed)).msg(Msg::ChecksOver);
    assert!(!story.model.animates());
    story.shows("▸ pull secret").shows("recommended").shows(" can work").shows("Restarts  nothing");
    story.press(KeyCode::Enter).shows("crosspull · pull secret").shows("crosspull-pull-aks-shop");
    story.press(KeyCode::Enter).shows("The pull secret in the cluster").shows("crosspull-registryb");
    story.press(KeyCode::Enter).shows("Checks");
    assert_eq!(checked_with(&mut story).route, Some(Route::PullSecret));
}

#[test]
fn the_rail_has_the_choice_and_then_the_forms_of_the_route_that_was_taken() {
    let mut story = Story::undecided(SIZE);
    to_weighed(&mut story).shows("● Way").hides("App and secret").press(KeyCode::Enter);
    story.shows("✓ Way").shows("● App and secret").shows("○ Pull secret");
}

#[test]
fn a_route_that_cannot_work_says_why_and_is_not_taken() {
    let mut story = Story::undecided(SIZE);
    to_weighed(&mut story);
    for _ in 0..8 {
        story.press(KeyCode::Down);
    }
    story.shows("▸ new app").press(KeyCode::Enter);
    story.shows("New app cannot work: the cluster uses a managed identity").shows("▸ new app");
    assert_eq!((story.asked(), story.model.answers().route()), (vec![], None));
}

#[test]
fn the_way_back_leaves_the_choice_to_crosspull_again() {
    let mut story = Story::undecided(SIZE);
    let before = story.model.answers().clone();
    to_weighed(&mut story).press(KeyCode::Enter).shows("Secret lives");
    assert_eq!(story.model.answers().get(Key::Route), Some("pull-secret"));
    story.press(KeyCode::Esc).shows("Which way fits?").shows("▸ pull secret");
    assert_eq!(story.model.answers(), &before);
    story.press(KeyCode::Esc).shows("Tenant B, where").press(KeyCode::Enter).shows("▸ pull secret");
    assert_eq!(story.asked(), [], "what was read is not read again");
    story.press(KeyCode::Esc).press(KeyCode::Esc).press(KeyCode::Esc).shows("▸ The one that fits");
}

#[test]
fn changed_answers_are_weighed_anew_and_so_they_are_on_demand() {
    let mut story = Story::undecided(SIZE);
    to_weighed(&mut story)
        .press(KeyCode::Esc)
        .press(KeyCode::BackTab)
        .ctrl('u')
        .type_text("shop/api:2")
        .press(KeyCode::Enter);
    let is_new = |inputs: &Inputs| inputs.images[0].image.to_string() == "shop/api:2";
    let asked = story.asked();
    assert!(asked.iter().any(|effect| matches!(effect, Effect::Weigh(inputs) if is_new(inputs))), "{asked:?}");
    story.hides("recommended").engine(engine::weighed()).msg(Msg::ChecksOver).shows("▸ convert app");
    story.press(KeyCode::Char('r')).hides("recommended");
    assert!(matches!(story.asked().as_slice(), [Effect::Weigh(_)]));
}

#[test]
fn a_token_of_the_registrys_own_is_asked_for_its_password_alone() {
    let mut story = Story::undecided(SIZE);
    to_weighed(&mut story).press(KeyCode::Down).shows("▸ repository token").press(KeyCode::Enter);
    story.shows("The password of the token").shows("● Password").shows("Secret lives").hides("App name");
}

#[test]
fn what_could_not_be_read_is_told_and_read_again_by_enter() {
    let mut story = Story::undecided(SIZE);
    let inputs = to_weighing(&mut story);
    story.engine(engine::unread()).msg(Msg::ChecksOver).shows("registryb cannot be read").shows("Ask an owner");
    story.shows("Enter tries again").hides("can work").press(KeyCode::Enter);
    assert_eq!(story.asked(), [Effect::Weigh(Box::new(inputs.clone()))]);
    story.engine(engine::unread()).msg(Msg::ChecksOver).press(KeyCode::Esc).shows("Tenant B, where");
    story.press(KeyCode::Enter);
    assert_eq!(story.asked(), [Effect::Weigh(Box::new(inputs))], "a read that failed is no answer");
}

#[test]
fn a_route_that_was_picked_is_not_weighed() {
    let mut story = Story::undecided(SIZE);
    story.press(KeyCode::Enter);
    for _ in 0..4 {
        story.press(KeyCode::Down);
    }
    story.shows("▸ pull secret").press(KeyCode::Enter).shows("Tenant A, where").hides("Way");
    story.press(KeyCode::Enter).press(KeyCode::Enter).shows("Secret lives");
    assert_eq!(story.asked(), []);
}

#[test]
fn a_route_without_forms_of_its_own_leads_to_the_checks_at_once() {
    let mut story = Story::undecided(SIZE);
    to_weighing(&mut story);
    story.engine(engine::weighed()).msg(Msg::ChecksOver).shows("▸ convert app").press(KeyCode::Enter).shows("Checks");
    assert_eq!(checked_with(&mut story).route, Some(Route::ConvertApp));
    story.press(KeyCode::Esc).shows("▸ convert app").press(KeyCode::Down).shows("▸ new app").press(KeyCode::Enter);
    story.shows("Secret lives").shows("crosspull · new app");
}

#[test]
fn what_only_one_route_asks_for_is_complained_about_on_its_own_form() {
    let mut answers = undecided();
    answers.set(Key::Namespace, "Shop");
    let mut story = Story::new(SIZE, answers, true, Theme::full());
    to_weighed(&mut story).press(KeyCode::Enter).shows("Secret lives").press(KeyCode::Enter).press(KeyCode::Enter);
    story.shows("✗ \"Shop\" is not a namespace");
    assert_eq!(story.asked(), []);
}

#[test]
fn the_methods_lie_over_the_routes_and_go_away() {
    let mut story = Story::undecided(SIZE);
    story
        .press(KeyCode::Enter)
        .press(KeyCode::Char('m'))
        .shows("How a registry lets somebody in")
        .shows("az acr login");
    story.press(KeyCode::End).shows("msi-acrpull").press(KeyCode::Esc).shows("▸ The one that fits");
    to_weighed(&mut Story::undecided(SIZE))
        .press(KeyCode::Char('m'))
        .shows("az acr login")
        .press(KeyCode::Esc)
        .shows("▸ pull secret");
}

#[test]
fn what_the_checks_of_a_run_weigh_is_not_the_choice() {
    let mut story = Story::undecided(SIZE);
    to_weighing(&mut story);
    story.engine(engine::weighed()).msg(Msg::ChecksOver).press(KeyCode::Enter).shows("Checks");
    story.engine(engine::weighed_for(Identity::Managed)).engine(engine::passed());
    story.press(KeyCode::Esc).shows("▸ convert app").shows(" can work");
}

#[test]
fn a_wildcard_without_its_route_is_sent_to_the_route_screen_and_not_to_an_option() {
    let mut answers = undecided();
    answers.set(Key::Repository, "shop/*");
    let mut story = Story::new((120, 40), answers, false, Theme::full());
    story.enter().enter().enter().enter();
    story.shows("choose the route repository-token").hides("--route");
}
