//! The engine carries out a plan. On the way there steps run side by side, each as soon as the facts that it reads are
//! known; what one learns is on the board for the others at once, and in the journal. On the way back they run one
//! after the other, newest first, and past a failure.

use crosspull_core::operation::TakeBack;
use std::collections::BTreeMap;
use std::sync::Arc;

use crosspull_core::event::{Event, Work};

use crosspull_core::explain::Trouble;
use crosspull_core::ids::KeyId;
use crosspull_core::names::StepId;
use crosspull_core::names::{Outcome, RunId, Verdict};
use crosspull_core::operation::{Fact, Facts, Learnt, Op, Step};
use crosspull_core::plan::Plan;
use crosspull_core::run::Run;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;

use crate::control::Controller;
use crate::door::Door;
use crate::journal::JournalError;
use crate::patience::Halt;
use crate::vault::Vault;

/// Carries out one plan.
#[derive(Debug)]
pub struct Engine {
    door: Arc<Door>,
    plan: Plan,
    run: RunId,
    /// What the journal tells of the run so far; nothing of a run that begins.
    past: Run,
    vault: Arc<Vault>,
    controller: Controller,
    board: watch::Sender<Board>,
}

/// What is known so far.
#[derive(Debug, Default)]
struct Board {
    facts: Facts,
    ended: BTreeMap<StepId, Outcome>,
    /// A step did not end well: those that still wait for something wait in vain.
    closed: bool,
}

/// One step at work: what it may use.
pub(crate) struct Doing<'a> {
    engine: &'a Engine,
    /// The step.
    pub step: &'a Step,
    /// What its calls are made for.
    pub work: Work,
}

/// How a step ended, and what there is to say about it.
pub(crate) type Done = Result<(Outcome, String), Halt>;

impl Engine {
    /// An engine for a plan. The past is what the journal tells of the run; that of a new run is empty. The controller
    /// is that of the door's wire: a step that fails stops the others after their calls in flight, as the operator would.
    #[must_use]
    pub fn new(door: Arc<Door>, plan: Plan, run: RunId, past: Run, vault: Arc<Vault>, controller: Controller) -> Self {
        Self { door, plan, run, past, vault, controller, board: watch::Sender::new(Board::default()) }
    }

    /// Carries the plan out to its end, whatever that is; `begins` is its first event, and the last one is the run's.
    ///
    /// # Errors
    /// Where the journal cannot be written: then nothing more is sent.
    pub async fn run(&self, begins: Event) -> Result<Verdict, JournalError> {
        let recorder = self.door.wire().recorder();
        recorder.keep(begins)?;
        let mut steps: FuturesUnordered<_> = self.plan.steps.iter().map(|step| self.one(step)).collect();
        let mut end = End::default();
        while let Some((id, done)) = steps.next().await {
            let (outcome, note, trouble) = match done {
                Ok((outcome, note)) => (outcome, note, None),
                Err(Halt::Journal(error)) => return Err(error),
                Err(halt) => {
                    self.board.send_modify(|b| b.closed = true);
                    self.controller.stop();
                    match end.take(halt) {
                        Some((outcome, trouble)) => (outcome, String::new(), Some(trouble)),
                        None => continue,
                    }
                }
            };
            recorder.keep(Event::StepEnded { step: id, outcome, note, trouble })?;
            self.board.send_modify(|b| {
                b.ended.insert(id, outcome);
            });
        }
        self.end(end.verdict(), end.trouble)
    }

    /// Takes back what the run made, step by step, newest first. A step that fails does not hold the others, but for
    /// what the cluster needs as long as it has the run's app.
    ///
    /// # Errors
    /// Where the journal cannot be written: then nothing more is sent.
    pub async fn take_back(&self) -> Result<Verdict, JournalError> {
        let recorder = self.door.wire().recorder();
        recorder.keep(Event::UndoStarted { run: self.run.clone(), plan: self.plan.clone() })?;
        let mut left: Option<Trouble> = None;
        let mut needed = false;
        for step in &self.plan.steps {
            let doing = Doing { engine: self, step, work: Work::Step(step.id) };
            let done = match doing.begin() {
                Ok(()) if needed => Err(Halt::Blocked),
                Ok(()) => doing.take_back().await,
                Err(halt) => Err(halt),
            };
            let (outcome, note, trouble) = match done {
                Ok((outcome, note)) => (outcome, note, None),
                Err(Halt::Journal(error)) => return Err(error),
                Err(Halt::Stopped) => return self.end(Verdict::Interrupted, left),
                Err(Halt::Blocked) => (Outcome::Left, "what was not taken back may need it".to_owned(), None),
                Err(Halt::Needed(trouble)) => {
                    needed = true;
                    (Outcome::Left, String::new(), Some(trouble))
                }
                Err(Halt::Failed(trouble) | Halt::Unknown(trouble) | Halt::Waits(trouble)) => {
                    needed |=
                        matches!(&step.op, Op::TakeBack(TakeBack { of, .. }) if matches!(of.op, Op::ResetCluster(_)));
                    (Outcome::Failed, String::new(), Some(trouble))
                }
            };
            if !outcome.is_good() {
                left = left.or_else(|| trouble.clone());
            }
            let stays = !outcome.is_good();
            recorder.keep(Event::StepEnded { step: step.id, outcome, note, trouble })?;
            self.board.send_modify(|b| b.closed |= stays);
        }
        let verdict = if self.board.borrow().closed { Verdict::Left } else { Verdict::Done };
        self.end(verdict, left)
    }

    fn end(&self, verdict: Verdict, trouble: Option<Trouble>) -> Result<Verdict, JournalError> {
        let mut facts = self.past.facts.clone();
        facts.learn(&self.board.borrow().facts.iter().cloned().collect::<Vec<_>>());
        let facts = facts.iter().cloned().collect();
        let ended = Event::RunEnded { verdict, run: Some(self.run.clone()), facts, trouble };
        self.door.wire().recorder().keep(ended)?;
        Ok(verdict)
    }

    /// One step, from waiting for its facts to its end.
    async fn one<'a>(&'a self, step: &'a Step) -> (StepId, Done) {
        let doing = Doing { engine: self, step, work: Work::Step(step.id) };
        (step.id, doing.perform().await)
    }
}

/// What the steps' ends add up to.
#[derive(Default)]
struct End {
    trouble: Option<Trouble>,
    failed: bool,
    waits: bool,
    stopped: bool,
}

impl End {
    /// Takes in how a step halted; gives what its own end is, where it has one.
    fn take(&mut self, halt: Halt) -> Option<(Outcome, Trouble)> {
        let (outcome, trouble) = match halt {
            Halt::Failed(trouble) | Halt::Needed(trouble) => (Outcome::Failed, trouble),
            Halt::Unknown(trouble) => (Outcome::Unknown, trouble),
            Halt::Waits(trouble) => {
                self.waits = true;
                self.trouble.get_or_insert(trouble);
                return None;
            }
            Halt::Stopped => {
                self.stopped = true;
                return None;
            }
            Halt::Blocked | Halt::Journal(_) => return None,
        };
        self.failed = true;
        self.trouble.get_or_insert_with(|| trouble.clone());
        Some((outcome, trouble))
    }

    const fn verdict(&self) -> Verdict {
        if self.failed {
            Verdict::Failed
        } else if self.waits {
            Verdict::Waits
        } else if self.stopped {
            Verdict::Interrupted
        } else {
            Verdict::Done
        }
    }
}

impl<'a> Doing<'a> {
    /// The door.
    pub fn door(&self) -> &'a Door {
        &self.engine.door
    }

    /// The plan that the step is part of.
    pub const fn plan(&self) -> &'a Plan {
        &self.engine.plan
    }

    /// The run's id.
    pub const fn run(&self) -> &'a RunId {
        &self.engine.run
    }

    /// What the journal tells of the run so far.
    pub const fn past(&self) -> &'a Run {
        &self.engine.past
    }

    /// The secrets that this process made or was given.
    pub fn vault(&self) -> &'a Vault {
        &self.engine.vault
    }

    /// Says that the step begins.
    pub fn begin(&self) -> Result<(), Halt> {
        Ok(self.door().wire().recorder().say(Event::StepStarted { step: self.step.id })?)
    }

    /// Says what was learnt; a crash does not lose it.
    pub fn learn(&self, learnt: Vec<Learnt>) -> Result<(), Halt> {
        self.engine.board.send_modify(|b| b.facts.learn(&learnt));
        Ok(self.door().wire().recorder().keep(Event::Learnt { step: self.step.id, learnt })?)
    }

    /// Whether a known fact was made or found; what the board does not know yet, the journal may.
    pub fn how(&self, fact: &Fact) -> Option<Outcome> {
        let on_board = self.engine.board.borrow().facts.learnt(fact).map(|l| l.how);
        on_board.or_else(|| self.past().facts.learnt(fact).map(|l| l.how))
    }

    /// The value of a fact, by the board or else by the journal.
    pub fn known<T: std::str::FromStr>(&self, fact: &Fact) -> Option<T> {
        let on_board = self.engine.board.borrow().facts.id(fact);
        on_board.or_else(|| self.past().facts.id(fact))
    }

    /// The key id of the secret that this process gave the cluster its former app back with, or is about to.
    pub fn given_back_with(&self) -> Option<KeyId> {
        let board = self.engine.board.borrow();
        board.facts.learnt(&Fact::BackKey).filter(|l| l.how == Outcome::Created)?.value.parse().ok()
    }

    /// The value of a fact, once it is known.
    pub async fn need<T: std::str::FromStr>(&self, fact: Fact) -> Result<T, Halt> {
        let value = self.watch(|b| b.facts.get(&fact).map(str::to_owned)).await?;
        value.parse().map_err(|_| {
            Halt::Failed(Trouble::new(
                format!("Step {} cannot go on.", self.step.id),
                format!("{fact:?} is not what it should be."),
                "Report this as a bug.",
            ))
        })
    }

    /// Ends once a step has ended well.
    pub async fn after(&self, step: StepId) -> Result<(), Halt> {
        let outcome = self.watch(|b| b.ended.get(&step).copied()).await?;
        if outcome.is_good() { Ok(()) } else { Err(Halt::Blocked) }
    }

    /// Waits until the board tells something. Once a step did not end well, or the operator said stop, nothing that the
    /// board tells counts any more: no step goes on.
    async fn watch<T>(&self, tell: impl Fn(&Board) -> Option<T>) -> Result<T, Halt> {
        let mut board = self.engine.board.subscribe();
        let told = board.wait_for(|b| b.closed || tell(b).is_some());
        tokio::select! {
            biased;
            () = self.door().wire().control().stopped() => Err(Halt::Stopped),
            board = told => board.ok().filter(|b| !b.closed).and_then(|b| tell(&b)).ok_or(Halt::Blocked),
        }
    }
}
