//! `crosspull access identity`: what the cluster's identity may do of what the cluster needs, and what is not known.

use std::time::{Duration, Instant};

use crosspull_support::{End, Story, side_by_side, text};
use serde_json::Value;

const SUBNET: &str =
    "arm GET /subscriptions/{s}/resourceGroups/{g}/providers/Microsoft.Network/virtualNetworks/{v}/subnets/{n}";
const ASSIGNMENTS: &str = "arm GET /subscriptions/{s}/providers/Microsoft.Authorization/roleAssignments";
const ROLE: &str = "arm GET /subscriptions/{s}/providers/Microsoft.Authorization/roleDefinitions/{r}";
const DENIES: &str = "arm GET /subscriptions/{s}/resourceGroups/{g}/providers/Microsoft.Network/virtualNetworks/{v}/subnets/{n}/providers/Microsoft.Authorization/denyAssignments";
const DENIED: &str = "do = 'status'\ncode = 403\nerror = 'AuthorizationFailed'\nmessage = 'no'";
const BUSY: &str = "do = 'status'\ncode = 503";
const TORN: &str = "do = 'garbage'";

/// Two tries of five seconds each, and what a busy machine adds.
const GIVEN_UP: Duration = Duration::from_secs(30);

/// Returns a scenario that strikes every such call.
fn always(on: &str, what: &str) -> String {
    format!("name = 'f'\nsays = 'f'\n[[fault]]\non = '{on}'\nnth = 'every'\n{what}")
}

fn identity(story: &Story, flags: &[&str]) -> End {
    let cluster = story.ready.cluster.clone();
    let by =
        ["access", "identity", "--cluster", &cluster, "--tenant-a", "contoso.com", "--sign-in-a", "service-principal"];
    let pace = ["--pace", "500"];
    story.run(&[&by[..], &pace, flags].concat())
}

fn told(end: &End) -> Value {
    serde_json::from_str(&end.out).unwrap_or_else(|why| panic!("{why}\n{end}"))
}

/// Returns of each need its resource's name and how it is fulfilled.
fn needs(told: &Value, of: &str) -> Vec<(String, String)> {
    let rows = told[of]["needs"].as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| (text(row, "place").to_owned(), text(row, "is").to_owned())).collect()
}

fn at(needs: &[(String, String)], place: &str) -> String {
    needs.iter().find(|(known, _)| known == place).map(|(_, is)| is.clone()).unwrap_or_default()
}

#[test]
fn what_the_cluster_needs_in_its_own_network_is_held_by_a_group() {
    let story = Story::of("own-network");
    let end = identity(&story, &["--output", "json"]);
    end.exits(0);
    let told = told(&end);
    let of = needs(&told, "identity");
    for place in
        ["subnets/aks", "routeTables/rt-aks", "networkSecurityGroups/nsg-aks", "MC_rg-shop_aks-shop_westeurope"]
    {
        assert_eq!(at(&of, place), "held", "{place}: {of:?}");
    }
    let rows = told["identity"]["needs"].as_array().expect("rows");
    let subnet = rows.iter().find(|row| row["place"] == "subnets/aks").expect("the subnet");
    assert_eq!(subnet["by"][0]["role"], "Network Contributor");
    assert!(subnet["by"][0]["group"].is_string(), "{subnet:#}");
    assert_eq!(at(&needs(&told, "operator"), "subnets/aks"), "held");
    let lines = identity(&story, &[]);
    lines.exits(0);
    assert!(lines.out.contains("by Network Contributor on subnets/aks, by the group "), "{lines}");
    assert!(lines.out.contains("by Contributor on MC_rg-shop_aks-shop_westeurope"), "{lines}");
    story.wrote_nothing();
}

#[test]
fn what_lacks_is_told_with_the_role_that_gives_it() {
    let own = "name = 'n'\nsays = 'n'\n[world]\ngroup_roles = [{ role = 'Reader', on = 'hub-network' }]";
    let story = Story::told(&["own-network"], own);
    let end = identity(&story, &["--output", "json"]);
    end.exits(0);
    let told = told(&end);
    let rows = told["identity"]["needs"].as_array().expect("rows");
    let subnet = rows.iter().find(|row| row["place"] == "subnets/aks").expect("the subnet");
    assert_eq!(subnet["is"], "lacking");
    assert_eq!(subnet["lacks"], serde_json::json!(["Microsoft.Network/virtualNetworks/subnets/join/action"]));
    assert_eq!(subnet["gives_it"]["role"], "Network Contributor");
    let command = text(&subnet["gives_it"], "command");
    assert!(command.starts_with("az role assignment create --assignee-object-id "), "{command}");
    assert!(command.ends_with("/virtualNetworks/hub/subnets/aks"), "{command}");
}

#[test]
fn a_cluster_in_aks_own_network_needs_nothing_beyond_its_nodes() {
    for scenario in ["happy", "managed-identity-cluster", "same-tenant-user-assigned"] {
        let story = Story::of(scenario);
        let end = identity(&story, &["--output", "json"]);
        end.exits(0);
        let of = needs(&told(&end), "identity");
        assert_eq!(at(&of, "MC_rg-shop_aks-shop_westeurope"), "held", "{scenario}: {of:?}");
        let kubelet = at(&of, "userAssignedIdentities/id-aks-shop-kubelet");
        assert_eq!(kubelet, if scenario == "same-tenant-user-assigned" { "lacking" } else { "" }, "{scenario}: {of:?}");
        story.wrote_nothing();
    }
}

#[test]
fn what_may_not_be_read_or_does_not_come_is_not_known_and_never_nothing() {
    for (on, what, place) in [
        (ASSIGNMENTS, BUSY, "subnets/aks"),
        (ROLE, DENIED, "subnets/aks"),
        (ASSIGNMENTS, TORN, "MC_rg-shop_aks-shop_westeurope"),
        (ROLE, BUSY, "MC_rg-shop_aks-shop_westeurope"),
    ] {
        let story = Story::told(&["own-network"], &always(on, what));
        let end = identity(&story, &["--output", "json"]);
        end.exits(1);
        let of = needs(&told(&end), "identity");
        assert_eq!(at(&of, place), "not_known", "{on} {what}: {of:?}");
    }
    for (on, what, told_of) in [
        (SUBNET, DENIED, "route table and security group of "),
        (SUBNET, TORN, "route table and security group of "),
        (DENIES, DENIED, "deny assignments at "),
        ("graph GET /servicePrincipals", DENIED, "who it is: "),
    ] {
        let story = Story::told(&["own-network"], &always(on, what));
        let end = identity(&story, &[]);
        end.exits(1);
        let line = end.out.lines().find(|line| line.contains(told_of)).unwrap_or_default();
        assert!(line.contains("not known, since "), "{on} {what}: {end}");
    }
}

#[test]
fn where_the_subscriptions_list_may_not_be_read_those_of_the_resources_are() {
    let story = Story::told(&["own-network"], &always(ASSIGNMENTS, DENIED));
    let end = identity(&story, &["--output", "json"]);
    end.exits(0);
    assert_eq!(at(&needs(&told(&end), "identity"), "subnets/aks"), "held");
}

#[test]
fn another_operator_is_judged_by_what_is_assigned_to_them() {
    let own = "name = 'r'\nsays = 'r'\n[world.operator_a]\ngraph_roles = ['Directory.Read.All']";
    let story = Story::told(&["own-network"], own);
    let end = identity(&story, &["--output", "json", "--principal", "reader@contoso.com"]);
    end.exits(0);
    assert_eq!(at(&needs(&told(&end), "operator"), "subnets/aks"), "lacking", "{end}");
    assert!(end.out.contains("--assignee-principal-type User "), "{end}");
    let end = identity(&story, &["--principal", "system:serviceaccount:shop"]);
    end.exits(2);
}

#[test]
fn a_service_that_asks_to_wait_is_waited_for() {
    let own = format!(
        "name = 'f'\nsays = 'f'\n[[fault]]\non = '{SUBNET}'\nnth = 1\ndo = 'status'\ncode = 429\nretry_after = 1"
    );
    let story = Story::told(&["own-network"], &own);
    identity(&story, &[]).exits(0);
}

#[test]
#[ignore = "a read that never comes is waited for: ten seconds"]
fn a_read_that_never_comes_is_given_up_and_is_not_known() {
    let cases = [
        (ASSIGNMENTS, "identity", "subnets/aks"),
        (ROLE, "identity", "subnets/aks"),
        (SUBNET, "identity", ""),
        (DENIES, "operator", ""),
    ];
    side_by_side(cases, |(on, of, place)| {
        let story = Story::told(&["own-network"], &always(on, "do = 'hang'"));
        let begun = Instant::now();
        let end = identity(&story, &["--output", "json"]);
        assert!(begun.elapsed() < GIVEN_UP, "{on}: {:?}", begun.elapsed());
        end.exits(1);
        let told = told(&end);
        if place.is_empty() {
            let unknown = told[of]["not_known"].as_array().cloned().unwrap_or_default();
            let is_told = |one: &Value| one.as_str().is_some_and(|text| text.contains("not known, since "));
            assert!(!unknown.is_empty() && unknown.iter().all(is_told), "{on}: {told:#}");
        } else {
            assert_eq!(at(&needs(&told, of), place), "not_known", "{on}: {told:#}");
        }
    });
}

#[test]
fn that_nothing_is_needed_of_an_operator_is_no_yes() {
    let own = "name = 'r'\nsays = 'r'\n[world.operator_a]\ngraph_roles = ['Directory.Read.All']";
    let story = Story::told(&["happy"], own);
    for flags in [&[][..], &["--principal", "reader@contoso.com"]] {
        let end = identity(&story, flags);
        end.exits(0);
        let (_, operator) = end.out.split_once("Who may create and change").expect("the operator");
        assert!(operator.contains("That is no yes: the right to create and change the cluster itself"), "{end}");
        assert!(!operator.contains('✓'), "{end}");
        let told = told(&identity(&story, &[flags, &["--output", "json"]].concat()));
        assert_eq!(told["operator"]["needs"], serde_json::json!([]));
        assert!(text(&told["operator"], "nothing").contains("no yes"), "{told:#}");
    }
}
