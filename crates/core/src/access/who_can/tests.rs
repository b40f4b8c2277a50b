use super::*;
use crate::access::{PolicyRule, RbacBinding, RbacRole};
use crate::rights::PermissionSet;

const CLUSTER: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks";
const ADA: &str = "11111111-1111-4111-8111-111111111111";
const OPS: &str = "22222222-2222-4222-8222-222222222222";

fn everybody() -> Everybody {
    let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let rule = PolicyRule {
        verbs: texts(&["get"]),
        api_groups: texts(&[""]),
        resources: texts(&["pods"]),
        ..PolicyRule::default()
    };
    let set = PermissionSet {
        data_actions: texts(&["Microsoft.ContainerService/managedClusters/pods/read"]),
        ..PermissionSet::default()
    };
    Everybody {
        cluster: CLUSTER.to_owned(),
        doors: ClusterDoors { entra: true, azure_roles: true, admin_groups: true, ..ClusterDoors::default() },
        admin_groups: texts(&[OPS]),
        roles: Part::whole(vec![AssignedRole {
            id: "a1".to_owned(),
            scope: format!("{CLUSTER}/namespaces/shop"),
            role: "Reader".to_owned(),
            holder: ADA.parse().expect("an id"),
            sets: vec![set],
        }]),
        rbac: Part::whole(Rbac {
            roles: vec![RbacRole { name: "view".to_owned(), namespace: None, rules: vec![rule] }],
            bindings: vec![RbacBinding {
                name: "b1".to_owned(),
                namespace: None,
                role: "view".to_owned(),
                is_cluster_role: true,
                subjects: vec![
                    RbacSubject::Group(OPS.to_owned()),
                    RbacSubject::User("bob".to_owned()),
                    RbacSubject::Group("system:authenticated".to_owned()),
                ],
            }],
        }),
    }
}

fn asked(namespace: &str) -> Question<'_> {
    Question { verb: "get", resource: "pods", namespace, ..Question::default() }
}

#[test]
fn everybody_is_told_once_with_each_reason() {
    let ada = Known {
        kind: "user".to_owned(),
        name: "ada@contoso.com".to_owned(),
        kubernetes_name: Some("ada@contoso.com".to_owned()),
        members: None,
    };
    let members = Some(Part::whole(vec!["eve".to_owned()]));
    let ops =
        Known { kind: "group".to_owned(), name: "Ops".to_owned(), kubernetes_name: Some(OPS.to_owned()), members };
    let known = |id: ObjectId| if id.to_string() == ADA { Some(&ada) } else { Some(&ops) };
    assert_eq!(
        everybody().who_can(&asked("shop")).lines(known),
        [
            format!("  user ada@contoso.com ({ADA})"),
            "      by Reader on the namespace shop".to_owned(),
            format!("  group Ops ({OPS})"),
            "      members: eve".to_owned(),
            "      by ClusterRoleBinding b1 (ClusterRole view)".to_owned(),
            "  user bob".to_owned(),
            "      by ClusterRoleBinding b1 (ClusterRole view)".to_owned(),
            "  everybody (system:authenticated)".to_owned(),
            "      by ClusterRoleBinding b1 (ClusterRole view)".to_owned(),
        ]
    );
    assert_eq!(everybody().who_can(&asked("other")).holders.len(), 3, "the role is for another namespace");
}

#[test]
fn administrators_count_where_no_binding_names_them_and_roles_only_where_they_decide() {
    let mut of = everybody();
    of.rbac = Part::unread("its API does not answer".to_owned());
    of.doors.azure_roles = false;
    let told = of.who_can(&asked("shop"));
    assert_eq!(told.holders.len(), 1);
    assert!(matches!(told.holders.first().map(|one| &one.because), Some(Because::AdminGroup { .. })));
    assert_eq!(told.unread, ["its API does not answer"]);
    of.doors.entra = false;
    let told = of.who_can(&asked("shop"));
    let lines = told.lines(|_| None);
    assert_eq!(lines.first().map(String::as_str), Some("  nobody who could be seen"));
    assert!(lines.last().is_some_and(|line| line.contains("not known, since its API")), "{lines:?}");
}

#[test]
fn whoever_may_fetch_the_admins_certificate_is_told() {
    let mut of = everybody();
    let fetches = |action: &str| PermissionSet { actions: vec![action.to_owned()], ..PermissionSet::default() };
    let set = |of: &mut Everybody, action: &str| {
        of.roles.known.iter_mut().for_each(|role| {
            role.scope = "/subscriptions/s".to_owned();
            role.sets = vec![fetches(action)];
        })
    };
    let certificates = |of: &Everybody| {
        let told = of.who_can(&Question { verb: "delete", resource: "nodes", ..Question::default() });
        let by = |one: &Holder| match &one.because {
            Because::Certificate { certificate, .. } => Some(*certificate),
            _ => None,
        };
        told.holders.iter().filter_map(by).collect::<Vec<_>>()
    };
    set(&mut of, super::super::certificate::ADMIN_CREDENTIAL);
    assert_eq!(certificates(&of), [Certificate::LocalAdmin]);
    of.doors.no_local_accounts = true;
    assert_eq!(certificates(&of), []);
    set(&mut of, super::super::certificate::USER_CREDENTIAL);
    assert_eq!(certificates(&of), [], "with Entra the users' kubeconfig holds none");
    of.doors = ClusterDoors::default();
    assert_eq!(certificates(&of), [Certificate::Users]);
    of.roles = Part::unread("they were refused".to_owned());
    assert_eq!(of.who_can(&asked("shop")).unread, ["they were refused"]);
}

#[test]
fn a_binding_counts_for_whom_kubernetes_knows_by_that_name_alone() {
    let of_user = |kubernetes_name: &str| Known {
        kind: "user".to_owned(),
        name: "ada".to_owned(),
        kubernetes_name: Some(kubernetes_name.to_owned()),
        members: None,
    };
    let group = Known { kind: "group".to_owned(), members: Some(Part::default()), ..of_user(OPS) };
    let hidden = Known { kubernetes_name: None, ..of_user("") };
    for (subject, known, counts) in [
        (RbacSubject::User(ADA.to_owned()), of_user("ada@contoso.com"), false),
        (RbacSubject::User(ADA.to_owned()), of_user(ADA), true),
        (RbacSubject::User(ADA.to_owned()), hidden, true),
        (RbacSubject::User(OPS.to_owned()), group.clone(), false),
        (RbacSubject::Group(OPS.to_owned()), group.clone(), true),
        (RbacSubject::Group("ABCDEF01-2222-4222-8222-222222222222".to_owned()), group, false),
        (RbacSubject::Group(ADA.to_owned()), of_user("ada@contoso.com"), false),
    ] {
        let mut of = everybody();
        of.admin_groups.clear();
        of.rbac.known.bindings.iter_mut().for_each(|binding| binding.subjects = vec![subject.clone()]);
        let mut told = of.who_can(&asked("other"));
        told.settle(|_| Some(&known));
        assert_eq!(
            (told.holders.len(), told.idle.len()),
            if counts { (1, 0) } else { (0, 1) },
            "{subject:?} {known:?}"
        );
    }
}
