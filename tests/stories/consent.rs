//! The app is let into tenant B by a person.

use std::process::Command;

use crosspull_support::{End, Story, text};
use serde_json::Value;

/// Returns the page of admin consent, which works for an app that lists no permission.
fn page(story: &Story, app: &str) -> String {
    let (login, tenant) = (&story.ready.arm, story.ready.tenants.b.id);
    format!(
        "{login}/{tenant}/v2.0/adminconsent?client_id={app}&scope=openid&\
         redirect_uri=https%3A%2F%2Fwww.microsoft.com"
    )
}

/// Returns the page that Microsoft's documents name: `…/<Tenant B
/// ID>/oauth2/authorize?client_id=<app>&response_type=code&redirect_uri=…`.
fn page_of_documents(story: &Story, app: &str) -> String {
    let (login, tenant) = (&story.ready.arm, story.ready.tenants.b.id);
    format!(
        "{login}/{tenant}/oauth2/authorize?client_id={app}&response_type=code&\
         redirect_uri=https%3A%2F%2Fwww.microsoft.com"
    )
}

/// A person was asked once, for the app that was made, and let it in.
fn is_done_by_a_person(story: &Story, end: &End) {
    end.is_done();
    let world = story.world();
    story.is_done("AcrPull");
    let app = text(world.app(), "appId");
    let asked: Vec<&Value> = end.events("person_needed").collect();
    assert_eq!(asked.len(), 1, "\n{end}");
    assert_eq!(text(asked[0], "url"), page(story, app));
    assert_eq!(text(asked[0], "command"), format!("az ad sp create --id {app}"));
    assert!(text(asked[0], "says").ends_with("opens this page and accepts for the organization."), "\n{end}");
    assert_eq!((end.outcome("provision"), end.note("provision")), ("created", "consented by a person"));
    assert_eq!(made_by_the_operator(story), 0, "the operator made no service principal in B");
}

/// Returns the number of requests to tenant B that make a service principal.
fn made_by_the_operator(story: &Story) -> usize {
    let tenant = story.ready.tenants.b.id.to_string();
    let requests = story.sim.requests();
    let made = |r: &&Value| r["method"] == "POST" && r["path"] == "/v1.0/servicePrincipals" && r["tenant"] == *tenant;
    requests.as_array().into_iter().flatten().filter(made).count()
}

#[test]
fn a_person_consents_later_and_it_is_noticed() {
    let story = Story::of("consent-later");
    let end = story.apply(&[]);
    is_done_by_a_person(&story, &end);
    assert!(end.waits().contains(&"consent is not given yet"), "\n{end}");
}

#[test]
fn a_person_consents_when_asked() {
    let story = Story::of("happy");
    let mut asked = 0;
    let end = story.apply_while(&["--consent", "url"], |event, _| {
        if event["event"] == "person_needed" {
            asked += 1;
            let app = text(event, "command").rsplit(' ').next().expect("an id").to_owned();
            story.sim.consent("b", &app).expect("consent is given");
        }
    });
    assert_eq!(asked, 1);
    is_done_by_a_person(&story, &end);
}

#[test]
fn a_run_that_was_stopped_while_it_waited_is_finished_by_the_next() {
    let story = Story::of("happy");
    let end = story.apply_while(&["--consent", "url"], |event, process| {
        if event["event"] == "waiting" && event["why"] == "consent is not given yet" && event["tries"] == 1 {
            let sent = Command::new("kill").args(["-TERM", &process.to_string()]).status().expect("kill");
            assert!(sent.success());
        }
    });
    end.exits(143).verdict("interrupted");
    story.cluster_was_not_touched();
    let world = story.world();
    let app = text(world.app(), "appId");
    assert_eq!(world.principals("b", app), Vec::<&str>::new());

    story.sim.consent("b", app).expect("consent is given");
    let next = story.apply(&["--consent", "url"]);
    next.is_done();
    assert_eq!((next.outcome("create-app"), next.outcome("provision")), ("found", "found"));
    assert_eq!(next.events("person_needed").count(), 0);
    let world = story.world();
    assert_eq!(text(world.cluster(), "clientId"), app);
    assert_eq!(world.role()["roleName"], "AcrPull");
    assert_eq!(world.pulls(), ["Pulled"; 3]);
}

/// Returns a watcher by which the person who is asked does this once.
fn once(mut act: impl FnMut(&Value)) -> impl FnMut(&Value, u32) {
    let mut asked = 0;
    move |event, _| {
        if event["event"] == "person_needed" {
            asked += 1;
            assert_eq!(asked, 1, "asked once");
            act(event);
        }
    }
}

#[test]
fn the_page_works_for_an_app_that_lists_no_permission() {
    let story = Story::of("happy");
    let end = story.apply_while(
        &["--consent", "url"],
        once(|event| {
            let to = story.consents_by_browser(text(event, "url"), "accept");
            assert!(
                to.starts_with("https://www.microsoft.com/?admin%5Fconsent=") || to.contains("admin_consent="),
                "{to}"
            );
        }),
    );
    is_done_by_a_person(&story, &end);
}

#[test]
fn the_page_of_the_documents_is_there_by_its_name_for_an_app_that_lists_a_permission() {
    let story = Story::of("happy");
    let end = story.apply_while(
        &["--consent", "url", "--consent-link", "authorize"],
        once(|event| {
            let to = story.consents_by_browser(text(event, "url"), "accept");
            assert!(to.starts_with("https://www.microsoft.com/?code="), "{to}");
        }),
    );
    end.is_done();
    let world = story.world();
    let app = text(world.app(), "appId");
    let asked: Vec<&Value> = end.events("person_needed").collect();
    assert_eq!(text(asked[0], "url"), page_of_documents(&story, app));
    assert!(text(asked[0], "says").contains("ticks \"Consent on behalf of your organization\""), "\n{end}");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

/// The cluster has the app that was made, and pulls by it; the app's redirect address is what was asked for.
fn the_cluster_pulls(story: &Story) {
    let world = story.world();
    let app = world.app();
    assert_eq!(app["web"]["redirectUris"], serde_json::json!(["http://localhost"]));
    assert_eq!(world.cluster()["clientId"], app["appId"]);
    assert_eq!(world.role()["roleName"], "AcrPull");
    assert_eq!(world.pulls(), ["Pulled"; 3]);
}

/// The flags of a run whose consent page comes back to this machine.
const HERE: [&str; 4] = ["--consent", "url", "--redirect-uri", "http://localhost"];

#[test]
fn an_answer_that_comes_back_to_this_machine_is_taken() {
    let story = Story::of("happy");
    let end = story.apply_while(
        &HERE,
        once(|event| {
            assert!(text(event, "says").contains("comes back to port"), "{event}");
            let said = story.consents_by_browser(text(event, "url"), "accept");
            assert!(said.contains("The answer has reached crosspull"), "{said}");
        }),
    );
    end.is_done();
    the_cluster_pulls(&story);
    assert_eq!(end.note("provision"), "consented by a person");
}

#[test]
fn consent_that_is_declined_is_told_at_once() {
    let story = Story::of("happy");
    let end = story.apply_while(
        &HERE,
        once(|event| {
            let said = story.consents_by_browser(text(event, "url"), "cancel");
            assert!(said.contains("Consent was not given"), "{said}");
        }),
    );
    end.exits(3).verdict("waits");
    let trouble = end.trouble();
    assert_eq!(text(trouble, "what"), "Consent was not given in tenant B.", "\n{end}");
    assert_eq!(text(trouble, "why"), "Whoever opened the page declined it.", "\n{end}");
    assert_eq!(trouble["refusal"]["code"], "AADSTS65004", "\n{end}");
    story.cluster_was_not_touched();
    let app = text(story.world().app(), "appId").to_owned();
    story.sim.consent("b", &app).expect("consent is given");
    story.resume(&[]).ends_well();
    the_cluster_pulls(&story);
}

#[test]
fn an_answer_of_another_tenant_is_told_and_one_without_the_state_counts_for_nothing() {
    let story = Story::of("happy");
    let other = "99999999-9999-4999-8999-999999999999";
    let mut given = false;
    let end = story.apply_while(&HERE, |event, _| {
        if event["event"] == "person_needed" {
            let url = url::Url::parse(text(event, "url")).expect("an address");
            let of = |name: &str| {
                url.query_pairs()
                    .find(|(key, _)| key == name)
                    .map(|(_, value)| value.into_owned())
                    .expect("it is there")
            };
            let back = format!("{}/?admin_consent=True&tenant={other}&state=", of("redirect_uri"));
            assert!(story.comes_to(&format!("{back}guessed")).contains("not the page that crosspull waits for"));
            assert!(story.comes_to(&format!("{back}{}", of("state"))).contains("The answer has reached crosspull"));
        }
        // Only once it was told.
        if !given && !event["says"].is_null() && event["event"] == "waiting" {
            given = true;
            let what = text(&event["says"], "what");
            assert_eq!(what, format!("Consent was given in tenant {other} , not in tenant B."));
            let app = text(story.world().app(), "appId").to_owned();
            story.sim.consent("b", &app).expect("consent is given");
        }
    });
    assert!(given, "\n{end}");
    end.is_done();
    the_cluster_pulls(&story);
}

/// Returns a story of an operator who has nothing of tenant B, whose sign-in answers the app so, those times.
fn while_b_says(code: &str, nth: &str) -> Story {
    let own = format!(
        "name = 'own'\nsays = 'own'\n[[fault]]\non = 'entra POST /b/oauth2/v2.0/token'\nnth = {nth}\ndo = 'status'\n\
         code = 400\nerror = '{code}'\nmessage = 'Own words of the service.'\n"
    );
    Story::told(&[], &own).without("CROSSPULL_B_CLIENT_ID").without("CROSSPULL_B_CLIENT_SECRET")
}

/// Applies where nobody signs in to tenant B.
fn hands_over(story: &Story, more: &[&str], watch: impl FnMut(&Value, u32)) -> End {
    let login_server = story.ready.login_server.clone();
    let flags = [&["--sign-in-b", "none", "--registry", &login_server], more].concat();
    story.apply_while(&flags, watch)
}

#[test]
fn what_somebody_can_mend_is_told_while_they_are_waited_for() {
    let told = [
        ("AADSTS7000112", "The app is disabled."),
        ("AADSTS53003", "A Conditional Access policy of the tenant blocks this sign-in."),
        ("AADSTS90999", "The service gives no reason that crosspull knows."),
    ];
    for (code, why) in told {
        let story = while_b_says(code, "[1, 2, 3, 4]");
        let mut granted = false;
        let end = hands_over(&story, &[], |event, _| match text(event, "event") {
            "person_needed" => {
                let app = text(&event["page"], "app");
                story.sim.consent("b", app).expect("consent is given");
            }
            "waiting" if event["why"] == "the app may not pull yet" && !granted => {
                granted = true;
                let app = text(story.world().app(), "appId").to_owned();
                story.grant_by_hand(&app, "7f951dda-4ed3-4680-a7ca-43fe172d538d");
            }
            _ => {}
        });
        end.ends_well();
        story.is_done("AcrPull");
        let says = end.events("waiting").find(|event| !event["says"].is_null()).map(|event| event["says"].clone());
        let says = says.unwrap_or_else(|| panic!("{code} is not told\n{end}"));
        assert_eq!((text(&says, "what"), text(&says, "why")), ("The app cannot sign in to tenant B.", why), "{code}");
        assert_eq!(
            (&says["refusal"]["code"], &says["refusal"]["message"]),
            (&code.into(), &"Own words of the service.".into())
        );
    }
}

#[test]
fn what_the_sign_in_says_stands_at_the_end_of_the_wait() {
    let story = while_b_says("AADSTS53003", "'every'");
    let end = hands_over(&story, &["--consent-wait", "0"], |_, _| {});
    end.exits(3).verdict("waits");
    let trouble = end.trouble();
    assert!(text(trouble, "why").contains("A Conditional Access policy of the tenant blocks this sign-in."), "\n{end}");
    assert!(text(trouble, "now").ends_with("Then go on with crosspull resume."), "\n{end}");
    assert_eq!(trouble["refusal"]["code"], "AADSTS53003");
}

#[test]
fn what_waiting_cannot_change_ends_the_wait() {
    for (code, why) in [
        ("AADSTS90002", "There is no such tenant in this cloud."),
        ("AADSTS7000222", "The secret has expired."),
        ("AADSTS900382", "A secret of another cloud is not taken here."),
    ] {
        let story = while_b_says(code, "[2, 3, 4, 5]");
        let end = hands_over(&story, &[], |_, _| {});
        end.exits(1).verdict("failed");
        assert_eq!(
            (text(end.trouble(), "what"), text(end.trouble(), "why")),
            ("The app cannot sign in to tenant B.", why)
        );
        story.cluster_was_not_touched();
    }
}

#[test]
fn the_registrys_firewall_is_told_while_the_role_is_waited_for() {
    let story = Story::of("firewalled-registry").without("CROSSPULL_B_CLIENT_ID").without("CROSSPULL_B_CLIENT_SECRET");
    let flags = ["--consent-wait", "0", "--prove", "inside"];
    hands_over(&story, &flags, |_, _| {}).exits(3).verdict("waits");
    let app = text(story.world().app(), "appId").to_owned();
    story.sim.consent("b", &app).expect("consent is given");
    let end = story.resume(&["--consent-wait", "0"]);
    end.exits(3).verdict("waits");
    assert!(text(end.trouble(), "why").contains("The registry's firewall does not let this machine in."), "\n{end}");
}

#[test]
fn the_page_of_an_app_that_was_there_leads_to_an_address_that_it_lists() {
    let no_wait = ["--route", "convert-app", "--consent", "url", "--consent-wait", "0"];
    for (addresses, leads_to, warns) in [
        (
            &["https://shop.contoso.com/back", "https://b.contoso.com"][..],
            "https%3A%2F%2Fshop.contoso.com%2Fback",
            false,
        ),
        (&["https://b.contoso.com", "https://www.microsoft.com"][..], "https%3A%2F%2Fwww.microsoft.com", false),
        (&[][..], "https%3A%2F%2Fwww.microsoft.com", true),
    ] {
        let story = Story::of("happy");
        let world = story.world();
        let used = text(world.cluster(), "clientId");
        let app = world.apps("a").find(|app| app["appId"] == used).expect("the cluster's app");
        story.change_app_by_hand(text(app, "id"), &serde_json::json!({ "web": { "redirectUris": addresses } }));
        let end = story.apply(&no_wait);
        let asked = end.events("person_needed").next().expect("a page");
        assert!(text(asked, "url").ends_with(&format!("&redirect_uri={leads_to}")), "\n{end}");
        assert_eq!(text(asked, "says").contains("may end in AADSTS500113; the command needs none"), warns, "\n{end}");
    }
}
