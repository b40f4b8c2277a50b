//! `crosspull access open` and `close`: somebody is let into a cluster, reaches it, and is let in no longer (the four rows of
//! Microsoft's table "Summary" in "Access and identity options for AKS").

use std::process::Command;

use crosspull_support::{ACCESS_RUNS, End, Story, text};
use serde_json::Value;

pub(super) const ADA: &str = "ada@contoso.com";
pub(super) const ADA_ID: &str = "0e0e0e0e-0011-4e0e-8e0e-00000000e0a1";
const BOB: &str = "bob@contoso.com";
pub(super) const PODS: &str = "/api/v1/namespaces/shop/pods";
const NODES: &str = "/api/v1/nodes";

/// Runs a part of `access` on the story's cluster, as the operator of tenant A, who may do everything in it.
pub(super) fn access(story: &Story, part: &str, flags: &[&str]) -> End {
    access_told_by(story, part, flags, "json")
}

fn access_told_by(story: &Story, part: &str, flags: &[&str], output: &str) -> End {
    let cluster = story.ready.cluster.clone();
    let by = ["access", part, "--cluster", &cluster, "--tenant-a", "contoso.com", "--sign-in-a", "service-principal"];
    let how = ["--pace", "100", "--yes", "--output", output];
    // Where bindings decide, the operator comes in by the local admin.
    let local = story.world().cluster()["disableLocalAccounts"] == false;
    let credential: &[&str] = if local { &["--cluster-credential", "admin"] } else { &[] };
    story.run(&[&by[..], &how, credential, flags].concat())
}

pub(super) fn opened(story: &Story, flags: &[&str]) -> End {
    let end = access(story, "open", flags);
    end.ends_well();
    end
}

pub(super) fn closed(story: &Story, flags: &[&str]) -> End {
    let end = access(story, "close", flags);
    end.ends_well();
    end
}

/// Returns the roles that ada has, with the ends of their scopes.
pub(super) fn roles(story: &Story) -> Vec<String> {
    let world = story.world();
    let short = |role: &&Value| {
        let scope = text(role, "scope").rsplit('/').next().unwrap_or_default();
        format!("{} @{scope}", text(role, "roleName").trim_start_matches("Azure Kubernetes Service "))
    };
    let mut held: Vec<String> = world.roles(ADA_ID).iter().map(short).collect();
    held.sort();
    held
}

/// Returns the bindings of a namespace: role and subjects.
pub(super) fn bindings(story: &Story, namespace: &str) -> Vec<String> {
    let world = story.world();
    let all = world.cluster()["namespaces"][namespace]["roleBindings"].as_array().cloned().unwrap_or_default();
    all.iter().map(|one| format!("{} {}", text(one, "role"), one["subjects"])).collect()
}

fn group<'w>(world: &'w Value, name: &str) -> &'w Value {
    let all = world["tenants"]["a"]["groups"].as_array().expect("groups");
    all.iter().find(|group| group["displayName"] == name).expect("the group")
}

/// Returns whether ada is a member of a group itself.
fn is_member(story: &Story, name: &str) -> bool {
    let world = story.sim.world();
    group(&world, name)["members"].as_array().expect("members").contains(&ADA_ID.into())
}

pub(super) const READER: [&str; 6] = ["--principal", ADA, "--role", "rbac-reader", "--namespace", "shop"];
pub(super) const VIEW: [&str; 6] = ["--principal", ADA, "--bind", "view", "--namespace", "shop"];
pub(super) const ADMINS: [&str; 4] = ["--principal", ADA, "--group", "aks-admins"];

#[test]
fn row_4_a_role_of_azure_opens_is_found_and_is_closed_again() {
    let story = Story::of("access-azure-roles");
    assert_eq!(story.asks_cluster(ADA, PODS), 403);
    let end = opened(&story, &READER);
    let aks = story.ready.cluster.rsplit('/').next().expect("a name").to_owned();
    let kubeconfig = format!("Cluster User Role @{aks}");
    assert_eq!(roles(&story), [kubeconfig.clone(), "RBAC Reader @shop".to_owned()], "\n{end}");
    assert_eq!(end.outcome("prove-access"), "proved", "\n{end}");
    assert_eq!(story.asks_cluster(ADA, PODS), 200);
    assert_eq!(story.asks_cluster(ADA, NODES), 403, "the namespace alone");
    let again = opened(&story, &READER);
    assert_eq!(again.outcome("assign-access"), "found", "\n{again}");
    let end = closed(&story, &READER);
    assert_eq!(end.outcome("unassign-access"), "changed", "\n{end}");
    assert_eq!(end.outcome("prove-access"), "proved", "\n{end}");
    assert_eq!(roles(&story), [kubeconfig], "\n{end}");
    assert_eq!(story.asks_cluster(ADA, PODS), 403);
}

#[test]
fn row_2_a_binding_opens_and_is_closed_again() {
    let story = Story::of("access-bindings");
    assert_eq!(story.asks_cluster(ADA, PODS), 403);
    let end = opened(&story, &VIEW);
    assert_eq!(bindings(&story, "shop"), [r#"ClusterRole view ["User ada@contoso.com"]"#], "\n{end}");
    assert_eq!(end.outcome("prove-access"), "proved", "\n{end}");
    assert_eq!(roles(&story).len(), 1, "the kubeconfig's role");
    assert_eq!(story.asks_cluster(ADA, PODS), 200);
    let again = opened(&story, &VIEW);
    assert_eq!(again.outcome("bind-access"), "found", "\n{again}");
    let end = closed(&story, &VIEW);
    assert_eq!((end.outcome("unbind-access"), end.outcome("prove-access")), ("changed", "proved"), "\n{end}");
    assert_eq!(bindings(&story, "shop"), [""; 0]);
    assert_eq!(story.asks_cluster(ADA, PODS), 403);
}

#[test]
fn row_3_a_group_of_administrators_opens_and_is_closed_again() {
    let story = Story::of("access-admin-group");
    assert_eq!(story.asks_cluster(ADA, NODES), 403);
    let end = opened(&story, &ADMINS);
    end.finds("warn", "may then do everything there", "Give less where less is enough");
    assert_eq!((end.outcome("join-group"), end.outcome("prove-access")), ("created", "proved"), "\n{end}");
    assert!(is_member(&story, "aks-admins"));
    assert_eq!(story.asks_cluster(ADA, NODES), 200);
    assert_eq!(opened(&story, &ADMINS).outcome("join-group"), "found");
    let end = closed(&story, &ADMINS);
    assert_eq!((end.outcome("leave-group"), end.outcome("prove-access")), ("changed", "proved"), "\n{end}");
    assert!(!is_member(&story, "aks-admins"));
    assert_eq!(story.asks_cluster(ADA, NODES), 403);
}

#[test]
fn row_1_the_local_admin_opens_with_a_warning_or_is_refused() {
    let flags = ["--principal", ADA, "--local-admin"];
    let story = Story::of("access-local");
    let end = opened(&story, &flags);
    end.finds("warn", "Kubernetes sees no person", "Give less where less is enough");
    assert_eq!(roles(&story).len(), 1, "\n{end}");
    assert!(roles(&story)[0].starts_with("Cluster Admin Role"), "\n{end}");
    closed(&story, &flags).finds("warn", "has fetched already stays good", "az aks rotate-certs");
    assert_eq!(roles(&story), [""; 0]);
    let story = Story::of("access-azure-roles");
    access(&story, "open", &flags).is_stopped_by("local accounts of", "Let them in another way");
    story.wrote_nothing();
}

#[test]
fn that_azure_takes_a_while_to_give_a_kubeconfig_is_said_where_it_was_given() {
    const SAYS: &str = "Azure lets ada@contoso.com get the kubeconfig within 10 minutes.";
    let says = |story: &Story, flags: &[&str]| access_told_by(story, "open", flags, "text").out.contains(SAYS);
    let local_admin = ["--principal", ADA, "--local-admin"];
    let given = [("access-local", &local_admin[..]), ("access-azure-roles", &READER), ("access-admin-group", &ADMINS)];
    for (scenario, flags) in given {
        let story = Story::of(scenario);
        assert!(says(&story, flags), "{scenario}");
        assert!(!says(&story, flags), "{scenario}: it was there before");
    }
}

#[test]
fn what_was_opened_is_taken_back_whole() {
    for (scenario, flags) in
        [("access-azure-roles", &READER[..]), ("access-bindings", &VIEW[..]), ("access-admin-group", &ADMINS[..])]
    {
        let story = Story::of(scenario);
        opened(&story, flags);
        let end = story.undo(&[]);
        end.ends_well();
        assert!(!end.out.contains("registry"), "there is none\n{end}");
        story.world().is_as(story.begin());
    }
}

#[test]
fn what_was_closed_is_given_back_exactly() {
    for (scenario, flags) in
        [("access-azure-roles", &READER[..]), ("access-bindings", &VIEW[..]), ("access-admin-group", &ADMINS[..])]
    {
        let story = Story::of(scenario);
        opened(&story, flags);
        let open = story.world();
        let first = story.run_id();
        closed(&story, flags);
        let second = story.runs_but(&[&first]).pop().expect("a second run");
        story.undo_of(&second, &[]).ends_well();
        story.world().is_as(&open);
    }
}

#[test]
fn a_service_account_is_made_bound_and_taken_back() {
    let story = Story::of("access-bindings");
    let flags = ["--principal", "system:serviceaccount:shop:build", "--bind", "view", "--namespace", "shop"];
    let end = opened(&story, &flags);
    assert_eq!((end.outcome("make-account"), end.outcome("prove-access")), ("created", "proved"), "\n{end}");
    assert_eq!(bindings(&story, "shop"), [r#"ClusterRole view ["ServiceAccount shop/build"]"#]);
    story.undo(&[]).ends_well();
    story.world().is_as(story.begin());
}

#[test]
fn what_is_held_through_a_group_is_told_and_not_touched() {
    let story = Story::of("access-azure-roles");
    let flags = ["--principal", BOB, "--role", "rbac-reader", "--namespace", "shop"];
    access(&story, "close", &flags).is_stopped_by("by the group 0e0e0e0e-0022", "Nothing of it is theirs alone");
    access(&story, "close", &READER).is_stopped_by("does not hold", "There is nothing to close");
    story.wrote_nothing();
}

#[test]
fn what_cannot_work_or_is_not_there_is_refused_before_anything_is_written() {
    for (scenario, flags, why, now) in [
        ("access-bindings", &READER[..], "Entra authorization is off", "--bind view"),
        ("happy", &["--principal", "me", "--bind", "view"], "Entra signs nobody in", "service account"),
        (
            "access-bindings",
            &["--principal", ADA, "--bind", "view", "--namespace", "nowhere"],
            "has no namespace nowhere",
            "kubectl get namespaces",
        ),
        (
            "access-azure-roles",
            &["--principal", ADA, "--role", "rbac-reader", "--namespace", "nowhere"],
            "has no namespace nowhere",
            "kubectl get namespaces",
        ),
        ("access-bindings", &["--principal", ADA, "--bind", "nothing"], "has no ClusterRole nothing", "clusterroles"),
        (
            "access-admin-group",
            &["--principal", ADA, "--group", "nobody"],
            "no group of administrators is named nobody",
            "--aad-admin-group-object-ids",
        ),
    ] {
        let story = Story::of(scenario);
        access(&story, "open", flags).is_stopped_by(why, now);
        story.wrote_nothing();
    }
}

#[test]
fn without_a_way_in_all_are_listed_the_least_first_and_nothing_is_called() {
    let story = Story::of("access-bindings");
    let end = story.run(&["access", "open", "--cluster", &story.ready.cluster, "--principal", ADA]);
    end.exits(2);
    let at = |words: &str| end.err.find(words).unwrap_or_else(|| panic!("{words}\n{end}"));
    assert!(at("--role cluster-user") < at("--bind view --namespace default"), "{end}");
    assert!(at("--bind view") < at("--bind cluster-admin"), "{end}");
    assert_eq!(story.sim.requests().as_array().map(Vec::len), Some(0), "{end}");
}

/// Returns a world over a scenario in which a request has a fault.
fn with_fault(scenario: &str, on: &str, fault: &str) -> Story {
    let own = format!("name = 'own'\nsays = 'a fault'\n[[fault]]\non = \"{on}\"\nnth = 1\n{fault}");
    Story::told(&[scenario], &own)
}

const LOST: &str = "do = \"lose_reply\"";

#[test]
fn an_answer_that_was_lost_after_the_commit_is_looked_for() {
    for (scenario, flags, on) in [
        ("access-azure-roles", &READER[..], "arm PUT /**/roleAssignments/{name}"),
        ("access-bindings", &VIEW[..], "kubernetes PATCH /**/rolebindings/{name}"),
        ("access-admin-group", &ADMINS[..], "graph POST /groups/{id}/members/$ref"),
    ] {
        let story = with_fault(scenario, on, LOST);
        let end = access(&story, "open", flags);
        if end.code != Some(0) {
            story.resume(&[]).ends_well();
        }
        story.undo(&[]).ends_well();
        story.world().is_as(story.begin());
    }
}

#[test]
fn a_read_that_failed_is_never_taken_for_nothing_there() {
    let refused = "do = \"status\"\ncode = 403\nerror = \"AuthorizationFailed\"\nmessage = \"No.\"";
    let every = |on: &str, scenario: &str| {
        let own = format!("name = 'own'\nsays = 'a fault'\n[[fault]]\non = \"{on}\"\nnth = \"every\"\n{refused}");
        Story::told(&[scenario], &own)
    };
    for (scenario, part, flags, on, why) in [
        (
            "access-azure-roles",
            "open",
            &READER[..],
            "arm GET /**/roleAssignments",
            "whether they get the kubeconfig already is not known",
        ),
        ("access-azure-roles", "close", &READER[..], "arm GET /**/roleAssignments", "is not known"),
        ("access-bindings", "close", &VIEW[..], "kubernetes GET /**/rolebindings", "are not known"),
        ("access-admin-group", "close", &ADMINS[..], "graph GET /groups/{id}/members", "are not known"),
        ("access-bindings", "open", &VIEW[..], "kubernetes GET /**/clusterroles/{name}", "cannot be looked into"),
    ] {
        let story = every(on, scenario);
        access(&story, part, flags).is_stopped_by(why, "");
        story.wrote_nothing();
    }
}

#[test]
fn a_cluster_that_cannot_be_asked_is_told_and_the_run_is_done() {
    let own = "name = 'own'\nsays = 'no reviews'\n[[fault]]\non = \"kubernetes POST /**/subjectaccessreviews\"\n\
               nth = \"every\"\ndo = \"status\"\ncode = 403\nerror = \"Forbidden\"\nmessage = \"No.\"";
    let story = Story::told(&["access-azure-roles"], own);
    let end = opened(&story, &READER);
    assert_eq!(end.outcome("prove-access"), "not_done", "\n{end}");
    assert!(end.note("prove-access").starts_with("not proved, since you may not ask"), "\n{end}");
    assert_eq!(roles(&story).len(), 2);
}

#[test]
fn who_may_not_give_it_is_told_and_nothing_is_left() {
    let own = "name = 'own'\nsays = 'the operator assigns nothing'\n[world.operator_a]\nroles = [\
               { role = 'Contributor', on = 'subscription' },\
               { role = 'Azure Kubernetes Service RBAC Cluster Admin', on = 'resource' }]";
    let story = Story::told(&["access-azure-roles"], own);
    let end = access(&story, "open", &READER);
    end.exits(1);
    assert!(end.out.contains("You may not give"), "\n{end}");
    assert_eq!(roles(&story), [""; 0]);
    // The run made nothing: it is ended by undo, without a call, and nobody is asked to go on with it.
    let run = story.run_id();
    let listed = story.run(&["runs"]);
    assert!(listed.out.contains(&format!("end it, since it made nothing: crosspull undo {run}")), "{listed}");
    let calls = story.sim.requests().as_array().map(Vec::len);
    let ended = story.run(&["undo", &run]);
    ended.exits(0);
    assert!(ended.out.contains("nobody is asked to go on with it any more"), "{ended}");
    assert_eq!(story.sim.requests().as_array().map(Vec::len), calls, "nothing is called");
    let listed = story.run(&["runs"]);
    assert!(listed.out.contains("undone") && !listed.out.contains("crosspull resume"), "{listed}");
    story.resume(&[]).complains("was taken back; the same crosspull access open begins a new one");
}

#[test]
fn a_binding_of_somebody_else_is_found_and_one_of_several_subjects_loses_one_alone() {
    let own = "name = 'own'\nsays = 'somebody bound ada'\n[[world.access.bindings]]\nname = 'theirs'\nwho = 'ada'\n\
               role = 'view'\nnamespace = 'shop'";
    let story = Story::told(&["access-bindings"], own);
    let end = opened(&story, &VIEW);
    assert_eq!(end.outcome("bind-access"), "found", "\n{end}");
    assert_eq!(bindings(&story, "shop").len(), 1, "\n{end}");
    let run = story.run_id();
    closed(&story, &VIEW);
    assert_eq!(bindings(&story, "shop"), [""; 0]);
    let second = story.runs_but(&[&run]).pop().expect("a second run");
    story.undo_of(&second, &[]).ends_well();
    assert_eq!(bindings(&story, "shop"), [r#"ClusterRole view ["User ada@contoso.com"]"#]);
}

#[test]
fn a_run_that_was_killed_goes_on_and_makes_nothing_twice() {
    for (scenario, flags, part) in [
        ("access-azure-roles", &READER[..], "/roleAssignments/"),
        ("access-bindings", &VIEW[..], "/rolebindings/"),
        ("access-admin-group", &ADMINS[..], "/members/$ref"),
    ] {
        let story = Story::of(scenario);
        let cluster = story.ready.cluster.clone();
        let local = story.world().cluster()["disableLocalAccounts"] == false;
        let credential: &[&str] = if local { &["--cluster-credential", "admin"] } else { &[] };
        let by = ["access", "open", "--cluster", &cluster, "--tenant-a", "contoso.com"];
        let how = ["--sign-in-a", "service-principal", "--pace", "100", "--yes", "--output", "json"];
        let mut sent = false;
        story.run_while(&[&by[..], &how, credential, flags].concat(), |event, process| {
            let is_write = event["event"] == "call_started" && event["writes"] == true;
            if !sent && is_write && text(event, "url").contains(part) {
                sent = true;
                let kill = Command::new("kill").args(["-KILL", &process.to_string()]).status().expect("kill");
                assert!(kill.success());
            }
        });
        assert!(sent, "the program was killed");
        story.resume(&[]).ends_well();
        let first = story.run_id();
        let twice = opened(&story, flags);
        let last = ["assign-access", "bind-access", "join-group"].into_iter();
        let made: Vec<&str> = last.filter(|op| twice.out.contains(&format!("\"op\":\"{op}\""))).collect();
        assert!(made.iter().all(|op| twice.outcome(op) == "found"), "nothing is left to do\n{twice}");
        story.undo_of(&first, &[]).ends_well();
        story.world().is_as(story.begin());
    }
}

#[test]
fn what_somebody_changed_meanwhile_is_not_written_over() {
    let story = Story::of("access-azure-roles");
    opened(&story, &READER);
    let first = story.run_id();
    closed(&story, &READER);
    let second = story.runs_but(&[&first]).pop().expect("the run that closed");
    // Another run gives it again.
    opened(&story, &READER);
    let given = story.world();
    let end = story.undo_of(&second, &[]);
    end.ends_well();
    assert!(end.out.contains("somebody gave it back since; it is left as it is"), "\n{end}");
    story.world().is_as(&given);
}

#[test]
fn a_right_that_is_limited_to_other_roles_is_told() {
    let condition = "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals \
                     {4abbcc35-e782-43d8-92c5-2d3f1bd2253f}";
    let guarded = format!("((!(ActionMatches{{'Microsoft.Authorization/roleAssignments/write'}})) OR ({condition}))");
    let own = format!(
        "name = 'own'\nsays = 'the operator assigns one role alone'\n[world.operator_a]\nroles = [\
         {{ role = 'Contributor', on = 'subscription' }},\
         {{ role = 'Azure Kubernetes Service RBAC Cluster Admin', on = 'resource' }},\
         {{ role = 'Role Based Access Control Administrator', on = 'subscription', condition = \"{guarded}\" }}]"
    );
    let story = Story::told(&["access-azure-roles"], &own);
    let end = access(&story, "open", &READER);
    end.exits(1);
    assert!(end.out.contains("condition"), "the reason is told\n{end}");
    assert!(roles(&story).iter().all(|role| role.starts_with("Cluster User")), "\n{end}");
}

#[test]
fn a_throttled_write_is_sent_again() {
    let busy = "do = \"status\"\ncode = 429\nerror = \"TooManyRequests\"\nmessage = \"Later.\"";
    for (scenario, flags, on) in [
        ("access-azure-roles", &READER[..], "arm PUT /**/roleAssignments/{name}"),
        ("access-bindings", &VIEW[..], "kubernetes PATCH /**/rolebindings/{name}"),
        ("access-admin-group", &ADMINS[..], "graph POST /groups/{id}/members/$ref"),
    ] {
        let story = with_fault(scenario, on, busy);
        assert_eq!(opened(&story, flags).outcome("prove-access"), "proved");
    }
}

#[test]
fn what_is_said_not_to_be_there_is_looked_for_before_it_counts_as_gone() {
    let unknown = "do = 'status'\ncode = 404\nerror = 'Request_ResourceNotFound'\nmessage = 'No such reference.'";
    for (scenario, flags, on) in [
        ("access-admin-group", &ADMINS[..], "graph DELETE /groups/{g}/members/{m}/$ref"),
        ("access-azure-roles", &READER[..], "arm DELETE /**/roleAssignments/{name}"),
    ] {
        let story = with_fault(scenario, on, unknown);
        opened(&story, flags);
        story.undo_of(&story.run_id(), &[]).ends_well();
        story.world().is_as(story.begin());
    }
    for (name, on) in [
        ("a role closed", "arm DELETE /**/roleAssignments/{name}"),
        ("a membership closed", "graph DELETE /groups/{g}/members/{m}/$ref"),
    ] {
        let run = ACCESS_RUNS.iter().find(|run| run.name == name).expect("a run of that name");
        let story = run.told(&format!("[[fault]]\non = '{on}'\nnth = 1\n{unknown}"));
        run.begin(&story).ends_well();
        assert_eq!((roles(&story), story.writes().len()), (Vec::new(), 2), "{}: asked once more", run.name);
    }
}

#[test]
fn the_groups_are_read_again_for_each_question() {
    // A role takes a while, and so does a membership: what was read before says nothing of now.
    let own = "name = 'slow'\nsays = 'a role takes a while'\n[time]\nrole_effect = 25";
    let end = opened(&Story::told(&["access-azure-roles"], own), &READER);
    let asked = |what: &str| end.events("call_started").filter(|e| text(e, "url").contains(what)).count();
    let questions = asked("/subjectaccessreviews");
    assert!(questions > 1 && asked("/transitiveMemberOf") >= questions, "\n{end}");
}

#[test]
fn a_stop_in_the_checks_leaves_no_plan_and_no_run() {
    let story = with_fault("access-azure-roles", "arm GET /**/roleAssignments", "do = 'hang'");
    let cluster = story.ready.cluster.clone();
    let by = ["access", "open", "--cluster", &cluster, "--tenant-a", "contoso.com", "--sign-in-a", "service-principal"];
    let mut sent = false;
    let end = story.run_while(&[&by[..], &["--yes", "--output", "json"], &READER].concat(), |event, process| {
        if !sent && event["event"] == "call_started" && text(event, "url").contains("/roleAssignments") {
            sent = true;
            let done = Command::new("kill").args(["-INT", &process.to_string()]).status().expect("kill");
            assert!(done.success());
        }
    });
    end.exits(130).verdict("interrupted");
    assert_eq!(end.events("planned").count(), 0, "\n{end}");
    assert!(!end.out.contains("You stopped it"), "no finding\n{end}");
    story.wrote_nothing();
}

const ACCOUNT: [&str; 4] = ["--principal", "system:serviceaccount:shop:build", "--namespace", "shop"];

#[test]
fn an_account_that_others_use_by_now_stays_and_is_told() {
    let story = Story::of("access-bindings");
    opened(&story, &[&ACCOUNT[..], &["--bind", "view"]].concat());
    let first = story.run_id();
    opened(&story, &[&ACCOUNT[..], &["--bind", "edit"]].concat());
    let second = story.runs_but(&[&first]).pop().expect("a second run");
    let end = story.undo_of(&first, &[]);
    end.exits(5);
    assert!(end.out.contains("Others use it by now") && end.out.contains("the RoleBinding shop/crosspull-"), "\n{end}");
    story.undo_of(&second, &[]).ends_well();
    story.undo_of(&first, &[]).ends_well();
    story.world().is_as(story.begin());
}

#[test]
fn the_kubeconfig_stays_as_long_as_another_run_let_them_in() {
    let story = Story::of("access-bindings");
    opened(&story, &VIEW);
    let first = story.run_id();
    opened(&story, &["--principal", ADA, "--bind", "edit", "--namespace", "shop"]);
    let second = story.runs_but(&[&first]).pop().expect("a second run");
    let end = story.undo_of(&first, &[]);
    end.exits(5);
    assert!(end.out.contains(&format!("crosspull undo {second}")), "\n{end}");
    assert_eq!(roles(&story).len(), 1, "the kubeconfig's role stays\n{end}");
    story.undo_of(&second, &[]).ends_well();
    story.undo_of(&first, &[]).ends_well();
    story.world().is_as(story.begin());
}

#[test]
fn a_binding_that_lost_its_mark_is_told_and_left() {
    const BINDINGS: &str = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings";
    let story = Story::of("happy");
    let account = ["--principal", "system:serviceaccount:default:build", "--namespace", "default"];
    opened(&story, &[&account[..], &["--bind", "view"]].concat());
    let all = story.kubernetes_by_hand("GET", BINDINGS, "application/json", &Value::Null).1;
    let name = text(&all["items"][0]["metadata"], "name").to_owned();
    let unmarked = serde_json::json!({ "metadata": { "annotations": { "crosspull/run": null } } });
    let patch = "application/merge-patch+json";
    assert_eq!(story.kubernetes_by_hand("PATCH", &format!("{BINDINGS}/{name}"), patch, &unmarked).0, 200);
    let end = story.undo(&[]);
    end.exits(5);
    assert!(end.out.contains("no longer marked as this run's"), "\n{end}");
    assert_eq!(bindings(&story, "default").len(), 1, "\n{end}");
}

#[test]
fn a_closing_that_shuts_nobody_out_ends_told_so() {
    let bound = |name: &str, place: &str| {
        format!("[[world.access.bindings]]\nname = '{name}'\nwho = 'ada'\nrole = 'view'\n{place}\n")
    };
    let everywhere = bound("everywhere", "");
    let own = format!("name = 'own'\nsays = 'bound twice'\n{}{everywhere}", bound("here", "namespace = 'shop'"));
    let story = Story::told(&["access-bindings"], &own);
    let end = access(&story, "close", &VIEW);
    end.exits(1);
    end.finds("warn", "keeps a way in: the ClusterRoleBinding everywhere", "without --namespace");
    assert!(end.out.contains("still may list pods in shop"), "\n{end}");
    assert_eq!(bindings(&story, "shop"), [""; 0]);
    let story = Story::told(&["access-bindings"], &format!("name = 'own'\nsays = 'bound'\n{everywhere}"));
    access(&story, "close", &VIEW).is_stopped_by("the ClusterRoleBinding everywhere", "without --namespace");
    story.wrote_nothing();
}

#[test]
fn groups_that_cannot_be_read_hold_no_closing_of_what_is_theirs_alone() {
    let own = "name = 'own'\nsays = 'no groups'\n[[fault]]\non = \"graph GET /{set}/{id}/transitiveMemberOf\"\nnth = \"every\"\n\
               do = \"status\"\ncode = 403\nerror = \"Authorization_RequestDenied\"\nmessage = \"No.\"";
    let story = Story::told(&["access-bindings"], own);
    opened(&story, &VIEW);
    let end = closed(&story, &VIEW);
    end.finds("warn", "still gets in by a group is not known", "closed all the same");
    assert_eq!(bindings(&story, "shop"), [""; 0], "\n{end}");
}
