//! An answer is lost after the work was done: it is looked for, never done blindly again (`docs/PRODUCT.md` 7).

use crate::secrets;
use crosspull_support::{AT_ONCE, Story};

#[test]
fn an_app_whose_answer_was_lost_is_found() {
    let story = Story::of("lost-reply-create-app");
    story.apply(&[]).is_done();
    story.is_done("AcrPull");
    assert_eq!(story.taken_by("/v1.0/applications"), 1, "it was created once");
}

#[test]
fn a_secret_whose_value_was_lost_is_removed_and_made_anew() {
    // The app is known at once, so that the lost answer is not that of a refusal.
    let story = Story::told(&["lost-reply-secret"], AT_ONCE);
    let end = story.apply(&[]);
    end.is_done();
    let world = story.world();
    story.is_done("AcrPull");
    assert_eq!([end.fact("secret_key")], *world.secrets());
    let app = format!("/applications/{}/", world.app()["id"].as_str().expect("an id"));
    let of_app = |write: &String| write.contains(&app) && write.ends_with("Password");
    let about_secrets: Vec<String> = story.taken().into_iter().filter(of_app).collect();
    let names: Vec<&str> = about_secrets.iter().filter_map(|write| write.rsplit('/').next()).collect();
    assert_eq!(names, ["addPassword", "removePassword", "addPassword"]);
    secrets::are_kept(&story, &end);
}

#[test]
fn a_reset_whose_answer_was_lost_is_not_sent_again() {
    let story = Story::of("lost-reply-reset");
    let end = story.apply(&[]);
    end.is_done();
    story.is_done("AcrPull");
    assert_eq!(end.outcome("reset-cluster"), "changed");
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 1);
}

#[test]
fn a_secret_that_was_lost_before_the_app_is_known_everywhere_is_asked_for_again() {
    let own = "name = 'dropped'\nsays = 'the line drops under the first question for a secret'\n\
               [time]\napplication_replication = 20\n\
               [[fault]]\non = 'graph POST /applications/{id}/addPassword'\nnth = 1\ndo = 'drop'";
    let story = Story::told(&[], own);
    let end = story.apply(&[]);
    end.is_done();
    story.is_done("AcrPull");
    assert_eq!([end.fact("secret_key")], *story.world().secrets());
}
