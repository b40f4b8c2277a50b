//! Parts of the present principal's rights that could not be read. They never count as absent.

use crosspull_support::{End, Story, text};

/// Returns a fault at every request that matches.
fn always(on: &str, what: &str) -> String {
    format!("name = 'unread'\nsays = 'a read fails'\n[[fault]]\non = '{on}'\nnth = 'every'\n{what}")
}

const BUSY: &str = "do = 'status'\ncode = 503";
const DENIED: &str = "do = 'status'\ncode = 403\nerror = 'AuthorizationFailed'";
const ROLES: &str = "arm GET /subscriptions/{s}/providers/Microsoft.Authorization/roleAssignments";

/// The checks stopped it before anything was written, and named this as not read.
fn is_stopped(story: &Story, end: &End, unread: &str, now: &str) {
    end.is_stopped_by(unread, now);
    story.wrote_nothing();
}

#[test]
fn roles_that_cannot_be_read_stop_the_run() {
    for what in [BUSY, "do = 'garbage'"] {
        let story = Story::told(&["old-roles-to-copy"], &always(ROLES, what));
        let end = story.apply(&[]);
        is_stopped(
            &story,
            &end,
            "not read of aks-shop's present principal: its roles in subscription",
            "Try again later",
        );
    }
}

#[test]
fn a_service_that_fails_for_a_while_is_sat_out_and_every_role_is_copied() {
    let own = format!("name = 'blip'\nsays = 'a blip'\n[[fault]]\non = '{ROLES}'\nnth = [1, 2, 3, 4, 5, 6]\n{BUSY}");
    let story = Story::told(&["old-roles-to-copy"], &own);
    story.apply(&[]).is_done();
    story.is_done("AcrPull");
    story.world().cluster_is_whole(story.begin());
}

#[test]
fn a_list_whose_second_page_fails_is_no_list() {
    let page = |nth: &str| {
        format!("name = 'page'\nsays = 'a second page fails'\n[[fault]]\non = '{ROLES}'\nnth = {nth}\ndo = 'garbage'")
    };
    // Once: it is asked again, and the list is whole.
    let story = Story::told(&["old-roles-to-copy", "paged"], &page("[2]"));
    story.apply(&[]).is_done();
    story.world().cluster_is_whole(story.begin());
    // Always: whatever the first pages told, the list was not read.
    let many: Vec<String> = (2..200).map(|n| n.to_string()).collect();
    let story = Story::told(&["old-roles-to-copy", "paged"], &page(&format!("[{}]", many.join(", "))));
    let end = story.apply(&[]);
    is_stopped(&story, &end, "its roles in subscription", "Try again later");
}

#[test]
fn a_list_of_subscriptions_that_fails_stops() {
    let story = Story::told(&["old-roles-to-copy"], &always("arm GET /subscriptions", BUSY));
    let end = story.apply(&[]);
    is_stopped(&story, &end, "its roles (503", "Try again later");
}

#[test]
fn a_role_in_the_fifty_seventh_subscription_is_copied_too() {
    let story = Story::of("many-subscriptions");
    story.apply(&[]).is_done();
    story.is_done("AcrPull");
    let world = story.world();
    world.cluster_is_whole(story.begin());
    let new = world.principals("a", text(world.app(), "appId"))[0];
    let in_57 = world.held(new).into_iter().filter(|[_, scope, _]| scope.contains("000000000057")).count();
    assert_eq!(in_57, 1);
}

#[test]
fn one_of_sixty_one_subscriptions_that_may_not_be_read_is_named_and_accepted_by_name_alone() {
    let id = "a1000000-0000-4000-8000-000000000058";
    let on = format!("arm GET /subscriptions/{id}/providers/Microsoft.Authorization/roleAssignments");
    let story = Story::told(&["many-subscriptions"], &always(&on, DENIED));
    let end = story.apply(&[]);
    is_stopped(
        &story,
        &end,
        &format!("asking again does not help: its roles in subscription {id}"),
        &format!("--unread {id}"),
    );
    for other in ["groups", "a1000000-0000-4000-8000-000000000011"] {
        story.apply(&["--unread", other]).exits(4);
    }
    let end = story.apply(&["--unread", id]);
    end.is_done();
    end.finds("warn", &format!("its roles in subscription {id} (not read, and accepted as such)"), "");
    let plan = end.events("run_started").next().expect("it began")["plan"].to_string();
    assert!(
        plan.contains(&format!("its roles in subscription {id} (not read")),
        "the journal keeps it, for the question"
    );
    story.world().cluster_is_whole(story.begin());
}

#[test]
fn groups_that_cannot_be_read_are_never_a_pass() {
    let both = |what: &str| {
        let one = |name: &str| {
            format!("[[fault]]\non = 'graph GET /servicePrincipals/{{id}}/{name}'\nnth = 'every'\n{what}\n")
        };
        format!("name = 'groups'\nsays = 'no groups'\n{}{}", one("transitiveMemberOf"), one("memberOf"))
    };
    let story = Story::told(&["old-principal-in-group"], &both(BUSY));
    let end = story.apply(&[]);
    is_stopped(&story, &end, "not read of aks-shop's present principal: its groups (503", "Try again later");
    // Accepting it does not help where it may be read: it was not yet.
    story.apply(&["--unread", "groups"]).exits(4);

    let denied = both("do = 'status'\ncode = 403\nerror = 'Authorization_RequestDenied'");
    let story = Story::told(&["old-principal-in-group"], &denied);
    let end = story.apply(&[]);
    is_stopped(&story, &end, "asking again does not help: its groups", "--unread groups");
    let end = story.apply(&["--unread", "groups"]);
    end.is_done();
    end.finds("warn", "its groups (not read, and accepted as such)", "");
}

#[test]
fn access_policies_of_vaults_are_named_or_named_as_not_read() {
    let vault =
        "name = 'vault'\nsays = 'a vault'\n[[world.vaults]]\nname = 'kv-shop'\npolicies_for = ['old-principal']\n";
    let story = Story::told(&[], vault);
    let end = story.apply(&[]);
    end.is_done();
    end.finds("warn", "an access policy of the vault kv-shop (access policies are not copied)", "");

    let fault = |on: &str, what: &str| format!("[[fault]]\non = '{on}'\nnth = 'every'\n{what}\n");
    let query = fault("arm POST /providers/Microsoft.ResourceGraph/resources", DENIED);
    let story = Story::told(&[], &format!("{vault}{query}"));
    let end = story.apply(&[]);
    end.is_done();
    end.finds("warn", "an access policy of the vault kv-shop", "");

    let lists = fault("arm GET /subscriptions/{s}/providers/Microsoft.KeyVault/vaults", BUSY);
    let story = Story::told(&[], &format!("{vault}{query}{lists}"));
    let end = story.apply(&[]);
    is_stopped(&story, &end, "the access policies of Key Vaults (503", "Try again later");
}

#[test]
fn a_right_that_may_not_be_read_is_accepted_by_name_alone() {
    let on = "arm GET /subscriptions/{s}/resourceGroups/{g}/providers/Microsoft.Authorization/permissions";
    let story = Story::told(&["old-roles-to-copy"], &always(on, DENIED));
    let end = story.apply(&[]);
    is_stopped(
        &story,
        &end,
        "asking again does not help: whether you may give its roles to another",
        "--unread right-to-assign",
    );
    let end = story.apply(&["--unread", "right-to-assign"]);
    end.is_done();
    end.finds("warn", "on rg-shop (whether you may assign roles there was not read)", "");
}

#[test]
fn whether_roles_may_be_assigned_is_not_guessed() {
    let on = "arm GET /subscriptions/{s}/resourceGroups/{g}/providers/Microsoft.Authorization/permissions";
    let story = Story::told(&["old-roles-to-copy"], &always(on, BUSY));
    let end = story.apply(&[]);
    is_stopped(&story, &end, "whether you may give its roles to another", "Try again later");
}

#[test]
fn a_principal_that_is_gone_is_no_principal_without_roles() {
    let story = Story::of("old-roles-to-copy");
    let former = text(story.begin().cluster(), "clientId").to_owned();
    let principal = story.begin().principals("a", &former)[0].to_owned();
    story.remove_from_a(&principal);
    let end = story.apply(&[]);
    end.exits(4).finds("stop", "is not in the directory any more", "--unread roles");
    assert_eq!(story.writes().len(), 1, "the removal by hand");
}
