//! The wishes that cannot work on a cluster and are refused before anything is written, and the warnings.

use super::{Asked, Wanted};
use crate::access::{ClusterDoors, KubernetesRole, PrincipalKind, RoleKind};

/// A no, or a warning: why, and what to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct No {
    pub why: String,
    pub now: String,
}

fn no(why: impl Into<String>, now: impl Into<String>) -> No {
    No { why: why.into(), now: now.into() }
}

/// Returns why a way in cannot work on such a cluster (`docs/facts/azure.md` 9.5). `None` where it can.
#[must_use]
pub fn refused(asked: &Asked, doors: ClusterDoors) -> Option<No> {
    let is_account = asked.principal.kind == PrincipalKind::ServiceAccount;
    let name = asked.cluster.name();
    match &asked.wanted {
        Wanted::Role(_) | Wanted::Group(_) if is_account => Some(no(
            format!("{} is an account of the cluster, which neither Azure nor Entra knows", asked.principal.name),
            "Give it a role of Kubernetes: --bind view",
        )),
        Wanted::Role(role) if asked.namespace.is_some() && !role.fits_a_namespace() => Some(no(
            format!("{} is for the whole cluster: a kubeconfig is nobody's in a namespace alone", role.built_in().name),
            "Leave --namespace away",
        )),
        Wanted::Role(KubernetesRole::ClusterAdmin) if doors.no_local_accounts => Some(no(
            format!("local accounts of {name} are disabled, so there is no kubeconfig of the local admin to get"),
            "Let them in another way: crosspull access --cluster ID lists those that are open",
        )),
        Wanted::Role(KubernetesRole::ClusterUser | KubernetesRole::ClusterAdmin) => None,
        Wanted::Role(_) if !doors.entra => Some(no_entra(name)),
        Wanted::Role(role) if !doors.azure_roles => Some(no(
            format!("Entra authorization is off on {name}, so {} would give nothing there", role.built_in().name),
            "Bind a role of Kubernetes: --bind view --namespace NAMESPACE",
        )),
        Wanted::Bind(role) if role.kind == RoleKind::Role && asked.namespace.is_none() => {
            Some(no(format!("{role} is of a namespace, and none is named"), "Give --namespace NAMESPACE"))
        }
        Wanted::Bind(_) if !doors.entra && !is_account => Some(no_entra(name)),
        Wanted::Group(group) if asked.principal.object == Some(group.id) => {
            Some(no("a group is no member of itself", "Name somebody else: --principal"))
        }
        Wanted::Group(_) if !doors.entra => Some(no_entra(name)),
        Wanted::Group(_) if asked.namespace.is_some() => {
            Some(no("a membership is in no namespace", "Leave --namespace away"))
        }
        Wanted::Bind(_) | Wanted::Group(_) | Wanted::Role(_) => None,
    }
}

fn no_entra(name: &str) -> No {
    no(
        format!("Entra signs nobody in to {name}: whoever gets a kubeconfig there has the administrator's certificate"),
        "Bind a role to a service account (--principal system:serviceaccount:NAMESPACE:NAME), or have Entra enabled on the \
         cluster first",
    )
}

/// Returns what somebody should know before it is opened.
#[must_use]
pub fn warnings(asked: &Asked, doors: ClusterDoors) -> Vec<No> {
    let name = &asked.principal.name;
    let everything = |what: &str| {
        no(
            format!("{what}: {name} may then do everything there, and take it from others"),
            "Give less where less is enough: --role rbac-reader, or --bind view, in one namespace",
        )
    };
    let mut all: Vec<No> = match &asked.wanted {
        Wanted::Role(KubernetesRole::ClusterAdmin) => vec![everything(
            "the local admin's certificate is one for all, does not end with the role, and Kubernetes sees no person",
        )],
        Wanted::Role(KubernetesRole::RbacClusterAdmin) => vec![everything("RBAC Cluster Admin is the widest role")],
        Wanted::Bind(role) if role.is_cluster_admin() => vec![everything("cluster-admin is the widest role")],
        Wanted::Group(group) if group.administers => {
            vec![everything(&format!("{} administers the cluster", group.name))]
        }
        Wanted::Role(KubernetesRole::RbacWriter | KubernetesRole::RbacAdmin) => vec![as_any_account(name)],
        Wanted::Bind(role) if role.kind == RoleKind::ClusterRole && matches!(role.name.as_str(), "edit" | "admin") => {
            vec![as_any_account(name)]
        }
        _ => Vec::new(),
    };
    if let Wanted::Group(group) = &asked.wanted
        && group.administers
        && doors.azure_roles
    {
        all.push(no(
            "with Entra authorization on, Microsoft's documents disagree whether an admin group counts",
            "The cluster is asked when it is done; a role counts in any case: --role rbac-cluster-admin",
        ));
    }
    all
}

/// Microsoft, "Access and identity options for AKS", on RBAC Writer.
fn as_any_account(name: &str) -> No {
    no(
        format!(
            "it reads secrets and runs pods as any service account of its namespaces, so {name} has what those have"
        ),
        "Look what the service accounts there may do, or give less",
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::access::Principal;
    use crate::ids::ClusterId;
    use crate::opening::TheGroup;

    pub fn cluster() -> ClusterId {
        ClusterId::parse(
            "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/\
             Microsoft.ContainerService/managedClusters/aks",
        )
        .expect("an id")
    }

    pub fn asked(kind: PrincipalKind, namespace: Option<&str>, wanted: Wanted) -> Asked {
        let object =
            "22222222-2222-4222-8222-222222222222".parse().ok().filter(|_| kind != PrincipalKind::ServiceAccount);
        let kubernetes_name = match kind {
            PrincipalKind::ServiceAccount => "system:serviceaccount:shop:build",
            _ => "ada@contoso.com",
        };
        let principal = Principal { kind, object, name: "ada".to_owned(), kubernetes_name: kubernetes_name.to_owned() };
        Asked { cluster: cluster(), principal, namespace: namespace.map(str::to_owned), wanted }
    }

    pub fn admins() -> Wanted {
        Wanted::Group(TheGroup {
            id: crate::ids::ObjectId(uuid::Uuid::nil()),
            name: "Admins".to_owned(),
            administers: true,
        })
    }

    #[test]
    fn what_cannot_work_on_a_cluster_is_refused_with_the_reason() {
        use PrincipalKind::{ServiceAccount, User};
        let plain = ClusterDoors::default();
        let entra = ClusterDoors { entra: true, ..plain };
        let azure = ClusterDoors { azure_roles: true, no_local_accounts: true, ..entra };
        let view = || Wanted::Bind(BoundRole::cluster("view"));
        let reader = Wanted::Role(KubernetesRole::RbacReader);
        for (doors, kind, namespace, wanted, why) in [
            (plain, User, Some("shop"), reader.clone(), Some("Entra signs nobody in")),
            (entra, User, Some("shop"), reader.clone(), Some("Entra authorization is off")),
            (azure, User, Some("shop"), reader.clone(), None),
            (azure, ServiceAccount, Some("shop"), reader, Some("neither Azure nor Entra knows")),
            (plain, User, Some("shop"), view(), Some("Entra signs nobody in")),
            (plain, ServiceAccount, Some("shop"), view(), None),
            (entra, User, None, view(), None),
            (azure, User, None, view(), None),
            (entra, User, None, Wanted::Bind("role/x".parse().expect("a role")), Some("none is named")),
            (entra, User, None, Wanted::Role(KubernetesRole::ClusterAdmin), None),
            (azure, User, None, Wanted::Role(KubernetesRole::ClusterAdmin), Some("local accounts of aks are disabled")),
            (entra, User, Some("shop"), Wanted::Role(KubernetesRole::ClusterUser), Some("for the whole cluster")),
            (plain, User, None, Wanted::Role(KubernetesRole::ClusterUser), None),
            (plain, User, None, admins(), Some("Entra signs nobody in")),
            (entra, User, Some("shop"), admins(), Some("in no namespace")),
            (entra, User, None, admins(), None),
        ] {
            let told = refused(&asked(kind, namespace, wanted.clone()), doors).map(|no| no.why);
            assert_eq!(told.is_some(), why.is_some(), "{wanted}: {told:?}");
            assert!(told.unwrap_or_default().contains(why.unwrap_or_default()), "{wanted}");
        }
    }

    #[test]
    fn a_group_is_not_put_into_itself() {
        let mut asked = asked(PrincipalKind::Group, None, admins());
        let doors = ClusterDoors { entra: true, ..ClusterDoors::default() };
        assert_eq!(refused(&asked, doors), None);
        asked.principal.object = Some(crate::ids::ObjectId(uuid::Uuid::nil()));
        assert!(refused(&asked, doors).is_some_and(|no| no.why.contains("no member of itself")));
    }

    #[test]
    fn who_gets_everything_or_what_any_pod_has_is_warned_of() {
        let doors = ClusterDoors { entra: true, azure_roles: true, ..ClusterDoors::default() };
        let count = |wanted| warnings(&asked(PrincipalKind::User, None, wanted), doors).len();
        assert_eq!(count(Wanted::Role(KubernetesRole::RbacReader)), 0);
        assert_eq!(count(Wanted::Bind(BoundRole::cluster("view"))), 0);
        for wanted in ["edit", "admin", "cluster-admin"] {
            assert_eq!(count(Wanted::Bind(BoundRole::cluster(wanted))), 1, "{wanted}");
        }
        for role in [KubernetesRole::RbacWriter, KubernetesRole::RbacClusterAdmin, KubernetesRole::ClusterAdmin] {
            assert_eq!(count(Wanted::Role(role)), 1, "{role:?}");
        }
        assert_eq!(count(admins()), 2, "the documents disagree, too");
    }

    use crate::access::BoundRole;
}
