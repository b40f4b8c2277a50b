//! Stories of the cluster's needs in Azure: the new principal gets them before the reset, or it is named.

use crosspull_sim::Tenant;
use crosspull_support::{End, Story, text};
use serde_json::Value;

const NETWORK: &str = "Microsoft.Network/virtualNetworks/subnets";
const SUBNET: &str =
    "arm GET /subscriptions/{s}/resourceGroups/{g}/providers/Microsoft.Network/virtualNetworks/{v}/subnets/{n}";

/// Returns the finding of the check.
fn needs(end: &End) -> Value {
    let found = end.events("check_ended").map(|event| event["finding"].clone());
    found.filter(|finding| finding["check"].get("needs").is_some()).last().unwrap_or_default()
}

/// Returns the roles of the new principal at a scope that ends like this.
fn held_at(story: &Story, end: &str) -> Vec<String> {
    let world = story.world();
    let new = world.principals("a", text(world.app(), "appId"))[0].to_owned();
    let held = world.held(&new).into_iter().filter(|[_, scope, _]| scope.trim_matches('"').ends_with(end));
    held.map(|[role, ..]| role.trim_matches('"').to_owned()).collect()
}

#[test]
fn what_the_new_principal_would_lack_is_told_before_and_given_and_taken_back() {
    let story = Story::of("own-network");
    let plan = story.plan(&[]);
    plan.is_done();
    let finding = needs(&plan);
    assert_eq!(finding["level"], "warn", "{plan}");
    for part in ["would lack", &format!("{NETWORK}/join/action"), "subnets/aks", "by the group "] {
        assert!(text(&finding, "text").contains(part), "no {part:?} in {finding:#}");
    }
    assert!(
        text(&finding, "now").contains("The plan gives it Network Contributor on aks before the reset"),
        "{finding:#}"
    );
    story.wrote_nothing();

    let end = story.apply(&[]);
    end.is_done();
    assert_eq!(end.outcome("copy-roles"), "created");
    for place in ["/subnets/aks", "/routeTables/rt-aks", "/networkSecurityGroups/nsg-aks"] {
        assert_eq!(held_at(&story, place), ["Network Contributor"], "{place}");
    }
    let looked = end.events("looked").last().cloned().unwrap_or_default();
    assert!(looked["stands"].as_array().is_some_and(|all| all.iter().any(|one| one == "needs")), "{looked:#}");
    story.undo(&[]).ends_well();
    story.world().cluster_is_whole(story.begin());
}

#[test]
fn together_with_roles_that_are_copied_it_lacks_nothing() {
    let story = Story::of_all(&["old-roles-to-copy", "own-network"]);
    let end = story.apply(&[]);
    end.is_done();
    // The former principal joins the subnet by a role of its own too, which is copied.
    assert_eq!(held_at(&story, "/subnets/aks"), ["Network Contributor"]);
    assert_eq!(held_at(&story, "/routeTables/rt-aks"), ["Network Contributor"]);
    let finding = needs(&end);
    assert!(!text(&finding, "text").contains("join/action"), "{finding:#}");
}

#[test]
fn where_the_operator_may_not_give_it_the_command_is_told_and_the_question_names_it() {
    let own = "name = 'o'\nsays = 'o'\n[world.operator_a]\nhub_roles = ['Reader']";
    let story = Story::told(&["own-network"], own);
    let end = story.apply(&[]);
    end.is_done();
    let finding = needs(&end);
    assert_eq!(finding["level"], "warn");
    for part in
        ["you may not assign roles there", "az role assignment create --assignee-object-id PRINCIPAL", "/subnets/aks"]
    {
        assert!(text(&finding, "now").contains(part), "no {part:?} in {finding:#}");
    }
    let plan = end.events("run_started").next().expect("it began")["plan"]["steps"].clone();
    assert!(plan.to_string().contains("join/action on subnets/aks"), "the plan keeps what will be missing: {plan:#}");
    assert_eq!(held_at(&story, "/subnets/aks"), Vec::<String>::new());
}

#[test]
fn a_subnet_that_may_not_be_read_is_not_known_and_one_that_does_not_come_stops() {
    let fault = |what: &str| {
        format!("name = 'f'\nsays = 'f'\n[[fault]]\non = '{SUBNET}'\nnth = 'every'\ndo = 'status'\n{what}")
    };
    let story = Story::told(&["own-network"], &fault("code = 403\nerror = 'AuthorizationFailed'"));
    let plan = story.plan(&[]);
    plan.is_done();
    let finding = needs(&plan);
    assert_eq!(finding["level"], "warn");
    assert!(text(&finding, "text").contains("route table and security group of"), "{finding:#}");
    assert!(text(&finding, "text").contains("not known, since 403"), "{finding:#}");
    let story = Story::told(&["own-network"], &fault("code = 503"));
    story.plan(&[]).is_stopped_by("not read of what aks-shop needs", "Try again later");
    story.wrote_nothing();
}

#[test]
fn a_right_that_is_taken_away_before_the_reset_stops_it() {
    let story = Story::of("own-network");
    let mut taken = false;
    let end = story.apply_while(&["--soak", "4"], |event, _| {
        if !taken && event["event"] == "waiting" && text(event, "why").contains("becomes known in every region") {
            let world = story.world();
            let new = world.principals("a", text(world.app(), "appId"))[0].to_owned();
            let role = world.roles(&new).into_iter().find(|role| text(role, "scope").ends_with("/routeTables/rt-aks"));
            story.remove_role_by_hand(Tenant::A, text(role.expect("given"), "id"));
            taken = true;
        }
    });
    assert!(taken, "{end}");
    end.exits(1);
    assert_eq!(story.world().cluster()["resets"], 0, "{end}");
    assert!(end.out.contains("rt-aks"), "{end}");
}

#[test]
fn a_cluster_in_aks_own_network_costs_no_further_call() {
    let story = Story::of("happy");
    let end = story.apply(&[]);
    end.is_done();
    assert_eq!(needs(&end)["level"], "pass", "{end}");
    let requests = story.sim.requests();
    let further = requests.as_array().into_iter().flatten().filter(|one| text(one, "path").contains("assignedTo"));
    assert_eq!(further.count(), 0);
}
