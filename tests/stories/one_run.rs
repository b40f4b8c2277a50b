//! One run stands on a cluster at a time, and the others are told.

use std::process::Command;

use crosspull_support::Story;

const SOAKS: &str = "the new service principal becomes known in every region";

/// The first copy of a role is refused, so that a run fails before its proof counts for anything.
const FIRST_COPY: &str = "name = 'first-copy'\nsays = 'the first copy of a role is refused'\n[[fault]]\n\
                          on = 'arm PUT /subscriptions/{s}/resourceGroups/{g}/providers/Microsoft.Authorization/roleAssignments/{id}'\n\
                          nth = [1]\ndo = 'status'\ncode = 403\nerror = 'AuthorizationFailed'";

/// Applies with a wait, is terminated in it, and leaves a run that stands after its proof.
fn terminated_in_its_wait(story: &Story) -> String {
    let before = story.runs_but(&[]);
    let mut sent = false;
    let end = story.apply_while(&["--soak", "6"], |event, process| {
        if !sent && event["event"] == "waiting" && event["why"] == SOAKS {
            sent = true;
            let kill = Command::new("kill").args(["-TERM", &process.to_string()]).status().expect("kill");
            assert!(kill.success());
        }
    });
    end.exits(143);
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    story.runs_but(&before).pop().expect("a run")
}

#[test]
fn undo_is_told_of_a_run_that_waits_with_what_it_made() {
    let story = Story::told(&["old-roles-to-copy"], FIRST_COPY);
    story.apply(&[]).exits(1);
    let second = terminated_in_its_wait(&story);
    let mut told = None;
    let third = story.apply_while(&["--soak", "4"], |event, _| {
        if told.is_none() && event["event"] == "waiting" && event["why"] == SOAKS {
            told = Some(story.undo_of(&second, &[]));
        }
    });
    let told = told.expect("it waited");
    told.exits(4).finds("stop", "is at work on aks-shop", "Wait until it has ended");
    third.ends_well();
    third.finds(
        "warn",
        &format!("run {second} for aks-shop stopped after its proof"),
        &format!("crosspull resume {second} "),
    );
    story.world().cluster_is_whole(story.begin());
}

#[test]
fn undo_does_not_take_away_what_another_open_run_found() {
    let story = Story::of("old-roles-to-copy");
    let first = terminated_in_its_wait(&story);
    let second = terminated_in_its_wait(&story);
    let end = story.undo_of(&first, &[]);
    end.exits(4).finds(
        "stop",
        &format!("run {second} stands on what this run made"),
        &format!("crosspull undo {second} "),
    );
    let end = story.run(&["resume", &second, "--yes", "--output", "json"]);
    end.ends_well();
    story.world().cluster_is_whole(story.begin());
}

#[test]
fn apply_and_resume_are_told_of_a_run_that_is_at_work() {
    let story = Story::of("happy");
    let stopped = terminated_in_its_wait(&story);
    let mut told = None;
    story
        .apply_while(&["--soak", "4"], |event, _| {
            if told.is_none() && event["event"] == "waiting" && event["why"] == SOAKS {
                told = Some((story.plan(&[]), story.resume_of(&stopped)));
            }
        })
        .ends_well();
    let (plan, resume) = told.expect("it waited");
    for end in [plan, resume] {
        end.exits(4).finds("stop", "is at work on aks-shop", "crosspull runs tells where it stands");
    }
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 1);
}

#[test]
fn without_a_name_and_unasked_only_the_one_open_run_is_gone_on_with() {
    let story = Story::of("happy");
    let first = terminated_in_its_wait(&story);
    let second = terminated_in_its_wait(&story);
    let end = story.run(&["resume", "--yes"]);
    end.exits(2);
    for part in ["2 runs are open", &first, &second] {
        assert!(end.err.contains(part), "no {part}\n{end}");
    }
    story.resume_of(&second).ends_well();
    story.world().cluster_is_whole(story.begin());
}
