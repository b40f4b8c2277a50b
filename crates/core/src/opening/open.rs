//! The plan that lets somebody into a cluster.

use super::{Asked, Wanted};
use crate::access::{KubernetesRole, PrincipalKind};
use crate::ids::TenantId;
use crate::names::{PerTenant, Route, Side, binding_name};
use crate::operation::{Act, AssignAccess, BindAccess, JoinGroup, MakeAccount, Op, ProveAccess};
use crate::plan::{PLAN_VERSION, Plan, numbered};

/// Returns the plan. `act` is what the cluster is asked in the end, where it is asked; `gives_kubeconfig` is true where the
/// kubeconfig of users is given too.
#[must_use]
pub fn open(cloud: &str, tenant: TenantId, asked: &Asked, act: Option<Act>, gives_kubeconfig: bool) -> Plan {
    let mut ops = Vec::new();
    let assign = |role, namespace| {
        Op::AssignAccess(AssignAccess {
            cluster: asked.cluster.clone(),
            role,
            namespace,
            principal: asked.principal.clone(),
        })
    };
    if gives_kubeconfig && needs_kubeconfig(asked) {
        ops.push(assign(KubernetesRole::ClusterUser, None));
    }
    match &asked.wanted {
        Wanted::Role(role) => ops.push(assign(*role, asked.namespace.clone())),
        Wanted::Bind(role) => {
            if let Some((namespace, name)) = asked.principal.account() {
                ops.push(Op::MakeAccount(MakeAccount {
                    cluster: asked.cluster.clone(),
                    namespace: namespace.to_owned(),
                    name: name.to_owned(),
                }));
            }
            ops.push(Op::BindAccess(BindAccess {
                cluster: asked.cluster.clone(),
                namespace: asked.namespace.clone(),
                role: role.clone(),
                principal: asked.principal.clone(),
                name: binding_name(&format!("{}/{}", role.kind_word(), role.name), &asked.principal.kubernetes_name),
            }));
        }
        Wanted::Group(group) => ops.extend(asked.principal.object.map(|member| {
            Op::JoinGroup(JoinGroup {
                cluster: asked.cluster.clone(),
                group: group.id,
                name: group.name.clone(),
                principal: asked.principal.clone(),
                member,
            })
        })),
    }
    ops.extend(act.map(|act| prove(asked, Some(act), true, Vec::new())));
    plan(Route::OpenAccess, cloud, tenant, ops)
}

/// Returns the plan where somebody holds as much already and lacks the kubeconfig of users alone. `None` where they lack
/// nothing.
#[must_use]
pub fn kubeconfig_alone(
    cloud: &str,
    tenant: TenantId,
    asked: &Asked,
    act: Option<Act>,
    gives_kubeconfig: bool,
) -> Option<Plan> {
    (gives_kubeconfig && needs_kubeconfig(asked)).then(|| {
        let kubeconfig = Op::AssignAccess(AssignAccess {
            cluster: asked.cluster.clone(),
            role: KubernetesRole::ClusterUser,
            namespace: None,
            principal: asked.principal.clone(),
        });
        let proof = act.map(|act| prove(asked, Some(act), true, Vec::new()));
        plan(Route::OpenAccess, cloud, tenant, std::iter::once(kubeconfig).chain(proof).collect())
    })
}

/// True where the way in takes the kubeconfig of users, and does not give it by itself.
fn needs_kubeconfig(asked: &Asked) -> bool {
    let gives = match asked.wanted {
        Wanted::Role(role) => role.gets_kubeconfig() && asked.namespace.is_none(),
        Wanted::Bind(_) | Wanted::Group(_) => false,
    };
    asked.principal.kind != PrincipalKind::ServiceAccount && !gives
}

pub(super) fn prove(asked: &Asked, act: Option<Act>, opens: bool, others: Vec<String>) -> Op {
    let (cluster, principal) = (asked.cluster.clone(), asked.principal.clone());
    Op::ProveAccess(ProveAccess { cluster, principal, act, opens, others })
}

pub(super) fn plan(route: Route, cloud: &str, tenant: TenantId, ops: Vec<Op>) -> Plan {
    Plan {
        v: PLAN_VERSION,
        route,
        cloud: cloud.to_owned(),
        tenants: PerTenant::of(|_| tenant),
        steps: numbered(ops.into_iter().map(|op| (Side::A, op)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::refused::tests::{admins, asked};
    use super::*;
    use crate::access::BoundRole;

    fn titles(kind: PrincipalKind, namespace: Option<&str>, wanted: Wanted, gives_kubeconfig: bool) -> Vec<String> {
        let asked = asked(kind, namespace, wanted);
        let act = asked.act();
        let plan = open("AzureCloud", TenantId(uuid::Uuid::nil()), &asked, act, gives_kubeconfig);
        plan.steps.iter().map(crate::operation::Step::title).collect()
    }

    #[test]
    fn least_comes_first_and_the_cluster_is_asked_last() {
        use PrincipalKind::{Group, ServiceAccount, User};
        let kubeconfig = "give ada Cluster User Role on aks";
        let view = || Wanted::Bind(BoundRole::cluster("view"));
        let reader = || Wanted::Role(KubernetesRole::RbacReader);
        for (kind, namespace, wanted, gives, steps) in [
            (
                User,
                Some("shop"),
                reader(),
                true,
                &[kubeconfig, "give ada RBAC Reader on shop of aks", "prove that ada may list pods in shop"][..],
            ),
            (
                User,
                None,
                Wanted::Role(KubernetesRole::RbacAdmin),
                true,
                &["give ada RBAC Admin on aks", "prove that ada may create rolebindings"],
            ),
            (
                User,
                Some("shop"),
                Wanted::Role(KubernetesRole::RbacAdmin),
                true,
                &[kubeconfig, "give ada RBAC Admin on shop of aks", "prove that ada may create rolebindings in shop"],
            ),
            (
                User,
                Some("shop"),
                view(),
                false,
                &["bind view on shop of aks to ada", "prove that ada may list pods in shop"],
            ),
            (
                ServiceAccount,
                Some("shop"),
                view(),
                true,
                &[
                    "make the service account shop/build",
                    "bind view on shop of aks to ada",
                    "prove that ada may list pods in shop",
                ],
            ),
            (User, None, admins(), true, &[kubeconfig, "add ada to Admins", "prove that ada may delete nodes"]),
            (Group, None, reader(), true, &[kubeconfig, "give ada RBAC Reader on aks"]),
            (User, None, Wanted::Role(KubernetesRole::ClusterAdmin), true, &["give ada Cluster Admin Role on aks"]),
        ] {
            assert_eq!(titles(kind, namespace, wanted.clone(), gives), steps, "{wanted}");
        }
    }
}
