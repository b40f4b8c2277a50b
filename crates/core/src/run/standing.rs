//! The standing of a reset: whether it may be sent now, and since when the wait before it counts. The events alone tell
//! both.

use jiff::Timestamp;

use super::Run;
use crate::event::Work;
use crate::names::StepId;
use crate::operation::Fact;
use crate::plan::Plan;

impl Run {
    /// True where a step may send its reset now.
    ///
    /// The operator said yes in this part of the run, everything that the reset stands on was looked at and found after
    /// that, and nothing was written or learnt since.
    #[must_use]
    pub fn lets_reset(&self, step: StepId) -> bool {
        self.confirmed == Some(step) && self.looked == Some(step)
    }

    /// Returns the time since which the wait before the reset counts. `None` as long as the secret that is sent is not
    /// proved at every registry.
    ///
    /// The wait counts from the proof of that secret, or from the last change of what the reset stands on, whichever is
    /// later.
    #[must_use]
    pub fn stood_since(&self) -> Option<Timestamp> {
        let plan = self.forward_plan()?;
        let key = self.facts.get(&Fact::SecretKey)?;
        let proof = |fact: Fact| self.proofs.get(&fact).filter(|(proved, _)| proved == key).map(|(_, at)| *at);
        let proved = plan.proofs().into_iter().map(proof).collect::<Option<Vec<_>>>()?.into_iter().max()?;
        let written = self.calls.iter().filter(|call| !call.back && call.writes && !call.did_nothing());
        let changed = written.filter(|call| changes_footing(plan, &call.work)).map(|call| call.started).max();
        Some(changed.map_or(proved, |changed| changed.max(proved)))
    }

    /// Takes in that everything was looked at once more. `stands` is what was looked at.
    pub(super) fn looked_again(&mut self, step: StepId, stands: &[crate::operation::Precondition], missing: &[String]) {
        let wanted = self.plan.as_ref().and_then(|plan| Some(plan.preconditions(plan.step(step)?)));
        let all = wanted.is_some_and(|wanted| !wanted.is_empty() && wanted == stands);
        self.looked = (all && missing.is_empty()).then_some(step);
    }
}

/// True for the work of a step that makes something that a reset stands on.
fn changes_footing(plan: &Plan, work: &Work) -> bool {
    let Work::Step(id) = work else { return false };
    plan.step(*id).is_some_and(|step| step.op.operation().makes_footing())
}
