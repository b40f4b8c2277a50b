//! The rights of the cluster's present principal: the new one gets them too, or the run says what it lacks.

use crosspull_support::{Story, text};
use serde_json::Value;

/// Returns the warning that the new principal will lack something.
fn lack(end: &crosspull_support::End) -> String {
    let found = end.findings("warn").map(|f| text(f, "text")).find(|text| text.contains("will lack"));
    found.unwrap_or_default().to_owned()
}

#[test]
fn every_role_is_copied_with_its_scope_and_its_condition() {
    let story = Story::of("old-roles-to-copy");
    let end = story.apply(&[]);
    end.is_done();
    story.is_done("AcrPull");
    assert_eq!((end.outcome("copy-roles"), lack(&end).as_str()), ("created", ""));

    let world = story.world();
    let new = world.principals("a", text(world.app(), "appId"))[0];
    let held = world.held(new);
    assert_eq!(held.len(), 4, "{held:#?}");
    let conditions: Vec<&String> = held.iter().map(|[_, _, condition]| condition).filter(|c| *c != "null").collect();
    assert!(matches!(conditions.as_slice(), [one] if one.contains("'tools/base'")), "{conditions:?}");
    let scopes: Vec<&str> = held.iter().map(|[_, scope, _]| scope.trim_matches('"')).collect();
    assert!(scopes.iter().any(|s| s.ends_with("/virtualNetworks/hub/subnets/aks")), "another subscription: {scopes:?}");
    for assignment in world.roles(new) {
        assert_eq!(assignment["principalType"], "ServicePrincipal");
    }
}

#[test]
fn what_cannot_be_copied_is_named_before_and_the_run_goes_on() {
    let story = Story::of("cannot-copy-roles");
    let end = story.apply(&[]);
    end.is_done();
    let lack = lack(&end);
    for part in ["Network Contributor on rg-shop", "Network Contributor on aks", "you may not assign roles there"] {
        assert!(lack.contains(part), "no {part:?} in {lack}");
    }
    let reset = end.events("run_started").next().expect("it began")["plan"]["steps"].as_array().expect("steps").clone();
    let lacks = reset.iter().find(|s| s["op"] == "reset-cluster").map(|s| s["lacks"].clone());
    let lacks = lacks.as_ref().and_then(Value::as_array).map_or(0, Vec::len);
    assert_eq!(lacks, 3, "the plan keeps what will be missing, for the question before the reset");
    let world = story.world();
    let new = world.principals("a", text(world.app(), "appId"))[0];
    assert_eq!(world.held(new), Vec::<[String; 3]>::new(), "nothing could be given");
}

#[test]
fn memberships_and_permissions_on_apis_are_named_and_not_copied() {
    let story = Story::of("old-principal-in-group");
    let end = story.apply(&[]);
    end.is_done();
    let lack = lack(&end);
    for part in ["membership of", "memberships are not copied", "a permission on", "permissions on APIs are not copied"]
    {
        assert!(lack.contains(part), "no {part:?} in {lack}");
    }
    story.is_done("AcrPull");
}

#[test]
fn lists_that_come_in_pages_are_read_to_their_end() {
    let story = Story::of_all(&["old-roles-to-copy", "paged"]);
    story.apply(&[]).is_done();
    story.is_done("AcrPull");
    let requests = story.sim.requests();
    let pages = requests.as_array().into_iter().flatten().filter(|r| text(r, "path").contains("roleAssignments"));
    assert!(pages.count() > 8, "the lists had pages");
}

#[test]
fn what_stands_in_the_way_of_renewing_nodes_is_warned_of() {
    let story = Story::of("no-headroom");
    let end = story.plan(&[]);
    end.is_done();
    let cause = "the region's quota has no vCPU left for a spare node; no disruption is allowed now by shop/web; one replica \
                 alone has shop/cart";
    end.finds("warn", cause, "give it a second replica");
    story.wrote_nothing();
}

#[test]
fn a_wait_shorter_than_microsoft_asks_for_is_warned_of() {
    let story = Story::of("happy");
    story.plan(&["--soak", "5"]).finds("warn", "the reset comes 5 min after the proof", "--soak 30");
    let end = story.plan(&["--soak", "30"]);
    assert!(end.findings("warn").all(|f| f["check"] != "soak"), "\n{end}");
    let end = story.apply(&["--soak", "1"]);
    end.is_done();
    assert!(end.waits().contains(&"the new service principal becomes known in every region"), "\n{end}");
}

#[test]
fn a_cluster_whose_api_cannot_be_reached_is_left_to_the_operator_with_the_commands() {
    for (kubernetes, why) in [("private", "does not answer"), ("read-only", "refuses it")] {
        let own = format!("name = 'k'\nsays = 'k'\n[world.cluster]\nkubernetes = '{kubernetes}'");
        let story = Story::told(&[], &own);
        let end = story.apply(&[]);
        end.is_done();
        assert_eq!(end.outcome("prove-inside"), "skipped", "\n{end}");
        let note = end.note("prove-inside");
        for part in [
            why,
            "az aks get-credentials --resource-group rg-shop --name aks-shop",
            "kubectl run crosspull-",
            "kubectl describe pod",
            "kubectl delete pod",
        ] {
            assert!(note.contains(part), "no {part:?} in {note}");
        }
        story.is_done("AcrPull");
    }
}
