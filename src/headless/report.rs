//! A run in words, for standard output: the headless text, the list of runs, and what stays in the scrollback after the
//! wizard.

use std::path::Path;

use crosspull_azure::journal::Earlier;
use crosspull_core::check::{Check, Finding, Level};
use crosspull_core::cloud::KnownCloud;
use crosspull_core::event::{Entry, Event, Work};
use crosspull_core::explain::Trouble;
use crosspull_core::names::Outcome;
use crosspull_core::names::{Side, StepId};
use crosspull_core::operation::Step;
use crosspull_core::plan::Plan;
use crosspull_core::route::{self, Fit, Weighed};
use crosspull_core::run::{Run, Status};
use crosspull_core::text::{duration, printable};

use super::hand_over;

/// Turns entries into lines, as they come.
#[derive(Debug, Default)]
pub struct Report {
    run: Run,
    /// The reasons for which each step was said to wait.
    waits: Vec<(Work, String)>,
    /// What was told of the services' words meanwhile.
    said: Vec<(StepId, Trouble)>,
}

impl Report {
    /// Creates the report of a run that goes on.
    pub const fn of(run: Run) -> Self {
        Self { run, waits: Vec::new(), said: Vec::new() }
    }

    /// Returns the run so far.
    pub const fn run(&self) -> &Run {
        &self.run
    }

    /// Takes in an entry; gives the lines that it is worth.
    pub fn lines(&mut self, entry: &Entry) -> Vec<String> {
        // Every door says where its cloud is; people read it once.
        let again =
            |finding: &Finding| finding.check == Check::Cloud && self.run.findings().any(|told| told == finding);
        let told = matches!(&entry.event, Event::CheckEnded { finding } if again(finding));
        self.run.apply(entry);
        match &entry.event {
            Event::CheckEnded { .. } if told => Vec::new(),
            Event::CheckEnded { finding } if finding.check == Check::Route && !self.run.routes.is_empty() => {
                finding_lines(&which_route(finding, &self.run.routes), None)
            }
            Event::RoutesWeighed { routes } => routes.iter().flat_map(route_lines).collect(),
            Event::CheckEnded { finding } => finding_lines(finding, self.run.answers.cloud()),
            Event::StepEnded { step, .. } => self.step_lines(*step),
            Event::Waiting { work: Work::Step(step), why, ms, tries: 0, .. } => {
                self.wait_line(*step, why, &format!("waits {}", duration(*ms)))
            }
            Event::Waiting { work: Work::Step(step), why, at_most_ms, says, .. } => {
                let mut lines = self.wait_line(*step, why, &format!("at most {}", duration(*at_most_ms)));
                lines.extend(says.iter().flat_map(|says| self.meanwhile_lines(*step, says)));
                lines
            }
            Event::Waiting { work: Work::Check(check), why, at_most_ms, .. } => {
                self.check_wait_line(check, why, *at_most_ms)
            }
            Event::PersonNeeded { page: Some(page), .. } => {
                let mut lines = vec![String::new(), format!("For {}:", page.reader()), String::new()];
                lines.extend(page.text().lines().map(str::to_owned));
                lines.extend([
                    String::new(),
                    "It is noticed by itself when they have done it.".to_owned(),
                    String::new(),
                ]);
                lines
            }
            Event::PersonNeeded { says, url, command, .. } => vec![
                String::new(),
                says.clone(),
                url.clone(),
                "Or, signed in to tenant B:".to_owned(),
                command.clone(),
                "It is noticed by itself when consent is given.".to_owned(),
                String::new(),
            ],
            _ => Vec::new(),
        }
    }

    /// True the first time that a work waits for a reason.
    fn waits_anew(&mut self, work: Work, why: &str) -> bool {
        let is_new = !self.waits.iter().any(|(of, known)| *of == work && known == why);
        if is_new {
            self.waits.push((work, why.to_owned()));
        }
        is_new
    }

    fn check_wait_line(&mut self, check: &Check, why: &str, at_most_ms: u64) -> Vec<String> {
        if !self.waits_anew(Work::Check(check.clone()), why) {
            return Vec::new();
        }
        let side = check.side().map_or_else(|| " ".to_owned(), |side| side.to_string());
        vec![format!("{side} … {}: {why}; at most {}", check.title(), duration(at_most_ms))]
    }

    fn wait_line(&mut self, step: StepId, why: &str, until: &str) -> Vec<String> {
        if !self.waits_anew(Work::Step(step), why) {
            return Vec::new();
        }
        let title = self.plan_step(step).map(Step::title).unwrap_or_default();
        vec![format!("{}   … {title}: {why}; {until}", self.number(step))]
    }

    /// Returns what a service says while a step waits, once.
    fn meanwhile_lines(&mut self, step: StepId, says: &Trouble) -> Vec<String> {
        // The same answer has another request id each time.
        let is_same = |told: &Trouble| (&told.what, &told.why) == (&says.what, &says.why);
        if self.said.iter().any(|(s, told)| *s == step && is_same(told)) {
            return Vec::new();
        }
        self.said.push((step, says.clone()));
        let lines = says.lines(self.run.answers.cloud()).into_iter();
        lines.enumerate().map(|(i, line)| format!("      {}{line}", if i == 0 { "now: " } else { "" })).collect()
    }

    /// Returns a step's number, as wide as the widest of its plan.
    fn number(&self, id: StepId) -> String {
        let widest = self.run.plan.iter().flat_map(|p| &p.steps).map(|s| s.id.to_string().len()).max();
        format!("{:>width$}", id.to_string(), width = widest.unwrap_or(1))
    }

    fn plan_step(&self, id: StepId) -> Option<&Step> {
        self.run.plan.as_ref()?.step(id)
    }

    fn step_lines(&self, id: StepId) -> Vec<String> {
        let (Some(step), Some(state)) = (self.plan_step(id), self.run.step(id)) else { return Vec::new() };
        let Status::Ended(outcome) = state.status else { return Vec::new() };
        let took = match (state.started, state.ended) {
            (Some(from), Some(to)) => duration(u64::try_from(to.duration_since(from).as_millis()).unwrap_or(0)),
            _ => String::new(),
        };
        let mut lines = vec![format!(
            "{} {} {} {:<46} {:<8} {took:>11}",
            self.number(id),
            step.side,
            glyph(outcome),
            step.title(),
            outcome.word()
        )];
        if !state.note.is_empty() {
            lines.push(format!("      {}", state.note));
        }
        // On the way back one trouble does not end the run, so each is told where it happened.
        if let Some(trouble) = state.trouble.as_ref().filter(|_| self.run.is_undoing()) {
            lines.extend(trouble.lines(self.run.answers.cloud()).into_iter().map(|line| format!("      {line}")));
        }
        lines
    }
}

/// Returns a finding: its line, and what to do about it where there is something.
fn finding_lines(finding: &Finding, cloud: Option<KnownCloud>) -> Vec<String> {
    let side = finding.check.side().map_or_else(|| " ".to_owned(), |s| s.to_string());
    let glyph = match finding.level {
        Level::Pass => "✓",
        Level::Warn => "!",
        Level::Stop => "✗",
    };
    let mut lines = vec![format!("{side} {glyph} {}", finding.text)];
    if !finding.now.is_empty() {
        lines.push(format!("      {}", finding.now));
    }
    let words = finding.refusal.iter().flat_map(|refusal| refusal.lines(cloud));
    lines.extend(words.map(|line| format!("      {line}")));
    lines
}

/// Returns the finding about the route without what was told of the routes already.
fn which_route(finding: &Finding, routes: &[Weighed]) -> Finding {
    let taken = routes.iter().find(|one| matches!(one.fit, Fit::Recommended(_)));
    let text = taken.map_or_else(|| "no route fits".to_owned(), |one| format!("route {}", route::word(one.route)));
    Finding { text, ..finding.clone() }
}

/// Returns a route as it was weighed: whether it can work and why; below it, where it can, what it changes and leaves
/// behind.
fn route_lines(one: &Weighed) -> Vec<String> {
    let mut lines = vec![format!("      {:<16} {}: {}", route::word(one.route), one.fit.word(), one.fit.why())];
    if one.fit.works() {
        lines.extend(one.effects().map(|(name, says)| format!("      {:<16} {name}: {says}", "")));
    }
    lines
}

const fn glyph(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Created | Outcome::Changed | Outcome::Proved | Outcome::Undone => "✓",
        Outcome::Found | Outcome::Skipped => "=",
        Outcome::NotDone | Outcome::Left => "!",
        Outcome::Failed => "✗",
        Outcome::Unknown => "?",
    }
}

/// The sentence about a run whose Resource Manager is on this machine.
const SIMULATED: &str = "On a simulated cloud: its Resource Manager is on this machine.";

/// Returns a plan in lines: what restarts first, then each step with its requests and its undo.
pub fn plan_lines(plan: &Plan, asks: bool, simulated: bool) -> Vec<String> {
    let mut lines =
        vec![String::new(), format!("Plan, route {}, {}", crosspull_core::route::title(plan.route), plan.cloud)];
    lines.extend(simulated.then(|| SIMULATED.to_owned()));
    lines.extend(subject_lines(plan, asks));
    for step in &plan.steps {
        lines.extend(step_lines(step));
        lines.push(format!("      {}", step.undo()));
    }
    lines.push(String::new());
    lines
}

/// Returns what is about to be done with an earlier run: to go on with it, every step looks first; to take it back,
/// each request is listed.
pub fn back_lines(plan: &Plan, past: &Run, asks: bool) -> Vec<String> {
    let id = past.id.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut lines = vec![String::new()];
    lines.extend(past.answers.is_simulated().then(|| SIMULATED.to_owned()));
    if past.plan.as_ref() == Some(plan) {
        lines.push(format!("Run {id} {}", past.where_it_stopped()));
        lines.push(
            "It goes on there. Every step looks first whether its work is done; what is done is not done again."
                .to_owned(),
        );
        lines.extend(subject_lines(plan, asks));
    } else {
        lines.push(format!("Taking back run {id}, newest first. What the run found stays."));
        lines.extend(subject_lines(plan, asks));
        for step in &plan.steps {
            lines.extend(step_lines(step));
        }
    }
    lines.push(String::new());
    lines
}

/// Returns what restarts, and what it is all about.
fn subject_lines(plan: &Plan, asks: bool) -> Vec<String> {
    let (cluster, registry) = plan.subject();
    let name = cluster.map_or("the cluster", |c| c.name());
    let mut lines = match (plan.restarts(), asks) {
        (None, _) => vec!["Nothing restarts.".to_owned()],
        (Some(step), true) => {
            vec![format!("Step {} restarts the nodes of {name}. You are asked once more before it.", step.id)]
        }
        (Some(step), false) => {
            vec![format!("Step {} restarts the nodes of {name}. It is not asked for again (--yes).", step.id)]
        }
    };
    lines.extend(cluster.map(|id| format!("Cluster, tenant A {}: {id}", plan.tenants.a)));
    lines.extend(registry.map(|id| format!("Registry, tenant B {}: {id}", plan.tenants.b)));
    lines
}

/// Returns a step with its requests.
fn step_lines(step: &Step) -> Vec<String> {
    let mut lines = vec![format!("{} {} {}", step.id, step.side, step.title())];
    lines.extend(step.calls().into_iter().map(|r| format!("      {r}")));
    lines
}

/// Returns an earlier run in the list of runs: when, where it stands, what it is about, and what can be done with it.
pub fn run_lines(one: &Earlier) -> Vec<String> {
    let id = &one.id;
    let run = match &one.run {
        Ok(run) => run,
        Err(why) => return vec![format!("{id}  {why}")],
    };
    let began = run.started.map(|at| at.strftime("%F %R UTC").to_string()).unwrap_or_default();
    let stage = if one.locked { "at work" } else { run.stage().word() };
    let simulated = if run.answers.is_simulated() { ", on a simulated cloud" } else { "" };
    let mut lines = vec![format!("{id}  {began}  {stage:<13}  {}{simulated}", run.about())];
    let indent = " ".repeat(10);
    let stopped = run.where_it_stopped();
    if !stopped.is_empty() && !one.locked {
        lines.push(format!("{indent}{stopped}"));
    }
    if run.stage().goes_on() && !one.locked {
        lines.push(format!("{indent}go on: crosspull resume {id}"));
    }
    if run.can_be_undone() && !one.locked {
        lines.push(format!("{indent}take back: crosspull undo {id}"));
    }
    if run.plan_that_ends().is_some() && !one.locked {
        lines.push(format!("{indent}end it, since it made nothing: crosspull undo {id}"));
    }
    lines
}

/// Returns the end of a run: what was made where, and below it, where the eye rests when a small window is full: the
/// verdict, what holds from here on, what went wrong, the one next command, where the receipt is. No secret. A run
/// without a receipt goes with the program, and so do the commands about it.
pub fn summary(run: &Run, receipt: Option<&Path>) -> Vec<String> {
    let mut lines = vec![String::new()];
    for side in [Side::A, Side::B] {
        let made = run.made(side);
        if !made.is_empty() {
            lines.push(format!("In tenant {side}:"));
            lines.extend(
                made.into_iter()
                    .map(|(became, label, value)| format!("  {became:<8} {label:<18} {}", printable(&value, 400))),
            );
        }
    }
    lines.push(run.headline());
    lines.extend(run.answers.is_simulated().then(|| SIMULATED.to_owned()));
    let sentences = run.from_here_on(receipt.is_some());
    let lacks = run.lacks().filter(|_| !sentences.is_empty());
    lines.extend(sentences.into_iter().chain(lacks));
    if let Some(trouble) = &run.trouble {
        lines.extend(trouble.lines(run.answers.cloud()).into_iter().skip(1));
    }
    if let Some((_, person)) = run.person() {
        lines.extend([person.says.clone(), person.url.clone(), person.command.clone()]);
        let page = person.page.as_ref().zip(receipt.and_then(hand_over::written));
        lines.extend(page.map(|(page, place)| format!("The page for {}: {}", page.reader(), place.display())));
    }
    if let Some(command) = run.next_command() {
        let when = if run.waits_to_be_mended() { "Once that is mended" } else { "Next" };
        lines.push(format!("{when}: {command}"));
    }
    if let Some(receipt) = receipt {
        lines.push(format!("Receipt: {}", receipt.display()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use crosspull_core::explain::Refusal;
    use crosspull_core::names::Side;
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn what_a_service_says_while_a_step_waits_is_told_once() {
        let says = |code: &str, id: &str| {
            let (code, message, id) = (code.to_owned(), "Own words.".to_owned(), Some(id.to_owned()));
            Trouble::from_refusal(
                "The app cannot sign in to tenant B.",
                Refusal { status: Some(400), code, message, request_id: id },
            )
        };
        let mut report = Report::default();
        let mut lines = |says: Option<Trouble>| {
            let (work, why) = (Work::Step(StepId(4)), "consent is not given yet".to_owned());
            let event = Event::Waiting { work, why, ms: 5_000, at_most_ms: 60_000, tries: 1, says };
            report.lines(&Entry::new(Timestamp::UNIX_EPOCH, event))
        };
        assert_eq!(lines(None), ["4   … : consent is not given yet; at most 1 min 00 s"]);
        assert_eq!(
            lines(Some(says("AADSTS7000112", "1"))),
            [
                "      now: The app cannot sign in to tenant B.",
                "      The app is disabled.",
                "      Enable it under Enterprise applications in the portal.",
                "      400 AADSTS7000112: Own words.",
                "      https://login.microsoftonline.com/error?code=7000112",
                "      request id 1",
            ]
        );
        assert_eq!(lines(Some(says("AADSTS7000112", "2"))), Vec::<String>::new());
        assert_eq!(lines(Some(says("AADSTS53003", "3"))).len(), 6);
    }

    #[test]
    fn a_check_that_waits_tells_it_once() {
        let mut report = Report::default();
        let mut lines = |why: &str| {
            let (work, why) = (Work::Check(Check::SignIn(Side::B)), why.to_owned());
            let event = Event::Waiting { work, why, ms: 5_000, at_most_ms: 300_000, tries: 1, says: None };
            report.lines(&Entry::new(Timestamp::UNIX_EPOCH, event))
        };
        let [told] = &lines("the service asks for patience")[..] else { panic!("one line") };
        assert!(
            told.starts_with("B … ") && told.ends_with(": the service asks for patience; at most 5 min 00 s"),
            "{told}"
        );
        assert_eq!(lines("the service asks for patience"), Vec::<String>::new());
        assert_eq!(lines("no connection").len(), 1);
    }
}
