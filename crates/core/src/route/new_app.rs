//! Route `new-app`: a new multi-tenant app becomes the cluster's service principal (`docs/PRODUCT.md` 3).

use super::in_cluster::proof;
use super::{Achieved, Effects, Found, RouteSpec, checks_of_registry, locks_of_registries, role_for};
use crate::check::{Check, ClusterFacts, RegistryFacts, Survey};
use crate::input::{Inputs, Key, Page};
use crate::names::{AppAudience, PullUser, Route, Side, marker};
use crate::operation::{
    AddSecret, CopyRoles, CreateApp, CreatePrincipal, GrantRole, HandOverRegistry, KeepWayBack, OldSecret, Op,
    ProveInside, ProvePull, Provision, PullsAs, RemoveSecret, ResetCluster,
};
use crate::plan::{PLAN_VERSION, Plan, numbered};
use crate::sign_in::SignIn;

pub(super) const SPEC: RouteSpec = RouteSpec {
    route: Route::NewApp,
    title: "new app",
    says: "In A a multi-tenant app becomes the cluster's service principal, and its nodes restart. In B that app may pull from \
           the registry.",
    effects: Effects {
        in_a: "a multi-tenant app, which becomes the cluster's service principal",
        in_b: "the app's service principal, and its role on the registry",
        secret: "a client secret on every node, 180 days unless you say otherwise",
        restarts: true,
    },
    is_recommended: true,
    pages: &[Page::TenantA, Page::TenantB, Page::App],
    leaves_out: &[Key::ManifestOut],
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
        Some(why) => Err(format!("{why}, and without the proof the cluster is not reset")),
        None => Ok("cluster and registry are in two tenants, and an app can be let into both".to_owned()),
    }
}

fn checks(inputs: &Inputs) -> Vec<Check> {
    let mut checks = vec![Check::Soak];
    for id in &inputs.clusters {
        checks.extend([Check::Cluster(id.clone()), Check::ResetRight(id.clone()), Check::App]);
        checks.extend([Check::Secret(id.clone()), Check::OldRoles(id.clone()), Check::Needs(id.clone())]);
        checks.extend([Check::Headroom(id.clone()), Check::Kubernetes(id.clone())]);
    }
    checks.push(Check::Locks(Side::A));
    checks.extend(inputs.registries.iter().flat_map(|id| checks_of_registry(id, &inputs.images_of(id))));
    checks.extend(locks_of_registries(inputs));
    checks
}

fn headline(done: &Achieved<'_>) -> String {
    let Achieved { cluster, registry, images, .. } = done;
    match (done.proved_here, done.node) {
        (true, Some(node)) => {
            format!("{cluster} pulls {images} from {registry}: proved from here, and from the cluster on node {node}")
        }
        (false, Some(node)) => format!("{cluster} pulls from {registry}: proved from the cluster on node {node}"),
        (true, None) => format!(
            "{cluster} now uses the new app, and that app pulls {images} from {registry}: proved from here with the same \
             credential, not from the cluster itself."
        ),
        (false, None) => format!(
            "{cluster} uses the app of an earlier run already, and everything is in place. This run did not prove the pull: \
             only the cluster has the secret."
        ),
    }
}

/// Builds the plan: the app in A, its service principal and role in B, the proof, and then the cluster.
fn plan(inputs: &Inputs, survey: &Survey) -> Plan {
    let mut steps = Vec::new();
    for cluster in &survey.clusters {
        steps.extend(app_and_secret(inputs, survey, cluster).map(|op| (Side::A, op)));
    }
    let handed_over = inputs.access.sign_ins.b == SignIn::Nobody;
    if !handed_over {
        let (consent, redirect_uri, link) = (inputs.consent, inputs.redirect_uri.clone(), inputs.consent_link);
        steps.push((Side::B, Op::Provision(Provision { consent, redirect_uri, link })));
    }
    for registry in &survey.registries {
        steps.push((Side::B, let_pull(inputs, survey, registry)));
    }
    for registry in &survey.registries {
        steps.push(prove(inputs, survey, registry));
    }
    for cluster in &survey.clusters {
        steps.extend(reset(inputs, survey, cluster).into_iter().map(|op| (Side::A, op)));
    }
    Plan {
        v: PLAN_VERSION,
        route: Route::NewApp,
        cloud: survey.cloud.clone(),
        tenants: survey.tenants.as_ref().map(|tenant| tenant.id),
        steps: numbered(steps),
    }
}

/// Returns the operations for the app that the cluster is to use, its service principal at home, and a secret.
fn app_and_secret(inputs: &Inputs, survey: &Survey, cluster: &ClusterFacts) -> [Op; 3] {
    let app = CreateApp {
        name: survey.app_name().unwrap_or_else(|| inputs.app_name("", &cluster.id)),
        home: Side::A,
        audience: AppAudience::ManyTenants,
        redirect_uri: inputs.redirect_uri.clone(),
        reads_profile: !inputs.consent_link.is_adminconsent(),
        marker: marker(&cluster.id),
        takes_up: survey.app.as_ref().map(|app| app.object_id),
        passes_over: survey.passed_over.clone(),
    };
    let secret = AddSecret {
        days: inputs.secret_days,
        cluster: cluster.id.clone(),
        renew: inputs.renew && survey.has_own_app(cluster),
        in_use: cluster.key,
    };
    [Op::CreateApp(app), Op::CreatePrincipal(CreatePrincipal { home: Side::A }), Op::AddSecret(secret)]
}

/// Returns the operation that gives the role on a registry, or the page for whoever may assign it.
fn let_pull(inputs: &Inputs, survey: &Survey, registry: &RegistryFacts) -> Op {
    if inputs.access.sign_ins.b == SignIn::Nobody {
        return Op::HandOver(HandOverRegistry {
            registry: registry.id.clone(),
            images: inputs.images_of(&registry.id),
            app_name: survey.clusters.first().map_or_else(String::new, |cluster| inputs.app_name("", &cluster.id)),
            redirect_uri: inputs.redirect_uri.clone(),
            link: inputs.consent_link,
        });
    }
    let (role, repositories) = role_for(registry.mode, &inputs.images_of(&registry.id));
    Op::GrantRole(GrantRole { registry: registry.id.clone(), role, repositories })
}

/// Returns the operation that proves the pull: from here, or from a node. Where neither can, it is tried from here, and
/// fails with the reason: without the proof the cluster is not reset.
fn prove(inputs: &Inputs, survey: &Survey, registry: &RegistryFacts) -> (Side, Op) {
    let from_cluster = survey.clusters.first();
    let proof = from_cluster.and_then(|facts| proof(inputs, survey, &facts.id, registry, PullUser::App));
    proof.unwrap_or_else(|| {
        let (login_server, images) = (registry.login_server.clone(), inputs.images_of(&registry.id));
        let prove = ProvePull { registry: registry.id.clone(), login_server, images, user: PullUser::App };
        (Side::B, Op::ProvePull(prove))
    })
}

/// Returns the operations that change the cluster, and those that matter to that change alone.
///
/// These are the roles, the way back, the reset, the proof from within, and the secret that is removed at the end.
fn reset(inputs: &Inputs, survey: &Survey, facts: &ClusterFacts) -> Vec<Op> {
    let cluster = &facts.id;
    // Where the cluster has the app of an earlier run, there is no former app whose roles count, and no way back.
    let from = facts.client_id.filter(|_| !survey.has_own_app(facts));
    let mut ops = Vec::new();
    if from.is_some() && !(facts.roles.is_empty() && facts.withheld.is_empty() && facts.needed.is_empty()) {
        let (roles, withheld, needed) = (facts.roles.clone(), facts.withheld.clone(), facts.needed.clone());
        ops.push(Op::CopyRoles(CopyRoles { cluster: cluster.clone(), roles, withheld, needed }));
    }
    if let Some(app) = from {
        // A secret that nobody saves proves that one can be made, and need not live longer than the run.
        let (days, saved) = if inputs.keeps_way_back { (inputs.secret_days, true) } else { (1, false) };
        ops.push(Op::KeepWayBack(KeepWayBack { cluster: cluster.clone(), app, days, saved }));
    }
    ops.push(Op::ResetCluster(ResetCluster {
        cluster: cluster.clone(),
        soak_minutes: inputs.soak_minutes,
        from,
        lacks: facts.lacks.clone(),
        holds: facts.holds.clone(),
        needs: facts.needs.clone(),
    }));
    for registry in &survey.registries {
        if let Some(image) = inputs.images_of(&registry.id).first() {
            ops.push(Op::ProveInside(ProveInside {
                cluster: cluster.clone(),
                login_server: registry.login_server.clone(),
                image: image.clone(),
                namespace: inputs.namespace().to_owned(),
                pulls_as: PullsAs::NewCredential,
            }));
        }
    }
    let replaced = facts.key.filter(|_| inputs.renew && from.is_none()).map(OldSecret::Replaced);
    let way_back = from.filter(|_| !inputs.keeps_way_back).map(OldSecret::WayBack);
    for secret in replaced.into_iter().chain(way_back) {
        ops.push(Op::RemoveSecret(RemoveSecret { cluster: cluster.clone(), secret }));
    }
    ops
}
