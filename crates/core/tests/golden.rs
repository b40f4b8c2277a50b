//! Journals that earlier versions wrote can still be read, and tell what they told then.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use crosspull_core::check::NeededRole;
use crosspull_core::journal::{Journal, read};
use crosspull_core::names::Direction;
use crosspull_core::operation::{Fact, Op, ResetCluster};
use crosspull_core::run::{Stage, take_back};

fn golden(name: &str) -> Journal {
    let path = format!("{}/tests/golden/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
    read(&std::fs::read(path).expect("it is in the tree")).expect("it reads")
}

/// Returns the steps that taking the run back would take back, in order.
fn back_order(journal: &Journal) -> Vec<u16> {
    take_back(&journal.run).expect("a plan").steps.iter().map(|s| s.id.0).collect()
}

#[test]
fn a_run_of_the_first_version_that_is_done() {
    let journal = golden("v1-done");
    let run = &journal.run;
    assert_eq!((run.stage(), run.about().as_str()), (Stage::Done, "aks-shop ← registryb"));
    assert!(run.answers.is_empty(), "the first version kept no answers");
    assert_eq!(run.notes, [""; 0]);
    assert_eq!(run.next_command(), None);
    // Reset, role, service principal in B, app: the rest goes with these.
    assert_eq!(back_order(&journal), [7, 5, 4, 1]);
    let reset = run.plan.as_ref().and_then(|p| p.steps.last()).map(|s| &s.op);
    assert!(
        matches!(reset, Some(Op::ResetCluster(ResetCluster { from: None, .. }))),
        "the first version kept no former app"
    );
}

#[test]
fn a_run_whose_end_was_not_written_stopped_after_its_last_step() {
    let path = format!("{}/tests/golden/v2-pull-secret.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("it is in the tree");
    let (whole, _) = text.trim_end().rsplit_once('\n').expect("lines");
    let journal = read(format!("{whole}\n").as_bytes()).expect("it reads");
    assert_eq!(
        (journal.run.stage(), journal.run.where_it_stopped().as_str()),
        (Stage::Stopped, "stopped after step 11")
    );
}

#[test]
fn a_run_of_the_first_version_whose_reset_failed() {
    let journal = golden("v1-reset-failed");
    assert_eq!(journal.run.stage(), Stage::Failed);
    assert_eq!(journal.run.where_it_stopped(), "failed at step 7, reset aks-shop");
    assert_eq!(journal.run.next_command(), Some("crosspull resume b3779f11".to_owned()));
    assert_eq!(back_order(&journal), [7, 5, 4, 1]);
}

#[test]
fn a_run_of_the_first_version_that_was_terminated_while_it_waited_for_consent() {
    let journal = golden("v1-terminated");
    assert_eq!(journal.run.stage(), Stage::Stopped);
    assert_eq!(journal.run.where_it_stopped(), "stopped at step 4, provision the app");
    assert_eq!(back_order(&journal), [4, 1], "the person may have consented meanwhile");
}

#[test]
fn a_run_of_the_first_version_that_was_killed_while_the_cluster_was_reset() {
    let journal = golden("v1-killed-in-reset");
    assert_eq!(journal.run.stage(), Stage::Stopped);
    assert_eq!(journal.run.where_it_stopped(), "stopped at step 7, reset aks-shop");
    assert_eq!(journal.run.resets(Direction::Forward).count(), 1);
    assert!(journal.run.facts.get(&Fact::SecretKey).is_some());
}

#[test]
fn a_run_of_the_first_version_that_found_everything_but_changed_a_condition() {
    let journal = golden("v1-found");
    assert_eq!(back_order(&journal), [5], "what was found is never taken back");
}

#[test]
fn a_run_that_was_killed_in_the_reset_gone_on_with_and_taken_back() {
    let journal = golden("v1-resumed-and-undone");
    let run = &journal.run;
    assert_eq!((run.stage(), run.where_it_stopped().as_str()), (Stage::Undone, ""));
    assert_eq!(run.headline(), "What the run made is taken back. aks-shop uses its former app again.");
    assert_eq!(run.notes, [""; 0]);
    assert!(!run.answers.is_empty());
    assert_eq!(back_order(&journal), [0_u16; 0], "nothing is left to take back");
    assert_eq!(run.still_made().count(), 0, "nothing of it is left");
    assert!(run.facts.get(&Fact::BackKey).is_some(), "the cluster was given back with a secret");
}

#[test]
fn a_run_of_the_second_version_that_was_killed_while_the_cluster_was_reset() {
    let journal = golden("v2-killed-in-reset");
    assert_eq!(journal.run.stage(), Stage::Stopped);
    assert_eq!(journal.run.where_it_stopped(), "stopped at step 9, reset aks-shop");
    assert_eq!(journal.run.resets(Direction::Forward).count(), 1, "its address told that it is one");
    assert_eq!(back_order(&journal), [9, 8, 7, 5, 4, 1]);
}

#[test]
fn a_run_of_the_second_version_gone_on_with_and_taken_back() {
    let journal = golden("v2-resumed-and-undone");
    let run = &journal.run;
    assert_eq!((run.stage(), run.where_it_stopped().as_str()), (Stage::Undone, ""));
    assert_eq!(run.notes, [""; 0]);
    assert_eq!(run.still_made().count(), 0, "nothing of it is left");
}

#[test]
fn a_run_that_gave_the_clusters_own_identity_a_role() {
    let journal = golden("v2-attached");
    assert_eq!((journal.run.stage(), journal.run.about().as_str()), (Stage::Done, "aks-shop ← registryb"));
    assert_eq!(back_order(&journal), [1], "the role goes; the pod is gone already");
}

const VERSION_2: [&str; 19] = [
    "v2-killed-in-reset",
    "v2-resumed-and-undone",
    "v2-attached",
    "v2-pull-secret",
    "v2-renewed",
    "v2-token-killed",
    "v2-token-undone",
    "v2-convert-app",
    "v2-convert-app-given",
    "v2-admin-undone",
    "v2-access-opened",
    "v2-access-bound",
    "v2-access-unbound",
    "v2-access-joined",
    "v2-access-left",
    "v2-access-closed-and-undone",
    "v2-access-still",
    "v2-access-last",
    "v2-needed",
];

/// Every entry that the second version wrote is written again as it was, but for what it did not say of resets.
#[test]
fn what_was_read_is_written_again_as_it_was() {
    for name in VERSION_2 {
        let path = format!("{}/tests/golden/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("it is in the tree");
        for (line, entry) in text.lines().zip(golden(name).entries) {
            let mut written = serde_json::to_value(&entry).expect("writes");
            let then: serde_json::Value = serde_json::from_str(line).expect("JSON");
            if then.get("resets").is_none() {
                written.as_object_mut().expect("an object").remove("resets");
            }
            assert_eq!(written, then, "{name}");
        }
    }
}

#[test]
fn runs_that_keep_pull_secrets_in_a_cluster() {
    let made = golden("v2-pull-secret");
    assert_eq!((made.run.stage(), made.run.about().as_str()), (Stage::Done, "aks-shop ← registryb"));
    assert_eq!(
        back_order(&made),
        [8, 7, 6, 4, 1],
        "the use before its secret, and the role before the app with all that it has"
    );
    let renewed = golden("v2-renewed");
    assert_eq!(renewed.run.stage(), Stage::Done);
    assert_eq!(back_order(&renewed), [0_u16; 0], "what it replaced is gone, so there is no way back");
}

#[test]
fn a_run_that_was_killed_as_it_wrote_the_pull_secrets_of_two_registries() {
    let killed = golden("v2-token-killed");
    assert_eq!(killed.run.stage(), Stage::Stopped);
    assert_eq!(killed.run.where_it_stopped(), "stopped at step 8, write crosspull-registryother into default");
    assert_eq!(back_order(&killed), [3, 1], "neither pull secret was sent, and the passwords go with their tokens");
    let undone = golden("v2-token-undone");
    assert_eq!((undone.run.stage(), undone.run.still_made().count()), (Stage::Undone, 0));
}

#[test]
fn runs_that_used_an_app_or_an_account_that_was_there() {
    let opened = golden("v2-convert-app");
    assert_eq!(opened.run.stage(), Stage::Done);
    assert_eq!(back_order(&opened), [4, 3, 2, 1], "whether the secret of the proof is gone is looked at");
    for name in ["v2-convert-app-given", "v2-admin-undone"] {
        let undone = golden(name);
        assert_eq!((undone.run.stage(), undone.run.still_made().count()), (Stage::Undone, 0), "{name}");
    }
}

#[test]
fn somebody_is_let_into_a_cluster_by_each_way() {
    for (name, back) in [
        ("v2-access-opened", &[2, 1][..]),
        ("v2-access-bound", &[2, 1]),
        ("v2-access-unbound", &[1]),
        ("v2-access-joined", &[2, 1]),
        ("v2-access-left", &[1]),
    ] {
        let journal = golden(name);
        assert_eq!(journal.run.stage(), Stage::Done, "{name}");
        let about = journal.run.about();
        assert!(about.starts_with("aks-shop, opened for ") || about.starts_with("aks-shop, closed for "), "{about}");
        assert_eq!(back_order(&journal), back, "{name}: the proof leaves nothing");
    }
}

#[test]
fn what_was_closed_was_given_back() {
    let journal = golden("v2-access-closed-and-undone");
    assert_eq!(journal.run.stage(), Stage::Undone);
    assert_eq!(journal.run.headline(), "What the run made is taken back.");
    assert_eq!(back_order(&journal), [0_u16; 0]);
}

#[test]
fn a_run_that_gave_the_new_principal_what_the_cluster_needs() {
    let journal = golden("v2-needed");
    assert_eq!((journal.run.stage(), journal.run.about().as_str()), (Stage::Done, "aks-shop ← registryb"));
    let needed = needed(&journal);
    assert_eq!(needed.len(), 3, "subnet, route table and security group: {needed:?}");
    let copied = |role: &&NeededRole| journal.run.facts.learnt(&Fact::RoleCopy(role.role.key())).is_some();
    assert!(needed.iter().all(copied), "each was given");
}

#[test]
fn runs_that_shut_nobody_out_or_the_last_one() {
    let still = golden("v2-access-still");
    assert_eq!(still.run.stage(), Stage::Failed);
    assert_eq!(back_order(&still), [1], "what was taken away can be given back");
    let last = golden("v2-access-last");
    assert_eq!((last.run.stage(), back_order(&last)), (Stage::Done, vec![1]));
    assert!(steps(&last).iter().any(|op| op.operation().why_asks().is_some()), "it was asked for once more");
}

/// Fields that came after the first journals of an operation are left out where they hold nothing: a journal without them reads
/// as one of nothing.
#[test]
fn a_journal_without_what_came_later_reads_as_one_of_nothing() {
    for (name, later) in
        [("v2-needed", &["needed", "withheld"][..]), ("v2-access-still", &["others"]), ("v2-access-last", &["asks"])]
    {
        let path = format!("{}/tests/golden/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("it is in the tree");
        let earlier: Vec<String> = text
            .lines()
            .map(|line| {
                let mut entry: serde_json::Value = serde_json::from_str(line).expect("JSON");
                without(&mut entry, later);
                format!("{entry}\n")
            })
            .collect();
        assert_ne!(earlier.concat(), text, "{name} has them");
        let journal = read(earlier.concat().as_bytes()).expect("it reads");
        assert_eq!(journal.run.stage(), golden(name).run.stage(), "{name}");
        assert_eq!(journal.run.notes, [""; 0], "{name}");
        assert!(needed(&journal).is_empty(), "{name}");
        for op in steps(&journal) {
            assert_eq!(op.operation().why_asks(), None, "{name}");
            assert!(!matches!(op, Op::ProveAccess(prove) if !prove.others.is_empty()), "{name}");
        }
    }
}

fn steps(journal: &Journal) -> Vec<&Op> {
    let plan = journal.run.forward_plan().expect("a plan");
    plan.steps.iter().map(|step| &step.op).collect()
}

fn needed(journal: &Journal) -> Vec<&NeededRole> {
    steps(journal).into_iter().flat_map(needed_by).collect()
}

fn needed_by(op: &Op) -> &[NeededRole] {
    if let Op::CopyRoles(copy) = op { &copy.needed } else { &[] }
}

/// Takes members out of a value, wherever they stand.
fn without(value: &mut serde_json::Value, names: &[&str]) {
    match value {
        serde_json::Value::Object(object) => {
            names.iter().for_each(|name| drop(object.remove(*name)));
            object.values_mut().for_each(|value| without(value, names));
        }
        serde_json::Value::Array(list) => list.iter_mut().for_each(|value| without(value, names)),
        _ => {}
    }
}
