//! The engine's state: the work that it was asked for, and what it has said so far.

use std::cmp::Reverse;

use crosspull_core::check::{Check, Finding, Level};
use crosspull_core::event::{Entry, Event, Work};
use crosspull_core::input::Inputs;
use crosspull_core::names::Direction;
use crosspull_core::names::RunId;
use crosspull_core::names::{Side, StepId};
use crosspull_core::plan::Plan;
use crosspull_core::run::{Call, Person, Run, Status, Wait};
use jiff::Timestamp;

/// The work that the engine is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Activity {
    /// Nothing.
    #[default]
    None,
    /// The weighing of the routes.
    Weighing,
    /// The checks.
    Checks,
    /// The run.
    Run,
}

/// An earlier run that was taken up, to go on with or to take back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EarlierRun {
    /// The run.
    pub run: RunId,
    /// Go on, or take back.
    pub way: Direction,
    /// By which plan.
    pub plan: Plan,
    /// The steps that an earlier part of it did.
    pub done: Vec<StepId>,
}

/// The engine as the screens know it.
#[derive(Debug, Default)]
pub(crate) struct Live {
    /// The fold of its events.
    pub run: Run,
    pub activity: Activity,
    /// The inputs that the checks were asked with.
    pub asked_with: Option<Inputs>,
    /// The earlier run that was taken up; none for a new one.
    pub taken_up: Option<EarlierRun>,
    /// True once the engine works by the plan.
    pub begun: bool,
    /// True once the engine has said so: what was told before of the steps of an earlier run is of another time.
    pub starts: bool,
    /// True where this program has the value of the run's secret.
    pub secret_at_hand: bool,
    /// The step that the operator said yes to.
    pub confirmed: Option<StepId>,
    /// True once the operator asked it to stop.
    pub stopping: bool,
    /// The time of the last answer for the step that waits for a person.
    pub last_asked: Option<Timestamp>,
}

impl Live {
    /// Begins to weigh the routes.
    pub fn weigh(&mut self) {
        *self = Self { activity: Activity::Weighing, ..Self::default() };
    }

    /// Begins the checks anew.
    pub fn check(&mut self, inputs: Inputs) {
        *self = Self { activity: Activity::Checks, asked_with: Some(inputs), ..Self::default() };
    }

    /// Takes up an earlier run, where it has a plan for that.
    pub fn take_up(&mut self, run: Run, way: Direction) {
        if let (Some(id), Ok(plan)) = (run.id.clone(), run.plan_for(way)) {
            let is_done = |step: &StepId| way == Direction::Forward && run.ended_well.contains(step);
            let done = plan.steps.iter().map(|step| step.id).filter(is_done).collect();
            let taken_up = Some(EarlierRun { run: id, way, plan, done });
            *self = Self { activity: Activity::Checks, taken_up, run, ..Self::default() };
        }
    }

    /// Takes in that the checks are over, or that the routes are weighed.
    pub fn checked(&mut self) {
        if matches!(self.activity, Activity::Checks | Activity::Weighing) {
            self.activity = Activity::None;
        }
    }

    /// Begins the run.
    pub fn begin(&mut self) -> Option<Plan> {
        let plan = self.ready()?.clone();
        self.activity = Activity::Run;
        self.begun = true;
        // How an earlier part of it ended is no longer so.
        (self.run.verdict, self.run.trouble) = (None, None);
        Some(plan)
    }

    /// Takes in what the engine said.
    pub fn hear(&mut self, entry: &Entry) {
        self.run.apply(entry);
        match &entry.event {
            Event::Planned { .. } => self.checked(),
            Event::RunStarted { .. } | Event::RunResumed { .. } | Event::UndoStarted { .. } => self.starts = true,
            Event::RunEnded { .. } => {
                self.activity = Activity::None;
                self.stopping = false;
            }
            Event::CallTried { call, .. } => {
                let step = self.run.calls.iter().rev().find(|c| c.id == *call).map(|c| c.work.clone());
                if let (Some((person, _)), Some(Work::Step(step))) = (self.run.person(), step)
                    && person == step
                {
                    self.last_asked = Some(entry.at);
                }
            }
            Event::PersonNeeded { .. } => self.last_asked = Some(entry.at),
            _ => {}
        }
    }

    /// Returns true while something moves by itself: a call is out, or a wait is under way. A question to the operator
    /// is none.
    pub fn moves(&self) -> bool {
        match self.activity {
            Activity::None => false,
            Activity::Weighing | Activity::Checks => true,
            Activity::Run => self.question().is_none() || self.run.steps.iter().any(|s| s.status == Status::Working),
        }
    }

    /// Returns the plan that the review shows.
    pub fn plan(&self) -> Option<&Plan> {
        match &self.taken_up {
            Some(taken_up) => Some(&taken_up.plan),
            None => self.run.plan.as_ref(),
        }
    }

    /// Returns the plan, where the checks let it run.
    pub fn ready(&self) -> Option<&Plan> {
        let signed_in = |side| self.run.findings().any(|f| f.check == Check::SignIn(side));
        let asked = self.taken_up.is_none() || (signed_in(Side::A) && signed_in(Side::B));
        let may = self.activity == Activity::None && !self.begun && asked && self.run.worst() < Level::Stop;
        self.plan().filter(|_| may)
    }

    /// Returns true while the cluster's reset is on its way in Azure, where no stop of ours reaches it.
    pub fn resetting(&self) -> bool {
        let step = self.run.plan.as_ref().and_then(Plan::restarts).and_then(|s| self.run.step(s.id));
        self.run.reset_was_sent() && step.is_some_and(|s| !matches!(s.status, Status::Ended(_)))
    }

    /// Returns the wait before the reset, while it lasts and may be cut short.
    pub fn soaking(&self) -> Option<&Wait> {
        let waits = self.run.steps.iter().filter_map(|s| s.waiting.as_ref());
        waits.filter(|_| self.activity == Activity::Run && !self.run.cut_short).find(|wait| wait.tries == 0)
    }

    /// Returns true once the run is over.
    pub const fn over(&self) -> bool {
        self.begun && self.run.verdict.is_some()
    }

    /// Returns the step before which the operator is asked, while there is no answer.
    pub fn question(&self) -> Option<StepId> {
        self.run.asking().filter(|step| self.activity == Activity::Run && self.confirmed != Some(*step))
    }

    /// Returns the person that the run waits for.
    pub fn person(&self) -> Option<(StepId, &Person)> {
        self.run.person().filter(|_| self.activity == Activity::Run)
    }

    /// Returns true where this run made a secret, and this program has it: one that was there already cannot be read.
    pub fn has_secret(&self) -> bool {
        self.secret_at_hand && self.run.facts.iter().any(|l| l.fact.is_key_of_secret() && l.how.is_made())
    }

    /// Returns the checks as they are listed: where secrets go, what is of A, of B, then those that look at both. Once all
    /// are answered, what asks for something comes before what passed.
    pub fn checks(&self) -> Vec<(&Check, Option<&Finding>)> {
        let mut checks: Vec<_> = self.run.checks.iter().map(|(c, f)| (c, f.as_ref())).collect();
        let level = |finding: &Option<&Finding>| {
            finding.filter(|_| self.activity == Activity::None).map_or(Level::Pass, |f| f.level)
        };
        let place = |check: &Check| match check {
            Check::Cloud => 0,
            other => other.side().map_or(3, |side| side as u8 + 1),
        };
        checks.sort_by_key(|(check, finding)| (Reverse(level(finding)), place(check)));
        checks
    }

    /// Returns the last call of a step.
    pub fn last_call(&self, step: StepId) -> Option<&Call> {
        self.run.calls_of(step).last()
    }
}
