//! Guard's rules as a table: what is asked, and which data actions that comes to. The cases are facts of guard's own
//! tests (`checkaccessreqhelper_test.go`) and of its code.

use serde_json::json;
use uuid::Uuid;

use super::{actions, scopes, verdict};
use crate::{
    kubernetes::{
        question::{About, Decision, Question, Resource, Verdict},
        user::User,
    },
    testbed::Testbed,
    world::EntraProfile,
};

const RBAC: &str = "rbac.authorization.k8s.io";

/// Verb, group, resource, subresource, and the data action without its beginning.
const SINGLE: &[(&str, &str, &str, &str, &str)] = &[
    ("get", "", "pods", "", "pods/read"),
    ("list", "", "pods", "", "pods/read"),
    ("watch", "", "pods", "", "pods/read"),
    ("create", "", "pods", "", "pods/write"),
    ("update", "", "pods", "", "pods/write"),
    ("patch", "", "pods", "", "pods/write"),
    ("delete", "", "pods", "status", "pods/delete"),
    ("deletecollection", "", "secrets", "", "secrets/delete"),
    ("get", "", "pods", "log", "pods/read"),
    ("create", "", "pods", "exec", "pods/exec/action"),
    ("get", "", "pods", "exec", "pods/exec/action"),
    ("create", "", "pods", "attach", "pods/write"),
    ("get", "", "pods", "attach", "pods/read"),
    ("create", "", "pods", "portforward", "pods/write"),
    ("get", "", "pods", "portforward", "pods/read"),
    ("create", "", "pods", "eviction", "pods/write"),
    ("create", "", "serviceaccounts", "token", "serviceaccounts/write"),
    ("impersonate", "", "users", "", "users/impersonate/action"),
    ("impersonate", "", "groups", "", "groups/impersonate/action"),
    ("impersonate", "", "serviceaccounts", "", "serviceaccounts/impersonate/action"),
    (
        "impersonate",
        "authentication.k8s.io",
        "userextras",
        "scopes",
        "authentication.k8s.io/userextras/impersonate/action",
    ),
    ("bind", RBAC, "clusterroles", "status", "rbac.authorization.k8s.io/clusterroles/bind/action"),
    ("escalate", RBAC, "clusterroles", "status", "rbac.authorization.k8s.io/clusterroles/escalate/action"),
    ("bind", RBAC, "roles", "", "rbac.authorization.k8s.io/roles/bind/action"),
    ("create", RBAC, "rolebindings", "", "rbac.authorization.k8s.io/rolebindings/write"),
    ("use", "policy", "podsecuritypolicies", "status", "policy/podsecuritypolicies/use/action"),
    ("create", "apps", "apps/deployments", "status", "apps/apps/deployments/write"),
    ("update", "apps", "deployments", "scale", "apps/deployments/write"),
    ("update", "scheduling.k8s.io", "priorityclasses", "status", "scheduling.k8s.io/priorityclasses/write"),
    ("watch", "events.k8s.io", "events", "status", "events.k8s.io/events/read"),
    ("patch", "batch", "cronjobs", "status", "batch/cronjobs/write"),
    (
        "deletecollection",
        "certificates.k8s.io",
        "certificatesigningrequests",
        "approvals",
        "certificates.k8s.io/certificatesigningrequests/delete",
    ),
    ("get", "templates.gatekeeper.sh", "constrainttemplates", "", "templates.gatekeeper.sh/constrainttemplates/read"),
    ("approve", "certificates.k8s.io", "signers", "", "certificates.k8s.io/signers"),
];

/// Verb, path, and the data action without its beginning.
const PATHS: &[(&str, &str, &str)] =
    &[("list", "/apis", "apis/read"), ("get", "/logs", "logs/read"), ("get", "/", "read"), ("post", "/logs", "logs")];

/// Verb, group, resource, namespace; some of the actions, and some that are not among them.
type Wildcard =
    ((&'static str, &'static str, &'static str, &'static str), &'static [&'static str], &'static [&'static str]);

const WILDCARDS: &[Wildcard] = &[
    (("*", "*", "*", ""), &["pods/read", "pods/exec/action", "nodes/write", "apps/deployments/delete"], &[]),
    (
        ("*", "*", "*", "shop"),
        &["pods/exec/action", "apps/deployments/write"],
        &["nodes/read", "persistentvolumes/read"],
    ),
    (("get", "*", "*", "shop"), &["pods/read", "apps/deployments/read"], &["pods/write", "nodes/read"]),
    (("*", "*", "pods", "shop"), &["pods/read", "pods/delete", "metrics.k8s.io/pods/read"], &["secrets/read"]),
    (("*", "", "*", "shop"), &["pods/write", "secrets/read"], &["apps/deployments/read", "nodes/read"]),
    (("*", "", "persistentvolumes", ""), &["persistentvolumes/read", "persistentvolumes/delete"], &["pods/read"]),
    (("delete", "", "*", ""), &["pods/delete", "nodes/delete"], &["pods/read", "apps/deployments/delete"]),
    (("list", "apps", "*", ""), &["apps/deployments/read"], &["pods/read", "apps/deployments/write"]),
    (("get", "*", "deployments", "shop"), &["apps/deployments/read"], &["pods/read"]),
];

fn question<'a>(
    verb: &'a str,
    group: &'a str,
    resource: &'a str,
    subresource: &'a str,
    namespace: &'a str,
) -> Question<'a> {
    Question::of(verb, Resource { group, resource, subresource, namespace, name: "" })
}

/// Returns the data actions without their beginning.
fn ids(question: &Question<'_>, custom: bool) -> Result<Vec<String>, String> {
    let all = actions::of(question, custom)?.into_iter();
    Ok(all.map(|action| action.id.replacen("Microsoft.ContainerService/managedClusters/", "", 1)).collect())
}

#[test]
fn guard_asks_for_these_data_actions() {
    for (verb, group, resource, subresource, expected) in SINGLE {
        let found = ids(&question(verb, group, resource, subresource, ""), false);
        assert_eq!(found, Ok(vec![(*expected).to_owned()]), "{verb} {group}/{resource}/{subresource}");
    }
    for (verb, path, expected) in PATHS {
        let found = ids(&Question { verb, about: About::Path(path) }, false);
        assert_eq!(found, Ok(vec![(*expected).to_owned()]), "{verb} {path}");
    }
    for ((verb, group, resource, namespace), with, without) in WILDCARDS {
        let found = ids(&question(verb, group, resource, "", namespace), false).expect("actions");
        let has = |id: &&str| found.iter().any(|known| known == id);
        assert!(with.iter().all(has), "{verb} {group} {resource} {namespace}: {found:?}");
        assert!(!without.iter().any(has), "{verb} {group} {resource} {namespace}: {found:?}");
    }
    let nothing = ids(&question("*", "none.io", "*", "", ""), false).unwrap_err();
    assert!(nothing.ends_with("Verb: *: No resources found for group none.io"), "{nothing}");
    let verb = ids(&question("impersonate", "apps", "*", "", ""), false).unwrap_err();
    assert!(verb.ends_with("No operations were found for the verb: impersonate."), "{verb}");
}

#[test]
fn custom_resources_have_actions_of_their_own_where_that_is_on() {
    let asked = |verb, resource| ids(&question(verb, "contoso.io", resource, "", ""), true);
    assert_eq!(asked("get", "things"), Ok(vec!["customresources/read".to_owned()]));
    let all = ["customresources/read", "customresources/write", "customresources/delete"];
    assert_eq!(asked("*", "*"), Ok(all.map(str::to_owned).to_vec()));
    assert_eq!(asked("bind", "things"), Err("No actions found for verb: bind, action: bind/action".to_owned()));
    assert_eq!(
        ids(&question("get", "apps", "deployments", "", ""), true),
        Ok(vec!["apps/deployments/read".to_owned()])
    );
    let found = actions::of(&question("get", "contoso.io", "things", "", ""), true).expect("an action");
    let attribute = |name: &str| format!("@Request[Microsoft.ContainerService/managedClusters/customResources:{name}]");
    let shown: Vec<_> = found[0].attributes.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    assert_eq!(shown, [(attribute("group"), "contoso.io"), (attribute("kind"), "things")]);
}

#[test]
fn a_namespace_has_two_scopes_and_the_cluster_one() {
    assert_eq!(scopes("/c", ""), ["/c"]);
    assert_eq!(scopes("/c", "shop"), ["/c/namespaces/shop", "/c/managedNamespaces/shop"]);
}

/// A user of Entra, with groups.
fn user(id: Uuid, groups: &[Uuid]) -> User {
    let spec = json!([id]);
    User {
        name: "ada@contoso.com".to_owned(),
        groups: groups.iter().map(Uuid::to_string).chain(["system:authenticated".to_owned()]).collect(),
        extra: [(
            "oid".to_owned(),
            spec.as_array().into_iter().flatten().map(|id| id.as_str().unwrap_or_default().to_owned()).collect(),
        )]
        .into(),
        ..User::default()
    }
}

fn judge(bed: &Testbed, user: &User, question: &Question<'_>) -> Verdict {
    let world = bed.cloud.world();
    let profile = EntraProfile { azure_rbac: true, custom_resources: true, ..EntraProfile::default() };
    verdict(&bed.cloud, &world, &world.clusters[0], &profile, user, question)
}

#[test]
fn assignments_of_the_user_and_of_groups_count_where_they_are() {
    let bed = Testbed::new(|_| {});
    let [ada, team, other] = [1, 2, 3].map(Uuid::from_u128);
    bed.grant(ada, "Azure Kubernetes Service RBAC Reader", &format!("{}/namespaces/shop", bed.cluster), None);
    bed.grant(team, "Azure Kubernetes Service RBAC Writer", &format!("{}/managedNamespaces/jobs", bed.cluster), None);
    let list = |namespace| question("list", "", "pods", "", namespace);
    let by_team = user(ada, &[team]);
    let table = [
        (&user(ada, &[]), list("shop"), Decision::Allow),
        (&user(ada, &[]), list(""), Decision::Deny),
        (&user(ada, &[]), list("jobs"), Decision::Deny),
        (&by_team, list("jobs"), Decision::Allow),
        (&by_team, question("create", "", "secrets", "", "jobs"), Decision::Allow),
        (&by_team, question("create", "", "secrets", "", "shop"), Decision::Deny),
        (&by_team, question("*", "", "pods", "", "jobs"), Decision::Allow),
        (&by_team, question("*", "*", "*", "", "jobs"), Decision::Deny),
        (&by_team, question("create", RBAC, "rolebindings", "", "jobs"), Decision::Deny),
        (&user(other, &[]), list("shop"), Decision::Deny),
    ];
    for (user, question, expected) in table {
        let found = judge(&bed, user, &question);
        assert_eq!(found.decision, expected, "{user:?} {question:?} {found:?}");
    }
    let allowed = judge(&bed, &by_team, &list("jobs"));
    let words = " of Role a7ffa36f339b4b5c8bdfe2c188b2c0eb to user ada@contoso.com";
    assert!(allowed.reason.starts_with("Access allowed by Azure RBAC Role Assignment "), "{}", allowed.reason);
    assert!(allowed.reason.ends_with(words), "{}", allowed.reason);
}

#[test]
fn who_is_not_of_entra_is_nobody_to_azure() {
    let bed = Testbed::new(|_| {});
    let list = question("list", "", "pods", "", "shop");
    let named = |name: &str, extra: &[&str]| User {
        name: name.to_owned(),
        extra: if extra.is_empty() {
            Default::default()
        } else {
            [("oid".to_owned(), extra.iter().map(|&text| text.to_owned()).collect())].into()
        },
        ..User::default()
    };
    let account = judge(&bed, &named("System:serviceaccount:shop:ci", &[]), &list);
    assert_eq!(account, Verdict::new(Decision::NoOpinion, "Azure does not have opinion for this user."));
    let without = judge(&bed, &named("ada@contoso.com", &[]), &list);
    assert_eq!(without.decision, Decision::NoOpinion);
    assert!(without.reason.starts_with("Azure does not have opinion for this non AAD user. If you are an AAD user"));
    for wrong in [&["ada@contoso.com"][..], &["00000000-0000-0000-0000-000000000001"; 2][..]] {
        let failed = judge(&bed, &named("ada@contoso.com", wrong), &list);
        assert_eq!((failed.decision, failed.reason.as_str()), (Decision::NoOpinion, ""));
        assert!(failed.error.expect("an error").contains("oid info sent from authentication module is not valid"));
    }
    let version = Question { verb: "get", about: About::Path("/version") };
    let someone = named("ada@contoso.com", &["00000000-0000-0000-0000-000000000001"]);
    assert_eq!(judge(&bed, &someone, &version), Verdict::new(Decision::Allow, "Access allowed by Azure RBAC"));
    let logs = Question { verb: "get", about: About::Path("/logs") };
    assert_eq!(judge(&bed, &someone, &logs).decision, Decision::Deny);
}

#[test]
fn a_condition_is_judged_with_what_the_request_has() {
    let bed = Testbed::new(|_| {});
    let ada = Uuid::from_u128(1);
    let condition = "((!(ActionMatches{'Microsoft.ContainerService/managedClusters/customresources/read'})) OR \
         (@Request[Microsoft.ContainerService/managedClusters/customResources:group] StringEqualsIgnoreCase 'contoso.io'))";
    bed.grant(ada, "Azure Kubernetes Service RBAC Cluster Admin", &bed.cluster, Some(condition));
    let of = |verb, group| judge(&bed, &user(ada, &[]), &question(verb, group, "things", "", "")).decision;
    let found = [of("get", "contoso.io"), of("get", "fabrikam.io"), of("create", "fabrikam.io")];
    assert_eq!(found, [Decision::Allow, Decision::Deny, Decision::Allow]);
}
