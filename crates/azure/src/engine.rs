//! The engine carries out a plan. On the way there steps run side by side, each as soon as the facts that it reads are
//! known; a fact that one learns is known to the others at once, and in the journal. On the way back steps run one
//! after the other, newest first, and past a failure.

use std::sync::Arc;

use crosspull_core::event::Event;
use crosspull_core::explain::Trouble;
use crosspull_core::names::{Outcome, RunId, StepId, Verdict};
use crosspull_core::operation::{Op, Step, TakeBack};
use crosspull_core::plan::Plan;
use crosspull_core::run::Run;
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::control::Controller;
use crate::door::Door;
use crate::journal::JournalError;
use crate::operations;
use crate::step_context::RunContext;
use crate::step_result::{StepError, StepResult};
use crate::vault::Vault;

/// Carries out one plan.
#[derive(Debug)]
pub struct Engine {
    shared: RunContext,
    controller: Controller,
}

impl Engine {
    /// Makes an engine for a plan. `past` is what the journal tells of the run; that of a new run is empty.
    /// `controller` is that of the door's wire: a step that fails stops the others after their calls in flight, as the
    /// operator would.
    #[must_use]
    pub fn new(door: Arc<Door>, plan: Plan, run: RunId, past: Run, vault: Arc<Vault>, controller: Controller) -> Self {
        Self { shared: RunContext::new(door, plan, run, past, vault), controller }
    }

    /// Carries the plan out to its end, whatever that is; `begins` is its first event, and the last one is the run's.
    ///
    /// # Errors
    /// An error where the journal cannot be written: then nothing more is sent.
    pub async fn run(&self, begins: Event) -> Result<Verdict, JournalError> {
        let recorder = self.shared.door.wire().recorder();
        recorder.record(begins)?;
        let mut steps: FuturesUnordered<_> = self.shared.plan.steps.iter().map(|step| self.one(step)).collect();
        let mut end = End::default();
        while let Some((id, done)) = steps.next().await {
            let (outcome, note, trouble) = match done {
                Ok((outcome, note)) => (outcome, note, None),
                Err(StepError::Journal(error)) => return Err(error),
                Err(error) => {
                    self.shared.close();
                    self.controller.stop();
                    match end.take(error) {
                        Some((outcome, trouble)) => (outcome, String::new(), Some(trouble)),
                        None => continue,
                    }
                }
            };
            recorder.record(Event::StepEnded { step: id, outcome, note, trouble })?;
            self.shared.ended(id, outcome);
        }
        self.end(end.verdict(), end.trouble)
    }

    /// Takes back what the run made, step by step, newest first. A step that fails does not hold the others, but for
    /// what the cluster needs as long as it has the run's app.
    ///
    /// # Errors
    /// An error where the journal cannot be written: then nothing more is sent.
    pub async fn take_back(&self) -> Result<Verdict, JournalError> {
        let recorder = self.shared.door.wire().recorder();
        recorder.record(Event::UndoStarted { run: self.shared.run.clone(), plan: self.shared.plan.clone() })?;
        let mut left: Option<Trouble> = None;
        let mut needed = false;
        for step in &self.shared.plan.steps {
            let context = self.shared.of(step);
            let done = match context.begin() {
                Ok(()) if needed => Err(StepError::Blocked),
                Ok(()) => Box::pin(operations::take_back(&context)).await,
                Err(error) => Err(error),
            };
            let (outcome, note, trouble) = match done {
                Ok((outcome, note)) => (outcome, note, None),
                Err(StepError::Journal(error)) => return Err(error),
                Err(StepError::Stopped) => return self.end(Verdict::Interrupted, left),
                Err(StepError::Blocked) => (Outcome::Left, "what was not taken back may need it".to_owned(), None),
                Err(StepError::Needed(trouble)) => {
                    needed = true;
                    (Outcome::Left, String::new(), Some(trouble))
                }
                Err(StepError::Failed(trouble) | StepError::Unknown(trouble) | StepError::Waits(trouble)) => {
                    needed |=
                        matches!(&step.op, Op::TakeBack(TakeBack { of, .. }) if matches!(of.op, Op::ResetCluster(_)));
                    (Outcome::Failed, String::new(), Some(trouble))
                }
            };
            if !outcome.is_good() {
                left = left.or_else(|| trouble.clone());
                self.shared.close();
            }
            recorder.record(Event::StepEnded { step: step.id, outcome, note, trouble })?;
        }
        let verdict = if self.shared.is_closed() { Verdict::Left } else { Verdict::Done };
        self.end(verdict, left)
    }

    fn end(&self, verdict: Verdict, trouble: Option<Trouble>) -> Result<Verdict, JournalError> {
        let facts = self.shared.facts();
        let ended = Event::RunEnded { verdict, run: Some(self.shared.run.clone()), facts, trouble };
        self.shared.door.wire().recorder().record(ended)?;
        Ok(verdict)
    }

    /// Performs one step, from waiting for its facts to its end.
    async fn one<'a>(&'a self, step: &'a Step) -> (StepId, StepResult) {
        let context = self.shared.of(step);
        (step.id, Box::pin(operations::perform(&context)).await)
    }
}

/// The sum of the steps' ends.
#[derive(Default)]
struct End {
    trouble: Option<Trouble>,
    failed: bool,
    waits: bool,
    stopped: bool,
}

impl End {
    /// Takes in the error of a step, and returns the outcome of the step where it has one.
    fn take(&mut self, error: StepError) -> Option<(Outcome, Trouble)> {
        let (outcome, trouble) = match error {
            StepError::Failed(trouble) | StepError::Needed(trouble) => (Outcome::Failed, trouble),
            StepError::Unknown(trouble) => (Outcome::Unknown, trouble),
            StepError::Waits(trouble) => {
                self.waits = true;
                self.trouble.get_or_insert(trouble);
                return None;
            }
            StepError::Stopped => {
                self.stopped = true;
                return None;
            }
            StepError::Blocked | StepError::Journal(_) => return None,
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
