use super::*;
use crate::access::{
    ClusterDoors, Part, PolicyRule, Principal, PrincipalKind, Rbac, RbacBinding, RbacRole, RbacSubject,
};

fn standing(name: &str) -> Standing {
    let rule = |verbs: &[&str], resources: &[&str]| PolicyRule {
        verbs: verbs.iter().map(|verb| (*verb).to_owned()).collect(),
        api_groups: vec![String::new()],
        resources: resources.iter().map(|kind| (*kind).to_owned()).collect(),
        ..PolicyRule::default()
    };
    let rules = vec![rule(&["get", "list"], &["pods", "services"])];
    let role = RbacRole { name: "view".to_owned(), namespace: None, rules };
    let binding = RbacBinding {
        name: "ada|views".to_owned(),
        namespace: Some("shop".to_owned()),
        role: "view".to_owned(),
        is_cluster_role: true,
        subjects: vec![RbacSubject::User(name.to_owned())],
    };
    Standing {
        principal: Principal {
            kind: PrincipalKind::User,
            object: None,
            name: name.to_owned(),
            kubernetes_name: name.to_owned(),
        },
        cluster: "/c".to_owned(),
        doors: ClusterDoors { entra: true, ..ClusterDoors::default() },
        admin_groups: Vec::new(),
        there: Part::whole(true),
        groups: Part::whole(Vec::new()),
        roles: Part::whole(Vec::new()),
        rbac: Part::whole(Rbac { roles: vec![role], bindings: vec![binding] }),
    }
}

fn shown(kinds: &[&str], verbs: &[&str]) -> Shown {
    Shown {
        namespace: Some("shop".to_owned()),
        kinds: kinds.iter().map(|kind| kind.parse().expect("a kind")).collect(),
        verbs: verbs.iter().map(|verb| (*verb).to_owned()).collect(),
        only_allowed: false,
    }
}

#[test]
fn people_read_numbers_and_what_they_stand_for() {
    let matrix = Matrix::of(&standing("ada@contoso.com"), &shown(&["pods", "secrets"], &["get", "create"]));
    assert_eq!(
        matrix.text(),
        [
            "          get create",
            "pods       1    -",
            "secrets    -    -",
            "",
            "  1  RoleBinding shop/ada|views (ClusterRole view)",
            "  -  no binding allows it",
        ]
    );
}

#[test]
fn the_usual_matrix_fits_eighty_columns() {
    let mut partly = standing("ada@contoso.com");
    partly.rbac.unread.push("the bindings of the cluster were not read".to_owned());
    let lines = Matrix::of(&partly, &Shown { namespace: Some("shop".to_owned()), ..Shown::default() }).text();
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:#?}");
    assert!(lines.last().is_some_and(|line| line.starts_with("  ?  not known, since ")), "{lines:#?}");
    let mut beyond = standing("ada@contoso.com");
    beyond.groups.unread.push("the groups were not read".to_owned());
    let yes = Matrix::of(&beyond, &shown(&["pods"], &["get"])).text();
    assert_eq!(
        yes.last().map(String::as_str),
        Some("Not read whole: the groups were not read"),
        "it is told with a yes too"
    );
    let only = Shown { only_allowed: true, ..shown(&[], &[]) };
    let rows = |standing: &Standing| Matrix::of(standing, &only).rows.len();
    assert_eq!(rows(&standing("ada@contoso.com")), 2);
    assert_eq!(rows(&partly), ObjectKind::all().len(), "what is not known is not left out");
}

#[test]
fn documents_and_spreadsheets_take_no_text_for_markup_or_a_formula() {
    let matrix = Matrix::of(&standing("=cmd|'/c'!A1"), &shown(&["pods", "deployments"], &["get"]));
    let markdown = matrix.markdown();
    assert_eq!(
        markdown.get(..6).expect("a table"),
        [
            "=cmd\\|'/c'!A1 in shop, at /c:",
            "",
            "| resource | get |",
            "| --- | --- |",
            "| pods | 1 |",
            "| deployments.apps | - |"
        ]
    );
    assert!(markdown.iter().any(|line| line.contains(r"ada\|views")), "{markdown:#?}");
    let csv = matrix.csv();
    assert_eq!(
        csv.get(..2).expect("lines"),
        [
            "cluster,principal,namespace,resource,verb,answer,reason",
            "/c,'=cmd|'/c'!A1,shop,pods,get,allowed,RoleBinding shop/ada|views (ClusterRole view)",
        ]
    );
    for name in ["+1", "-1", "@x", "a,b", "a\"b"] {
        let first = Matrix::of(&standing(name), &shown(&["pods"], &["get"])).csv();
        let field = first.get(1).expect("a cell").as_str();
        assert!(field.starts_with("/c,'") || field.starts_with("/c,\""), "{field}");
    }
}

#[test]
fn programs_read_answer_and_reason_of_each_cell() {
    let json = Matrix::of(&standing("ada@contoso.com"), &shown(&["nodes", "pods"], &["get"])).json();
    let at = |pointer: &str| json.pointer(pointer).cloned().unwrap_or_default();
    assert_eq!((at("/cluster"), at("/rows/0/namespaced")), ("/c".into(), false.into()));
    assert_eq!(at("/rows/0/verbs/get/answer"), "denied");
    assert_eq!(at("/rows/1/verbs/get/answer"), "allowed");
    assert_eq!(at("/rows/1/verbs/get/by"), "binding");
}

#[test]
fn a_no_for_all_namespaces_says_so() {
    let matrix = Matrix::of(&standing("ada@contoso.com"), &Shown { namespace: None, ..shown(&["pods"], &["get"]) });
    let last = matrix.text().pop();
    assert_eq!(last.as_deref(), Some("  -  no binding allows it, in all namespaces at once"));
}
