//! Rights that are there and do not serve: a condition, a deny assignment, a role that is not active, a directory that
//! lets nobody in. They are seen before anything is written.

use crosspull_support::{End, Story, text};

/// Contributor (`docs/facts/azure.md` 3.6).
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const NETWORK_CONTRIBUTOR: &str = "4d97b98b-1d4f-4787-a291-c67834d212e7";
const ACR_PULL: &str = "7f951dda-4ed3-4680-a7ca-43fe172d538d";
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const SOAKS: &str = "the new service principal becomes known in every region";

/// A condition as the portal writes it, for the roles that a comparison lets through.
fn portal(comparison: &str) -> String {
    const ROLE: &str = "[Microsoft.Authorization/roleAssignments:RoleDefinitionId]";
    let part = |action: &str, source: &str| {
        format!(
            "(\n (\n  !(ActionMatches{{'Microsoft.Authorization/roleAssignments/{action}'}})\n )\n OR \n (\n  \
             {source}{ROLE} {comparison}\n )\n)"
        )
    };
    format!("{}\nAND\n{}", part("write", "@Request"), part("delete", "@Resource"))
}

/// An operator who may read everything, and assign roles under a condition.
fn constrained(operator: &str, condition: &str) -> String {
    format!(
        "name = 'r'\nsays = 'r'\n[world.{operator}]\nroles = [\n {{ role = 'Contributor', on = 'subscription' }},\n \
         {{ role = 'Role Based Access Control Administrator', on = 'subscription', condition = \"\"\"{condition}\"\"\" }},\n]\n"
    )
}

/// Returns the requests that would have assigned a role.
fn assigned(story: &Story) -> usize {
    let all = story.writes();
    all.iter().filter(|line| line.contains("roleAssignments")).count()
}

fn lacks(end: &End) -> String {
    let found = end.findings("warn").map(|f| text(f, "text")).find(|text| text.contains("will lack"));
    found.unwrap_or_default().to_owned()
}

#[test]
fn a_constrained_right_that_takes_in_the_registrys_role_is_no_obstacle() {
    for comparison in [
        format!("ForAnyOfAnyValues:GuidEquals {{{CONTRIBUTOR}, {ACR_PULL}}}"),
        format!("ForAnyOfAllValues:GuidNotEquals {{{OWNER}}}"),
    ] {
        let story = Story::told(&[], &constrained("operator_b", &portal(&comparison)));
        let end = story.apply(&[]);
        end.is_done();
        end.finds("pass", "you may assign roles on ", "");
        story.is_done("AcrPull");
    }
}

#[test]
fn a_constrained_right_that_leaves_the_registrys_role_out_stops_before_anything_is_written() {
    let condition = portal(&format!("ForAnyOfAnyValues:GuidEquals {{{CONTRIBUTOR}}}"));
    let story = Story::told(&[], &constrained("operator_b", &condition));
    let end = story.apply(&[]);
    end.is_stopped_by(
        "is limited by a condition, which leaves out AcrPull",
        "let the condition take in AcrPull, sign in with another account, or let somebody else give it: --sign-in-b none",
    );
    story.wrote_nothing();
}

#[test]
fn a_condition_that_leaves_the_principal_out_is_told_as_such() {
    const ROLE: &str = "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId]";
    for (and, what, instead) in [
        (
            "PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'User', 'Group'}",
            "which lets no service principal get AcrPull",
            "take in service principals",
        ),
        (
            "PrincipalId] ForAnyOfAnyValues:GuidEquals {00000000-0000-0000-0000-000000000a11}",
            "which leaves out the service principal that is to get AcrPull",
            "take in that one (none that this run makes can be named before)",
        ),
    ] {
        let condition = format!(
            "(!(ActionMatches{{'Microsoft.Authorization/roleAssignments/write'}}) OR ({ROLE} ForAnyOfAnyValues:GuidEquals \
             {{{ACR_PULL}}} AND @Request[Microsoft.Authorization/roleAssignments:{and}))"
        );
        let story = Story::told(&[], &constrained("operator_b", &condition));
        story.apply(&[]).is_stopped_by(what, instead);
        story.wrote_nothing();
    }
}

#[test]
fn a_condition_that_is_not_understood_is_told_and_the_service_decides() {
    let condition = "(!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'}) OR \
                     @Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Team] StringEquals 'x')";
    let story = Story::told(&[], &constrained("operator_b", condition));
    let end = story.apply(&[]);
    end.finds("warn", "a condition says which, and crosspull does not understand it", "ask an owner of ");
    end.fails_with("limited by a condition", "Ask an owner of the place for this role assignment");
    story.cluster_was_not_touched();
}

#[test]
fn a_copied_role_that_a_condition_leaves_out_is_named_and_not_even_tried() {
    let condition = portal(&format!("ForAnyOfAllValues:GuidNotEquals {{{CONTRIBUTOR}, {OWNER}}}"));
    let own = format!(
        "{}hub_roles = ['Contributor', 'Role Based Access Control Administrator']\n[[world.old_principal_roles]]\n\
         role = 'Network Contributor'\non = 'hub-network'\n",
        constrained("operator_a", &condition)
    );
    let story = Story::told(&[], &own);
    let end = story.run(&["apply", "--answers", story.answers(), "--yes"]);
    end.exits(0);
    let why =
        "Contributor on MC_rg-shop_aks-shop_westeurope (a condition of your right to assign roles there leaves it out)";
    let question = end.out.lines().find(|line| line.contains(" lacks: ")).unwrap_or_default();
    assert!(question.contains(why) && !question.contains("Network"), "{question}\n{end}");
    assert!(end.out.contains(&format!("has: {why}")), "the check names it\n{end}");
    assert!(end.out.contains("It gets 1 role: Network Contributor on aks"), "{end}");
    let world = story.world();
    let new = world.principals("a", text(world.app(), "appId"))[0];
    assert!(matches!(world.held(new).as_slice(), [[role, ..]] if role.contains("Network Contributor")));
    assert_eq!(assigned(&story), 2, "AcrPull in B, and the one that may be given in A");
    story.undo(&[]).ends_well();
}

/// A deny assignment on the node resource group for the operator of tenant A alone: somebody else may give the role.
fn locked(more: &str) -> String {
    format!(
        "name = 'd'\nsays = 'd'\n[[world.deny_assignments]]\nname = 'Managed Cluster lockdown'\n\
         on = 'node-resource-group'\n{more}"
    )
}

#[test]
fn a_locked_node_resource_group_is_seen_before_the_write_and_named() {
    let story = Story::told(&[], &locked(""));
    let end = story.apply(&[]);
    end.is_done();
    let why = "the deny assignment \"Managed Cluster lockdown\" forbids to assign roles there";
    assert!(lacks(&end).contains(why), "{end}");
    assert_eq!(end.outcome("copy-roles"), "not_done");
    assert_eq!(assigned(&story), 1, "AcrPull alone");
    assert_eq!(story.world().cluster()["resets"], 1);

    for more in ["but = ['operator-a']", "actions = ['*/delete']", "not_actions = ['Microsoft.Authorization/*']"] {
        let story = Story::told(&[], &locked(more));
        let end = story.apply(&[]);
        end.is_done();
        assert_eq!((end.outcome("copy-roles"), lacks(&end).as_str()), ("created", ""), "{more}");
    }
}

#[test]
fn an_owner_who_gives_what_the_operator_cannot_is_found_before_the_question() {
    let story = Story::told(&[], &locked("denies = ['operator-a']"));
    let mut given = String::new();
    let end = story.apply_while(&["--soak", "4"], |event, _| {
        if given.is_empty() && event["event"] == "waiting" && event["why"] == SOAKS {
            let world = story.world();
            let new = world.principals("a", text(world.app(), "appId"))[0].to_owned();
            let subscription = &story.ready.tenants.a.subscription;
            let scope = format!("/subscriptions/{subscription}/resourceGroups/MC_rg-shop_aks-shop_westeurope");
            given = story.grant_by_another(&new, CONTRIBUTOR, &scope);
        }
    });
    end.is_done();
    let found = end.events("learnt").flat_map(|e| e["learnt"].as_array().cloned().unwrap_or_default());
    assert_eq!(found.filter(|fact| fact["value"] == given.as_str() && fact["how"] == "found").count(), 1, "{end}");
    let at = |name: &str| end.events.iter().position(|e| e["event"] == name);
    let learnt = end.events.iter().position(|e| e.to_string().contains(given.as_str()) && e["event"] == "learnt");
    assert!(learnt < at("confirmed"), "the question names no role that is there\n{end}");
    story.world().cluster_is_whole(story.begin());
    // It is somebody else's, so it stays.
    story.undo(&[]).exits(5);
}

#[test]
fn a_deny_assignment_on_the_registry_stops_and_one_that_may_not_be_seen_warns() {
    let own = "name = 'd'\nsays = 'd'\n[[world.deny_assignments]]\nname = 'stack'\non = 'registry-resource-group'";
    let story = Story::told(&[], own);
    let end = story.apply(&[]);
    end.is_stopped_by(
        "the deny assignment \"stack\" forbids you to assign roles on ",
        "No role helps: ask whoever made",
    );
    story.wrote_nothing();

    let fault = |what: &str| {
        format!(
            "name = 'u'\nsays = 'u'\n[[fault]]\non = 'arm GET /**/registries/{{r}}/providers/Microsoft.Authorization/\
             denyAssignments'\nnth = 'every'\n{what}"
        )
    };
    let story = Story::told(&[], &fault("do = 'status'\ncode = 403\nerror = 'AuthorizationFailed'"));
    let end = story.apply(&[]);
    end.is_done();
    end.finds("warn", "whether a deny assignment forbids it there you may not see", "denyAssignments/read");
    let story = Story::told(&[], &fault("do = 'status'\ncode = 503"));
    story.apply(&[]).is_stopped_by("your rights cannot be read", "");
    story.wrote_nothing();
}

/// A deny assignment of one action, for everybody.
fn lockdown(on: &str, action: &str) -> String {
    format!(
        "name = 'l'\nsays = 'l'\n[[world.deny_assignments]]\nname = 'lockdown'\non = '{on}'\nactions = ['{action}']\n"
    )
}

#[test]
fn a_deny_assignment_of_the_reset_stops_before_anything_is_written() {
    let reset = "Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action";
    let story = Story::told(&[], &lockdown("resource", reset));
    let end = story.apply(&[]);
    end.is_stopped_by(
        "the deny assignment \"lockdown\" forbids you to reset aks-shop's service principal",
        "ask whoever made the deny assignment",
    );
    story.wrote_nothing();

    // It takes the right to see deny assignments to know that none forbids it.
    let own = "name = 'u'\nsays = 'u'\n[[fault]]\non = 'arm GET /**/managedClusters/{c}/providers/Microsoft.Authorization/\
               denyAssignments'\nnth = 'every'\ndo = 'status'\ncode = 403\nerror = 'AuthorizationFailed'";
    let story = Story::told(&[], own);
    let end = story.apply(&[]);
    end.is_done();
    end.finds("warn", "whether a deny assignment forbids it you may not see", "denyAssignments/read");
}

#[test]
fn a_deny_assignment_of_what_the_registry_is_asked_for_stops_before_anything_is_written() {
    for (route, action, what) in [
        ("repository-token", "registries/scopeMaps/write", "make a repository token on registryb"),
        ("repository-token", "registries/tokens/write", "make a repository token on registryb"),
        ("repository-token", "registries/generateCredentials/action", "make a repository token on registryb"),
        ("admin-account", "registries/write", "use registryb's admin account"),
        ("admin-account", "registries/listCredentials/action", "use registryb's admin account"),
    ] {
        let own = lockdown("registry", &format!("Microsoft.ContainerRegistry/{action}"));
        let story = Story::told(&["managed-identity-cluster"], &own);
        let end = story.apply(&["--route", route]);
        end.is_stopped_by(&format!("the deny assignment \"lockdown\" forbids you to {what}"), "No role helps");
        story.wrote_nothing();
    }
}

#[test]
fn an_eligible_role_that_would_not_help_is_not_named() {
    let eligible = |more: &str, after: &str| {
        format!(
            "name = 'p'\nsays = 'p'\n[person]\nsigns_in_after = 1\n[world.operator_b]\nroles = [{{ role = 'Reader', on = \
             'subscription' }}]\neligible = [{{ role = 'User Access Administrator', on = 'resource-group'{more} }}]\n{after}"
        )
    };
    let condition = |role| format!(", condition = \"\"\"{}\"\"\"", one_line(role));
    let denied = "[[world.deny_assignments]]\nname = 'stack'\non = 'registry-resource-group'";
    for (own, is_named) in [
        (eligible(&condition(ACR_PULL), ""), true),
        (eligible(&condition(CONTRIBUTOR), ""), false),
        (eligible("", denied), false),
    ] {
        let story = Story::told(&[], &own).with_answer("sign-in-b = \"device-code\"");
        let end = story.plan(&[]);
        end.exits(4).finds("stop", "you may not assign roles on ", "Role Based Access Control Administrator");
        let told = end.findings("stop").any(|found| text(found, "now").contains("is eligible, not active"));
        assert_eq!(told, is_named, "{own}\n{end}");
    }
}

/// A condition for one role, in one line.
fn one_line(role: &str) -> String {
    portal(&format!("ForAnyOfAnyValues:GuidEquals {{{role}}}")).replace('\n', " ")
}

#[test]
fn a_role_that_is_eligible_is_named_where_the_right_lacks() {
    let own = "name = 'p'\nsays = 'p'\n[person]\nsigns_in_after = 1\n[world.operator_b]\nroles = [{ role = 'Reader', on = \
               'subscription' }]\neligible = [{ role = 'Reader', on = 'subscription' }, { role = 'User Access \
               Administrator', on = 'resource-group' }]";
    let story = Story::told(&[], own).with_answer("sign-in-b = \"device-code\"");
    let end = story.plan(&[]);
    end.exits(4).finds(
        "stop",
        "you may not assign roles on ",
        "User Access Administrator is eligible, not active: activate it in Privileged Identity Management",
    );
    let asked = |story: &Story| {
        let all = story.sim.requests();
        let paths = all.as_array().into_iter().flatten().filter(|r| text(r, "path").contains("roleEligibility"));
        paths.count()
    };
    assert_eq!(asked(&story), 1);
    let story = Story::of("happy");
    story.plan(&[]).is_done();
    assert_eq!(asked(&story), 0, "nobody is asked where no right lacks");
}

#[test]
fn a_directory_of_b_that_lets_nobody_in_is_told_first_and_a_link_does_it() {
    let blocked = "name = 'g'\nsays = 'g'\n[world.policies_b]\nblock_graph = true";
    let story = Story::told(&[], blocked);
    let end = story.apply(&["--consent", "direct"]);
    end.is_stopped_by("tenant B's directory does not let you in", "--consent url");
    story.wrote_nothing();

    let mut asked = 0;
    let end = story.apply_while(&["--consent", "auto"], |event, _| {
        if event["event"] == "person_needed" {
            asked += 1;
            let app = text(story.world().app(), "appId").to_owned();
            story.sim.consent("b", &app).expect("consent is given");
        }
    });
    end.is_done();
    end.finds("warn", "tenant B's directory does not let you in", "lets the app in by a link");
    assert_eq!((asked, end.note("provision")), (1, "consented by a person"));
    story.is_done("AcrPull");
}

#[test]
fn roles_of_one_scope_are_judged_one_by_one() {
    let condition = portal(&format!("ForAnyOfAnyValues:GuidEquals {{{NETWORK_CONTRIBUTOR}}}"));
    let own = format!(
        "{}[[world.old_principal_roles]]\nrole = 'Network Contributor'\non = 'node-resource-group'\n",
        constrained("operator_a", &condition)
    );
    let end = Story::told(&[], &own).plan(&[]);
    end.is_done();
    let lacks = lacks(&end);
    assert!(lacks.contains("has: Contributor on MC_") && !lacks.contains("Network"), "{lacks}");
}
