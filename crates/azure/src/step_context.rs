//! The context of a step: the door, the plan, the journal's past, the vault, and the facts of other steps.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use crosspull_core::event::{Event, Work};
use crosspull_core::names::{Outcome, RunId, StepId};
use crosspull_core::operation::{Fact, Facts, Learnt, Step};
use crosspull_core::plan::Plan;
use crosspull_core::run::Run;
use tokio::sync::watch;

use crate::door::Door;
use crate::patience::{Asked, Patience};
use crate::step_result::{StepError, StepResult, plainly};
use crate::vault::Vault;

/// The things that all steps of one run share.
#[derive(Debug)]
pub(crate) struct RunContext {
    pub door: Arc<Door>,
    pub plan: Plan,
    pub run: RunId,
    /// The run so far, as the journal tells it. Empty for a run that begins.
    pub past: Run,
    pub vault: Arc<Vault>,
    board: watch::Sender<Board>,
}

/// The facts and the ends of steps so far.
#[derive(Debug, Default)]
struct Board {
    facts: Facts,
    ended: BTreeMap<StepId, Outcome>,
    /// True where a step did not end well: those that still wait for something wait in vain.
    closed: bool,
}

/// One step at work, and the things that it may use.
pub(crate) struct StepContext<'a> {
    shared: &'a RunContext,
    pub step: &'a Step,
    /// The work that the calls of the step are made for.
    pub work: Work,
}

impl RunContext {
    pub fn new(door: Arc<Door>, plan: Plan, run: RunId, past: Run, vault: Arc<Vault>) -> Self {
        Self { door, plan, run, past, vault, board: watch::Sender::new(Board::default()) }
    }

    /// Returns the context of a step.
    pub const fn of<'a>(&'a self, step: &'a Step) -> StepContext<'a> {
        StepContext { shared: self, step, work: Work::Step(step.id) }
    }

    /// Tells the other steps that one ended.
    pub fn ended(&self, step: StepId, outcome: Outcome) {
        self.board.send_modify(|board| {
            board.ended.insert(step, outcome);
        });
    }

    /// Tells the other steps that they wait in vain.
    pub fn close(&self) {
        self.board.send_modify(|board| board.closed = true);
    }

    /// True where a step did not end well.
    pub fn is_closed(&self) -> bool {
        self.board.borrow().closed
    }

    /// Returns the facts of the journal and of the board.
    pub fn facts(&self) -> Vec<Learnt> {
        let mut facts = self.past.facts.clone();
        facts.learn(&self.board.borrow().facts.iter().cloned().collect::<Vec<_>>());
        facts.iter().cloned().collect()
    }
}

impl<'a> StepContext<'a> {
    pub fn door(&self) -> &'a Door {
        &self.shared.door
    }

    /// Returns the plan that the step is part of.
    pub const fn plan(&self) -> &'a Plan {
        &self.shared.plan
    }

    pub const fn run(&self) -> &'a RunId {
        &self.shared.run
    }

    /// Returns the run so far, as the journal tells it.
    pub const fn past(&self) -> &'a Run {
        &self.shared.past
    }

    /// Returns the secrets that this process made or was given.
    pub fn vault(&self) -> &'a Vault {
        &self.shared.vault
    }

    /// Announces that the step begins.
    pub fn begin(&self) -> Result<(), StepError> {
        Ok(self.door().wire().recorder().announce(Event::StepStarted { step: self.step.id })?)
    }

    /// Records facts, so that a crash does not lose them, and tells them to the other steps.
    pub fn learn(&self, learnt: Vec<Learnt>) -> Result<(), StepError> {
        self.shared.board.send_modify(|board| board.facts.learn(&learnt));
        Ok(self.door().wire().recorder().record(Event::Learnt { step: self.step.id, learnt })?)
    }

    /// Records facts that are about to be so, so that a crash does not lose them. The other steps are not told yet.
    pub fn learn_ahead(&self, learnt: Vec<Learnt>) -> Result<(), StepError> {
        Ok(self.door().wire().recorder().record(Event::Learnt { step: self.step.id, learnt })?)
    }

    /// Withdraws facts that were recorded ahead of a change which a service refused for good: nothing came about, and what
    /// somebody does later in its place is not this run's to take back. A lost answer, and one that may pass, withdraws
    /// nothing.
    pub fn withdraws<T>(&self, ahead: &[Learnt], done: Result<T, StepError>) -> Result<T, StepError> {
        if done.as_ref().err().is_some_and(StepError::lasts) {
            self.learn(ahead.iter().map(|l| Learnt { how: Outcome::Failed, before: None, ..l.clone() }).collect())?;
        }
        done
    }

    /// Records that facts are no more.
    pub fn learn_undone(&self, made: &[Learnt]) -> Result<(), StepError> {
        if made.is_empty() {
            return Ok(());
        }
        self.learn(made.iter().map(|l| Learnt { how: Outcome::Undone, before: None, ..l.clone() }).collect())
    }

    /// Ends the taking back of facts that were made, and of others that go with them.
    pub fn undone(&self, made: &[Learnt], with: &[Fact]) -> StepResult {
        let with = with.iter().filter_map(|fact| self.past().facts.learnt(fact)).filter(|l| l.how.is_made());
        let undone: Vec<Learnt> = made.iter().chain(with).cloned().collect();
        self.learn_undone(&undone)?;
        plainly(Outcome::Undone)
    }

    /// Returns what this process learnt of a fact, whatever the journal tells.
    pub fn learnt_now(&self, fact: &Fact) -> Option<Learnt> {
        self.shared.board.borrow().facts.learnt(fact).cloned()
    }

    /// True where this process made something in a run that it began itself: nobody has had the time to hang anything on
    /// it, so nothing is looked for there before it is made. What is there all the same is told by the write's own answer.
    pub fn is_new(&self, fact: &Fact) -> bool {
        self.past().id.is_none() && self.learnt_now(fact).is_some_and(|learnt| learnt.how == Outcome::Created)
    }

    /// Returns whether a known fact was made or found. What this process has not learnt, the journal may tell.
    pub fn how(&self, fact: &Fact) -> Option<Outcome> {
        let now = self.learnt_now(fact).map(|l| l.how);
        now.or_else(|| self.past().facts.learnt(fact).map(|l| l.how))
    }

    /// Returns the value of a fact, as this process or else the journal tells.
    pub fn known<T: FromStr>(&self, fact: &Fact) -> Option<T> {
        let now = self.shared.board.borrow().facts.id(fact);
        now.or_else(|| self.past().facts.id(fact))
    }

    /// Waits for a fact, and returns its value.
    pub async fn need<T: FromStr>(&self, fact: Fact) -> Result<T, StepError> {
        let value = self.watch(|board| board.facts.get(&fact).map(str::to_owned)).await?;
        value.parse().map_err(|_| {
            StepError::failed(
                format!("Step {} cannot go on.", self.step.id),
                format!("{fact:?} is not what it should be."),
                "Report this as a bug.",
            )
        })
    }

    /// Waits until the earlier steps that are chosen have ended well.
    pub async fn after(&self, chosen: impl Fn(&Step) -> bool) -> Result<(), StepError> {
        for earlier in self.plan().steps.iter().filter(|step| step.id < self.step.id && chosen(step)) {
            let outcome = self.watch(|board| board.ended.get(&earlier.id).copied()).await?;
            if !outcome.is_good() {
                return Err(StepError::Blocked);
            }
        }
        Ok(())
    }

    /// Returns how an earlier step ended, in this process. `None` where it has not.
    pub fn outcome(&self, step: StepId) -> Option<Outcome> {
        self.shared.board.borrow().ended.get(&step).copied()
    }

    /// Asks with patience until the answer is yes; see [`Patience::until`].
    pub async fn until<T>(
        &self,
        patience: Patience,
        what: &str,
        ask: impl AsyncFnMut() -> Result<Asked<T>, StepError>,
    ) -> Result<T, StepError> {
        patience.until(self.door().wire(), &self.work, what, ask).await
    }

    /// Waits until the board tells something. Once a step did not end well, or the operator said stop, nothing that the
    /// board tells counts any more: no step goes on.
    async fn watch<T>(&self, tell: impl Fn(&Board) -> Option<T>) -> Result<T, StepError> {
        let mut board = self.shared.board.subscribe();
        let told = board.wait_for(|b| b.closed || tell(b).is_some());
        tokio::select! {
            biased;
            () = self.door().wire().control().stopped() => Err(StepError::Stopped),
            board = told => board.ok().filter(|b| !b.closed).and_then(|b| tell(&b)).ok_or(StepError::Blocked),
        }
    }
}
