//! The knowledge that journals on this machine have of a cluster.
//!
//! It holds the apps that runs made or took up, the secret that the cluster was given, and other runs that work on it
//! or stand on it.

use super::Run;
use crate::check::OtherRun;
use crate::ids::{ClusterId, KeyId, ObjectId};
use crate::names::{Direction, Outcome, RunId};
use crate::operation::Fact;
use crate::plan::Plan;

/// The knowledge of earlier runs on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The object ids of the apps that the runs made or took up.
    pub apps: Vec<ObjectId>,
    /// The clusters that the runs gave a secret to, with its key id, in the order of their resets. The last one of each
    /// cluster counts.
    pub keys: Vec<(ClusterId, KeyId)>,
}

impl Known {
    /// Returns the knowledge of those runs.
    #[must_use]
    pub fn of<'a>(runs: impl Iterator<Item = &'a Run>) -> Self {
        let runs: Vec<&Run> = runs.collect();
        let apps = runs.iter().filter_map(|run| run.facts.id(&Fact::AppObject)).collect();
        let mut given: Vec<_> = runs
            .iter()
            .filter_map(|run| {
                let cluster = run.forward_plan().and_then(|plan| plan.subject().0.cloned())?;
                let reset = run.resets(Direction::Forward).rfind(|reset| reset.taken)?;
                Some((reset.started, cluster, reset.key?))
            })
            .collect();
        given.sort_by_key(|(at, ..)| *at);
        Self { apps, keys: given.into_iter().map(|(_, cluster, key)| (cluster, key)).collect() }
    }

    /// Returns the key id of the secret that a cluster was given last.
    #[must_use]
    pub fn key(&self, cluster: &ClusterId) -> Option<KeyId> {
        self.keys.iter().rev().find(|(known, _)| known.key() == cluster.key()).map(|(_, key)| *key)
    }
}

impl Run {
    /// True for a run about that cluster.
    #[must_use]
    pub fn is_about(&self, cluster: &ClusterId) -> bool {
        let subject = self.forward_plan().and_then(|plan: &Plan| plan.subject().0);
        subject.is_some_and(|subject| subject.key() == cluster.key())
    }

    /// True where the run stopped after its proof and before its end.
    ///
    /// A run whose reset will stand on what it made and found.
    #[must_use]
    pub fn stands_after_its_proof(&self) -> bool {
        !self.is_undoing() && self.stage().goes_on() && !self.proofs.is_empty()
    }

    /// True where this run found something that the other one made and has not taken back.
    #[must_use]
    pub fn builds_on(&self, other: &Self) -> bool {
        let made_there = |value: &str| other.still_made().any(|made| made.value == value);
        self.facts.iter().any(|learnt| learnt.how == Outcome::Found && made_there(&learnt.value))
    }

    /// Returns the other runs for the cluster of this one, as far as they are told of. Each comes with whether a
    /// program works on it.
    #[must_use]
    pub fn others<'a>(
        &self,
        cluster: &ClusterId,
        runs: impl Iterator<Item = (&'a RunId, &'a Self, bool)>,
    ) -> Vec<OtherRun> {
        let other = runs.filter(|(id, run, _)| self.id.as_ref() != Some(*id) && run.is_about(cluster));
        other
            .map(|(id, run, at_work)| OtherRun {
                id: id.clone(),
                at_work,
                stands: run.stands_after_its_proof(),
                builds_on_it: run.builds_on(self),
            })
            .filter(|other| other.at_work || other.stands)
            .collect()
    }
}
