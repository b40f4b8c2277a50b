//! The knowledge that journals on this machine have of a cluster.
//!
//! It holds the apps that runs made or took up, the secret that the cluster was given, and other runs that work on it
//! or stand on it.

use super::Run;
use crate::access::KubernetesRole;
use crate::check::OtherRun;
use crate::ids::{ClusterId, KeyId, ObjectId};
use crate::names::{Direction, Outcome, RunId};
use crate::operation::{AssignAccess, Fact, Op, TakeBack};
use crate::plan::Plan;
use crate::run::what_is_made;

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

/// Names in a plan that takes a run back the other runs that stand on what it takes: another way in that was given to the same
/// principal takes the kubeconfig of users too.
pub fn keep_for_others<'a>(plan: &mut Plan, own: Option<&RunId>, runs: impl Iterator<Item = &'a Run> + Clone) {
    for step in &mut plan.steps {
        let Op::TakeBack(back) = &mut step.op else { continue };
        let TakeBack { of, needed_by, .. } = back;
        let Op::AssignAccess(given) = &of.op else { continue };
        if given.role == KubernetesRole::ClusterUser {
            let others = runs.clone().filter(|run| run.id.as_ref() != own && run.stands_on_kubeconfig(given));
            needed_by.extend(others.filter_map(|run| run.id.clone()));
        }
    }
}

impl Run {
    /// True where the run gave the same principal something at the same cluster that takes the kubeconfig of users, and it was
    /// not taken back.
    fn stands_on_kubeconfig(&self, given: &AssignAccess) -> bool {
        let is_it = |cluster: &ClusterId, principal: &crate::access::Principal| {
            cluster.key() == given.cluster.key() && principal.object == given.principal.object
        };
        let steps = self.forward_plan().into_iter().flat_map(|plan| &plan.steps);
        let mut needing = steps.filter(|step| match &step.op {
            Op::BindAccess(op) => is_it(&op.cluster, &op.principal),
            Op::JoinGroup(op) => is_it(&op.cluster, &op.principal),
            Op::AssignAccess(op) => {
                (!op.role.gets_kubeconfig() || op.namespace.is_some()) && is_it(&op.cluster, &op.principal)
            }
            _ => false,
        });
        needing.any(|step| !what_is_made(self, step).is_empty())
    }

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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::access::{BoundRole, PrincipalKind};
    use crate::event::{Entry, Event};
    use crate::ids::TenantId;
    use crate::input::Answers;
    use crate::names::StepId;
    use crate::opening::{Asked, Wanted, open, tests_asked};
    use crate::operation::Learnt;
    use crate::run::take_back;

    /// Returns a run that opened a way in, with what its steps made.
    fn opened(id: &str, asked: &Asked, gives_kubeconfig: bool) -> Run {
        let plan = open("AzureCloud", TenantId(uuid::Uuid::nil()), asked, None, gives_kubeconfig);
        let mut run = Run::default();
        let mut tell = |event| run.apply(&Entry::new(Timestamp::UNIX_EPOCH, event));
        let steps: Vec<(StepId, Vec<Fact>)> = plan.steps.iter().map(|step| (step.id, step.writes())).collect();
        tell(Event::RunStarted { run: RunId(id.to_owned()), plan, answers: Answers::default() });
        for (step, facts) in steps {
            let learnt = facts.into_iter().map(|fact| Learnt::new(Outcome::Created, fact, "x")).collect();
            tell(Event::Learnt { step, learnt });
        }
        run
    }

    #[test]
    fn the_kubeconfig_stays_for_another_run_that_let_the_same_principal_in() {
        let view = |kind| tests_asked(kind, Some("shop"), Wanted::Bind(BoundRole::cluster("view")));
        let first = opened("7f3c9a2e", &view(PrincipalKind::User), true);
        let second = opened("11112222", &view(PrincipalKind::User), false);
        let account = opened("33334444", &view(PrincipalKind::ServiceAccount), false);
        let needing = |others: &[&Run]| {
            let mut plan = take_back(&first).expect("a plan");
            keep_for_others(&mut plan, first.id.as_ref(), others.iter().copied());
            let needed = plan.steps.iter().filter_map(|step| match &step.op {
                Op::TakeBack(back) => Some(back.needed_by.clone()),
                _ => None,
            });
            needed.collect::<Vec<_>>()
        };
        let none = vec![Vec::new(), Vec::new()];
        assert_eq!(needing(&[&first, &account]), none, "the run itself, and another principal");
        assert_eq!(needing(&[&second]), [vec![], vec![RunId("11112222".to_owned())]], "the binding goes all the same");
    }

    #[test]
    fn a_run_of_access_says_for_whom_and_which_command_begins_it() {
        let asked = tests_asked(PrincipalKind::User, Some("shop"), Wanted::Bind(BoundRole::cluster("view")));
        let run = opened("7f3c9a2e", &asked, true);
        assert_eq!(run.about(), "aks, opened for ada");
        assert_eq!(run.begins_by(), "the same crosspull access open");
    }

    #[test]
    fn what_the_cluster_said_is_told_no_more_once_it_is_taken_back() {
        let asked = tests_asked(PrincipalKind::User, Some("shop"), Wanted::Bind(BoundRole::cluster("view")));
        let plan = open("AzureCloud", TenantId(uuid::Uuid::nil()), &asked, asked.act(), false);
        let last = plan.steps.last().expect("a step").id;
        let mut run = opened("7f3c9a2e", &asked, false);
        let tell = |run: &mut Run, event| run.apply(&Entry::new(Timestamp::UNIX_EPOCH, event));
        tell(&mut run, Event::RunStarted { run: RunId("7f3c9a2e".to_owned()), plan, answers: Answers::default() });
        let proved = Learnt::new(Outcome::Proved, Fact::AccessProved(asked.cluster.clone()), "ada may list pods");
        tell(&mut run, Event::Learnt { step: last, learnt: vec![proved] });
        let told = |run: &Run| run.made(crate::names::Side::A).iter().any(|(_, label, _)| *label == "the cluster says");
        assert!(told(&run));
        let plan = take_back(&run).expect("a plan");
        tell(&mut run, Event::UndoStarted { run: RunId("7f3c9a2e".to_owned()), plan });
        assert!(!told(&run));
    }
}
