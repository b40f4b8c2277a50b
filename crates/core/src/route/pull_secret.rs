//! Route `pull-secret`: a service principal pulls, by a pull secret in the cluster (Microsoft, "Pull images from an Azure
//! container registry to a Kubernetes cluster using a pull secret"; `docs/facts/azure.md` 0.8).

use super::in_cluster::{checks_in_cluster, proof, secrets_in_cluster};
use super::{Achieved, Effects, Found, RouteSpec, checks_of_registry, locks_of_registries, role_for};
use crate::check::{Check, RegistryFacts, Survey};
use crate::ids::{ClusterId, KeyId};
use crate::input::{Inputs, Key, Page, Part};
use crate::names::{AppAudience, PullUser, Route, Side, pull_marker};
use crate::operation::{
    AddPullPassword, CreateApp, CreatePrincipal, GrantRole, HandOverRegistry, Op, Provision, RemovePullPassword,
};
use crate::plan::{PLAN_VERSION, Plan, numbered};
use crate::sign_in::SignIn;

pub(super) const SPEC: RouteSpec = RouteSpec {
    route: Route::PullSecret,
    title: "pull secret",
    says: "In B a service principal of its own may pull from the registry. In A its secret goes into the namespaces that you \
           choose. Nothing restarts.",
    effects: Effects {
        in_a: "a pull secret in each namespace that you choose",
        in_b: "an app, and its role on the registry",
        secret: "a client secret in the pull secrets, 180 days unless you say otherwise",
        restarts: false,
    },
    is_recommended: true,
    pages: &[Page::TenantA, Page::TenantB, Page::App, Page::PullSecret],
    leaves_out: &[Key::Soak, Key::RedirectUri, Key::Consent],
    fits,
    checks,
    plan,
    headline,
};

fn fits(found: &Found) -> Result<String, String> {
    if let Some(why) = found.no_role() {
        return Err(why.to_owned());
    }
    let works = "any cluster pulls by a pull secret, and nothing restarts";
    Ok(match &found.no_kubernetes {
        None => works.to_owned(),
        Some(_) => format!("{works}; its Kubernetes API does not answer from here, so you are told what to run"),
    })
}

/// Returns the tenant that the app is registered in: the registry's, or the cluster's where nobody signs in to that one.
fn home(inputs: &Inputs) -> Side {
    let left_to_us = if inputs.access.sign_ins.b == SignIn::Nobody { Side::A } else { Side::B };
    inputs.pull_app.unwrap_or(left_to_us)
}

fn checks(inputs: &Inputs) -> Vec<Check> {
    let mut checks = vec![Check::PullApp(home(inputs))];
    checks.extend(checks_in_cluster(inputs));
    checks.extend(inputs.registries.iter().flat_map(|id| checks_of_registry(id, &inputs.images_of(id))));
    checks.extend(locks_of_registries(inputs));
    checks
}

fn headline(done: &Achieved<'_>) -> String {
    super::in_cluster::headline(done)
}

/// Builds the plan: the app with its secret, its role on each registry, the proof, and then the pull secrets.
fn plan(inputs: &Inputs, survey: &Survey) -> Plan {
    let mut steps: Vec<(Side, Op)> = Vec::new();
    for cluster in &inputs.clusters {
        let home = home(inputs);
        steps.extend(app_and_secret(inputs, survey, cluster).map(|op| (home, op)));
        let handed_over = inputs.access.sign_ins.b == SignIn::Nobody;
        if home == Side::A && !handed_over {
            let (consent, redirect_uri, link) = (inputs.consent, inputs.redirect_uri.clone(), inputs.consent_link);
            steps.push((Side::B, Op::Provision(Provision { consent, redirect_uri, link })));
        }
        steps.extend(survey.registries.iter().map(|registry| (Side::B, let_pull(inputs, cluster, registry))));
        for registry in &survey.registries {
            steps.extend(proof(inputs, survey, cluster, registry, PullUser::App));
        }
        steps.extend(secrets_in_cluster(inputs, survey, cluster, PullUser::App));
        let replaced = key_in_use(survey).filter(|_| inputs.renew);
        let others_may_stay_unread = inputs.may_stay_unread.contains(&Part::PullSecrets);
        let remove = |key| Op::RemovePullPassword(RemovePullPassword { home, key, others_may_stay_unread });
        steps.extend(replaced.map(|key| (home, remove(key))));
    }
    Plan {
        v: PLAN_VERSION,
        route: Route::PullSecret,
        cloud: survey.cloud.clone(),
        tenants: survey.tenants.as_ref().map(|tenant| tenant.id),
        steps: numbered(steps),
    }
}

/// Returns the operations for the app that pulls, its service principal at home, and a secret.
fn app_and_secret(inputs: &Inputs, survey: &Survey, cluster: &ClusterId) -> [Op; 3] {
    let home = home(inputs);
    let (audience, redirect_uri) = match home {
        Side::A => (AppAudience::ManyTenants, inputs.redirect_uri.clone()),
        Side::B => (AppAudience::OneTenant, String::new()),
    };
    let app = CreateApp {
        name: survey.app_name().unwrap_or_else(|| inputs.app_name("pull-", cluster)),
        home,
        audience,
        redirect_uri,
        reads_profile: home == Side::A && !inputs.consent_link.is_adminconsent(),
        marker: pull_marker(cluster),
        takes_up: survey.app.as_ref().map(|app| app.object_id),
        passes_over: survey.passed_over.clone(),
    };
    let secret = AddPullPassword { home, days: inputs.secret_days, renew: inputs.renew, in_use: key_in_use(survey) };
    [Op::CreateApp(app), Op::CreatePrincipal(CreatePrincipal { home }), Op::AddPullPassword(secret)]
}

/// Returns the key id of the secret that the pull secrets have, where all that are there have one and the same of the
/// app that is taken up.
fn key_in_use(survey: &Survey) -> Option<KeyId> {
    let app = survey.app.as_ref()?;
    let found = survey.namespaces.iter().flat_map(|namespace| &namespace.secrets).filter(|secret| secret.is_own);
    let mut keys: Vec<KeyId> = found.filter_map(|secret| secret.key).collect();
    keys.dedup();
    let [key] = keys.as_slice() else { return None };
    app.secrets.iter().any(|secret| secret.key == *key).then_some(*key)
}

/// Returns the operation that gives the role on a registry, or the page for whoever may assign it.
fn let_pull(inputs: &Inputs, cluster: &ClusterId, registry: &RegistryFacts) -> Op {
    if inputs.access.sign_ins.b == SignIn::Nobody {
        return Op::HandOver(HandOverRegistry {
            registry: registry.id.clone(),
            images: inputs.images_of(&registry.id),
            app_name: inputs.app_name("pull-", cluster),
            redirect_uri: inputs.redirect_uri.clone(),
            link: inputs.consent_link,
        });
    }
    let (role, repositories) = role_for(registry.mode, &inputs.images_of(&registry.id));
    Op::GrantRole(GrantRole { registry: registry.id.clone(), role, repositories })
}
