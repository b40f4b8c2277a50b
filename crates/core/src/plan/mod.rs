//! The plan: an ordered list of steps, built from the inputs and what the checks read. It is a value: the review,
//! the engine, the journal and the undo list read the same one.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::check::{RoleMode, Survey};
use crate::ids::{AppId, ClusterId, ImageRef, RegistryId, TenantId};
use crate::inputs::Inputs;
use crate::sign_in::SignIn;

mod back;
mod condition;
mod fact;
mod names;
mod precondition;
mod step;

pub use back::{back, what_is_made};
pub use condition::{Narrowed, Widened, condition, narrowed, repositories_of, widened};
pub use fact::{Fact, Facts, Learnt};
pub use names::{
    SecretFor, assignment_description, assignment_name, made_by_a_run, marker, pod_name, run_mark, secret_name,
};
pub use precondition::Precondition;
pub use step::{OldSecret, Op, Role, Step, StepId, Undo};

/// The tenant that something happens in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The cluster's tenant.
    A,
    /// The registry's tenant.
    B,
}

impl Side {
    /// Its letter as flags have it.
    #[must_use]
    pub const fn lower(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }

    /// The other tenant.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::B => "B",
        })
    }
}

/// A way to give the cluster access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// A new multi-tenant app becomes the cluster's service principal.
    NewApp,
    /// No way there, but the way back: what a run made is taken back.
    TakeBack,
}

impl Route {
    /// Its name on screens.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::NewApp => "new app",
            Self::TakeBack => "take back",
        }
    }

    /// What it changes in A, in B, and whether nodes restart.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::NewApp => {
                "In A a multi-tenant app becomes the cluster's service principal, and its nodes restart. In B that app may \
                 pull from the registry."
            }
            Self::TakeBack => "What a run made is taken back, newest first. What was there before it stays.",
        }
    }
}

/// The whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The shape of this value; a reader refuses one that it does not know.
    pub v: u8,
    /// The route.
    pub route: Route,
    /// The cloud's name.
    pub cloud: String,
    /// Tenant A.
    pub tenant_a: TenantId,
    /// Tenant B.
    pub tenant_b: TenantId,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// The shape of plans that this version writes. Since version 2 a plan binds the app to what the checks saw, and keeps
/// the former principal's roles for the way back.
pub const PLAN_VERSION: u8 = 2;

impl Plan {
    /// Builds the plan of route `new-app` (`product.md` section 3).
    #[must_use]
    pub fn new_app(inputs: &Inputs, survey: &Survey) -> Self {
        let mut steps = Vec::new();
        let mut add = |side, op| {
            let number = u8::try_from(steps.len() + 1).unwrap_or(u8::MAX);
            steps.push(Step { id: StepId(number), side, op });
        };
        let redirect_uri = inputs.redirect_uri.clone();
        for cluster in &survey.clusters {
            add(
                Side::A,
                Op::CreateApp {
                    name: inputs.app_name.clone(),
                    redirect_uri: redirect_uri.clone(),
                    marker: marker(&cluster.id),
                    takes_up: survey.app.as_ref().map(|app| app.object_id),
                    passes_over: survey.passed_over.clone(),
                },
            );
            add(Side::A, Op::CreatePrincipal);
            let renew = inputs.renew && survey.has_own_app(cluster);
            let (days, in_use) = (inputs.secret_days, cluster.key);
            add(Side::A, Op::AddSecret { days, cluster: cluster.id.clone(), renew, in_use });
        }
        let handed_over = inputs.access.sign_in_b == SignIn::Nobody;
        if !handed_over {
            add(Side::B, Op::Provision { consent: inputs.consent, redirect_uri: redirect_uri.clone() });
        }
        for registry in &survey.registries {
            if handed_over {
                add(
                    Side::B,
                    Op::HandOver {
                        registry: registry.id.clone(),
                        images: inputs.images.clone(),
                        app_name: inputs.app_name.clone(),
                        redirect_uri: redirect_uri.clone(),
                    },
                );
                continue;
            }
            let (role, repositories) = match registry.mode {
                RoleMode::Registry => (Role::AcrPull, Vec::new()),
                RoleMode::Repositories => (Role::RepositoryReader, repositories(&inputs.images)),
            };
            add(Side::B, Op::GrantRole { registry: registry.id.clone(), role, repositories });
        }
        for registry in &survey.registries {
            add(
                Side::B,
                Op::ProvePull {
                    registry: registry.id.clone(),
                    login_server: registry.login_server.clone(),
                    images: inputs.images.clone(),
                },
            );
        }
        for facts in &survey.clusters {
            let cluster = facts.id.clone();
            // Where the cluster has the app of an earlier run, there is no former one whose roles count, and no way
            // back.
            let from = facts.client_id.filter(|_| !survey.has_own_app(facts));
            if from.is_some() && !facts.roles.is_empty() {
                add(Side::A, Op::CopyRoles { cluster: cluster.clone(), roles: facts.roles.clone() });
            }
            if let Some(app) = from {
                // One that nobody saves proves that it can be made, and need not live longer than the run.
                let (days, saved) = match inputs.keeps_way_back {
                    true => (inputs.secret_days, true),
                    false => (1, false),
                };
                add(Side::A, Op::KeepWayBack { cluster: cluster.clone(), app, days, saved });
            }
            add(
                Side::A,
                Op::ResetCluster {
                    cluster: cluster.clone(),
                    soak_minutes: inputs.soak_minutes,
                    from,
                    lacks: facts.lacks.clone(),
                    holds: facts.holds.clone(),
                },
            );
            for (registry, image) in survey.registries.iter().zip(inputs.images.iter().cycle()) {
                let (login_server, namespace) = (registry.login_server.clone(), inputs.namespace.clone());
                let cluster = cluster.clone();
                add(Side::A, Op::ProveInside { cluster, login_server, image: image.clone(), namespace });
            }
            let replaced = facts.key.filter(|_| inputs.renew && from.is_none()).map(OldSecret::Replaced);
            let way_back = from.filter(|_| !inputs.keeps_way_back).map(OldSecret::WayBack);
            for secret in replaced.into_iter().chain(way_back) {
                add(Side::A, Op::RemoveSecret { cluster: facts.id.clone(), secret });
            }
        }
        Self {
            v: PLAN_VERSION,
            route: Route::NewApp,
            cloud: survey.cloud.clone(),
            tenant_a: survey.tenant_a.id,
            tenant_b: survey.tenant_b.id,
            steps,
        }
    }

    /// The step of that number.
    #[must_use]
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.steps.iter().find(|s| s.id == id)
    }

    /// The tenant of a side.
    #[must_use]
    pub const fn tenant(&self, side: Side) -> TenantId {
        match side {
            Side::A => self.tenant_a,
            Side::B => self.tenant_b,
        }
    }

    /// The facts that a step reads. It starts when the first of them are known and waits for the others where it
    /// needs them.
    #[must_use]
    pub fn reads(&self, step: &Step) -> Vec<Fact> {
        match &step.op {
            Op::CreateApp { .. } | Op::TakeBack { .. } => vec![],
            // Nobody needs a way back from what is not proved.
            Op::KeepWayBack { .. } => self.proofs(),
            Op::CreatePrincipal => vec![Fact::App],
            Op::AddSecret { .. } => vec![Fact::AppObject, Fact::App],
            Op::Provision { .. } | Op::HandOver { .. } => vec![Fact::App],
            Op::GrantRole { .. } => vec![Fact::PrincipalB],
            Op::ProvePull { registry, .. } => {
                vec![Fact::App, Fact::SecretKey, Fact::PrincipalB, Fact::Assignment(registry.clone())]
            }
            Op::CopyRoles { .. } => vec![Fact::PrincipalA],
            Op::ResetCluster { .. } => {
                let mut facts = vec![Fact::App, Fact::PrincipalA, Fact::SecretKey];
                facts.extend(self.proofs());
                facts
            }
            Op::ProveInside { cluster, .. } | Op::RemoveSecret { cluster, .. } => {
                vec![Fact::ClusterClient(cluster.clone())]
            }
        }
    }

    /// The facts that say that the pull is proved, from each registry.
    #[must_use]
    pub fn proofs(&self) -> Vec<Fact> {
        let proved = |s: &Step| match &s.op {
            Op::ProvePull { registry, .. } => Some(Fact::Proved(registry.clone())),
            _ => None,
        };
        self.steps.iter().filter_map(proved).collect()
    }

    /// The step that restarts nodes, and is asked for once more; none where nothing restarts.
    #[must_use]
    pub fn restarts(&self) -> Option<&Step> {
        self.steps.iter().find(|s| s.asks_first())
    }

    /// What the cluster's new principal will lack of what the former one has.
    #[must_use]
    pub fn lacks(&self) -> &[String] {
        let lacks = self.steps.iter().find_map(|s| match &s.op {
            Op::ResetCluster { lacks, .. } => Some(lacks.as_slice()),
            _ => None,
        });
        lacks.unwrap_or_default()
    }

    /// The app that the cluster had when the plan was made; none where that was crosspull's own already, and in plans
    /// of the first version, which did not keep it.
    #[must_use]
    pub fn former_app(&self) -> Option<AppId> {
        self.ops().find_map(|op| match op {
            Op::ResetCluster { from, .. } => *from,
            _ => None,
        })
    }

    /// The cluster that the run is about, and the registry.
    #[must_use]
    pub fn subject(&self) -> (Option<&ClusterId>, Option<&RegistryId>) {
        let cluster = self.ops().find_map(|op| match op {
            Op::ResetCluster { cluster, .. } | Op::AddSecret { cluster, .. } => Some(cluster),
            _ => None,
        });
        let registry = self.ops().find_map(|op| match op {
            Op::GrantRole { registry, .. } | Op::HandOver { registry, .. } => Some(registry),
            _ => None,
        });
        (cluster, registry)
    }

    /// What its steps do, or what they take back.
    fn ops(&self) -> impl Iterator<Item = &Op> {
        self.steps.iter().map(|s| match &s.op {
            Op::TakeBack { of, .. } => &of.op,
            op => op,
        })
    }
}

/// The repositories of the images, each once.
fn repositories(images: &[ImageRef]) -> Vec<String> {
    let mut names: Vec<String> = images.iter().map(|i| i.repository.clone()).collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::answers::Answers;
    use crate::check::{AppFacts, ClusterFacts, HeldRole, Reach, RegistryFacts, TenantFacts};
    use crate::field::Key;
    use crate::ids::ObjectId;

    pub(crate) fn sample(mode: RoleMode) -> Plan {
        let inputs = sample_inputs();
        Plan::new_app(&inputs, &sample_survey(&inputs, mode))
    }

    fn sample_inputs() -> Inputs {
        let mut answers = Answers::default();
        for key in [Key::TenantA, Key::Cluster, Key::TenantB, Key::Registry, Key::Repository] {
            answers.set(key, key.field().expect("a row").example);
        }
        Inputs::from_answers(&answers).expect("complete")
    }

    fn sample_survey(inputs: &Inputs, mode: RoleMode) -> Survey {
        let tenant = |n: u128| TenantFacts { id: TenantId(uuid::Uuid::from_u128(n)), name: None };
        Survey {
            cloud: "AzureCloud".to_owned(),
            tenant_a: tenant(1),
            tenant_b: tenant(2),
            clusters: inputs
                .clusters
                .iter()
                .map(|id| ClusterFacts {
                    id: id.clone(),
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
                    lacks: Vec::new(),
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
            assert!(!step.requests().is_empty());
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
        let plan = Plan::new_app(&inputs, &survey);
        let former = plan.steps.iter().filter(|s| {
            matches!(s.op, Op::CopyRoles { .. } | Op::KeepWayBack { .. } | Op::ResetCluster { from: Some(_), .. })
        });
        assert_eq!(former.count(), 0);
    }

    #[test]
    fn a_registry_with_roles_on_repositories_gets_a_reader_with_a_condition() {
        let plan = sample(RoleMode::Repositories);
        let granted = plan.steps.iter().find_map(|s| match &s.op {
            Op::GrantRole { role, repositories, .. } => Some((*role, condition(repositories))),
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
