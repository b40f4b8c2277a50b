//! Somebody looks how another gets into a cluster, and what they may do there.

use crosspull_core::access::{
    AssignedRole, Compared, MemberOf, Part, PolicyRule, Principal, PrincipalKind, Rbac, RbacBinding, RbacRole,
    RbacSubject, Review, Standing,
};
use crosspull_core::rights::PermissionSet;
use crosspull_tui::{AccessTold, Effect, Notice};
use crosspull_tui::{Msg, Theme};
use crossterm::event::KeyCode;

use crate::access::{blind_form, cluster, look, refused, told};
use crate::story::{Story, complete};

const CLUSTER: &str = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop";
/// The group that Ada is in.
const READERS: &str = "55555555-5555-4555-8555-555555555555";
const ADA: &str = "77777777-7777-4777-8777-777777777777";

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A role of Azure's on the cluster or below it, by a group.
fn role(id: &str, name: &str, below: &str, data: &[&str], actions: &[&str]) -> AssignedRole {
    AssignedRole {
        id: format!("{CLUSTER}/providers/Microsoft.Authorization/roleAssignments/{id}"),
        scope: format!("{CLUSTER}{below}"),
        role: name.to_owned(),
        holder: READERS.parse().expect("an id"),
        sets: vec![PermissionSet { actions: texts(actions), data_actions: texts(data), ..PermissionSet::default() }],
    }
}

/// Ada, who reads what is in the namespace shop by a group, and lists pods by a binding.
pub fn ada() -> Standing {
    let read = role(
        READERS,
        "Azure Kubernetes Service RBAC Reader",
        "/namespaces/shop",
        &[
            "Microsoft.ContainerService/managedClusters/pods/read",
            "Microsoft.ContainerService/managedClusters/services/read",
        ],
        &[],
    );
    let user = role(
        ADA,
        "Azure Kubernetes Service Cluster User Role",
        "",
        &[],
        &["Microsoft.ContainerService/managedClusters/listClusterUserCredential/action"],
    );
    let rule = PolicyRule {
        verbs: texts(&["list"]),
        api_groups: vec![String::new()],
        resources: texts(&["pods"]),
        ..PolicyRule::default()
    };
    Standing {
        principal: Principal {
            kind: PrincipalKind::User,
            object: ADA.parse().ok(),
            name: "ada@contoso.com".to_owned(),
            kubernetes_name: "ada@contoso.com".to_owned(),
        },
        cluster: CLUSTER.to_owned(),
        doors: cluster().doors,
        admin_groups: cluster().admin_groups,
        there: Part::whole(true),
        groups: Part::whole(vec![MemberOf { id: READERS.parse().expect("an id"), name: "Shop readers".to_owned() }]),
        roles: Part::whole(vec![user, read]),
        rbac: Part::whole(Rbac {
            roles: vec![RbacRole { name: "lists".to_owned(), namespace: Some("plant".to_owned()), rules: vec![rule] }],
            bindings: vec![RbacBinding {
                name: "ada-lists".to_owned(),
                namespace: Some("plant".to_owned()),
                role: "lists".to_owned(),
                is_cluster_role: false,
                subjects: vec![RbacSubject::User("ada@contoso.com".to_owned())],
            }],
        }),
    }
}

/// Ada, of whom the bindings were not read.
fn half() -> Standing {
    Standing { rbac: Part::unread("the bindings were not read: the cluster is private".to_owned()), ..ada() }
}

pub fn compared() -> Vec<Compared> {
    let standing = ada();
    let one = |text: &str, cluster: Result<Review, String>| {
        let can: crosspull_core::access::Can = text.parse().expect("a question");
        Compared { rules: standing.may(&can.asked()), can, cluster }
    };
    let says = |allowed, reason: &str| Ok(Review { allowed, reason: reason.to_owned() });
    vec![
        one(
            "list pods -n shop",
            says(true, "Access allowed by Azure RBAC Role Assignment 55555555555545558555555555555555"),
        ),
        one("get secrets -n shop", says(true, "RBAC: allowed by RoleBinding \"x\"")),
        one("create deployments", Err("you may not ask the cluster about others: it refuses".to_owned())),
    ]
}

/// Ada, whom nothing reaches.
fn outside() -> Standing {
    Standing { roles: Part::whole(Vec::new()), rbac: Part::whole(Rbac::default()), ..ada() }
}

/// Goes on to the first page, with Ada named, and lets all of it be read.
fn read(story: &mut Story, standing: Standing) -> &mut Story {
    blind_form(story).press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::Tab);
    story.type_text("ada@contoso.com").press(KeyCode::Enter);
    told(story, AccessTold::Cluster(Ok(Box::new(cluster()))));
    told(story, AccessTold::Standing(Ok(Box::new(standing))));
    told(story, AccessTold::Compared(compared()))
}

/// Goes on to the matrix, in the namespace shop.
fn to_matrix(story: &mut Story) -> &mut Story {
    read(story, ada()).press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::Char('n')).press(KeyCode::Char('n'))
}

fn real() -> Story {
    Story::new((80, 24), complete(), false, Theme::full())
}

#[test]
fn how_somebody_gets_in() {
    look("who", |story| read(story, ada()).press(KeyCode::Tab).end());
    look("who_below", |story| read(story, ada()).press(KeyCode::Tab).press(KeyCode::PageDown).end());
    look("who_outside", |story| read(story, outside()).press(KeyCode::Tab).end());
    look("who_half", |story| read(story, half()).press(KeyCode::Tab).end());
    look("who_refused", |story| {
        blind_form(story).press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::Tab);
        story.type_text("ada@contoso.com").press(KeyCode::Enter);
        told(story, AccessTold::Cluster(Ok(Box::new(cluster()))));
        told(story, AccessTold::Standing(Err(refused()))).press(KeyCode::Tab).end();
    });
    let mut story = real();
    blind_form(&mut story).press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::Tab);
    story.type_text("ada@contoso.com").press(KeyCode::Enter);
    told(&mut story, AccessTold::Cluster(Ok(Box::new(cluster()))));
    told(&mut story, AccessTold::Standing(Err(refused()))).press(KeyCode::Esc).type_text("m").shows("ada@contoso.comm");
}

#[test]
fn what_they_may_do() {
    look("matrix", |story| to_matrix(story).end());
    look("matrix_right", |story| {
        to_matrix(story);
        (0..6).for_each(|_| story.press(KeyCode::Right).end());
    });
    look("matrix_filter", |story| to_matrix(story).press(KeyCode::Char('/')).type_text("pods").end());
    look("matrix_half", |story| read(story, half()).press(KeyCode::Tab).press(KeyCode::Tab).end());
}

#[test]
fn a_way_that_is_not_known_is_never_told_as_closed() {
    let mut story = real();
    read(&mut story, half()).resize(80, 100).press(KeyCode::Tab).shows("? an Entra account with bindings");
    story.shows("not known, since the bindings were not read").shows("bindings        not known, since the bindings");
    story.press(KeyCode::Tab).shows("?").shows("not known, since");
    let mut story = real();
    // The kubeconfig alone; the bindings, which were not read, decide.
    let mut roles = ada().roles;
    roles.known.retain(|held| held.role.ends_with("Cluster User Role"));
    let standing = Standing { groups: ada().groups, roles, ..half() };
    read(&mut story, standing).press(KeyCode::Tab).shows("? Whether ada@contoso.com gets in is not known.");
}

#[test]
fn a_page_comes_while_another_is_still_read() {
    let mut story = real();
    blind_form(&mut story).press(KeyCode::Tab).press(KeyCode::Tab).press(KeyCode::Tab);
    story.type_text("ada@contoso.com").press(KeyCode::Enter).shows("Reading for");
    told(&mut story, AccessTold::Cluster(Ok(Box::new(cluster()))))
        .shows("identity")
        .press(KeyCode::Tab)
        .shows("Reading for");
    story.resize(80, 100);
    assert!(story.model.animates(), "the rest is under way");
    told(&mut story, AccessTold::Standing(Ok(Box::new(ada())))).shows("ada@contoso.com").shows("being asked");
    told(&mut story, AccessTold::Compared(compared())).hides("being asked");
    assert!(!story.model.animates(), "nothing moves any more");
    story.press(KeyCode::BackTab).shows("identity").press(KeyCode::BackTab).shows("watch");
}

#[test]
fn where_both_answers_differ_it_is_said() {
    let mut story = real();
    read(&mut story, ada()).resize(80, 100).press(KeyCode::Tab);
    story.shows("! get secrets in shop: yes, says the cluster; the rules say otherwise");
    story
        .shows("✓ list pods in shop: yes, say the cluster and the rules")
        .shows("The cluster's own answer is not known");
}

#[test]
fn the_reason_of_the_cell_under_the_cursor_is_told() {
    let mut story = real();
    to_matrix(&mut story)
        .shows("in shop")
        .shows("get pods: yes, by Azure Kubernetes Service RBAC Reader on the namespace shop");
    story.shows("through the group Shop readers").press(KeyCode::Right).press(KeyCode::Right).shows("watch pods: yes");
    story.press(KeyCode::Right).shows("create pods: no, as ").press(KeyCode::Down).shows("create pods/log: no, as ");
    story.press(KeyCode::End).shows("customresourcedefinitions").press(KeyCode::Down).press(KeyCode::Home);
    story.press(KeyCode::Left).shows("watch pods: yes");
    let (_, row) = story.cursor();
    assert!(row > 2, "the cursor is on the cell");
}

#[test]
fn rows_are_narrowed_and_shown_again() {
    let mut story = real();
    to_matrix(&mut story).press(KeyCode::Char('/')).type_text("role").shows("Rows with: role").hides("secrets");
    story.press(KeyCode::Enter).shows("in shop /role").press(KeyCode::Char('o')).shows("No row is left");
    story
        .press(KeyCode::Char('o'))
        .shows("rolebindings")
        .press(KeyCode::Char('/'))
        .press(KeyCode::Esc)
        .shows("secrets");
    story
        .press(KeyCode::Char('o'))
        .hides("secrets")
        .shows("services")
        .press(KeyCode::Char('n'))
        .shows("all namespaces");
}

#[test]
fn what_is_shown_is_copied_and_saved() {
    let mut story = real();
    // What is typed narrows what is seen alone.
    to_matrix(&mut story).press(KeyCode::Char('/')).type_text("services").press(KeyCode::Enter);
    story.press(KeyCode::Char('o')).press(KeyCode::Char('y')).msg(Msg::Notice(Notice::good("Copied.")));
    let copied = story.asked().into_iter().find_map(|effect| match effect {
        Effect::Copy { text, .. } => Some(text.to_string()),
        _ => None,
    });
    let copied = copied.expect("a table");
    assert!(copied.contains("\n| resource | get |") && !copied.contains("| secrets |"), "{copied}");
    assert!(copied.contains("| pods |"), "{copied}");
    for (end, begins) in
        [("md", "ada@contoso.com in shop, at "), ("csv", "cluster,principal,namespace,"), ("json", "{\"beside\":null")]
    {
        story
            .press(KeyCode::Char('s'))
            .shows("aks-shop-ada-contoso.com.md")
            .ctrl('u')
            .type_text(&format!("/tmp/m.{end}"));
        story.press(KeyCode::Enter);
        let asked = story.asked();
        let [Effect::SaveText { path, text }] = asked.as_slice() else { panic!("{asked:?}") };
        assert!(path.ends_with(end) && text.starts_with(begins), "{path} {text}");
        story.msg(Msg::Notice(Notice::bad("It is there already."))).shows("It is there already.");
        story.press(KeyCode::Enter).msg(Msg::Notice(Notice::good("Saved."))).hides("Save the matrix");
        story.asked();
    }
}
