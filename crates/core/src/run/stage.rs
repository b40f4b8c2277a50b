//! The stage of a run, for the list of runs and for what may be done with a run.

use super::{Run, Status, take_back};
use crate::names::{Direction, Route, Verdict};
use crate::operation::Op;
use crate::plan::Plan;

/// The stage of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// All steps are done.
    Done,
    /// The run stopped on its way: a signal, a dropped line, a crash.
    Stopped,
    /// A step failed.
    Failed,
    /// A person must act first.
    Waits,
    /// Some of what the run made is taken back, not all.
    PartlyUndone,
    /// All that the run made is taken back.
    Undone,
}

/// The reason why a run has no plan in some direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoWay {
    /// There is nothing left to do. The text is the sentence.
    Over(String),
    /// Going there would be wrong. The text is the sentence.
    Refused(String),
}

impl Stage {
    /// Returns the word for the stage in lists.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Waits => "waits",
            Self::PartlyUndone => "partly undone",
            Self::Undone => "undone",
        }
    }

    /// True where the run can be resumed.
    #[must_use]
    pub const fn goes_on(self) -> bool {
        matches!(self, Self::Stopped | Self::Failed | Self::Waits)
    }
}

impl Run {
    /// Returns the stage of the run, while nobody works on it.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self.verdict {
            Some(Verdict::Done) if self.is_undoing() => Stage::Undone,
            _ if self.is_undoing() => Stage::PartlyUndone,
            Some(Verdict::Done) => Stage::Done,
            Some(Verdict::Waits) => Stage::Waits,
            Some(Verdict::Failed | Verdict::Stopped | Verdict::Left) => Stage::Failed,
            Some(Verdict::Interrupted) | None => Stage::Stopped,
        }
    }

    /// Returns the plan by which the run goes on, or is taken back.
    ///
    /// # Errors
    /// The reason why there is nothing to do, or why going there would be wrong.
    pub fn plan_for(&self, way: Direction) -> Result<Plan, NoWay> {
        let id = self.id.as_ref().map(ToString::to_string).unwrap_or_default();
        let refused = |why: String| Err(NoWay::Refused(why));
        match (way, self.stage()) {
            (Direction::Back, _) => match take_back(self) {
                None => refused(format!("run {id} has no plan")),
                Some(plan) if plan.steps.is_empty() && self.was_renewed() => Err(NoWay::Over(format!(
                    "Run {id} gave the cluster another secret of the app that it had, so there is nothing to go back to. To \
                     leave the app, take back the run that made it: crosspull runs lists them."
                ))),
                Some(plan) if plan.steps.is_empty() && self.keeps_pull_secrets() && self.stage() != Stage::Done => {
                    refused(format!(
                        "run {id} gave the pull secrets another credential and is not done, and what they had before is nowhere \
                         any more: crosspull resume {id} ends it. Then the run that made them can be taken back"
                    ))
                }
                Some(plan) if plan.steps.is_empty() && self.keeps_pull_secrets() => Err(NoWay::Over(format!(
                    "Run {id} gave the pull secrets another credential, and what they had before is nowhere any more: there \
                     is nothing to go back to. To leave the route, take back the run that made them: crosspull runs lists them."
                ))),
                Some(plan) if plan.steps.is_empty() => {
                    Err(NoWay::Over(format!("There is nothing of run {id} to take back.")))
                }
                Some(plan) => Ok(plan),
            },
            (Direction::Forward, Stage::Done) => Err(NoWay::Over(format!("Run {id} is done already."))),
            (Direction::Forward, Stage::Undone) => {
                refused(format!("run {id} was taken back; {} begins a new one", self.begins_by()))
            }
            (Direction::Forward, Stage::PartlyUndone) => {
                refused(format!("run {id} is being taken back; crosspull undo {id} goes on with that"))
            }
            (Direction::Forward, _) => self.plan.clone().map_or_else(|| refused(format!("run {id} has no plan")), Ok),
        }
    }

    /// True where taking the run back has something to do.
    #[must_use]
    pub fn can_be_undone(&self) -> bool {
        self.plan_for(Direction::Back).is_ok()
    }

    /// Returns the plan without a step that ends a run which is not done and made nothing: there is nothing to take back, and
    /// nobody is to be asked to go on with it. `None` for any other run.
    #[must_use]
    pub fn plan_that_ends(&self) -> Option<Plan> {
        let is_held = self.was_renewed() || self.keeps_pull_secrets();
        take_back(self).filter(|plan| plan.steps.is_empty() && self.stage().goes_on() && !is_held)
    }

    /// Returns the place at which the run stopped, in a few words: the step that did not end well. Empty where all
    /// steps did.
    #[must_use]
    pub fn where_it_stopped(&self) -> String {
        let open = |status: &Status| match status {
            Status::ToCome => false,
            Status::Ended(outcome) => !outcome.is_good(),
            Status::Working | Status::Asking | Status::Stopped => true,
        };
        let failed = |status: &Status| matches!(status, Status::Ended(outcome) if !outcome.is_good());
        // Of the steps that run side by side, the last one says the most. Of those that failed and those that were held
        // up, the failed one does.
        let last = |is: &dyn Fn(&Status) -> bool| self.steps.iter().rev().find(|s| is(&s.status));
        let stopped = last(&failed).or_else(|| last(&open));
        let title =
            stopped.and_then(|s| self.plan.as_ref()?.step(s.id)).map(|s| format!("step {}, {}", s.id, s.title()));
        match (title, self.stage()) {
            (Some(title), Stage::Failed) => format!("failed at {title}"),
            (_, Stage::Waits) => {
                format!("waits for {}", self.awaited())
            }
            (Some(title), Stage::Stopped) => format!("stopped at {title}"),
            (Some(title), Stage::PartlyUndone) => {
                let more = match self.steps.iter().filter(|step| failed(&step.status)).count() {
                    0 | 1 => String::new(),
                    left => format!(", and {} more", left - 1),
                };
                format!("not taken back: {title}{more}")
            }
            (None, Stage::Stopped) => {
                let ended = self.steps.iter().rev().find(|step| matches!(step.status, Status::Ended(_)));
                ended.map_or("stopped before its first step".to_owned(), |step| {
                    format!("stopped after step {}", step.id)
                })
            }
            _ => String::new(),
        }
    }

    /// Returns what a person is waited for to give.
    pub(super) fn awaited(&self) -> &'static str {
        let asks = |plan: &Plan| plan.steps.iter().any(|s| matches!(s.op, Op::AskForRole(_)));
        if self.forward_plan().is_some_and(asks) { "the role on the registry" } else { "consent in tenant B" }
    }

    /// Returns the command that begins such a run.
    #[must_use]
    pub fn begins_by(&self) -> &'static str {
        match self.forward_plan().map(|plan| plan.route) {
            Some(Route::OpenAccess) => "the same crosspull access open",
            Some(Route::CloseAccess) => "the same crosspull access close",
            _ => "crosspull apply",
        }
    }

    /// Returns whom a run lets into its cluster, or no longer: `, opened for ada`. Empty for any other run.
    fn for_whom(&self) -> String {
        let Some(plan) = self.forward_plan() else { return String::new() };
        let word = match plan.route {
            Route::OpenAccess => "opened",
            Route::CloseAccess => "closed",
            _ => return String::new(),
        };
        let who = plan.steps.iter().find_map(|step| match &step.op {
            Op::AssignAccess(op) => Some(&op.principal),
            Op::BindAccess(op) => Some(&op.principal),
            Op::JoinGroup(op) => Some(&op.principal),
            Op::UnassignAccess(op) => Some(&op.principal),
            Op::UnbindAccess(op) => Some(&op.principal),
            Op::LeaveGroup(op) => Some(&op.principal),
            _ => None,
        });
        who.map(|who| format!(", {word} for {}", who.name)).unwrap_or_default()
    }

    /// Returns the cluster and the registry that the run is about, by name: `aks-shop ← registryb`, or one of them.
    #[must_use]
    pub fn about(&self) -> String {
        let (cluster, registry) = self.forward_plan().map_or((None, None), Plan::subject);
        match (cluster, registry) {
            (Some(cluster), Some(registry)) => format!("{} ← {}", cluster.name(), registry.name()),
            (Some(cluster), None) => format!("{}{}", cluster.name(), self.for_whom()),
            (None, Some(registry)) => registry.name().to_owned(),
            (None, None) => String::new(),
        }
    }
}
