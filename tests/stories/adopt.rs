//! The owner of an app: the mark of a cluster alone is no reason to take an app up.

use crosspull_support::{Story, text};

#[test]
fn an_app_that_somebody_else_marked_is_shown_and_not_taken_up() {
    let story = Story::of("happy");
    let object = story.register_app("not-ours", &[&story.mark()]);
    story.add_secret_by_hand(&object, "theirs");
    let begin = story.world();
    let end = story.apply(&[]);
    end.exits(4).finds("stop", "no run on this machine made it", "--adopt");
    end.finds("stop", "1 secret: theirs", "--adopt new");
    end.finds("stop", &format!("object {object}"), "");
    end.finds("stop", "owned by ", "");
    assert_eq!(story.world().our_apps().len(), 0);

    let end = story.apply(&["--adopt", "new"]);
    end.is_done();
    end.finds("warn", "passed over, and another app is made", "");
    let world = story.world();
    assert_eq!(world.cluster()["clientId"], world.app()["appId"]);
    assert_eq!(world.app_of(&object), begin.app_of(&object), "it is left alone");
    // Of several marked apps the one that the cluster uses is ours.
    let again = story.apply(&[]);
    again.exits(0).finds("pass", "of an earlier run is in use", "");
}

#[test]
fn an_app_is_taken_up_by_its_id_alone() {
    let story = Story::of("happy");
    let object = story.register_app("crosspull-aks-shop", &[&story.mark()]);
    story.apply(&["--adopt", "33333333-3333-4333-8333-333333333333"]).exits(4).finds(
        "stop",
        "has the id 33333333",
        &object,
    );
    let end = story.apply(&["--adopt", &object]);
    end.is_done();
    end.finds("warn", "taken up because you named it", "");
    assert_eq!(end.outcome("create-app"), "found");
    assert_eq!(end.fact("app_object"), object);
}

#[test]
fn an_app_that_was_marked_between_the_checks_and_the_first_step_stops_the_run() {
    // The list that the first step asks for comes late, so that somebody is faster.
    let late = "name = 'late'\nsays = 'the second list of apps comes late'\n[[fault]]\non = 'graph GET /applications'\n\
                nth = [2]\ndo = 'delay'\nseconds = 100";
    let story = Story::told(&[], late);
    let mut object = None;
    let end = story.apply_while(&[], |event, _| {
        if object.is_none() && event["event"] == "planned" {
            object = Some(story.register_app("not-ours", &[&story.mark()]));
        }
    });
    let object = object.expect("it was planned");
    end.fails_with(&object, "then apply again");
    assert_eq!(story.world().our_apps().len(), 0);
    story.cluster_was_not_touched();
}

#[test]
fn undo_leaves_an_app_on_which_others_put_something_and_all_that_they_work_by() {
    let story = Story::of("happy");
    story.apply(&[]).is_done();
    let world = story.world();
    let (object, app) = (text(world.app(), "id").to_owned(), text(world.app(), "appId").to_owned());
    story.add_secret_by_hand(&object, "of the build");
    let end = story.undo(&[]);
    end.exits(5).verdict("left");
    let trouble = end.trouble();
    assert!(text(trouble, "why").contains("the secret of the build"), "\n{end}");
    assert!(text(trouble, "now").contains(&format!("az ad app delete --id {app}")), "\n{end}");
    let world = story.world();
    assert!(world.app_of(&object).is_some(), "the app stays");
    assert_eq!(world.role()["roleName"], "AcrPull", "and what it pulls by");
    assert_eq!(world.cluster()["clientId"], story.begin().cluster()["clientId"], "the cluster was given back");
}

#[test]
fn undo_does_not_take_a_cluster_from_a_principal_that_was_given_more_since() {
    let story = Story::of("happy");
    story.apply(&[]).is_done();
    let world = story.world();
    let granted = story.grant_reader_by_hand(world.principals("a", text(world.app(), "appId"))[0]);
    let end = story.undo(&[]);
    end.exits(5).verdict("left");
    assert!(text(end.trouble(), "why").contains(&granted), "\n{end}");
    let world = story.world();
    assert_eq!(world.cluster()["clientId"], world.app()["appId"], "the cluster keeps what it works by");
    assert_eq!(world.cluster()["resets"], 1);
    story.remove_role_by_hand(crosspull_sim::Tenant::A, &granted);
    story.undo(&[]).ends_well();
    story.is_taken_back();
}
