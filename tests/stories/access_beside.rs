//! `crosspull access open` of what somebody has as much of already: it is told, and nothing is made unless that is asked for.

use crosspull_support::{Story, side_by_side};

use super::access_open::{ADA, PODS, READER, VIEW, access, bindings, opened, roles};

const BOB: &str = "bob@contoso.com";

/// Returns a scenario in which ada has a role at a place already.
fn has(role: &str, place: &str) -> String {
    format!("name = 'h'\nsays = 'h'\n[world.access]\nroles = [{{ who = 'ada', role = '{role}'{place} }}]")
}

/// Returns a scenario in which ada is bound already.
fn is_bound(role: &str, place: &str) -> String {
    format!("name = 'b'\nsays = 'b'\n[[world.access.bindings]]\nname = 'theirs'\nwho = 'ada'\nrole = '{role}'\n{place}")
}

#[test]
fn what_gives_as_much_is_told_and_nothing_is_made() {
    const IN_SHOP: &str = ", namespace = 'shop'";
    let admin = "Azure Kubernetes Service RBAC Admin";
    let cases = [
        ("access-azure-roles", has("Azure Kubernetes Service RBAC Reader", ""), &READER[..], "RBAC Reader on"),
        ("access-azure-roles", has(admin, IN_SHOP), &READER[..], "RBAC Admin on"),
        (
            "access-bindings",
            is_bound("edit", "namespace = 'shop'"),
            &VIEW[..],
            "the RoleBinding shop/theirs, which gives edit",
        ),
        ("access-bindings", is_bound("view", ""), &VIEW[..], "the ClusterRoleBinding theirs"),
    ];
    side_by_side(cases, |(scenario, own, flags, by)| {
        let story = Story::told(&[scenario], &own);
        let without = [flags, &["--without-kubeconfig"]].concat();
        let end = access(&story, "open", &without);
        end.is_stopped_by("there already, by", "Nothing is made. To make it beside that");
        end.finds("stop", by, "--beside");
        story.wrote_nothing();
        let end = opened(&story, &[&without[..], &["--beside"]].concat());
        assert_eq!(end.outcome("prove-access"), "proved", "\n{end}");
        let made = if scenario == "access-bindings" { bindings(&story, "shop").len() } else { roles(&story).len() };
        assert!(made >= 1, "\n{end}");
        story.undo(&[]).ends_well();
        story.world().is_as(story.begin());
    });
}

#[test]
fn where_the_kubeconfig_alone_lacks_it_alone_is_given() {
    let story = Story::of("access-azure-roles");
    let flags = ["--principal", BOB, "--role", "rbac-reader", "--namespace", "shop"];
    let end = opened(&story, &flags);
    end.finds("warn", "by the group", "The kubeconfig alone is given");
    assert_eq!(end.outcome("assign-access"), "created", "\n{end}");
    assert_eq!(end.outcome("prove-access"), "proved", "\n{end}");
    let bob = "0e0e0e0e-0012-4e0e-8e0e-00000000e0a2";
    let world = story.world();
    let given = world.roles(bob);
    assert_eq!(given.len(), 1, "{given:?}");
    assert_eq!(given[0]["roleName"], "Azure Kubernetes Service Cluster User Role");
    // Now they lack nothing.
    access(&story, "open", &flags).is_stopped_by("there already, by", "Nothing is made");
}

#[test]
fn what_is_not_known_is_no_reason_to_make_nothing() {
    let own = "name = 'g'\nsays = 'g'\n[[fault]]\non = 'graph GET /{set}/{id}/transitiveMemberOf'\nnth = 'every'\n\
               do = 'status'\ncode = 403\nerror = 'Authorization_RequestDenied'\nmessage = 'No.'";
    let story = Story::told(&["access-bindings"], own);
    let end = opened(&story, &VIEW);
    end.finds("warn", "holds as much already is not known", "It is made all the same");
    assert_eq!(story.asks_cluster(ADA, PODS), 200);
}
