//! The runs of `crosspull access`: each way in, opened and closed, is struck where it counts, which is at each write; and each
//! read that it makes fails for good.

use std::collections::BTreeSet;

use crosspull_core::event::{Entry, Event};
use crosspull_core::input::{Access, Answers, Key};
use crosspull_core::names::Direction;
use crosspull_core::plan::Plan;
use crosspull_support::{AccessRun, Story};

use crate::inside::{Call, Cut, Moment, carried_out, within};
use crate::network::{FAULTS, Fault, counted, finished, taken_back};
use crate::sameness;

/// The ways in which a read fails for as long as anybody asks, by name and as a scenario has it.
pub const UNREAD: [(&str, &str); 2] = [
    ("refused", "do = 'status'\ncode = 403\nerror = 'AuthorizationFailed'\nmessage = 'no'"),
    ("torn", "do = 'garbage'"),
];

/// A run, with what an undisturbed one told of itself.
#[derive(Clone)]
pub struct Known {
    run: &'static AccessRun,
    plan: Plan,
    answers: Answers,
    /// Every request, as a scenario has it.
    requests: BTreeSet<String>,
}

impl Known {
    /// Goes through a run undisturbed.
    pub fn of(run: &'static AccessRun) -> Self {
        let story = run.story();
        let end = run.begin(&story);
        end.ends_well();
        let begun = end.events("run_started").next().expect("it began").clone();
        let entry: Entry = serde_json::from_value(begun).expect("an entry");
        let Event::RunStarted { plan, answers, .. } = entry.event else { panic!("a run that began") };
        let requests = counted(&story).into_keys().collect();
        Self { run, plan, answers, requests }
    }

    /// Returns the name of the run.
    pub const fn name(&self) -> &'static str {
        self.run.name
    }

    /// Returns the requests that change something: all that are no reads, no tokens and no questions.
    pub fn writes(&self) -> impl Iterator<Item = &String> {
        self.requests.iter().filter(|request| is_write(request))
    }

    /// Returns the reads of Azure, of the directory and of the cluster.
    pub fn reads(&self) -> impl Iterator<Item = &String> {
        let signs_in = |request: &str| request.starts_with("entra ") || request.contains("/metadata/");
        self.requests.iter().filter(move |request| !is_write(request) && !signs_in(request))
    }

    /// Returns the calls by which the engine changes something.
    pub fn calls(&self) -> Vec<Call> {
        let story = self.run.story();
        let seen = self.carry_out(&story, None);
        sameness::is_that_of_an_undisturbed_run(self.run, &story);
        seen.into_iter().filter(|call| call.writes).collect()
    }

    /// Carries the plan out within this process, until the cut.
    fn carry_out(&self, story: &Story, cut: Option<Cut>) -> BTreeSet<Call> {
        let mut answers = self.answers.clone();
        answers.set(Key::Cloud, story.ready.arm.clone());
        let access =
            Access::of_run(&answers, self.plan.route, self.plan.tenants, Direction::Forward).expect("a way in");
        let planned = async |_: &_| (self.plan.clone(), answers.clone());
        within(cut, async |cut, seen| carried_out(story, &access, planned, cut, seen).await)
    }
}

fn is_write(request: &str) -> bool {
    let mut words = request.split(' ');
    let (plane, method, path) = (words.next(), words.next(), words.next().unwrap_or_default());
    let asks = ["reviews", "Credential", "/token", "/getByIds"].iter().any(|end| path.ends_with(end));
    plane != Some("entra") && method != Some("GET") && !asks
}

/// Returns the test of what must hold where a fault strikes a write once.
pub fn struck(known: &Known, write: &str, fault: Fault) -> impl FnOnce() + Send + 'static {
    let own = format!("[[fault]]\non = \"{write}\"\nnth = 1\n{}", fault.act);
    let run = known.run;
    move || {
        let story = run.told(&own);
        let first = run.begin(&story);
        let unbroken = first.code == Some(0);
        finished(run, &story, first);
        sameness::is_that_of_an_undisturbed_run(run, &story);
        taken_back(&story);
        if !unbroken {
            let story = run.told(&own);
            let _ = run.begin(&story);
            taken_back(&story);
        }
    }
}

/// Returns the test of what must hold where the program is gone at a moment of a write.
pub fn killed(known: &Known, call: &Call, moment: Moment) -> impl FnOnce() + Send + 'static {
    let (known, cut) = (known.clone(), Cut { call: call.clone(), moment });
    move || {
        let story = known.run.story();
        known.carry_out(&story, Some(cut.clone()));
        let resumed = story.resume(&[]);
        finished(known.run, &story, resumed);
        sameness::is_that_of_an_undisturbed_run(known.run, &story);
        let story = known.run.story();
        known.carry_out(&story, Some(cut));
        taken_back(&story);
    }
}

/// Returns the test of what must hold where a read fails for good: nothing is written, or what was asked for is done, and
/// no run says that it is done where it is not.
pub fn unread(known: &Known, read: &str, fault: &str) -> impl FnOnce() + Send + 'static {
    let own = format!("[[fault]]\non = \"{read}\"\nnth = 'every'\n{fault}");
    let run = known.run;
    move || {
        let story = run.told(&own);
        let end = run.begin(&story);
        match end.code {
            Some(0) => sameness::is_that_of_an_undisturbed_run(run, &story),
            Some(4) => story.wrote_nothing(),
            Some(1) => drop(end.verdict("failed")),
            other => panic!("exit code {other:?}\n{end}"),
        }
    }
}

/// Returns the faults that strike a write: those of the network that are not alike for a write.
pub fn faults() -> impl Iterator<Item = Fault> {
    let alike = ["do = 'status'\ncode = 500", "do = 'hang'"];
    FAULTS.into_iter().filter(move |fault| !alike.contains(&fault.act))
}
