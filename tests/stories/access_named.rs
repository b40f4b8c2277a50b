//! Whom `crosspull access` means: guests, groups whose members nobody changes by hand, and who is not there any more.

use crosspull_support::{Story, side_by_side};
use serde_json::{Value, json};

use super::access_close::bind_by_hand;
use super::access_open::{ADA, PODS, access, bindings, closed, opened};

/// The object id of the guest of tenant B, by which Kubernetes knows them.
const GUEST_ID: &str = "0e0e0e0e-0013-4e0e-8e0e-00000000e0a3";

/// The guest's user principal name in the cluster's tenant, and the mail address.
const GUEST: [&str; 2] = ["reader_fabrikam.com#EXT#@contoso.onmicrosoft.com", "reader@fabrikam.com"];

#[test]
fn a_guest_is_found_by_name_and_by_mail_and_bound_by_the_id() {
    let [_, mail] = GUEST;
    for named in GUEST {
        let story = Story::of("access-bindings");
        let flags = ["--principal", named, "--bind", "view", "--namespace", "shop"];
        let end = opened(&story, &flags);
        assert_eq!(bindings(&story, "shop"), [format!("ClusterRole view [\"User {GUEST_ID}\"]")], "\n{end}");
        assert_eq!(end.outcome("prove-access"), "proved", "\n{end}");
        assert_eq!(story.asks_cluster(mail, PODS), 200);
        closed(&story, &flags);
        assert_eq!(bindings(&story, "shop"), [""; 0]);
        assert_eq!(story.asks_cluster(mail, PODS), 403);
    }
}

#[test]
fn a_group_whose_members_are_found_elsewhere_is_told_before_anything_is_written() {
    let by_rule = ("rule = 'user.department -eq \"Ops\"'", "found by a rule");
    let synced = ("on_premises = true", "on premises");
    let cases = [by_rule, synced].into_iter().flat_map(|case| ["open", "close"].map(|part| (case, part)));
    side_by_side(cases, |((keeper, why), part)| {
        let own = format!(
            "name = 'k'\nsays = 'k'\n[world.cluster]\nentra = {{ azure_rbac = false, admin_groups = [{{ name = 'kept', {keeper}, \
             members = ['ada', 'ops-a'] }}] }}"
        );
        let story = Story::told(&["access-bindings"], &own);
        let end = access(&story, part, &["--principal", ADA, "--group", "kept"]);
        end.is_stopped_by(why, "Change them there");
        story.wrote_nothing();
    });
}

#[test]
fn a_group_that_is_kept_elsewhere_lets_its_members_in_all_the_same() {
    let own = "name = 'k'\nsays = 'k'\n[world.cluster]\nentra = { azure_rbac = false, admin_groups = [{ name = 'kept', \
               rule = 'user.department -eq \"Ops\"', members = ['ada'] }] }";
    let story = Story::told(&["access-bindings"], own);
    let by = ["--cluster", &story.ready.cluster, "--tenant-a", "contoso.com", "--sign-in-a", "service-principal"];
    let flags = ["access", "--principal", ADA, "--output", "json", "--cluster-credential", "admin"];
    let end = story.run(&[&flags[..], &by].concat());
    let told: Value = serde_json::from_str(&end.out).unwrap_or_else(|why| panic!("{why}\n{end}"));
    assert_eq!(told["groups"]["known"][0]["name"], json!("kept"), "\n{end}");
}

/// A cluster with a binding and a role of people who left the tenant long ago.
const LEFT: &str = "name = 'l'\nsays = 'l'\n[world.access]\ncrowd = { assignments = 3, bindings = 1 }\n[world.operator_a]\n\
                    graph_roles = ['Directory.Read.All', 'GroupMember.ReadWrite.All']";

#[test]
fn what_who_left_the_directory_held_is_closed_by_the_object_id() {
    let story = Story::told(&["access-azure-roles"], LEFT);
    let world = story.sim.world();
    let all = world["roleAssignments"].as_array().expect("assignments");
    let left = |role: &&Value| {
        let scope = role["scope"].as_str().unwrap_or_default();
        role["roleName"] == "Azure Kubernetes Service RBAC Reader" && scope.ends_with("/aks-shop")
    };
    let holder = all.iter().find(left).expect("a role of somebody who left")["principalId"].as_str().expect("an id");
    let flags = ["--principal", holder, "--role", "rbac-reader"];
    let end = closed(&story, &flags);
    end.finds("warn", "is no longer in Entra: the directory says that it has nobody", "Undo cannot give the role back");
    assert_eq!(end.outcome("unassign-access"), "changed", "\n{end}");
    assert!(end.out.contains("(not in Entra)"), "\n{end}");
    assert_eq!(story.world().roles(holder).len(), 0, "\n{end}");
    // Nobody is let in who is not there.
    access(&story, "open", &flags).is_stopped_by("nobody in the cluster's tenant is", "");
}

#[test]
fn a_binding_of_who_left_the_directory_is_closed_and_given_back() {
    let story = Story::told(&["access-bindings"], LEFT);
    let before = bindings(&story, "default");
    let id = before.first().and_then(|one| one.split("Group ").nth(1)).expect("a group").get(..36).expect("an id");
    let flags = ["--principal", id, "--bind", "view", "--namespace", "default"];
    let end = closed(&story, &flags);
    end.finds(
        "warn",
        "is no longer in Entra: the directory says that it has nobody",
        "Undo gives it back all the same",
    );
    assert_eq!(bindings(&story, "default"), [""; 0], "\n{end}");
    story.undo(&[]).ends_well();
    assert_eq!(bindings(&story, "default"), before);
}

#[test]
fn a_person_who_left_is_closed_by_name_where_the_cluster_goes_by_names() {
    let gone = "eve@contoso.com";
    let story = Story::told(&["access-bindings"], LEFT);
    bind_by_hand(&story, "viewers", &[("User", ADA), ("User", gone)]);
    let flags = |way: &'static [&'static str]| [&["--principal", gone, "--namespace", "shop"], way].concat();
    closed(&story, &flags(&["--bind", "view"]));
    assert_eq!(bindings(&story, "shop"), [r#"ClusterRole view ["User ada@contoso.com"]"#]);
    // Azure's roles go by ids, and nobody can tell that of a name which nobody has.
    let roles = Story::told(&["access-azure-roles"], LEFT);
    access(&roles, "close", &flags(&["--role", "rbac-reader"]))
        .is_stopped_by("goes by the object id", "--principal OBJECT-ID");
    roles.wrote_nothing();
}

#[test]
fn a_directory_that_may_not_be_read_is_nobody_who_left() {
    let refused = "[[fault]]\non = 'graph GET /directoryObjects/{id}'\nnth = 'every'\ndo = 'status'\ncode = 403\n\
                   error = 'Authorization_RequestDenied'\nmessage = 'No.'";
    let story = Story::told(&["access-bindings"], &format!("{LEFT}\n{refused}"));
    let flags = ["--principal", GUEST_ID, "--bind", "view", "--namespace", "shop"];
    access(&story, "close", &flags).is_stopped_by("is not known", "");
    story.wrote_nothing();
}

#[test]
fn a_service_account_that_is_not_there_is_told() {
    let story = Story::of("access-bindings");
    let by = ["--cluster", &story.ready.cluster, "--tenant-a", "contoso.com", "--sign-in-a", "service-principal"];
    let look = |account: &str, more: &[&str]| {
        let flags = ["access", "--principal", account, "--namespace", "shop", "--cluster-credential", "admin"];
        story.run(&[&flags[..], &by, more].concat())
    };
    let end = look("system:serviceaccount:shop:nobody", &[]);
    end.exits(0);
    assert!(end.out.contains("not there: bindings that name it wait"), "{end}");
    assert!(end.out.contains("lacks the account itself, of which the cluster has none"), "{end}");
    let there = look("system:serviceaccount:shop:default", &["--output", "json"]);
    let told: Value = serde_json::from_str(&there.out).expect("JSON");
    assert_eq!(told["principal"]["there"], json!(true), "{there}");
}

#[test]
fn whether_a_service_account_is_there_may_not_be_known() {
    let own = "name = 'o'\nsays = 'o'\n[[fault]]\non = 'kubernetes GET /api/v1/namespaces/{n}/serviceaccounts/{name}'\n\
               nth = 'every'\ndo = 'status'\ncode = 403\nerror = 'Forbidden'\nmessage = 'no'";
    let story = Story::told(&["access-bindings"], own);
    let by = ["--cluster", &story.ready.cluster, "--tenant-a", "contoso.com", "--sign-in-a", "service-principal"];
    let flags = ["access", "--principal", "system:serviceaccount:shop:default", "--cluster-credential", "admin"];
    let end = story.run(&[&flags[..], &by, &["--output", "json"]].concat());
    end.exits(1);
    let told: Value = serde_json::from_str(&end.out).expect("JSON");
    assert_eq!(told["principal"]["there"], json!(null), "{end}");
}
