//! The ways through the wizard: what keys do, and what the shell is asked for.

use crosspull_core::consent::ConsentLink;
use crosspull_core::event::Event;
use crosspull_core::hand_over::{AppPage, HandOver};
use crosspull_core::input::{Inputs, Key};
use crosspull_core::names::{Route, StepId};
use crosspull_core::secret::Secret;
use crosspull_tui::{Effect, Msg, Notice, Theme};
use crossterm::event::KeyCode;

use crate::engine;
use crate::story::{Story, complete, undecided};

const SIZE: (u16, u16) = (80, 24);

fn real() -> Story {
    Story::new(SIZE, complete(), false, Theme::full())
}

fn to_review(story: &mut Story) -> &mut Story {
    story.enter().enter().enter().enter().engine(engine::passed()).enter()
}

fn to_run(story: &mut Story) -> &mut Story {
    to_review(story).enter()
}

#[test]
fn with_everything_answered_enter_alone_leads_from_home_to_the_end() {
    let mut story = Story::demo(SIZE);
    story.shows("What do you want to do?").enter();
    story.shows("Tenant A, where").enter().shows("Tenant B, where").enter().shows("Secret lives").enter();
    assert_eq!(story.asked(), [Effect::Check(Box::new(engine::inputs()))]);
    story.engine(engine::started()).enter().shows("Checks").engine(engine::passed()).enter();
    story.shows("Review").enter();
    assert_eq!(story.asked(), [Effect::Run(Box::new(engine::plan()))]);
    story.engine(engine::proving());
    story.press_at_once(KeyCode::Enter).press_at_once(KeyCode::Enter).shows("next try in 6 s");
    story.engine(engine::asking().split_off(engine::proving().len())).shows("Reset aks-shop now?").enter();
    assert_eq!(story.asked(), [Effect::Confirm(StepId(9))]);
    story.hides("Not now").engine(engine::reset()).shows("The run is over").enter();
    story.shows("aks-shop pulls shop/web:1.4 from registryb").enter();
    assert_eq!(story.asked(), [Effect::Leave]);
}

#[test]
fn enter_does_nothing_while_the_checks_are_open_or_stop() {
    let mut story = Story::demo(SIZE);
    story.enter().enter().enter().enter().engine(engine::half_checked()).enter().shows("5 of 13 answered");
    story.engine(engine::stopped()).enter().shows("1 stop").shows("r asks again");
    story.asked();
    story.press(KeyCode::Char('r'));
    assert_eq!(story.asked(), [Effect::Check(Box::new(engine::inputs()))]);
    story.engine(engine::passed()).enter().shows("Review");
}

#[test]
fn changed_answers_are_checked_again_and_unchanged_ones_are_not() {
    let mut story = Story::demo(SIZE);
    to_review(&mut story).asked();
    story.press(KeyCode::Esc).press(KeyCode::Esc).shows("Secret lives").enter().shows("all passed");
    assert_eq!(story.asked(), []);
    story.press(KeyCode::Esc).press(KeyCode::Tab).ctrl('u').type_text("90").enter();
    let asked = story.asked();
    assert!(matches!(asked.as_slice(), [Effect::Check(inputs)] if inputs.secret_days == 90), "{asked:?}");
    story.hides("all passed");
}

#[test]
fn back_keeps_every_answer() {
    let mut story = Story::blank(SIZE);
    story.enter().press(KeyCode::Tab).type_text("contoso.com").press(KeyCode::Esc).enter().shows("contoso.com");
    assert_eq!(story.model.answers().get(Key::TenantA), Some("contoso.com"));
    story.press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::Right).shows("device-code");
    assert_eq!(story.model.answers().get(Key::SignInA), Some("device-code"));
}

#[test]
fn a_complaint_comes_when_a_field_is_left_and_goes_as_soon_as_it_is_right() {
    let mut story = Story::blank(SIZE);
    story.enter().press(KeyCode::Tab).type_text("contoso").hides("✗").press(KeyCode::Tab);
    story.shows("✗ \"contoso\" is not a tenant").press(KeyCode::BackTab).type_text(".").shows("✗");
    story.type_text("com").hides("✗");
}

#[test]
fn what_is_missing_is_named_where_it_is_missing() {
    let mut story = Story::blank(SIZE);
    story.enter().enter().shows("✗ missing. The tenant that").shows("Some answers need a look.");
    assert!(!story.asked().iter().any(|effect| matches!(effect, Effect::Check(_))));
    let (x, y) = story.cursor();
    assert_eq!((x, y), (34, 8), "the cursor is in the first field that needs a look\n{}", story.see());
}

#[test]
fn answers_that_do_not_go_together_are_shown_on_their_own_page() {
    let mut answers = complete();
    answers.set(Key::Repository, "other.azurecr.io/shop/web:1.4");
    let mut story = Story::new(SIZE, answers, true, Theme::full());
    story.enter().enter().enter().shows("Tenant B, where").shows("another registry than registryb");
    story.ctrl('u').type_text("shop/web:1.4").hides("✗").enter().shows("Secret lives");
}

#[test]
fn a_wildcard_is_refused_where_the_route_is_open_and_shown_in_the_review_of_its_own() {
    let mut answers = undecided();
    answers.set_all(Key::Repository, vec!["shop/*".to_owned(), "shop/web:1.4".to_owned()]);
    let mut story = Story::new(SIZE, answers.clone(), true, Theme::full());
    story.enter().enter().enter().shows("Tenant B, where").shows("\"shop/*\" stands for several repositories");
    answers.set(Key::Route, "repository-token");
    let inputs = Inputs::from_answers(&answers).expect("complete");
    let mut story = Story::new(SIZE, answers, true, Theme::full());
    story.enter().enter().enter().enter().enter().engine(engine::started());
    story.engine([Event::Planned { plan: engine::plan_of(Route::RepositoryToken, &inputs) }]).enter();
    story.shows("repositories/shop/*/content/read");
}

#[test]
fn a_complaint_about_what_no_screen_asks_for_is_said_and_nothing_is_called() {
    let mut answers = complete();
    answers.set(Key::Pace, "fast");
    let mut story = Story::new(SIZE, answers, true, Theme::full());
    story.enter().enter().enter().enter().shows("Secret lives").shows("CROSSPULL_PACE: \"fast\" is not a pace");
    assert_eq!(story.asked(), []);
}

#[test]
fn a_paste_is_cleaned_and_never_goes_on() {
    let mut story = Story::blank(SIZE);
    story.enter().press(KeyCode::Tab).msg(Msg::Paste("  contoso.com\r\n\u{1b}[2J".to_owned()));
    story.shows("Tenant A, where");
    assert_eq!(story.model.answers().get(Key::TenantA), Some("contoso.com [2J"));
}

#[test]
fn letters_are_text_in_a_field_and_keys_elsewhere() {
    let mut story = Story::blank(SIZE);
    story.press(KeyCode::Char('?')).shows("Keys").press(KeyCode::Esc).enter().press(KeyCode::Tab);
    story.type_text("?q").shows("?q").hides("Keys").press(KeyCode::F(1)).shows("Keys").shows("Shift+Tab");
}

#[test]
fn leaving_a_form_asks_and_a_second_control_c_leaves() {
    let mut story = Story::demo(SIZE);
    story.enter().ctrl('c').shows("Leave?").enter().hides("Leave?");
    assert_eq!(story.asked(), []);
    story.ctrl('c').press(KeyCode::Left).enter();
    assert_eq!(story.asked(), [Effect::Leave]);
    let mut story = Story::demo(SIZE);
    story.enter().ctrl('c').ctrl('c');
    assert_eq!(story.asked(), [Effect::Leave]);
}

#[test]
fn on_a_real_cloud_the_focus_begins_on_not_now_and_the_question_can_be_asked_again() {
    let mut story = real();
    to_run(&mut story).engine(engine::asking()).asked();
    story.shows("▸ Not now").shows("The new credential pulls shop/web:1.4").shows("nodes restart").enter();
    assert_eq!(story.asked(), []);
    story.hides("▸ Not now").shows("asks you").shows("Enter asks again").enter().shows("▸ Not now");
    story.press(KeyCode::Left).enter();
    assert_eq!(story.asked(), [Effect::Confirm(StepId(9))]);
    story.hides("Not now").enter();
    assert_eq!(story.asked(), [], "yes is said once");
}

#[test]
fn the_question_waits_below_what_is_being_read() {
    let mut story = Story::demo(SIZE);
    to_run(&mut story).engine(engine::proving()).press(KeyCode::Down).enter().shows("graph.microsoft.com").asked();
    story.engine(engine::asking().split_off(engine::proving().len())).hides("Reset aks-shop now?").enter();
    assert_eq!(story.asked(), [], "Enter closed what was read");
    story.shows("Reset aks-shop now?");
}

#[test]
fn the_app_and_the_lost_roles_are_shown_before_the_reset() {
    let mut story = real();
    story.enter().enter().enter().enter().engine(engine::checked()).enter().enter().engine(engine::asking());
    story.shows("The new principal lacks").shows("New app: 33333333-3333-4333-8333-333333333333");
}

#[test]
fn consent_shows_and_copies_the_whole_address_and_goes_by_itself() {
    let mut story = Story::demo(SIZE);
    to_run(&mut story).engine(engine::person_needed()).wait(2_000).asked();
    let screen = story.see();
    let address: String = screen
        .lines()
        .map(|l| l.trim_matches('"'))
        .skip_while(|l| !l.starts_with("https"))
        .map(str::trim_end)
        .take_while(|l| !l.is_empty())
        .collect();
    assert!(screen.contains("33333333-3333-4333-8333-333333333333"), "an id is not broken\n{screen}");
    // The letter of the secret is not that of the address.
    story.shows("Not given yet, asked 2 s ago.").shows("a copy address").hides("y copy").press(KeyCode::Char('y'));
    assert_eq!(story.asked(), []);
    for key in [KeyCode::Char('a'), KeyCode::F(2)] {
        story.press(key);
        let asked = story.asked();
        let [Effect::Copy { text, .. }] = asked.as_slice() else { panic!("{asked:?}") };
        assert_eq!(**text, address, "{key:?}");
    }
    assert_eq!(story.press(KeyCode::Char('p')).asked(), [Effect::ShowPlain { text: address.into() }]);
    let ended = engine::asking().into_iter().filter(|e| matches!(e, Event::StepEnded { step: StepId(4), .. }));
    story.engine(ended).hides("Not given yet").shows("provision the app");
}

/// The page for the administrator of tenant B.
fn page() -> HandOver {
    HandOver::App(AppPage {
        app: "33333333-3333-4333-8333-333333333333".parse().expect("an id"),
        app_name: "crosspull-aks-shop".to_owned(),
        tenant_a: "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa".parse().expect("an id"),
        tenant_b: "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb".parse().expect("an id"),
        login_server: "registryb.azurecr.io".to_owned(),
        images: Vec::new(),
        consent_url: "https://login.microsoftonline.com/".to_owned(),
        link: ConsentLink::default(),
        redirect_uri: String::new(),
    })
}

/// The engine waits for somebody else, who gets a page.
fn page_needed() -> Vec<Event> {
    let events = engine::person_needed().into_iter().map(|event| match event {
        Event::PersonNeeded { step, says, url, command, .. } => {
            Event::PersonNeeded { step, says, url, command, page: Some(Box::new(page())) }
        }
        other => other,
    });
    events.collect()
}

#[test]
fn the_file_of_a_page_stays_in_sight_until_the_run_goes_on() {
    const PLACE: &str = "/home/ops/.local/state/crosspull/runs/7f3c9a2e.tenant-b.md";
    let mut story = Story::new((80, 50), complete(), false, Theme::full());
    to_run(&mut story).engine(page_needed()).msg(Msg::Page(PLACE.to_owned()));
    story.shows(PLACE).press(KeyCode::Down).shows(PLACE);
    story.ctrl('c').engine(engine::interrupted()).enter().shows("Stopped").shows(PLACE);
    let mut demo = Story::demo((80, 50));
    to_run(&mut demo).engine(page_needed()).msg(Msg::Page(PLACE.to_owned())).hides(PLACE).shows("On a real cloud");
}

#[test]
fn a_page_for_somebody_else_is_copied_whole_and_its_commands_can_be_pasted() {
    let mut story = Story::demo((60, 50));
    to_run(&mut story).engine(page_needed()).asked();
    story.shows("y copy page").shows("a copy address").shows(" \\").press(KeyCode::Char('y'));
    let asked = story.asked();
    let [Effect::Copy { text, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(**text, page().markdown());
    assert_eq!(story.press(KeyCode::Char('p')).asked(), [Effect::ShowPlain { text: page().text().into() }]);
}

#[test]
fn the_secret_is_masked_until_it_is_asked_for_and_hides_again() {
    let mut story = Story::demo((100, 50));
    to_run(&mut story).engine(engine::asking()).enter().engine(engine::reset()).enter().asked();
    assert_eq!(story.shows("••••••••").press(KeyCode::Char('p')).asked(), [Effect::ShowSecretPlain]);
    story.press(KeyCode::F(3));
    assert_eq!(story.asked(), [Effect::RevealSecret]);
    let secret = || Msg::Secret(Secret::new("s3cret~value".to_owned()));
    assert!(!story.model.animates());
    story.msg(secret()).shows("s3cret~value").shows("hides in 10 s");
    assert!(story.model.animates() && !format!("{:?}", story.model).contains("s3cret~value"));
    story.wait(10_000).msg(Msg::Tick).hides("s3cret~value");
    assert!(!story.model.animates());
    story.msg(secret()).enter().hides("s3cret~value");
    assert_eq!(story.asked(), [], "the key hid the secret and did nothing else");
    story.press(KeyCode::F(4)).shows("Save the secret").enter();
    assert_eq!(story.asked(), [Effect::SaveSecret { path: "aks-shop.secret".to_owned() }]);
}

#[test]
fn a_run_that_found_its_secret_offers_none() {
    let mut story = Story::demo((100, 50));
    to_run(&mut story)
        .engine(engine::failed().into_iter().filter(|e| !matches!(e, Event::Learnt { step: StepId(3), .. })));
    story.enter().asked();
    story.hides("client secret").hides("F3").press(KeyCode::F(3)).press(KeyCode::F(2)).press(KeyCode::F(4));
    assert_eq!(story.asked(), []);
}

#[test]
fn it_moves_only_while_something_is_under_way() {
    let mut story = Story::demo(SIZE);
    assert!(!story.model.animates());
    story.enter().enter().enter().enter();
    assert!(story.model.animates());
    story.engine(engine::passed());
    assert!(!story.model.animates());
    story.enter().enter();
    assert!(story.model.animates());
    story.engine(engine::asking());
    assert!(!story.model.animates(), "a question to the operator moves nothing");
    story.enter();
    assert!(story.model.animates());
    story.engine(engine::reset());
    assert!(!story.model.animates());
}

#[test]
fn the_plan_is_saved_in_words_and_the_command_is_copied() {
    let mut story = Story::demo(SIZE);
    to_review(&mut story).asked();
    story.press(KeyCode::Char('s')).enter();
    let asked = story.asked();
    let [Effect::SaveText { path, text }] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(path, "aks-shop-plan.md");
    assert!(text.contains("9. A, reset aks-shop") && text.contains("undo: ARM DELETE roleAssignments"), "{text}");
    assert!(
        text.contains("```sh\ncrosspull apply --yes \\\n  --route new-app \\\n  --tenant-a contoso.com \\\n"),
        "{text}"
    );
    story.msg(Msg::Notice(Notice::bad("aks-shop-plan.md cannot be written: name a new file.")));
    story.shows("Save the plan").shows("✗ aks-shop-plan.md cannot be written").press(KeyCode::Char('2'));
    story.hides("cannot be written").shows("aks-shop-plan.md2").enter().msg(Msg::Notice(Notice::good("Saved in it")));
    story.hides("Save the plan").shows("Saved in it");
    story.enter().engine(engine::failed()).enter().asked();
    story.press(KeyCode::Char('c'));
    let asked = story.asked();
    assert!(
        matches!(asked.as_slice(), [Effect::Copy { text, .. }] if text.starts_with("crosspull apply --yes --route new-app --tenant-a contoso.com"))
    );
}

#[test]
fn a_run_that_waits_for_a_person_ends_with_what_the_person_must_do() {
    let mut story = Story::demo(SIZE);
    to_run(&mut story).engine(engine::person_needed()).ctrl('c').engine(engine::waits()).enter();
    story.shows("Waiting for a person").shows("https://login.microsoftonline.com/").shows("az ad sp create");
    story.asked();
    story.shows("33333333-3333-4333-8333-333333333333").press(KeyCode::Char('a'));
    let asked = story.asked();
    assert!(matches!(asked.as_slice(), [Effect::Copy { text, .. }] if text.starts_with("https://")), "{asked:?}");
    let asked = story.press(KeyCode::Char('p')).asked();
    assert!(matches!(asked.as_slice(), [Effect::ShowPlain { text }] if text.starts_with("https://")), "{asked:?}");
}

#[test]
fn a_small_window_scrolls_to_the_command_of_the_consent_page() {
    let mut story = Story::demo((40, 12));
    to_run(&mut story).engine(engine::person_needed()).hides("az ad sp create");
    for _ in 0..8 {
        story.press(KeyCode::Down);
    }
    story.shows("az ad sp create");
}

#[test]
fn what_was_said_is_shown_whole() {
    let mut story = Story::demo((40, 12));
    let text = "The file /home/ops/aks-shop.secret exists already: give the path of a new file.";
    story.msg(Msg::Notice(Notice::bad(text))).shows("give the path of").shows(" file.  ").shows("Ctrl+C leave");
    story.enter().hides("new file").shows("Tenant A");
}

#[test]
fn cluster_and_registry_are_named_by_their_whole_ids_before_the_run() {
    let inputs = engine::inputs();
    let ids = [inputs.clusters[0].to_string(), inputs.registries[0].to_string()];
    let mut story = Story::demo((200, 50));
    to_review(&mut story).shows(&ids[0]).shows(&ids[1]);
    for size in [(120, 40), (80, 24)] {
        let mut story = Story::demo(size);
        to_review(&mut story);
        let screen = story.see();
        let text: String =
            screen.lines().map(|l| l.trim_matches('"').rsplit('│').next().unwrap_or("").trim()).collect();
        assert!(ids.iter().all(|id| text.contains(id)), "{screen}");
    }
}

#[test]
fn the_saved_plan_says_what_it_is_about_and_what_the_checks_warn_of() {
    let mut answers = complete();
    answers.set(Key::Cloud, "https://arm.local.azurestack.external");
    let mut story = Story::new(SIZE, answers, false, Theme::full());
    story.enter().enter().enter().enter().engine(engine::checked()).enter().asked();
    story.press(KeyCode::Char('s')).enter();
    let asked = story.asked();
    let [Effect::SaveText { text, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    let inputs = engine::inputs();
    for line in [
        "- cloud: AzureCloud, at https://arm.local.azurestack.external/".to_owned(),
        "- tenant A: aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa".to_owned(),
        format!("- cluster: {}", inputs.clusters[0]),
        format!("- registry: {}", inputs.registries[0]),
        "The checks warn:".to_owned(),
    ] {
        assert!(text.lines().any(|l| l == line), "no {line:?} in\n{text}");
    }
    assert!(text.contains("- the new principal will lack") && text.contains("\n  Have it granted"), "{text}");
}

#[test]
fn a_failed_step_tells_the_services_own_words_on_the_run() {
    let mut story = Story::demo(SIZE);
    to_run(&mut story).engine(engine::failed()).shows("AuthorizationFailed").shows("99999999-9999-4999-8999");
}

#[test]
fn every_warning_is_unfolded_and_counted_where_the_plan_may_run() {
    let mut story = Story::demo(SIZE);
    story.enter().enter().enter().enter().engine(engine::checked());
    story.shows("Have it granted").shows("The plan may run in spite of 1 warning. Enter shows it.");
}

#[test]
fn a_route_that_cannot_work_says_why_and_is_not_taken() {
    let mut story = Story::undecided(SIZE);
    story.press(KeyCode::Enter).shows("Which way?").shows("▸ The one that fits");
    story
        .press(KeyCode::Down)
        .press(KeyCode::Down)
        .shows("▸ attach")
        .shows("cannot work: cluster and registry are in two");
    story.press(KeyCode::Enter).shows("Which way?").shows("attach cannot work");
    story.press(KeyCode::Up).shows("▸ new app").press(KeyCode::Enter).shows("Tenant A, where the cluster is");
    assert_eq!(story.model.answers().get(Key::Route), Some("new-app"));
    story.press(KeyCode::Esc).shows("▸ new app").press(KeyCode::Esc).shows("What do you want to do?");
}

#[test]
fn one_tenant_is_named_and_signed_in_to_once() {
    let mut story = Story::blank(SIZE);
    story.press(KeyCode::Enter).press(KeyCode::Down).press(KeyCode::Down).shows("▸ attach").press(KeyCode::Enter);
    story.shows("The tenant, where cluster and registry are").shows("crosspull · attach").hides("Tenant B");
    story.press(KeyCode::Tab).type_text("contoso.com").press(KeyCode::Tab).press(KeyCode::Right);
    story.press(KeyCode::Tab).type_text(Key::Cluster.field().expect("a row").example).press(KeyCode::Enter);
    story
        .shows("The registry, and who gives the role on it")
        .shows("device-code")
        .hides("The tenant that the registry");
    story.press(KeyCode::Tab).type_text(Key::Registry.field().expect("a row").example);
    story.press(KeyCode::Tab).type_text("shop/web:1.4").press(KeyCode::Enter).shows("Checks");
    let asked = story.asked();
    let inputs = asked.iter().find_map(|effect| if let Effect::Check(inputs) = effect { Some(inputs) } else { None });
    let access = &inputs.expect("the checks are asked").access;
    assert!(access.tenants.is_one() && access.one_sign_in, "{access:?}");
}

#[test]
fn what_most_people_leave_as_it_is_is_folded_away_and_shown_by_a_key() {
    for size in [SIZE, (40, 12)] {
        let mut answers = complete();
        answers.set(Key::Route, "pull-secret");
        let mut story = Story::new(size, answers.clone(), true, Theme::full());
        story.enter().enter().enter().enter().press(KeyCode::BackTab).shows("Enter show them");
        insta::assert_snapshot!(format!("folded_{}x{}", size.0, size.1), story.see());
        story.enter().shows("Proof").press(KeyCode::Tab).type_text("/home/ops/config");
        insta::assert_snapshot!(format!("unfolded_{}x{}", size.0, size.1), story.see());
        story.enter();
        let asked = story.asked();
        let given =
            |effect: &Effect| matches!(effect, Effect::Check(inputs) if inputs.access.kubernetes.kubeconfig.is_some());
        assert!(asked.iter().any(given), "{asked:?}");
        // What was answered is in sight the next time.
        story.press(KeyCode::Esc).press(KeyCode::BackTab).shows("Manifest file").hides("More");
    }
}

#[test]
fn a_complaint_about_what_is_folded_away_unfolds_it() {
    let mut answers = complete();
    answers.set(Key::Route, "pull-secret");
    answers.set(Key::Context, "aks-shop");
    let mut story = Story::new(SIZE, answers, true, Theme::full());
    story.enter().enter().enter().enter().enter().shows("The pull secret in the cluster").shows("✗").shows("Context");
}

#[test]
fn the_cloud_of_the_demo_stays_what_it_is() {
    let mut answers = complete();
    answers.set(Key::Cloud, "https://localhost:41001");
    let mut demo = Story::new((80, 24), answers.clone(), true, Theme::full());
    demo.enter().shows("localhost:41001").type_text("x").shows("The demo has a cloud of its own").hides("41001x");
    let mut real = Story::new((80, 24), answers, false, Theme::full());
    real.enter().type_text("x").shows("41001x");
}
