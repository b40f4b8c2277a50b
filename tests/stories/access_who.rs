//! `crosspull access --principal`: how somebody gets into a cluster, by the rules and by the cluster's own word; what they
//! may do there; and `access who-can`.

use crosspull_support::{End, Story, text};
use serde_json::{Value, json};

/// The cluster's tenant, with an operator who may read its directory. What is given by hand is in effect at once.
const READS: &str = "name = 'r'\nsays = 'r'\n[time]\nrole_effect = 0\n[world.operator_a]\ngraph_roles = ['Directory.Read.All', 'Application.ReadWrite.All']\n";
/// A cluster where bindings decide and a group has administrators, one of them a person who holds nothing else.
const BOUND: &str = "[world.cluster]\nentra = { azure_rbac = false, admin_groups = [{ name = 'Ops', members = ['reader-a', 'operator-a'] }] }\n";
const PERSON: &str = "reader@contoso.com";
/// Somebody who is in no group of administrators.
const STRANGER: &str = "ops@contoso.com";
const PERSON_ID: &str = "0e0e0e0e-0002-4e0e-8e0e-00000000e0a2";

/// Azure's roles, by id.
const RBAC_READER: &str = "7f6c6a51-bcf8-42ba-9220-52d62157d7db";
const CLUSTER_USER: &str = "4abbcc35-e782-43d8-92c5-2d3f1bd2253f";

const AZURE_ROLE: &str = "an Azure role for Kubernetes";
const BINDINGS: &str = "an Entra account with bindings";
const ADMIN_GROUP: &str = "an Entra group of administrators";

/// Starts the cloud of a scenario whose operator may read the directory, with more of its own.
fn story(scenario: &str, own: &str) -> Story {
    Story::told(&[scenario], &format!("{READS}{own}"))
}

/// Returns a fault that refuses every such request.
fn refused(on: &str) -> String {
    format!(
        "[[fault]]\non = '{on}'\nnth = 'every'\ndo = 'status'\ncode = 403\nerror = 'Forbidden'\nmessage = 'not for you'\n"
    )
}

/// Runs a part of `access` on the story's cluster.
fn access(story: &Story, words: &[&str]) -> End {
    let cluster = story.ready.cluster.clone();
    let by = ["--cluster", &cluster, "--tenant-a", "contoso.com", "--sign-in-a", "service-principal"];
    story.run(&[&["access"], words, &by].concat())
}

/// Returns what is told of somebody.
fn who(story: &Story, principal: &str, words: &[&str], code: i32) -> Value {
    let end = access(story, &[&["--principal", principal, "--output", "json"], words].concat());
    end.exits(code);
    serde_json::from_str(&end.out).unwrap_or_else(|why| panic!("{why}\n{end}"))
}

/// Returns the way of that name.
fn way<'a>(told: &'a Value, name: &str) -> &'a Value {
    let ways = told["ways"].as_array().expect("ways");
    ways.iter().find(|way| way["way"] == name).unwrap_or_else(|| panic!("no {name} in {told}"))
}

/// Returns the answers to the questions: together, by the rules and by the cluster.
fn answers(told: &Value) -> Vec<(String, Value, String, String)> {
    let questions = told["questions"].as_array().expect("questions");
    let of = |one: &Value, who: &str| text(&one[who], "answer").to_owned();
    questions
        .iter()
        .map(|one| (text(one, "question").to_owned(), one["allowed"].clone(), of(one, "rules"), of(one, "cluster")))
        .collect()
}

#[test]
fn the_operator_gets_in_by_the_role_that_they_have_and_the_cluster_names_it() {
    let story = story("entra-cluster", "");
    let told = who(&story, "me", &["--namespace", "shop"], 0);
    let role = way(&told, AZURE_ROLE);
    assert_eq!(role["state"], "open", "{told}");
    let words = text(&role["by"][1], "words");
    assert_eq!(words, "Azure Kubernetes Service RBAC Cluster Admin on the cluster aks-shop");
    assert_eq!(way(&told, "the local admin account")["state"], "closed");
    let asked = answers(&told);
    assert_eq!(asked.len(), 5);
    for (question, allowed, rules, cluster) in asked {
        assert_eq!((allowed, rules.as_str(), cluster.as_str()), (json!(true), "allowed", "allowed"), "{question}");
    }
    let end = access(&story, &["--principal", "me"]);
    end.exits(0);
    assert!(end.out.contains("so says the cluster"), "{end}");
    assert!(end.out.lines().all(|line| line.chars().count() <= 80), "{end}");
    story.wrote_nothing();
}

#[test]
fn a_person_with_nothing_is_told_the_least_and_each_part_of_it_is_seen() {
    let story = story("entra-cluster", "");
    let inside = format!("{}/namespaces/shop", story.ready.cluster);
    let look = || who(&story, PERSON, &["--namespace", "shop"], 0);
    let lacks = |told: &Value| way(told, AZURE_ROLE)["lacks"].clone();
    let told = look();
    assert_eq!(lacks(&told), json!(["the right to get the kubeconfig", "a role for Kubernetes"]));
    assert_eq!(
        way(&told, AZURE_ROLE)["opened_by"],
        json!([
            "Azure Kubernetes Service Cluster User Role on the cluster",
            "Azure Kubernetes Service RBAC Reader on the namespace shop"
        ])
    );
    assert!(answers(&told).iter().all(|one| one.1 == json!(false) && one.3 == "denied"), "{told}");

    story.grant_to_person_by_hand(PERSON_ID, RBAC_READER, &inside);
    assert_eq!(lacks(&look()), json!(["the right to get the kubeconfig"]));
    story.grant_to_person_by_hand(PERSON_ID, CLUSTER_USER, &story.ready.cluster);
    let told = look();
    assert_eq!(way(&told, AZURE_ROLE)["state"], "open", "{told}");
    let yes: Vec<String> = answers(&told).into_iter().filter(|one| one.1 == json!(true)).map(|one| one.0).collect();
    assert_eq!(yes, ["list pods in shop"]);
    assert!(told["questions"].as_array().expect("questions").iter().all(|one| one["differ"] == false), "{told}");
    // Elsewhere the role counts for nothing.
    let told = who(&story, PERSON, &["--namespace", "jobs"], 0);
    assert_eq!(lacks(&told), json!(["a role for Kubernetes"]));
}

#[test]
fn an_admin_group_and_its_binding_let_a_member_in() {
    let story = story("happy", BOUND);
    let told = who(&story, PERSON, &[], 0);
    assert_eq!(way(&told, ADMIN_GROUP)["lacks"], json!(["the right to get the kubeconfig"]), "{told}");
    story.grant_to_person_by_hand(PERSON_ID, CLUSTER_USER, &story.ready.cluster);
    let told = who(&story, PERSON, &["--can", "delete nodes", "--can", "get secrets -n shop"], 0);
    assert_eq!(way(&told, ADMIN_GROUP)["state"], "open", "{told}");
    for (question, allowed, rules, cluster) in answers(&told) {
        assert_eq!((allowed, rules.as_str(), cluster.as_str()), (json!(true), "allowed", "allowed"), "{question}");
    }
    assert_eq!(told["groups"]["known"][0]["name"], "Ops");
    let end = access(&story, &["--principal", "Ops"]);
    end.exits(0);
    assert!(end.out.starts_with("Ops (group) at aks-shop"), "{end}");
}

#[test]
fn a_directory_that_is_closed_is_told_as_not_known() {
    let story = Story::told(&["happy"], &format!("name = 'r'\nsays = 'r'\n{BOUND}"));
    let told = who(&story, "me", &[], 1);
    assert_eq!(told["groups"]["known"], json!([]), "{told}");
    assert!(told["groups"]["unread"][0].as_str().expect("a reason").contains("Microsoft Graph refuses it"), "{told}");
    for name in [BINDINGS, ADMIN_GROUP] {
        assert_eq!(way(&told, name)["state"], "unknown", "{name}");
    }
    let end = access(&story, &["--principal", PERSON]);
    end.exits(1);
    assert!(end.err.contains("You may not read that of the directory"), "{end}");
    assert!(!end.err.contains("Nobody in the cluster's tenant"), "{end}");
}

#[test]
fn bindings_that_may_not_be_read_are_not_none() {
    for kind in ["clusterrolebindings", "rolebindings", "clusterroles"] {
        let on = format!("kubernetes GET /apis/rbac.authorization.k8s.io/v1/{kind}");
        let story = story("happy", &format!("{BOUND}{}", refused(&on)));
        let told = who(&story, PERSON, &[], 1);
        assert_eq!(told["bindings"]["unread"].as_array().map(Vec::len), Some(1), "{told}");
        let asked = who(&story, STRANGER, &[], 1);
        assert!(answers(&asked).iter().all(|one| one.2 == "unknown" && one.3 == "denied"), "{asked}");
        let end = access(&story, &["--principal", STRANGER, "--matrix", "--resource", "pods", "--verb", "get"]);
        end.exits(1);
        assert!(end.out.contains("pods       ?"), "{end}");
    }
}

#[test]
fn role_assignments_that_may_not_be_read_are_not_none() {
    let story = story("entra-cluster", &refused("arm GET **/providers/Microsoft.Authorization/roleAssignments"));
    let told = who(&story, PERSON, &[], 1);
    assert_eq!(way(&told, AZURE_ROLE)["state"], "unknown");
    assert_eq!(way(&told, "commands that Azure runs")["state"], "unknown");
    let end = access(&story, &["--principal", PERSON]);
    assert!(end.out.contains(&format!("Whether {PERSON} gets in is not known")), "{end}");
}

#[test]
fn an_api_that_is_not_reached_leaves_the_rules() {
    let own = "[world.cluster]\nkubernetes = 'private'\nentra = { azure_rbac = true }\n";
    let story = story("happy", own);
    story.grant_to_person_by_hand(PERSON_ID, RBAC_READER, &story.ready.cluster);
    let told = who(&story, PERSON, &["--namespace", "shop"], 1);
    assert_eq!(way(&told, BINDINGS)["state"], "lacks", "{told}");
    let asked = answers(&told);
    let of = |question: &str| asked.iter().find(|one| one.0 == question).expect("asked").clone();
    let (_, allowed, rules, cluster) = of("list pods in shop");
    assert_eq!((allowed, rules.as_str(), cluster.as_str()), (json!(true), "allowed", "unknown"));
    let (_, allowed, rules, _) = of("get secrets in shop");
    assert_eq!((allowed, rules.as_str()), (json!(null), "unknown"), "a binding may allow it");
}

#[test]
fn who_may_not_ask_the_cluster_about_others_is_told_the_rules() {
    let on = "kubernetes POST /apis/authorization.k8s.io/v1/subjectaccessreviews";
    let story = story("entra-cluster", &refused(on));
    let told = who(&story, PERSON, &["--can", "get pods -n shop"], 0);
    assert_eq!(
        answers(&told),
        [("get pods in shop".to_owned(), json!(false), "denied".to_owned(), "unknown".to_owned())]
    );
    let end = access(&story, &["--principal", PERSON, "--can", "get pods"]);
    let words = end.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("not known, since you may not ask the cluster about others"), "{end}");
}

#[test]
fn nobody_several_and_the_wrong_words_are_told_apart() {
    let twin = format!("{BOUND}[[world.apps_a]]\nname = 'Ops'\n");
    let story = story("happy", &twin);
    let gone = "99999999-9999-4999-8999-999999999999";
    for (principal, told) in [
        (gone, format!("Nobody in the cluster's tenant is {gone}")),
        ("nobody@contoso.com", "Nobody in the cluster's tenant is nobody@contoso.com".to_owned()),
        ("No such group", "Nobody in the cluster's tenant is No such group".to_owned()),
        ("Ops", "2 of the cluster's tenant are called Ops".to_owned()),
    ] {
        let end = access(&story, &["--principal", principal]);
        end.exits(1);
        assert!(end.err.contains(&told), "{principal}: {end}");
    }
    for (words, told) in [
        (&["--principal", "system:serviceaccount:shop"][..], "principal: "),
        (&["--principal", "me", "--can", "get"], "can: get is no question"),
        (&["--principal", "me", "--output", "csv"], "output: csv is a form of the matrix"),
        (&["--principal", "me", "--matrix", "--resource", "Pods"], "resource: Pods is no kind"),
    ] {
        let end = access(&story, words);
        end.exits(2);
        assert!(end.err.contains(told), "{end}");
    }
}

#[test]
fn a_service_account_is_asked_about_in_the_cluster_alone() {
    let story = story("happy", BOUND);
    let told = who(&story, "system:serviceaccount:shop:default", &["--can", "get secrets -n shop"], 0);
    assert_eq!(way(&told, "a service account")["lacks"], json!(["a binding"]));
    assert_eq!(way(&told, BINDINGS)["state"], "closed");
    assert_eq!(answers(&told)[0].3, "denied");
}

#[test]
fn the_matrix_is_told_in_each_form() {
    let story = story("entra-cluster", "");
    story.grant_to_person_by_hand(PERSON_ID, RBAC_READER, &story.ready.cluster);
    let matrix = |form: &str| {
        let asked = ["--principal", PERSON, "--namespace", "shop", "--matrix", "--resource", "pods", "--resource"];
        let end = access(&story, &[&asked[..], &["secrets", "--verb", "get", "--output", form]].concat());
        end.exits(0);
        end.out
    };
    assert!(matrix("text").contains("pods       1\nsecrets    -\n"), "{}", matrix("text"));
    assert!(matrix("markdown").contains("| pods | 1 |\n| secrets | - |"), "{}", matrix("markdown"));
    let cell =
        "reader@contoso.com,shop,pods,get,allowed,Azure Kubernetes Service RBAC Reader on the cluster aks-shop\n";
    assert!(matrix("csv").contains(cell), "{}", matrix("csv"));
    let json: Value = serde_json::from_str(&matrix("json")).expect("JSON");
    assert_eq!(json.pointer("/rows/0/verbs/get/answer"), Some(&json!("allowed")));
    let end = access(&story, &["--principal", PERSON, "--namespace", "shop", "--matrix", "--only", "allowed"]);
    assert!(end.out.contains("configmaps") && !end.out.contains("secrets"), "{end}");
    assert!(end.out.lines().all(|line| line.chars().count() <= 80), "{end}");
}

#[test]
fn everybody_who_can_is_told_with_the_members_of_groups() {
    let story = story("happy", BOUND);
    let end = access(&story, &["who-can", "get", "secrets", "--namespace", "shop"]);
    end.exits(0);
    assert!(end.out.starts_with("Who can get secrets in shop, at aks-shop:\n"), "{end}");
    assert!(end.out.contains("  group Ops ("), "{end}");
    assert!(end.out.contains("      members: reader@contoso.com"), "{end}");
    story.wrote_nothing();
    let roles = self::story("entra-cluster", "");
    let end = access(&roles, &["who-can", "delete", "pods", "--output", "json"]);
    end.exits(0);
    let told: Value = serde_json::from_str(&end.out).expect("JSON");
    let names: Vec<&str> = told["who"].as_array().expect("who").iter().map(|one| text(one, "name")).collect();
    assert!(names.contains(&"contoso-operator") && names.contains(&"ops@contoso.com"), "{told}");
}

#[test]
fn everybody_is_never_told_of_half_a_look() {
    let on = "kubernetes GET /apis/rbac.authorization.k8s.io/v1/rolebindings";
    let story = story("entra-cluster", &refused(on));
    let end = access(&story, &["who-can", "get", "pods"]);
    end.exits(1);
    assert!(end.out.contains("There may be others: not known, since RoleBindings were not read"), "{end}");
    // Without the directory the ids are told, and that names are not known.
    let closed = Story::told(&["entra-cluster"], &format!("name='r'\nsays='r'\n{}", refused("graph POST **/getByIds")));
    let end = access(&closed, &["who-can", "get", "pods"]);
    end.exits(1);
    assert!(end.out.contains("whose name is not known"), "{end}");
    assert!(end.out.contains("Some have no name here: names were not read"), "{end}");
}

#[test]
fn a_member_of_a_group_in_a_group_is_in_by_the_role_of_the_outer_one() {
    let story = Story::of("access-azure-roles");
    let told = who(&story, "bob@contoso.com", &["--namespace", "shop", "--can", "list pods"], 0);
    let role = way(&told, AZURE_ROLE);
    assert_eq!(role["lacks"], json!(["the right to get the kubeconfig"]), "{told}");
    assert_eq!(role["by"][0]["through"], "shop-everybody", "{told}");
    let (_, allowed, rules, cluster) = answers(&told).remove(0);
    assert_eq!((allowed, rules.as_str(), cluster.as_str()), (json!(true), "allowed", "allowed"));
}

#[test]
fn a_member_of_a_group_in_the_admin_group_is_an_administrator() {
    let story = Story::of("access-admin-group");
    let told = who(&story, "bob@contoso.com", &["--can", "delete nodes"], 0);
    assert_eq!(way(&told, ADMIN_GROUP)["by"][0]["group"], "aks-admins", "{told}");
    let (_, allowed, rules, cluster) = answers(&told).remove(0);
    assert_eq!((allowed, rules.as_str(), cluster.as_str()), (json!(true), "allowed", "allowed"));
    let end = access(&story, &["who-can", "delete", "nodes"]);
    end.exits(0);
    assert!(end.out.contains("group aks-admins ("), "{end}");
}

/// People of the tenant, one of whom may fetch a kubeconfig of users and one that of the admin.
const FETCH: &str = "[world.access]\npeople = true\nroles = [{ who = 'ada', role = 'Azure Kubernetes Service Cluster User Role' }, \
                     { who = 'bob', role = 'Azure Kubernetes Service Cluster Admin Role' }]\n";

#[test]
fn without_entra_whoever_may_fetch_the_certificate_may_do_everything() {
    let story = story("happy", FETCH);
    for (principal, allowed, cluster) in
        [("ada@contoso.com", true, "allowed"), ("bob@contoso.com", true, "allowed"), (PERSON, false, "unknown")]
    {
        let told = who(&story, principal, &["--can", "delete nodes"], 0);
        let (_, answer, _, by_cluster) = answers(&told).remove(0);
        assert_eq!((answer, by_cluster.as_str()), (json!(allowed), cluster), "{told}");
    }
    let own = who(&story, "me", &["--can", "delete nodes"], 0);
    assert_eq!(answers(&own)[0].3, "allowed", "the certificate is asked about itself: {own}");
    let end = access(&story, &["who-can", "delete", "no"]);
    end.exits(0);
    assert!(end.out.starts_with("Who can delete nodes, at aks-shop:\n"), "{end}");
    assert!(end.out.contains("user ada@contoso.com (") && end.out.contains("that all users share"), "{end}");
}

#[test]
fn with_entra_the_admins_certificate_is_told_beside_what_a_person_may_do() {
    let story = story("happy", &format!("{BOUND}{FETCH}"));
    let told = who(&story, "bob@contoso.com", &["--can", "delete nodes"], 0);
    assert_eq!((&answers(&told)[0].1, text(&told["beside"], "answer")), (&json!(false), "allowed"), "{told}");
    assert_eq!(who(&story, "ada@contoso.com", &[], 0)["beside"], json!(null));
    let end = access(&story, &["who-can", "delete", "nodes"]);
    end.exits(0);
    assert!(end.out.contains("user bob@contoso.com (") && !end.out.contains("user ada@contoso.com ("), "{end}");
}

#[test]
fn members_that_were_not_read_may_hide_somebody() {
    let story = story("happy", &format!("{BOUND}{}", refused("graph GET /groups/{id}/transitiveMembers")));
    let end = access(&story, &["who-can", "get", "secrets"]);
    end.exits(1);
    assert!(end.out.contains("members: not known, since"), "{end}");
}
