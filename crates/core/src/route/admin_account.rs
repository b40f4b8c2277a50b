//! Route `admin-account`: the registry's admin account pulls, by a pull secret in the cluster (Microsoft, "Authenticate
//! with an Azure container registry", section "Admin account"; `docs/facts/azure.md` 3.10). It is never recommended.

use super::in_cluster::{checks_in_cluster, proof, secrets_in_cluster};
use super::{Achieved, Effects, Found, RouteSpec, checks_of_registry_by, locks_of_registries};
use crate::check::{Check, Survey};
use crate::input::{Inputs, Page};
use crate::names::{PullUser, Route, Side};
use crate::operation::{EnableAdmin, Op, TakeAdminPassword};
use crate::plan::{PLAN_VERSION, Plan, numbered};

pub(super) const SPEC: RouteSpec = RouteSpec {
    route: Route::AdminAccount,
    title: "admin account",
    says: "In B the registry's admin account is enabled: one account for all, which pushes and pulls everything. In A its \
           password goes into the namespaces that you choose. For tests alone. Nothing restarts.",
    effects: Effects {
        in_a: "a pull secret in each namespace that you choose",
        in_b: "the registry's admin account is enabled",
        secret: "a password of that account in the pull secrets, which does not end, and pushes too",
        restarts: false,
    },
    is_recommended: false,
    pages: &[Page::TenantA, Page::TenantB, Page::PullSecret],
    leaves_out: &[],
    fits,
    checks,
    plan,
    headline,
};

fn fits(found: &Found) -> Result<String, String> {
    if !found.rights.signs_in_to_b {
        return Err("nobody signs in to the registry's tenant, and its admin account is told there".to_owned());
    }
    let works = "for tests alone: one account for all, that pushes and pulls everything";
    Ok(match &found.no_kubernetes {
        None => works.to_owned(),
        Some(_) => {
            format!("{works}; the cluster's Kubernetes API does not answer from here, so you are told what to run")
        }
    })
}

fn checks(inputs: &Inputs) -> Vec<Check> {
    let mut checks: Vec<Check> = inputs.registries.iter().map(|id| Check::AdminAccount(id.clone())).collect();
    checks.extend(checks_in_cluster(inputs));
    for id in &inputs.registries {
        checks.extend(checks_of_registry_by(id, &inputs.images_of(id), Check::AdminRight(id.clone())));
    }
    checks.extend(locks_of_registries(inputs));
    checks
}

fn headline(done: &Achieved<'_>) -> String {
    super::in_cluster::headline(done)
}

/// Builds the plan: the account and a password of it on each registry, the proof, and then the pull secrets.
fn plan(inputs: &Inputs, survey: &Survey) -> Plan {
    let mut steps: Vec<(Side, Op)> = Vec::new();
    for registry in &survey.registries {
        let id = || registry.id.clone();
        let take = TakeAdminPassword { registry: id(), renew: inputs.renew };
        steps.push((Side::B, Op::EnableAdmin(EnableAdmin { registry: id() })));
        steps.push((Side::B, Op::TakeAdminPassword(take)));
    }
    for cluster in &inputs.clusters {
        for registry in &survey.registries {
            steps.extend(proof(inputs, survey, cluster, registry, PullUser::OfRegistry));
        }
        steps.extend(secrets_in_cluster(inputs, survey, cluster, PullUser::OfRegistry));
    }
    Plan {
        v: PLAN_VERSION,
        route: Route::AdminAccount,
        cloud: survey.cloud.clone(),
        tenants: survey.tenants.as_ref().map(|tenant| tenant.id),
        steps: numbered(steps),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::RoleMode;
    use crate::operation::{Fact, Step};
    use crate::route::tests::{sample_inputs, sample_survey};

    #[test]
    fn the_account_its_password_and_the_pull_secrets_are_all_and_facts_come_before_they_are_read() {
        let inputs = sample_inputs();
        let plan = plan(&inputs, &sample_survey(&inputs, RoleMode::Registry));
        let [
            Step { op: Op::EnableAdmin(_), .. },
            Step { op: Op::TakeAdminPassword(_), .. },
            Step { op: Op::ProvePull(_), .. },
            Step { op: Op::WritePullSecret(_), .. },
            Step { op: Op::ProveInside(_), .. },
        ] = plan.steps.as_slice()
        else {
            panic!("{:?}", plan.steps)
        };
        let mut known: Vec<Fact> = Vec::new();
        for step in &plan.steps {
            for fact in plan.reads(step) {
                assert!(known.contains(&fact), "step {} reads {fact:?} too early", step.id);
            }
            known.extend(step.writes());
        }
        assert!(checks(&inputs).iter().any(|check| matches!(check, Check::AdminAccount(_))), "it is warned of");
    }
}
