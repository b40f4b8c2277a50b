//! Route `attach`: cluster and registry are in one tenant, and the identity that the cluster has gets the role.

use crosspull_sim::Tenant;
use crosspull_support::{AT_ONCE, End, Story, World, text};
use serde_json::Value;
use uuid::Uuid;

/// AcrPull, and Container Registry Repository Reader (`docs/facts/azure.md` 3.6).
const ACR_PULL: &str = "7f951dda-4ed3-4680-a7ca-43fe172d538d";
const READER: &str = "b93aa761-3e63-49ed-ac28-beffa264f7ac";
/// The name of the assignment that somebody makes.
const BY_HAND: Uuid = Uuid::from_u128(0x0a11_0000_0000_4000_8000_0000_0000_00aa);
/// A world for each kind of identity that nodes pull with.
const IDENTITIES: [&str; 3] = ["same-tenant", "same-tenant-system-assigned", "same-tenant-user-assigned"];

/// Returns the object id of the principal that the cluster's nodes pull with.
fn puller(world: &World) -> String {
    text(&world.cluster()["identity"]["kubelet"], "objectId").to_owned()
}

/// Returns the roles of the cluster's identity at the registry alone.
fn roles_at_registry(story: &Story) -> Vec<Value> {
    let world = story.world();
    let roles = world.roles(&puller(&world)).into_iter().cloned();
    roles.filter(|role| text(role, "scope").eq_ignore_ascii_case(&story.ready.registry)).collect()
}

/// The cluster has the role, pulls, and is what it was but for that; no pod is left.
fn is_attached(story: &Story, then: &World, role: &str) {
    let world = story.world();
    let [given] = roles_at_registry(story).try_into().expect("one role at the registry");
    assert_eq!((text(&given, "roleName"), text(&given, "principalType")), (role, "ServicePrincipal"));
    for part in ["clientId", "resets", "identity", "provisioningState"] {
        assert_eq!(world.cluster()[part], then.cluster()[part], "{part}");
    }
    assert_eq!(world.pods(), Vec::<&str>::new(), "pods that are left");
    story.until("the nodes pull", |world| world.pulls().iter().all(|state| *state == "Pulled"));
}

/// Returns the number of writes to role assignments.
fn writes(story: &Story) -> usize {
    story.writes().iter().filter(|write| write.contains("roleAssignments")).count()
}

#[test]
fn every_identity_is_reached_given_the_role_and_pulls() {
    for scenario in IDENTITIES {
        let story = Story::of(scenario);
        let begin = story.world();
        let end = story.apply(&[]);
        end.ends_well();
        assert_eq!((end.outcome("attach"), end.outcome("prove-inside")), ("created", "proved"), "{scenario}\n{end}");
        is_attached(&story, &begin, "AcrPull");
        end.finds("pass", "route attach: cluster and registry are in one tenant", "");
        let of_run = end.events.iter().filter(|event| event["event"] != "routes_weighed").map(ToString::to_string);
        assert!(!of_run.collect::<String>().contains("restarts"), "nothing restarts\n{end}");
    }
}

#[test]
fn without_the_role_no_node_pulls() {
    for scenario in IDENTITIES {
        // The role is in effect late enough for somebody to take it away before.
        let story = Story::told(&[scenario], "name = 'late'\nsays = 'late'\n[time]\nrole_effect = 500");
        // The proof is a real pull: with the role taken away under it, it is refused.
        let mut taken = false;
        let end = story.apply_while(&["--namespace", "default"], |event, _| {
            if !taken && text(event, "event") == "step_ended" {
                taken = true;
                let id = roles_at_registry(&story).first().map(|role| text(role, "id").to_owned()).expect("a role");
                story.remove_role_by_hand(Tenant::A, &id);
            }
        });
        end.exits(1).verdict("failed");
        let trouble = end.trouble();
        assert!(text(trouble, "what").ends_with("shop/web:1.4."), "{scenario}\n{end}");
        assert!(text(trouble, "now").contains("The role assignment is not there any more"), "{scenario}\n{end}");
        assert!(text(trouble, "why").contains("401") || text(trouble, "why").contains("denied"), "{scenario}\n{end}");
    }
}

#[test]
fn who_may_not_assign_is_told_the_true_reason() {
    for identity in IDENTITIES {
        let story = Story::of_all(&[identity, "no-right-on-registry"]);
        let end = story.apply(&[]);
        end.is_stopped_by("you may not assign roles on registryb", "Microsoft.Authorization/roleAssignments/write");
        assert_eq!(end.findings("stop").count(), 1, "\n{end}");
        assert!(!end.out.contains("Owner"), "the right is named, no role that gives much more\n{end}");
        story.wrote_nothing();
    }
}

#[test]
fn a_role_that_a_group_has_above_the_registry_is_found() {
    for more in [None, Some("no-right-on-registry")] {
        let scenarios: Vec<&str> = std::iter::once("same-tenant-held-by-group").chain(more).collect();
        let story = Story::of_all(&scenarios);
        let begin = story.world();
        let end = story.apply(&[]);
        end.ends_well();
        assert_eq!((end.outcome("attach"), end.outcome("prove-inside")), ("found", "proved"), "{more:?}\n{end}");
        end.finds("pass", "aks-shop has AcrPull on rg-registry already, by a group that it is in", "");
        assert_eq!(writes(&story), 0, "nothing is assigned, and the right to assign is not needed: {more:?}");
        story.undo(&[]).exits(0);
        assert_eq!(begin.held(&puller(&begin)), story.world().held(&puller(&begin)), "what was found stays");
    }
}

#[test]
fn a_registry_of_repositories_gets_a_reader_of_the_named_ones() {
    for more in [None, Some("same-tenant-system-assigned")] {
        let scenarios: Vec<&str> = std::iter::once("same-tenant-abac").chain(more).collect();
        let story = Story::of_all(&scenarios);
        let begin = story.world();
        let end = story.apply(&[]);
        end.ends_well();
        is_attached(&story, &begin, "Container Registry Repository Reader");
        let condition = text(&roles_at_registry(&story)[0], "condition").to_owned();
        assert!(condition.contains("'shop/web'") && condition.contains("'shop/api'"), "{condition}");
        let proofs = end.events("step_ended").filter(|ended| ended["outcome"] == "proved").count();
        assert_eq!(proofs, 2, "each repository is proved\n{end}");
    }
}

#[test]
fn of_two_repositories_of_which_one_is_granted_the_other_is_added_and_taken_out_again() {
    let story = Story::of("same-tenant-abac");
    let begin = story.world();
    let one = "((!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'}) AND \
               !(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/metadata/read'})) OR \
               (@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEqualsIgnoreCase 'shop/web'))";
    story.assign_to_by_hand(Tenant::A, BY_HAND, &puller(&begin), READER, Some(one));
    let end = story.apply(&[]);
    end.ends_well();
    assert_eq!(end.outcome("attach"), "changed", "\n{end}");
    is_attached(&story, &begin, "Container Registry Repository Reader");
    assert!(text(&roles_at_registry(&story)[0], "condition").contains("'shop/api'"));
    story.undo(&[]).exits(0);
    assert_eq!(text(&roles_at_registry(&story)[0], "condition"), one, "what somebody else wrote is put back as it was");
}

#[test]
fn a_second_run_finds_and_only_the_first_takes_back() {
    let story = Story::of("same-tenant-system-assigned");
    let begin = story.world();
    story.apply(&[]).ends_well();
    let first = story.run_id();
    let second = story.apply(&[]);
    second.ends_well();
    assert_eq!(second.outcome("attach"), "found", "\n{second}");
    assert_eq!(roles_at_registry(&story).len(), 1);
    let other = story.runs_but(&[&first]);
    story.undo_of(&other[0], &[]).exits(0);
    assert_eq!(roles_at_registry(&story).len(), 1, "what the second run found stays");
    story.undo_of(&first, &[]).exits(0);
    assert_eq!(roles_at_registry(&story).len(), 0);
    assert_eq!(begin.roles(&puller(&begin)).len(), story.world().roles(&puller(&begin)).len());
}

#[test]
fn undo_takes_back_what_the_run_made_and_nothing_else() {
    for scenario in IDENTITIES {
        let story = Story::of(scenario);
        let begin = story.world();
        story.apply(&[]).ends_well();
        story.undo(&[]).exits(0);
        assert_eq!(roles_at_registry(&story).len(), 0, "{scenario}");
        let (then, now) = (begin.held(&puller(&begin)), story.world().held(&puller(&begin)));
        assert_eq!(then, now, "{scenario}");
    }
}

#[test]
fn an_answer_that_was_lost_makes_no_second_assignment() {
    let own = "name = \"own\"\nsays = \"own\"\n[[fault]]\non = \"arm PUT /**/roleAssignments/{name}\"\nnth = 1\n\
               do = \"lose_reply\"\n";
    let story = Story::told(&["same-tenant-user-assigned"], own);
    let begin = story.world();
    let end = story.apply(&[]);
    end.ends_well();
    assert_eq!(end.outcome("attach"), "created", "\n{end}");
    is_attached(&story, &begin, "AcrPull");
    story.undo(&[]).exits(0);
    assert_eq!(roles_at_registry(&story).len(), 0);
}

#[test]
fn a_run_that_was_killed_in_its_proof_goes_on_and_is_taken_back() {
    for undone in [false, true] {
        let story = Story::of("same-tenant-system-assigned");
        let begin = story.world();
        let killed = story.apply_while(&["--pace", "1"], |event, process| {
            let proves = text(event, "url").contains("/pods") && event["writes"] == true;
            if proves {
                let sent = std::process::Command::new("kill").args(["-KILL", &process.to_string()]).status();
                assert!(sent.expect("kill").success());
            }
        });
        assert_eq!(killed.code, None, "a kill is no exit\n{killed}");
        if undone {
            story.undo(&[]).exits(0);
            assert_eq!((roles_at_registry(&story).len(), story.world().pods()), (0, Vec::<&str>::new()));
        } else {
            let end = story.resume(&[]);
            end.ends_well();
            assert_eq!(
                (end.outcome_of(1), end.outcome_of(2)),
                ("created", "proved"),
                "by its mark it is its own\n{end}"
            );
            is_attached(&story, &begin, "AcrPull");
        }
    }
}

#[test]
fn roles_that_may_not_be_read_are_said_and_the_role_is_given_all_the_same() {
    let own = "name = \"own\"\nsays = \"own\"\n[[fault]]\non = \"arm GET /**/registries/{name}/providers/Microsoft.Authorization/roleAssignments\"\nnth = \"every\"\ndo = \"status\"\ncode = 403\n\
               error = \"AuthorizationFailed\"\n";
    let story = Story::told(&["same-tenant-system-assigned"], own);
    let begin = story.world();
    let end = story.apply(&[]);
    end.ends_well();
    end.finds("warn", "whether aks-shop may pull from registryb already was not read", "Azure says so");
    is_attached(&story, &begin, "AcrPull");
}

fn handed_over(story: &Story, more: &[&str], watch: impl FnMut(&Value, u32)) -> End {
    let mut flags = vec!["--route", "attach", "--sign-in-b", "none", "--registry", &story.ready.login_server];
    flags.extend(more);
    story.apply_while(&flags, watch)
}

#[test]
fn whoever_may_assign_follows_a_page_and_the_run_goes_on_by_itself() {
    let story = Story::of("same-tenant-system-assigned");
    let begin = story.world();
    let mut pages = Vec::new();
    let end = handed_over(&story, &[], |event, _| {
        if text(event, "event") == "person_needed" {
            pages.push(event["page"].clone());
            story.assign_to_by_hand(Tenant::A, BY_HAND, &puller(&begin), ACR_PULL, None);
        }
    });
    end.ends_well();
    assert_eq!(pages.len(), 1, "asked once\n{end}");
    assert_eq!(text(&pages[0], "principal"), puller(&begin));
    assert_eq!((end.outcome("ask-for-role"), end.outcome("prove-inside")), ("found", "proved"), "\n{end}");
    is_attached(&story, &begin, "AcrPull");
    let page = std::fs::read_to_string(story.journals()[0].with_extension("tenant-b.md")).expect("the page");
    assert!(page.contains("az role assignment create --role \"AcrPull\""), "{page}");
}

#[test]
fn a_page_may_be_followed_later_and_what_others_gave_is_theirs_to_take_back() {
    let story = Story::of("same-tenant-system-assigned");
    let begin = story.world();
    let first = handed_over(&story, &["--consent-wait", "0"], |_, _| {});
    first.exits(3).verdict("waits");
    assert_eq!(story.world().pods(), Vec::<&str>::new(), "the pod that tried is gone");
    story.assign_to_by_hand(Tenant::A, BY_HAND, &puller(&begin), ACR_PULL, None);
    story.resume(&[]).ends_well();
    is_attached(&story, &begin, "AcrPull");
    let left = story.undo(&[]);
    left.exits(5);
    assert!(
        text(left.trouble(), "now").contains("az role assignment delete --assignee")
            && text(left.trouble(), "now").contains("--role"),
        "\n{left}"
    );
}

#[test]
fn a_page_is_written_also_where_nobody_here_can_see_that_it_was_followed() {
    for kubernetes in ["private", "read-only"] {
        let own = format!("name = \"own\"\nsays = \"own\"\n[world.cluster]\nkubernetes = \"{kubernetes}\"\n");
        let story = Story::told(&["same-tenant-system-assigned"], &own);
        let end = handed_over(&story, &[], |_, _| {});
        end.exits(3).verdict("waits");
        assert!(text(end.trouble(), "what").contains("cannot be seen from here"), "{kubernetes}\n{end}");
        assert!(story.journals()[0].with_extension("tenant-b.md").exists(), "{kubernetes}\n{end}");
    }
}

#[test]
fn undo_leaves_alone_what_was_there_before_anybody_was_asked() {
    // The role that was there is in effect.
    let story = Story::told(&["same-tenant-system-assigned"], AT_ONCE);
    let begin = story.world();
    story.assign_to_by_hand(Tenant::A, BY_HAND, &puller(&begin), ACR_PULL, None);
    let end = handed_over(&story, &[], |_, _| {});
    end.ends_well();
    assert_eq!(end.outcome("ask-for-role"), "found", "\n{end}");
    story.undo(&[]).ends_well();
    is_attached(&story, &begin, "AcrPull");
}
