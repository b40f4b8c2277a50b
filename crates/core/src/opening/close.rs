//! The plan that lets somebody into a cluster no longer.

use super::open::{plan, prove};
use super::{Asked, Wanted};
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
    ops.extend(act.map(|act| prove(asked, act, false, others.to_vec())));
    plan(Route::CloseAccess, cloud, tenant, ops)
}

#[cfg(test)]
mod tests {
    use super::super::refused::tests::{admins, asked};
    use super::*;
    use crate::access::{BoundRole, KubernetesRole, PrincipalKind};

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
