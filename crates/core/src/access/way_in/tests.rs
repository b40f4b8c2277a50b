use super::*;
use crate::access::{AssignedRole, ClusterDoors, MemberOf, Part, Principal, Rbac, RbacBinding, RbacSubject};
use crate::rights::PermissionSet;

const CLUSTER: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks";
const USER: &str = "11111111-1111-4111-8111-111111111111";
const GROUP: &str = "22222222-2222-4222-8222-222222222222";

fn role(name: &str, scope: &str, actions: &[&str], data: &[&str]) -> AssignedRole {
    let own = |list: &[&str]| list.iter().map(|action| (*action).to_owned()).collect();
    AssignedRole {
        id: name.to_owned(),
        scope: scope.to_owned(),
        role: name.to_owned(),
        holder: USER.parse().expect("an id"),
        sets: vec![PermissionSet { actions: own(actions), data_actions: own(data), ..PermissionSet::default() }],
    }
}

fn standing(doors: ClusterDoors, roles: Vec<AssignedRole>) -> Standing {
    let name = "ada@contoso.com".to_owned();
    Standing {
        principal: Principal {
            kind: PrincipalKind::User,
            object: USER.parse().ok(),
            kubernetes_name: name.clone(),
            name,
        },
        cluster: CLUSTER.to_owned(),
        doors,
        admin_groups: if doors.admin_groups { vec![GROUP.to_owned()] } else { Vec::new() },
        there: Part::whole(true),
        groups: Part::whole(Vec::new()),
        roles: Part::whole(roles),
        rbac: Part::whole(Rbac::default()),
    }
}

fn passage(standing: &Standing, way: Way) -> Passage {
    let ways = standing.ways_in(Some("shop"));
    ways.into_iter().find(|one| one.way == way).expect("every way is told").passage
}

fn lacks(passage: &Passage) -> (Vec<&'static str>, Vec<Change>) {
    match passage {
        Passage::Lacks { lacks, change, .. } => (lacks.clone(), change.clone()),
        other => panic!("{other:?}"),
    }
}

const ENTRA: ClusterDoors = ClusterDoors {
    entra: true,
    azure_roles: false,
    admin_groups: false,
    no_local_accounts: false,
    no_run_command: false,
};

#[test]
fn who_has_nothing_lacks_the_least_for_each_row_of_the_table() {
    let user = Change::Role { role: KubernetesRole::ClusterUser, namespace: None };
    let admin = Change::Role { role: KubernetesRole::ClusterAdmin, namespace: None };
    let reader = Change::Role { role: KubernetesRole::RbacReader, namespace: Some("shop".to_owned()) };
    let view = Change::Bind { role: "view", namespace: Some("shop".to_owned()) };
    let edit = Change::Bind { role: "edit", namespace: Some("shop".to_owned()) };
    let join = Change::Join { group: GROUP.to_owned() };
    let groups = ClusterDoors { admin_groups: true, ..ENTRA };
    let roles = ClusterDoors { azure_roles: true, ..ENTRA };
    for (doors, way, change) in [
        (ENTRA, Way::LocalAdmin, vec![admin]),
        (ENTRA, Way::Bindings, vec![user.clone(), view]),
        (groups, Way::AdminGroup, vec![user.clone(), join]),
        (roles, Way::AzureRole, vec![user.clone(), reader]),
        (ENTRA, Way::ServiceAccount, vec![user.clone(), edit]),
        (ClusterDoors::default(), Way::SharedCertificate, vec![user]),
    ] {
        assert_eq!(lacks(&passage(&standing(doors, Vec::new()), way)).1, change, "{way:?}");
    }
    let ways = standing(roles, Vec::new()).ways_in(Some("shop"));
    assert_eq!(WayIn::least(&ways).map(|one| one.way), Some(Way::AzureRole));
    let ways = standing(ENTRA, Vec::new()).ways_in(None);
    assert_eq!(WayIn::least(&ways).map(|one| one.way), Some(Way::Bindings));
}

#[test]
fn half_of_what_a_way_takes_is_told_and_only_the_rest_lacks() {
    let roles = ClusterDoors { azure_roles: true, ..ENTRA };
    let in_shop = format!("{CLUSTER}/namespaces/shop");
    let data = ["Microsoft.ContainerService/managedClusters/pods/read"];
    let reads = role("Reader", &in_shop, &[], &data);
    let reads = standing(roles, vec![reads]);
    assert_eq!(lacks(&passage(&reads, Way::AzureRole)).0, ["the right to get the kubeconfig"]);
    let elsewhere = role("Reader", &format!("{CLUSTER}/namespaces/other"), &[], &data);
    let fetches = role("Cluster User", CLUSTER, &[USER_CREDENTIAL], &[]);
    let fetches = standing(roles, vec![fetches, elsewhere]);
    assert_eq!(lacks(&passage(&fetches, Way::AzureRole)).0, ["a role for Kubernetes"]);
    let anywhere = fetches.ways_in(None);
    assert!(anywhere.iter().any(|one| one.way == Way::AzureRole && matches!(one.passage, Passage::Open(_))));
}

#[test]
fn one_role_may_be_all_that_a_way_takes() {
    let roles = ClusterDoors { azure_roles: true, ..ENTRA };
    let both = role("RBAC Admin", CLUSTER, &[USER_CREDENTIAL], &["Microsoft.ContainerService/managedClusters/*"]);
    let Passage::Open(by) = passage(&standing(roles, vec![both]), Way::AzureRole) else { panic!("it is open") };
    assert_eq!(by.len(), 1, "it is told once");
    let contributor = role("Contributor", "/subscriptions/s", &["*"], &[]);
    let standing = standing(roles, vec![contributor]);
    assert!(matches!(passage(&standing, Way::LocalAdmin), Passage::Open(_)));
    assert!(matches!(passage(&standing, Way::RunCommand), Passage::Open(_)));
    assert_eq!(lacks(&passage(&standing, Way::AzureRole)).0, ["a role for Kubernetes"]);
}

#[test]
fn what_was_not_read_closes_no_way() {
    let mut partly = standing(ClusterDoors { admin_groups: true, ..ENTRA }, Vec::new());
    partly.groups = Part::unread("the groups were refused".to_owned());
    partly.roles = Part::unread("the assignments were refused".to_owned());
    partly.rbac = Part::unread("the API does not answer".to_owned());
    for way in [Way::LocalAdmin, Way::Bindings, Way::AdminGroup, Way::RunCommand] {
        assert!(matches!(passage(&partly, way), Passage::Unknown(_)), "{way:?}");
    }
    assert_eq!(WayIn::least(&partly.ways_in(None)), None, "nothing is proposed on half of a look");
    partly.roles = Part::whole(Vec::new());
    let Passage::Lacks { lacks, unknown, .. } = passage(&partly, Way::AdminGroup) else { panic!("it lacks one") };
    assert_eq!((lacks, unknown.len()), (vec!["the right to get the kubeconfig"], 1));
}

#[test]
fn a_group_and_a_binding_are_told_as_what_lets_them_in() {
    let fetches = role("Cluster User", CLUSTER, &[USER_CREDENTIAL], &[]);
    let mut member = standing(ClusterDoors { admin_groups: true, ..ENTRA }, vec![fetches]);
    member.groups = Part::whole(vec![MemberOf { id: GROUP.parse().expect("an id"), name: "Ops".to_owned() }]);
    let Passage::Open(by) = passage(&member, Way::AdminGroup) else { panic!("it is open") };
    assert_eq!(by.last(), Some(&Because::AdminGroup { group: "Ops".to_owned() }));
    let rules = vec![crate::access::PolicyRule::default()];
    member.rbac.known.roles.push(crate::access::RbacRole { name: "edit".to_owned(), namespace: None, rules });
    member.rbac.known.bindings.push(RbacBinding {
        name: "ops".to_owned(),
        namespace: Some("shop".to_owned()),
        role: "edit".to_owned(),
        is_cluster_role: true,
        subjects: vec![RbacSubject::Group(GROUP.to_owned())],
    });
    let Passage::Open(by) = passage(&member, Way::Bindings) else { panic!("it is open") };
    assert_eq!(
        by.last().map(ToString::to_string).as_deref(),
        Some("RoleBinding shop/ops (ClusterRole edit), through the group Ops")
    );
}

#[test]
fn a_service_account_gets_nothing_from_azure() {
    let mut account = standing(ENTRA, Vec::new());
    let name = "system:serviceaccount:shop:build".to_owned();
    account.principal =
        Principal { kind: PrincipalKind::ServiceAccount, object: None, kubernetes_name: name.clone(), name };
    assert!(matches!(passage(&account, Way::LocalAdmin), Passage::Closed(_)));
    assert_eq!(lacks(&passage(&account, Way::ServiceAccount)).0, ["a binding"]);
}

#[test]
fn the_change_is_one_command_that_gives_the_kubeconfig_by_itself() {
    let somebody = standing(ENTRA, Vec::new()).principal;
    let fetches = Change::Role { role: KubernetesRole::ClusterUser, namespace: None };
    let reads = Change::Role { role: KubernetesRole::RbacReader, namespace: Some("shop".to_owned()) };
    let views = Change::Bind { role: "view", namespace: None };
    let joins = Change::Join { group: GROUP.to_owned() };
    for (all, ends) in [
        (vec![fetches.clone()], "--role cluster-user".to_owned()),
        (vec![fetches.clone(), reads], "--role rbac-reader --namespace shop".to_owned()),
        (vec![fetches.clone(), views], "--bind view".to_owned()),
        (vec![fetches, joins], format!("--group {GROUP}")),
    ] {
        let command = Change::command(&all, CLUSTER, &somebody).expect("a command");
        let named = format!("--principal {}", somebody.kubernetes_name);
        assert!(command.contains(&named) && command.ends_with(&ends), "{command}");
    }
    assert_eq!(Change::command(&[], CLUSTER, &somebody), None);
}

/// Returns a binding of the whole cluster to a ClusterRole.
fn bound(role: &str, subject: RbacSubject) -> RbacBinding {
    RbacBinding {
        name: format!("b-{role}"),
        namespace: None,
        role: role.to_owned(),
        is_cluster_role: true,
        subjects: vec![subject],
    }
}

#[test]
fn a_binding_is_a_way_in_where_it_gives_more_than_everybody_has() {
    let everybody = || RbacSubject::Group("system:authenticated".to_owned());
    let ada = || RbacSubject::User("ada@contoso.com".to_owned());
    let rule = crate::access::PolicyRule { verbs: vec!["get".to_owned()], ..Default::default() };
    let roles = ["view", "system:discovery", "system:basic-user"].map(|name| crate::access::RbacRole {
        name: name.to_owned(),
        namespace: None,
        rules: vec![rule.clone()],
    });
    for (role, subject, is_open) in [
        ("view", ada(), true),
        ("view", everybody(), true),
        ("view", RbacSubject::Group("system:serviceaccounts".to_owned()), false),
        ("system:discovery", everybody(), false),
        ("system:basic-user", everybody(), false),
        ("gone", ada(), false),
    ] {
        let mut standing = standing(ENTRA, vec![role_to_fetch()]);
        standing.rbac.known = Rbac { roles: roles.to_vec(), bindings: vec![bound(role, subject.clone())] };
        let passage_of = passage(&standing, Way::Bindings);
        assert_eq!(matches!(passage_of, Passage::Open(_)), is_open, "{role} {subject:?}");
        standing.rbac.unread.push("ClusterRoles were not read".to_owned());
        let unknown = matches!(passage(&standing, Way::Bindings), Passage::Unknown(_));
        assert_eq!(unknown, !is_open, "{role}: what was not read may hold the role");
    }
}

fn role_to_fetch() -> AssignedRole {
    role("Cluster User", CLUSTER, &[USER_CREDENTIAL], &[])
}

#[test]
fn commands_are_run_and_read_by_roles_that_really_do() {
    let by = |actions: &[&str]| passage(&standing(ENTRA, vec![role("r", CLUSTER, actions, &[])]), Way::RunCommand);
    assert_eq!(lacks(&by(&[])).1, [Change::ByHand(RUNS_AND_READS)]);
    let cluster_admin = by(&[RUN_COMMAND]);
    assert_eq!(lacks(&cluster_admin).1, [Change::ByHand(READS)], "the Cluster Admin role does not read what was said");
    assert!(matches!(by(&[RUN_COMMAND, "*/read"]), Passage::Open(_)));
    let Passage::Lacks { change, .. } = &cluster_admin else { panic!("{cluster_admin:?}") };
    let who = standing(ENTRA, Vec::new()).principal;
    assert_eq!(Change::command(change, CLUSTER, &who), None, "no command of ours gives it");
}
