//! Between the operator's yes and the reset everything that the reset stands on is looked at once more.

use crosspull_sim::Tenant;
use crosspull_support::{End, Story, text};
use serde_json::Value;

const SOAKS: &str = "the new service principal becomes known in every region";

/// Applies with a wait, and has somebody do something meanwhile.
fn meanwhile(story: &Story, act: impl Fn(&Story)) -> End {
    let mut acted = false;
    story.apply_while(&["--soak", "4"], |event, _| {
        if !acted && event["event"] == "waiting" && event["why"] == SOAKS {
            acted = true;
            act(story);
        }
    })
}

/// The run ended before the reset, and says what is missing.
fn is_held(story: &Story, end: &End, missing: &str) {
    end.fails_with(missing, "crosspull resume");
    let looked = end.events("looked").last().expect("it looked");
    assert!(looked["missing"].as_array().is_some_and(|missing| !missing.is_empty()), "{looked}");
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 0);
    story.world().cluster_is_as(story.begin());
}

fn new_principal(story: &Story, tenant: &str) -> String {
    let world = story.world();
    world.principals(tenant, text(world.app(), "appId"))[0].to_owned()
}

#[test]
fn a_role_that_a_person_removed_during_the_wait_is_seen_and_given_again_by_resume() {
    let story = Story::of("old-roles-to-copy");
    let end = meanwhile(&story, |story| {
        let role = story.world().roles(&new_principal(story, "a"))[0]["id"].as_str().expect("an id").to_owned();
        story.remove_role_by_hand(Tenant::A, &role);
    });
    is_held(&story, &end, "is gone");
    let end = story.resume(&[]);
    end.ends_well();
    assert!(end.waits().contains(&SOAKS), "the wait begins anew\n{end}");
    story.world().cluster_is_whole(story.begin());
    story.is_done("AcrPull");
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 1);
}

#[test]
fn whatever_was_removed_during_the_wait_keeps_the_cluster_as_it_is() {
    let story = Story::of("happy");
    let end = meanwhile(&story, |story| {
        let role = story.world().role()["id"].as_str().expect("an id").to_owned();
        story.remove_role_by_hand(Tenant::B, &role);
    });
    is_held(&story, &end, "is gone");

    let story = Story::of("happy");
    let end = meanwhile(&story, |story| {
        let app = story.world().app()["id"].as_str().expect("an id").to_owned();
        let key = story.world().secrets()[0].to_owned();
        story.remove_secret_by_hand(&app, &key);
    });
    is_held(&story, &end, "does not take the secret");

    let story = Story::of("happy");
    let end = meanwhile(&story, |story| story.remove_from_b(&new_principal(story, "b")));
    is_held(&story, &end, "tenant B");
}

#[test]
fn a_cluster_that_was_given_another_app_during_the_wait_keeps_that() {
    let story = Story::of("happy");
    let end = meanwhile(&story, |story| drop(story.give_another_app()));
    end.fails_with("when the run was planned", "crosspull");
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 1, "the one by hand");
}

#[test]
fn the_last_look_comes_after_the_yes_and_right_before_the_reset() {
    let story = Story::of("old-roles-to-copy");
    let end = story.apply(&[]);
    end.is_done();
    let place = |is: &dyn Fn(&Value) -> bool| end.events.iter().position(is).expect("it came");
    let confirmed = place(&|e| e["event"] == "confirmed");
    let looked = place(&|e| e["event"] == "looked");
    let reset = place(&|e| e["event"] == "call_started" && text(e, "url").contains("/resetServicePrincipalProfile"));
    assert!(confirmed < looked && looked < reset, "{confirmed} {looked} {reset}");
    let stands = end.events[looked]["stands"].as_array().expect("what it stands on");
    assert_eq!(stands.len(), 8 + 1 + 1 + 4, "the table, a pull, the role in B, four copies: {stands:#?}");
    let between = end.events[looked..reset].iter().filter(|e| e["event"] == "call_started" && e["writes"] == true);
    assert_eq!(between.count(), 0, "nothing is written between the look and the reset");
}

#[test]
fn a_wait_counts_from_the_proof_of_the_secret_that_is_sent() {
    let story = Story::of("happy");
    let mut sent = false;
    let end = story.apply_while(&["--soak", "4"], |event, process| {
        if !sent && event["event"] == "waiting" && event["why"] == SOAKS {
            sent = true;
            let kill = std::process::Command::new("kill").args(["-TERM", &process.to_string()]).status();
            assert!(kill.expect("kill").success());
        }
    });
    end.exits(143);
    let first = end.events("waiting").find(|e| e["why"] == SOAKS).expect("it waited").clone();
    let next = story.resume(&[]);
    next.ends_well();
    let again = next.events("waiting").find(|e| e["why"] == SOAKS).expect("it waits anew");
    // The next part makes another secret, so its wait begins at that one's proof, however long ago the first proof was.
    let at = |event: &Value| text(event, "at").parse::<jiff::Timestamp>().expect("a time");
    let proved = next.events("learnt").find(|e| e.to_string().contains("\"proved\"")).expect("it proves anew");
    let ends = at(again).as_millisecond() + again["ms"].as_i64().expect("a wait");
    let whole = again["at_most_ms"].as_i64().expect("a wait");
    assert!(ends - at(proved).as_millisecond() >= whole - 50, "{again} after {proved}");
    assert!(at(proved) > at(&first), "the proof is a new one");
    story.is_done("AcrPull");
}

#[test]
fn a_secret_has_to_outlive_the_wait_the_question_and_the_reset() {
    let story = Story::of("happy");
    story
        .apply(&["--secret-days", "1", "--soak", "1000"])
        .complains("a secret of 1 day may end while the cluster is reset");
    story.apply(&["--secret-days", "1", "--soak", "1"]).is_done();
}

#[test]
fn a_role_that_the_present_principal_got_during_the_wait_is_not_lost() {
    let story = Story::of("old-roles-to-copy");
    let former = text(story.begin().cluster(), "clientId").to_owned();
    let principal = story.begin().principals("a", &former)[0].to_owned();
    // Reader on the subscription is among those that it has; of another role nobody knew.
    let granted = std::cell::RefCell::new(String::new());
    let end = meanwhile(&story, |story| *granted.borrow_mut() = story.grant_contributor_by_hand(&principal));
    is_held(&story, &end, &granted.borrow());
    let world = story.world();
    let new = world.principals("a", text(world.app(), "appId"))[0].to_owned();
    // Given to the new one by hand, it is found, under any name.
    story.grant_contributor_by_hand(&new);
    story.resume(&[]).ends_well();
    story.world().cluster_is_whole(story.begin());
}

#[test]
fn a_copy_whose_condition_somebody_narrowed_is_not_what_was_given() {
    let story = Story::of("old-roles-to-copy");
    let end = meanwhile(&story, |story| {
        let world = story.world();
        let new = world.principals("a", text(world.app(), "appId"))[0].to_owned();
        let copy =
            world.roles(&new).into_iter().find(|r| r["condition"].is_string()).expect("one has a condition").clone();
        story.set_condition_by_hand(&copy, &text(&copy, "condition").replace("tools/base", "nothing/else"));
    });
    is_held(&story, &end, "is not the one that was given");
}

#[test]
fn a_look_that_took_long_is_old_and_is_made_again() {
    // Subscriptions are listed by the checks and then by the look alone; there the answer takes more than the seconds that
    // a look is good for.
    let late = "name = 'late'\nsays = 'a read comes late'\n[[fault]]\non = 'arm GET /subscriptions'\nnth = 2\n\
                do = 'delay'\nseconds = 400";
    let story = Story::told(&[], late);
    let end = story.apply(&[]);
    end.is_done();
    let after = end.events.iter().skip_while(|e| e["event"] != "confirmed");
    let before_reset = after.take_while(|e| !text(e, "url").contains("/resetServicePrincipalProfile"));
    let tokens = before_reset.filter(|e| e["event"] == "call_started" && text(e, "url").contains("/oauth2/v2.0/token"));
    assert!(tokens.count() >= 4, "both sign-ins were asked twice\n{end}");
    assert_eq!(end.events("looked").count(), 1, "what counts is the last one");
}
