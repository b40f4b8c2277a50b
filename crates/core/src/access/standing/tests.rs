//! Azure's roles and bindings at a cluster: a table of cases. The roles are those of Microsoft's "Azure built-in
//! roles for Containers", as far as the cases ask for them; the actions are those of guard's own tests.

use super::*;
use crate::access::{Can, RbacBinding, RbacRole, RbacSubject};

mod properties;

const CLUSTER: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks";
const USER: &str = "11111111-1111-4111-8111-111111111111";
const GROUP: &str = "22222222-2222-4222-8222-222222222222";
const OTHER: &str = "33333333-3333-4333-8333-333333333333";
const KIND: &str = "Microsoft.ContainerService/managedClusters";

fn id(text: &str) -> ObjectId {
    text.parse().expect("an id")
}

fn set(data: &[&str], not_data: &[&str]) -> PermissionSet {
    let own = |list: &[&str]| list.iter().map(|action| format!("{KIND}/{action}")).collect();
    PermissionSet { data_actions: own(data), not_data_actions: own(not_data), ..PermissionSet::default() }
}

/// Returns the permission sets of a role, by a short name.
fn sets(role: &str) -> Vec<PermissionSet> {
    let read = ["apps/deployments/read", "batch/jobs/read", "configmaps/read", "events/read", "namespaces/read"];
    let read = [&read[..], &["networking.k8s.io/ingresses/read", "pods/read", "resourcequotas/read", "services/read"]];
    let read = [read.concat(), vec!["serviceaccounts/read", "apps/replicasets/read"]].concat();
    let write = ["apps/deployments/*", "batch/jobs/*", "configmaps/*", "networking.k8s.io/ingresses/*", "pods/*"];
    let write = [&write[..], &["secrets/*", "serviceaccounts/*", "services/*", "namespaces/read", "events/read"]];
    vec![match role {
        "reader" => set(&read, &[]),
        "writer" => set(&write.concat(), &[]),
        "admin" => {
            let kept = ["resourcequotas/write", "resourcequotas/delete", "namespaces/write", "namespaces/delete"];
            set(&["*"], &kept)
        }
        "cluster-admin" => set(&["*"], &[]),
        // "AKS Deployment Reader" and the wildcard for custom resources, of Microsoft's page on authorization by Entra.
        "deployments" => set(&["apps/deployments/read"], &[]),
        "custom" => set(&["*/read"], &[]),
        "but-secrets" => set(&["*"], &["secrets/*"]),
        "cased" => PermissionSet {
            data_actions: vec!["MICROSOFT.containerservice/MANAGEDclusters/SECRETS/read".to_owned()],
            ..PermissionSet::default()
        },
        "contributor" => PermissionSet { actions: vec!["*".to_owned()], ..PermissionSet::default() },
        "owner-of-data" => PermissionSet { data_actions: vec!["*".to_owned()], ..PermissionSet::default() },
        other => panic!("no role {other}"),
    }]
}

fn assigned(role: &str, scope: &str, holder: &str) -> AssignedRole {
    let scope = match scope {
        "cluster" => CLUSTER.to_owned(),
        "group" => "/subscriptions/s/resourceGroups/RG".to_owned(),
        "subscription" => "/subscriptions/S/".to_owned(),
        "root" => "/".to_owned(),
        "elsewhere" => format!("{CLUSTER}2"),
        "half" => CLUSTER.get(..20).expect("a part").to_owned(),
        namespace => format!("{CLUSTER}/namespaces/{namespace}"),
    };
    AssignedRole { id: format!("{role}@{scope}"), scope, role: role.to_owned(), holder: id(holder), sets: sets(role) }
}

/// Returns a person who holds roles at a cluster where these decide.
fn standing(roles: Vec<AssignedRole>) -> Standing {
    Standing {
        principal: Principal {
            kind: PrincipalKind::User,
            object: Some(id(USER)),
            name: "ada@contoso.com".to_owned(),
            kubernetes_name: "ada@contoso.com".to_owned(),
        },
        cluster: CLUSTER.to_owned(),
        doors: ClusterDoors { entra: true, azure_roles: true, ..ClusterDoors::default() },
        admin_groups: Vec::new(),
        there: Part::whole(true),
        groups: Part::whole(vec![MemberOf { id: id(GROUP), name: "Shop".to_owned() }]),
        roles: Part::whole(roles),
        rbac: Part::whole(Rbac::default()),
    }
}

fn may(standing: &Standing, question: &str) -> May {
    let can: Can = question.parse().expect("a question");
    standing.may(&can.asked())
}

#[test]
fn azures_roles_allow_what_the_documents_say() {
    for (role, scope, question, allowed) in [
        ("reader", "cluster", "get pods -n dev", true),
        ("reader", "cluster", "list pods", true),
        ("reader", "cluster", "watch pods", true),
        ("reader", "cluster", "get pods/log -n dev", true),
        ("reader", "cluster", "get pods/attach -n dev", true),
        ("reader", "cluster", "get pods/portforward -n dev", true),
        ("reader", "cluster", "create pods/attach -n dev", false),
        ("reader", "cluster", "create pods/exec -n dev", false),
        ("reader", "cluster", "get pods/exec -n dev", false),
        ("reader", "cluster", "create pods -n dev", false),
        ("reader", "cluster", "delete pods -n dev", false),
        ("reader", "cluster", "get secrets -n dev", false),
        ("reader", "cluster", "list roles -n dev", false),
        ("reader", "cluster", "list rolebindings -n dev", false),
        ("reader", "cluster", "get namespaces", true),
        ("reader", "cluster", "list nodes", false),
        ("reader", "cluster", "get widgets.example.com -n dev", false),
        ("reader", "dev", "get pods -n dev", true),
        ("reader", "dev", "get pods -n prod", false),
        ("reader", "dev", "get pods -n dev2", false),
        ("reader", "dev", "list pods", false),
        ("reader", "DEV", "get pods -n dev", true),
        ("reader", "subscription", "list pods", true),
        ("reader", "group", "list pods -n dev", true),
        ("reader", "root", "list pods -n dev", true),
        ("reader", "elsewhere", "list pods -n dev", false),
        ("reader", "half", "list pods -n dev", false),
        ("writer", "dev", "get secrets -n dev", true),
        ("writer", "dev", "create pods -n dev", true),
        ("writer", "dev", "create pods/exec -n dev", true),
        ("writer", "dev", "update pods/status -n dev", true),
        ("writer", "dev", "deletecollection pods -n dev", true),
        ("writer", "dev", "patch deployments/scale -n dev", true),
        ("writer", "dev", "create serviceaccounts/token -n dev", true),
        ("writer", "dev", "impersonate serviceaccounts -n dev", true),
        ("writer", "dev", "create roles -n dev", false),
        ("writer", "dev", "create namespaces", false),
        ("writer", "cluster", "list nodes", false),
        ("admin", "cluster", "create rolebindings -n dev", true),
        ("admin", "cluster", "bind clusterroles", true),
        ("admin", "cluster", "escalate roles -n dev", true),
        ("admin", "cluster", "update resourcequotas -n dev", false),
        ("admin", "cluster", "get resourcequotas -n dev", true),
        ("admin", "cluster", "delete namespaces", false),
        ("admin", "cluster", "get namespaces", true),
        ("admin", "dev", "create rolebindings -n prod", false),
        ("admin", "cluster", "get widgets.example.com -n dev", true),
        ("cluster-admin", "cluster", "delete namespaces", true),
        ("cluster-admin", "cluster", "update resourcequotas -n dev", true),
        ("cluster-admin", "cluster", "impersonate users", true),
        ("cluster-admin", "dev", "delete pods -n dev", true),
        ("cluster-admin", "dev", "delete nodes", false),
        ("cluster-admin", "cluster", "approve signers.certificates.k8s.io", true),
        ("writer", "cluster", "approve signers.certificates.k8s.io", false),
        ("deployments", "cluster", "get deployments -n dev", true),
        ("deployments", "cluster", "get deployments/scale -n dev", true),
        ("deployments", "cluster", "update deployments -n dev", false),
        ("deployments", "cluster", "get statefulsets -n dev", false),
        ("custom", "cluster", "list widgets.example.com", true),
        ("custom", "cluster", "get secrets -n dev", true),
        ("custom", "cluster", "update widgets.example.com -n dev", false),
        ("custom", "cluster", "create pods/exec -n dev", false),
        ("but-secrets", "cluster", "get secrets -n dev", false),
        ("but-secrets", "cluster", "get pods -n dev", true),
        ("cased", "cluster", "get secrets -n dev", true),
        ("cased", "cluster", "create secrets -n dev", false),
        ("contributor", "cluster", "get pods -n dev", false),
        ("owner-of-data", "subscription", "delete nodes", true),
    ] {
        let answer = may(&standing(vec![assigned(role, scope, USER)]), question);
        assert_eq!(matches!(answer, May::Yes(_)), allowed, "{role} at {scope}: {question}: {answer:?}");
        assert!(!matches!(answer, May::Unknown(_)), "{role} at {scope}: {question}");
    }
}

#[test]
fn one_role_gives_what_another_leaves_out_and_the_group_is_named() {
    let roles = vec![assigned("but-secrets", "cluster", USER), assigned("cased", "cluster", GROUP)];
    let May::Yes(Because::Assignment { role, through, .. }) = may(&standing(roles), "get secrets -n dev") else {
        panic!("it is allowed")
    };
    assert_eq!((role.as_str(), through.as_deref()), ("cased", Some("Shop")));
}

#[test]
fn a_condition_that_nobody_can_judge_is_no_yes_and_no_no() {
    let mut role = assigned("custom", "cluster", USER);
    let condition = "@Request[Microsoft.ContainerService/managedClusters/customResources:group] StringEquals 'a.b'";
    role.sets.iter_mut().for_each(|set| set.condition = Some(format!("({condition})")));
    let May::Unknown(why) = may(&standing(vec![role.clone()]), "get widgets.example.com -n dev") else {
        panic!("it hangs on the condition")
    };
    assert!(why.ends_with("allows it under a condition"), "{why}");
    assert!(
        matches!(may(&standing(vec![role.clone()]), "create pods -n dev"), May::No(_)),
        "the role has no such action"
    );
    let sure = vec![role, assigned("reader", "cluster", USER)];
    assert!(matches!(may(&standing(sure), "get pods -n dev"), May::Yes(_)), "another role is enough");
    // A condition on giving roles is about nothing else.
    let mut owner = assigned("owner-of-data", "cluster", USER);
    let on_roles = "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})))";
    owner.sets.iter_mut().for_each(|set| set.condition = Some(on_roles.to_owned()));
    assert!(matches!(may(&standing(vec![owner]), "get pods -n dev"), May::Yes(_)));
}

#[test]
fn what_was_not_read_is_never_a_no() {
    let mut partly = standing(Vec::new());
    partly.roles.unread.push("the role assignments were refused".to_owned());
    assert_eq!(may(&partly, "get pods"), May::Unknown("the role assignments were refused".to_owned()));
    partly.roles.known.push(assigned("reader", "cluster", USER));
    assert!(matches!(may(&partly, "get pods"), May::Yes(_)), "what was found stands");
    assert!(matches!(may(&partly, "get secrets"), May::Unknown(_)));
    assert!(matches!(partly.may_in_azure("Microsoft.ContainerService/managedClusters/read"), May::Unknown(_)));

    let mut bound = standing(Vec::new());
    bound.doors.azure_roles = false;
    bound.groups = Part::unread("the groups were refused".to_owned());
    assert_eq!(may(&bound, "get pods"), May::Unknown("the groups were refused".to_owned()));
    bound.groups = Part::whole(Vec::new());
    bound.rbac.unread.push("the bindings were refused".to_owned());
    assert_eq!(may(&bound, "get pods"), May::Unknown("the bindings were refused".to_owned()));
}

fn bound_to(subject: RbacSubject) -> Rbac {
    let rule = crate::access::PolicyRule {
        verbs: vec!["*".to_owned()],
        api_groups: vec!["*".to_owned()],
        resources: vec!["*".to_owned()],
        ..Default::default()
    };
    Rbac {
        roles: vec![RbacRole { name: "cluster-admin".to_owned(), namespace: None, rules: vec![rule] }],
        bindings: vec![RbacBinding {
            name: "ops".to_owned(),
            namespace: None,
            role: "cluster-admin".to_owned(),
            is_cluster_role: true,
            subjects: vec![subject],
        }],
    }
}

#[test]
fn bindings_decide_where_azures_roles_do_not() {
    let mut standing = standing(vec![assigned("cluster-admin", "cluster", USER)]);
    standing.doors.azure_roles = false;
    assert!(matches!(may(&standing, "get pods"), May::No(_)), "a role for Kubernetes counts for nothing then");
    for (subject, through) in [
        (RbacSubject::User("ada@contoso.com".to_owned()), None),
        (RbacSubject::Group(GROUP.to_owned()), Some("Shop")),
        (RbacSubject::Group("system:authenticated".to_owned()), Some("system:authenticated")),
    ] {
        standing.rbac = Part::whole(bound_to(subject));
        let May::Yes(Because::Binding { through: told, .. }) = may(&standing, "get pods") else { panic!("bound") };
        assert_eq!(told.as_deref(), through);
    }
    for subject in [RbacSubject::User("ADA@contoso.com".to_owned()), RbacSubject::Group(OTHER.to_owned())] {
        standing.rbac = Part::whole(bound_to(subject));
        assert!(matches!(may(&standing, "get pods"), May::No(_)));
    }
    standing.doors.entra = false;
    assert!(matches!(may(&standing, "get pods"), May::No(_)), "a binding names nobody whom the cluster knows");
}

#[test]
fn a_binding_or_a_role_is_enough_where_both_decide() {
    let mut both = standing(Vec::new());
    both.rbac = Part::whole(bound_to(RbacSubject::User("ada@contoso.com".to_owned())));
    assert!(matches!(may(&both, "get pods"), May::Yes(Because::Binding { .. })));
    both.rbac = Part::whole(Rbac::default());
    let May::No(why) = may(&both, "get pods") else { panic!("neither allows it") };
    assert_eq!(why, "no binding and no role of Azure's for Kubernetes allows it");
    both.rbac = Part::unread("the bindings were refused".to_owned());
    assert!(matches!(may(&both, "get pods"), May::Unknown(_)), "a binding may allow it");
    both.roles = Part::whole(vec![assigned("reader", "cluster", USER)]);
    assert!(matches!(may(&both, "get pods"), May::Yes(Because::Assignment { .. })));
}

#[test]
fn a_managed_namespace_is_asked_for_too_and_a_wildcard_is_left_to_the_cluster() {
    let mut role = assigned("reader", "cluster", USER);
    role.scope = format!("{CLUSTER}/managedNamespaces/dev");
    let standing = standing(vec![role]);
    assert!(matches!(may(&standing, "get pods -n dev"), May::Yes(_)));
    assert!(matches!(may(&standing, "get pods -n prod"), May::No(_)));
    assert!(matches!(may(&standing, "* pods -n dev"), May::Unknown(_)));
    assert!(matches!(may(&standing, "get * -n dev"), May::Unknown(_)));
}

#[test]
fn a_service_account_is_judged_by_bindings_alone() {
    let account = "system:serviceaccount:shop:build".to_owned();
    let mut standing = standing(Vec::new());
    standing.principal = Principal {
        kind: PrincipalKind::ServiceAccount,
        object: None,
        name: account.clone(),
        kubernetes_name: account,
    };
    standing.groups = Part::whole(Vec::new());
    standing.roles = Part::unread("nobody asked".to_owned());
    assert!(matches!(may(&standing, "get pods"), May::No(_)));
    for subject in [
        RbacSubject::ServiceAccount { namespace: "shop".to_owned(), name: "build".to_owned() },
        RbacSubject::Group("system:serviceaccounts:shop".to_owned()),
        RbacSubject::Group("system:serviceaccounts".to_owned()),
    ] {
        standing.rbac = Part::whole(bound_to(subject));
        assert!(matches!(may(&standing, "get pods"), May::Yes(_)));
    }
}

#[test]
fn an_admin_group_counts_without_its_binding() {
    let mut standing = standing(Vec::new());
    standing.doors = ClusterDoors { entra: true, admin_groups: true, ..ClusterDoors::default() };
    standing.admin_groups = vec![GROUP.to_uppercase()];
    standing.rbac = Part::unread("its Kubernetes API does not answer".to_owned());
    assert_eq!(may(&standing, "delete nodes"), May::Yes(Because::AdminGroup { group: "Shop".to_owned() }));
}
