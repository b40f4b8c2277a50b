use super::*;
use crate::access::{AssignedRole, ClusterDoors, MemberOf, Part, Principal, PrincipalKind, Rbac, Review};
use crate::rights::PermissionSet;

const CLUSTER: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks";
const NAME: &str = "44444444-4444-4444-8444-444444444444";

/// Returns a person who reads one namespace by a group.
fn standing() -> Standing {
    let group = "22222222-2222-4222-8222-222222222222".parse().expect("an id");
    let role = AssignedRole {
        id: format!("{CLUSTER}/namespaces/shop/providers/Microsoft.Authorization/roleAssignments/{NAME}"),
        scope: format!("{CLUSTER}/namespaces/shop"),
        role: "Azure Kubernetes Service RBAC Reader".to_owned(),
        holder: group,
        sets: vec![PermissionSet {
            data_actions: vec!["Microsoft.ContainerService/managedClusters/pods/read".to_owned()],
            ..PermissionSet::default()
        }],
    };
    Standing {
        principal: Principal {
            kind: PrincipalKind::User,
            object: "11111111-1111-4111-8111-111111111111".parse().ok(),
            name: "eve@example.org".to_owned(),
            kubernetes_name: "11111111-1111-4111-8111-111111111111".to_owned(),
        },
        cluster: CLUSTER.to_owned(),
        doors: ClusterDoors { entra: true, azure_roles: true, no_local_accounts: true, ..ClusterDoors::default() },
        admin_groups: Vec::new(),
        there: Part::whole(true),
        groups: Part::whole(vec![MemberOf { id: group, name: "Shop".to_owned() }]),
        roles: Part::whole(vec![role]),
        rbac: Part::whole(Rbac::default()),
    }
}

fn compared(standing: &Standing, question: &str, cluster: Result<(bool, &str), &str>) -> Compared {
    let can: crate::access::Can = question.parse().expect("a question");
    let review = |(allowed, reason): (bool, &str)| Review { allowed, reason: reason.to_owned() };
    Compared { rules: standing.may(&can.asked()), cluster: cluster.map(review).map_err(str::to_owned), can }
}

fn told(standing: &Standing, compared: &[Compared]) -> Vec<String> {
    Told { cluster: "aks", standing, namespace: Some("shop"), compared }.lines()
}

/// Returns the lines under one, as far as they are further in.
fn under<'a>(lines: &'a [String], head: &str) -> Vec<&'a str> {
    let after = lines.iter().skip_while(|line| line.as_str() != head).skip(1);
    after.take_while(|line| line.starts_with("      ")).map(|line| line.trim()).collect()
}

/// True for a line that fits a terminal, and for a command, which is copied whole.
fn fits(line: &str) -> bool {
    line.chars().count() <= 80 || line.starts_with("  crosspull ")
}

#[test]
fn what_lacks_stands_under_the_way_with_what_opens_it() {
    let lines = told(&standing(), &[]);
    assert_eq!(lines.first().map(String::as_str), Some("eve@example.org (user) at aks"));
    assert!(lines.contains(&"eve@example.org does not get in.".to_owned()), "{lines:#?}");
    assert_eq!(
        under(&lines, "  · an Azure role for Kubernetes"),
        [
            "has: Azure Kubernetes Service RBAC Reader on the namespace shop, through",
            "the group Shop",
            "lacks the right to get the kubeconfig",
            "opened by: Azure Kubernetes Service Cluster User Role on the cluster",
        ]
    );
    assert_eq!(under(&lines, "  - the local admin account"), ["closed: local accounts are disabled"]);
    let command = lines.iter().find(|line| line.contains("crosspull access open ")).expect("a command");
    assert!(command.ends_with("--role cluster-user"), "{command}");
    assert!(lines.iter().all(|line| fits(line)), "{lines:#?}");
}

#[test]
fn the_clusters_answer_stands_beside_that_of_the_rules() {
    let who = standing();
    let bare = NAME.replace('-', "");
    let allowed = format!("Access allowed by Azure RBAC Role Assignment {bare} of Role r to user u");
    let lines = told(
        &who,
        &[
            compared(&who, "list pods -n shop", Ok((true, &allowed))),
            compared(&who, "get secrets -n shop", Ok((false, "User does not have access"))),
            compared(&who, "list nodes", Ok((true, "RBAC: allowed by ClusterRoleBinding \"x\""))),
            compared(&who, "create deployments -n shop", Err("you may not ask")),
        ],
    );
    assert_eq!(under(&lines, "  yes list pods in shop").last(), Some(&"so says the cluster"));
    assert_eq!(under(&lines, "  no  get secrets in shop").last(), Some(&"the cluster says: User does not have access"));
    assert_eq!(
        under(&lines, "  yes list nodes"),
        [
            "by the rules no: no binding and no role of Azure's for Kubernetes allows",
            "it",
            "the cluster says: RBAC: allowed by ClusterRoleBinding \"x\"",
            "The two differ: the cluster's answer counts.",
        ]
    );
    assert!(
        under(&lines, "  no  create deployments.apps in shop")
            .first()
            .is_some_and(|line| line.starts_with("by the rules alone"))
    );
    assert!(lines.iter().any(|line| line.contains("not known, since you may not ask")), "{lines:#?}");
    assert!(lines.iter().all(|line| fits(line)), "{lines:#?}");
}

#[test]
fn what_was_not_read_is_told_as_not_known() {
    let mut partly = standing();
    partly.groups = Part::unread("the groups were not read: Microsoft Graph refuses it".to_owned());
    partly.roles = Part::unread("role assignments were not read: Resource Manager refuses it".to_owned());
    partly.rbac = Part::unread("the bindings were not read: it does not answer".to_owned());
    let lines = told(&partly, &[compared(&partly, "list pods", Err("it does not answer"))]);
    assert!(lines.contains(&"Whether eve@example.org gets in is not known: see below.".to_owned()), "{lines:#?}");
    let head = lines.iter().take_while(|line| !line.is_empty());
    assert!(head.clone().all(|line| !line.contains("none") && !line.contains("0 ")), "{lines:#?}");
    assert_eq!(head.filter(|line| line.contains("not known, since")).count(), 3);
    assert!(lines.contains(&"  ?   list pods".to_owned()), "{lines:#?}");
    let json = Told { cluster: "aks", standing: &partly, namespace: None, compared: &[] }.json();
    for part in ["groups", "azure_roles", "bindings"] {
        assert_eq!(json[part]["unread"].as_array().map(Vec::len), Some(1), "{part}");
    }
    let open = json["ways"].as_array().expect("ways").iter().filter(|way| way["state"] == "open").count();
    assert_eq!(open, 0);
}

#[test]
fn programs_read_the_ways_with_what_opens_them() {
    let who = standing();
    let asked = [compared(&who, "list nodes", Ok((true, "because")))];
    let json = Told { cluster: "aks", standing: &who, namespace: Some("shop"), compared: &asked }.json();
    let ways = json["ways"].as_array().expect("ways").clone();
    let way = ways.iter().find(|way| way["way"] == "an Azure role for Kubernetes").expect("the way");
    assert_eq!(way["state"], "lacks");
    assert_eq!(way["opened_by"][0], "Azure Kubernetes Service Cluster User Role on the cluster");
    assert_eq!(way["by"][0]["through"], "Shop");
    assert_eq!(json["questions"][0]["differ"], true);
    assert_eq!(json["questions"][0]["allowed"], true);
    assert_eq!(json["principal"]["kind"], "user");
}
