//! Route `attach`: the identity that the cluster has is given the role on the registry, where both are in one tenant
//! (Microsoft, "Authenticate with Azure Container Registry from Azure Kubernetes Service"; `az aks update
//! --attach-acr`).

use super::{Achieved, Effects, Found, Identity, RouteSpec, checks_of_registry, locks_of_registries, role_for};
use crate::check::{Check, Puller, Survey};
use crate::ids::ObjectId;
use crate::input::{Inputs, Key, Page};
use crate::names::{Route, Side, Tenants};
use crate::operation::{AskForRole, Attach, Op, ProveInside, PullsAs};
use crate::plan::{PLAN_VERSION, Plan, numbered};
use crate::sign_in::SignIn;

pub(super) const SPEC: RouteSpec = RouteSpec {
    route: Route::Attach,
    title: "attach",
    says: "The identity that the cluster has gets the role on the registry, in the same tenant. Nothing of the cluster changes, \
           and nothing restarts.",
    effects: Effects {
        in_a: "nothing",
        in_b: "a role for the cluster's identity on the registry",
        secret: "none",
        restarts: false,
    },
    is_recommended: true,
    pages: &[Page::TenantA, Page::TenantB],
    leaves_out: &[Key::TenantB],
    fits,
    checks,
    plan,
    headline,
};

fn fits(found: &Found) -> Result<String, String> {
    if found.identity == Identity::Untold {
        return Err("the cluster tells neither a service principal nor a kubelet identity".to_owned());
    }
    match found.tenants {
        Tenants::One => {
            Ok("cluster and registry are in one tenant, and nothing of the cluster has to change".to_owned())
        }
        Tenants::Two => {
            Err("cluster and registry are in two tenants, and an identity of the one is unknown in the other"
                .to_owned())
        }
    }
}

fn checks(inputs: &Inputs) -> Vec<Check> {
    let mut checks: Vec<Check> = inputs.clusters.iter().map(|id| Check::Cluster(id.clone())).collect();
    for registry in &inputs.registries {
        checks.extend(checks_of_registry(registry, &inputs.images_of(registry)));
        checks.extend(inputs.clusters.iter().map(|cluster| Check::Puller(cluster.clone(), registry.clone())));
    }
    checks.extend(locks_of_registries(inputs));
    checks
}

/// Builds the plan: the role for each cluster at each registry, then the proof from within each cluster.
fn plan(inputs: &Inputs, survey: &Survey) -> Plan {
    let mut steps: Vec<(Side, Op)> =
        survey.pullers.iter().filter_map(|puller| let_pull(inputs, survey, puller)).map(|op| (Side::B, op)).collect();
    for puller in &survey.pullers {
        let registry = survey.registries.iter().find(|facts| facts.id == puller.registry);
        let Some(registry) = registry else { continue };
        // A condition names each repository, so each image is a question of its own.
        for image in inputs.images_of(&registry.id) {
            let prove = ProveInside {
                cluster: puller.cluster.clone(),
                login_server: registry.login_server.clone(),
                image: image.clone(),
                namespace: inputs.namespace().to_owned(),
                pulls_as: PullsAs::OwnIdentity,
            };
            steps.push((Side::A, Op::ProveInside(prove)));
        }
    }
    Plan {
        v: PLAN_VERSION,
        route: Route::Attach,
        cloud: survey.cloud.clone(),
        tenants: survey.tenants.as_ref().map(|tenant| tenant.id),
        steps: numbered(steps),
    }
}

/// Returns the operation that gives the role on a registry, or the page for whoever may assign it.
fn let_pull(inputs: &Inputs, survey: &Survey, puller: &Puller) -> Option<Op> {
    let facts = survey.registries.iter().find(|facts| facts.id == puller.registry)?;
    let (cluster, registry): (_, _) = (puller.cluster.clone(), puller.registry.clone());
    let principal: ObjectId = puller.principal;
    if inputs.access.sign_ins.b == SignIn::Nobody {
        let (images, namespace) = (inputs.images_of(&puller.registry), inputs.namespace().to_owned());
        return Some(Op::AskForRole(AskForRole { cluster, registry, principal, images, namespace }));
    }
    let (role, repositories) = role_for(facts.mode, &inputs.images_of(&facts.id));
    Some(Op::Attach(Attach { cluster, registry, principal, role, repositories, held: puller.held.clone() }))
}

fn headline(done: &Achieved<'_>) -> String {
    let Achieved { cluster, registry, images, .. } = done;
    match done.node {
        Some(node) => format!("{cluster} pulls {images} from {registry}: proved from the cluster on node {node}"),
        None => format!(
            "{cluster}'s identity has the role on {registry}. No node was seen to pull: the last step says why, and how to \
             look by hand."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{HeldAssignment, RoleMode};
    use crate::names::Role;
    use crate::operation::{Fact, Step};
    use crate::route::tests::{sample_inputs, sample_survey};

    fn planned(mode: RoleMode, held: Option<HeldAssignment>, sign_in: SignIn) -> Plan {
        let mut inputs = sample_inputs();
        inputs.access.sign_ins.b = sign_in;
        let mut survey = sample_survey(&inputs, mode);
        survey.tenants.b = survey.tenants.a.clone();
        let (cluster, registry) = (inputs.clusters[0].clone(), inputs.registries[0].clone());
        survey.pullers = vec![Puller { cluster, registry, principal: ObjectId(uuid::Uuid::from_u128(7)), held }];
        plan(&inputs, &survey)
    }

    #[test]
    fn a_role_and_a_proof_are_all_that_it_takes_and_nothing_restarts() {
        let plan = planned(RoleMode::Registry, None, SignIn::AzureCli);
        let [Step { op: Op::Attach(attach), .. }, Step { op: Op::ProveInside(_), .. }] = plan.steps.as_slice() else {
            panic!("{:?}", plan.steps)
        };
        assert_eq!((attach.role, attach.repositories.len()), (Role::AcrPull, 0));
        assert!(plan.restarts().is_none());
        let proof = plan.steps.last().expect("a proof");
        let attached = Fact::Attached(attach.cluster.clone(), attach.registry.clone());
        assert_eq!(plan.reads(proof), [attached], "the proof waits for the role");
    }

    #[test]
    fn a_registry_with_roles_on_repositories_gets_a_reader_of_the_named_ones() {
        let plan = planned(RoleMode::Repositories, None, SignIn::AzureCli);
        let Some(Op::Attach(attach)) = plan.steps.first().map(|s| &s.op) else { panic!("{:?}", plan.steps) };
        assert_eq!(
            (attach.role, attach.repositories.as_slice()),
            (Role::RepositoryReader, &["shop/web".to_owned()][..])
        );
    }

    #[test]
    fn who_may_not_assign_hands_over() {
        let plan = planned(RoleMode::Registry, None, SignIn::Nobody);
        assert!(matches!(plan.steps[0].op, Op::AskForRole(_)), "{:?}", plan.steps);
    }
}
