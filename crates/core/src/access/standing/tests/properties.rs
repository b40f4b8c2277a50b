//! Properties of roles at a cluster: they add up, they inherit, case does not count.

use proptest::prelude::*;

use super::*;

fn some_role() -> impl Strategy<Value = AssignedRole> {
    let roles =
        prop::sample::select(vec!["reader", "writer", "admin", "cluster-admin", "deployments", "custom", "cased"]);
    let scopes = prop::sample::select(vec!["cluster", "group", "subscription", "root", "elsewhere", "dev", "prod"]);
    (roles, scopes, prop::sample::select(vec![USER, GROUP]))
        .prop_map(|(role, scope, holder)| assigned(role, scope, holder))
}

fn some_question() -> impl Strategy<Value = String> {
    let verbs = prop::sample::select(vec!["get", "list", "create", "patch", "delete", "bind", "impersonate"]);
    let kinds =
        prop::sample::select(vec!["pods", "pods/exec", "secrets", "deployments", "roles", "widgets.example.com"]);
    let places = prop::sample::select(vec!["", " -n dev", " -n prod"]);
    (verbs, kinds, places).prop_map(|(verb, kind, place)| format!("{verb} {kind}{place}"))
}

fn allows(roles: Vec<AssignedRole>, question: &str) -> bool {
    matches!(may(&standing(roles), question), May::Yes(_))
}

proptest! {
    #[test]
    fn roles_add_up(roles in prop::collection::vec(some_role(), 0..5), question in some_question()) {
        let any = roles.iter().any(|role| allows(vec![role.clone()], &question));
        prop_assert_eq!(allows(roles, &question), any);
    }

    #[test]
    fn one_more_role_takes_nothing(roles in prop::collection::vec(some_role(), 0..4), more in some_role(), question in some_question()) {
        let before = allows(roles.clone(), &question);
        prop_assert!(!before || allows([roles, vec![more]].concat(), &question));
    }

    #[test]
    fn what_holds_above_holds_below(role in some_role(), question in some_question()) {
        let above = AssignedRole { scope: "/".to_owned(), ..role.clone() };
        prop_assert!(!allows(vec![role], &question) || allows(vec![above], &question));
    }

    #[test]
    fn case_does_not_count(role in some_role(), question in some_question()) {
        let shouted = |list: &[String]| list.iter().map(|action| action.to_uppercase()).collect();
        let sets = role.sets.iter().map(|set| PermissionSet {
            data_actions: shouted(&set.data_actions),
            not_data_actions: shouted(&set.not_data_actions),
            ..set.clone()
        });
        let other = AssignedRole { scope: role.scope.to_uppercase(), sets: sets.collect(), ..role.clone() };
        prop_assert_eq!(allows(vec![role], &question), allows(vec![other], &question));
    }

    #[test]
    fn what_a_wildcard_leaves_out_is_no_denial(role in some_role(), question in some_question()) {
        let but = AssignedRole { sets: sets("but-secrets"), ..assigned("admin", "cluster", USER) };
        prop_assert!(!allows(vec![role.clone()], &question) || allows(vec![but, role], &question));
    }
}
