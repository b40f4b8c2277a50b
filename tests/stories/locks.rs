//! Locks and disabled subscriptions: what keeps everybody from writing is told before anything is written.

use crosspull_support::{End, Story, text};
use serde_json::{Value, json};

const BUSY: &str = "do = 'status'\ncode = 503";
const DENIED: &str = "do = 'status'\ncode = 403\nerror = 'AuthorizationFailed'";
const LOCK_OF_REGISTRY: &str = "/providers/Microsoft.Authorization/locks/freeze";

/// Returns a lock on a place.
fn lock(on: &str, level: &str) -> String {
    format!(
        "name = 'l'\nsays = 'a lock'\n[[world.locks]]\non = '{on}'\nlevel = '{level}'\nnotes = 'no changes until Monday'"
    )
}

/// Returns a fault at every such request.
fn always(on: &str, what: &str) -> String {
    format!("name = 'f'\nsays = 'a read fails'\n[[fault]]\non = '{on}'\nnth = 'every'\n{what}")
}

fn state(of: &str, state: &str) -> String {
    format!("name = 's'\nsays = 'a state'\n[world.{of}]\nsubscription_state = '{state}'")
}

/// The checks stopped it, and nothing was written.
fn is_stopped(story: &Story, end: &End, cause: &str, way_out: &str) {
    end.is_stopped_by(cause, way_out);
    story.wrote_nothing();
}

#[test]
fn a_lock_on_the_clusters_group_stops_before_anything_is_written() {
    let story = Story::told(&[], &lock("resource-group", "ReadOnly"));
    let end = story.apply(&[]);
    is_stopped(
        &story,
        &end,
        "the ReadOnly lock freeze on resource group rg-shop forbids every change of aks-shop (noted: no changes until Monday)",
        "Ask who set it; an owner removes it: az lock delete --ids /subscriptions/a1a1a1a1-5b5b-4c4c-8d8d-0000000000a1\
         /resourceGroups/rg-shop/providers/Microsoft.Authorization/locks/freeze",
    );
    // The credential of the Kubernetes API is asked for by a POST, which the lock forbids too.
    let end = story.plan(&["--prove", "inside"]);
    end.exits(4).finds("warn", "refuses it: a lock on the resource, its group or its subscription", "");
}

#[test]
fn a_lock_on_the_group_of_the_nodes_stops() {
    let story = Story::told(&[], &lock("node-resource-group", "ReadOnly"));
    let end = story.apply(&[]);
    is_stopped(&story, &end, "forbids new nodes in MC_rg-shop_aks-shop_westeurope", "az lock delete --ids");
}

#[test]
fn a_lock_on_the_registrys_subscription_stops_every_route_that_writes_there() {
    let own = lock("registry-subscription", "ReadOnly");
    for (scenario, flags) in [
        ("happy", &[][..]),
        ("happy", &["--route", "convert-app"]),
        ("same-tenant-system-assigned", &[]),
        ("managed-identity-cluster", &["--route", "pull-secret"]),
        ("managed-identity-cluster", &["--route", "repository-token"]),
        ("managed-identity-cluster", &["--route", "admin-account"]),
    ] {
        let story = Story::told(&[scenario], &own);
        let end = story.apply(flags);
        let cause = "the ReadOnly lock freeze on subscription b2b2b2b2-6c6c-4d4d-8e8e-0000000000b2 forbids every change of registryb";
        is_stopped(&story, &end, cause, "az lock delete --ids");
    }
}

#[test]
fn a_lock_on_a_registry_to_which_nothing_is_written_is_no_matter() {
    let story = Story::told(&["same-tenant-held-by-group"], &lock("registry", "ReadOnly"));
    story.apply(&[]).ends_well();
    let asked = story.sim.requests().to_string();
    assert!(!asked.contains("Microsoft.Authorization/locks"), "{asked}");
}

#[test]
fn a_lock_that_keeps_things_from_being_deleted_is_warned_of_and_undo_tells_it() {
    let story = Story::told(&[], &lock("registry", "CanNotDelete"));
    let end = story.apply(&[]);
    end.is_done();
    end.finds(
        "warn",
        "the CanNotDelete lock freeze on registryb forbids undo to clear up on registryb",
        "If that matters, an owner removes it first: az lock delete --ids ",
    );
    story.is_done("AcrPull");

    let end = story.undo(&[]);
    end.exits(5).verdict("left");
    let told = end.trouble();
    assert!(text(told, "why").contains("A lock on the resource, its group or its subscription"), "\n{end}");
    assert!(text(told, "now").contains("Remove the lock"), "\n{end}");

    story.registry_by_hand("DELETE", LOCK_OF_REGISTRY, &Value::Null);
    story.undo(&[]).exits(0);
    assert!(story.world().our_apps().is_empty());
}

#[test]
fn a_lock_where_a_role_is_to_be_copied_is_warned_of_and_the_role_is_named_as_lacking() {
    let story = Story::told(&["old-roles-to-copy"], &lock("hub-network", "ReadOnly"));
    let end = story.apply(&[]);
    end.ends_well();
    end.finds("warn", "forbids copies of the roles on aks (noted: no changes until Monday)", "az lock delete --ids ");
    assert_eq!(story.world().cluster()["resets"], 1);
}

#[test]
fn a_disabled_subscription_stops_on_either_side() {
    for (of, name) in [("cluster", "Contoso Shop"), ("registry", "Fabrikam Platform")] {
        let story = Story::told(&[], &state(of, "Disabled"));
        let end = story.apply(&[]);
        is_stopped(&story, &end, &format!("the subscription {name} ("), "Have its billing owner enable it again.");
        end.finds("stop", " is Disabled: nothing in it can be changed", "");
    }
}

#[test]
fn a_subscription_that_is_about_to_be_disabled_is_warned_of() {
    let story = Story::told(&[], &state("registry", "PastDue"));
    let end = story.apply(&[]);
    end.is_done();
    end.finds("warn", " is PastDue: it works, and is disabled where nobody sees to it", "Tell its billing owner.");
}

#[test]
fn locks_that_may_not_be_read_are_said_and_a_read_that_never_comes_stops() {
    let on = "arm GET /**/registries/{r}/providers/Microsoft.Authorization/locks";
    let story = Story::told(&[], &always(on, DENIED));
    let end = story.apply(&[]);
    end.is_done();
    end.finds(
        "warn",
        "whether a lock holds on registryb was not seen: you may not read it",
        "A write that one forbids is refused then",
    );

    let story = Story::told(&[], &always(on, BUSY));
    let end = story.apply(&[]);
    is_stopped(&story, &end, "the locks on registryb cannot be read: ", "ry again");

    let on = "arm GET /subscriptions/b2b2b2b2-6c6c-4d4d-8e8e-0000000000b2";
    let story = Story::told(&[], &always(on, BUSY));
    let end = story.apply(&[]);
    is_stopped(
        &story,
        &end,
        "the state of subscription b2b2b2b2-6c6c-4d4d-8e8e-0000000000b2 cannot be read",
        "ry again",
    );
}

#[test]
fn a_locked_cluster_gives_no_credential_and_the_lock_is_told_of_it() {
    let story = Story::told(&["managed-identity-cluster"], &lock("resource", "ReadOnly"));
    let end = story.plan(&["--route", "pull-secret"]);
    let cause = "aks-shop's Kubernetes API cannot be used from here: Resource Manager refuses it: a lock on the resource, its \
                 group or its subscription forbids the change (409 ScopeLocked";
    end.finds("warn", cause, "--kubeconfig");
}

#[test]
fn a_lock_that_somebody_sets_after_the_checks_is_told_by_the_write_that_it_refuses() {
    let story = Story::of("happy");
    story.apply(&["--consent", "url", "--consent-wait", "0"]).exits(3);
    let app = text(story.world().app(), "appId").to_owned();
    story.provision_by_hand(&app);
    story.registry_by_hand("PUT", LOCK_OF_REGISTRY, &json!({ "properties": { "level": "ReadOnly" } }));
    let end = story.resume(&[]);
    end.exits(1).verdict("failed");
    let told = end.trouble();
    assert!(text(told, "why").contains("A lock on the resource, its group or its subscription"), "\n{end}");
    story.cluster_was_not_touched();
    story.registry_by_hand("DELETE", LOCK_OF_REGISTRY, &Value::Null);
    story.resume(&[]).ends_well();
}
