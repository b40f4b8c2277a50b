//! What the engine says in these stories.

use crosspull_core::check::{
    Check, ClusterFacts, Finding, HeldRole, Reach, RegistryFacts, RoleMode, Survey, TenantFacts,
};
use crosspull_core::event::{Entry, Event, Plane, Work};
use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::input::Answers;
use crosspull_core::input::Inputs;
use crosspull_core::names::Direction;
use crosspull_core::names::PerTenant;
use crosspull_core::names::{CallId, Outcome, RunId, Verdict};
use crosspull_core::names::{Route, Tenants};
use crosspull_core::names::{Side, StepId};
use crosspull_core::operation::{Fact, Learnt};
use crosspull_core::plan::Plan;
use crosspull_core::route::{self, Found, Identity, Rights, Weighed};
use crosspull_core::run::Run;
use jiff::SignedDuration;

use crate::story::{complete, start};

const APP: &str = "33333333-3333-4333-8333-333333333333";
const FORMER: &str = "99999999-0000-4999-8999-999999999999";
const NODE: &str = "aks-nodepool1-12345678-vmss000000";
const CONSENT: &str = "https://login.microsoftonline.com/bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb/v2.0/adminconsent?client_id=33333333-3333-4333-8333-333333333333&scope=openid&redirect_uri=https%3A%2F%2Fwww.microsoft.com";

pub fn inputs() -> Inputs {
    Inputs::from_answers(&complete()).expect("complete")
}

/// The routes, weighed for a cluster with a service principal in another tenant.
pub fn weighed() -> Vec<Event> {
    weighed_for(Identity::ServicePrincipal)
}

/// The routes, weighed for a cluster with that identity in another tenant.
pub fn weighed_for(identity: Identity) -> Vec<Event> {
    let rights = Rights { signs_in_to_b: true, ..Rights::default() };
    let mode = Some(RoleMode::Registry);
    let found = Found { tenants: Tenants::Two, identity, mode, registry_answers: true, no_kubernetes: None, rights };
    let routes = route::assess(&found).iter().map(Weighed::from).collect();
    vec![Event::RoutesWeighed { routes }]
}

/// Half of what routes are weighed by was read.
pub fn half_read() -> Vec<Event> {
    let registry = inputs().registries[0].clone();
    let asked = [Check::SignIn(Side::A), Check::SignIn(Side::B), Check::Registry(registry)];
    let mut events: Vec<Event> = asked.into_iter().map(|check| Event::CheckStarted { check }).collect();
    events.extend(
        [Check::SignIn(Side::A), Check::SignIn(Side::B), Check::Tenants]
            .into_iter()
            .map(|check| Event::CheckEnded { finding: good(check) }),
    );
    events
}

/// The registry may not be read, so the routes cannot be weighed.
pub fn unread() -> Vec<Event> {
    let registry = inputs().registries[0].clone();
    let mut finding = Check::Registry(registry).stop(
        "registryb cannot be read: the signed-in account may not do this",
        "Ask an owner of the resource for the right, or sign in with another account.",
    );
    finding.refusal = Some(forbidden());
    let mut events = half_read();
    events.push(Event::CheckEnded { finding });
    events
}

pub fn plan() -> Plan {
    plan_of(Route::NewApp, &inputs())
}

/// The plan of a route by those inputs.
pub fn plan_of(taken: Route, inputs: &Inputs) -> Plan {
    let tenant = |id: &str| TenantFacts { id: id.parse().expect("an id"), name: None };
    let clusters = inputs.clusters.iter().map(|id| ClusterFacts {
        kubelet: None,
        id: id.clone(),
        client_id: FORMER.parse().ok(),
        provisioning_state: "Succeeded".to_owned(),
        power_state: "Running".to_owned(),
        nodes: 3,
        roles: vec![contributor()],
        withheld: Vec::new(),
        lacks: vec!["Network Contributor on aks-sub (you may not assign roles there)".to_owned()],
        needed: Vec::new(),
        needs: Vec::new(),
        holds: vec![contributor()],
        key: None,
    });
    let registries = inputs.registries.iter().map(|id| RegistryFacts {
        id: id.clone(),
        login_server: "registryb.azurecr.io".to_owned(),
        mode: RoleMode::Registry,
        reach: Reach::Open,
    });
    let survey = Survey {
        pullers: Vec::new(),
        cluster_apps: Vec::new(),
        namespaces: Vec::new(),
        no_kubernetes: Vec::new(),
        cloud: "AzureCloud".to_owned(),
        tenants: PerTenant {
            a: tenant("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"),
            b: tenant("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"),
        },
        clusters: clusters.collect(),
        registries: registries.collect(),
        app: None,
        passed_over: Vec::new(),
    };
    (route::spec(taken).expect("a route").plan)(inputs, &survey)
}

/// The role of the present principal that the new one is given too.
fn contributor() -> HeldRole {
    HeldRole {
        role: "Contributor".to_owned(),
        definition: "/subscriptions/11111111-1111-4111-8111-111111111111/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c".to_owned(),
        scope: "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/MC_shop".to_owned(),
        condition: None,
    }
}

/// The checks, in the order in which they are asked.
fn checks() -> Vec<Check> {
    let inputs = inputs();
    let (cluster, registry) = (inputs.clusters[0].clone(), inputs.registries[0].clone());
    vec![
        Check::SignIn(Side::A),
        Check::SignIn(Side::B),
        Check::Tenants,
        Check::Cluster(cluster.clone()),
        Check::ResetRight(cluster.clone()),
        Check::OldRoles(cluster.clone()),
        Check::Headroom(cluster),
        Check::Locks(Side::A),
        Check::Soak,
        Check::Registry(registry.clone()),
        Check::RoleRight(registry.clone()),
        Check::Image(registry, inputs.images[0].image.clone()),
        Check::Locks(Side::B),
    ]
}

pub fn started() -> Vec<Event> {
    checks().into_iter().map(|check| Event::CheckStarted { check }).collect()
}

fn good(check: Check) -> Finding {
    let text = match &check {
        Check::SignIn(Side::A) => "signed in to tenant A as ops@contoso.com".to_owned(),
        Check::SignIn(Side::B) => "signed in to tenant B as ops@fabrikam.com".to_owned(),
        Check::Cluster(_) => "aks-shop runs on 3 nodes and uses a service principal".to_owned(),
        other => other.title(),
    };
    check.pass(text)
}

fn roles(check: Check) -> Finding {
    check.warn(
        "the new principal will lack what aks-shop's present one has: Network Contributor on aks-sub (you may not assign \
         roles there)",
        "Have it granted to the new principal before the reset: without its rights the cluster cannot change load balancers, \
         disks and routes. It gets 1 role: Contributor on MC_shop.",
    )
}

/// All checks answered, with one warning, and the plan.
pub fn checked() -> Vec<Event> {
    let mut events = started();
    events.extend(checks().into_iter().map(|check| {
        let finding = if matches!(check, Check::OldRoles(_)) { roles(check) } else { good(check) };
        Event::CheckEnded { finding }
    }));
    events.push(Event::Planned { plan: plan() });
    events
}

/// All checks passed, and the plan.
pub fn passed() -> Vec<Event> {
    let mut events = started();
    events.extend(checks().into_iter().map(|check| Event::CheckEnded { finding: good(check) }));
    events.push(Event::Planned { plan: plan() });
    events
}

/// Half of the checks answered.
pub fn half_checked() -> Vec<Event> {
    let mut events = started();
    events.extend(checks().into_iter().take(5).map(|check| Event::CheckEnded { finding: good(check) }));
    events
}

/// The operator may not assign roles in B.
pub fn stopped() -> Vec<Event> {
    let mut events = started();
    events.extend(checks().into_iter().map(|check| {
        let finding = match check {
            Check::RoleRight(_) => {
                let mut finding = check.stop(
                    "you may not assign roles on registryb",
                    "It needs Microsoft.Authorization/roleAssignments/write. Ask an owner of registryb for Role Based \
                     Access Control Administrator, or sign in to tenant B with another account.",
                );
                finding.refusal = Some(forbidden());
                finding
            }
            other => good(other),
        };
        Event::CheckEnded { finding }
    }));
    events.push(Event::RunEnded { verdict: Verdict::Stopped, run: None, facts: vec![], trouble: None });
    events
}

pub fn forbidden() -> Refusal {
    Refusal {
        status: Some(403),
        code: "AuthorizationFailed".to_owned(),
        message: "The client does not have authorization to perform action over scope.".to_owned(),
        request_id: Some("99999999-9999-4999-8999-999999999999".to_owned()),
    }
}

pub fn run_started() -> Event {
    Event::RunStarted { run: RunId("7f3c9a2e".to_owned()), plan: plan(), answers: Answers::default() }
}

fn call(n: u32, step: u16, plane: Plane, side: Side, method: &str, url: &str) -> Event {
    Event::CallStarted {
        call: CallId(n),
        work: Work::Step(StepId(step)),
        plane,
        side,
        method: method.to_owned(),
        url: url.to_owned(),
        writes: method != "GET" && method != "HEAD",
        resets: url.contains("/resetServicePrincipalProfile"),
    }
}

fn tried(n: u32, attempt: u32, status: u16, refusal: Option<Refusal>) -> Event {
    Event::CallTried { call: CallId(n), n: attempt, status: Some(status), ms: 430, refusal }
}

fn ended(step: u16, outcome: Outcome, learnt: Vec<Learnt>) -> Vec<Event> {
    let step = StepId(step);
    vec![Event::Learnt { step, learnt }, Event::StepEnded { step, outcome, note: String::new(), trouble: None }]
}

/// A step that makes one call and works.
fn made(sent: Event, outcome: Outcome, learnt: Vec<Learnt>) -> Vec<Event> {
    let Event::CallStarted { call: CallId(n), work: Work::Step(step), .. } = sent else { panic!("{sent:?}") };
    let mut events = vec![Event::StepStarted { step }, sent, tried(n, 1, 201, None)];
    events.extend(ended(step.0, outcome, learnt));
    events
}

/// Steps 1 to 3: the app, its service principal, the secret.
pub fn app_made() -> Vec<Event> {
    let learnt = |fact, value: &str| Learnt::new(Outcome::Created, fact, value);
    let graph = "https://graph.microsoft.com/v1.0";
    let mut events = vec![run_started()];
    events.extend(made(
        call(1, 1, Plane::Graph, Side::A, "POST", &format!("{graph}/applications")),
        Outcome::Created,
        vec![learnt(Fact::AppObject, "44444444-4444-4444-8444-444444444444"), learnt(Fact::App, APP)],
    ));
    events.extend(made(
        call(2, 2, Plane::Graph, Side::A, "POST", &format!("{graph}/servicePrincipals")),
        Outcome::Created,
        vec![learnt(Fact::PrincipalA, "55555555-5555-4555-8555-555555555555")],
    ));
    let add = format!("{graph}/applications/44444444-4444-4444-8444-444444444444/addPassword");
    events.extend(made(
        call(3, 3, Plane::Graph, Side::A, "POST", &add),
        Outcome::Created,
        vec![learnt(Fact::SecretKey, "66666666-6666-4666-8666-666666666666"), learnt(Fact::SecretEnds, "2027-05-06")],
    ));
    events
}

/// Step 4 waits for a person.
pub fn person_needed() -> Vec<Event> {
    let mut events = app_made();
    events.push(Event::StepStarted { step: StepId(4) });
    events.push(Event::PersonNeeded {
        page: None,
        step: StepId(4),
        says: "An administrator of tenant B opens this address, signs in and accepts on behalf of the organization."
            .to_owned(),
        url: CONSENT.to_owned(),
        command: format!("az ad sp create --id {APP}"),
    });
    events.push(call(
        4,
        4,
        Plane::Entra,
        Side::B,
        "POST",
        "https://login.microsoftonline.com/bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb/oauth2/v2.0/token",
    ));
    events.push(tried(4, 1, 400, None));
    events.push(Event::Waiting {
        says: None,
        work: Work::Step(StepId(4)),
        why: "nobody has consented yet".to_owned(),
        ms: 5_000,
        at_most_ms: 3_600_000,
        tries: 1,
    });
    events
}

/// Step 4 waits for a person, and the sign-in of their tenant says something else than that they have not acted.
pub fn person_hindered() -> Vec<Event> {
    let refusal = Refusal {
        status: Some(400),
        code: "AADSTS7000112".to_owned(),
        message: "Application '33333333-3333-4333-8333-333333333333'(crosspull-aks-shop) is disabled.".to_owned(),
        request_id: Some("0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0".to_owned()),
    };
    let mut events = person_needed();
    events.push(Event::Waiting {
        work: Work::Step(StepId(4)),
        why: "consent is not given yet".to_owned(),
        ms: 5_000,
        at_most_ms: 3_600_000,
        tries: 2,
        says: Some(Trouble::from_refusal("The app cannot sign in to tenant B.", refusal)),
    });
    events
}

/// Step 6 waits for the role.
pub fn proving() -> Vec<Event> {
    let mut events = app_made();
    events.extend(granted());
    let url = "https://registryb.azurecr.io/v2/shop/web/manifests/1.4";
    events.push(Event::StepStarted { step: StepId(6) });
    events.push(call(6, 6, Plane::Registry, Side::B, "HEAD", url));
    events.push(tried(6, 1, 401, None));
    events.push(Event::Waiting {
        says: None,
        work: Work::Step(StepId(6)),
        why: "the role is not in effect yet".to_owned(),
        ms: 6_000,
        at_most_ms: 600_000,
        tries: 4,
    });
    events
}

fn granted() -> Vec<Event> {
    let assignment = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-registry/providers/Microsoft.ContainerRegistry/registries/registryb/providers/Microsoft.Authorization/roleAssignments/88888888-8888-5888-8888-888888888888";
    let registry = inputs().registries[0].clone();
    let mut events = made(
        call(4, 4, Plane::Graph, Side::B, "POST", "https://graph.microsoft.com/v1.0/servicePrincipals"),
        Outcome::Found,
        vec![Learnt::new(Outcome::Found, Fact::PrincipalB, "77777777-7777-4777-8777-777777777777")],
    );
    let put = format!("https://management.azure.com{assignment}?api-version=2022-04-01");
    events.extend(made(
        call(5, 5, Plane::Arm, Side::B, "PUT", &put),
        Outcome::Created,
        vec![Learnt::new(Outcome::Created, Fact::Assignment(registry), assignment)],
    ));
    events
}

/// Steps 6 to 8: the pull is proved, the roles are copied, a way back is kept.
fn ready() -> Vec<Event> {
    let mut events = vec![tried(6, 2, 200, None)];
    let proved = Learnt::new(
        Outcome::Proved,
        Fact::Proved(inputs().registries[0].clone()),
        "66666666-6666-4666-8666-666666666666",
    );
    events.extend(ended(6, Outcome::Proved, vec![proved]));
    let scope = contributor().scope;
    let copied =
        format!("{scope}/providers/Microsoft.Authorization/roleAssignments/99999999-8888-5888-8888-888888888888");
    events.extend(made(
        call(7, 7, Plane::Arm, Side::A, "PUT", &format!("https://management.azure.com{copied}")),
        Outcome::Created,
        vec![Learnt::new(Outcome::Created, Fact::RoleCopy(contributor().key()), copied)],
    ));
    let add = "https://graph.microsoft.com/v1.0/applications/99999999-4444-4444-8444-444444444444/addPassword";
    events.extend(made(
        call(8, 8, Plane::Graph, Side::A, "POST", add),
        Outcome::Created,
        vec![Learnt::new(Outcome::Created, Fact::WayBackKey, "99999999-6666-4666-8666-666666666666")],
    ));
    events
}

/// The wait before the reset.
pub fn soaking() -> Vec<Event> {
    let mut events = proving();
    events.extend(ready());
    events.push(Event::StepStarted { step: StepId(9) });
    events.push(Event::Waiting {
        says: None,
        work: Work::Step(StepId(9)),
        why: "the new service principal becomes known in every region".to_owned(),
        ms: 1_800_000,
        at_most_ms: 1_800_000,
        tries: 0,
    });
    events
}

/// The pull is proved and the operator is asked.
pub fn asking() -> Vec<Event> {
    let mut events = proving();
    events.extend(ready());
    events.push(Event::Asking { step: StepId(9) });
    events
}

/// The reset is on its way in Azure.
pub fn resetting() -> Vec<Event> {
    let url = format!("https://management.azure.com{}/resetServicePrincipalProfile", inputs().clusters[0]);
    vec![
        Event::Confirmed { step: StepId(9) },
        Event::StepStarted { step: StepId(9) },
        call(9, 9, Plane::Arm, Side::A, "POST", &url),
        tried(9, 1, 202, None),
        Event::Waiting {
            says: None,
            work: Work::Step(StepId(9)),
            why: "the nodes are renewed".to_owned(),
            ms: 10_000,
            at_most_ms: 3_600_000,
            tries: 1,
        },
    ]
}

fn cluster_uses(app: &str, how: Outcome) -> Learnt {
    Learnt::new(how, Fact::ClusterClient(inputs().clusters[0].clone()), app)
}

/// The reset, the proof from within the cluster, and the end.
pub fn reset() -> Vec<Event> {
    let mut events = vec![Event::Confirmed { step: StepId(9) }, Event::StepStarted { step: StepId(9) }];
    events.extend(ended(9, Outcome::Changed, vec![cluster_uses(APP, Outcome::Changed).in_place_of(FORMER)]));
    events.push(Event::StepStarted { step: StepId(10) });
    let inside = Learnt::new(Outcome::Proved, Fact::ProvedInside(inputs().clusters[0].clone()), NODE);
    events.extend(ended(10, Outcome::Proved, vec![inside]));
    events.extend(over(Verdict::Done));
    events
}

/// The reset failed half way, and the cluster was read afterwards.
pub fn reset_failed() -> Vec<Event> {
    let trouble = Trouble::new(
        "The reset of aks-shop did not succeed.",
        "aks-shop is in the state Failed.",
        "Look at the cluster's activity log. Then crosspull resume repeats the reset.",
    );
    let mut events = resetting();
    let cluster = inputs().clusters[0].clone();
    events.extend([Event::Learnt {
        step: StepId(9),
        learnt: vec![
            Learnt::new(Outcome::Found, Fact::ClusterState(cluster), "Failed"),
            cluster_uses(FORMER, Outcome::Found),
        ],
    }]);
    events.extend(fails(9, trouble));
    events
}

/// A run as its journal tells it, once these happened.
pub fn told(events: impl IntoIterator<Item = Event>) -> Run {
    let mut run = Run::default();
    for (n, event) in events.into_iter().enumerate() {
        let at = start().checked_add(SignedDuration::from_secs(i64::try_from(n).expect("few"))).expect("a time");
        run.apply(&Entry::new(at, event));
    }
    run
}

/// A run whose line dropped in the middle of the reset.
pub fn dropped() -> Run {
    told(asking().into_iter().chain(resetting()))
}

/// A run that was done.
pub fn done() -> Run {
    told(asking().into_iter().chain(reset()))
}

/// A run by a route that made everything that it makes.
pub fn done_by(taken: Route) -> Run {
    let plan = plan_of(taken, &inputs());
    let mut events =
        vec![Event::RunStarted { run: RunId("7f3c9a2e".to_owned()), plan: plan.clone(), answers: Answers::default() }];
    for step in &plan.steps {
        let facts = step.op.operation().writes().into_iter();
        let learnt = facts.map(|fact| Learnt::new(Outcome::Created, fact, APP)).collect();
        events.push(Event::StepStarted { step: step.id });
        events.extend(ended(step.id.0, Outcome::Created, learnt));
    }
    events.extend(over(Verdict::Done));
    told(events)
}

/// Both tenants signed in to again.
pub fn admitted() -> Vec<Event> {
    [Check::SignIn(Side::A), Check::SignIn(Side::B), Check::Tenants]
        .into_iter()
        .flat_map(|check| [Event::CheckStarted { check: check.clone() }, Event::CheckEnded { finding: good(check) }])
        .collect()
}

/// The run goes on and finds everything; the reset is still under way in Azure.
pub fn resumed() -> Vec<Event> {
    let mut events = vec![Event::RunResumed { run: RunId("7f3c9a2e".to_owned()) }];
    for step in 1..=8 {
        events.push(Event::StepStarted { step: StepId(step) });
        events.push(Event::StepEnded {
            step: StepId(step),
            outcome: if step == 6 { Outcome::Proved } else { Outcome::Created },
            note: String::new(),
            trouble: None,
        });
    }
    events
}

/// Returns the events of taking back a run: the reset works, the way back cannot be removed.
pub fn taken_back(run: &Run) -> Vec<Event> {
    let plan = run.plan_for(Direction::Back).expect("something to take back");
    let trouble = Trouble::from_refusal("A secret that is of no use any more was not removed.", forbidden());
    let mut events = vec![Event::UndoStarted { run: RunId("7f3c9a2e".to_owned()), plan: plan.clone() }];
    for step in &plan.steps {
        events.push(Event::StepStarted { step: step.id });
        let left = step.id == StepId(8);
        events.push(Event::StepEnded {
            step: step.id,
            outcome: if left { Outcome::Failed } else { Outcome::Undone },
            note: String::new(),
            trouble: left.then(|| trouble.clone()),
        });
    }
    events.push(Event::RunEnded {
        verdict: Verdict::Left,
        run: Some(RunId("7f3c9a2e".to_owned())),
        facts: vec![],
        trouble: Some(trouble),
    });
    events
}

/// The run ends otherwise than by its last step.
fn over(verdict: Verdict) -> Vec<Event> {
    vec![Event::RunEnded { verdict, run: Some(RunId("7f3c9a2e".to_owned())), facts: vec![], trouble: None }]
}

/// The operator stopped it.
pub fn interrupted() -> Vec<Event> {
    over(Verdict::Interrupted)
}

/// The run broke off, and said why in its last word alone.
pub fn broken() -> Vec<Event> {
    let trouble = Trouble::new("The journal cannot be written.", "The disk is full.", "Make room, then run again.");
    let run = Some(RunId("7f3c9a2e".to_owned()));
    vec![Event::RunEnded { verdict: Verdict::Failed, run, facts: vec![], trouble: Some(trouble) }]
}

/// Nobody consented yet.
pub fn waits() -> Vec<Event> {
    over(Verdict::Waits)
}

/// The role may not be assigned after all.
pub fn failed() -> Vec<Event> {
    failed_by(forbidden())
}

/// Returns the events of a run that failed by a refusal.
pub fn failed_by(refusal: Refusal) -> Vec<Event> {
    let mut events = app_made();
    events.extend([
        Event::StepStarted { step: StepId(5) },
        call(
            5,
            5,
            Plane::Arm,
            Side::B,
            "PUT",
            "https://management.azure.com/subscriptions/2/roleAssignments/8?api-version=2022-04-01",
        ),
        tried(5, 1, 403, Some(refusal.clone())),
    ]);
    events.extend(fails(5, Trouble::from_refusal("The role was not assigned.", refusal)));
    events
}

/// A step fails, and the run with it.
fn fails(step: u16, trouble: Trouble) -> [Event; 2] {
    [
        Event::StepEnded {
            step: StepId(step),
            outcome: Outcome::Failed,
            note: String::new(),
            trouble: Some(trouble.clone()),
        },
        Event::RunEnded {
            verdict: Verdict::Failed,
            run: Some(RunId("7f3c9a2e".to_owned())),
            facts: vec![],
            trouble: Some(trouble),
        },
    ]
}
