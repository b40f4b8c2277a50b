//! Routes: the ways to give a cluster access to a registry. One file holds one route; this file holds what they share.

use crate::check::{Check, RoleMode, Survey};
use crate::ids::{ImageRef, RegistryId};
use crate::input::{Inputs, Key, Page};
use crate::names::{Role, Route, Side};
use crate::plan::Plan;

mod admin_account;
mod attach;
mod chooser;
mod convert_app;
mod in_cluster;
mod methods;
mod new_app;
mod pull_secret;
mod repository_token;

pub use chooser::{Assessed, Fit, Found, Identity, Rights, Weighed, assess, choose, judge};
pub use convert_app::PROOF_DAYS;
pub use in_cluster::secret_name;
pub use methods::{METHODS, Method};

/// A route as a value: all that forms, checks, plan and screens ask of a route.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the names say it")]
pub struct RouteSpec {
    pub route: Route,
    pub title: &'static str,
    /// The changes that the route makes in A and in B, and whether nodes restart.
    pub says: &'static str,
    /// What the route changes and leaves behind, in a few words each.
    pub effects: Effects,
    /// The forms that ask for what the route needs, in order.
    pub pages: &'static [Page],
    /// The inputs that those forms do not ask for, since they follow from others.
    pub leaves_out: &'static [Key],
    /// True where the route may be recommended. One that is not is taken only where somebody asks for it.
    pub is_recommended: bool,
    /// Says why the route fits what was found. The error says why it cannot work there.
    pub fits: fn(&Found) -> Result<String, String>,
    /// Lists the checks that are asked once both tenants are entered.
    pub checks: fn(&Inputs) -> Vec<Check>,
    /// Builds the plan from the answers and from what the checks read.
    pub plan: fn(&Inputs, &Survey) -> Plan,
    /// Writes the first line of the end of a run that is done.
    pub headline: fn(&Achieved<'_>) -> String,
}

/// What a route changes and leaves behind, in a few words each.
#[derive(Debug, Clone, Copy)]
pub struct Effects {
    /// The change in the cluster's tenant.
    pub in_a: &'static str,
    /// The change in the registry's tenant.
    pub in_b: &'static str,
    /// The secret that there is from then on, and how long it lives.
    pub secret: &'static str,
    /// True where nodes restart.
    pub restarts: bool,
}

/// The achievements of a run that is done.
#[derive(Debug, Clone)]
pub struct Achieved<'a> {
    /// The name of the cluster.
    pub cluster: &'a str,
    /// The name of the registry.
    pub registry: &'a str,
    /// The images that were to be pulled.
    pub images: String,
    /// True where the pull was proved from here.
    pub proved_here: bool,
    /// The node that pulled. `None` where no node was seen to pull.
    pub node: Option<&'a str>,
}

/// Every route, in the order in which they are recommended.
pub const ROUTES: [&RouteSpec; 6] = [
    &attach::SPEC,
    &convert_app::SPEC,
    &new_app::SPEC,
    &pull_secret::SPEC,
    &repository_token::SPEC,
    &admin_account::SPEC,
];

/// Returns the description of a route. `None` for the way back.
#[must_use]
pub fn spec(route: Route) -> Option<&'static RouteSpec> {
    ROUTES.into_iter().find(|spec| spec.route == route)
}

/// Returns the title of a route or of the way back.
#[must_use]
pub fn title(route: Route) -> &'static str {
    match (spec(route), route) {
        (Some(spec), _) => spec.title,
        (None, Route::EnableAdmin) => "enable the admin account",
        (None, Route::OpenAccess) => "open access",
        (None, Route::CloseAccess) => "close access",
        (None, _) => "take back",
    }
}

/// Returns what a route changes, or what the way back does.
#[must_use]
pub fn says(route: Route) -> &'static str {
    spec(route).map_or("What a run made is taken back, newest first. What was there before it stays.", |spec| spec.says)
}

/// Returns the word for a route in flags and answers.
#[must_use]
pub fn word(route: Route) -> &'static str {
    Route::OFFERED.iter().find(|offered| offered.route == route).map_or("", |offered| offered.word)
}

/// Returns the forms that ask for what is needed, in order.
///
/// Where the route is left to crosspull, these are the forms of the two tenants, which tell all that routes are weighed
/// by.
#[must_use]
pub fn pages(asked: Option<Route>) -> &'static [Page] {
    asked.and_then(spec).map_or(&[Page::TenantA, Page::TenantB], |spec| spec.pages)
}

/// Returns the form that is the route's own, at whose foot the inputs stand that most people leave as they are. `None`
/// where the forms of the tenants are all that the route has.
#[must_use]
pub fn own_page(asked: Option<Route>) -> Option<Page> {
    pages(asked).last().copied().filter(|page| !matches!(page, Page::TenantA | Page::TenantB))
}

/// True where a form of the route asks for that input.
#[must_use]
pub fn asks_for(asked: Option<Route>, key: Key) -> bool {
    !asked.and_then(spec).is_some_and(|spec| spec.leaves_out.contains(&key))
}

/// Returns the role that lets a principal pull from a registry of that mode, and the repositories that its condition
/// names.
fn role_for(mode: RoleMode, images: &[ImageRef]) -> (Role, Vec<String>) {
    match mode {
        RoleMode::Registry => (Role::AcrPull, Vec::new()),
        RoleMode::Repositories => (Role::RepositoryReader, repositories(images)),
    }
}

/// Returns the repositories of the images, without repetitions.
fn repositories(images: &[ImageRef]) -> Vec<String> {
    let mut names: Vec<String> = images.iter().map(|i| i.repository.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// Returns the checks of a registry on which a role is assigned.
///
/// Where nobody signs in to its tenant, the only question is whether it answers.
fn checks_of_registry(id: &RegistryId, images: &[ImageRef]) -> Vec<Check> {
    match id.server() {
        Some(_) => vec![Check::Registry(id.clone())],
        None => checks_of_registry_by(id, images, Check::RoleRight(id.clone())),
    }
}

/// Returns the check of locks at the registries, where a route writes to one that somebody signs in for.
fn locks_of_registries(inputs: &Inputs) -> Option<Check> {
    inputs.registries.iter().any(|id| id.server().is_none()).then_some(Check::Locks(Side::B))
}

/// Returns the checks of a registry whose route needs that right there.
fn checks_of_registry_by(id: &RegistryId, images: &[ImageRef], right: Check) -> Vec<Check> {
    let images = images.iter().filter(|_| id.server().is_none());
    let images = images.map(|image| Check::Image(id.clone(), image.clone()));
    [Check::Registry(id.clone()), right].into_iter().chain(images).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::check::{AppFacts, ClusterFacts, HeldRole, Reach, RegistryFacts, TenantFacts};
    use crate::condition::condition;
    use crate::ids::{ClusterId, ObjectId, TenantId};
    use crate::input::{Answers, Key};
    use crate::names::{PerTenant, marker};
    use crate::operation::{Fact, Op};

    pub(crate) fn sample(mode: RoleMode) -> Plan {
        let inputs = sample_inputs();
        (new_app::SPEC.plan)(&inputs, &sample_survey(&inputs, mode))
    }

    pub(crate) fn sample_inputs() -> Inputs {
        let mut answers = Answers::default();
        for key in [Key::TenantA, Key::Cluster, Key::TenantB, Key::Registry, Key::Repository] {
            answers.set(key, key.field().expect("a row").example);
        }
        Inputs::from_answers(&answers).expect("complete")
    }

    pub(crate) fn sample_survey(inputs: &Inputs, mode: RoleMode) -> Survey {
        let tenant = |n: u128| TenantFacts { id: TenantId(uuid::Uuid::from_u128(n)), name: None };
        Survey {
            cloud: "AzureCloud".to_owned(),
            tenants: PerTenant { a: tenant(1), b: tenant(2) },
            clusters: inputs
                .clusters
                .iter()
                .map(|id| ClusterFacts {
                    id: id.clone(),
                    kubelet: None,
                    client_id: "33333333-3333-4333-8333-333333333333".parse().ok(),
                    provisioning_state: String::new(),
                    power_state: String::new(),
                    nodes: 3,
                    holds: Vec::new(),
                    key: None,
                    roles: vec![HeldRole {
                        role: "Contributor".to_owned(),
                        definition:
                            "/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"
                                .to_owned(),
                        scope: "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/MC_shop".to_owned(),
                        condition: None,
                    }],
                    withheld: Vec::new(),
                    lacks: Vec::new(),
                    needed: Vec::new(),
                    needs: Vec::new(),
                })
                .collect(),
            registries: inputs
                .registries
                .iter()
                .map(|id| RegistryFacts {
                    id: id.clone(),
                    login_server: "registryb.azurecr.io".to_owned(),
                    mode,
                    reach: Reach::Open,
                })
                .collect(),
            pullers: Vec::new(),
            cluster_apps: Vec::new(),
            namespaces: Vec::new(),
            no_kubernetes: Vec::new(),
            app: None,
            passed_over: Vec::new(),
        }
    }

    #[test]
    fn every_fact_is_written_before_it_is_read_and_every_change_says_how_it_is_undone() {
        let plan = sample(RoleMode::Registry);
        let mut known: Vec<Fact> = Vec::new();
        for step in &plan.steps {
            for fact in plan.reads(step) {
                assert!(known.contains(&fact), "step {} reads {fact:?} too early", step.id);
            }
            known.extend(step.writes());
            assert!(!step.calls().is_empty());
            assert!(!step.undo().to_string().is_empty());
        }
        assert_eq!(plan.steps.len(), 11);
    }

    #[test]
    fn a_cluster_that_has_the_app_already_has_no_former_one() {
        let inputs = sample_inputs();
        let mut survey = sample_survey(&inputs, RoleMode::Registry);
        let app_id = survey.clusters.first().and_then(|c| c.client_id).expect("an app");
        survey.app = Some(AppFacts {
            object_id: ObjectId(uuid::Uuid::nil()),
            app_id,
            name: String::new(),
            created: None,
            owners: None,
            secrets: Vec::new(),
            certificates: 0,
        });
        let plan = (new_app::SPEC.plan)(&inputs, &survey);
        let former = plan.steps.iter().filter(|s| match &s.op {
            Op::CopyRoles(_) | Op::KeepWayBack(_) => true,
            Op::ResetCluster(reset) => reset.from.is_some(),
            _ => false,
        });
        assert_eq!(former.count(), 0);
    }

    #[test]
    fn a_registry_with_roles_on_repositories_gets_a_reader_with_a_condition() {
        let plan = sample(RoleMode::Repositories);
        let granted = plan.steps.iter().find_map(|s| match &s.op {
            Op::GrantRole(grant) => Some((grant.role, condition(&grant.repositories))),
            _ => None,
        });
        let (role, condition) = granted.expect("a role");
        assert_eq!(role, Role::RepositoryReader);
        assert!(condition.is_some_and(|c| c.ends_with(
            "(@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEqualsIgnoreCase 'shop/web'))"
        )));
    }

    #[test]
    fn derived_names_do_not_depend_on_spelling() {
        let text = Key::Cluster.field().expect("a row").example;
        let one = ClusterId::parse(text).expect("an id");
        let other = ClusterId::parse(&text.replace("resourceGroups", "resourcegroups").replace("rg-shop", "RG-Shop"))
            .expect("an id");
        assert_eq!(marker(&one), marker(&other));
    }

    #[test]
    fn a_plan_survives_its_own_json() {
        let plan = sample(RoleMode::Registry);
        let json = serde_json::to_string(&plan).expect("writes");
        assert_eq!(serde_json::from_str::<Plan>(&json).expect("reads"), plan);
    }
}
