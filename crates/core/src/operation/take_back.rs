//! Operation: takes back what a step of a run made.

use serde::{Deserialize, Serialize};

use super::{Learnt, Operation, PlannedCall, Step};
use crate::names::RunId;

/// Takes back what a step of a run made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakeBack {
    /// The step that made it.
    pub of: Box<Step>,
    /// The objects that the step made, as far as the journal tells. More are looked for by the run's mark.
    pub made: Vec<Learnt>,
    /// The days that a secret lives which is made on the way back.
    pub days: u16,
    /// The other runs that stand on it: it stays for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needed_by: Vec<RunId>,
}

impl TakeBack {
    fn undone(&self) -> &dyn Operation {
        self.of.op.operation()
    }
}

impl Operation for TakeBack {
    fn title(&self) -> String {
        self.undone().undo_title()
    }

    fn calls(&self) -> Vec<PlannedCall> {
        self.undone().undo_calls(&self.made)
    }

    fn explains(&self) -> String {
        self.undone().undo_explains()
    }

    fn needs(&self) -> &'static str {
        "It needs the rights that making it needed."
    }

    fn asks_first(&self) -> bool {
        // To give back what was closed locks nobody out.
        self.undone().asks_first() && self.undone().why_asks().is_none()
    }
}
