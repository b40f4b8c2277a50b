//! A reset that was accepted is watched until its time is over, whatever the answers in between, and what is tidied up
//! after it fails nothing.

use crosspull_support::{AT_ONCE, Story, side_by_side};

/// Faults at the question how far the reset is.
fn asked(nth: &str, what: &str) -> String {
    format!(
        "name = 'asked'\nsays = 'the operation cannot be asked'\n[time]\nreset_operation = 60\npoll = 2\n[[fault]]\n\
         on = 'arm GET /subscriptions/{{s}}/providers/Microsoft.ContainerService/locations/{{l}}/operations/{{o}}'\n\
         nth = {nth}\n{what}"
    )
}

#[test]
fn an_operation_that_cannot_be_asked_for_a_while_is_asked_again() {
    let ways = [
        "do = 'status'\ncode = 503",
        "do = 'status'\ncode = 500",
        "do = 'status'\ncode = 404\nerror = 'ResourceNotFound'",
        "do = 'status'\ncode = 429\nretry_after = 2",
        "do = 'status'\ncode = 401\nerror = 'InvalidAuthenticationToken'",
        "do = 'status'\ncode = 403\nerror = 'AuthorizationFailed'",
        "do = 'drop'",
        "do = 'garbage'",
    ];
    side_by_side(ways, |what| {
        let story = Story::told(&[], &asked("[1, 2, 3, 4, 5, 6, 7]", what));
        let end = story.apply(&[]);
        end.is_done();
        assert_eq!(end.outcome("reset-cluster"), "changed", "{what}\n{end}");
        story.is_done("AcrPull");
    });
}

#[test]
fn an_operation_that_nobody_knows_any_more_is_told_by_the_cluster() {
    let gone = "do = 'status'\ncode = 404\nerror = 'ResourceNotFound'";
    let story = Story::told(&[], &asked("'every'", gone));
    story.apply(&[]).is_done();
    story.is_done("AcrPull");
}

#[test]
fn what_cannot_be_tidied_up_after_the_reset_is_a_note() {
    // The app is read before the reset some times; what is asked after it fails.
    let story = Story::told(&[], AT_ONCE);
    let mut seen = 0;
    let mut reset = false;
    story
        .apply_while(&[], |event, _| {
            let url = event["url"].as_str().unwrap_or_default();
            reset |= url.contains("/resetServicePrincipalProfile");
            seen += usize::from(event["event"] == "call_started" && !reset && is_app(url));
        })
        .is_done();
    let nth: Vec<String> = (seen + 1..seen + 600).map(|n| n.to_string()).collect();
    let own = format!(
        "{AT_ONCE}\n[[fault]]\non = 'graph GET /applications/{{id}}'\n\
         nth = [{}]\ndo = 'status'\ncode = 503",
        nth.join(", ")
    );
    let story = Story::told(&[], &own);
    let end = story.apply(&[]);
    end.exits(0).verdict("done");
    assert_eq!(end.outcome("reset-cluster"), "changed", "\n{end}");
    assert!(end.note("reset-cluster").contains("cannot be told"), "\n{end}");
    story.world().cluster_is_whole(story.begin());
}

/// True for the address of one app.
fn is_app(url: &str) -> bool {
    url.split("/v1.0/applications/").nth(1).is_some_and(|rest| !rest.contains('/'))
}

#[test]
fn a_cluster_service_that_does_not_know_the_secret_yet_is_asked_again() {
    let lag = "name = 'lag'\nsays = 'a replica does not know the secret'\n[[fault]]\n\
               on = 'arm POST /**/resetServicePrincipalProfile'\nnth = [1, 2]\ndo = 'status'\ncode = 400\n\
               error = 'ServicePrincipalValidationClientError'\n\
               message = 'The credentials in ServicePrincipalProfile were invalid. (Details: AADSTS7000215: Invalid client secret)'";
    let story = Story::told(&[], lag);
    let end = story.apply(&[]);
    end.is_done();
    assert_eq!(end.events("looked").count(), 3, "each try has its own last look");
    story.is_done("AcrPull");
    assert_eq!(story.world().cluster()["resets"], 1);
}
