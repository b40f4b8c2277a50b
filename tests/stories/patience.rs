//! Azure takes its time: nothing is done twice, and nothing too early.

use crosspull_support::Story;

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
