use super::*;
use crate::access::certificate::{ADMIN_CREDENTIAL, USER_CREDENTIAL};
use crate::access::{AssignedRole, Can, ClusterDoors, Part, Principal, PrincipalKind, Rbac, Told};
use crate::rights::PermissionSet;

const CLUSTER: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks";
const ADA: &str = "11111111-1111-4111-8111-111111111111";
const ENTRA: ClusterDoors = ClusterDoors {
    entra: true,
    azure_roles: false,
    admin_groups: false,
    no_local_accounts: false,
    no_run_command: false,
};

/// Returns a person whom a role at the cluster allows these actions.
fn standing(doors: ClusterDoors, actions: &[&str]) -> Standing {
    let actions: Vec<String> = actions.iter().map(|action| (*action).to_owned()).collect();
    Standing {
        principal: Principal {
            kind: PrincipalKind::User,
            object: ADA.parse().ok(),
            name: "ada@contoso.com".to_owned(),
            kubernetes_name: "ada@contoso.com".to_owned(),
        },
        cluster: CLUSTER.to_owned(),
        doors,
        admin_groups: Vec::new(),
        there: Part::whole(true),
        groups: Part::whole(Vec::new()),
        roles: Part::whole(vec![AssignedRole {
            id: "a1".to_owned(),
            scope: CLUSTER.to_owned(),
            role: "Fetcher".to_owned(),
            holder: ADA.parse().expect("an id"),
            sets: vec![PermissionSet { actions, ..PermissionSet::default() }],
        }]),
        rbac: Part::whole(Rbac::default()),
    }
}

fn may(standing: &Standing) -> May {
    let can: Can = "delete nodes".parse().expect("a question");
    standing.may(&can.asked())
}

#[test]
fn without_entra_whoever_fetches_a_kubeconfig_is_the_admin() {
    let plain = ClusterDoors::default();
    for (doors, actions, wanted) in [
        (plain, &[USER_CREDENTIAL][..], Some(Certificate::Users)),
        (plain, &[ADMIN_CREDENTIAL], Some(Certificate::LocalAdmin)),
        (plain, &[], None),
        (ClusterDoors { no_local_accounts: true, ..plain }, &[ADMIN_CREDENTIAL], None),
        (ENTRA, &[USER_CREDENTIAL, ADMIN_CREDENTIAL], None),
    ] {
        let by = match may(&standing(doors, actions)) {
            May::Yes(Because::Certificate { certificate, .. }) => Some(certificate),
            May::No(_) => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(by, wanted, "{doors:?} {actions:?}");
    }
}

#[test]
fn roles_that_were_not_read_are_no_no() {
    let mut partly = standing(ClusterDoors::default(), &[]);
    partly.roles = Part::unread("they were refused".to_owned());
    assert_eq!(may(&partly), May::Unknown("they were refused".to_owned()));
    assert_eq!(partly.reviewed_as(), Err("they were refused".to_owned()));
}

#[test]
fn the_cluster_is_asked_about_the_certificate_where_it_knows_no_person() {
    let plain = ClusterDoors::default();
    let admin = standing(plain, &[USER_CREDENTIAL]).reviewed_as().expect("somebody");
    assert_eq!(admin.groups, ["system:masters", "system:authenticated"]);
    assert!(standing(plain, &[]).reviewed_as().is_err(), "a no about a name that it does not know says nothing");
    assert_eq!(standing(ENTRA, &[ADMIN_CREDENTIAL]).reviewed_as().expect("they themselves").name, "ada@contoso.com");
}

#[test]
fn with_entra_the_admins_certificate_is_told_beside_the_answer() {
    let who = standing(ENTRA, &[ADMIN_CREDENTIAL]);
    assert!(matches!(may(&who), May::No(_)), "the answer is about the person");
    let compared = [crate::access::Compared {
        can: "delete nodes".parse().expect("a question"),
        rules: may(&who),
        cluster: Err("nobody asked".to_owned()),
    }];
    let told = Told { cluster: "aks", standing: &who, namespace: None, compared: &compared };
    assert_eq!(told.json()["beside"]["answer"], "allowed");
    let text = told.lines().join(" ");
    assert!(text.contains("They may do everything"), "{text}");
    assert_eq!(standing(ENTRA, &[]).beside(), None);
    let shut = ClusterDoors { no_local_accounts: true, ..ENTRA };
    assert_eq!(standing(shut, &[ADMIN_CREDENTIAL]).beside(), None);
}
