//! The wall time of `crosspull apply`, divided by its critical path: the longest chain of calls and waits that depend
//! on each other (`docs/PRODUCT.md` 8). One run gives both, so the machine's speed cancels out.
//!
//! The chain is computed from what each call and wait took and from the table of what needs what below, not from the
//! order in which things happened: work that is done one after the other without need makes the ratio worse.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a bench fails by panicking and prints what it measured")]

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crosspull_core::check::Check;
use crosspull_core::event::{Entry, Event, Plane, Work};
use crosspull_core::names::{CallId, Route, Side, StepId};
use crosspull_core::operation::{Op, Step};
use crosspull_sim::{Options, Tenant};
use crosspull_support::{ROUTES, Struck, add_answer, program};

/// Milliseconds that every answer is delayed.
const LATENCY: u64 = 50;
/// The divisor of every other delay of the simulated cloud.
const SPEED: f64 = 1000.0;
/// Runs, of which the median counts.
const RUNS: usize = 5;
/// The most that the ratio may be.
const AIM: f64 = 1.10;

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    for route in ROUTES {
        println!("{}:", route.name());
        tell((0..RUNS).map(|_| measure(&runtime, route)).collect());
    }
}

/// Prints the runs of a route, of which the median counts.
fn tell(mut measured: Vec<Measure>) {
    measured.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
    for m in &measured {
        println!("wall {:>7.1} ms   critical path {:>7.1} ms   ratio {:.3}", m.wall, m.path, m.ratio());
    }
    let median = &measured[RUNS / 2];
    println!(
        "median: wall {:.1} ms / critical path {:.1} ms = {:.3} (aim: at most {AIM})",
        median.wall,
        median.path,
        median.ratio()
    );
}

/// One run, in milliseconds.
struct Measure {
    wall: f64,
    path: f64,
}

impl Measure {
    fn ratio(&self) -> f64 {
        self.wall / self.path
    }
}

/// Runs `apply` once on a new simulated cloud of a route.
fn measure(runtime: &tokio::runtime::Runtime, route: &Struck) -> Measure {
    let folder = tempfile::tempdir().expect("a folder");
    let scenarios = route.scenarios();
    let options = Options { scenarios, latency: Duration::from_millis(LATENCY), speed: SPEED, ..Options::default() };
    let sim = runtime.block_on(crosspull_sim::start(options)).expect("the simulated cloud starts");
    let ready = crosspull_sim::write_files(&sim, folder.path()).expect("its files");
    let answers = ready.answers.expect("answers");
    route.answers.iter().for_each(|line| add_answer(&answers, line));
    let mut command = Command::new(program());
    command.args(["apply", "--yes", "--output", "json", "--answers"]).arg(answers);
    command.env("XDG_STATE_HOME", folder.path()).stdin(Stdio::null()).stderr(Stdio::inherit());
    command.env("CROSSPULL_CLOUD", &ready.arm).env("CROSSPULL_CA_FILE", ready.ca_file.expect("ca.pem"));
    for (side, tenant) in [("A", Tenant::A), ("B", Tenant::B)] {
        let operator = sim.operator(tenant);
        command.env(format!("CROSSPULL_{side}_CLIENT_ID"), operator.client_id.to_string());
        command.env(format!("CROSSPULL_{side}_CLIENT_SECRET"), operator.client_secret.reveal());
    }
    let begun = Instant::now();
    let output = command.output().expect("crosspull runs");
    let wall = begun.elapsed().as_secs_f64() * 1000.0;
    assert!(output.status.success(), "apply ended with {}", output.status);
    runtime.block_on(sim.stop());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let entries: Vec<Entry> = text.lines().map(|l| serde_json::from_str(l).expect("an entry")).collect();
    Measure { wall, path: critical_path(&entries) }
}

/// A piece of work that depends on others as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Discovery,
    SignIn(Side),
    /// The operator's token for the registry.
    Token,
    /// The operator's sign-in to the registry.
    Exchange,
    Cluster,
    RightA,
    App,
    OldRoles,
    Headroom,
    LocksA,
    LocksB,
    Registry,
    RightB,
    Image,
    /// A part of a step: a new one begins with each thing that it learns.
    Part(Kind, u8),
}

/// No step learns more things than this.
const LAST_PART: u8 = 20;

/// The steps by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    App,
    PrincipalA,
    Secret,
    Provision,
    Role,
    Proof,
    Copies,
    WayBack,
    Reset,
    Inside,
    OldSecret,
    /// A step of a route that the table below does not know, by its number: it needs the one before it.
    Other(u16),
}

/// Returns the units that a unit needs.
///
/// A secret is added as soon as the app is there. That sign-in takes it in A needs the service principal there too; in
/// B it needs the secret and the service principal of B.
fn needs(unit: Unit) -> Vec<Unit> {
    use Unit::{
        App, Cluster, Discovery, Exchange, Headroom, Image, LocksA, LocksB, OldRoles, Part, Registry, RightA, RightB,
        SignIn, Token,
    };
    match unit {
        Discovery => vec![],
        SignIn(_) => vec![Discovery],
        Cluster | RightA | App => vec![SignIn(Side::A)],
        OldRoles => vec![Cluster, App],
        Headroom | LocksA => vec![Cluster],
        Registry | RightB | LocksB | Token => vec![SignIn(Side::B)],
        Exchange => vec![Registry, Token],
        Image => vec![Exchange],
        Part(Kind::App, 0) => vec![OldRoles, Headroom, LocksA, RightA, Image, LocksB, RightB],
        Part(Kind::PrincipalA | Kind::Secret | Kind::Provision, 0) => vec![Part(Kind::App, 0)],
        Part(Kind::Secret, 1) => vec![Part(Kind::Secret, 0), Part(Kind::PrincipalA, 0)],
        Part(Kind::Provision, 1) => vec![Part(Kind::Provision, 0), Part(Kind::Secret, 0)],
        Part(Kind::Role, 0) => vec![Part(Kind::Provision, 0)],
        Part(Kind::Proof, 0) => vec![Part(Kind::Secret, 0), Part(Kind::Role, 0)],
        Part(Kind::Copies, 0) => vec![Part(Kind::PrincipalA, 0)],
        // Nobody needs a way back from what is not proved.
        Part(Kind::WayBack, 0) => vec![Part(Kind::Proof, 0)],
        Part(Kind::Inside, 0) => vec![Part(Kind::Reset, 2)],
        Part(Kind::OldSecret, 0) => vec![Part(Kind::Reset, 2), Part(Kind::Inside, 3)],
        Part(Kind::Reset, 0) => {
            vec![
                Part(Kind::Copies, 1),
                Part(Kind::WayBack, 1),
                Part(Kind::App, 1),
                Part(Kind::PrincipalA, 1),
                Part(Kind::Secret, 1),
                Part(Kind::Provision, 1),
                Part(Kind::Proof, 0),
            ]
        }
        Part(Kind::Other(0 | 1), 0) => {
            vec![Cluster, Headroom, LocksA, RightA, OldRoles, App, Registry, LocksB, RightB, Image]
        }
        Part(Kind::Other(n), 0) => vec![Part(Kind::Other(n - 1), LAST_PART)],
        Part(kind, n) => vec![Part(kind, n.saturating_sub(1))],
    }
}

/// Returns the time that each unit's calls and waits cover, in milliseconds, as spans since the first event.
fn spans(entries: &[Entry]) -> BTreeMap<Unit, Vec<(f64, f64)>> {
    let mut spans: BTreeMap<Unit, Vec<(f64, f64)>> = BTreeMap::new();
    let mut kinds: BTreeMap<StepId, Kind> = BTreeMap::new();
    let mut parts: BTreeMap<StepId, u8> = BTreeMap::new();
    let mut calls: BTreeMap<CallId, Unit> = BTreeMap::new();
    let mut signed_in = Vec::new();
    let zero = entries.first().expect("events").at;
    for entry in entries {
        let at = entry.at.duration_since(zero).as_secs_f64() * 1000.0;
        let unit = |work: &Work, plane: Plane, signed_in: &[Side]| match work {
            Work::SignIn(side) if !signed_in.contains(side) => Unit::SignIn(*side),
            Work::SignIn(_) if plane == Plane::Registry => Unit::Exchange,
            // Nothing is searched for without a wizard.
            Work::SignIn(_) | Work::Search(_) => Unit::Token,
            Work::Check(check) => of_check(check),
            Work::Step(step) => Unit::Part(kinds[step], parts.get(step).copied().unwrap_or(0)),
        };
        match &entry.event {
            Event::CheckEnded { finding } => {
                if let Check::SignIn(side) = finding.check {
                    signed_in.push(side);
                }
            }
            Event::Planned { plan } => kinds = plan.steps.iter().map(|s| (s.id, kind(plan.route, s))).collect(),
            Event::Learnt { step, .. } => *parts.entry(*step).or_default() += 1,
            Event::CallStarted { call, work, plane, .. } => {
                calls.insert(*call, unit(work, *plane, &signed_in));
            }
            Event::CallTried { call, ms, .. } => {
                #[allow(clippy::cast_precision_loss, reason = "milliseconds of one run fit an f64")]
                spans.entry(calls[call]).or_default().push((at - *ms as f64, at));
            }
            Event::Waiting { work, ms, .. } => {
                #[allow(clippy::cast_precision_loss, reason = "milliseconds of one run fit an f64")]
                spans.entry(unit(work, Plane::Arm, &signed_in)).or_default().push((at, at + *ms as f64));
            }
            _ => {}
        }
    }
    spans
}

fn of_check(check: &Check) -> Unit {
    match check {
        Check::SignIn(side) => Unit::SignIn(*side),
        Check::Cluster(_) => Unit::Cluster,
        Check::ResetRight(_) => Unit::RightA,
        Check::OldRoles(_) | Check::Needs(_) => Unit::OldRoles,
        Check::Headroom(_) => Unit::Headroom,
        Check::App | Check::Secret(_) => Unit::App,
        Check::Locks(Side::A) => Unit::LocksA,
        Check::Locks(Side::B) => Unit::LocksB,
        Check::RoleRight(_) => Unit::RightB,
        Check::Image(..) => Unit::Image,
        _ if check.side() == Some(Side::B) => Unit::Registry,
        // Nothing is asked for the others but of the cloud itself, and the bench gives ids.
        _ => Unit::Discovery,
    }
}

/// The kind of a step. The table knows the steps of `new-app`, some of which run side by side.
const fn kind(route: Route, step: &Step) -> Kind {
    if !matches!(route, Route::NewApp) {
        return Kind::Other(step.id.0);
    }
    match &step.op {
        Op::CreateApp(_) => Kind::App,
        Op::CreatePrincipal(_) => Kind::PrincipalA,
        Op::AddSecret(_) => Kind::Secret,
        Op::Provision(_) => Kind::Provision,
        Op::GrantRole(_) => Kind::Role,
        Op::ProvePull(_) => Kind::Proof,
        Op::CopyRoles(_) => Kind::Copies,
        Op::KeepWayBack(_) => Kind::WayBack,
        Op::ProveInside(_) => Kind::Inside,
        Op::RemoveSecret(_) => Kind::OldSecret,
        Op::ResetCluster(_) => Kind::Reset,
        _ => Kind::Other(step.id.0),
    }
}

/// Returns the length of the spans together. An overlap counts once.
fn covered(spans: &[(f64, f64)]) -> f64 {
    let mut sorted = spans.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut sum, mut end) = (0.0, f64::MIN);
    for (from, to) in sorted {
        sum += (to - from.max(end)).max(0.0);
        end = end.max(to);
    }
    sum
}

/// Returns the longest chain that ends in any unit.
fn critical_path(entries: &[Entry]) -> f64 {
    let spans = spans(entries);
    let mut known = BTreeMap::new();
    spans.keys().map(|unit| longest(*unit, &spans, &mut known)).fold(0.0, f64::max)
}

fn longest(unit: Unit, spans: &BTreeMap<Unit, Vec<(f64, f64)>>, known: &mut BTreeMap<Unit, f64>) -> f64 {
    if let Some(length) = known.get(&unit) {
        return *length;
    }
    let before = needs(unit).into_iter().map(|need| longest(need, spans, known)).fold(0.0, f64::max);
    let length = before + spans.get(&unit).map_or(0.0, |s| covered(s));
    known.insert(unit, length);
    length
}
