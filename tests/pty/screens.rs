//! The screens of the wizard: at its start, in windows of every size, on the way back, and as help.

use std::time::Duration;

use crate::stage::{
    APP, BACK_TAB, CHECKED, CTRL_C, CTRL_U, DONE, DOWN, ENTER, ESC, F1, HOME, OVER, PULL_SECRET, READ, REVIEW, ROUTE,
    Stage, TAB, TENANT_A, TENANT_B, WAY,
};
use crosspull_support::Story;

/// The window is too small to draw in.
const ENLARGE: &str = "enlarge the window (40x12)";

#[test]
fn the_demo_begins_at_home() {
    let stage = Stage::demo();
    let text = stage.shows("Nothing here leaves this machine.");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 24, "{text}");
    assert!(lines[0].starts_with(" crosspull ") && lines[0].trim_end().ends_with("simulated cloud"), "{text}");
    assert!(lines[23].contains("Enter go on") && lines[23].contains("Ctrl+C leave"), "{text}");
}

#[test]
fn a_window_may_shrink_and_grow_again() {
    let mut stage = Stage::demo();
    let wide = stage.reach_the_first_form();

    let narrow = stage.resize(40, 12, "2/8 Tenant A");
    let lines: Vec<&str> = narrow.lines().collect();
    assert_eq!(lines.len(), 12, "{narrow}");
    assert!(lines[0].contains("simulated"), "{narrow}");
    assert!(lines[11].contains("Ctrl+G help"), "{narrow}");

    let small = stage.resize(39, 11, ENLARGE);
    assert_eq!(small.trim(), ENLARGE);
    stage.resize(40, 11, ENLARGE);
    stage.resize(39, 12, ENLARGE);
    stage.resize(5, 2, "enlar");
    stage.resize(40, 12, "2/8 Tenant A");

    stage.resize(120, 40, TENANT_A);
    assert_eq!(stage.resize(80, 24, "Esc back"), wide);
}

#[test]
fn in_a_window_that_is_too_small_only_control_c_counts() {
    let mut stage = Stage::demo();
    let wide = stage.reach_the_first_form();
    stage.resize(39, 11, ENLARGE);
    // Nothing changes on the screen, so nothing is written that could be waited for.
    let before = stage.written();
    stage.window.press(ENTER);
    stage.passes(Duration::from_millis(200));
    assert_eq!(stage.since(before), "");
    assert_eq!(stage.resize(80, 24, "Esc back"), wide);
    stage.resize(39, 11, ENLARGE);
    stage.window.press(CTRL_C);
    stage.window.press(CTRL_C);
    stage.exits(0);
    stage.is_given_back();
}

#[test]
fn the_way_back_keeps_every_answer() {
    let mut stage = Stage::demo();
    for words in [ROUTE, TENANT_A, TENANT_B, APP] {
        stage.press(ENTER, words);
    }
    stage.press(CTRL_U, "Secret lives");
    stage.press("the-app-of-the-shop", "the-app-of-the-shop");
    for words in [TENANT_B, TENANT_A, ROUTE, HOME] {
        stage.press(ESC, words);
    }
    for words in [ROUTE, TENANT_A, TENANT_B, "the-app-of-the-shop"] {
        stage.press(ENTER, words);
    }
}

#[test]
fn help_lies_over_the_screen_and_goes_away() {
    let mut stage = Stage::demo();
    let before = stage.reach_the_first_form();
    let help = stage.press(F1, "to the previous screen; every answer is kept");
    assert!(help.contains("Keys"), "{help}");
    assert_eq!(stage.press_away(ESC, "every answer is kept"), before);
}

#[test]
fn a_managed_identity_is_led_from_the_question_to_the_pull_by_enter_alone() {
    let mut stage = Stage::of(&["--scenario", "managed-identity-cluster"], &[]);
    for words in [ROUTE, TENANT_A, TENANT_B] {
        stage.press(ENTER, words);
    }
    let weighed = stage.press(ENTER, WAY);
    assert!(weighed.contains("▸ pull secret") && weighed.contains("recommended"), "{weighed}");
    assert!(weighed.contains("The cluster uses a managed identity"), "no reason why new-app cannot work:\n{weighed}");
    for words in [APP, PULL_SECRET, CHECKED, REVIEW, OVER] {
        stage.press(ENTER, words);
    }
    let done = stage.press(ENTER, DONE);
    for words in ["by its pull", "and from the cluster on node", "default/crosspull-registryb", "Tenant B"] {
        assert!(done.contains(words), "no {words:?} in\n{done}");
    }
    let left = {
        stage.window.press(ENTER);
        stage.exits(0)
    };
    assert!(!left.contains("reset"), "{left}");
}

#[test]
fn namespaces_are_picked_from_those_that_the_cluster_has_or_typed_where_they_cannot_be_read() {
    for (access, listed) in [("open", true), ("private", false)] {
        let own = format!("name = 'k'\nsays = 'k'\n[world.cluster]\nkubernetes = '{access}'");
        let story = Story::told(&["managed-identity-cluster"], &own);
        let mut stage = Stage::on_with(&story, &["--route", "pull-secret"], &[]);
        for words in [ROUTE, TENANT_A, TENANT_B, APP, PULL_SECRET] {
            stage.press(ENTER, words);
        }
        if listed {
            for (keys, words) in [(DOWN, "▸ jobs"), (DOWN, "▸ kube-system"), (ENTER, "default kube-system")] {
                stage.press(keys, words);
            }
        } else {
            stage.press(DOWN, "The namespaces cannot be listed: its");
            stage.press(" jobs", "default jobs");
        }
    }
}

#[test]
fn a_manifest_that_is_asked_for_behind_more_is_written_at_the_end() {
    let mut stage = Stage::of(&["--scenario", "managed-identity-cluster"], &[]);
    for words in [ROUTE, TENANT_A, TENANT_B, WAY, APP, PULL_SECRET] {
        stage.press(ENTER, words);
    }
    stage.press(BACK_TAB, "Enter show them");
    stage.press(ENTER, "Kubeconfig");
    for _ in 0..4 {
        stage.window.press(TAB);
    }
    stage.shows("A new file for a Deployment");
    let place = stage.home.path().join("shop.yaml");
    stage.paste(&place.display().to_string(), "shop.yaml");
    for words in [CHECKED, REVIEW, "A Deployment that uses the pull secret is in"] {
        stage.press(ENTER, words);
    }
    let manifest = std::fs::read_to_string(&place).expect("the manifest");
    assert!(manifest.contains("imagePullSecrets") && manifest.contains("crosspull-registryb"), "{manifest}");
}

#[test]
fn what_could_not_be_read_is_told_before_a_route_is_chosen() {
    let refuses = "name = 'r'\nsays = 'r'\n[[fault]]\non = 'arm GET /**/registries/{name}'\nnth = 1\ndo = 'status'\n\
                   code = 403\nerror = 'AuthorizationFailed'\nmessage = 'you may not'";
    let story = Story::told(&["managed-identity-cluster"], refuses);
    let mut stage = Stage::on(&story);
    for words in [ROUTE, TENANT_A, TENANT_B, "Enter tries again"] {
        stage.press(ENTER, words);
    }
    let told = stage.shows("registryb cannot be read");
    assert!(!told.contains("cannot work"), "a failed read is taken for an answer:\n{told}");
    stage.press(ENTER, WAY);
    stage.shows("▸ pull secret");
}

#[test]
fn a_person_who_signed_in_to_weigh_the_routes_is_not_asked_again() {
    let story = Story::told(&["managed-identity-cluster", "person-signs-in"], "name = 'p'\nsays = 'p'");
    let mut stage = Stage::on_with(&story, &["--sign-in-a", "device-code", "--sign-in-b", "device-code"], &[]);
    for words in [ROUTE, TENANT_A, TENANT_B, "Enter this code there", WAY, APP, PULL_SECRET, CHECKED] {
        match words {
            WAY => drop(stage.shows(WAY)),
            words => drop(stage.press(ENTER, words)),
        }
    }
    let codes = story.sim.requests();
    let asked =
        |request: &&serde_json::Value| request["path"].as_str().is_some_and(|path| path.ends_with("/devicecode"));
    assert_eq!(codes.as_array().expect("a list").iter().filter(asked).count(), 2, "once for each tenant");
}

/// The harm that the simulated cloud puts around every text: a title, the clipboard, another screen, C1 forms.
const HARM: [&str; 6] = ["\x1b]0;owned", "\x1b]52;c;b3duZWQ", "\x1b[6n", "\x1bc", "\u{9b}", "\u{9d}"];

#[test]
fn texts_of_the_network_never_move_the_terminal() {
    let own = "name = 'e'\nsays = 'e'\n[[fault]]\non = 'graph * /**'\nnth = 'every'\ndo = 'escapes'\nkeep_ids = true\n\
               [[fault]]\non = 'arm PUT /**/roleAssignments/{id}'\nnth = 'every'\ndo = 'status'\ncode = 403\n\
               error = 'AuthorizationFailed'\nmessage = \"\\u001b]0;owned\\u0007 you may not\"";
    let story = Story::told(&["old-roles-to-copy"], own);
    let mut stage = Stage::on(&story);
    for words in [ROUTE, TENANT_A, TENANT_B, APP, CHECKED, REVIEW, OVER] {
        stage.press(ENTER, words);
    }
    stage.press(ENTER, "was not granted");
    stage.press("\x1b[F", "Receipt");
    stage.press(CTRL_C, "Leave without it?");
    stage.passes(READ);
    stage.window.press(CTRL_C);
    stage.exits(1);
    let written = stage.since(0);
    assert!(written.contains("owned"), "the text itself was shown");
    for harm in HARM {
        assert!(!written.contains(harm), "{harm:?} reached the terminal");
    }
    assert_eq!(written.matches("\x1b[?1049h").count(), 1, "only the program itself asks for the other screen");
}
