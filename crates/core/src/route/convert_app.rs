//! Route `convert-app`: the cluster's present app is made multi-tenant and let into the registry's tenant. The cluster is
//! not touched (`docs/facts/azure.md` 1.2 and 4; the ancestor of the documented flow).

use super::in_cluster::proof;
use super::{Achieved, Effects, Found, RouteSpec, checks_of_registry, locks_of_registries, role_for};
use crate::check::{Check, ClusterApp, RegistryFacts, Survey};
use crate::input::{Inputs, Page};
use crate::names::{PullUser, Route, Side};
use crate::operation::{
    AddPullPassword, GrantRole, HandOverRegistry, Op, OpenApp, ProveInside, Provision, PullsAs, RemoveProofSecret,
    TakeAppSecret,
};
use crate::plan::{PLAN_VERSION, Plan, numbered};
use crate::sign_in::SignIn;

/// The days that the secret lives which proves the pull. It is removed at the end of the run.
pub const PROOF_DAYS: u16 = 1;

pub(super) const SPEC: RouteSpec = RouteSpec {
    route: Route::ConvertApp,
    title: "convert app",
    says: "In A the cluster's present app becomes one that other tenants may let in. In B it may pull from the registry. The \
           cluster is not touched, and nothing restarts.",
    effects: Effects {
        in_a: "the cluster's present app becomes multi-tenant",
        in_b: "the app's service principal, and its role on the registry",
        secret: "none that stays: one proves the pull and is removed, or you give one",
        restarts: false,
    },
    is_recommended: true,
    pages: &[Page::TenantA, Page::TenantB],
    leaves_out: &[],
    fits,
    checks,
    plan,
    headline,
};

fn fits(found: &Found) -> Result<String, String> {
    if let Some(why) = found.no_principal().or_else(|| found.no_role()) {
        return Err(why.to_owned());
    }
    match found.no_proof() {
        Some(why) => Err(why),
        None => Ok("the app that the cluster has can be let into the other tenant, and nothing restarts".to_owned()),
    }
}

fn checks(inputs: &Inputs) -> Vec<Check> {
    let mut checks = Vec::new();
    for id in &inputs.clusters {
        checks.extend([Check::Cluster(id.clone()), Check::ClusterApp(id.clone()), Check::Kubernetes(id.clone())]);
    }
    if inputs.access.app_secret_file.is_some() {
        checks.extend(inputs.clusters.iter().cloned().map(Check::AppSecret));
    }
    checks.extend(inputs.registries.iter().flat_map(|id| checks_of_registry(id, &inputs.images_of(id))));
    checks.extend(locks_of_registries(inputs));
    checks
}

fn headline(done: &Achieved<'_>) -> String {
    let Achieved { cluster, registry, images, proved_here, node } = done;
    match (node, proved_here) {
        (Some(node), true) => {
            format!("{cluster} pulls {images} from {registry}: proved from here, and from the cluster on node {node}")
        }
        (Some(node), false) => {
            format!("{cluster} pulls {images} from {registry}: proved from the cluster on node {node}")
        }
        (None, _) => format!(
            "{cluster}'s app pulls {images} from {registry}. No node was seen to pull: the last step says why, and how to look \
             by hand."
        ),
    }
}

/// Builds the plan: the app is opened, let in, given the role; then the proof, with a secret that is given, or one that
/// goes again.
fn plan(inputs: &Inputs, survey: &Survey) -> Plan {
    let mut steps: Vec<(Side, Op)> = Vec::new();
    let is_given = inputs.access.app_secret_file.is_some();
    for app in &survey.cluster_apps {
        let ClusterApp { cluster, app: id, object, audience, .. } = app;
        let (id, object, audience) = (*id, *object, audience.clone());
        steps.push((Side::A, Op::OpenApp(OpenApp { cluster: cluster.clone(), app: id, object, audience })));
        let secret = if is_given {
            Op::TakeAppSecret(TakeAppSecret { cluster: cluster.clone() })
        } else {
            Op::AddPullPassword(AddPullPassword { home: Side::A, days: PROOF_DAYS, renew: false, in_use: None })
        };
        steps.push((Side::A, secret));
        if inputs.access.sign_ins.b != SignIn::Nobody {
            let (consent, redirect_uri, link) = (inputs.consent, inputs.redirect_uri.clone(), inputs.consent_link);
            steps.push((Side::B, Op::Provision(Provision { consent, redirect_uri, link })));
        }
        steps.extend(survey.registries.iter().map(|registry| (Side::B, let_pull(inputs, app, registry))));
        for registry in &survey.registries {
            steps.extend(proof(inputs, survey, cluster, registry, PullUser::App));
        }
        if !is_given {
            steps.push((Side::A, Op::RemoveProofSecret(RemoveProofSecret { home: Side::A })));
        }
        for registry in &survey.registries {
            steps.extend(inputs.images_of(&registry.id).into_iter().map(|image| {
                let prove = ProveInside {
                    cluster: cluster.clone(),
                    login_server: registry.login_server.clone(),
                    image,
                    namespace: inputs.namespace().to_owned(),
                    pulls_as: PullsAs::OwnIdentity,
                };
                (Side::A, Op::ProveInside(prove))
            }));
        }
    }
    Plan {
        v: PLAN_VERSION,
        route: Route::ConvertApp,
        cloud: survey.cloud.clone(),
        tenants: survey.tenants.as_ref().map(|tenant| tenant.id),
        steps: numbered(steps),
    }
}

/// Returns the operation that gives the role on a registry, or the page for whoever may assign it.
fn let_pull(inputs: &Inputs, app: &ClusterApp, registry: &RegistryFacts) -> Op {
    if inputs.access.sign_ins.b == SignIn::Nobody {
        return Op::HandOver(HandOverRegistry {
            registry: registry.id.clone(),
            images: inputs.images_of(&registry.id),
            app_name: app.name.clone(),
            redirect_uri: inputs.redirect_uri.clone(),
            link: inputs.consent_link,
        });
    }
    let (role, repositories) = role_for(registry.mode, &inputs.images_of(&registry.id));
    Op::GrantRole(GrantRole { registry: registry.id.clone(), role, repositories })
}
