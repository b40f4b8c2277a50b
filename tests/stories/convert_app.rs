//! Route `convert-app`: the cluster's present app is let into the registry's tenant, and the cluster is not touched.

use crosspull_support::{End, Story, World, text};
use serde_json::Value;

/// Returns the app of the cluster.
fn app(world: &World) -> &Value {
    let id = text(world.cluster(), "clientId");
    world.apps("a").find(|app| app["appId"] == id).expect("the cluster has an app")
}

/// The cluster's app is in B with that role alone, and the cluster is as it was; no secret and no pod is left.
fn is_let_in(story: &Story, end: &End, role: &str) {
    end.ends_well();
    let (now, then) = (story.world(), story.begin());
    let (app_now, app_then) = (app(&now), app(then));
    assert_eq!(app_now["signInAudience"], "AzureADMultipleOrgs");
    for part in ["appId", "passwordCredentials", "identifierUris", "web", "displayName"] {
        assert_eq!(app_now[part], app_then[part], "{part}");
    }
    let principals = now.principals("b", text(app_now, "appId"));
    assert_eq!(principals.len(), 1, "service principals in B");
    let held = now.roles(principals[0]);
    assert_eq!(held.iter().map(|role| text(role, "roleName")).collect::<Vec<_>>(), [role]);
    for part in ["clientId", "resets", "provisioningState"] {
        assert_eq!(now.cluster()[part], then.cluster()[part], "{part}");
    }
    assert_eq!(now.pods(), Vec::<&str>::new(), "pods that are left");
    assert!(!end.out.contains("restarts the nodes"), "nothing restarts\n{end}");
}

fn convert(story: &Story, more: &[&str]) -> End {
    story.apply(&[&["--route", "convert-app"], more].concat())
}

#[test]
fn the_present_app_is_let_in_and_nothing_of_the_cluster_changes() {
    let story = Story::of("happy");
    let end = convert(&story, &[]);
    is_let_in(&story, &end, "AcrPull");
    let outcomes = ["open-app", "prove-pull", "remove-proof-secret", "prove-inside"].map(|op| end.outcome(op));
    assert_eq!(outcomes, ["changed", "proved", "changed", "proved"], "\n{end}");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

#[test]
fn it_is_what_is_recommended_for_a_service_principal_in_two_tenants() {
    let story = Story::of("happy");
    let end = story.plan(&["--route", "auto"]);
    end.exits(0);
    end.finds("pass", "route convert-app: the app that the cluster has can be let into the other tenant", "");
    story.wrote_nothing();
}

#[test]
fn a_registry_of_repositories_gets_a_reader() {
    let story = Story::of("abac-registry");
    let end = convert(&story, &[]);
    is_let_in(&story, &end, "Container Registry Repository Reader");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

#[test]
fn a_registry_that_keeps_this_machine_out_is_proved_from_a_node() {
    let story = Story::of("firewalled-registry");
    let end = convert(&story, &[]);
    is_let_in(&story, &end, "AcrPull");
    assert_eq!(end.outcome("prove-first"), "proved", "\n{end}");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

#[test]
fn a_managed_identity_has_no_app_to_let_in() {
    let story = Story::of("managed-identity-cluster");
    let end = convert(&story, &[]);
    end.is_stopped_by("aks-shop uses a managed identity, which has no app", "--route auto");
    story.wrote_nothing();
}

#[test]
fn a_second_run_finds_all_of_it() {
    let story = Story::of("happy");
    convert(&story, &[]).ends_well();
    let first = story.run_id();
    let second = convert(&story, &[]);
    is_let_in(&story, &second, "AcrPull");
    let outcomes = ["open-app", "provision", "grant-role"].map(|op| second.outcome(op));
    assert_eq!(outcomes, ["found"; 3], "\n{second}");
    let other = story.runs_but(&[&first]);
    story.undo_of(&other[0], &[]).exits(0);
    assert_eq!(app(&story.world())["signInAudience"], "AzureADMultipleOrgs", "what the second run found stays");
    story.undo_of(&first, &[]).ends_well();
    story.is_taken_back();
}

#[test]
fn who_may_not_change_the_app_is_told_so_and_nothing_is_changed() {
    let own = "name = \"own\"\nsays = \"own\"\n[world.operator_a]\nowns_cluster_app = false";
    let story = Story::told(&["happy"], own);
    let end = convert(&story, &[]);
    end.fails_with("You may not change that app", "Ask one of its owners");
    story.undo(&[]).exits(0);
    story.is_taken_back();
}
