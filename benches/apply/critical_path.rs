//! The critical path of a run: the longest chain of units of work of which each needs the one before.
//!
//! A step needs the facts that it reads, as the plan tells; what a check needs stands below. A need that the run itself
//! disproves, since the one began before the other ended, is no need: the bench ends then, and says which.

use std::collections::BTreeMap;

use crosspull_core::check::Check;
use crosspull_core::event::{Entry, Event, Plane, Work};
use crosspull_core::names::{CallId, Outcome, Side, StepId};
use crosspull_core::operation::{Fact, Op, Step};
use crosspull_core::plan::Plan;

/// The time by which a unit may seem to begin before another ends, in milliseconds: events have whole ones, and are written one
/// after the other.
const SLACK: f64 = 10.0;

/// The begin and the end of a call or a wait, in milliseconds since the first event.
type Span = (f64, f64);

/// A piece of work that depends on others as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    /// The read that tells where the cloud's services are.
    Discovery,
    /// The tokens of a tenant.
    SignIn(Side),
    /// The name of a tenant, which nothing needs.
    Name(Side),
    /// The operator's token for registries.
    Token,
    /// The operator's sign-in to the registry.
    Exchange,
    Check(Check),
    /// The issuer of a registry's tokens, which a proof asks for before it has the right to pull.
    Issuer(StepId),
    /// A part of a step: a new one begins with each thing that it learns.
    Part(StepId, usize),
}

/// A run, as its events tell it.
struct Trace {
    plan: Plan,
    spans: BTreeMap<Unit, Vec<Span>>,
    /// The part of a step that a fact comes of.
    known: BTreeMap<Fact, Unit>,
    /// The last part of each step.
    last: BTreeMap<StepId, usize>,
}

/// Returns the length of the critical path, in milliseconds.
pub fn length(entries: &[Entry]) -> f64 {
    let trace = Trace::of(entries);
    let mut lengths = BTreeMap::new();
    trace.spans.keys().map(|unit| trace.longest(unit, &mut lengths)).fold(0.0, f64::max)
}

impl Trace {
    fn of(entries: &[Entry]) -> Self {
        let plan = entries.iter().find_map(|entry| match &entry.event {
            Event::Planned { plan } => Some(plan.clone()),
            _ => None,
        });
        let plan = plan.expect("a plan");
        let (spans, known, last) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut trace = Self { plan, spans, known, last };
        let mut calls: BTreeMap<CallId, Unit> = BTreeMap::new();
        let mut entered = false;
        let zero = entries.first().expect("events").at;
        #[allow(clippy::cast_precision_loss, reason = "milliseconds of one run fit an f64")]
        for entry in entries {
            let at = entry.at.duration_since(zero).as_secs_f64() * 1000.0;
            match &entry.event {
                Event::CheckEnded { finding } => entered |= finding.check == Check::Tenants,
                Event::Learnt { step, learnt } => {
                    let part = Unit::Part(*step, trace.part(*step));
                    let there = learnt.iter().filter(|one| one.how != Outcome::Undone);
                    trace.known.extend(there.map(|one| (one.fact.clone(), part.clone())));
                    *trace.last.entry(*step).or_default() += 1;
                }
                Event::CallStarted { call, work, plane, url, .. } => {
                    let is_issuer = *plane == Plane::Registry && url.ends_with("/v2/");
                    calls.insert(
                        *call,
                        match work {
                            Work::Step(step) if is_issuer && trace.proves(*step) => Unit::Issuer(*step),
                            work => trace.unit(work, *plane, entered),
                        },
                    );
                }
                Event::CallTried { call, ms, .. } => trace.took(calls[call].clone(), (at - *ms as f64, at)),
                Event::Waiting { work, ms, .. } => {
                    let unit = trace.unit(work, Plane::Arm, entered);
                    trace.took(unit, (at, at + *ms as f64));
                }
                _ => {}
            }
        }
        trace
    }

    fn took(&mut self, unit: Unit, span: Span) {
        self.spans.entry(unit).or_default().push(span);
    }

    /// Returns the number of the part that a step is at.
    fn part(&self, step: StepId) -> usize {
        self.last.get(&step).copied().unwrap_or_default()
    }

    fn unit(&self, work: &Work, plane: Plane, entered: bool) -> Unit {
        match work {
            Work::SignIn(side) if !entered => Unit::SignIn(*side),
            Work::SignIn(_) if plane == Plane::Registry => Unit::Exchange,
            Work::SignIn(_) => Unit::Token,
            // Nothing is searched for without a wizard.
            Work::Check(Check::Cloud) | Work::Search(_) => Unit::Discovery,
            Work::Check(Check::SignIn(side)) if plane == Plane::Graph => Unit::Name(*side),
            Work::Check(Check::SignIn(side)) => Unit::SignIn(*side),
            Work::Check(check) => Unit::Check(check.clone()),
            Work::Step(step) => Unit::Part(*step, self.part(*step)),
        }
    }

    /// Returns the units that a unit needs.
    fn needs(&self, unit: &Unit) -> Vec<Unit> {
        match unit {
            Unit::Discovery => Vec::new(),
            Unit::SignIn(_) => vec![Unit::Discovery],
            Unit::Name(side) => vec![self.entered(*side)],
            Unit::Token => vec![self.entered(Side::B)],
            Unit::Exchange => self.checks(|check| matches!(check, Check::Registry(_))).chain([Unit::Token]).collect(),
            Unit::Check(check) => self.before_check(check),
            Unit::Issuer(step) => {
                let facts = self.plan.reads(self.step(*step)).into_iter();
                let credential = facts.filter(|fact| !matches!(fact, Fact::Assignment(_) | Fact::PrincipalB));
                self.of_facts(credential).chain(self.before_the_plan()).collect()
            }
            Unit::Part(step, 0) => self.before_step(self.step(*step)),
            Unit::Part(step, part) => {
                // Sign-in takes a secret where the app's principal is.
                let late = match (&self.step(*step).op, part) {
                    (Op::AddSecret(_), 1) => Some(Fact::PrincipalA),
                    (Op::AddPullPassword(op), 1) => Some(Fact::principal(op.home)),
                    (Op::Provision(_), 1) => Some(Fact::SecretKey),
                    _ => None,
                };
                self.of_facts(late).chain([Unit::Part(*step, part - 1)]).collect()
            }
        }
    }

    /// Returns the units that a check needs: an id that another one read, or a token.
    fn before_check(&self, check: &Check) -> Vec<Unit> {
        match check {
            Check::OldRoles(id)
            | Check::Needs(id)
            | Check::Headroom(id)
            | Check::ClusterApp(id)
            | Check::AppSecret(id) => vec![Unit::Check(Check::Cluster(id.clone()))],
            Check::Puller(cluster, registry) => {
                vec![Unit::Check(Check::Cluster(cluster.clone())), Unit::Check(Check::Registry(registry.clone()))]
            }
            Check::Locks(Side::A) => self.checks(|check| matches!(check, Check::Cluster(_))).collect(),
            // Where every cluster may pull already, nothing is written there.
            Check::Locks(Side::B) => {
                let pullers = self.checks(|check| matches!(check, Check::Puller(..)));
                pullers.chain([self.entered(Side::B)]).collect()
            }
            Check::Image(..) => vec![Unit::Exchange],
            Check::Namespace(id, _) | Check::OtherSecrets(id) => vec![Unit::Check(Check::Kubernetes(id.clone()))],
            other => vec![self.entered(other.side().unwrap_or(Side::A))],
        }
    }

    /// Returns the units that a step needs before its first call.
    fn before_step(&self, step: &Step) -> Vec<Unit> {
        let facts = self.plan.reads(step).into_iter();
        // What cannot be taken back, and the last word, come after all else. The pods of proofs are one after the other, since
        // a journal names one for a cluster; secrets go side by side.
        let is_last = matches!(
            step.op,
            Op::ResetCluster(_) | Op::ProveInside(_) | Op::RemoveProofSecret(_) | Op::RemovePullPassword(_)
        );
        let goes = |other: &Step| match step.op {
            Op::RemoveSecret(_) => !matches!(other.op, Op::RemoveSecret(_)),
            Op::EndTokenPassword(_) => !matches!(other.op, Op::EndTokenPassword(_)),
            _ => is_last,
        };
        let earlier = self.plan.steps.iter().filter(|other| other.id < step.id && goes(other));
        let ends = earlier.flat_map(|other| (0..=self.part(other.id)).map(|part| Unit::Part(other.id, part)));
        self.of_facts(facts).chain(ends).chain([Unit::Issuer(step.id)]).chain(self.before_the_plan()).collect()
    }

    fn of_facts(&self, facts: impl IntoIterator<Item = Fact>) -> impl Iterator<Item = Unit> {
        facts.into_iter().filter_map(|fact| self.known.get(&fact).cloned())
    }

    fn before_the_plan(&self) -> impl Iterator<Item = Unit> {
        self.spans.keys().filter(|unit| !matches!(unit, Unit::Issuer(_) | Unit::Part(..))).cloned()
    }

    fn checks(&self, which: impl Fn(&Check) -> bool) -> impl Iterator<Item = Unit> {
        self.spans.keys().filter(move |unit| matches!(unit, Unit::Check(check) if which(check))).cloned()
    }

    /// Returns the sign-in of a side. One tenant is entered once.
    fn entered(&self, side: Side) -> Unit {
        let own = Unit::SignIn(side);
        if self.spans.contains_key(&own) { own } else { Unit::SignIn(side.other()) }
    }

    fn proves(&self, step: StepId) -> bool {
        matches!(self.step(step).op, Op::ProvePull(_))
    }

    fn step(&self, id: StepId) -> &Step {
        self.plan.steps.iter().find(|step| step.id == id).expect("a step of the plan")
    }

    /// Returns the length of the longest chain that ends with a unit.
    fn longest(&self, unit: &Unit, lengths: &mut BTreeMap<Unit, f64>) -> f64 {
        if let Some(length) = lengths.get(unit) {
            return *length;
        }
        let needs = self.needs(unit);
        needs.iter().for_each(|need| self.came_after(unit, need));
        let before = needs.iter().map(|need| self.longest(need, lengths)).fold(0.0, f64::max);
        let length = before + self.spans.get(unit).map_or(0.0, |spans| covered(spans));
        lengths.insert(unit.clone(), length);
        length
    }

    /// Asserts that a unit began when another had ended.
    fn came_after(&self, unit: &Unit, need: &Unit) {
        let (Some(spans), Some(before)) = (self.spans.get(unit), self.spans.get(need)) else { return };
        let begin = spans.iter().map(|span| span.0).fold(f64::MAX, f64::min);
        let end = before.iter().map(|span| span.1).fold(0.0, f64::max);
        assert!(begin + SLACK >= end, "{unit:?} does not need {need:?}: it began {:.0} ms before its end", end - begin);
    }
}

/// Returns the length of the spans together. An overlap counts once.
fn covered(spans: &[Span]) -> f64 {
    let mut sorted = spans.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut sum, mut end) = (0.0, f64::MIN);
    for (from, to) in sorted {
        sum += (to - from.max(end)).max(0.0);
        end = end.max(to);
    }
    sum
}
