//! Whom `crosspull access` means: guests, groups whose members nobody changes by hand, and who is not there any more.

use crosspull_support::{Story, side_by_side};
use serde_json::{Value, json};

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
