//! The run where there is no screen: a line for a step when it begins to wait and when it ends.

use crosspull_core::event::Work;
use crosspull_core::names::Outcome;
use crosspull_core::operation::Step;
use crosspull_core::plan::Plan;
use crosspull_core::run::{Person, Status, StepState, Wait};
use crosspull_core::text::duration;
use crosspull_core::wording::Front;

use crate::live::{Activity, Live};
use crate::screen::step_row;
use crate::shared::Shared;
use crate::spoken::Spoken;
use crate::words::times;

/// Returns what is said of the run.
pub(super) fn run(shared: &Shared) -> Spoken {
    let live = &shared.live;
    let mut spoken = Spoken::titled("Run");
    spoken.lines.extend(live.run.id.as_ref().map(|id| format!("Its id is {id}")));
    let Some(plan) = &live.run.plan else {
        spoken.works = (live.activity == Activity::Run).then(|| "waits for the run to begin".to_owned());
        return spoken;
    };
    if !live.starts && live.taken_up.is_some() {
        // What is known of the steps is of an earlier part of the run.
        spoken.works = (live.activity == Activity::Run).then(|| "waits for the run to go on".to_owned());
        return spoken;
    }
    spoken.lines.extend(done_earlier(live));
    for step in &plan.steps {
        let state = live.run.step(step.id).filter(|state| !is_old(live, state));
        spoken.lines.extend(state.map(|state| lines(live, plan, step, state)).unwrap_or_default());
    }
    spoken.lines.extend(live.person().map(|(_, person)| asked_of(person, shared.simulated)).unwrap_or_default());
    spoken.numbered = plan.steps.len();
    spoken.works = live.moves().then(|| working(live, plan));
    spoken
}

/// Returns the steps that an earlier part of the run did.
fn done_earlier(live: &Live) -> Option<String> {
    let done: Vec<String> = live.taken_up.as_ref()?.done.iter().map(ToString::to_string).collect();
    match done.as_slice() {
        [] => None,
        [one] => Some(format!("Done earlier: step {one}.")),
        several => Some(format!("Done earlier: steps {}.", several.join(", "))),
    }
}

/// Returns true for a step that was done earlier, and was only looked at now.
fn is_old(live: &Live, state: &StepState) -> bool {
    let run = &live.run;
    let is_there =
        matches!(state.status, Status::Ended(Outcome::Created | Outcome::Changed | Outcome::Found | Outcome::Skipped));
    let now = run.calls.iter().skip(run.calls_before);
    let wrote = now.filter(|call| call.writes).any(|call| call.work == Work::Step(state.id));
    is_there && !wrote && live.taken_up.as_ref().is_some_and(|earlier| earlier.done.contains(&state.id))
}

/// Returns a step's number among those of its plan, where it is told one after the other. Those that take a run back go the
/// other way than its own.
fn number(plan: &Plan, step: &Step) -> usize {
    plan.steps.iter().take_while(|one| one.id != step.id).count() + 1
}

/// Returns a step with its number among all.
fn head(plan: &Plan, step: &Step) -> String {
    format!("Step {} of {}, {}, {}", number(plan, step), plan.steps.len(), step.side, step.title())
}

/// Returns what there is to say of a step. One that is to come, or is at work without a wait, says nothing.
fn lines(live: &Live, plan: &Plan, step: &Step, state: &StepState) -> Vec<String> {
    let head = head(plan, step);
    let mut lines = match (state.status, &state.waiting) {
        (Status::ToCome, _) | (Status::Working, None) => return Vec::new(),
        // It was answered, and the engine has not taken it up yet.
        (Status::Asking, _) if live.question() != Some(step.id) => return Vec::new(),
        (Status::Working, Some(wait)) => {
            let says = wait.says.iter().flat_map(|says| [format!("  now: {}", says.what), format!("  {}", says.why)]);
            return [format!("{head}: waiting: {}; {}", wait.why, end(wait))].into_iter().chain(says).collect();
        }
        (Status::Ended(outcome), _) => vec![format!("{head}: {}{}", outcome.word(), took(state))],
        (Status::Asking | Status::Stopped, _) => vec![format!("{head}: {}", step_row::word(step, state))],
    };
    lines.extend((!state.note.is_empty()).then(|| format!("  {}", state.note)));
    let trouble = state.trouble.iter().flat_map(|trouble| trouble.told(Front::Fields, live.run.answers.cloud()));
    lines.extend(trouble.map(|line| format!("  {line}")));
    lines
}

/// Returns how long a step took.
fn took(state: &StepState) -> String {
    let took = state.started.zip(state.ended).map(|(from, to)| duration(times::between(from, to)));
    took.map_or_else(String::new, |took| format!(", {took}"))
}

/// Returns when a wait ends at the latest.
fn end(wait: &Wait) -> String {
    match (wait.tries, wait.at_most_ms) {
        (0, _) => format!("goes on at {}", wait.until.strftime("%H:%M:%S UTC")),
        (_, 0) => "without an end".to_owned(),
        (_, ms) => format!("at most {}", times::limit(ms)),
    }
}

/// Returns the steps at work, each with what it waits for.
fn working(live: &Live, plan: &Plan) -> String {
    let at_work = plan.steps.iter().filter_map(|step| {
        let state = live.run.step(step.id).filter(|state| state.status == Status::Working)?;
        let why = match (&state.waiting, live.last_call(step.id)) {
            (Some(wait), _) if wait.tries > 0 => format!("{}, try {}, {}", wait.why, wait.tries, end(wait)),
            (Some(wait), _) => format!("{}, {}", wait.why, end(wait)),
            (None, Some(call)) => format!("the answer to {} {}", call.method, call.url),
            (None, None) => "its turn".to_owned(),
        };
        Some(format!("step {}, {}, waits for: {why}", number(plan, step), step.title()))
    });
    let at_work: Vec<String> = at_work.collect();
    if at_work.is_empty() { "waits for the next step".to_owned() } else { at_work.join("; ") }
}

/// Returns what a person is to do, with addresses and commands on lines of their own.
fn asked_of(person: &Person, simulated: bool) -> Vec<String> {
    let mut lines = match &person.page {
        Some(page) => {
            let text = page.text();
            let text = text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned);
            [format!("For {}:", page.reader())].into_iter().chain(text).collect()
        }
        None => vec![
            person.says.clone(),
            person.url.clone(),
            "Or an administrator of tenant B, signed in there, runs:".to_owned(),
            person.command.clone(),
        ],
    };
    let later = if simulated { "the run ends with the demo" } else { "crosspull resume goes on later" };
    lines.push(format!("It is noticed by itself. You may leave; {later}."));
    lines
}
