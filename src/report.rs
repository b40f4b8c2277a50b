//! A run in words, for standard output: the headless text, and what stays in the scrollback after the wizard.

use crosspull_core::check::{Finding, Level};
use crosspull_core::event::{Entry, Event, Outcome, Work};
use crosspull_core::plan::{Plan, Side, StepId};
use crosspull_core::run::{Run, Status};
use crosspull_core::text::{duration, printable};

/// Turns entries into lines, as they come.
#[derive(Debug, Default)]
pub struct Report {
    run: Run,
    /// What each step was last said to wait for.
    waits: Vec<(StepId, String)>,
}

impl Report {
    /// The run so far.
    pub const fn run(&self) -> &Run {
        &self.run
    }

    /// Takes in an entry; gives the lines that it is worth.
    pub fn lines(&mut self, entry: &Entry) -> Vec<String> {
        self.run.apply(entry);
        match &entry.event {
            Event::CheckEnded { finding } => finding_lines(finding),
            Event::StepEnded { step, .. } => self.step_lines(*step),
            Event::Waiting { work: Work::Step(step), why, at_most_ms, .. } => self.wait_line(*step, why, *at_most_ms),
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

    fn wait_line(&mut self, step: StepId, why: &str, at_most_ms: u64) -> Vec<String> {
        if self.waits.iter().any(|(s, w)| *s == step && w == why) {
            return Vec::new();
        }
        self.waits.push((step, why.to_owned()));
        let title = self.plan_step(step).map(crosspull_core::plan::Step::title).unwrap_or_default();
        vec![format!("{step}   … {title}: {why}; at most {}", duration(at_most_ms))]
    }

    fn plan_step(&self, id: StepId) -> Option<&crosspull_core::plan::Step> {
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
            "{id} {} {} {:<46} {:<8} {took:>11}",
            step.side,
            glyph(outcome),
            step.title(),
            outcome.word()
        )];
        if !state.note.is_empty() {
            lines.push(format!("      {}", state.note));
        }
        lines
    }
}

/// A finding: its line, and what to do about it where there is something.
fn finding_lines(finding: &Finding) -> Vec<String> {
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
    if let Some(refusal) = &finding.refusal {
        lines.push(format!("      {refusal}"));
        if let Some(id) = &refusal.request_id {
            lines.push(format!("      request id {id}"));
        }
    }
    lines
}

const fn glyph(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Created | Outcome::Changed | Outcome::Proved => "✓",
        Outcome::Found | Outcome::Skipped => "=",
        Outcome::Failed => "✗",
        Outcome::Unknown => "?",
    }
}

/// A plan in lines: what restarts first, then each step with its requests and its undo.
pub fn plan_lines(plan: &Plan, asks: bool) -> Vec<String> {
    let (cluster, registry) = plan.subject();
    let name = cluster.map_or("the cluster", |c| c.name());
    let asked = if asks {
        "It is asked for once more, after the pull is proved."
    } else {
        "It is not asked for again (--yes); the pull is proved before it."
    };
    let mut lines = vec![
        String::new(),
        format!("Plan, route {}, {}", plan.route.title(), plan.cloud),
        format!("The last step restarts the nodes of {name}. {asked}"),
    ];
    lines.extend(cluster.map(|id| format!("Cluster, tenant A {}: {id}", plan.tenant_a)));
    lines.extend(registry.map(|id| format!("Registry, tenant B {}: {id}", plan.tenant_b)));
    for step in &plan.steps {
        lines.push(format!("{} {} {}", step.id, step.side, step.title()));
        lines.extend(step.requests().into_iter().map(|r| format!("      {r}")));
        lines.push(format!("      {}", step.undo()));
    }
    lines.push(String::new());
    lines
}

/// The end of a run: verdict, what went wrong, what was made where, where the receipt is. No secret.
pub fn summary(run: &Run, receipt: Option<&std::path::Path>) -> Vec<String> {
    let mut lines = vec![String::new(), run.headline()];
    if let Some(trouble) = &run.trouble {
        lines.extend(trouble.lines().into_iter().skip(1));
    }
    if let Some((_, person)) = run.person() {
        lines.extend([person.says.clone(), person.url.clone(), person.command.clone()]);
    }
    for side in [Side::A, Side::B] {
        let made = run.made(side);
        if !made.is_empty() {
            lines.push(format!("In tenant {side}:"));
            lines.extend(made.into_iter().map(|(outcome, label, value)| {
                format!("  {:<8} {label:<18} {}", outcome.word(), printable(&value, 400))
            }));
        }
    }
    if let Some(receipt) = receipt {
        lines.push(format!("Receipt: {}", receipt.display()));
    }
    lines
}
