//! What a run made, changed or found, for receipts and last screens.

use super::Run;
use crate::event::Outcome;
use crate::plan::{Fact, Learnt, Side};

impl Run {
    /// What was made, changed or found, by tenant: a line each, with full ids.
    #[must_use]
    pub fn made(&self, side: Side) -> Vec<(Outcome, &'static str, String)> {
        self.learnt_in(side).into_iter().filter_map(|l| Some((l.how, label(&l.fact)?, l.value.clone()))).collect()
    }

    /// The same of what is there now, where something was taken back.
    #[must_use]
    pub fn there(&self, side: Side) -> Vec<(Outcome, &'static str, String)> {
        let gone = |l: &Learnt| l.how == Outcome::Undone && !matches!(l.fact, Fact::ClusterClient(_));
        let there = self.learnt_in(side).into_iter().filter(|l| !gone(l));
        there.filter_map(|l| Some((l.how, label(&l.fact)?, l.value.clone()))).collect()
    }

    /// What was learnt by the steps of a tenant, in their order.
    fn learnt_in(&self, side: Side) -> Vec<&Learnt> {
        let steps = self.route().into_iter().flat_map(|plan| &plan.steps).filter(|s| s.side == side);
        let facts = steps.flat_map(crate::plan::Step::writes).chain((side == Side::A).then_some(Fact::BackKey));
        let learnt: Vec<&Learnt> = facts.filter_map(|fact| self.facts.learnt(&fact)).collect();
        let shown = |l: &&Learnt| match l.fact {
            // The pod is removed by the step that makes it.
            Fact::Pod(_) => l.how != Outcome::Undone,
            Fact::ProvedInside(_) => !self.is_undoing(),
            // What was seen after a reset that did not end well is told in words, and is nothing that was there before.
            Fact::ClusterState(_) => false,
            Fact::ClusterClient(_) => l.how != Outcome::Found || self.facts.learnt(&state_of(&l.fact)).is_none(),
            _ => true,
        };
        learnt.into_iter().filter(shown).collect()
    }

    /// What this run made and has not taken back.
    pub fn still_made(&self) -> impl Iterator<Item = &Learnt> {
        // What the cluster was given back with stays, since it needs it.
        self.facts.iter().filter(|l| l.how.is_made() && l.fact != Fact::BackKey)
    }
}

/// The state of the cluster of a fact about its app.
fn state_of(fact: &Fact) -> Fact {
    match fact {
        Fact::ClusterClient(cluster) => Fact::ClusterState(cluster.clone()),
        other => other.clone(),
    }
}

/// What a fact is called on the last screen; none for facts that are no object.
const fn label(fact: &Fact) -> Option<&'static str> {
    match fact {
        Fact::App => Some("app id"),
        Fact::AppObject => Some("app object"),
        Fact::PrincipalA | Fact::PrincipalB => Some("service principal"),
        Fact::SecretKey => Some("secret's key id"),
        Fact::SecretEnds => Some("secret ends"),
        Fact::Assignment(_) | Fact::RoleCopy(_) => Some("role assignment"),
        Fact::WayBackKey => Some("way back's key id"),
        Fact::BackKey => Some("back by key id"),
        Fact::ClusterClient(_) => Some("cluster uses app"),
        Fact::ClusterState(_) => Some("cluster's state"),
        Fact::ProvedInside(_) => Some("pulled on node"),
        Fact::Pod(_) => Some("pod"),
        Fact::Creator | Fact::Proved(_) | Fact::Operation(_) => None,
    }
}
