//! The plan: an ordered list of steps, built from the inputs and what the checks read. It is a value: the review,
//! the engine, the journal and the undo list read the same one.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::check::{RoleMode, Survey};
use crate::event::Outcome;
use crate::ids::{AppId, ClusterId, ImageRef, ObjectId, RegistryId, TenantId};
use crate::inputs::{ConsentMode, Inputs};

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
}

impl Route {
    /// Its name on screens.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::NewApp => "new app",
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
        }
    }
}

/// The number of a step in its plan, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub u8);

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A role that lets a principal pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Pull from everything in a registry.
    AcrPull,
    /// Read repositories of a registry whose roles hold on repositories.
    RepositoryReader,
}

impl Role {
    /// Its built-in name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AcrPull => "AcrPull",
            Self::RepositoryReader => "Container Registry Repository Reader",
        }
    }

    /// Its definition's id, the same in every cloud (`azure-facts.md` 3.6).
    #[must_use]
    pub const fn definition(self) -> Uuid {
        match self {
            Self::AcrPull => Uuid::from_u128(0x7f95_1dda_4ed3_4680_a7ca_43fe_172d_538d),
            Self::RepositoryReader => Uuid::from_u128(0xb93a_a761_3e63_49ed_ac28_beff_a264_f7ac),
        }
    }
}

/// What a step does. Closed: the compiler lists every place that a new one touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case")]
pub enum Op {
    /// Create the multi-tenant app registration.
    CreateApp {
        /// Its display name.
        name: String,
        /// Its redirect address.
        redirect_uri: String,
        /// The tag by which a later run finds it.
        marker: String,
    },
    /// Create the app's service principal in its home tenant.
    CreatePrincipal,
    /// Add a client secret, and wait until sign-in takes it.
    AddSecret {
        /// Days that it lives.
        days: u16,
        /// The cluster that is to have it.
        cluster: ClusterId,
    },
    /// Create the app's service principal in tenant B, or have a person do it.
    Provision {
        /// Who does it.
        consent: ConsentMode,
        /// Where the consent page goes afterwards.
        redirect_uri: String,
    },
    /// Give the app's service principal in B a role on a registry.
    GrantRole {
        /// Which registry.
        registry: RegistryId,
        /// Which role.
        role: Role,
        /// The repositories that a condition names; empty for all.
        repositories: Vec<String>,
    },
    /// Pull for real, with the new credential, as a node does.
    ProvePull {
        /// Which registry.
        registry: RegistryId,
        /// Its host.
        login_server: String,
        /// What is pulled.
        images: Vec<ImageRef>,
    },
    /// Give the cluster the new credential.
    ResetCluster {
        /// Which cluster.
        cluster: ClusterId,
        /// Minutes to wait first.
        soak_minutes: u16,
    },
}

/// What a step learns and later steps read. Ids only, never a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The app's object id in A.
    AppObject,
    /// The app's application id.
    App,
    /// The object id of its service principal in A.
    PrincipalA,
    /// The key id of the secret that the cluster is to have.
    SecretKey,
    /// When that secret ends.
    SecretEnds,
    /// The object id of its service principal in B.
    PrincipalB,
    /// The role assignment on a registry.
    Assignment(RegistryId),
    /// The pull from a registry was proved.
    Proved(RegistryId),
    /// The app that a cluster uses.
    ClusterClient(ClusterId),
}

/// How a step is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// It leaves nothing behind.
    Nothing,
    /// By this call.
    By(&'static str),
    /// It goes when something else goes.
    With(&'static str),
    /// Not by crosspull; how.
    ByHand(&'static str),
}

/// One step: one change, or one wait for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its number.
    pub id: StepId,
    /// Where it happens.
    pub side: Side,
    /// What it does.
    #[serde(flatten)]
    pub op: Op,
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

/// The shape of plans that this version writes.
pub const PLAN_VERSION: u8 = 1;

/// The namespace of the names that crosspull derives, so that two runs derive the same ones.
const NAMESPACE: Uuid = Uuid::from_u128(0x5a1e_7c1d_93b0_4f5e_8f0a_2c6d_1b7e_9a40);

/// The tag on the app by which a later run for the same cluster finds it. A cluster has one service principal, so
/// the cluster alone is in it.
#[must_use]
pub fn marker(cluster: &ClusterId) -> String {
    format!("crosspull:{}", Uuid::new_v5(&NAMESPACE, cluster.key().as_bytes()))
}

/// The name of a role assignment: the same for the same principal, role and scope, so that a second run cannot make a
/// second one (`azure-facts.md` 3.1).
#[must_use]
pub fn assignment_name(registry: &RegistryId, role: Role, principal: ObjectId) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{}|{}|{principal}", registry.key(), role.definition()).as_bytes())
}

/// The condition that lets a reader into the named repositories alone, version 2.0 (`azure-facts.md` 3.6); none where
/// none is named.
#[must_use]
pub fn condition(repositories: &[String]) -> Option<String> {
    const REPOSITORIES: &str = "Microsoft.ContainerRegistry/registries/repositories";
    if repositories.is_empty() {
        return None;
    }
    let named: Vec<String> =
        repositories.iter().map(|r| format!("@Request[{REPOSITORIES}:name] StringEqualsIgnoreCase '{r}'")).collect();
    Some(format!(
        "((!(ActionMatches{{'{REPOSITORIES}/content/read'}}) AND !(ActionMatches{{'{REPOSITORIES}/metadata/read'}})) OR \
         ({}))",
        named.join(" OR ")
    ))
}

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
        for cluster in survey.clusters.iter().map(|c| c.id.clone()) {
            add(
                Side::A,
                Op::CreateApp {
                    name: inputs.app_name.clone(),
                    redirect_uri: redirect_uri.clone(),
                    marker: marker(&cluster),
                },
            );
            add(Side::A, Op::CreatePrincipal);
            add(Side::A, Op::AddSecret { days: inputs.secret_days, cluster });
        }
        add(Side::B, Op::Provision { consent: inputs.consent, redirect_uri });
        for registry in &survey.registries {
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
        for cluster in &survey.clusters {
            add(Side::A, Op::ResetCluster { cluster: cluster.id.clone(), soak_minutes: inputs.soak_minutes });
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
            Op::CreateApp { .. } => vec![],
            Op::CreatePrincipal => vec![Fact::App],
            Op::AddSecret { .. } => vec![Fact::AppObject, Fact::App],
            Op::Provision { .. } => vec![Fact::App],
            Op::GrantRole { .. } => vec![Fact::PrincipalB],
            Op::ProvePull { registry, .. } => {
                vec![Fact::App, Fact::SecretKey, Fact::PrincipalB, Fact::Assignment(registry.clone())]
            }
            Op::ResetCluster { .. } => {
                let mut facts = vec![Fact::App, Fact::PrincipalA, Fact::SecretKey];
                facts.extend(self.registries().map(Fact::Proved));
                facts
            }
        }
    }

    /// The registries that are proved.
    fn registries(&self) -> impl Iterator<Item = RegistryId> {
        self.steps.iter().filter_map(|s| match &s.op {
            Op::ProvePull { registry, .. } => Some(registry.clone()),
            _ => None,
        })
    }

    /// The cluster that the run is about, and the registry.
    #[must_use]
    pub fn subject(&self) -> (Option<&ClusterId>, Option<&RegistryId>) {
        let cluster = self.steps.iter().find_map(|s| match &s.op {
            Op::ResetCluster { cluster, .. } => Some(cluster),
            _ => None,
        });
        let registry = self.steps.iter().find_map(|s| match &s.op {
            Op::GrantRole { registry, .. } => Some(registry),
            _ => None,
        });
        (cluster, registry)
    }
}

/// The repositories of the images, each once.
fn repositories(images: &[ImageRef]) -> Vec<String> {
    let mut names: Vec<String> = images.iter().map(|i| i.repository.clone()).collect();
    names.sort();
    names.dedup();
    names
}

impl Step {
    /// What it does, in a few words.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.op {
            Op::CreateApp { .. } => "create the multi-tenant app".to_owned(),
            Op::CreatePrincipal => "create its service principal".to_owned(),
            Op::AddSecret { days, .. } => format!("add a client secret, {days} days"),
            Op::Provision { .. } => "provision the app".to_owned(),
            Op::GrantRole { registry, role, .. } => {
                format!("grant {} on {}", short_role(*role), registry.name())
            }
            Op::ProvePull { images, .. } => match images.as_slice() {
                [one] => format!("prove the pull of {one}"),
                several => format!("prove the pull of {} images", several.len()),
            },
            Op::ResetCluster { cluster, .. } => format!("reset {}", cluster.name()),
        }
    }

    /// The facts that it writes.
    #[must_use]
    pub fn writes(&self) -> Vec<Fact> {
        match &self.op {
            Op::CreateApp { .. } => vec![Fact::AppObject, Fact::App],
            Op::CreatePrincipal => vec![Fact::PrincipalA],
            Op::AddSecret { .. } => vec![Fact::SecretKey, Fact::SecretEnds],
            Op::Provision { .. } => vec![Fact::PrincipalB],
            Op::GrantRole { registry, .. } => vec![Fact::Assignment(registry.clone())],
            Op::ProvePull { registry, .. } => vec![Fact::Proved(registry.clone())],
            Op::ResetCluster { cluster, .. } => vec![Fact::ClusterClient(cluster.clone())],
        }
    }

    /// The requests that it makes, for the review: method, service and path, with what it sends that matters.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        match &self.op {
            Op::CreateApp { name, redirect_uri, .. } => vec![format!(
                "Graph POST /applications  {name}, AzureADMultipleOrgs, redirect {redirect_uri}, no API permission"
            )],
            Op::CreatePrincipal => vec!["Graph POST /servicePrincipals".to_owned()],
            Op::AddSecret { days, .. } => {
                vec![format!("Graph POST /applications/{{id}}/addPassword  ends in {days} days")]
            }
            Op::Provision { consent, .. } => match consent {
                ConsentMode::Url => vec!["a person opens the consent page of tenant B".to_owned()],
                ConsentMode::Direct => vec!["Graph POST /servicePrincipals".to_owned()],
                ConsentMode::Auto => {
                    vec!["Graph POST /servicePrincipals, or a person opens the consent page".to_owned()]
                }
            },
            Op::GrantRole { registry, role, repositories } => {
                let only = if repositories.is_empty() {
                    String::new()
                } else {
                    format!(", for {} alone", repositories.join(", "))
                };
                vec![format!("ARM PUT roleAssignments on {}  {}{only}", registry.name(), role.name())]
            }
            Op::ProvePull { login_server, images, .. } => images
                .iter()
                .map(|i| format!("GET {login_server}/oauth2/token, GET the manifest of {i}, GET one byte of one layer"))
                .collect(),
            Op::ResetCluster { cluster, .. } => {
                vec![format!("ARM POST {}/resetServicePrincipalProfile", cluster.name())]
            }
        }
    }

    /// How it is taken back.
    #[must_use]
    pub const fn undo(&self) -> Undo {
        match self.op {
            Op::CreateApp { .. } => Undo::By("Graph DELETE /applications/{id}"),
            Op::CreatePrincipal => Undo::With("the app"),
            Op::AddSecret { .. } => Undo::By("Graph POST /applications/{id}/removePassword"),
            Op::Provision { .. } => Undo::By("Graph DELETE /servicePrincipals/{id}"),
            Op::GrantRole { .. } => Undo::By("ARM DELETE roleAssignments/{id}"),
            Op::ProvePull { .. } => Undo::Nothing,
            Op::ResetCluster { .. } => Undo::ByHand("a second reset, to the old app with a secret of it"),
        }
    }

    /// True where the operator is asked once more before it: it changes what runs.
    #[must_use]
    pub const fn asks_first(&self) -> bool {
        matches!(self.op, Op::ResetCluster { .. })
    }
}

/// A role's name where there is little room.
const fn short_role(role: Role) -> &'static str {
    match role {
        Role::AcrPull => "AcrPull",
        Role::RepositoryReader => "Repository Reader",
    }
}

impl fmt::Display for Undo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing to undo"),
            Self::By(call) => write!(f, "undo: {call}"),
            Self::With(what) => write!(f, "undo: goes with {what}"),
            Self::ByHand(how) => write!(f, "undo by hand: {how}"),
        }
    }
}

/// What was learnt, and where it was learnt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learnt {
    /// Which fact.
    pub fact: Fact,
    /// Its value.
    pub value: String,
    /// Whether it was made or found: what was found is never undone.
    pub how: Outcome,
}

impl Learnt {
    /// A fact, its value, and whether it was made or found.
    #[must_use]
    pub fn new(how: Outcome, fact: Fact, value: impl fmt::Display) -> Self {
        Self { fact, value: value.to_string(), how }
    }
}

/// The facts known so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(Vec<Learnt>);

impl Facts {
    /// Adds what was learnt; a later value stands in place of an earlier one.
    pub fn learn(&mut self, learnt: &[Learnt]) {
        for new in learnt {
            self.0.retain(|old| old.fact != new.fact);
            self.0.push(new.clone());
        }
    }

    /// What was learnt of a fact.
    #[must_use]
    pub fn learnt(&self, fact: &Fact) -> Option<&Learnt> {
        self.0.iter().find(|l| l.fact == *fact)
    }

    /// The value of a fact.
    #[must_use]
    pub fn get(&self, fact: &Fact) -> Option<&str> {
        self.learnt(fact).map(|l| l.value.as_str())
    }

    /// The value of a fact as an id.
    #[must_use]
    pub fn id<T: std::str::FromStr>(&self, fact: &Fact) -> Option<T> {
        self.get(fact)?.parse().ok()
    }

    /// All of them, in the order in which they were learnt.
    pub fn iter(&self) -> impl Iterator<Item = &Learnt> {
        self.0.iter()
    }

    /// The app's id.
    #[must_use]
    pub fn app(&self) -> Option<AppId> {
        self.id(&Fact::App)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::check::{ClusterFacts, Reach, RegistryFacts, TenantFacts};
    use crate::field::Key;
    use crate::inputs::Answers;

    pub(crate) fn sample(mode: RoleMode) -> Plan {
        let mut answers = Answers::default();
        for key in [Key::TenantA, Key::Cluster, Key::TenantB, Key::Registry, Key::Repository] {
            answers.set(key, key.field().expect("a row").example);
        }
        let inputs = Inputs::from_answers(&answers).expect("complete");
        let tenant = |n: u128| TenantFacts { id: TenantId(Uuid::from_u128(n)), name: None };
        let survey = Survey {
            cloud: "AzureCloud".to_owned(),
            tenant_a: tenant(1),
            tenant_b: tenant(2),
            clusters: inputs
                .clusters
                .iter()
                .map(|id| ClusterFacts {
                    id: id.clone(),
                    client_id: None,
                    provisioning_state: String::new(),
                    power_state: String::new(),
                    nodes: 3,
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
        };
        Plan::new_app(&inputs, &survey)
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
        assert_eq!(plan.steps.len(), 7);
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
