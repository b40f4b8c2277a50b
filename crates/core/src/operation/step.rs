//! A step of a plan: its number, its tenant and its operation.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Fact, Learnt, Op};
use crate::names::{Side, StepId};

/// One step: one change, or one wait for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The number of the step in its plan.
    pub id: StepId,
    /// The tenant that the step happens in.
    pub side: Side,
    /// The operation of the step.
    #[serde(flatten)]
    pub op: Op,
}

/// A call that a step is going to make, as the review shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCall {
    /// Method, service and path, such as `Graph POST /applications`, or what a person does.
    pub call: String,
    /// The contents that matter. Empty where there is nothing to say.
    pub sends: String,
}

/// The way in which a step is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// The step leaves nothing behind.
    Nothing,
    /// The step is undone by this call.
    By(&'static str),
    /// The objects that the step made go together with another one.
    With(&'static str),
    /// The step is not undone by crosspull. The text tells how a person does it.
    ByHand(&'static str),
}

impl Step {
    /// Returns the effect of the step, in a few words.
    #[must_use]
    pub fn title(&self) -> String {
        self.op.operation().title()
    }

    /// Returns the facts that the step writes.
    #[must_use]
    pub fn writes(&self) -> Vec<Fact> {
        self.op.operation().writes()
    }

    /// Returns the calls that the step makes, for the review.
    #[must_use]
    pub fn calls(&self) -> Vec<PlannedCall> {
        self.op.operation().calls()
    }

    /// Returns the way in which the step is undone.
    #[must_use]
    pub fn undo(&self) -> Undo {
        self.op.operation().undo()
    }

    /// True where the operator is asked once more before the step, since it changes what runs.
    #[must_use]
    pub fn asks_first(&self) -> bool {
        self.op.operation().asks_first()
    }
}

impl PlannedCall {
    /// Returns a call of which there is nothing more to say.
    #[must_use]
    pub fn new(call: impl Into<String>) -> Self {
        Self { call: call.into(), sends: String::new() }
    }

    /// Returns a call with the contents that matter.
    #[must_use]
    pub fn sending(call: impl Into<String>, sends: impl Into<String>) -> Self {
        Self { call: call.into(), sends: sends.into() }
    }

    /// Returns a call about the ids of what a run made, or about what carries the run's mark where no id is known.
    #[must_use]
    pub(super) fn about(call: &str, made: &[Learnt]) -> Vec<Self> {
        let ids: Vec<&str> = made.iter().map(|l| l.value.as_str()).collect();
        let ids = if ids.is_empty() { "what carries the run's mark".to_owned() } else { ids.join(", ") };
        vec![Self::sending(call, ids)]
    }
}

impl fmt::Display for PlannedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.call)?;
        if self.sends.is_empty() { Ok(()) } else { write!(f, "  {}", self.sends) }
    }
}

impl fmt::Display for Undo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing to undo"),
            Self::By(call) => write!(f, "undo: {call}"),
            Self::With(what) => write!(f, "undo: goes with {what}"),
            Self::ByHand(how) => write!(f, "undo by hand: {how}"),
        }
    }
}
