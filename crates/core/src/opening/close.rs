//! The plan that lets somebody into a cluster no longer.

use super::open::{plan, prove};
use super::{Asked, No, Wanted};
use crate::access::{ClusterDoors, KubernetesRole};
use crate::command::Command;
use crate::ids::TenantId;
use crate::names::Route;
use crate::operation::{Act, LeaveGroup, Op, UnassignAccess, UnbindAccess};
use crate::plan::Plan;

/// Something that is theirs alone, by which somebody holds a way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldBy {
    /// A role assignment, by its id.
    Assignment(String),
    /// A binding, by its name, with the number of its other subjects.
    Binding(String, usize),
    /// A membership.
    Membership,
}

/// Returns the plan. `held` is what goes; `others` is whatever else lets them do `act`; `asks` is the reason why it is asked
/// for once more, as a sentence.
#[must_use]
pub fn close(
    cloud: &str,
    tenant: TenantId,
    asked: &Asked,
    held: &[HeldBy],
    act: Option<Act>,
    others: &[String],
    asks: Option<&str>,
) -> Plan {
    let asks = || asks.map(str::to_owned);
    let (cluster, principal) = (|| asked.cluster.clone(), || asked.principal.clone());
    let one = |held: &HeldBy| match (held, &asked.wanted) {
        (HeldBy::Assignment(id), Wanted::Role(role)) => Some(Op::UnassignAccess(UnassignAccess {
            cluster: cluster(),
            role: *role,
            namespace: asked.namespace.clone(),
            principal: principal(),
            assignment: id.clone(),
            asks: asks(),
        })),
        (HeldBy::Binding(name, others), Wanted::Bind(role)) => Some(Op::UnbindAccess(UnbindAccess {
            cluster: cluster(),
            namespace: asked.namespace.clone(),
            role: role.clone(),
            principal: principal(),
            name: name.clone(),
            others: *others,
            asks: asks(),
        })),
        (HeldBy::Membership, Wanted::Group(group)) => asked.principal.object.map(|member| {
            Op::LeaveGroup(LeaveGroup {
                cluster: cluster(),
                group: group.id,
                name: group.name.clone(),
                principal: principal(),
                member,
                asks: asks(),
            })
        }),
        _ => None,
    };
    let mut ops: Vec<Op> = held.iter().filter_map(one).collect();
    let asks_or_told = act.is_some() || !others.is_empty();
    ops.extend(asks_or_told.then(|| prove(asked, act, false, others.to_vec())));
    plan(Route::CloseAccess, cloud, tenant, ops)
}

/// Returns what somebody should know before it is closed: what stays good all the same.
#[must_use]
pub fn outlives(asked: &Asked, doors: ClusterDoors) -> Option<No> {
    let is_certificate = match &asked.wanted {
        Wanted::Role(KubernetesRole::ClusterAdmin) => true,
        // Where Entra signs nobody in, the kubeconfig of users has the administrator's certificate too.
        Wanted::Role(KubernetesRole::ClusterUser) => !doors.entra,
        _ => false,
    };
    is_certificate.then(|| No {
        why: format!(
            "a kubeconfig that {} has fetched already stays good: its certificate is the administrator's, and does not end with \
             the role",
            asked.principal.name
        ),
        now: format!(
            "Where they may have it, renew the certificates, which restarts all nodes: {}",
            Command::RotateCertificates { cluster: &asked.cluster }
        ),
    })
}

/// A kind of way in that is given back, once it was one's own or the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum GivenBack {
    Role,
    Binding,
    Membership,
}

impl GivenBack {
    /// Returns the kind of a way in.
    #[must_use]
    pub const fn of(wanted: &Wanted) -> Self {
        match wanted {
            Wanted::Role(_) => Self::Role,
            Wanted::Bind(_) => Self::Binding,
            Wanted::Group(_) => Self::Membership,
        }
    }

    /// Returns by whom, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Role => "by somebody who may give roles on the cluster",
            Self::Binding => {
                "with --cluster-credential admin where local accounts are open, or by another administrator of the cluster"
            }
            Self::Membership => "by an owner of the group, or a Groups Administrator",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::refused::tests::{admins, asked};
    use super::*;
    use crate::access::{BoundRole, PrincipalKind};

    #[test]
    fn a_certificate_outlives_the_role_and_nothing_else_does() {
        let told = |wanted, entra| {
            let doors = ClusterDoors { entra, ..ClusterDoors::default() };
            outlives(&asked(PrincipalKind::User, None, wanted), doors).map(|no| no.now)
        };
        let admin = told(Wanted::Role(KubernetesRole::ClusterAdmin), true).expect("a warning");
        assert!(admin.contains("az aks rotate-certs --resource-group rg --name aks"), "{admin}");
        assert!(told(Wanted::Role(KubernetesRole::ClusterUser), false).is_some());
        assert_eq!(told(Wanted::Role(KubernetesRole::ClusterUser), true), None);
        assert_eq!(told(Wanted::Bind(BoundRole::cluster("cluster-admin")), true), None);
    }

    #[test]
    fn another_way_in_is_told_in_the_end_also_where_no_cluster_is_asked() {
        let asked = asked(PrincipalKind::User, None, Wanted::Role(KubernetesRole::ClusterUser));
        let steps = |others: &[String]| {
            let held = [HeldBy::Assignment("/x".to_owned())];
            close("AzureCloud", TenantId(uuid::Uuid::nil()), &asked, &held, None, others, None).steps
        };
        assert_eq!(steps(&[]).len(), 1);
        let told = steps(&["RBAC Admin on the cluster".to_owned()]);
        assert_eq!(told.last().map(crate::operation::Step::title).as_deref(), Some("look by what ada still gets in"));
    }

    #[test]
    fn what_is_theirs_alone_goes_and_the_last_way_in_is_asked_for() {
        let id = || HeldBy::Assignment("/x".to_owned());
        let last = Some("It is the last administrator that can be seen.");
        for (wanted, held, asks, steps) in [
            (
                Wanted::Role(KubernetesRole::RbacReader),
                vec![id()],
                None,
                &["take RBAC Reader on shop of aks from ada", "look whether ada may still list pods in shop"][..],
            ),
            (
                Wanted::Bind(BoundRole::cluster("view")),
                vec![HeldBy::Binding("one".to_owned(), 0), HeldBy::Binding("two".to_owned(), 2)],
                None,
                &[
                    "take view on shop of aks from ada",
                    "take view on shop of aks from ada",
                    "look whether ada may still list pods in shop",
                ],
            ),
            (
                admins(),
                vec![HeldBy::Membership],
                last,
                &["take ada out of Admins", "look whether ada may still delete nodes"],
            ),
        ] {
            let asked = asked(PrincipalKind::User, Some("shop"), wanted);
            let plan = close("AzureCloud", TenantId(uuid::Uuid::nil()), &asked, &held, asked.act(), &[], asks);
            let titles: Vec<String> = plan.steps.iter().map(crate::operation::Step::title).collect();
            assert_eq!(titles, steps);
            assert_eq!(plan.steps[0].asks_first(), asks.is_some());
            assert!(plan.restarts().is_none(), "no node restarts");
        }
    }
}
