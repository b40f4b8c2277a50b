//! The run: what its events tell, and the questions to that.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::check::{Check, Finding, Level};
use crate::event::Work;
use crate::explain::Trouble;
use crate::hand_over::HandOver;
use crate::ids::KeyId;
use crate::input::Answers;
use crate::names::{Direction, Outcome, Route, RunId, StepId, Verdict};
use crate::operation::{Fact, Facts, Op};
use crate::plan::Plan;

mod call;
mod end;
mod fold;
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
pub struct Run {
    /// The id of the run, once it began.
    pub id: Option<RunId>,
    /// The plan that is carried out, once it was made: the route's, or the one that takes back what the route made.
    pub plan: Option<Plan>,
    /// The route's plan, once it is being taken back.
    pub turned_from: Option<Plan>,
    /// What was answered.
    pub answers: Answers,
    /// The steps of the route that are taken back.
    pub taken_back: BTreeSet<StepId>,
    /// The steps of the route that asked a person to act.
    pub asked_persons: BTreeSet<StepId>,
    /// The proofs of the pull, by their fact: the key id of the secret, and when it was first proved with that one.
    pub proofs: BTreeMap<Fact, (String, Timestamp)>,
    /// The step that the operator confirmed in this part of the run.
    pub confirmed: Option<StepId>,
    /// The step before whose reset everything was looked at and found, as long as nothing was written or learnt since.
    pub looked: Option<StepId>,
    /// True once the operator cut the wait before the reset short; another secret waits anew.
    pub cut_short: bool,
    /// The state of the cluster and the app that it names, as they were read after a reset that did not end well, and
    /// as long as nothing was done since.
    pub seen: Option<(String, String)>,
    /// When something was last said of it.
    pub last: Option<Timestamp>,
    /// The checks in the order in which they were asked, with their answers.
    pub checks: Vec<(Check, Option<Finding>)>,
    /// The steps, in the plan's order.
    pub steps: Vec<StepState>,
    /// The calls, in the order in which they were sent.
    pub calls: Vec<Call>,
    /// How many of them earlier parts of the run sent.
    pub calls_before: usize,
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
    /// When the part of it that is the last so far began: the run itself, a later part, or taking it back.
    pub since: Option<Timestamp>,
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
    /// The page for them, where nobody signs in to their tenant.
    pub page: Option<Box<HandOver>>,
}

impl Run {
    /// True once what the run made is being taken back.
    #[must_use]
    pub fn is_undoing(&self) -> bool {
        self.plan.as_ref().is_some_and(|p| p.route == Route::TakeBack)
    }

    /// The plan that the run made things by, also while they are taken back.
    #[must_use]
    pub fn forward_plan(&self) -> Option<&Plan> {
        self.turned_from.as_ref().or(self.plan.as_ref())
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

    /// The calls of a step, on the way there or on the way back, whichever the run is on.
    pub fn calls_of(&self, id: StepId) -> impl Iterator<Item = &Call> {
        let back = self.is_undoing();
        self.calls.iter().filter(move |c| c.back == back && c.work == Work::Step(id))
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

    /// True where the run may have changed something by a step of the route: a write was sent and not plainly refused.
    #[must_use]
    pub fn wrote(&self, id: StepId) -> bool {
        // A 409 says that it is there: by an earlier try, or by somebody else.
        let exists = |c: &Call| c.last().is_some_and(|t| t.status == Some(409));
        let mut writes = self.calls.iter().filter(|c| !c.back && c.writes && c.work == Work::Step(id));
        writes.any(|call| !call.did_nothing() || exists(call))
    }

    /// True where a person was asked to act for a step of the route.
    #[must_use]
    pub fn asked_a_person(&self, id: StepId) -> bool {
        self.asked_persons.contains(&id)
    }

    /// True where it gave the cluster another secret of the app that the cluster had, or may have.
    #[must_use]
    pub fn was_renewed(&self) -> bool {
        let renews = |plan: &Plan| plan.steps.iter().any(|s| matches!(&s.op, Op::AddSecret(add) if add.renew));
        self.forward_plan().is_some_and(renews) && self.resets(Direction::Forward).next().is_some()
    }

    /// True where a reset of the cluster was sent and not plainly refused, on the way that the run is on: it may go on
    /// in Azure, whatever became of the run.
    #[must_use]
    pub fn reset_was_sent(&self) -> bool {
        self.resets(if self.is_undoing() { Direction::Back } else { Direction::Forward }).next().is_some()
    }

    /// The resets of the cluster on a way that were sent and not plainly refused.
    pub fn resets(&self, way: Direction) -> impl DoubleEndedIterator<Item = &Call> {
        let back = way == Direction::Back;
        self.calls.iter().filter(move |call| call.resets && call.back == back && !call.did_nothing())
    }

    /// The secrets that the cluster may have by the resets on a way, the oldest first: that of the last one that is
    /// known to have succeeded, and of all since.
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

    /// Returns how the first step of a kind ended.
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
