//! Earlier runs in the wizard: a line that drops in the middle of the reset loses nothing. The cloud is served by another
//! thread than the program's, and goes on without it.

use crate::stage::{ENTER, ESC, HOME, OVER, Stage};
use crosspull_support::Story;

/// A reset that takes a while, so that it is still running when the program is gone.
const SLOW_RESET: &str = "name = 'slow-reset'\nsays = 'a reset takes a while'\n[time]\nreset_operation = 300\npoll = 5";
const RESETTING: &str = "the operation is running";
const SIGNED_IN: &str = "You are signed in to both tenants";

/// Returns the wizard with the reset under way, and its cloud.
fn resetting() -> (Story, Stage) {
    let story = Story::told(&[], SLOW_RESET);
    let mut stage = Stage::on(&story);
    stage.reach_the_question();
    // On a real cloud the focus is on not now.
    stage.press("\t", "▸ Reset");
    stage.press(ENTER, RESETTING);
    (story, stage)
}

/// Starts the wizard again, which offers to go on; goes on to the end.
fn goes_on(story: &Story) {
    let mut stage = Stage::on(story);
    stage.shows("1 unfinished");
    stage.shows("▸ Go on with an earlier run");
    stage.press(ENTER, "Go on with which run?");
    stage.press(ENTER, SIGNED_IN);
    stage.press(ENTER, "The reset was sent");
    stage.press(ENTER, OVER);
    stage.press(ENTER, "aks-shop pulls shop/web:1.4 from registryb");
    stage.window.press(ENTER);
    stage.exits(0);
    stage.is_given_back();
    story.is_done("AcrPull");
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 1, "the reset was watched, not sent again");
}

#[test]
fn a_hangup_in_the_middle_of_the_reset_is_gone_on_with() {
    let (story, stage) = resetting();
    assert!(stage.program.signal("HUP"));
    assert_eq!(stage.program.end(std::time::Duration::from_secs(10)), Ok(129));
    goes_on(&story);
}

#[test]
fn a_kill_in_the_middle_of_the_reset_is_gone_on_with() {
    let (story, stage) = resetting();
    assert!(stage.program.signal("KILL"));
    let ended = stage.program.end(std::time::Duration::from_secs(10)).expect_err("a kill is no exit");
    assert!(ended.contains("Killed"), "{ended}");
    goes_on(&story);
}

#[test]
fn a_window_that_is_closed_in_the_middle_of_the_reset_is_gone_on_with() {
    let (story, stage) = resetting();
    let Stage { window, program, .. } = stage;
    drop(window);
    assert_eq!(program.end(std::time::Duration::from_secs(10)), Ok(129));
    goes_on(&story);
}

#[test]
fn while_somebody_works_on_a_run_it_is_not_offered() {
    let (story, _stage) = resetting();
    let other = Stage::on(&story);
    let listed = story.run(&["runs"]);
    assert!(listed.out.contains("at work"), "{listed}");
    // The list has been read by then.
    let screen = other.shows(HOME);
    assert!(!screen.contains("unfinished"), "{screen}");
}

#[test]
fn a_run_is_taken_back_in_the_wizard() {
    let story = Story::of("happy");
    story.apply(&[]).is_done();
    let mut stage = Stage::on(&story);
    stage.shows("Take back what a run made");
    stage.press("j", "▸ Take back what a run made");
    stage.press(ENTER, "Take back which run?");
    stage.press(ESC, "▸ Take back what a run made");
    stage.press(ENTER, "Take back which run?");
    stage.press(ENTER, SIGNED_IN);
    stage.press(ENTER, "What the run");
    stage.press(ENTER, "Reset aks-shop back now?");
    stage.press("\t", "▸ Reset");
    stage.press(ENTER, OVER);
    stage.press(ENTER, "What the run made is taken back.");
    stage.window.press(ENTER);
    let left = stage.exits(0);
    assert!(left.contains("undone"), "{left}");
    story.is_taken_back();
}

#[test]
fn a_reset_that_failed_is_repeated_from_the_last_screen() {
    let own = "name = 'fails-once'\nsays = 'f'\n[[fault]]\non = 'arm POST /**/resetServicePrincipalProfile'\nnth = 1\n\
               do = 'fail_operation'\nerror = 'ReconcileError'\nmessage = 'The nodes did not come back.'";
    let story = Story::told(&[], own);
    let mut stage = Stage::on(&story);
    stage.reach_the_question();
    stage.press("\t", "▸ Reset");
    stage.press(ENTER, OVER);
    let screen = stage.press(ENTER, "does it now, in this window");
    let run = story.run_id();
    for words in ["in the", "state Failed", "goes on running", &format!("Next  crosspull resume {run}")] {
        assert!(screen.contains(words), "no {words:?} in\n{screen}");
    }
    stage.press("r", SIGNED_IN);
    stage.press(ENTER, &format!("Go on with run {run}"));
    stage.press(ENTER, "Reset aks-shop now?");
    stage.press("\t", "▸ Reset");
    stage.press(ENTER, OVER);
    stage.press(ENTER, "aks-shop pulls shop/web:1.4");
    let world = story.world();
    assert_eq!(world.secrets().len(), 1, "one live secret of ours");
    assert_eq!(world.cluster()["clientId"], world.app()["appId"]);
}

#[test]
fn what_failed_after_the_reset_is_gone_on_with_without_another_one() {
    let own = "name = 'pod-stays'\nsays = 'the pod of the proof cannot be removed at first'\n[[fault]]\n\
               on = 'kubernetes DELETE /**'\nnth = [1]\ndo = 'status'\ncode = 403\nerror = 'Forbidden'";
    let story = Story::told(&[], own);
    let mut stage = Stage::on(&story);
    stage.reach_the_question();
    stage.press("\t", "▸ Reset");
    stage.press(ENTER, OVER);
    stage.press(ENTER, "does it now, in this window");
    // The secret is still at hand in this window, and the cluster has it already.
    stage.press("r", SIGNED_IN);
    stage.press(ENTER, "Go on with run");
    stage.press(ENTER, OVER);
    stage.press(ENTER, "aks-shop pulls shop/web:1.4");
    story.is_done("AcrPull");
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 1);
}

#[test]
fn the_wait_before_the_reset_is_counted_down_and_can_be_cut_short() {
    let story = Story::of("happy");
    let mut stage = Stage::on_with(&story, &["--soak", "1440"], &[]);
    for words in [
        crate::stage::ROUTE,
        crate::stage::TENANT_A,
        crate::stage::TENANT_B,
        crate::stage::APP,
        crate::stage::CHECKED,
        crate::stage::REVIEW,
    ] {
        stage.press(ENTER, words);
    }
    stage.press(ENTER, "goes on in 14 min");
    stage.press("w", "Wait no longer?");
    stage.press(ENTER, "goes on in 14 min");
    stage.press("w", "▸ Wait ");
    stage.press("\t", "▸ Wait no longer");
    stage.press(ENTER, "Reset aks-shop now?");
}
