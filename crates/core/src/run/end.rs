//! The end of a run in words: the headline, what holds from here on, the state of the cluster, the one next command.

use super::{Run, Status};
use crate::check::{HeldRole, Level};
use crate::command::Command;
use crate::explain::Trouble;
use crate::names::{Direction, Outcome, Route, Verdict};
use crate::opening::GivenBack;
use crate::operation::{Fact, Learnt, Op};
use crate::plan::Plan;
use crate::route::{self, Achieved};
use crate::text::count;

impl Run {
    /// Returns the first line of the end: the verdict in one or two sentences.
    #[must_use]
    pub fn headline(&self) -> String {
        let (cluster, registry) = self.forward_plan().map_or((None, None), Plan::subject);
        let cluster = cluster.map_or(UNNAMED, |c| c.name());
        let registry = registry.map_or("the registry", |r| r.name());
        match self.verdict {
            None => format!("The run broke off. {}", self.cluster_state(cluster)),
            Some(Verdict::Done) if self.is_undoing() => self.undone_headline(cluster),
            Some(Verdict::Done) => self.done_headline(cluster, registry),
            Some(Verdict::Left) => {
                let left = self.steps.iter().filter(|s| !matches!(s.status, Status::Ended(o) if o.is_good())).count();
                let are = if left == 1 { "is" } else { "are" };
                let what = self.trouble.as_ref().map_or("", |t| t.what.as_str());
                format!("{} {are} not taken back. {what} {}", count(left, "step"), self.cluster_state(cluster))
            }
            Some(Verdict::Stopped) => {
                let stops = self.findings().filter(|f| f.level == Level::Stop).count();
                format!("Stopped by {}; nothing was written.", count(stops, "check"))
            }
            Some(Verdict::Waits) => format!("The run waits for a person. {}", self.cluster_state(cluster)),
            Some(Verdict::Interrupted) => {
                let what = if self.is_undoing() { "Taking the run back" } else { "The run" };
                let open = self.person().map(|_| format!(" {} is still to be given.", sentence(self.awaited())));
                let consent = open.unwrap_or_default();
                format!("{what} was stopped. {}{consent}", self.cluster_state(cluster))
            }
            Some(Verdict::Failed) => {
                let what = self.trouble.as_ref().map_or("The run failed.", |t| t.what.as_str());
                format!("{what} {}", self.cluster_state(cluster))
            }
        }
    }

    /// Returns what holds from here on, where the run gave the cluster a secret, or put one into it.
    ///
    /// That is where the secret is, when the secret ends, and the way back. No command is named where nothing is `kept`
    /// for it, as in the demo.
    #[must_use]
    pub fn from_here_on(&self, kept: bool) -> Vec<String> {
        if self.is_undoing() {
            return self.secret_of_back();
        }
        if self.verdict != Some(Verdict::Done) {
            return Vec::new();
        }
        let cluster = self.forward_plan().and_then(|p| p.subject().0).map_or(UNNAMED, |c| c.name());
        let (mut says, back) = match self.pull_secrets().as_slice() {
            _ if self.gave_secret() => {
                let back = self.way_back(kept).map(|way| way.unwrap_or_else(|none| none));
                (vec![format!("{cluster} has the secret.")], back)
            }
            [] if self.is_closing() => return self.given_back(kept).into_iter().collect(),
            [] => return self.left_to_do().into_iter().chain(self.takes_effect()).collect(),
            secrets => {
                let is_there = format!("{cluster} has the secret, as pull secret {}.", secrets.join(", "));
                // What a renewal replaced is nowhere any more, and what was found stays: there is nothing to go back to.
                let kept = kept && !self.keeps_pull_secrets() && self.can_be_undone();
                let command = self.id.as_ref().filter(|_| kept).map(|id| format!("Back with crosspull undo {id}"));
                (vec![is_there, self.who_pulls()], command)
            }
        };
        let ends = self.facts.iter().find(|l| matches!(l.fact, Fact::SecretEnds | Fact::PullEnds(_)));
        says.extend(ends.map(|l| format!("The secret ends on {}.", day(&l.value))));
        says.extend(back);
        says
    }

    /// Returns what holds of the secret that the cluster was, or was to be, given its former app back with.
    fn secret_of_back(&self) -> Vec<String> {
        let Some(key) = self.facts.learnt(&Fact::BackKey).filter(|l| l.how.is_made()) else { return Vec::new() };
        let is_back = self.outcome_of_back(|op| matches!(op, Op::ResetCluster(_))) == Some(Outcome::Undone);
        if !is_back && !self.reset_was_sent() {
            let key = &key.value;
            return vec![format!("A secret was added to the former app, key id {key} ; going on takes it away again.")];
        }
        let cluster = self.forward_plan().and_then(|p| p.subject().0).map_or(UNNAMED, |c| c.name());
        let is_kept = self.facts.learnt(&Fact::WayBackKey).is_some_and(|way_back| way_back.value == key.value);
        let which = if is_kept {
            "the secret of its former app that was kept for this"
        } else {
            "a new secret of its former app"
        };
        let has = format!("{cluster} has {which}.");
        let ends = self.facts.get(&Fact::BackEnds).map(|ends| format!("The secret ends on {}.", day(ends)));
        std::iter::once(has).filter(|_| is_back).chain(ends.filter(|_| is_back)).collect()
    }

    fn is_closing(&self) -> bool {
        self.forward_plan().is_some_and(|plan| plan.route == Route::CloseAccess)
    }

    /// Returns how to give back what was closed; where it was one's own or the last way in, by whom.
    fn given_back(&self, kept: bool) -> Option<String> {
        let id = self.id.as_ref().filter(|_| kept && self.can_be_undone())?;
        let steps = self.forward_plan().into_iter().flat_map(|plan| &plan.steps);
        let by = steps.filter(|step| step.op.operation().why_asks().is_some()).find_map(|step| match &step.op {
            Op::UnassignAccess(_) => Some(GivenBack::Role),
            Op::UnbindAccess(_) => Some(GivenBack::Binding),
            Op::LeaveGroup(_) => Some(GivenBack::Membership),
            _ => None,
        });
        let by = by.map(|by| format!(", {}", by.words())).unwrap_or_default();
        Some(format!("Given back with crosspull undo {id}{by}"))
    }

    /// Returns what somebody who reaches the Kubernetes API is to run, where the run could not.
    fn left_to_do(&self) -> Vec<String> {
        let steps = self.forward_plan().into_iter().flat_map(|plan| &plan.steps);
        let told = steps.filter(|step| matches!(step.op, Op::TellPullSecret(_))).filter_map(|step| self.step(step.id));
        told.filter(|told| !told.note.is_empty()).map(|told| sentence(&told.note)).collect()
    }

    /// Returns when a role takes effect that gets a kubeconfig, where the run gave one.
    ///
    /// The cluster's own word on what is opened says nothing of it, so the first attempt may still be refused
    /// (`docs/facts/azure.md` 3.1).
    fn takes_effect(&self) -> Option<String> {
        let steps = self.forward_plan().into_iter().flat_map(|plan| &plan.steps);
        let mut gives = steps.filter_map(|step| match &step.op {
            Op::AssignAccess(assign) if assign.gets_kubeconfig() => Some((step.id, &assign.principal.name)),
            _ => None,
        });
        let is_made = |id| self.step(id).is_some_and(|step| step.status == Status::Ended(Outcome::Created));
        let (_, name) = gives.find(|(id, _)| is_made(*id))?;
        Some(format!("Azure lets {name} get the kubeconfig within 10 minutes."))
    }

    /// Returns the pull secrets that are in the cluster by the run, by namespace and name.
    fn pull_secrets(&self) -> Vec<&str> {
        let there = self.facts.iter().filter(|l| matches!(l.fact, Fact::PullSecret(..)) && l.how != Outcome::Undone);
        there.map(|l| l.value.as_str()).collect()
    }

    /// Returns who pulls by the pull secrets.
    fn who_pulls(&self) -> String {
        let used = self.facts.iter().filter(|l| matches!(l.fact, Fact::AccountPulls(..)) && l.how != Outcome::Undone);
        let accounts: Vec<&str> = used.map(|l| l.value.as_str()).collect();
        if accounts.is_empty() {
            return "A pod pulls by it where its imagePullSecrets name it.".to_owned();
        }
        let of = if accounts.len() == 1 { "account" } else { "accounts" };
        format!(
            "New pods of the service {of} {} pull by it; others name it in their imagePullSecrets.",
            accounts.join(", ")
        )
    }

    /// True where the run is known to have given the cluster its secret.
    #[must_use]
    pub fn gave_secret(&self) -> bool {
        self.facts.iter().any(|l| matches!(l.fact, Fact::ClusterClient(_)) && l.how == Outcome::Changed)
    }

    /// Returns the cluster's way to its former app once it is reset. `None` where the cluster has no former app.
    ///
    /// The error tells why crosspull cannot take that way. No command is named where nothing is `kept` for it.
    #[must_use]
    pub fn way_back(&self, kept: bool) -> Option<Result<String, String>> {
        let (step, saved) = self.forward_plan()?.steps.iter().find_map(|s| match &s.op {
            Op::KeepWayBack(keep) => Some((s.id, keep.saved)),
            _ => None,
        })?;
        let made = self.facts.learnt(&Fact::WayBackKey).is_some_and(|l| l.how.is_made() || l.how == Outcome::Undone);
        if !made {
            let why = self.step(step).map(|s| s.note.as_str()).filter(|note| !note.is_empty());
            return Some(Err(why.map_or_else(|| "The way back is a second reset, by hand.".to_owned(), sentence)));
        }
        let command = self.id.as_ref().filter(|_| kept).map(|id| Command::Undo { run: id }.to_string());
        Some(Ok(match (command, saved) {
            (Some(command), true) => {
                format!("A way back is kept: {command} resets the cluster to its former app.")
            }
            (Some(command), false) => {
                format!("Back with {command} : it adds a secret to the former app and resets the cluster to that app.")
            }
            (None, true) => "A way back is kept: a second reset, to the former app.".to_owned(),
            (None, false) => {
                "There is a way back: you may add a secret to the former app, by which the cluster can be reset to it."
                    .to_owned()
            }
        }))
    }

    /// Returns the rights of the former principal that the new one lacks: those that the plan names, but for the roles that
    /// somebody gave, and those that it was refused.
    #[must_use]
    pub fn lacking(&self) -> Vec<String> {
        let Some(plan) = self.forward_plan() else { return Vec::new() };
        let mut lacks = plan.lacks().to_vec();
        let how = |role: &HeldRole| self.facts.learnt(&Fact::RoleCopy(role.key()));
        for step in &plan.steps {
            let Op::CopyRoles(copy) = &step.op else { continue };
            let withheld = copy
                .withheld
                .iter()
                .filter(|withheld| how(&withheld.role).is_none_or(|learnt| learnt.how == Outcome::Skipped));
            lacks.extend(withheld.map(ToString::to_string));
            lacks.extend(copy.given().filter_map(|role| {
                let refused = how(role).filter(|learnt| learnt.how == Outcome::Skipped)?;
                Some(format!("{} ({})", role.short(), refused.value))
            }));
        }
        lacks
    }

    /// Returns the same as a sentence. `None` where it lacks nothing.
    #[must_use]
    pub fn lacks(&self) -> Option<String> {
        // A cluster that has its former app back has what that one has.
        let lacks = if self.is_undoing() { Vec::new() } else { self.lacking() };
        let app = self.facts.get(&Fact::App).map(|app| format!(" of app {app}")).unwrap_or_default();
        (!lacks.is_empty()).then(|| format!("The new principal{app} lacks: {}", lacks.join(", ")))
    }

    /// Returns a node that pulled, where every pull that was to be proved from within the cluster was seen.
    fn node_that_pulled(&self) -> Option<&str> {
        let steps = self.forward_plan().into_iter().flat_map(|plan| &plan.steps);
        let mut proofs = steps.filter(|s| matches!(s.op, Op::ProveInside(_)));
        let is_proved = |id| self.step(id).is_some_and(|s| s.status == Status::Ended(Outcome::Proved));
        let node = self.facts.iter().find(|l| matches!(l.fact, Fact::ProvedInside(_)) && l.how == Outcome::Proved);
        proofs.all(|step| is_proved(step.id)).then_some(node?.value.as_str())
    }

    fn done_headline(&self, cluster: &str, registry: &str) -> String {
        let achieved = Achieved {
            cluster,
            registry,
            images: self.images(),
            proved_here: self.outcome_of(|op| matches!(op, Op::ProvePull(_))) == Some(Outcome::Proved),
            node: self.node_that_pulled(),
        };
        let spec = self.forward_plan().and_then(|plan| route::spec(plan.route));
        spec.map_or_else(|| "The run is done.".to_owned(), |spec| (spec.headline)(&achieved))
    }

    fn undone_headline(&self, cluster: &str) -> String {
        let given_back = self.outcome_of_back(|op| matches!(op, Op::ResetCluster(_))) == Some(Outcome::Undone);
        if self.keeps_pull_secrets() {
            return format!("What can go is taken back. {}", self.kept_in_pull_secrets());
        }
        let cluster = if given_back { format!(" {cluster} uses its former app again.") } else { String::new() };
        format!("What the run made is taken back.{cluster}")
    }

    /// Returns what a renewal leaves: the credential that it gave the pull secrets, and the replaced one where it lives.
    fn kept_in_pull_secrets(&self) -> String {
        let credential = |learnt: &&Learnt| matches!(learnt.fact, Fact::SecretKey | Fact::PullKey(_));
        let key = self.facts.iter().find(credential).map(|learnt| format!(" {}", learnt.value)).unwrap_or_default();
        let kept = format!(
            "The pull secrets keep the credential{key} that the run gave them: what they had is nowhere any more."
        );
        let steps = self.forward_plan().into_iter().flat_map(|plan| &plan.steps);
        let replaced = steps.filter(|step| !self.ended_well.contains(&step.id)).find_map(|step| match &step.op {
            Op::RemovePullPassword(remove) => Some(remove.key),
            Op::EndTokenPassword(end) => Some(end.key),
            _ => None,
        });
        match replaced {
            Some(key) => format!("{kept} The replaced one, {key} , lives still: end it once nothing needs it."),
            None => kept,
        }
    }

    /// Returns the outcome of taking back the first step of a kind.
    fn outcome_of_back(&self, kind: impl Fn(&Op) -> bool) -> Option<Outcome> {
        self.outcome_of(|op| matches!(op, Op::TakeBack(back) if kind(&back.of.op)))
    }

    /// Returns the images that were to be pulled: those of the proof from here, or else those that nodes pulled.
    fn images(&self) -> String {
        let steps = || self.forward_plan().into_iter().flat_map(|plan| &plan.steps);
        let from_here = steps().find_map(|s| match &s.op {
            Op::ProvePull(prove) => Some(prove.images.iter().collect::<Vec<_>>()),
            Op::ProveFirst(prove) => Some(prove.images.iter().collect::<Vec<_>>()),
            _ => None,
        });
        let inside =
            || steps().filter_map(|s| if let Op::ProveInside(prove) = &s.op { Some(&prove.image) } else { None });
        let images = from_here.unwrap_or_else(|| inside().collect());
        images.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    /// Returns what is true of the cluster after a run that did not end well: its state where the run read one, and
    /// what still works.
    fn cluster_state(&self, cluster: &str) -> String {
        let state = self.state_of(cluster);
        // A name keeps its letters.
        if state.starts_with(UNNAMED) { sentence(&state) } else { state }
    }

    fn state_of(&self, cluster: &str) -> String {
        let reset = |op: &Op| matches!(op, Op::ResetCluster(_));
        let back = self.is_undoing();
        let ended = if back { self.outcome_of_back(reset) } else { self.outcome_of(reset) };
        match ended {
            Some(Outcome::Changed) => format!("{cluster} uses the new app."),
            Some(Outcome::Undone) => format!("{cluster} uses its former app again."),
            _ if !self.reset_was_sent() => match self.seen_state() {
                Some((state, app)) => {
                    format!("{cluster} uses the app {app} as before, and is in the state {state}.")
                }
                None if back && self.resets(Direction::Forward).next().is_some() => {
                    format!("{cluster} is as the run left it.")
                }
                None if self.still_made().any(|l| is_in_cluster(&l.fact)) => {
                    format!("{}; nothing else of {cluster} was touched.", self.what_is_in(cluster))
                }
                None if self.still_made().any(|l| is_access(&l.fact)) => {
                    format!("What the run changed of who gets into {cluster} stays so.")
                }
                None => format!("{cluster} was not touched."),
            },
            _ => match self.seen_state() {
                Some((state, app)) if state == "Failed" || state == "Canceled" => format!(
                    "{cluster} names the app {app} and is in the state {state}: some of its nodes may have the new \
                     credential and others not. What runs goes on running, and the Kubernetes API answers; scaling, load \
                     balancers and disks may not work until the reset is repeated."
                ),
                Some((state, app)) => format!(
                    "{cluster} names the app {app} and is in the state {state}. What runs goes on running; nodes that are \
                     renewed are away for a while."
                ),
                None => format!(
                    "The reset of {cluster} was sent and may still go on in Azure, whatever crosspull does. What runs goes \
                     on running; nodes that are renewed are away for a while."
                ),
            },
        }
    }

    /// Returns all that the run has put into the cluster, and changed in it, by the Kubernetes API.
    fn what_is_in(&self, cluster: &str) -> String {
        let has = |kind: fn(&Fact) -> bool| self.still_made().any(|l| kind(&l.fact));
        let objects = match (has(|f| matches!(f, Fact::PullSecret(..))), has(|f| matches!(f, Fact::Pod(_)))) {
            (true, true) => Some(format!("Pull secrets and a pod of this run are in {cluster}")),
            (true, false) => Some(format!("Pull secrets of this run are in {cluster}")),
            (false, true) => Some(format!("A pod of this run is still in {cluster}")),
            (false, false) if has(|f| matches!(f, Fact::ProofSecret(_))) => {
                Some(format!("A pull secret of this run's pod is still in {cluster}"))
            }
            (false, false) => None,
        };
        let changed = self.still_made().filter(|l| matches!(l.fact, Fact::AccountPulls(..)));
        let changed: Vec<&str> = changed.map(|l| l.value.as_str()).collect();
        let accounts = match changed.as_slice() {
            [] => None,
            [one] => Some(format!("the service account {one} was changed")),
            several => Some(format!("the service accounts {} were changed", several.join(", "))),
        };
        match (objects, accounts) {
            (Some(objects), Some(accounts)) => format!("{objects}, and {accounts}"),
            (Some(objects), None) => objects,
            (None, accounts) => accounts.map(|says| format!("In {cluster} {says}")).unwrap_or_default(),
        }
    }

    fn seen_state(&self) -> Option<(&str, &str)> {
        self.seen.as_ref().map(|(state, app)| (state.as_str(), app.as_str()))
    }

    /// True where a service said no, so that the next command helps once somebody has mended that.
    #[must_use]
    pub fn waits_to_be_mended(&self) -> bool {
        self.trouble.as_ref().is_some_and(Trouble::lasts)
    }

    /// Returns the one command that goes on from here. `None` where there is nothing left to do.
    #[must_use]
    pub fn next_command(&self) -> Option<String> {
        let id = self.id.as_ref()?;
        match self.verdict {
            Some(Verdict::Done | Verdict::Stopped) => None,
            _ if self.is_undoing() => Some(Command::Undo { run: id }.to_string()),
            _ => Some(Command::Resume { run: id }.to_string()),
        }
    }
}

/// The cluster of a run that has no plan yet. No name has a space in it.
const UNNAMED: &str = "the cluster";

/// Returns the day of a time.
fn day(time: &str) -> &str {
    time.split_once('T').map_or(time, |(day, _)| day)
}

/// True for what a run puts into a cluster by the Kubernetes API.
const fn is_in_cluster(fact: &Fact) -> bool {
    matches!(fact, Fact::PullSecret(..) | Fact::AccountPulls(..) | Fact::Pod(_) | Fact::ProofSecret(_))
}

/// True for a fact about who gets into a cluster.
const fn is_access(fact: &Fact) -> bool {
    matches!(fact, Fact::AccessRole(_) | Fact::AccessBinding(..) | Fact::AccessMember(..) | Fact::AccessAccount(..))
}

/// Returns a note as a sentence.
fn sentence(note: &str) -> String {
    let mut chars = note.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", chars.as_str())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::check::{Puller, RoleMode};
    use crate::event::{Entry, Event};
    use crate::ids::{ImageRef, ObjectId};
    use crate::input::{Answers, WantedImage};
    use crate::names::{Route, RunId, StepId};
    use crate::route::tests::{sample_inputs, sample_survey};

    fn told(run: &mut Run, event: Event) {
        run.apply(&Entry::new(Timestamp::UNIX_EPOCH, event));
    }

    /// Returns a run of route `attach` that proves two images, and the steps of these proofs.
    fn proves_two() -> (Run, Vec<StepId>) {
        let mut inputs = sample_inputs();
        let image = ImageRef::parse("shop/api:2.0").expect("an image");
        inputs.images.push(WantedImage { registry: inputs.registries[0].clone(), image });
        let mut survey = sample_survey(&inputs, RoleMode::Registry);
        let (cluster, registry) = (inputs.clusters[0].clone(), inputs.registries[0].clone());
        survey.pullers = vec![Puller { cluster, registry, principal: ObjectId(uuid::Uuid::from_u128(7)), held: None }];
        let plan = (route::spec(Route::Attach).expect("offered").plan)(&inputs, &survey);
        let proofs: Vec<StepId> =
            plan.steps.iter().filter(|s| matches!(s.op, Op::ProveInside(_))).map(|s| s.id).collect();
        assert_eq!(proofs.len(), 2);
        let mut run = Run::default();
        told(&mut run, Event::RunStarted { run: RunId("7f3c9a2e".to_owned()), plan, answers: Answers::default() });
        (run, proofs)
    }

    fn learnt(run: &mut Run, step: StepId, how: Outcome, fact: Fact, value: &str) {
        told(run, Event::Learnt { step, learnt: vec![Learnt::new(how, fact, value)] });
    }

    fn ended(run: &mut Run, step: StepId, outcome: Outcome) {
        told(run, Event::StepEnded { step, outcome, note: String::new(), trouble: None });
    }

    #[test]
    fn a_run_that_is_stopped_before_its_plan_is_told_in_sentences() {
        let mut run = Run::default();
        let stopped = Event::RunEnded { verdict: Verdict::Interrupted, run: None, facts: Vec::new(), trouble: None };
        told(&mut run, stopped);
        assert_eq!(run.headline(), "The run was stopped. The cluster was not touched.");
    }

    #[test]
    fn a_pull_is_proved_only_where_every_image_was_seen() {
        for (second, proved) in [(Outcome::Proved, true), (Outcome::Skipped, false)] {
            let (mut run, proofs) = proves_two();
            let cluster = sample_inputs().clusters[0].clone();
            learnt(&mut run, proofs[0], Outcome::Proved, Fact::ProvedInside(cluster), "node-1");
            ended(&mut run, proofs[0], Outcome::Proved);
            ended(&mut run, proofs[1], second);
            let end = Event::RunEnded { verdict: Verdict::Done, run: run.id.clone(), facts: Vec::new(), trouble: None };
            told(&mut run, end);
            assert_eq!(run.headline().contains("proved from the cluster on node node-1"), proved, "{}", run.headline());
        }
    }

    #[test]
    fn a_cluster_with_a_pod_of_the_run_in_it_was_touched() {
        let (mut run, proofs) = proves_two();
        let pod = Fact::Pod(sample_inputs().clusters[0].clone());
        learnt(&mut run, proofs[0], Outcome::Created, pod.clone(), "default/crosspull-7f3c9a2e");
        assert!(run.headline().contains("A pod of this run is still in"), "{}", run.headline());
        learnt(&mut run, proofs[0], Outcome::Undone, pod, "default/crosspull-7f3c9a2e");
        assert!(run.headline().ends_with("was not touched."), "{}", run.headline());
    }

    #[test]
    fn all_that_a_run_left_in_a_cluster_is_told() {
        let (mut run, proofs) = proves_two();
        let inputs = sample_inputs();
        let (cluster, registry) = (inputs.clusters[0].clone(), inputs.registries[0].clone());
        let secret = Fact::PullSecret(cluster.clone(), registry.clone(), "shop".to_owned());
        let account = Fact::AccountPulls(cluster.clone(), registry, "shop".to_owned());
        let tells = |run: &Run, words: &str| assert!(run.headline().contains(words), "{}", run.headline());
        learnt(&mut run, proofs[0], Outcome::Changed, account.clone(), "shop/default");
        tells(&run, "In aks-shop the service account shop/default was changed; nothing else of aks-shop was touched.");
        learnt(&mut run, proofs[0], Outcome::Created, secret, "shop/crosspull-registryb");
        tells(
            &run,
            "Pull secrets of this run are in aks-shop, and the service account shop/default was changed; nothing",
        );
        learnt(&mut run, proofs[0], Outcome::Created, Fact::Pod(cluster), "shop/crosspull-7f3c9a2e");
        tells(&run, "Pull secrets and a pod of this run are in aks-shop, and the service account shop/default was");
        learnt(&mut run, proofs[0], Outcome::Undone, account, "shop/default");
        tells(&run, "Pull secrets and a pod of this run are in aks-shop; nothing else of aks-shop was touched.");
    }
}
