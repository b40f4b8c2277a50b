//! The run: the fold of its events.
//!
//! This is the only code that turns events into state. It is total, so an event that makes no sense becomes a note and
//! never a panic.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::check::{Check, Finding, Level};
use crate::event::{Entry, Event, Work};
use crate::explain::Trouble;
use crate::hand_over::HandOver;
use crate::ids::KeyId;
use crate::input::Answers;
use crate::names::{Direction, Outcome, Route, RunId, StepId, Verdict};
use crate::operation::{Fact, Facts, Learnt, Op};
use crate::plan::Plan;

mod call;
mod end;
mod known;
mod made;
mod stage;
mod standing;
mod take_back;

pub use call::{Call, Try};
pub use known::Known;
pub use stage::{NoWay, Stage};
pub use take_back::{take_back, what_is_made};

/// A run as far as its events tell.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Run {
    /// The id of the run, once the run began.
    pub id: Option<RunId>,
    /// The plan that is carried out, once it was made: the route's, or the one that takes back what the route made.
    pub plan: Option<Plan>,
    /// The route's plan, once it is being taken back.
    pub turned_from: Option<Plan>,
    pub answers: Answers,
    /// The steps of the route that are taken back.
    pub taken_back: BTreeSet<StepId>,
    /// The steps of the route that asked a person to act.
    pub asked_persons: BTreeSet<StepId>,
    /// The proofs of the pull by their fact: the key id of the secret, and the time of the first proof with that
    /// secret.
    pub proofs: BTreeMap<Fact, (String, Timestamp)>,
    /// The step that the operator confirmed in this part of the run.
    pub confirmed: Option<StepId>,
    /// The step before whose reset everything was looked at and found, as long as nothing was written or learnt since.
    pub looked: Option<StepId>,
    /// True once the operator cut the wait before the reset short; another secret waits anew.
    pub cut_short: bool,
    /// The state of the cluster and the app that it names, as they were read after a reset that did not end well.
    /// `None` once something was done since.
    pub seen: Option<(String, String)>,
    /// The time of the last event.
    pub last: Option<Timestamp>,
    /// The checks with their answers, in the order in which they were asked.
    pub checks: Vec<(Check, Option<Finding>)>,
    /// The steps, in the plan's order.
    pub steps: Vec<StepState>,
    /// The calls, in the order in which they were sent.
    pub calls: Vec<Call>,
    /// The number of calls that earlier parts of the run sent.
    pub calls_before: usize,
    /// The facts that the steps learnt.
    pub facts: Facts,
    /// The end of the run.
    pub verdict: Option<Verdict>,
    /// The reason for the end, where the run did not end well.
    pub trouble: Option<Trouble>,
    /// The wait of the checks.
    pub waiting: Option<Wait>,
    pub started: Option<Timestamp>,
    /// The time at which the last part so far began: the run itself, a later part, or taking it back.
    pub since: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    /// Notes on events that made no sense.
    pub notes: Vec<String>,
}

/// A step as far as its events tell.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct StepState {
    pub id: StepId,
    pub status: Status,
    pub waiting: Option<Wait>,
    /// The person that the step waits for.
    pub person: Option<Person>,
    pub started: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    /// A remark on the step.
    pub note: String,
    pub trouble: Option<Trouble>,
}

/// The state of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The step is to come.
    ToCome,
    /// The step is at work.
    Working,
    /// The operator is asked.
    Asking,
    /// The step is over.
    Ended(Outcome),
    /// The run ended before the step did. The facts hold what the step made so far.
    Stopped,
}

/// A wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// The purpose of the wait.
    pub why: String,
    /// The time of the next try.
    pub until: Timestamp,
    /// The time at which the first wait of this kind began.
    pub since: Timestamp,
    /// The longest wait, in milliseconds from `since`.
    pub at_most_ms: u64,
    /// The number of tries so far.
    pub tries: u32,
}

/// A request to a person to act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The sentence that tells who must do what.
    pub says: String,
    /// The page to open.
    pub url: String,
    /// The command that has the effect of the page.
    pub command: String,
    /// The page for that person, where nobody signs in to their tenant.
    pub page: Option<Box<HandOver>>,
}

impl Run {
    /// Takes in one event.
    ///
    /// The function is total: whatever comes, in whatever order, leaves a run that can be shown.
    pub fn apply(&mut self, entry: &Entry) {
        let at = entry.at;
        self.last = Some(at);
        match &entry.event {
            Event::CheckStarted { check } => self.check_started(check),
            Event::CheckEnded { finding } => self.check_ended(finding),
            Event::Planned { plan } => self.planned(plan),
            Event::RunStarted { run, plan, answers } => {
                self.planned(plan);
                self.id = Some(run.clone());
                self.answers = answers.clone();
                (self.started, self.since) = (Some(at), Some(at));
            }
            Event::RunResumed { .. } => {
                self.begin_again();
                self.since = Some(at);
            }
            Event::UndoStarted { plan, .. } => {
                self.turn_back(plan);
                self.since = Some(at);
            }
            Event::StepStarted { step } => self.with_step(*step, "started", |s| {
                s.status = Status::Working;
                s.started = Some(at);
            }),
            Event::CallStarted { call, work, plane, side, method, url, writes } => self.call_started(Call {
                id: *call,
                work: work.clone(),
                plane: *plane,
                side: *side,
                method: method.clone(),
                url: url.clone(),
                writes: *writes,
                back: self.is_undoing(),
                started: at,
                tries: Vec::new(),
                key: None,
                operation: None,
                taken: false,
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
            Event::PersonNeeded { step, says, url, command, page } => {
                self.asked_persons.insert(*step);
                self.with_step(*step, "asked for a person", |s| {
                    s.person = Some(Person {
                        says: says.clone(),
                        url: url.clone(),
                        command: command.clone(),
                        page: page.clone(),
                    });
                });
            }
            Event::Asking { step } => {
                (self.confirmed, self.looked) = (None, None);
                self.with_step(*step, "asked", |s| {
                    s.status = Status::Asking;
                    s.waiting = None;
                });
            }
            Event::Confirmed { step } => {
                (self.confirmed, self.looked) = (Some(*step), None);
                // The operator's own time is not the step's.
                self.with_step(*step, "was confirmed", |s| {
                    s.status = Status::Working;
                    s.started = Some(at);
                });
            }
            Event::Looked { step, stands, missing } => self.looked_again(*step, stands, missing),
            Event::CutShort { .. } => self.cut_short = true,
            Event::Learnt { step, learnt } => {
                self.looked = None;
                learnt.iter().for_each(|l| self.proved(at, l));
                learnt.iter().for_each(|l| self.learnt_of_reset(l));
                self.saw(learnt);
                self.facts.learn(learnt);
                if learnt.iter().any(|l| l.fact == Fact::PrincipalB) {
                    self.with_step(*step, "learnt of its principal", |s| s.person = None);
                }
            }
            Event::StepEnded { step, outcome, note, trouble } => {
                if self.is_undoing() && outcome.is_good() {
                    self.taken_back.insert(*step);
                }
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
        self.plan = Some(plan.clone());
        self.begin_again();
    }

    /// Takes in a proof. A proof with another secret than before begins the wait anew.
    fn proved(&mut self, at: Timestamp, learnt: &Learnt) {
        if !matches!(learnt.fact, Fact::Proved(_)) || learnt.how != Outcome::Proved {
            return;
        }
        if self.proofs.get(&learnt.fact).is_none_or(|(key, _)| *key != learnt.value) {
            self.proofs.insert(learnt.fact.clone(), (learnt.value.clone(), at));
            self.cut_short = false;
        }
    }

    fn call_started(&mut self, mut call: Call) {
        if call.writes {
            self.looked = None;
        }
        if call.is_reset() {
            self.seen = None;
            call.key = self.facts.id(if call.back { &Fact::BackKey } else { &Fact::SecretKey });
        }
        self.calls.push(call);
    }

    /// Takes in what was learnt of the reset that this part of the run sent last: where it is asked, or that it was
    /// taken.
    fn learnt_of_reset(&mut self, learnt: &Learnt) {
        let Some(reset) = self.calls.iter_mut().skip(self.calls_before).rev().find(|c| c.is_reset()) else { return };
        match (&learnt.fact, learnt.how) {
            (Fact::Operation(_), _) => reset.operation = Some(learnt.value.clone()),
            (Fact::ClusterClient(_), Outcome::Changed | Outcome::Undone) => reset.taken = true,
            _ => {}
        }
    }

    /// Takes in the state in which the cluster was seen.
    fn saw(&mut self, learnt: &[Learnt]) {
        let value = |is: fn(&Fact) -> bool| learnt.iter().find(|l| is(&l.fact)).map(|l| l.value.clone());
        let state = value(|fact| matches!(fact, Fact::ClusterState(_)));
        if let Some(seen) = state.zip(value(|fact| matches!(fact, Fact::ClusterClient(_)))) {
            self.seen = Some(seen);
        }
    }

    /// Begins the steps again, whatever became of them before. What was learnt stays.
    fn begin_again(&mut self) {
        self.steps = self.plan.iter().flat_map(|p| &p.steps).map(|s| StepState::to_come(s.id)).collect();
        (self.verdict, self.trouble, self.ended, self.waiting) = (None, None, None, None);
        self.calls_before = self.calls.len();
        self.seen = None;
        (self.confirmed, self.looked) = (None, None);
    }

    /// Turns back: from here on, that plan takes back what the run made.
    fn turn_back(&mut self, plan: &Plan) {
        if let Some(forward) = self.plan.take().filter(|p| p.route != Route::TakeBack) {
            self.turned_from = Some(forward);
        }
        self.plan = Some(plan.clone());
        self.begin_again();
    }

    /// True once what the run made is being taken back.
    #[must_use]
    pub fn is_undoing(&self) -> bool {
        self.plan.as_ref().is_some_and(|p| p.route == Route::TakeBack)
    }

    /// Returns the plan that the run made things by, even while they are taken back.
    #[must_use]
    pub fn forward_plan(&self) -> Option<&Plan> {
        self.turned_from.as_ref().or(self.plan.as_ref())
    }

    fn waits(&mut self, at: Timestamp, work: &Work, why: &str, ms: u64, at_most_ms: u64, tries: u32) {
        let slot = match work {
            Work::Step(id) => self.steps.iter_mut().find(|s| s.id == *id).map(|s| &mut s.waiting),
            Work::Check(_) | Work::SignIn(_) | Work::Search(_) => Some(&mut self.waiting),
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

    /// Returns the worst answer of the checks so far.
    #[must_use]
    pub fn worst(&self) -> Level {
        self.findings().map(|f| f.level).max().unwrap_or(Level::Pass)
    }

    /// Returns the answers of the checks so far.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.checks.iter().filter_map(|(_, finding)| finding.as_ref())
    }

    /// Returns the state of a step.
    #[must_use]
    pub fn step(&self, id: StepId) -> Option<&StepState> {
        self.steps.iter().find(|s| s.id == id)
    }

    /// Returns the calls of a step, on the way there or on the way back, whichever the run is on.
    pub fn calls_of(&self, id: StepId) -> impl Iterator<Item = &Call> {
        let back = self.is_undoing();
        self.calls.iter().filter(move |c| c.back == back && c.work == Work::Step(id))
    }

    /// Returns the step that waits for a person, and what that person is asked to do.
    #[must_use]
    pub fn person(&self) -> Option<(StepId, &Person)> {
        self.steps.iter().find_map(|s| s.person.as_ref().map(|p| (s.id, p)))
    }

    /// Returns the step before which the operator is asked.
    #[must_use]
    pub fn asking(&self) -> Option<StepId> {
        self.steps.iter().find(|s| s.status == Status::Asking).map(|s| s.id)
    }

    /// True where the run may have changed something by a step of the route: a write was sent and not plainly refused.
    #[must_use]
    pub fn wrote(&self, id: StepId) -> bool {
        // A 409 tells that the object is there: by an earlier try, or by somebody else.
        let exists = |c: &Call| c.last().is_some_and(|t| t.status == Some(409));
        let mut writes = self.calls.iter().filter(|c| !c.back && c.writes && c.work == Work::Step(id));
        writes.any(|call| !call.did_nothing() || exists(call))
    }

    /// True where a person was asked to act for a step of the route.
    #[must_use]
    pub fn asked_a_person(&self, id: StepId) -> bool {
        self.asked_persons.contains(&id)
    }

    /// True where the run gave the cluster another secret of the app that the cluster had, or may have.
    #[must_use]
    pub fn was_renewed(&self) -> bool {
        let renews = |plan: &Plan| plan.steps.iter().any(|s| matches!(&s.op, Op::AddSecret(add) if add.renew));
        self.forward_plan().is_some_and(renews) && self.resets(Direction::Forward).next().is_some()
    }

    /// True where a reset of the cluster was sent and not plainly refused, on the way that the run is on.
    ///
    /// The reset may go on in Azure, whatever became of the run.
    #[must_use]
    pub fn reset_was_sent(&self) -> bool {
        self.resets(if self.is_undoing() { Direction::Back } else { Direction::Forward }).next().is_some()
    }

    /// Returns the resets of the cluster on a way that were sent and not plainly refused.
    pub fn resets(&self, way: Direction) -> impl DoubleEndedIterator<Item = &Call> {
        let back = way == Direction::Back;
        self.calls.iter().filter(move |call| call.is_reset() && call.back == back && !call.did_nothing())
    }

    /// Returns the secrets that the cluster may have by the resets on a way, the oldest first.
    ///
    /// These are the secret of the last reset that is known to have succeeded, and those of all resets since.
    #[must_use]
    pub fn keys_sent(&self, way: Direction) -> Vec<KeyId> {
        let mut keys = Vec::new();
        for reset in self.resets(way) {
            if reset.taken {
                keys.clear();
            }
            keys.extend(reset.key.filter(|key| !keys.contains(key)));
        }
        keys
    }

    /// Returns the outcome of the first step of a kind.
    #[must_use]
    pub fn outcome_of(&self, kind: impl Fn(&Op) -> bool) -> Option<Outcome> {
        let plan = self.plan.as_ref()?;
        let id = plan.steps.iter().find(|s| kind(&s.op))?.id;
        match self.step(id)?.status {
            Status::Ended(outcome) => Some(outcome),
            _ => None,
        }
    }
}

/// Returns a time some milliseconds later, or the given time where the sum is beyond what a time can be.
fn later(at: Timestamp, ms: u64) -> Timestamp {
    let span = jiff::SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX));
    at.checked_add(span).unwrap_or(at)
}

impl StepState {
    /// Ends the run: a step that is still at work will not go on.
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
