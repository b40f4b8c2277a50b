//! The input that the wizard takes from a person: pastes above all.

use crate::stage::{CTRL_U, ENTER, Stage, TAB, TENANT_A};

const CLUSTER: &str = "/subscriptions/0c0c0c0c-0000-4c0c-8c0c-00000000c0c0/resourceGroups/rg-other/providers/\
                       Microsoft.ContainerService/managedClusters/aks-other";
const REGISTRY: &str = "/subscriptions/0c0c0c0c-0000-4c0c-8c0c-00000000c0c0/resourceGroups/rg-other/providers/\
                        Microsoft.ContainerRegistry/registries/other";

/// Returns the demo at the field for the cluster, which is empty.
fn at_the_cluster() -> Stage {
    let mut stage = Stage::demo();
    stage.reach_the_first_form();
    for _ in 0..3 {
        stage.window.press(TAB);
    }
    stage.press_away(CTRL_U, "managedClusters");
    stage
}

#[test]
fn a_pasted_id_is_one_line_and_goes_nowhere_by_itself() {
    let mut stage = at_the_cluster();
    let text = stage.paste(&format!("\r\n  {CLUSTER}\r\n\r\n"), "aks-other in rg-other");
    assert!(text.contains(TENANT_A), "the paste went on by itself:\n{text}");
    // The next key says that nothing else of the paste is to come.
    stage.press(ENTER, "Tenant B, where the registry is");
}

#[test]
fn no_escape_sequence_of_a_paste_reaches_the_terminal() {
    let mut stage = at_the_cluster();
    let before = stage.written();
    let text = stage.paste(&format!("\x1b]0;title\x07\x1b[2J{CLUSTER}\x1b[5m\n\x7f\x08end"), "end");
    assert!(text.contains(TENANT_A), "{text}");
    let written = stage.since(before);
    for sequence in ["\x1b]0;", "\x07", "\x1b[2J", "\x1b[5m", "\x7f", "\x08"] {
        assert!(!written.contains(sequence), "{sequence:?} in {written:?}");
    }
}

#[test]
fn an_id_of_something_else_is_complained_about_under_its_field() {
    let mut stage = at_the_cluster();
    stage.paste(REGISTRY, "registries/other");
    let text = stage.press(ENTER, "One answer needs a look.");
    assert!(text.contains(TENANT_A), "{text}");
    let mut under = text.lines().skip_while(|line| !line.contains("Cluster  ")).skip(1);
    assert!(under.next().is_some_and(|line| line.contains('✗')), "no complaint under the field:\n{text}");
    assert!(text.contains("a cluster: give an id such as"), "it does not say what is right:\n{text}");
}
