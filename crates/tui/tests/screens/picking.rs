//! Lists to choose from, while they come in.

use crosspull_core::explain::Trouble;
use crosspull_core::field::Key;
use crosspull_core::find::{Choice, Progress, Sought};
use crosspull_tui::{Effect, Msg};
use crossterm::event::KeyCode;

use crate::story::Story;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

fn cluster(n: usize) -> Choice {
    let (team, region) = (["shop", "plant", "web", "data"][n % 4], ["westeurope", "northeurope"][n % 2]);
    Choice {
        name: format!("aks-{team}-{n:05}"),
        details: vec![format!("rg-{team}"), region.to_owned(), "1.33".to_owned()],
        value: format!(
            "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-{team}/providers/\
             Microsoft.ContainerService/managedClusters/aks-{team}-{n:05}"
        ),
    }
}

fn found(sought: Sought, choices: Vec<Choice>, progress: Progress) -> Msg {
    Msg::Found { sought, choices, progress }
}

/// A story in the field of the cluster, whose list is asked for.
fn listing(size: (u16, u16)) -> Story {
    let mut story = Story::blank(size);
    story.enter().press(KeyCode::Tab).type_text("contoso.com");
    story.press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::F(5));
    story
}

fn clusters() -> Sought {
    Sought::For(Key::Cluster)
}

#[test]
fn a_list_looks_so() {
    for size in SIZES {
        let mut story = listing(size);
        story.msg(found(clusters(), (0..4100).map(cluster).collect(), Progress::Goes)).type_text("shop 12");
        story.press(KeyCode::Down);
        insta::assert_snapshot!(format!("list_{}x{}", size.0, size.1), story.see());
    }
}

#[test]
fn a_list_that_cannot_be_had_looks_so() {
    let trouble = Trouble::new("They cannot be listed.", "The signed-in account may not do this.", "Ask for Reader.");
    let mut story = listing((80, 24));
    story.msg(found(clusters(), Vec::new(), Progress::Failed(trouble)));
    insta::assert_snapshot!("list_failed", story.see());
}

#[test]
fn the_one_that_is_chosen_goes_into_the_field() {
    let mut story = listing((80, 24));
    let asked = story.asked();
    assert!(matches!(asked.as_slice(), [Effect::Find { sought, .. }] if *sought == clusters()), "{asked:?}");
    story.msg(found(clusters(), (0..10).map(cluster).collect(), Progress::Goes)).type_text("plant-00005").enter();
    story.shows("aks-plant-00005 in rg-plant");
    assert_eq!(story.asked(), [Effect::CancelFind]);
    // What comes late is for nobody.
    story.msg(found(clusters(), vec![cluster(11)], Progress::Whole)).hides("aks-data-00011");
    assert!(story.model.answers().get(Key::Cluster).is_some_and(|id| id.ends_with("/aks-plant-00005")));
}

#[test]
fn typing_is_never_held_up_and_escape_leaves_the_field_as_it_was() {
    let mut story = listing((80, 24));
    story.shows("Asking").type_text("shop").shows("shop");
    story.msg(found(clusters(), (0..8).map(cluster).collect(), Progress::Whole)).shows("2 of 8");
    story.press(KeyCode::Esc).shows("Tenant A, where the cluster is").hides("2 of 8");
    assert_eq!(story.model.answers().get(Key::Cluster), None);
}

#[test]
fn a_repository_leads_to_its_tags_and_several_images_may_be_taken() {
    let mut story = Story::demo((80, 24));
    story.enter().enter().press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::F(5));
    let choice =
        |name: &str, value: &str| Choice { name: name.to_owned(), details: Vec::new(), value: value.to_owned() };
    let repositories = Sought::For(Key::Repository);
    story.msg(found(repositories, vec![choice("shop/api", "shop/api")], Progress::Whole)).enter();
    let tags = Sought::Tags("shop/api".to_owned());
    story.shows("Tags of shop/api").msg(found(tags, vec![choice("2.0", "shop/api:2.0")], Progress::Whole)).enter();
    story.shows("shop/web:1.4 shop/api:2.0");
}

#[test]
fn every_key_of_a_word_narrows_ten_thousand() {
    let mut story = listing((80, 24));
    for page in 0..10 {
        story.msg(found(clusters(), (page * 1000..(page + 1) * 1000).map(cluster).collect(), Progress::Goes));
    }
    story.msg(found(clusters(), Vec::new(), Progress::Whole)).shows("10,000");
    for (typed, left) in [("p", "of 10,000"), ("lant", "2,500 of 10,000"), ("-09997", "1 of 10,000")] {
        story.type_text(typed).shows(left);
    }
    story.enter().shows("aks-plant-09997 in rg-plant");
}
