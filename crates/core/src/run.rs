//! The run: the fold of its events. This is the only code that turns events into state; it is total, so an event
//! that makes no sense becomes a note and never a panic.

use jiff::Timestamp;

use crate::check::{Check, Finding, Level};
use crate::event::{CallId, Entry, Event, Outcome, Plane, RunId, Verdict, Work};
use crate::explain::{Refusal, Trouble};
use crate::plan::{Fact, Facts, Op, Plan, Side, StepId};
use crate::text::count;

/// A run as far as its events tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// Its id, once it began.
    pub id: Option<RunId>,
    /// The plan, once it was made.
    pub plan: Option<Plan>,
    /// The checks in the order in which they were asked, with their answers.
    pub checks: Vec<(Check, Option<Finding>)>,
    /// The steps, in the plan's order.
    pub steps: Vec<StepState>,
    /// The calls, in the order in which they were sent.
    pub calls: Vec<Call>,
    /// What was learnt.
    pub facts: Facts,
    /// How it ended.
    pub verdict: Option<Verdict>,
    /// Why it ended so, where it did not end well.
    pub trouble: Option<Trouble>,
    /// Waits of the checks.
    pub waiting: Option<Wait>,
    /// When the plan began to run.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Events that made no sense.
    pub notes: Vec<String>,
}

/// A step as far as its events tell.
#[derive(Debug, Clone, PartialEq)]
pub struct StepState {
    /// Which.
    pub id: StepId,
    /// Where it stands.
    pub status: Status,
    /// What it waits for.
    pub waiting: Option<Wait>,
    /// The person that it waits for.
    pub person: Option<Person>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// What there is to say about it.
    pub note: String,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// To come.
    ToCome,
    /// At work.
    Working,
    /// The operator is asked.
    Asking,
    /// Over.
    Ended(Outcome),
    /// The run ended before the step did. What it made so far is among the facts.
    Stopped,
}

/// A wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// For what.
    pub why: String,
    /// When the next try is.
    pub until: Timestamp,
    /// When the first wait of this kind began.
    pub since: Timestamp,
    /// How long it may take at most, in milliseconds, from `since`.
    pub at_most_ms: u64,
    /// Tries so far.
    pub tries: u32,
}

/// What a person is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who must do what.
    pub says: String,
    /// The page to open.
    pub url: String,
    /// The command that does the same.
    pub command: String,
}

/// A call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which.
    pub id: CallId,
    /// What for.
    pub work: Work,
    /// To which service.
    pub plane: Plane,
    /// As which tenant.
    pub side: Side,
    /// GET, POST…
    pub method: String,
    /// Where to.
    pub url: String,
    /// When it was sent.
    pub started: Timestamp,
    /// Its tries.
    pub tries: Vec<Try>,
}

/// A try of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// The HTTP status; none where no answer came.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// What was answered in place of what was asked.
    pub refusal: Option<Refusal>,
}

impl Run {
    /// Takes in one event. Total: whatever comes, in whatever order, leaves a run that can be shown.
    pub fn apply(&mut self, entry: &Entry) {
        let at = entry.at;
        match &entry.event {
            Event::CheckStarted { check } => self.check_started(check),
            Event::CheckEnded { finding } => self.check_ended(finding),
            Event::Planned { plan } => self.planned(plan),
            Event::RunStarted { run, plan } => {
                self.planned(plan);
                self.id = Some(run.clone());
                self.started = Some(at);
            }
            Event::StepStarted { step } => self.with_step(*step, "started", |s| {
                s.status = Status::Working;
                s.started = Some(at);
            }),
            Event::CallStarted { call, work, plane, side, method, url, writes: _ } => self.calls.push(Call {
                id: *call,
                work: work.clone(),
                plane: *plane,
                side: *side,
                method: method.clone(),
                url: url.clone(),
                started: at,
                tries: Vec::new(),
            }),
            Event::CallTried { call, status, ms, refusal, .. } => {
                let tried = Try { status: *status, ms: *ms, refusal: refusal.clone() };
                match self.calls.iter_mut().rev().find(|c| c.id == *call) {
                    Some(call) => call.tries.push(tried),
                    None => self.note(format!("call {} was tried before it was sent", call.0)),
                }
            }
            Event::Waiting { work, why, ms, at_most_ms, tries } => {
                self.waits(at, work, why, *ms, *at_most_ms, *tries);
            }
            Event::PersonNeeded { step, says, url, command } => self.with_step(*step, "asked for a person", |s| {
                s.person = Some(Person { says: says.clone(), url: url.clone(), command: command.clone() });
            }),
            Event::Asking { step } => self.with_step(*step, "asked", |s| {
                s.status = Status::Asking;
                s.waiting = None;
            }),
            // The operator's own time is not the step's.
            Event::Confirmed { step } => self.with_step(*step, "was confirmed", |s| {
                s.status = Status::Working;
                s.started = Some(at);
            }),
            Event::Learnt { step, learnt } => {
                self.facts.learn(learnt);
                if learnt.iter().any(|l| l.fact == Fact::PrincipalB) {
                    self.with_step(*step, "learnt of its principal", |s| s.person = None);
                }
            }
            Event::StepEnded { step, outcome, note, trouble } => {
                self.with_step(*step, "ended", |s| {
                    s.status = Status::Ended(*outcome);
                    s.ended = Some(at);
                    s.waiting = None;
                    s.person = None;
                    s.note.clone_from(note);
                    s.trouble.clone_from(trouble);
                });
            }
            Event::RunEnded { verdict, run: _, facts, trouble } => {
                self.facts.learn(facts);
                self.verdict = Some(*verdict);
                self.trouble.clone_from(trouble);
                self.ended = Some(at);
                self.waiting = None;
                self.steps.iter_mut().for_each(|s| s.stop(at));
            }
        }
    }

    fn check_started(&mut self, check: &Check) {
        if !self.checks.iter().any(|(c, _)| c == check) {
            self.checks.push((check.clone(), None));
        }
    }

    fn check_ended(&mut self, finding: &Finding) {
        self.waiting = None;
        match self.checks.iter_mut().find(|(c, _)| *c == finding.check) {
            Some((_, answer)) => *answer = Some(finding.clone()),
            None => self.checks.push((finding.check.clone(), Some(finding.clone()))),
        }
    }

    fn planned(&mut self, plan: &Plan) {
        self.steps = plan.steps.iter().map(|s| StepState::to_come(s.id)).collect();
        self.plan = Some(plan.clone());
    }

    fn waits(&mut self, at: Timestamp, work: &Work, why: &str, ms: u64, at_most_ms: u64, tries: u32) {
        let slot = match work {
            Work::Step(id) => self.steps.iter_mut().find(|s| s.id == *id).map(|s| &mut s.waiting),
            Work::Check(_) | Work::SignIn(_) => Some(&mut self.waiting),
        };
        let Some(slot) = slot else {
            return self.note(format!("a wait for no step: {why}"));
        };
        let since = slot.as_ref().filter(|w| w.why == why).map_or(at, |w| w.since);
        *slot = Some(Wait { why: why.to_owned(), until: later(at, ms), since, at_most_ms, tries });
    }

    fn with_step(&mut self, id: StepId, what: &str, change: impl FnOnce(&mut StepState)) {
        match self.steps.iter_mut().find(|s| s.id == id) {
            Some(step) => change(step),
            None => self.note(format!("step {id} {what}, but the plan has no such step")),
        }
    }

    fn note(&mut self, text: String) {
        self.notes.push(text);
    }

    /// The worst answer of the checks so far.
    #[must_use]
    pub fn worst(&self) -> Level {
        self.findings().map(|f| f.level).max().unwrap_or(Level::Pass)
    }

    /// The answers of the checks so far.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.checks.iter().filter_map(|(_, finding)| finding.as_ref())
    }

    /// The state of a step.
    #[must_use]
    pub fn step(&self, id: StepId) -> Option<&StepState> {
        self.steps.iter().find(|s| s.id == id)
    }

    /// The calls of a step.
    pub fn calls_of(&self, id: StepId) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(move |c| c.work == Work::Step(id))
    }

    /// The step that waits for a person, and what it asks.
    #[must_use]
    pub fn person(&self) -> Option<(StepId, &Person)> {
        self.steps.iter().find_map(|s| s.person.as_ref().map(|p| (s.id, p)))
    }

    /// The step before which the operator is asked.
    #[must_use]
    pub fn asking(&self) -> Option<StepId> {
        self.steps.iter().find(|s| s.status == Status::Asking).map(|s| s.id)
    }

    /// True where a reset of the cluster was sent and not plainly refused: it may go on in Azure, whatever became of
    /// the run.
    #[must_use]
    pub fn reset_was_sent(&self) -> bool {
        let resets = self.plan.iter().flat_map(|p| &p.steps).filter(|s| matches!(s.op, Op::ResetCluster { .. }));
        let refused = |t: &Try| t.status.is_some_and(|s| (400..500).contains(&s));
        resets
            .flat_map(|step| self.calls_of(step.id))
            .any(|call| call.method == "POST" && !(call.last().is_some_and(refused)))
    }

    /// How the first step of a kind ended.
    #[must_use]
    pub fn outcome_of(&self, kind: impl Fn(&Op) -> bool) -> Option<Outcome> {
        let plan = self.plan.as_ref()?;
        let id = plan.steps.iter().find(|s| kind(&s.op))?.id;
        match self.step(id)?.status {
            Status::Ended(outcome) => Some(outcome),
            _ => None,
        }
    }

    /// The first line of the end: the verdict in one or two sentences.
    #[must_use]
    pub fn headline(&self) -> String {
        let (cluster, registry) = self.plan.as_ref().map_or((None, None), Plan::subject);
        let cluster = cluster.map_or("the cluster", |c| c.name());
        let registry = registry.map_or("the registry", |r| r.name());
        match self.verdict {
            None => "The run is not over.".to_owned(),
            Some(Verdict::Done) => self.done_headline(cluster, registry),
            Some(Verdict::Stopped) => {
                let stops = self.findings().filter(|f| f.level == Level::Stop).count();
                format!("Stopped by {}; nothing was written.", count(stops, "check"))
            }
            Some(Verdict::Waits) => {
                format!("The run waits for a person; {cluster} was not touched.")
            }
            Some(Verdict::Interrupted) => {
                let consent = if self.person().is_some() { " Consent in tenant B is still to be given." } else { "" };
                let state = self.cluster_state(cluster);
                format!(
                    "The run was stopped. {state}{consent} Run again with the same answers: what was made is found."
                )
            }
            Some(Verdict::Failed) => {
                let what = self.trouble.as_ref().map_or("The run failed.", |t| t.what.as_str());
                format!("{what} {}", self.cluster_state(cluster))
            }
        }
    }

    fn done_headline(&self, cluster: &str, registry: &str) -> String {
        let images = self.images();
        match self.outcome_of(|op| matches!(op, Op::ProvePull { .. })) {
            Some(Outcome::Proved) => format!(
                "{cluster} now uses the new app, and that app pulls {images} from {registry}: proved from here with the \
                 same credential."
            ),
            _ => format!(
                "{cluster} uses the app of an earlier run already, and everything is in place. This run did not prove the \
                 pull: only the cluster has the secret."
            ),
        }
    }

    fn images(&self) -> String {
        let images = self.plan.iter().flat_map(|p| &p.steps).find_map(|s| match &s.op {
            Op::ProvePull { images, .. } => Some(images),
            _ => None,
        });
        let names: Vec<String> = images.into_iter().flatten().map(ToString::to_string).collect();
        names.join(", ")
    }

    /// What is true of the cluster after a run that did not end well.
    fn cluster_state(&self, cluster: &str) -> String {
        match self.outcome_of(|op| matches!(op, Op::ResetCluster { .. })) {
            Some(Outcome::Changed) => format!("{cluster} uses the new app."),
            Some(Outcome::Failed) if self.reset_was_sent() => {
                format!("{cluster} was being reset when it failed: az aks show tells its state.")
            }
            _ if self.reset_was_sent() => {
                format!("The reset of {cluster} was sent and may still go on: az aks show tells its state.")
            }
            _ => format!("{cluster} was not touched."),
        }
    }

    /// What was made, changed or found, by tenant: a line each, with full ids.
    #[must_use]
    pub fn made(&self, side: Side) -> Vec<(Outcome, String, String)> {
        let Some(plan) = &self.plan else {
            return Vec::new();
        };
        let mut lines = Vec::new();
        for fact in plan.steps.iter().filter(|s| s.side == side).flat_map(crate::plan::Step::writes) {
            if let (Some(label), Some(learnt)) = (label(&fact), self.facts.learnt(&fact)) {
                lines.push((learnt.how, label.to_owned(), learnt.value.clone()));
            }
        }
        lines
    }
}

/// What a fact is called on the last screen; none for facts that are no object.
const fn label(fact: &Fact) -> Option<&'static str> {
    match fact {
        Fact::App => Some("app id"),
        Fact::AppObject => Some("app object"),
        Fact::PrincipalA | Fact::PrincipalB => Some("service principal"),
        Fact::SecretKey => Some("secret's key id"),
        Fact::SecretEnds => Some("secret ends"),
        Fact::Assignment(_) => Some("role assignment"),
        Fact::ClusterClient(_) => Some("cluster uses app"),
        Fact::Proved(_) => None,
    }
}

/// A time some milliseconds later; the same where that is beyond what a time can be.
fn later(at: Timestamp, ms: u64) -> Timestamp {
    let span = jiff::SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX));
    at.checked_add(span).unwrap_or(at)
}

impl StepState {
    /// The run is over: a step that is still at work will not go on.
    fn stop(&mut self, at: Timestamp) {
        if matches!(self.status, Status::Working | Status::Asking) {
            self.status = Status::Stopped;
            self.ended = Some(at);
            self.waiting = None;
        }
    }

    const fn to_come(id: StepId) -> Self {
        Self {
            id,
            status: Status::ToCome,
            waiting: None,
            person: None,
            started: None,
            ended: None,
            note: String::new(),
            trouble: None,
        }
    }
}

impl Call {
    /// How long its last try took, in milliseconds.
    #[must_use]
    pub fn last(&self) -> Option<&Try> {
        self.tries.last()
    }
}
