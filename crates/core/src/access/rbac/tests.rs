//! Kubernetes' rules: a table of cases by "Using RBAC Authorization", and what always holds.

use proptest::prelude::*;

use super::*;

fn texts(words: &str) -> Vec<String> {
    words.split_whitespace().map(|word| if word == "core" { String::new() } else { word.to_owned() }).collect()
}

fn rule(verbs: &str, groups: &str, resources: &str, names: &str) -> PolicyRule {
    PolicyRule {
        verbs: texts(verbs),
        api_groups: texts(groups),
        resources: texts(resources),
        resource_names: texts(names),
        non_resource_urls: Vec::new(),
    }
}

fn asked<'a>(verb: &'a str, group: &'a str, resource: &'a str, name: &'a str) -> Question<'a> {
    let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
    Question { verb, group, resource, subresource, namespace: "dev", name }
}

#[test]
fn rules_allow_what_the_documents_say() {
    for (rule, question, allowed) in [
        (rule("get list", "core", "pods", ""), asked("get", "", "pods", ""), true),
        (rule("get list", "core", "pods", ""), asked("watch", "", "pods", ""), false),
        (rule("get", "core", "pods", ""), asked("get", "", "pods/log", ""), false),
        (rule("get", "core", "pods pods/log", ""), asked("get", "", "pods/log", ""), true),
        (rule("get", "core", "pods/log", ""), asked("get", "", "pods", ""), false),
        (rule("create", "core", "pods/exec", ""), asked("create", "", "pods/exec", "web"), true),
        (rule("get", "apps", "deployments", ""), asked("get", "", "deployments", ""), false),
        (rule("get", "apps extensions", "deployments", ""), asked("get", "extensions", "deployments", ""), true),
        (rule("*", "*", "*", ""), asked("escalate", "x.y", "things/part", "n"), true),
        (rule("get", "*", "*", ""), asked("get", "apps", "deployments/scale", ""), true),
        (rule("update", "*", "*/scale", ""), asked("update", "apps", "deployments/scale", ""), true),
        (rule("update", "*", "*/scale", ""), asked("update", "apps", "deployments", ""), false),
        (rule("update", "*", "*/scale", ""), asked("update", "apps", "deployments/status", ""), false),
        (rule("get", "core", "pods/*", ""), asked("get", "", "pods/log", ""), false),
        (rule("update get", "core", "configmaps", "my-config"), asked("get", "", "configmaps", "my-config"), true),
        (rule("update get", "core", "configmaps", "my-config"), asked("get", "", "configmaps", "other"), false),
        (rule("list", "core", "configmaps", "my-config"), asked("list", "", "configmaps", ""), false),
        (rule("get", "core", "secrets", ""), asked("get", "", "secrets", "any"), true),
        (rule("get", "", "pods", ""), asked("get", "", "pods", ""), false),
        (rule("", "core", "pods", ""), asked("get", "", "pods", ""), false),
        (rule("get", "core", "", ""), asked("get", "", "pods", ""), false),
        (rule("Get", "core", "pods", ""), asked("get", "", "pods", ""), false),
        (rule("create", "core", "serviceaccounts/token", ""), asked("create", "", "serviceaccounts/token", ""), true),
        (rule("impersonate", "core", "users", ""), asked("impersonate", "", "users", "ada"), true),
        (
            rule("bind", "rbac.authorization.k8s.io", "clusterroles", "view"),
            asked("bind", "rbac.authorization.k8s.io", "clusterroles", "view"),
            true,
        ),
        (
            rule("bind", "rbac.authorization.k8s.io", "clusterroles", "view"),
            asked("bind", "rbac.authorization.k8s.io", "clusterroles", "admin"),
            false,
        ),
    ] {
        assert_eq!(rule.allows(&question), allowed, "{rule:?} {question:?}");
    }
}

#[test]
fn addresses_that_are_no_resources_are_matched_whole_or_by_their_beginning() {
    let rule = |urls: &str| PolicyRule { verbs: texts("get"), non_resource_urls: texts(urls), ..PolicyRule::default() };
    for (urls, path, allowed) in [
        ("/healthz", "/healthz", true),
        ("/healthz", "/healthz/x", false),
        ("/healthz/*", "/healthz/x", true),
        ("/api*", "/apis/apps", true),
        ("*", "/metrics", true),
        ("", "/metrics", false),
    ] {
        assert_eq!(rule(urls).allows_path("get", path), allowed, "{urls} {path}");
        assert!(!rule(urls).allows_path("post", path));
    }
}

fn role(name: &str, namespace: Option<&str>, rules: Vec<PolicyRule>) -> RbacRole {
    RbacRole { name: name.to_owned(), namespace: namespace.map(str::to_owned), rules }
}

fn binding(
    name: &str,
    namespace: Option<&str>,
    role: &str,
    is_cluster_role: bool,
    subject: RbacSubject,
) -> RbacBinding {
    RbacBinding {
        name: name.to_owned(),
        namespace: namespace.map(str::to_owned),
        role: role.to_owned(),
        is_cluster_role,
        subjects: vec![subject],
    }
}

fn ada() -> RbacSubject {
    RbacSubject::User("ada".to_owned())
}

fn user(name: &str, groups: &str) -> KubernetesUser {
    KubernetesUser { name: name.to_owned(), groups: texts(groups) }
}

#[test]
fn a_binding_reaches_its_own_namespace_and_one_of_the_cluster_all() {
    let view = || role("view", None, vec![rule("get", "core", "pods", "")]);
    let of = |binding| Rbac { roles: vec![view()], bindings: vec![binding] };
    let inside = of(binding("b", Some("dev"), "view", true, ada()));
    let ada = user("ada", "");
    let at = |namespace| Question { namespace, ..asked("get", "", "pods", "") };
    assert!(inside.allows(&ada, &at("dev")).is_some());
    assert!(inside.allows(&ada, &at("prod")).is_none());
    assert!(inside.allows(&ada, &at("")).is_none(), "all namespaces are more than one");
    let everywhere = of(binding("b", None, "view", true, self::ada()));
    assert!(["dev", "prod", ""].iter().all(|namespace| everywhere.allows(&ada, &at(namespace)).is_some()));
    // A role of that name elsewhere, or of the other kind, is another one.
    let wrong = of(binding("b", Some("dev"), "view", false, self::ada()));
    assert!(wrong.allows(&ada, &at("dev")).is_none());
    let mut gone = of(binding("b", Some("dev"), "gone", true, self::ada()));
    assert!(gone.allows(&ada, &at("dev")).is_none());
    gone.roles.push(role("gone", Some("dev"), vec![rule("*", "*", "*", "")]));
    assert!(gone.allows(&ada, &at("dev")).is_none(), "a binding to a ClusterRole takes no Role");
}

#[test]
fn subjects_are_matched_by_kind_and_name() {
    let account = RbacSubject::ServiceAccount { namespace: "shop".to_owned(), name: "build".to_owned() };
    let build = KubernetesUser::service_account("shop", "build");
    for (subject, who, is) in [
        (ada(), user("ada", ""), true),
        (ada(), user("Ada", ""), false),
        (ada(), user("bob", "ada"), false),
        (RbacSubject::Group("ada".to_owned()), user("ada", ""), false),
        (RbacSubject::Group("ops".to_owned()), user("bob", "dev ops"), true),
        (account.clone(), build.clone(), true),
        (account, KubernetesUser::service_account("other", "build"), false),
        (RbacSubject::Group("system:serviceaccounts:shop".to_owned()), build.clone(), true),
        (RbacSubject::User("system:serviceaccount:shop:build".to_owned()), build, true),
        (RbacSubject::User(String::new()), user("", ""), false),
    ] {
        assert_eq!(subject.is(&who), is, "{subject:?} {who:?}");
    }
}

#[test]
fn the_reason_names_the_binding_that_is_their_own() {
    let rules = vec![rule("get", "core", "pods", "")];
    let everybody = RbacSubject::Group(AUTHENTICATED.to_owned());
    let rbac = Rbac {
        roles: vec![role("view", None, rules)],
        bindings: vec![
            binding("everybody", None, "view", true, everybody),
            binding("in-dev", Some("dev"), "view", true, ada()),
        ],
    };
    let ada = KubernetesUser::of_entra("ada", std::iter::empty());
    let granted = rbac.allows(&ada, &asked("get", "", "pods", "")).expect("a grant");
    assert_eq!(granted.binding.name, "in-dev");
    let bob = KubernetesUser::of_entra("bob", std::iter::empty());
    assert_eq!(rbac.allows(&bob, &asked("get", "", "pods", "")).expect("a grant").binding.name, "everybody");
    assert_eq!(rbac.naming(&ada).count(), 1);
    assert_eq!(rbac.naming(&bob).count(), 0);
    assert!(rbac.allows(&user("nobody", ""), &asked("get", "", "pods", "")).is_none());
}

fn some_rule() -> impl Strategy<Value = PolicyRule> {
    let verbs = prop::sample::subsequence(vec!["get", "list", "create", "*"], 0..3);
    let groups = prop::sample::subsequence(vec!["", "apps", "*"], 0..3);
    let resources = prop::sample::subsequence(vec!["pods", "pods/log", "deployments", "*/scale", "*"], 0..3);
    let own = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect::<Vec<_>>();
    (verbs, groups, resources).prop_map(move |(verbs, groups, resources)| PolicyRule {
        verbs: own(verbs),
        api_groups: own(groups),
        resources: own(resources),
        ..PolicyRule::default()
    })
}

fn some_question() -> impl Strategy<Value = Question<'static>> {
    let verbs = prop::sample::select(vec!["get", "list", "create", "delete"]);
    let kinds = prop::sample::select(vec![
        ("", "pods"),
        ("", "pods/log"),
        ("apps", "deployments"),
        ("apps", "deployments/scale"),
    ]);
    (verbs, kinds).prop_map(|(verb, (group, resource))| asked(verb, group, resource, ""))
}

proptest! {
    #[test]
    fn rules_add_up(rules in prop::collection::vec(some_rule(), 0..4), question in some_question()) {
        let rbac = Rbac {
            roles: vec![role("r", None, rules.clone())],
            bindings: vec![binding("b", None, "r", true, ada())],
        };
        let any = rules.iter().any(|rule| rule.allows(&question));
        prop_assert_eq!(rbac.allows(&user("ada", ""), &question).is_some(), any);
        prop_assert!(rbac.allows(&user("bob", ""), &question).is_none());
    }

    #[test]
    fn a_wildcard_allows_what_a_word_does(rule in some_rule(), question in some_question()) {
        let wide = PolicyRule { verbs: texts("*"), api_groups: texts("*"), resources: texts("*"), ..rule.clone() };
        prop_assert!(!rule.allows(&question) || wide.allows(&question));
    }
}
