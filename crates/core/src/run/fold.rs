//! The fold of a run: the only code that turns events into state. It is total, so an event that makes no sense becomes a
//! note and never a panic.

use jiff::Timestamp;

use super::{Call, Person, Run, Status, StepState, Try, Wait};
use crate::check::{Check, Finding};
use crate::event::{Entry, Event, Work};
use crate::names::{Outcome, Route, StepId};
use crate::operation::{Fact, Learnt};
use crate::plan::Plan;

impl Run {
    /// Takes in one event. Total: whatever comes, in whatever order, leaves a run that can be shown.
    pub fn apply(&mut self, entry: &Entry) {
        let at = entry.at;
        self.last = Some(at);
        match &entry.event {
            Event::CheckStarted { check } => self.check_started(check),
            Event::CheckEnded { finding } => self.check_ended(finding),
            Event::RoutesWeighed { routes } => self.routes.clone_from(routes),
            Event::Planned { plan } => self.planned(plan),
            Event::RunStarted { run, plan, answers } => {
                self.planned(plan);
                self.id = Some(run.clone());
                self.answers = answers.clone();
                (self.started, self.since) = (Some(at), Some(at));
            }
            Event::RunResumed { .. } => {
                self.begin_again();
                // Every step is looked at again, and those that prove the pull make their pod anew.
                self.ended_well.clear();
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
            Event::CallStarted { call, work, plane, side, method, url, writes, resets } => self.call_started(Call {
                id: *call,
                work: work.clone(),
                plane: *plane,
                side: *side,
                method: method.clone(),
                url: url.clone(),
                writes: *writes,
                resets: *resets,
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
            Event::Waiting { work, why, ms, at_most_ms, tries, says } => {
                let (until, why, says) = (later(at, *ms), why.clone(), says.clone());
                self.waits(work, Wait { why, until, since: at, at_most_ms: *at_most_ms, tries: *tries, says });
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
                if !self.is_undoing() && outcome.is_good() {
                    self.ended_well.insert(*step);
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

    /// Takes in a proof. One with another secret than before begins the wait anew.
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
        if call.resets {
            self.seen = None;
            call.key = self.facts.id(if call.back { &Fact::BackKey } else { &Fact::SecretKey });
        }
        self.calls.push(call);
    }

    /// Takes in what was learnt of the reset that this part of the run sent last: where it is asked, or that it was taken.
    fn learnt_of_reset(&mut self, learnt: &Learnt) {
        let Some(reset) = self.calls.iter_mut().skip(self.calls_before).rev().find(|c| c.resets) else { return };
        match (&learnt.fact, learnt.how) {
            (Fact::Operation(_), _) => reset.operation = Some(learnt.value.clone()),
            (Fact::ClusterClient(_), Outcome::Changed | Outcome::Undone) => reset.taken = true,
            _ => {}
        }
    }

    /// Takes in what the cluster was seen to be.
    fn saw(&mut self, learnt: &[Learnt]) {
        let value = |is: fn(&Fact) -> bool| learnt.iter().find(|l| is(&l.fact)).map(|l| l.value.clone());
        let state = value(|fact| matches!(fact, Fact::ClusterState(_)));
        if let Some(seen) = state.zip(value(|fact| matches!(fact, Fact::ClusterClient(_)))) {
            self.seen = Some(seen);
        }
    }

    /// The steps are to come, whatever became of them before; what was learnt stays.
    fn begin_again(&mut self) {
        self.steps = self.plan.iter().flat_map(|p| &p.steps).map(|s| StepState::to_come(s.id)).collect();
        (self.verdict, self.trouble, self.ended, self.waiting) = (None, None, None, None);
        self.calls_before = self.calls.len();
        self.seen = None;
        (self.confirmed, self.looked) = (None, None);
    }

    /// Takes in that the run is taken back from here on, by that plan.
    fn turn_back(&mut self, plan: &Plan) {
        if let Some(forward) = self.plan.take().filter(|p| p.route != Route::TakeBack) {
            self.turned_from = Some(forward);
        }
        self.plan = Some(plan.clone());
        self.begin_again();
    }

    fn waits(&mut self, work: &Work, mut wait: Wait) {
        let slot = match work {
            Work::Step(id) => self.steps.iter_mut().find(|s| s.id == *id).map(|s| &mut s.waiting),
            Work::Check(_) | Work::SignIn(_) | Work::Search(_) => Some(&mut self.waiting),
        };
        let Some(slot) = slot else {
            return self.note(format!("a wait for no step: {}", wait.why));
        };
        if let Some(before) = slot.as_ref().filter(|before| before.why == wait.why) {
            wait.since = before.since;
        }
        *slot = Some(wait);
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
