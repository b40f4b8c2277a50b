//! Route `repository-token`: a token of the registry's own pulls, by a pull secret in the cluster (Microsoft, "Create a
//! token with repository-scoped permissions"; `docs/facts/azure.md` 4, 9.3).

use super::in_cluster::{checks_in_cluster, proof, secret_name, secrets_in_cluster};
use super::{Achieved, Effects, Found, RouteSpec, checks_of_registry_by, locks_of_registries, repositories};
use crate::check::{Check, RegistryFacts, Survey};
use crate::ids::{ClusterId, KeyId, RegistryId, RepositoryWildcard};
use crate::input::{Inputs, Key, Page, Part};
use crate::names::{PullUser, Route, Side, token_name};
use crate::operation::{AddTokenPassword, EndTokenPassword, MakeToken, Op};
use crate::plan::{PLAN_VERSION, Plan, numbered};

pub(super) const SPEC: RouteSpec = RouteSpec {
    route: Route::RepositoryToken,
    title: "repository token",
    says: "In B the registry gets a token of its own that may pull what you name, without any app. In A its password goes into \
           the namespaces that you choose. Nothing restarts.",
    effects: Effects {
        in_a: "a pull secret in each namespace that you choose",
        in_b: "a scope map and a token on the registry",
        secret: "a password of the token in the pull secrets, 180 days unless you say otherwise",
        restarts: false,
    },
    is_recommended: true,
    pages: &[Page::TenantA, Page::TenantB, Page::App, Page::PullSecret],
    leaves_out: &[Key::AppName, Key::RedirectUri, Key::Consent, Key::Soak],
    fits,
    checks,
    plan,
    headline,
};

fn fits(found: &Found) -> Result<String, String> {
    if !found.rights.signs_in_to_b {
        return Err("nobody signs in to the registry's tenant, and its tokens are made there".to_owned());
    }
    let works = "any cluster pulls by a token of the registry's own, whatever its roles hold on";
    Ok(match &found.no_kubernetes {
        None => works.to_owned(),
        Some(_) => {
            format!("{works}; the cluster's Kubernetes API does not answer from here, so you are told what to run")
        }
    })
}

fn checks(inputs: &Inputs) -> Vec<Check> {
    let mut checks = checks_in_cluster(inputs);
    for id in &inputs.registries {
        checks.extend(checks_of_registry_by(id, &inputs.images_of(id), Check::TokenRight(id.clone())));
    }
    checks.extend(locks_of_registries(inputs));
    checks
}

fn headline(done: &Achieved<'_>) -> String {
    super::in_cluster::headline(done)
}

/// Builds the plan: the token and its password on each registry, the proof, and then the pull secrets.
fn plan(inputs: &Inputs, survey: &Survey) -> Plan {
    let mut steps: Vec<(Side, Op)> = Vec::new();
    for cluster in &inputs.clusters {
        for registry in &survey.registries {
            steps.extend(token_and_password(inputs, survey, cluster, registry).map(|op| (Side::B, op)));
        }
        for registry in &survey.registries {
            steps.extend(proof(inputs, survey, cluster, registry, PullUser::OfRegistry));
        }
        steps.extend(secrets_in_cluster(inputs, survey, cluster, PullUser::OfRegistry));
        for registry in survey.registries.iter().filter(|_| inputs.renew) {
            let replaced = keys_in_use(inputs, survey, cluster, registry).into_iter();
            let (registry, others_may_stay_unread) =
                (&registry.id, inputs.may_stay_unread.contains(&Part::PullSecrets));
            let end = |key| {
                let registry = registry.clone();
                Op::EndTokenPassword(EndTokenPassword { registry, key, others_may_stay_unread })
            };
            steps.extend(replaced.map(|key| (Side::B, end(key))));
        }
    }
    Plan {
        v: PLAN_VERSION,
        route: Route::RepositoryToken,
        cloud: survey.cloud.clone(),
        tenants: survey.tenants.as_ref().map(|tenant| tenant.id),
        steps: numbered(steps),
    }
}

/// Returns the operations for the token of a registry, and a password of it.
fn token_and_password(inputs: &Inputs, survey: &Survey, cluster: &ClusterId, registry: &RegistryFacts) -> [Op; 2] {
    let token = MakeToken {
        cluster: cluster.clone(),
        registry: registry.id.clone(),
        name: token_name(cluster),
        repositories: granted(inputs, &registry.id),
    };
    let password = AddTokenPassword {
        registry: registry.id.clone(),
        days: inputs.secret_days,
        renew: inputs.renew,
        in_use: keys_in_use(inputs, survey, cluster, registry),
    };
    [Op::MakeToken(token), Op::AddTokenPassword(password)]
}

/// Returns what the scope map names: the wildcards, and the repositories that none of them covers.
fn granted(inputs: &Inputs, registry: &RegistryId) -> Vec<String> {
    let wanted = inputs.wildcards.iter().filter(|wanted| wanted.registry == *registry);
    let mut wildcards: Vec<&RepositoryWildcard> = wanted.map(|wanted| &wanted.wildcard).collect();
    wildcards.sort();
    wildcards.dedup();
    let all = || wildcards.iter().copied();
    let is_covered =
        |name: &str, own: Option<&RepositoryWildcard>| all().any(|other| Some(other) != own && other.covers(name));
    let widest = all().filter(|one| !is_covered(&one.to_string(), Some(one))).map(ToString::to_string);
    let others = repositories(&inputs.images_of(registry)).into_iter().filter(|name| !is_covered(name, None));
    widest.chain(others).collect()
}

/// Returns the keys of the passwords that the pull secrets have which crosspull wrote for a registry.
fn keys_in_use(inputs: &Inputs, survey: &Survey, cluster: &ClusterId, registry: &RegistryFacts) -> Vec<KeyId> {
    let name = secret_name(inputs, &registry.id);
    let here = survey.namespaces.iter().filter(|namespace| namespace.cluster == *cluster);
    let own = here.flat_map(|namespace| &namespace.secrets).filter(|secret| secret.is_own && secret.name == name);
    let mut keys: Vec<KeyId> = own.filter_map(|secret| secret.key).collect();
    keys.sort();
    keys.dedup();
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{FoundSecret, NamespaceFacts, RoleMode};
    use crate::ids::ImageRef;
    use crate::input::{WantedImage, WantedWildcard};
    use crate::operation::{Fact, Step};
    use crate::route::tests::{sample_inputs, sample_survey};

    const OLD: KeyId = KeyId(uuid::Uuid::from_u128(7));

    fn planned(mode: RoleMode, renew: bool, old: Option<KeyId>) -> Plan {
        let inputs = Inputs { renew, ..sample_inputs() };
        let mut survey = sample_survey(&inputs, mode);
        let secret = |key| FoundSecret {
            name: "crosspull-registryb".to_owned(),
            is_own: true,
            key: Some(key),
            managers: Vec::new(),
        };
        survey.namespaces = vec![NamespaceFacts {
            takes_no_secret: None,
            takes_no_pod: None,
            cluster: inputs.clusters[0].clone(),
            namespace: "default".to_owned(),
            secrets: old.map(secret).into_iter().collect(),
            lacks: Vec::new(),
            no_accounts: Vec::new(),
        }];
        plan(&inputs, &survey)
    }

    #[test]
    fn no_app_and_no_role_are_involved_whatever_roles_hold_on() {
        for mode in [RoleMode::Registry, RoleMode::Repositories] {
            let plan = planned(mode, false, None);
            let [
                Step { op: Op::MakeToken(token), .. },
                Step { op: Op::AddTokenPassword(password), .. },
                Step { op: Op::ProvePull(prove), .. },
                Step { op: Op::WritePullSecret(write), .. },
                Step { op: Op::ProveInside(_), .. },
            ] = plan.steps.as_slice()
            else {
                panic!("{:?}", plan.steps)
            };
            assert_eq!(
                (token.name.as_str(), token.repositories.as_slice()),
                ("crosspull-aks-shop", &["shop/web".to_owned()][..])
            );
            assert!(password.in_use.is_empty() && plan.restarts().is_none());
            assert_eq!((prove.user, write.user), (PullUser::OfRegistry, PullUser::OfRegistry));
        }
    }

    #[test]
    fn a_scope_map_names_wildcards_and_what_none_of_them_covers() {
        let mut inputs = sample_inputs();
        let registry = inputs.registries[0].clone();
        let image = |text: &str| ImageRef::parse(text).expect("an image");
        let mut wants = |wildcards: &[&str], images: &[&str]| {
            let parse = |text: &&str| RepositoryWildcard::parse(text).expect("a wildcard");
            inputs.wildcards = wildcards
                .iter()
                .map(|text| WantedWildcard { registry: registry.clone(), wildcard: parse(text) })
                .collect();
            inputs.images =
                images.iter().map(|text| WantedImage { registry: registry.clone(), image: image(text) }).collect();
            granted(&inputs, &registry)
        };
        assert_eq!(wants(&["shop/*"], &["shop/web:1", "shop:1", "jobs:2"]), ["shop/*", "jobs", "shop"]);
        assert_eq!(wants(&["shop/team/*", "shop/*", "shop/*"], &["shop/web:1"]), ["shop/*"]);
        assert_eq!(wants(&["shop/*", "*"], &["jobs:2"]), ["*"]);
        assert_eq!(wants(&[], &["shop/web:1", "shop/web:2"]), ["shop/web"]);
    }

    #[test]
    fn every_fact_is_written_before_it_is_read_and_every_change_says_how_it_is_undone() {
        let plan = planned(RoleMode::Registry, true, Some(OLD));
        let mut known: Vec<Fact> = Vec::new();
        for step in &plan.steps {
            for fact in plan.reads(step) {
                assert!(known.contains(&fact), "step {} reads {fact:?} too early", step.id);
            }
            known.extend(step.writes());
            assert!(!step.calls().is_empty() && !step.undo().to_string().is_empty());
        }
        let json = serde_json::to_string(&plan).expect("writes");
        assert_eq!(serde_json::from_str::<Plan>(&json).expect("reads"), plan);
    }

    #[test]
    fn the_replaced_password_ends_last_and_only_where_another_was_asked_for() {
        let plan = planned(RoleMode::Registry, true, Some(OLD));
        assert!(matches!(plan.steps.last().map(|s| &s.op), Some(Op::EndTokenPassword(end)) if end.key == OLD));
        let kept = planned(RoleMode::Registry, false, Some(OLD));
        assert!(!kept.steps.iter().any(|s| matches!(s.op, Op::EndTokenPassword(_))));
        let Some(Op::AddTokenPassword(password)) = kept.steps.get(1).map(|s| &s.op) else { panic!("{:?}", kept.steps) };
        assert_eq!(password.in_use, [OLD]);
    }
}
