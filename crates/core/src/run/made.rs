//! The objects that a run made, changed or found, for receipts and last screens.

use std::borrow::Cow;

use super::Run;
use crate::ids::KeyId;
use crate::names::{Outcome, Side};
use crate::operation::{Fact, Learnt, Op};

impl Run {
    /// Returns what was made, changed or found, by tenant: a line each, with the word for what became of it and with
    /// full ids.
    #[must_use]
    pub fn made(&self, side: Side) -> Vec<(&'static str, &'static str, String)> {
        let learnt = self.learnt_in(side).into_iter();
        learnt.filter_map(|l| Some((self.became(l), l.fact.label()?, shown(l).into_owned()))).collect()
    }

    /// Returns the word for what became of a fact.
    fn became(&self, learnt: &Learnt) -> &'static str {
        let goes = learnt.fact == Fact::WayBackKey && learnt.how == Outcome::Undone;
        // The run itself removes the secrets that nobody saved at its end.
        if goes && !self.takes_back_way_back() { "removed" } else { learnt.how.word() }
    }

    /// True where the secret of the way back was, or is to be, taken back with the run.
    fn takes_back_way_back(&self) -> bool {
        let steps = self.forward_plan().into_iter().flat_map(|plan| &plan.steps);
        let step = steps.into_iter().find(|s| matches!(s.op, Op::KeepWayBack(_))).map(|s| s.id);
        let now = |id| self.is_undoing() && self.plan.as_ref().is_some_and(|plan| plan.step(id).is_some());
        step.is_some_and(|id| self.taken_back.contains(&id) || now(id))
    }

    /// Returns what is there now, even where something was taken back: its outcome stands in place of the word.
    #[must_use]
    pub fn there(&self, side: Side) -> Vec<(Outcome, &'static str, String)> {
        let gone = |l: &Learnt| l.how == Outcome::Undone && !matches!(l.fact, Fact::ClusterClient(_));
        let there = self.learnt_in(side).into_iter().filter(|l| !gone(l));
        there.filter_map(|l| Some((l.how, l.fact.label()?, shown(l).into_owned()))).collect()
    }

    /// Returns what the steps of a tenant learnt, in their order.
    fn learnt_in(&self, side: Side) -> Vec<&Learnt> {
        let steps = self.forward_plan().into_iter().flat_map(|plan| &plan.steps).filter(|s| s.side == side);
        let back = [Fact::BackKey, Fact::BackEnds].into_iter().filter(|_| side == Side::A);
        let facts = steps.flat_map(crate::operation::Step::writes).chain(back);
        let learnt: Vec<&Learnt> = facts.filter_map(|fact| self.facts.learnt(&fact)).collect();
        let shown = |l: &&Learnt| match l.fact {
            // The pod is removed by the step that makes it.
            Fact::Pod(_) => l.how != Outcome::Undone,
            // Of what was taken back nothing is proved any more.
            Fact::ProvedInside(_) | Fact::AccessProved(_) => !self.is_undoing(),
            // Which of the app's secrets was given, only its value tells.
            Fact::SecretKey => l.value != KeyId::GIVEN.to_string(),
            // The state after a reset that did not end well is told in words. It was not there before.
            Fact::ClusterState(_) => false,
            // What could not be given is told as what lacks.
            Fact::RoleCopy(_) => l.how != Outcome::Skipped,
            Fact::ClusterClient(_) => l.how != Outcome::Found || self.facts.learnt(&state_of(&l.fact)).is_none(),
            _ => true,
        };
        learnt.into_iter().filter(shown).collect()
    }

    /// Returns what this run made and has not taken back.
    pub fn still_made(&self) -> impl Iterator<Item = &Learnt> {
        // The secret that the cluster was given back with stays, since the cluster needs it.
        self.facts.iter().filter(|l| l.how.is_made() && !matches!(l.fact, Fact::BackKey | Fact::BackEnds))
    }
}

/// Returns the value as people read it: registries tell the end of a password to a part of a second.
fn shown(learnt: &Learnt) -> Cow<'_, str> {
    match (&learnt.fact, learnt.value.split_once('.')) {
        (Fact::SecretEnds | Fact::BackEnds | Fact::PullEnds(_), Some((second, _))) => format!("{second}Z").into(),
        _ => learnt.value.as_str().into(),
    }
}

/// Returns the fact of the state of the cluster that a fact about its app is about.
fn state_of(fact: &Fact) -> Fact {
    match fact {
        Fact::ClusterClient(cluster) => Fact::ClusterState(cluster.clone()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::check::RoleMode;
    use crate::event::{Entry, Event};
    use crate::input::Answers;
    use crate::names::RunId;
    use crate::route::tests::sample;
    use crate::run::take_back;

    const KEY: &str = "66666666-6666-4666-8666-666666666666";

    fn told(run: &mut Run, event: Event) {
        run.apply(&Entry::new(Timestamp::UNIX_EPOCH, event));
    }

    fn way_back(run: &mut Run, how: Outcome) {
        let kept = run.forward_plan().and_then(|p| p.steps.iter().find(|s| matches!(s.op, Op::KeepWayBack(_))));
        let step = kept.expect("a step").id;
        told(run, Event::Learnt { step, learnt: vec![Learnt::new(how, Fact::WayBackKey, KEY)] });
    }

    fn undo(run: &mut Run) {
        let plan = take_back(run).expect("a plan");
        told(run, Event::UndoStarted { run: RunId("7f3c9a2e".to_owned()), plan });
    }

    fn begun() -> Run {
        let mut run = Run::default();
        let (id, plan) = (RunId("7f3c9a2e".to_owned()), sample(RoleMode::Registry));
        told(&mut run, Event::RunStarted { run: id, plan, answers: Answers::default() });
        way_back(&mut run, Outcome::Created);
        run
    }

    #[test]
    fn a_secret_that_the_run_removed_at_its_end_was_not_taken_back() {
        let word = |run: &Run| run.made(Side::A).first().map(|(word, ..)| *word);
        let mut run = begun();
        assert_eq!(word(&run), Some("created"));
        way_back(&mut run, Outcome::Undone);
        assert_eq!(word(&run), Some("removed"));
        let mut run = begun();
        undo(&mut run);
        way_back(&mut run, Outcome::Undone);
        assert_eq!(word(&run), Some("undone"));
    }
}
