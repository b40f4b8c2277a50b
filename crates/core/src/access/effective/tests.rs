use proptest::prelude::*;

use super::*;

const GROUP: &str = "/subscriptions/s/resourceGroups/rg-network";
const SUBNET: &str =
    "/subscriptions/s/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/hub/subnets/aks";
const READ: &str = "Microsoft.Network/virtualNetworks/subnets/read";
const JOIN: &str = "Microsoft.Network/virtualNetworks/subnets/join/action";

fn set(actions: &[&str], not_actions: &[&str]) -> PermissionSet {
    let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    PermissionSet { actions: own(actions), not_actions: own(not_actions), ..PermissionSet::default() }
}

fn holding(scope: &str, sets: Result<Vec<PermissionSet>, NotRead>) -> Holding {
    let (id, role, scope) = (format!("{scope}/1"), "a role".to_owned(), scope.to_owned());
    Holding { id, role, scope, condition: None, group: None, sets }
}

fn network(scope: &str) -> Holding {
    holding(scope, Ok(vec![set(&["Microsoft.Network/*"], &[])]))
}

fn join() -> Needed {
    Needed {
        scope: SUBNET.to_owned(),
        actions: vec![READ.to_owned(), JOIN.to_owned()],
        reason: "put nodes there".to_owned(),
    }
}

fn listed(holdings: Vec<Holding>) -> Vec<Holdings> {
    vec![Holdings { scope: "/subscriptions/s".to_owned(), holdings: Ok(holdings) }]
}

/// Returns the word for a standing, and what it lacks or why it is not known.
fn word(standing: &Fulfilment<'_>) -> String {
    match standing {
        Fulfilment::Held(by) => format!("held by {}", by.len()),
        Fulfilment::UnderCondition(by) => format!("conditional by {}", by.len()),
        Fulfilment::Denied(name) => format!("denied by {name}"),
        Fulfilment::Lacks(actions) => format!("lacks {}", actions.len()),
        Fulfilment::NotKnown(why) => format!("not known: {}", why.why),
    }
}

/// The facts of Microsoft's "Understand Azure role definitions" and "Understand scope for Azure RBAC".
#[test]
fn permissions_add_up_where_scopes_reach() {
    let reader = |scope: &str| holding(scope, Ok(vec![set(&["*/read"], &[])]));
    let joins = |scope: &str| holding(scope, Ok(vec![set(&["microsoft.network/VIRTUALNETWORKS/*/Join/action"], &[])]));
    let but_join = holding(GROUP, Ok(vec![set(&["*"], &["Microsoft.Network/virtualNetworks/subnets/join/action"])]));
    let group = "/providers/Microsoft.Management/managementGroups/m";
    for (what, holdings, told) in [
        ("nothing", vec![], "lacks 2"),
        ("at the subnet", vec![network(SUBNET)], "held by 1"),
        ("at its group", vec![network(GROUP)], "held by 1"),
        ("at its subscription", vec![network("/subscriptions/s/")], "held by 1"),
        ("at the root", vec![network("/")], "held by 1"),
        ("at a management group", vec![network(group)], "held by 1"),
        ("in another case", vec![network(&GROUP.to_uppercase())], "held by 1"),
        ("at a neighbour of a like name", vec![network(&format!("{GROUP}-2"))], "lacks 2"),
        ("at another subnet", vec![network(&format!("{SUBNET}2"))], "lacks 2"),
        ("below", vec![network(&format!("{SUBNET}/x/y"))], "lacks 2"),
        ("to read alone", vec![reader(GROUP)], "lacks 1"),
        ("to join alone", vec![joins(SUBNET)], "lacks 1"),
        ("both, from two places", vec![reader("/subscriptions/s"), joins(SUBNET)], "held by 2"),
        ("all but the join", vec![but_join.clone()], "lacks 1"),
        ("what one leaves out another gives", vec![but_join, joins(SUBNET)], "held by 2"),
        ("another provider's", vec![holding(GROUP, Ok(vec![set(&["Microsoft.Compute/*"], &[])]))], "lacks 2"),
        (
            "data alone",
            vec![holding(GROUP, Ok(vec![PermissionSet { data_actions: vec!["*".into()], ..set(&[], &[]) }]))],
            "lacks 2",
        ),
    ] {
        assert_eq!(word(&fulfilment(&join(), &listed(holdings), None)), told, "{what}");
    }
}

#[test]
fn an_assignment_under_a_condition_is_told_as_such_and_never_counted_as_sure() {
    let under = Holding { condition: Some("@Request[…] StringEquals 'x'".to_owned()), ..network(GROUP) };
    assert_eq!(word(&fulfilment(&join(), &listed(vec![under.clone()]), None)), "conditional by 1");
    assert_eq!(word(&fulfilment(&join(), &listed(vec![under.clone(), network(GROUP)]), None)), "held by 1");
    let reader = Holding { sets: Ok(vec![set(&["*/read"], &[])]), ..under };
    assert_eq!(word(&fulfilment(&join(), &listed(vec![reader]), None)), "lacks 2");
}

#[test]
fn what_was_not_read_is_not_known_unless_the_rest_suffices() {
    let unread = || holding(GROUP, Err(for_good("403")));
    assert_eq!(word(&fulfilment(&join(), &listed(vec![unread()]), None)), "not known: 403");
    assert_eq!(word(&fulfilment(&join(), &listed(vec![unread(), network(GROUP)]), None)), "held by 1");
    let nothing = [Holdings { scope: "/subscriptions/s".to_owned(), holdings: Err(for_good("429")) }];
    assert_eq!(word(&fulfilment(&join(), &nothing, None)), "not known: 429");
    assert!(word(&fulfilment(&join(), &[], None)).starts_with("not known"), "a list of nowhere tells nothing");
    let elsewhere = [Holdings { scope: "/subscriptions/t".to_owned(), holdings: Ok(vec![network("/")]) }];
    assert!(word(&fulfilment(&join(), &elsewhere, None)).starts_with("not known"), "nor does one of another place");
    let both = [listed(vec![network(GROUP)]), nothing.to_vec()].concat();
    assert_eq!(word(&fulfilment(&join(), &both, None)), "held by 1");
}

#[test]
fn a_deny_assignment_goes_before_every_role() {
    let deny = serde_json::json!({"properties": {
        "denyAssignmentName": "locked", "scope": GROUP,
        "permissions": [{"actions": ["*/join/action"]}],
        "principals": [{"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"}],
    }});
    let denies: Vec<DenyAssignment> = vec![serde_json::from_value(deny).expect("a deny assignment")];
    let principal = Caller { id: Some(crate::ids::ObjectId(uuid::Uuid::from_u128(7))), groups: None };
    let lists = listed(vec![network(GROUP)]);
    let judged = |lists: &[Holdings], listed: Result<&[DenyAssignment], &NotRead>| {
        word(&fulfilment(&join(), lists, Some(Denies { principal: &principal, listed })))
    };
    assert_eq!(judged(&lists, Ok(&denies)), "denied by \"locked\"");
    assert_eq!(judged(&lists, Ok(&[])), "held by 1");
    let under = listed(vec![Holding { condition: Some("a condition".to_owned()), ..network(GROUP) }]);
    assert_eq!(judged(&under, Ok(&denies)), "denied by \"locked\"");
    assert_eq!(judged(&under, Ok(&[])), "conditional by 1");
    let unread = NotRead { why: "403".to_owned(), may_pass: false };
    assert_eq!(judged(&lists, Err(&unread)), "not known: deny assignments: 403");
}

#[test]
fn an_assignment_is_told_with_its_place_and_its_group() {
    assert_eq!(network(GROUP).text(), "a role on rg-network");
    let by_group = Holding { group: Some("g1".to_owned()), ..network(SUBNET) };
    assert_eq!(by_group.text(), "a role on subnets/aks, by the group g1");
}

/// Returns any assignment: at a scope above, at or beside the subnet, with patterns that matter there.
fn any_grant() -> impl Strategy<Value = Holding> {
    let scope = prop::sample::select(vec!["/", "/subscriptions/s", GROUP, SUBNET, "/subscriptions/s/resourceGroups/x"]);
    let patterns =
        || prop::collection::vec(prop::sample::select(vec!["*", "*/read", READ, JOIN, "Microsoft.*/x"]), 0..3);
    (scope, patterns(), patterns()).prop_map(|(scope, actions, not)| holding(scope, Ok(vec![set(&actions, &not)])))
}

proptest! {
    #[test]
    fn a_further_assignment_never_takes_anything(holdings in prop::collection::vec(any_grant(), 0..4), more in any_grant()) {
        let before = listed(holdings.clone());
        let was_held = matches!(fulfilment(&join(), &before, None), Fulfilment::Held(_));
        let after = listed(holdings.into_iter().chain([more]).collect());
        prop_assert!(!was_held || matches!(fulfilment(&join(), &after, None), Fulfilment::Held(_)));
    }

    #[test]
    fn their_order_and_their_case_do_not_count(holdings in prop::collection::vec(any_grant(), 0..4)) {
        let plain = listed(holdings.clone());
        let turned = holdings.into_iter().rev().map(|one| Holding { scope: one.scope.to_uppercase(), ..one }).collect();
        prop_assert_eq!(word(&fulfilment(&join(), &plain, None)), word(&fulfilment(&join(), &listed(turned), None)));
    }

    #[test]
    fn what_holds_at_a_scope_holds_below_it(one in any_grant()) {
        let at = |scope: &str| {
            let needed = Needed { scope: scope.to_owned(), ..join() };
            matches!(fulfilment(&needed, &listed(vec![one.clone()]), None), Fulfilment::Held(_))
        };
        prop_assert!(!at(GROUP) || at(SUBNET));
        prop_assert!(!at("/subscriptions/s") || at(GROUP));
    }

    #[test]
    fn a_condition_never_makes_more_of_an_assignment(holdings in prop::collection::vec(any_grant(), 0..4)) {
        let under = holdings.iter().cloned().map(|one| Holding { condition: Some("c".to_owned()), ..one }).collect();
        prop_assert!(!matches!(fulfilment(&join(), &listed(under), None), Fulfilment::Held(_)));
    }
}
