//! Azure takes its time: nothing is done twice, and nothing too early.

use crosspull_support::{End, Story, text};

#[test]
fn what_replicates_slowly_is_waited_for() {
    let story = Story::of("slow-replication");
    let end = story.apply(&[]);
    end.is_done();
    story.is_done("AcrPull");
    for why in ["sign-in does not know the secret everywhere yet", "the role is not in effect yet"] {
        assert!(end.waits().contains(&why), "{why}\n{end}");
    }
}

#[test]
fn a_secret_is_used_when_sign_in_takes_it_everywhere() {
    let story = Story::of("secret-not-yet-valid");
    let end = story.apply(&[]);
    end.is_done();
    story.is_done("AcrPull");
    assert!(end.waits().contains(&"sign-in does not know the secret everywhere yet"), "\n{end}");
    let app = story.world().app()["id"].as_str().expect("an id").to_owned();
    let made = story.taken_by(&format!("/applications/{app}/addPassword"));
    assert_eq!(made, 1, "a secret that is not known yet is not made again");
}

#[test]
fn services_that_ask_for_patience_get_it() {
    let story = Story::of("throttled");
    let end = story.apply(&[]);
    end.is_done();
    story.is_done("AcrPull");
    for why in ["the service asks for patience", "the service is busy"] {
        assert!(end.waits().contains(&why), "{why}\n{end}");
    }
    let refused = end.events("call_tried").filter(|e| e["status"] == 429).count();
    assert_eq!(refused, 4, "each plane that throttles is asked again\n{end}");
    assert_eq!(story.taken_by("/v1.0/applications"), 1, "refused once, then taken once");
}

/// Returns when an event was told, in milliseconds.
fn at_ms(event: &serde_json::Value) -> i64 {
    let at: jiff::Timestamp = text(event, "at").parse().expect("a time");
    at.as_millisecond()
}

/// Asserts that after the first refusal with that status no call of the same kind began before its time, and that some
/// waited for it.
fn is_left_alone(end: &End, status: u16, wait_ms: i64, is_alike: impl Fn(&serde_json::Value) -> bool) {
    let place = end.events.iter().position(|e| e["event"] == "call_tried" && e["status"] == status);
    let place = place.unwrap_or_else(|| panic!("nobody was throttled\n{end}"));
    let (before, after) = end.events.split_at(place);
    let throttled = after.first().map_or(0, at_ms);
    let alike = |e: &&serde_json::Value| e["event"] == "call_started" && is_alike(e);
    let known: Vec<&serde_json::Value> = before.iter().filter(alike).map(|e| &e["call"]).collect();
    let later: Vec<i64> = after.iter().filter(alike).map(at_ms).collect();
    assert!(!known.is_empty() && !later.is_empty(), "\n{end}");
    assert!(later.iter().all(|at| at - throttled >= wait_ms), "{throttled}: {later:?}\n{end}");
}

#[test]
fn one_call_that_is_throttled_speaks_for_all_to_that_host_and_subscription() {
    for status in [429, 503] {
        let own = format!(
            "name = 'own'\nsays = 'own'\n[[fault]]\non = 'arm GET /**/managedClusters/{{name}}/providers/Microsoft.Authorization/permissions'\nnth = 1\ndo = 'status'\n\
             code = {status}\nretry_after = 150"
        );
        let story = Story::told(&["old-roles-to-copy"], &own);
        let end = story.apply(&[]);
        end.is_done();
        story.is_done("AcrPull");
        let cluster = story.ready.answers.as_deref().map(std::fs::read_to_string).expect("answers").expect("read");
        let subscription = cluster.split("subscriptions/").nth(1).and_then(|s| s.get(..36)).expect("an id").to_owned();
        let alike = |e: &serde_json::Value| e["plane"] == "arm" && text(e, "url").contains(&subscription);
        is_left_alone(&end, status, 1500, alike);
    }
}

#[test]
fn a_wait_that_nobody_sits_out_ends_every_call_in_the_services_words() {
    let own = "name = 'own'\nsays = 'own'\n[[fault]]\non = 'arm GET /**/managedClusters/{name}'\nnth = 1\n\
               do = 'status'\ncode = 429\nerror = 'SubscriptionRequestsThrottled'\nmessage = 'Words of the limit.'\n\
               retry_after = 400000";
    let story = Story::told(&["happy"], own);
    let end = story.plan(&[]);
    end.is_stopped_by("aks-shop cannot be read: ", "Wait some minutes, then try again.");
    assert!(end.out.contains("Words of the limit."), "\n{end}");
    let reads = story.sim.requests();
    let of_cluster = |r: &&serde_json::Value| text(r, "path").ends_with("/managedClusters/aks-shop");
    assert_eq!(reads.as_array().expect("a list").iter().filter(of_cluster).count(), 1, "asked once\n{end}");
}
