//! `crosspull access`: which ways into a cluster are open, as the cluster itself tells.

use crosspull_support::{End, Story, text};
use serde_json::Value;

/// Returns what is told of the story's cluster.
fn access(story: &Story, flags: &[&str]) -> End {
    let cluster = story.ready.cluster.clone();
    let by = ["access", "--cluster", &cluster, "--tenant-a", "contoso.com", "--sign-in-a", "service-principal"];
    story.run(&[&by, flags].concat())
}

/// Returns the ways that are open.
fn open(end: &End) -> Vec<String> {
    end.exits(0);
    let told: Value = serde_json::from_str(&end.out).unwrap_or_else(|why| panic!("{why}\n{end}"));
    let ways = told["ways"].as_array().expect("ways").clone();
    ways.iter().filter(|way| way["open"] == true).map(|way| text(way, "way").to_owned()).collect()
}

#[test]
fn without_entra_the_certificates_are_the_way_in() {
    let story = Story::of("happy");
    let ways = open(&access(&story, &["--output", "json"]));
    assert_eq!(
        ways,
        ["the local admin account", "the users' certificate", "commands that Azure runs", "a service account"]
    );
    let end = access(&story, &[]);
    assert!(end.out.contains("service principal, app "), "{end}");
    assert!(end.out.contains("closed: Entra signs nobody in to this cluster"), "{end}");
    story.wrote_nothing();
}

#[test]
fn with_entra_authorization_azures_roles_are_and_local_accounts_are_not() {
    let story = Story::of("entra-cluster");
    let end = access(&story, &["--output", "json"]);
    assert_eq!(
        open(&end),
        [
            "an Entra account with bindings",
            "an Azure role for Kubernetes",
            "commands that Azure runs",
            "a service account"
        ]
    );
    let end = access(&story, &[]);
    assert!(end.out.contains("closed: local accounts are disabled"), "{end}");
    assert!(end.out.contains("managed identity of its own, "), "{end}");
}

#[test]
fn a_cluster_that_is_not_there_or_not_named_is_told() {
    let story = Story::of("happy");
    let wrong = story.ready.cluster.replace("aks-shop", "aks-none");
    let by = ["access", "--cluster", &wrong, "--tenant-a", "contoso.com", "--sign-in-a", "service-principal"];
    let end = story.run(&by);
    end.exits(1);
    assert!(end.err.contains("aks-none cannot be looked at"), "{end}");
    let end = story.run(&["access"]);
    end.exits(2);
    assert!(end.err.contains("cluster: missing"), "{end}");
}

#[test]
fn a_cluster_that_is_stopped_is_told_so_before_its_ways_in() {
    let story = Story::of("cluster-stopped");
    let end = access(&story, &[]);
    end.exits(0);
    let at = |words: &str| end.out.find(words).unwrap_or_else(|| panic!("{words}\n{end}"));
    assert!(at("stopped: whatever is open below") < at("Ways in:"), "{end}");
    let told: Value = serde_json::from_str(&access(&story, &["--output", "json"]).out).expect("JSON");
    assert!(text(&told["facts"], "state").contains("az aks start"), "{told}");
    let running = access(&Story::of("happy"), &[]);
    assert!(!running.out.contains("stopped"), "{running}");
}
