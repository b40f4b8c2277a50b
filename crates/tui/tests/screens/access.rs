//! Somebody looks who can reach a cluster.

use crosspull_core::access::{ClusterAccess, ClusterDoors, ClusterIdentity};
use crosspull_core::explain::Trouble;
use crosspull_core::input::{Answers, Key};
use crosspull_core::names::Side;
use crosspull_core::sign_in::{Prompt, SignIn};
use crosspull_tui::{AccessTold, Effect, Msg, Notice, Theme};
use crossterm::event::KeyCode;

use crate::engine;
use crate::sign_in::code;
use crate::story::{Story, complete};

/// The title of the form.
const FORM: &str = "Which cluster, and who is to get in?";
const OBJECT: &str = "7c0ffee0-0000-4000-8000-00000000c0de";
const ADMINS: &str = "44444444-4444-4444-8444-444444444444";

/// Goes from Home to the form.
pub fn to_form(story: &mut Story) -> &mut Story {
    story.press(KeyCode::End).shows("▸ See who can reach").press(KeyCode::Enter).shows(FORM)
}

/// Goes on to where it is read, with that one named.
pub fn to_reading<'a>(story: &'a mut Story, who: &str) -> &'a mut Story {
    to_form(story).press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::Tab);
    story.type_text(who).press(KeyCode::Enter).shows("Reading for")
}

pub fn cluster() -> ClusterAccess {
    ClusterAccess {
        identity: ClusterIdentity::SystemAssigned(OBJECT.to_owned()),
        kubelet: Some(format!("aks-shop-agentpool, {OBJECT}")),
        doors: ClusterDoors {
            entra: true,
            azure_roles: true,
            admin_groups: true,
            no_local_accounts: true,
            no_run_command: false,
        },
        admin_groups: vec![ADMINS.to_owned()],
        host: Some("aks-shop-dns-1a2b3c4d.hcp.westeurope.azmk8s.io".to_owned()),
        is_stopped: false,
        is_private: false,
        ranges: vec!["203.0.113.0/24".to_owned()],
    }
}

/// The shell tells something about the last try.
pub fn told(story: &mut Story, told: AccessTold) -> &mut Story {
    let asked = story.effects.iter().rev().find_map(|effect| match effect {
        Effect::ReadAccess { attempt } => Some(*attempt),
        _ => None,
    });
    story.msg(Msg::Access { attempt: asked.expect("a try"), told })
}

pub fn refused() -> Trouble {
    Trouble::from_refusal("aks-shop cannot be looked at.", engine::forbidden())
}

/// Goes on to the page of the cluster.
fn to_cluster<'a>(story: &'a mut Story, who: &str) -> &'a mut Story {
    to_reading(story, who);
    told(story, AccessTold::Cluster(Ok(Box::new(cluster())))).shows("identity")
}

/// Tells a story at each size, and without colour, and keeps a picture of its end.
pub fn look(name: &str, tell: impl Fn(&mut Story)) {
    for (size, theme, kind) in
        [((80, 24), Theme::full(), "80x24"), ((40, 12), Theme::full(), "40x12"), ((80, 24), Theme::plain(), "plain")]
    {
        let mut story = Story::new(size, complete(), false, theme);
        tell(&mut story);
        let screen = story.see();
        assert!(theme.unicode || screen.is_ascii(), "{screen}");
        insta::assert_snapshot!(format!("{name}_{kind}"), screen);
    }
}

/// Goes there without looking, since marks differ between themes.
pub fn blind_form(story: &mut Story) -> &mut Story {
    story.press(KeyCode::End).press(KeyCode::Enter)
}

#[test]
fn the_form() {
    look("form", |story| blind_form(story).end());
    look("form_who", |story| {
        blind_form(story).press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::Tab);
        story.type_text("system:serviceaccount:shop").press(KeyCode::Enter);
    });
}

#[test]
fn what_is_read_for_how_long_and_what_could_not_be() {
    let url = "GET https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop?api-version=2024-09-01";
    look("goes", |story| {
        blind_form(story).press(KeyCode::Enter);
        told(story, AccessTold::Calls(url.to_owned())).wait(7_000).msg(Msg::Tick);
    });
    look("refused", |story| {
        blind_form(story).press(KeyCode::Enter);
        told(story, AccessTold::Cluster(Err(refused()))).end();
    });
}

#[test]
fn the_page_of_the_cluster() {
    look("cluster", |story| {
        blind_form(story).press(KeyCode::Enter);
        told(story, AccessTold::Cluster(Ok(Box::new(cluster())))).end();
    });
    look("cluster_end", |story| {
        blind_form(story).press(KeyCode::Enter);
        told(story, AccessTold::Cluster(Ok(Box::new(cluster())))).press(KeyCode::End).end();
    });
}

#[test]
fn the_question_has_answers_of_its_own_and_keeps_them() {
    let mut story = Story::new((80, 24), complete(), false, Theme::full());
    to_form(&mut story).press(KeyCode::Tab).press(KeyCode::Right);
    assert_eq!(story.model.answers().get(Key::SignInA), Some(SignIn::ALL[1].1));
    story.press(KeyCode::Tab).press(KeyCode::Tab).type_text("ops@contoso.com").press(KeyCode::Enter);
    told(&mut story, AccessTold::Cluster(Err(refused()))).shows("cannot be looked at").press(KeyCode::Esc);
    story.shows("ops@contoso.com").press(KeyCode::Esc).shows("▸ See who can reach");
    assert_eq!(story.model.answers(), &complete(), "those of the run wait meanwhile");
    story.press(KeyCode::Enter).shows("ops@contoso.com");
    assert_eq!(story.model.answers().get(Key::SignInA), Some(SignIn::ALL[1].1));
}

#[test]
fn what_is_missing_or_wrong_is_told_where_it_is() {
    let mut story = Story::blank((80, 24));
    to_form(&mut story).press(KeyCode::Enter).shows("✗ missing. The cluster's name or resource id");
    story.type_text("two words").press(KeyCode::Enter).shows("✗").ctrl('u').type_text("aks-shop");
    story.press(KeyCode::Enter).shows("Choose the one that is meant, or change the name.").press(KeyCode::Esc);
    assert!(story.asked().iter().all(|effect| !matches!(effect, Effect::ReadAccess { .. })), "nothing is read");
    let mut answers = complete();
    answers.set(Key::SignInA, "service-principal");
    answers.set(Key::TenantA, "");
    let mut app = Story::new((80, 24), answers, false, Theme::full());
    to_form(&mut app).press(KeyCode::Enter).shows("an app signs in to one tenant");
    let mut nobody = Story::new((80, 24), complete(), false, Theme::full());
    to_form(&mut nobody).press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::Tab);
    nobody.type_text("system:serviceaccount:x").press(KeyCode::Enter).shows("system:serviceaccount:NAMESPACE:NAME");
    nobody.type_text(":y").hides("✗").press(KeyCode::Enter).shows("Reading for");
}

#[test]
fn what_is_told_of_an_earlier_try_is_for_nobody() {
    let mut story = Story::new((80, 24), complete(), false, Theme::full());
    to_reading(&mut story, "").press(KeyCode::Esc).shows(FORM);
    assert!(story.asked().contains(&Effect::LeaveAccess), "what goes is stopped");
    story.press(KeyCode::Enter).msg(Msg::Access { attempt: 1, told: AccessTold::Cluster(Ok(Box::new(cluster()))) });
    story.shows("Reading for");
    told(&mut story, AccessTold::Cluster(Ok(Box::new(cluster())))).shows("Open");
    assert!(!story.model.animates(), "nothing moves any more");
    story.press(KeyCode::Char('r')).shows("Reading for");
}

#[test]
fn a_person_is_asked_over_it_and_what_they_stop_did_not_fail() {
    for refused_first in [true, false] {
        let mut story = Story::new((80, 24), complete(), false, Theme::full());
        to_reading(&mut story, "");
        let Prompt::Code { address, code, until, .. } = code() else { panic!("a code") };
        story.msg(Msg::Prompt(Prompt::Code { side: Side::A, address, code, until })).shows("FJC3A8XQT");
        story.press(KeyCode::Esc);
        assert!(story.effects.contains(&Effect::StopSignIn));
        let over = Msg::Prompt(Prompt::Over { side: Side::A });
        if refused_first {
            told(&mut story, AccessTold::Cluster(Err(refused()))).msg(over);
        } else {
            story.msg(over);
            told(&mut story, AccessTold::Cluster(Err(refused()))).end();
        }
        story.shows(FORM).shows("Sign-in was stopped.");
    }
}

#[test]
fn the_command_that_tells_the_same_is_copied_and_the_demo_has_none() {
    let mut story = Story::new((80, 24), complete(), false, Theme::full());
    to_cluster(&mut story, "me").press(KeyCode::Char('y')).msg(Msg::Notice(Notice::good("Copied."))).shows("Copied.");
    let command = story.asked().into_iter().find_map(|effect| match effect {
        Effect::Copy { text, .. } => Some(text.to_string()),
        _ => None,
    });
    let command = command.expect("a command");
    assert!(command.starts_with("crosspull access --cluster /subscriptions/"), "{command}");
    assert!(command.ends_with("--tenant-a contoso.com --principal me"), "{command}");
    story.press(KeyCode::Char('q'));
    assert_eq!(story.asked(), [Effect::Leave], "nothing is lost, so nothing is asked");
    let mut demo = Story::demo((80, 24));
    to_cluster(&mut demo, "").press(KeyCode::End).hides("crosspull access").press(KeyCode::Char('y'));
    assert!(!demo.asked().iter().any(|effect| matches!(effect, Effect::Copy { .. })), "it would find nothing");
}

#[test]
fn a_person_finds_clusters_at_home_without_naming_a_tenant() {
    let mut answers = Answers::default();
    answers.set(Key::SignInA, "azure-cli");
    let mut story = Story::new((80, 24), answers, false, Theme::full());
    to_form(&mut story).press(KeyCode::Tab).press(KeyCode::Tab).shows("Asking …");
    let sought = story.asked().into_iter().any(|effect| matches!(effect, Effect::Find { .. }));
    assert!(sought, "the clusters of their own tenant");
}
