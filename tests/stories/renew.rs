//! The end of the secret that a cluster uses, and another one in its place.

use crosspull_support::Story;

#[test]
fn a_secret_that_ends_soon_is_warned_of_and_renewed() {
    let story = Story::of("happy");
    story.apply(&["--secret-days", "10"]).is_done();
    let first = story.run_id();
    let old = story.world().secrets()[0].to_owned();
    let end = story.apply(&[]);
    end.exits(0).finds("warn", &format!("aks-shop's secret {old} ends on"), "apply again with --renew");
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 1, "nothing is renewed unasked");
    assert_eq!(story.world().secrets(), [old.as_str()]);

    let found = story.runs_but(&[&first]).pop().expect("a run that found all");
    let end = story.apply(&["--renew"]);
    end.is_done();
    end.finds("pass", "another is made and given", "");
    let world = story.world();
    let secrets = world.secrets();
    assert!(secrets.len() == 1 && secrets[0] != old, "the old one is removed: {secrets:?}");
    assert_eq!(world.cluster()["resets"], 2);
    assert_eq!(world.pulls(), ["Pulled"; 3]);
    assert!(!end.secret().is_empty());
    let plan = end.events("run_started").next().expect("it began")["plan"].to_string();
    assert!(plan.contains("\"replaced\""), "{plan}");

    // There is nothing to go back to, and the run that made the app is taken back as ever.
    let second = story.runs_but(&[&first, &found]).pop().expect("a renewal");
    let end = story.run(&["undo", &second, "--yes"]);
    assert!(end.exits(0).out.contains("so there is nothing to go back to"), "{end}");
    assert!(!story.run(&["runs"]).out.contains(&format!("take back: crosspull undo {second}")));
    story.undo_of(&first, &[]).ends_well();
    assert_eq!(story.world().our_apps().len(), 0);
    assert_eq!(story.world().cluster()["clientId"], story.begin().cluster()["clientId"]);
}

#[test]
fn the_replaced_secret_stays_where_no_node_was_seen_to_pull() {
    let private = "name = 'private'\nsays = 'its API is private'\n[world.cluster]\nkubernetes = 'private'";
    let story = Story::told(&[], private);
    story.apply(&[]).is_done();
    let old = story.world().secrets()[0].to_owned();
    let end = story.apply(&["--renew"]);
    end.is_done();
    assert_eq!(story.world().secrets().len(), 2);
    assert!(end.note("remove-secret").contains(&format!("--key-id {old}")), "\n{end}");
}

#[test]
fn a_renewal_that_was_killed_goes_on_and_is_done_once() {
    let story = Story::of("happy");
    story.apply(&[]).is_done();
    let first = story.run_id();
    let old = story.world().secrets()[0].to_owned();
    let mut sent = false;
    story.apply_while(&["--renew"], |event, process| {
        if !sent && event["event"] == "waiting" && event["why"] == "the operation is running" {
            sent = true;
            let kill = std::process::Command::new("kill").args(["-KILL", &process.to_string()]).status();
            assert!(kill.expect("kill").success());
        }
    });
    let second = story.runs_but(&[&first]).pop().expect("a second run");
    story.resume_of(&second).ends_well();
    let world = story.world();
    let secrets = world.secrets();
    assert!(secrets.len() == 1 && secrets[0] != old, "{secrets:?}");
    assert_eq!(world.cluster()["resets"], 2, "it was watched and not sent again");
    assert_eq!(world.pulls(), ["Pulled"; 3]);
}
