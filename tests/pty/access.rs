//! Access to a cluster in the wizard, by the real program.

use crosspull_support::Story;

use crate::stage::{DOWN, ENTER, ESC, F5, HOME, Stage, TAB, UP, files};

/// The form.
const FORM: &str = "Which cluster, and who is to get in?";
/// A key to the right, as a terminal sends it.
const RIGHT: &str = "\x1b[C";
/// The beginning of a large frame (synchronized output).
const FRAME: &str = "\x1b[?2026h";
/// The most bytes that a move to a neighbour takes.
const MOST: usize = 300;

/// Goes from Home to the form.
fn to_form(stage: &mut Stage) {
    for words in ["▸ Sign in to a registry", "▸ See who can reach a cluster"] {
        stage.press(DOWN, words);
    }
    stage.press(ENTER, FORM);
}

/// Names somebody, and has all of it read.
fn ask(stage: &mut Stage, who: &str) -> String {
    to_form(stage);
    for _ in 0..3 {
        stage.window.press(TAB);
    }
    stage.shows("Who is to get in");
    stage.press(who, who);
    stage.press(ENTER, "identity");
    stage.press(TAB, "Ways, in all namespaces");
    stage.press_away("", "Esc stops it.")
}

#[test]
fn the_ways_into_a_cluster_are_told_and_nothing_is_written() {
    let story = Story::of("entra-cluster");
    let mut stage = Stage::on(&story);
    to_form(&mut stage);
    let told = stage.press(ENTER, "identity");
    assert!(told.contains("local accounts  disabled") && told.contains("✓ an Entra account with bindings"), "{told}");
    stage.press("\x1b[F", "The same without the wizard");
    stage.press(ESC, FORM);
    stage.press(ESC, HOME);
    story.wrote_nothing();
    assert_eq!(files(stage.home.path()), [], "nothing is left behind");
}

#[test]
fn how_the_operator_gets_in_is_told_with_the_clusters_own_word() {
    let story = Story::of("entra-cluster");
    let mut stage = Stage::on(&story);
    let told = ask(&mut stage, "me");
    assert!(told.contains("gets in by an Azure role for"), "{told}");
    let told = stage.press("\x1b[6~", "say the cluster and the rules");
    assert!(told.contains("✓ list pods: yes"), "{told}");
    story.wrote_nothing();
}

#[test]
fn each_key_in_the_matrix_is_one_frame() {
    let mut stage = Stage::of(&["--scenario", "access-crowd"], &[]);
    ask(&mut stage, "me");
    stage.press(TAB, "get pods: yes, by");
    for (key, words) in [
        (DOWN, "get pods/log: yes"),
        (RIGHT, "list pods/log: yes"),
        (DOWN, "list pods/exec: yes"),
        ("\x1b[6~", "list statefulsets.apps"),
        (UP, "list deployments.apps/scale"),
    ] {
        let before = stage.written();
        stage.press(key, words);
        let bytes = stage.since(before);
        let frames = bytes.matches(FRAME).count();
        assert!(frames == 1 || (frames == 0 && bytes.len() <= MOST), "{words}: {} {bytes:?}", bytes.len());
    }
}

#[test]
fn a_person_who_signed_in_to_list_clusters_is_not_asked_again() {
    let story = Story::told(&["person-signs-in"], "name = 'p'\nsays = 'p'");
    let mut stage = Stage::on_with(&story, &["--sign-in-a", "device-code"], &[]);
    to_form(&mut stage);
    stage.press(TAB, "device-code");
    stage.press(TAB, "aks-shop in");
    stage.press(F5, "▸ aks-shop");
    stage.press_away(ESC, "▸ aks-shop");
    stage.press(ENTER, "identity");
    let requests = story.sim.requests();
    let asked =
        |request: &&serde_json::Value| request["path"].as_str().is_some_and(|path| path.ends_with("/devicecode"));
    assert_eq!(requests.as_array().expect("a list").iter().filter(asked).count(), 1, "once");
}

#[test]
fn a_refusal_is_told_and_leads_back_to_the_answers() {
    let fault = "name = 'f'\nsays = 'f'\n[[fault]]\non = 'arm GET /**/managedClusters/{name}'\nnth = 'every'\n\
                 do = 'status'\ncode = 403\nerror = 'AuthorizationFailed'\nmessage = 'not for you'\n";
    let story = Story::told(&["entra-cluster"], fault);
    let mut stage = Stage::on(&story);
    to_form(&mut stage);
    let told = stage.press(ENTER, "aks-shop cannot be looked at");
    assert!(told.contains("403 AuthorizationFailed: not for you") && !told.contains("identity"), "{told}");
    stage.press(ESC, FORM);
}
