//! Along lists and texts: what is chosen, what is scrolled, and what Enter then does.

use crosspull_tui::{Msg, Theme};
use crossterm::event::KeyCode;

use crate::engine;
use crate::story::{Story, complete};

fn to_review(story: &mut Story) -> &mut Story {
    story.enter().enter().enter().enter().engine(engine::passed()).enter()
}

fn to_run(story: &mut Story) -> &mut Story {
    to_review(story).enter()
}

#[test]
fn the_run_says_what_enter_does_with_a_step_chosen() {
    let mut story = Story::new((80, 24), complete(), false, Theme::full());
    to_run(&mut story).engine(engine::asking()).enter().shows("Not reset. Enter asks again").press(KeyCode::Down);
    story.shows("Esc then Enter asks again").shows("Enter its calls").shows("Esc the run").enter();
    story.shows("graph.microsoft.com").press(KeyCode::Esc).press(KeyCode::Esc).shows("Enter ask again").enter();
    story.shows("▸ Not now").press(KeyCode::Left).enter().engine(engine::reset());
    story.shows("The run is over. Enter goes on.").press(KeyCode::Down);
    story
        .shows("The run is over. Enter shows the step's calls, Esc then Enter goes on.")
        .enter()
        .shows("POST https")
        .hides("Enter goes on");
    story.enter().press(KeyCode::Esc).enter().shows("aks-shop pulls shop/web:1.4 from registryb");
}

#[test]
fn pages_and_ends_are_reached_wherever_something_scrolls() {
    let mut story = Story::demo((40, 12));
    to_run(&mut story).engine(engine::asking()).enter().engine(engine::reset()).enter().asked();
    story.msg(Msg::Receipt("/runs/7f3c9a2e.jsonl".to_owned())).shows("✓ aks-shop pulls").hides("Receipt");
    story.press(KeyCode::End).shows("Receipt").press(KeyCode::Home).shows("✓ aks-shop pulls");
    let before = story.see();
    story.press(KeyCode::PageDown).hides("✓ aks-shop pulls").press(KeyCode::PageUp);
    assert_eq!(story.see(), before);

    let mut story = Story::demo((40, 12));
    to_review(&mut story).shows("Step 9 restarts every").press(KeyCode::End).shows("nothing to undo").asked();
    story.press(KeyCode::Home).shows("Step 9 restarts every").press(KeyCode::PageDown).hides("Step 9 restarts every");
    story.press(KeyCode::Up).shows("Step 9 restarts every");

    let mut story = Story::demo((80, 24));
    to_run(&mut story).engine(engine::person_needed()).resize(40, 12).hides("az ad sp create");
    story.press(KeyCode::End).shows("itself.").press(KeyCode::Home).shows("An administrator of");
    story.press(KeyCode::F(1)).shows("Keys").press(KeyCode::End).shows("nobody knows").press(KeyCode::Home);
    story.hides("nobody knows").shows("↑0 ↓");
}

#[test]
fn what_was_scrolled_on_one_screen_is_not_scrolled_on_the_next() {
    let mut story = Story::demo((40, 12));
    to_review(&mut story).press(KeyCode::End).enter().engine(engine::failed()).press(KeyCode::End).enter();
    story.shows("✗ The role was not assigned.");
}

#[test]
fn a_page_and_the_ends_of_the_route_list_move_the_choice() {
    let mut story = Story::new((40, 12), complete(), false, Theme::full());
    story.press(KeyCode::Enter).press(KeyCode::Home).shows("▸ The one that fits").press(KeyCode::PageDown).shows("▸ ");
    story.hides("▸ The one that fits").press(KeyCode::End).shows("▸ ").press(KeyCode::PageUp).shows("▸ ");
    story.press(KeyCode::Home).shows("▸ The one that fits");
}
