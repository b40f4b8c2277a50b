//! Taking back what a run made, newest first. Nothing that was found is taken back.

use crosspull_support::{End, Story, text};
use serde_json::Value;

/// Returns the steps that were taken back, in their order, each with its outcome.
fn steps(end: &End) -> Vec<(u64, String)> {
    let ended = end.events("step_ended");
    ended.map(|e| (e["step"].as_u64().unwrap_or_default(), text(e, "outcome").to_owned())).collect()
}

#[test]
fn a_run_that_was_done_is_taken_back_whole() {
    let story = Story::of("old-roles-to-copy");
    story.apply(&[]).is_done();
    let end = story.undo(&[]);
    end.ends_well();
    story.is_taken_back();
    let order: Vec<u64> = steps(&end).iter().map(|(step, _)| *step).collect();
    assert_eq!(order, [9, 8, 7, 5, 4, 1], "newest first; the service principal and the secret go with the app");
    assert!(steps(&end).iter().all(|(_, how)| how == "undone"), "\n{end}");
    assert_eq!(story.world().cluster()["resets"], 2);

    let again = story.undo(&[]);
    again.ends_well();
    assert_eq!(again.events("call_started").count(), 0, "there is nothing left to take back");
    story.resume(&[]).complains("was taken back; crosspull apply begins a new one");
}

#[test]
fn what_was_found_stays() {
    let story = Story::of("happy");
    story.apply(&[]).is_done();
    let first = story.run_id();
    let before = story.world();
    // Everything is there already: the second run makes nothing but its pod, which it removed.
    story.apply(&[]).exits(0);
    let second = story.runs_but(&[&first]).pop().expect("a second run");
    let end = story.undo_of(&second, &[]);
    end.ends_well();
    story.world().is_as(&before);
    // The second run's role would go with the first run's app: the first run alone takes it back.
    story.undo_of(&first, &[]).ends_well();
    story.is_taken_back();
}

#[test]
fn an_app_that_another_run_gave_to_the_cluster_stays_while_the_cluster_uses_it() {
    let story = Story::of_all(&["abac-registry", "missing-repository"]);
    story.apply(&[]).exits(1);
    let first = story.run_id();
    story.apply(&["--repository", "shop/web:1.4"]).is_done();
    let end = story.undo_of(&first, &[]);
    end.exits(5).verdict("left");
    let trouble = end.trouble();
    assert!(text(trouble, "what").starts_with("aks-shop uses the app "), "\n{end}");
    assert!(text(trouble, "now").contains("Take that run back first"), "\n{end}");
    let world = story.world();
    assert_eq!(world.cluster()["clientId"], world.app()["appId"]);
    assert_eq!(world.pulls(), ["Pulled"; 3]);
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 1);

    let second = story.runs_but(&[&first]).pop().expect("a second run");
    story.undo_of(&second, &[]).ends_well();
    story.undo_of(&first, &[]).ends_well();
    story.is_taken_back();
}

/// The first reset is refused, so that a run stops before it.
const REFUSED_ONCE: &str = "name = 'refused-once'\nsays = 'the first reset is refused'\n[[fault]]\n\
                            on = 'arm POST /**/resetServicePrincipalProfile'\nnth = 1\ndo = 'status'\ncode = 403\n\
                            error = 'AuthorizationFailed'";

#[test]
fn what_a_second_run_added_to_an_app_that_is_gone_is_gone_too() {
    let fault = |nth: u8| {
        format!(
            "[[fault]]\non = 'arm POST /**/resetServicePrincipalProfile'\nnth = {nth}\ndo = 'status'\ncode = 403\n\
             error = 'AuthorizationFailed'\n"
        )
    };
    let twice = format!("name = 'refused-twice'\nsays = 'two resets are refused'\n{}{}", fault(1), fault(2));
    let story = Story::told(&[], &twice);
    story.apply(&[]).exits(1);
    let first = story.run_id();
    story.apply(&[]).exits(1);
    let second = story.runs_but(&[&first]).pop().expect("a second run");
    story.resume_of(&first).ends_well();
    // The way back's secret is of the former app, which the cluster does not use: it goes. The other one may be needed.
    let end = story.undo_of(&second, &[]);
    end.exits(5).verdict("left");
    assert_eq!((end.outcome_of(8), end.outcome_of(3)), ("undone", "left"), "\n{end}");
    story.undo_of(&first, &[]).ends_well();
    story.undo_of(&second, &[]).ends_well();
    story.is_taken_back();
}

#[test]
fn a_run_that_found_its_app_on_the_cluster_in_the_end_takes_nothing_from_it() {
    let story = Story::told(&[], REFUSED_ONCE);
    story.apply(&[]).exits(1);
    let first = story.run_id();
    story.apply(&[]).ends_well();
    let second = story.runs_but(&[&first]).pop().expect("a second run");
    // The first run made the app; the second one gave it to the cluster.
    story.resume_of(&first).ends_well();
    let end = story.undo_of(&first, &[]);
    end.exits(5).verdict("left");
    assert!(text(end.trouble(), "what").starts_with("aks-shop uses the app "), "\n{end}");
    assert_eq!(story.world().pulls(), ["Pulled"; 3]);
    story.undo_of(&second, &[]).ends_well();
    story.undo_of(&first, &[]).ends_well();
    story.is_taken_back();
}

#[test]
fn a_cluster_that_somebody_gave_another_app_since_keeps_that_one() {
    let story = Story::of("happy");
    story.apply(&[]).is_done();
    let other = story.give_another_app();
    let end = story.undo(&[]);
    end.ends_well();
    assert_eq!(end.outcome_of(9), "skipped", "\n{end}");
    let world = story.world();
    assert_eq!(world.cluster()["clientId"], *other);
    assert_eq!(world.our_apps().len(), 0);
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 2, "the run's, and the one by hand");
}

#[test]
fn who_may_not_look_in_b_is_told_what_an_administrator_removes_there() {
    let blind = "name = 'blind'\nsays = 'the operator of B may not read the directory'\n[world.operator_b]\n\
                 graph_roles = ['Organization.Read.All']\n[person]\nconsents_after = 300";
    let story = Story::told(&["consent-later"], blind);
    let end = story.apply(&["--consent-wait", "0"]);
    end.exits(3);
    story.until("a person consents", |world| world.principals("b", text(world.app(), "appId")).len() == 1);
    let end = story.undo(&[]);
    end.exits(5).verdict("left");
    assert!(text(end.trouble(), "now").contains("az ad sp delete --id "), "\n{end}");
}

#[test]
fn what_is_answered_by_another_address_is_not_taken_back() {
    let moved = "name = 'moved'\nsays = 'removals on Graph are answered by another address'\n[[fault]]\n\
                 on = 'graph DELETE /**'\nnth = 'every'\ndo = 'redirect'";
    let story = Story::told(&[], moved);
    story.apply(&[]).is_done();
    let end = story.undo(&[]);
    end.exits(5).verdict("left");
    assert!(text(end.trouble(), "what").contains("was not deleted"), "\n{end}");
    assert!(story.sim.trap().is_empty());
}

#[test]
fn a_condition_that_was_changed_is_put_back() {
    let story = Story::of("abac-registry");
    story.apply(&[]).is_done();
    let first = story.world().role()["condition"].clone();
    let journals = story.journals();
    story.apply(&["--repository", "shop/api:2.0"]).exits(0);
    let changed = story.world().role()["condition"].clone();
    assert_ne!(first, changed);
    let second = story.journals().into_iter().find(|j| !journals.contains(j)).expect("a second run");
    let second = second.file_stem().expect("a name").to_string_lossy().into_owned();
    story.undo_of(&second, &[]).ends_well();
    assert_eq!(story.world().role()["condition"], first);
}

#[test]
fn it_goes_on_past_a_failure_tells_what_is_left_and_a_second_time_finishes() {
    let own = r#"
        name = "cannot-delete-once"
        says = "the first removal of a role in B is refused"

        [[fault]]
        on = "arm DELETE /**/registries/{name}/providers/Microsoft.Authorization/roleAssignments/{id}"
        nth = 1
        do = "status"
        code = 403
        error = "AuthorizationFailed"
        message = "The client may not."
    "#;
    let story = Story::told(&[], own);
    story.apply(&[]).is_done();
    let end = story.undo(&[]);
    end.exits(5).verdict("left");
    let how: Vec<String> = steps(&end).into_iter().map(|(step, how)| format!("{step} {how}")).collect();
    assert_eq!(how, ["9 undone", "8 undone", "7 undone", "5 failed", "4 left", "1 undone"]);
    assert!(text(end.trouble(), "what").contains("was not taken back"), "\n{end}");
    let again = story.undo(&[]);
    again.ends_well();
    let how: Vec<String> = steps(&again).into_iter().map(|(step, how)| format!("{step} {how}")).collect();
    assert_eq!(how, ["5 undone", "4 undone"], "role, then principal; what is taken back is not taken back again");
    story.is_taken_back();
}

#[test]
fn without_a_way_back_the_cluster_keeps_the_app_and_the_commands_are_told() {
    let story = Story::of("no-way-back");
    let end = story.apply(&[]);
    end.is_done();
    assert_eq!(end.outcome("keep-way-back"), "not_done");
    assert!(end.note("keep-way-back").contains("there is no automatic way back"), "\n{end}");
    let undone = story.undo(&[]);
    undone.exits(5).verdict("left");
    let now = text(undone.trouble(), "now");
    for part in
        ["az ad app credential reset --append --id 0c0c0c0c", "az aks update-credentials", "--reset-service-principal"]
    {
        assert!(now.contains(part), "no {part:?} in {now}");
    }
    let how: Vec<String> = steps(&undone).into_iter().map(|(_, how)| how).collect();
    assert!(how.iter().skip(1).all(|how| how == "left"), "what the cluster needs stays: {how:?}");
    let world = story.world();
    assert_eq!(world.cluster()["clientId"], world.app()["appId"]);
    assert_eq!(world.pulls(), ["Pulled"; 3]);
}

#[test]
fn a_run_that_made_nothing_has_nothing_to_take_back() {
    let story = Story::of("cannot-create-apps");
    story.apply(&[]).exits(1);
    let end = story.undo(&[]);
    end.ends_well();
    assert_eq!(end.events("call_started").count(), 0);
    story.world().is_as(story.begin());
}

#[test]
fn a_reset_that_failed_is_taken_back_too() {
    let own = r#"
        name = "reset-fails-half-done"
        says = "the first reset ends Failed, and the cluster shows the new client id all the same"

        [[fault]]
        on = "arm POST /**/resetServicePrincipalProfile"
        nth = 1
        do = "fail_operation"
        applied = true
        error = "ReconcileVMSSAgentPoolFailed"
        message = "Some nodes did not come back."
    "#;
    let story = Story::told(&[], own);
    story.apply(&[]).fails_with("The reset of aks-shop did not succeed.", "crosspull resume");
    assert_eq!(story.world().cluster()["provisioningState"], "Failed");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

#[test]
fn a_secret_that_was_added_for_a_reset_that_was_refused_is_told_and_taken_away_again() {
    let own = r#"
        name = "reset-back-refused"
        says = "the second reset is refused once"

        [[fault]]
        on = "arm POST /**/resetServicePrincipalProfile"
        nth = 2
        do = "status"
        code = 403
        error = "AuthorizationFailed"
        message = "You may not."
    "#;
    let story = Story::told(&[], own);
    story.apply(&[]).is_done();
    let run = story.run_id();
    let end = story.run(&["undo", &run, "--yes"]);
    assert_ne!(end.code, Some(0), "{end}");
    assert!(end.out.contains("A secret was added to the former app, key id "), "{end}");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

#[test]
fn before_it_asks_it_lists_every_request_with_the_ids() {
    let story = Story::of("happy");
    story.apply(&[]).is_done();
    let run = story.run_id();
    let world = story.world();
    let end = story.run(&["undo", &run, "--yes"]);
    end.exits(0);
    let app = text(world.app(), "id");
    for part in [
        &format!("Taking back run {run}, newest first. What the run found stays."),
        "Step 9 restarts the nodes of aks-shop",
        &format!("Graph DELETE /applications  {app}"),
        "aks-shop uses its former app again.",
        "aks-shop has a new secret of its former app.",
        "The secret ends on 20",
    ] {
        assert!(end.out.contains(part), "no {part:?} in {end}");
    }
    let dots = end.out.lines().filter(|l| l.trim_end_matches('.').len() + 1 == l.len());
    let ids = dots.filter(|l| l.split(' ').next_back().is_some_and(|w| w.trim_end_matches('.').len() == 36));
    assert_eq!(ids.collect::<Vec<_>>(), Vec::<&str>::new(), "an id is followed by a full stop");
    let told: Vec<Value> = end.events;
    assert!(told.is_empty(), "text is no JSON");
}

#[test]
fn a_journal_in_which_an_id_was_changed_has_nothing_else_deleted() {
    let story = Story::of("happy");
    story.apply(&[]).is_done();
    let journal = story.journals().remove(0);
    let text = std::fs::read_to_string(&journal).expect("a journal");
    let role = story.world().role()["id"].as_str().expect("an id").to_owned();
    let registry = story.ready.registry.clone();
    // Another path in the place of the role assignment: the registry itself, by way of one.
    let elsewhere = format!("{role}/../../../..");
    std::fs::write(&journal, text.replace(&role, &elsewhere)).expect("written");
    let end = story.undo(&[]);
    end.exits(5).verdict("left");
    let troubles: Vec<String> = end.events("step_ended").map(|e| e["trouble"]["why"].to_string()).collect();
    assert!(
        troubles.iter().any(|why| why.contains("something else in the place of a role assignment's id")),
        "\n{end}"
    );
    let deleted: Vec<String> = story.writes().into_iter().filter(|w| w == &format!("DELETE {registry}")).collect();
    assert_eq!(deleted, Vec::<String>::new());
}

#[test]
fn what_a_later_run_made_anew_stays_while_the_cluster_pulls_by_it() {
    let story = Story::of("happy");
    story.apply(&[]).is_done();
    let first = story.run_id();
    let role = story.world().role()["id"].as_str().expect("an id").to_owned();
    story.remove_role_by_hand(crosspull_sim::Tenant::B, &role);
    story.apply(&[]).exits(0);
    let second = story.runs_but(&[&first]).pop().expect("a second run");
    let end = story.undo_of(&second, &[]);
    end.exits(5).verdict("left");
    assert_eq!(story.world().role()["roleName"], "AcrPull", "the cluster pulls by it");
    // The role has a derived name, so it is the first run's too: it goes when the cluster was given back.
    story.undo_of(&first, &[]).ends_well();
    story.is_taken_back();
}

/// Returns a story in which a change is refused, once.
fn refused_once(base: &str, on: &str) -> Story {
    let own = format!(
        "name = 'own'\nsays = 'own'\n[[fault]]\non = '{on}'\nnth = 1\ndo = 'status'\ncode = 403\n\
         error = 'AuthorizationFailed'\nmessage = 'may not'"
    );
    Story::told(&[base], &own)
}

/// Returns the facts with which a run ended, by their names.
fn facts(end: &End) -> String {
    end.events("run_ended").last().map_or_else(String::new, |ended| ended["facts"].to_string())
}

#[test]
fn an_admin_account_that_somebody_else_enabled_after_a_refusal_stays_enabled() {
    let story = refused_once("managed-identity-cluster", "arm PATCH /**/registries/{name}");
    let end = story.apply(&["--route", "admin-account"]);
    end.exits(1);
    assert!(!facts(&end).contains("admin_account"), "it was not enabled\n{end}");
    story.registry_by_hand("PATCH", "", &serde_json::json!({ "properties": { "adminUserEnabled": true } }));
    story.until("it is enabled", |world| world.registry()["adminUserEnabled"] == true);
    story.undo(&[]).ends_well();
    assert_eq!(story.world().registry()["adminUserEnabled"], true);
}

#[test]
fn an_app_that_its_owner_opened_after_a_refusal_stays_open() {
    let story = refused_once("happy", "graph PATCH /applications/{id}");
    let end = story.apply(&["--route", "convert-app"]);
    end.exits(1);
    assert!(!facts(&end).contains("audience"), "it was not opened\n{end}");
    let world = story.world();
    let used = text(world.cluster(), "clientId");
    let object = text(world.apps("a").find(|app| app["appId"] == used).expect("the app"), "id");
    story.change_app_by_hand(object, &serde_json::json!({ "signInAudience": "AzureADMultipleOrgs" }));
    story.undo(&[]).ends_well();
    assert_eq!(story.world().app_of(object).expect("the app")["signInAudience"], "AzureADMultipleOrgs");
}
