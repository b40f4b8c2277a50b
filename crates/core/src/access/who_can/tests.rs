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
    let ada = Known { kind: "user".to_owned(), name: "ada@contoso.com".to_owned(), members: None };
    let members = Some(Part::whole(vec!["eve".to_owned()]));
    let ops = Known { kind: "group".to_owned(), name: "Ops".to_owned(), members };
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
