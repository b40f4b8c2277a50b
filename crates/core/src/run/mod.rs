//! The run: the fold of its events.
//!
//! This is the only code that turns events into state. It is total, so an event that makes no sense becomes a note and
//! never a panic.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::check::{Check, Finding, Level};
use crate::event::Work;
use crate::explain::Trouble;
use crate::hand_over::HandOver;
use crate::ids::KeyId;
use crate::input::Answers;
use crate::names::{Direction, Outcome, Route, RunId, StepId, Verdict};
use crate::operation::{Fact, Facts, Learnt, Op};
use crate::plan::Plan;
use crate::route::Weighed;

mod call;
mod end;
mod fold;
mod known;
mod made;
mod stage;
mod standing;
mod take_back;

pub use call::{Call, Try};
pub use known::{Known, keep_for_others};
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
    /// The steps of the route that came to a good end.
    pub ended_well: BTreeSet<StepId>,
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
    /// The routes as they were weighed. Empty where the choice was not left to crosspull.
    pub routes: Vec<Weighed>,
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
    /// What a service says meanwhile, where that is more than that it is not so yet.
    pub says: Option<Trouble>,
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

    /// The worst answer of the checks so far.
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

    /// True where the run gave a pull secret that was there another credential, which the cluster pulls by from then on.
    #[must_use]
    pub fn keeps_pull_secrets(&self) -> bool {
        let written = |learnt: &Learnt| matches!(learnt.fact, Fact::PullSecret(..));
        self.facts.iter().any(|learnt| written(learnt) && learnt.how == Outcome::Changed)
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
        self.calls.iter().filter(move |call| call.resets && call.back == back && !call.did_nothing())
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
