//! The events: what the engine says while it works. They are the journal, the headless output, and what the screen
//! is folded from. Each carries its time, so that replaying them gives the same run.

use crate::names::CallId;
use crate::names::Outcome;
use crate::names::RunId;
use crate::names::Verdict;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::check::{Check, Finding};
use crate::explain::{Refusal, Trouble};
use crate::hand_over::HandOver;
use crate::input::Answers;
use crate::names::{Side, StepId};
use crate::operation::{Learnt, Precondition};
use crate::plan::Plan;
use crate::route::Weighed;

/// The shape of events that this version writes.
pub const EVENT_VERSION: u8 = 1;

/// A service that is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Plane {
    /// Microsoft Entra sign-in.
    Entra,
    /// Microsoft Graph.
    Graph,
    /// Azure Resource Manager.
    Arm,
    /// A registry.
    Registry,
    /// A cluster's Kubernetes API.
    Kubernetes,
}

/// The work that a call is made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// A check.
    Check(Check),
    /// A step.
    Step(StepId),
    /// Signing in to a tenant.
    SignIn(Side),
    /// Looking for what the operator may mean, while they answer.
    Search(Side),
}

/// Something that happened, as the engine tells it and a journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A check is being asked.
    CheckStarted {
        /// Which.
        check: Check,
    },
    /// A check is answered.
    CheckEnded {
        /// The answer to the check.
        finding: Finding,
    },
    /// The routes are weighed by what was found, where the choice is left to crosspull.
    RoutesWeighed {
        /// The routes, the recommended one first, then those that can work, then those that cannot.
        routes: Vec<Weighed>,
    },
    /// The checks are answered and the plan is made.
    Planned {
        /// The plan.
        plan: Plan,
    },
    /// The plan is being run.
    RunStarted {
        /// The run.
        run: RunId,
        /// The plan of the run.
        plan: Plan,
        /// The answers, so that the run can be resumed. There is no secret among them. Journals of the first version
        /// have none.
        #[serde(default, skip_serializing_if = "Answers::is_empty")]
        answers: Answers,
    },
    /// The run goes on where it stopped: every step is looked at again.
    RunResumed {
        /// The run.
        run: RunId,
    },
    /// The taking back of what the run made has begun.
    UndoStarted {
        /// The run.
        run: RunId,
        /// The steps that take it back, newest first.
        plan: Plan,
    },
    /// A step begins.
    StepStarted {
        /// Which.
        step: StepId,
    },
    /// A call is about to be sent.
    CallStarted {
        /// Which.
        call: CallId,
        /// The work that it is for.
        work: Work,
        /// To which service.
        plane: Plane,
        /// As which tenant.
        side: Side,
        /// GET, POST…
        method: String,
        /// The address, without anything secret.
        url: String,
        /// True where it changes something in Azure.
        writes: bool,
        /// True for the reset of a cluster. Journals of earlier versions do not say so; their address does.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        resets: bool,
    },
    /// A try of a call is over.
    CallTried {
        /// The call that was tried.
        call: CallId,
        /// The number of the try, from 1.
        n: u32,
        /// The HTTP status; none where no answer came.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// The time that it took, in milliseconds.
        ms: u64,
        /// The refusal that came in place of an answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refusal: Option<Refusal>,
    },
    /// A wait begins.
    Waiting {
        /// The work that it is for.
        work: Work,
        /// For what, such as `the role is not in effect yet`.
        why: String,
        /// The time until the next try, in milliseconds.
        ms: u64,
        /// The longest time that it may take, in milliseconds, counted from the first wait of its kind.
        at_most_ms: u64,
        /// Tries so far.
        tries: u32,
        /// What a service says meanwhile, where that is more than that it is not so yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        says: Option<Trouble>,
    },
    /// A person must act.
    PersonNeeded {
        /// The step that waits.
        step: StepId,
        /// One sentence that says who must do what.
        says: String,
        /// The page to open.
        url: String,
        /// The command that does the same.
        command: String,
        /// The page for them, where nobody signs in to their tenant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        page: Option<Box<HandOver>>,
    },
    /// The operator is asked before a step that changes what runs.
    Asking {
        /// The step of the plan.
        step: StepId,
    },
    /// The operator said yes.
    Confirmed {
        /// The step of the plan.
        step: StepId,
    },
    /// Everything that a reset stands on was looked at once more, right before it is sent.
    Looked {
        /// The step of the plan.
        step: StepId,
        /// The preconditions that were looked at.
        stands: Vec<Precondition>,
        /// The misses among them, each as a sentence; empty where the reset may be sent.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        missing: Vec<String>,
    },
    /// The operator cut the wait before a reset short.
    CutShort {
        /// The step of the plan.
        step: StepId,
    },
    /// A step learnt something. Said as soon as it is known, since later steps and a resumed run build on it.
    Learnt {
        /// The step of the plan.
        step: StepId,
        /// What.
        learnt: Vec<Learnt>,
    },
    /// A step is over.
    StepEnded {
        /// Which.
        step: StepId,
        /// How.
        outcome: Outcome,
        /// One sentence about it; empty where there is nothing to say.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
        /// The trouble that it ended with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trouble: Option<Trouble>,
    },
    /// The run is over.
    RunEnded {
        /// How.
        verdict: Verdict,
        /// The run; none where the checks stopped it before it began.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run: Option<RunId>,
        /// The facts, with where each is from.
        facts: Vec<Learnt>,
        /// The trouble that it ended with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trouble: Option<Trouble>,
    },
}

/// An event with its time: one line of the journal and of the headless output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The shape of this value.
    pub v: u8,
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

impl Entry {
    /// An event at a time.
    #[must_use]
    pub const fn new(at: Timestamp, event: Event) -> Self {
        Self { v: EVENT_VERSION, at, event }
    }
}

impl Plane {
    /// Returns the name for people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Entra => "sign-in",
            Self::Graph => "Graph",
            Self::Arm => "ARM",
            Self::Registry => "registry",
            Self::Kubernetes => "Kubernetes",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_one_line_with_version_time_and_event() {
        let entry = Entry::new(Timestamp::UNIX_EPOCH, Event::StepStarted { step: StepId(3) });
        let line = serde_json::to_string(&entry).expect("writes");
        assert_eq!(line, r#"{"v":1,"at":"1970-01-01T00:00:00Z","event":"step_started","step":3}"#);
        assert_eq!(serde_json::from_str::<Entry>(&line).expect("reads"), entry);
    }
}
