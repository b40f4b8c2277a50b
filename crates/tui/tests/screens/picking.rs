//! Lists to choose from, while they come in.

use crosspull_core::explain::Trouble;
use crosspull_core::find::{Choice, Progress, Sought};
use crosspull_core::input::Answers;
use crosspull_core::input::Key;
use crosspull_core::names::PerTenant;
use crosspull_core::sign_in::{Surroundings, offers};
use crosspull_tui::{Effect, Here, Model, Msg, Setup, Theme};
use crossterm::event::KeyCode;

use crate::story::Story;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

pub fn cluster(n: usize) -> Choice {
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

fn tenant_alone() -> Answers {
    let mut answers = Answers::default();
    answers.set(Key::TenantA, "contoso.com");
    answers
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
    let mut story = Story::new((80, 24), tenant_alone(), false, Theme::plain());
    story.enter().press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::Tab);
    story.msg(found(clusters(), (0..41).map(cluster).collect(), Progress::Whole)).type_text("shop 12");
    insta::assert_snapshot!("list_plain", story.see());
}

#[test]
fn a_list_that_cannot_be_had_looks_so() {
    let trouble = Trouble::new("They cannot be listed.", "The signed-in account may not do this.", "Ask for Reader.");
    let mut story = listing((80, 24));
    story.msg(found(clusters(), Vec::new(), Progress::Failed(trouble))).shows("Paste its id instead.");
    insta::assert_snapshot!("list_failed", story.see());
}

#[test]
fn the_one_that_is_chosen_goes_into_the_field() {
    for key in [KeyCode::Enter, KeyCode::Tab] {
        let mut story = listing((80, 24));
        let asked = story.asked();
        assert!(matches!(asked.last(), Some(Effect::Find { sought, .. }) if *sought == clusters()), "{asked:?}");
        story.msg(found(clusters(), (0..10).map(cluster).collect(), Progress::Goes));
        story.type_text("plant-00005").press(key).shows("aks-plant-00005 in rg-plant");
        assert_eq!(story.asked(), [Effect::CancelFind]);
        // What comes late is for nobody.
        story.msg(found(clusters(), vec![cluster(11)], Progress::Whole)).hides("aks-data-00011");
        assert!(story.model.answers().get(Key::Cluster).is_some_and(|id| id.ends_with("/aks-plant-00005")));
    }
}

#[test]
fn typing_is_never_held_up_and_escape_closes_the_list_first() {
    let mut story = listing((80, 24));
    story.shows("Asking").type_text("shop").shows("shop");
    story.msg(found(clusters(), (0..8).map(cluster).collect(), Progress::Whole)).shows("2 of 8 match");
    story.press(KeyCode::Esc).hides("2 of 8").shows("Tenant A, where the cluster is").shows("Down lists them.");
    story.asked();
    story.type_text("1").end();
    assert_eq!(story.asked(), [], "a list that was closed does not come again by itself");
    story.press(KeyCode::Down).shows("Asking");
    story.press(KeyCode::Esc).press(KeyCode::Esc).shows("Which way?");
    story.press(KeyCode::Esc).shows("What do you want to do?");
}

#[test]
fn a_list_comes_by_itself_where_nobody_is_asked_and_what_is_right_has_none() {
    let mut story = Story::blank((80, 24));
    story.enter().press(KeyCode::Tab).type_text("contoso.com").press(KeyCode::Tab).asked();
    let asked = story.press(KeyCode::Tab).asked();
    assert!(matches!(asked.as_slice(), [Effect::Find { sought, .. }] if *sought == clusters()), "{asked:?}");
    story.msg(found(clusters(), (0..10).map(cluster).collect(), Progress::Whole)).shows("10 found");
    // Who only passes takes nothing along.
    story.press(KeyCode::Tab).press(KeyCode::BackTab).asked();
    assert_eq!(story.model.answers().get(Key::Cluster), None);
    story.msg(Msg::Paste(cluster(3).value)).hides("found").shows("aks-data-00003 in rg-data");
    assert_eq!(story.asked(), [Effect::CancelFind]);
}

#[test]
fn a_person_is_asked_by_a_key_alone_until_they_signed_in() {
    let mut story = Story::blank((80, 24));
    story.enter().press(KeyCode::Tab).type_text("contoso.com").press(KeyCode::Tab).press(KeyCode::Right).asked();
    story.press(KeyCode::Tab).shows("Down signs in");
    assert_eq!(story.asked(), []);
    story.press(KeyCode::Down).shows("Asking");
    assert!(matches!(story.asked().as_slice(), [Effect::Find { .. }]));
    story.press(KeyCode::Esc).press(KeyCode::BackTab).asked();
    story.msg(crate::sign_in::entered()).press(KeyCode::Tab);
    assert!(matches!(story.asked().as_slice(), [Effect::Find { .. }]), "who signed in is not asked again");
}

#[test]
fn down_and_up_choose_while_a_list_is_shown() {
    let mut story = listing((80, 24));
    story.msg(found(clusters(), (0..40).map(cluster).collect(), Progress::Whole));
    story
        .press(KeyCode::Down)
        .press(KeyCode::Down)
        .press(KeyCode::Up)
        .press(KeyCode::PageDown)
        .shows("▸ aks-plant-00009");
    story.press(KeyCode::BackTab).shows("←→");
}

#[test]
fn a_repository_leads_to_its_tags_and_a_space_to_the_next_image() {
    let mut story = Story::demo((80, 24));
    story.enter().enter().press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::Tab).asked();
    let choice =
        |name: &str, value: &str| Choice { name: name.to_owned(), details: Vec::new(), value: value.to_owned() };
    let repositories = Sought::For(Key::Repository);
    story.type_text(" ").shows("Asking");
    story.msg(found(repositories, vec![choice("shop/api", "shop/api")], Progress::Whole)).type_text("api").enter();
    let tags = Sought::Tags("shop/api".to_owned());
    let asked = story.asked();
    assert!(matches!(asked.last(), Some(Effect::Find { sought, .. }) if *sought == tags), "{asked:?}");
    story.shows("Tags of shop/api").msg(found(tags, vec![choice("2.0", "shop/api:2.0")], Progress::Whole));
    insta::assert_snapshot!("list_tags", story.see());
    story.enter().shows("shop/web:1.4 shop/api:2.0").hides("Tags of");
    story.enter().shows("Secret lives");
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

#[test]
fn tenants_come_by_themselves_where_they_can_and_are_not_missed_where_they_cannot() {
    let tenants = Sought::For(Key::TenantA);
    let trouble = Trouble::new("They cannot be listed.", "No account is there.", "Run az login.");
    let mut story = Story::blank((80, 24));
    story.enter().press(KeyCode::Tab);
    assert!(matches!(story.asked().as_slice(), [Effect::Find { sought, .. }] if *sought == tenants));
    story.msg(found(tenants.clone(), Vec::new(), Progress::Failed(trouble.clone()))).hides("They cannot be listed.");
    // Who asks is told.
    story.press(KeyCode::Down).msg(found(tenants.clone(), Vec::new(), Progress::Failed(trouble)));
    story.shows("They cannot be listed.").press(KeyCode::F(5));
    let choice = |name: &str, domain: &str| Choice {
        name: name.to_owned(),
        details: vec![domain.to_owned()],
        value: domain.to_owned(),
    };
    let choices = vec![choice("Contoso Ltd", "contoso.com"), choice("Fabrikam", "fabrikam.com")];
    story.msg(found(tenants, choices, Progress::Whole)).type_text("fab").shows("1 of 2 match").enter();
    assert_eq!(story.model.answers().get(Key::TenantA), Some("fabrikam.com"));
}

#[test]
fn a_name_without_an_id_asks_which_one_is_meant() {
    for (page, name) in [(1, "aks-shop-00004"), (2, "registryb.azurecr.io")] {
        let mut answers = tenant_alone();
        answers.set(Key::TenantB, "fabrikam.com");
        answers.set(Key::Cluster, if page == 1 { String::new() } else { cluster(1).value });
        let mut story = Story::new((80, 24), answers, false, Theme::full());
        let fields = if page == 1 { 3 } else { 2 };
        (0..page).for_each(|_| story.enter().end());
        (0..fields).for_each(|_| story.press(KeyCode::Tab).end());
        story.type_text(name).press(KeyCode::Esc).press(KeyCode::Tab).hides("✗").press(KeyCode::BackTab).asked();
        story.press(KeyCode::Esc).enter().shows("Choose the one that is meant, or change the name.");
        let key = if page == 1 { Key::Cluster } else { Key::Registry };
        let mut choices: Vec<Choice> = (0..8).map(cluster).collect();
        choices.push(Choice {
            name: "registryb".to_owned(),
            details: vec!["rg-registry".to_owned(), "registryb.azurecr.io".to_owned()],
            value: "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-registry/providers/\
                    Microsoft.ContainerRegistry/registries/registryb"
                .to_owned(),
        });
        story.msg(found(Sought::For(key), choices, Progress::Whole)).shows("1 of 9 match").enter().hides("match");
        assert!(story.model.answers().get(key).is_some_and(|id| id.contains("/providers/")), "{name}");
    }
}

#[test]
fn nothing_is_listed_where_nobody_signs_in() {
    let mut answers = tenant_alone();
    answers.set(Key::TenantB, "fabrikam.com");
    answers.set(Key::SignInB, "none");
    answers.set(Key::Cluster, cluster(1).value);
    let mut story = Story::new((80, 24), answers, false, Theme::full());
    story.enter().enter().press(KeyCode::Tab).press(KeyCode::Tab).hides("F5").press(KeyCode::F(5)).asked();
    assert_eq!(story.press(KeyCode::Down).asked(), [], "down is the next field");
}

#[test]
fn nothing_is_looked_for_by_itself_in_a_way_that_cannot_work_here() {
    let here = Surroundings::default();
    let offers = PerTenant::of(|side| offers(&here, side));
    let here = Here { offers, ..Here::default() };
    let mut story = Story::new((80, 24), tenant_alone(), false, Theme::full());
    let (answers, theme) = (tenant_alone(), Theme::full());
    story.model = Model::new(Setup { answers, simulated: false, theme, size: (80, 24), here });
    story.enter().press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::Tab).shows("Down lists them.");
    assert_eq!(story.asked(), []);
}

/// A story on the form of the pull secret, whose route was picked.
fn pull_secret(size: (u16, u16)) -> Story {
    let mut answers = crate::story::complete();
    answers.set(Key::Route, "pull-secret");
    let mut story = Story::new(size, answers, true, Theme::full());
    story.enter().enter().enter().enter().shows("The pull secret in the cluster").asked();
    story
}

fn namespace(name: &str) -> Choice {
    Choice { name: name.to_owned(), details: vec![String::new()], value: name.to_owned() }
}

fn namespaces() -> Sought {
    Sought::For(Key::Namespace)
}

#[test]
fn several_namespaces_are_picked_from_those_of_the_cluster_and_one_goes_out_again() {
    for size in SIZES {
        let mut story = pull_secret(size);
        story.press(KeyCode::Down);
        let asked = story.asked();
        assert!(matches!(asked.as_slice(), [Effect::Find { sought, .. }] if *sought == namespaces()), "{asked:?}");
        let all = ["default", "jobs", "kube-system", "shop"].map(namespace);
        story.msg(found(namespaces(), all.to_vec(), Progress::Whole)).shows("▸ jobs");
        insta::assert_snapshot!(format!("list_namespaces_{}x{}", size.0, size.1), story.see());
        story.enter().shows("default jobs").hides("▸ jobs");
        story
            .press(KeyCode::Down)
            .msg(found(namespaces(), all.to_vec(), Progress::Whole))
            .press(KeyCode::Up)
            .press(KeyCode::Up)
            .enter();
        assert_eq!(story.model.answers().all(Key::Namespace), ["jobs"], "one that is picked goes out");
        story.type_text(" sh").msg(found(namespaces(), all.to_vec(), Progress::Whole)).shows("1 of 4").enter();
        assert_eq!(story.model.answers().all(Key::Namespace), ["jobs", "shop"]);
        story.asked();
        story.enter().shows("Checks");
    }
}

#[test]
fn enter_alone_lists_no_namespaces_and_typing_goes_on_where_they_cannot_be_read() {
    let mut story = pull_secret((80, 24));
    story.enter();
    assert!(matches!(story.asked().as_slice(), [Effect::Check(_)]));
    let trouble = Trouble::new("The namespaces cannot be listed.", "its Kubernetes API does not answer.", "");
    let mut story = pull_secret((80, 24));
    story.type_text(" shop").msg(found(namespaces(), Vec::new(), Progress::Failed(trouble)));
    insta::assert_snapshot!("list_namespaces_failed", story.see());
    story.enter().shows("Checks");
    assert_eq!(story.model.answers().all(Key::Namespace), ["default", "shop"]);
}

#[test]
fn names_of_a_list_that_are_cut_are_told_apart_by_their_ends() {
    let mut story = listing((40, 12));
    let long = |n: usize| Choice { name: format!("aks-of-a-team-in-production-{n:05}"), ..cluster(n) };
    story.msg(found(clusters(), (0..40).map(long).collect(), Progress::Whole));
    story.shows("00000").shows("00001").hides("aks-of-a-team-in-production");
}

#[test]
fn a_paste_that_fills_the_window_is_not_told_whole_in_the_complaint() {
    let mut story = Story::blank((80, 24));
    story.enter().type_text(&"x y/".repeat(500)).press(KeyCode::Tab);
    let seen = story.see();
    assert!(seen.contains("is not a cloud") && seen.contains("Cluster"), "{seen}");
}
