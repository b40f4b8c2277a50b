//! The app is let into tenant B by a person.

use std::process::Command;

use crosspull_support::{End, Story, text};
use serde_json::Value;

/// Returns the page that Microsoft's documents name: `…/<Tenant B
/// ID>/oauth2/authorize?client_id=<app>&response_type=code&redirect_uri=…`.
fn page(story: &Story, app: &str) -> String {
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
    assert!(text(asked[0], "says").contains("Consent on behalf of your organization"), "\n{end}");
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
