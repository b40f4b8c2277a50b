//! The rights of the cluster's present principal: the new one gets them too, or the run says what it lacks.

use crosspull_support::{Story, text};
use serde_json::Value;

const SOAKS: &str = "the new service principal becomes known in every region";

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
    let withheld = reset.iter().find(|s| s["op"] == "copy-roles").map(|s| s["withheld"].clone());
    let withheld = withheld.as_ref().and_then(Value::as_array).map_or(0, Vec::len);
    assert_eq!(withheld, 3, "the plan keeps what will be missing, for the question before the reset");
    let world = story.world();
    let new = world.principals("a", text(world.app(), "appId"))[0];
    assert_eq!(world.held(new), Vec::<[String; 3]>::new(), "nothing could be given");
}

/// The one role of the cluster's principal, Contributor on its node resource group, cannot be given: so often, and so.
fn refused(nth: &str, code: &str, message: &str) -> Story {
    let own = format!(
        "name = 'r'\nsays = 'r'\n[[fault]]\non = 'arm PUT /subscriptions/{{s}}/resourceGroups/{{g}}/providers/\
         Microsoft.Authorization/roleAssignments/{{n}}'\nnth = {nth}\ndo = 'status'\ncode = 403\nerror = '{code}'\n\
         message = '{message}'"
    );
    Story::told(&[], &own)
}

#[test]
fn a_role_that_may_not_be_given_is_named_as_lacking_and_the_run_goes_on() {
    for (code, message, why) in [
        ("AuthorizationFailed", "denied because an ABAC condition that is not fulfilled", "limited by a condition"),
        ("DenyAssignmentAuthorizationFailed", "because of the deny assignment", "a deny assignment forbids it"),
        ("RequestDisallowedByPolicy", "was disallowed by policy", "an Azure Policy forbids it"),
    ] {
        let story = refused("'every'", code, message);
        let end = story.run(&["apply", "--answers", story.answers(), "--yes"]);
        end.exits(0);
        let lacks = end.out.lines().find(|line| line.contains(" lacks: ")).unwrap_or_default();
        assert!(lacks.contains("Contributor on MC_rg-shop_aks-shop") && lacks.contains(why), "{code}: {lacks}\n{end}");
        assert!(end.out.contains("1 role could not be given"), "{end}");
        let world = story.world();
        assert_eq!(world.cluster()["resets"], 1);
        let new = world.principals("a", text(world.app(), "appId"))[0];
        assert_eq!(world.held(new), Vec::<[String; 3]>::new());
        story.undo(&[]).ends_well();
    }
}

#[test]
fn a_role_that_somebody_else_gives_meanwhile_is_found_and_lacks_no_more() {
    let story = refused("1", "DenyAssignmentAuthorizationFailed", "because of the deny assignment");
    let mut given = String::new();
    let end = story.apply_while(&["--soak", "4"], |event, _| {
        if given.is_empty() && event["event"] == "waiting" && event["why"] == SOAKS {
            let world = story.world();
            let new = world.principals("a", text(world.app(), "appId"))[0].to_owned();
            let subscription = &story.ready.tenants.a.subscription;
            let scope = format!("/subscriptions/{subscription}/resourceGroups/MC_rg-shop_aks-shop_westeurope");
            given = story.grant_at_by_hand(&new, "b24988ac-6180-42a0-ab88-20f7382dd24c", &scope);
        }
    });
    end.is_done();
    assert_eq!(end.outcome("copy-roles"), "not_done");
    let found = end.events("learnt").flat_map(|e| e["learnt"].as_array().cloned().unwrap_or_default());
    let found: Vec<Value> = found.filter(|fact| fact["value"] == given.as_str()).collect();
    assert!(matches!(found.as_slice(), [one] if one["how"] == "found"), "{found:?}\n{end}");
}

#[test]
fn a_right_to_assign_that_lacks_altogether_still_stops_the_run() {
    let end = refused("'every'", "AuthorizationFailed", "does not have authorization").apply(&[]);
    end.fails_with("Contributor on ", "Ask an owner of the resource for the right");
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
    story.plan(&["--soak", "5"]).finds("warn", "the reset comes 5 minutes after the proof", "--soak 30");
    let end = story.plan(&["--soak", "30"]);
    assert!(end.findings("warn").all(|f| f["check"] != "soak"), "\n{end}");
    let end = story.apply(&["--soak", "2"]);
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
        assert_eq!(end.outcome("prove-inside"), "not_done", "\n{end}");
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
