//! The run: each step with its state, and under those at work the call that is out.

use crosspull_core::event::Outcome;
use crosspull_core::plan::{Plan, Step};
use crosspull_core::run::{Call, Status, StepState};
use crosspull_core::text::{abbreviated, duration};
use jiff::Timestamp;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::Sheet;
use crate::lines::{apart, block, fit, middle};
use crate::live::{Job, Live};
use crate::model::{Model, Screen};
use crate::theme::{Mark, Theme, Tone};
use crate::words;

/// Columns of a state's word and of a time; the time only where there is room.
const WORD: usize = 10;
const TIME: usize = 11;
/// Where the body has fewer columns, times are left out.
const NARROW: usize = 50;

/// The screen.
pub(crate) fn sheet(model: &Model, chosen: Option<usize>, columns: usize, now: Timestamp) -> Sheet {
    let (theme, live) = (model.theme, &model.live);
    let id = live.run.id.as_ref().map_or_else(String::new, |id| format!(" {}", abbreviated(&id.0)));
    let mut sheet = Sheet::new(theme.span(Tone::Strong, format!("Run{id}")));
    sheet.right = vec![theme.span(Tone::Dim, elapsed(live, now))];
    let Some(plan) = &live.run.plan else {
        return sheet;
    };
    for (i, step) in plan.steps.iter().enumerate() {
        let Some(state) = live.run.step(step.id) else {
            continue;
        };
        let top = sheet.lines.len();
        let here = chosen == Some(i);
        sheet.lines.push(line(theme, plan, step, state, here, columns, now));
        sheet.lines.extend(under(theme, live, state, here, columns, now));
        let calls_for_a_look = matches!(state.status, Status::Working | Status::Asking) || state.trouble.is_some();
        if here || (chosen.is_none() && calls_for_a_look) {
            sheet.focus = top..sheet.lines.len();
        }
    }
    sheet
}

/// How long the run takes or took.
fn elapsed(live: &Live, now: Timestamp) -> String {
    // While nothing but the operator is waited for, no tick comes and a clock would stand.
    let Some(started) = live.run.since.filter(|_| live.over() || live.moves()) else {
        return String::new();
    };
    duration(words::between(started, live.run.ended.unwrap_or(now)))
}

/// A step's line: number, tenant, glyph, title, word, time.
pub(crate) fn line(
    theme: Theme,
    plan: &Plan,
    step: &Step,
    state: &StepState,
    here: bool,
    columns: usize,
    now: Timestamp,
) -> Line<'static> {
    let (mark, tone, word) = look(step, state);
    let number = words::number(plan, step.id);
    let time = if columns < NARROW { 0 } else { TIME };
    let room = columns.saturating_sub(number.len() + 6 + WORD + time);
    let title = Span::styled(fit(&step.title(), room), theme.style(tone));
    let title = if here { title.patch_style(Modifier::REVERSED) } else { title };
    let left = vec![
        Span::raw(number),
        theme.span(Tone::Dim, format!(" {} ", step.side)),
        theme.mark(mark, now),
        Span::raw(" "),
        title,
    ];
    let mut right = vec![theme.span(word_tone(mark), format!("{word:WORD$}"))];
    if time > 0 {
        right.push(theme.span(Tone::Dim, format!("{:>TIME$}", took(state, now))));
    }
    apart(left, right, columns)
}

/// Glyph, tone of the title, and word of a step's state.
fn look(step: &Step, state: &StepState) -> (Mark, Tone, &'static str) {
    match state.status {
        Status::ToCome if step.asks_first() => (Mark::ToCome, Tone::Dim, "asks first"),
        Status::ToCome => (Mark::ToCome, Tone::Dim, ""),
        Status::Working if state.waiting.is_some() => (Mark::Work, Tone::Strong, "waiting"),
        Status::Working => (Mark::Work, Tone::Strong, "working"),
        Status::Asking => (Mark::Here, Tone::Strong, "asks you"),
        Status::Ended(outcome) => (mark(outcome), Tone::Plain, outcome.word()),
        Status::Stopped => (Mark::Warn, Tone::Plain, "stopped"),
    }
}

/// The glyph of an outcome.
pub(crate) const fn mark(outcome: Outcome) -> Mark {
    match outcome {
        Outcome::Created | Outcome::Changed | Outcome::Proved | Outcome::Undone => Mark::Good,
        Outcome::Found | Outcome::Skipped => Mark::Found,
        Outcome::Left => Mark::Warn,
        Outcome::Failed => Mark::Bad,
        Outcome::Unknown => Mark::Unknown,
    }
}

/// Words are quiet where the glyph says it, and loud where somebody must look.
const fn word_tone(mark: Mark) -> Tone {
    match mark {
        Mark::Bad => Tone::Bad,
        Mark::Warn | Mark::Unknown => Tone::Warn,
        Mark::Here | Mark::Work => Tone::Accent,
        Mark::ToCome => Tone::Dim,
        Mark::Good | Mark::Found => Tone::Good,
    }
}

/// How long a step takes or took.
fn took(state: &StepState, now: Timestamp) -> String {
    match (state.started, state.status) {
        (None, _) | (_, Status::ToCome | Status::Asking) => String::new(),
        (Some(from), _) => duration(words::between(from, state.ended.unwrap_or(now))),
    }
}

/// What stands under a step: the call that is out while it works, what went wrong, a note where it is looked at.
fn under(
    theme: Theme,
    live: &Live,
    state: &StepState,
    here: bool,
    columns: usize,
    now: Timestamp,
) -> Vec<Line<'static>> {
    const INDENT: usize = 6;
    let room = columns.saturating_sub(INDENT);
    let mut lines = Vec::new();
    if state.status == Status::Working {
        let waits_alone = state.waiting.as_ref().is_some_and(|w| w.tries == 0);
        if let Some(call) = live.last_call(state.id).filter(|_| !waits_alone) {
            let address = format!("{} {}", call.method, words::address(&call.url));
            lines.extend(block(theme, Tone::Dim, &middle(&address, room), INDENT, columns));
            if state.waiting.is_none() {
                lines.extend(block(theme, Tone::Dim, &answer(call, now), INDENT, columns));
            }
        }
        if let Some(wait) = &state.waiting {
            let status = live.last_call(state.id).and_then(Call::last).and_then(|t| t.status);
            let status = status.map_or_else(String::new, |s| format!("{s}, "));
            let why = match wait.tries {
                // Nothing is asked meanwhile.
                0 => wait.why.clone(),
                tries => format!("{status}try {tries}: {}", wait.why),
            };
            lines.extend(block(theme, Tone::Plain, &why, INDENT, columns));
            lines.extend(block(theme, Tone::Dim, &words::until(wait, now), INDENT, columns));
        }
    }
    if let Some(trouble) = &state.trouble {
        let tones = [Tone::Bad, Tone::Plain, Tone::Plain].into_iter().chain(std::iter::repeat(Tone::Dim));
        for (text, tone) in trouble.lines(live.run.answers.cloud()).iter().zip(tones) {
            lines.extend(block(theme, tone, text, INDENT, columns));
        }
    }
    if here && !state.note.is_empty() {
        lines.extend(block(theme, Tone::Dim, &state.note, INDENT, columns));
    }
    lines
}

/// What came back from a call, or since when nothing did.
fn answer(call: &Call, now: Timestamp) -> String {
    match call.last() {
        None => format!("sent {} ago", duration(words::between(call.started, now))),
        Some(tried) => words::tried(tried),
    }
}

/// The message line.
pub(crate) fn status(model: &Model) -> Option<(Tone, String)> {
    let live = &model.live;
    let chosen = matches!(model.screen, Screen::Run { chosen: Some(_) });
    if live.over() {
        let enter = match (model.overlays.is_empty(), chosen) {
            (false, _) => "",
            (true, true) => " Enter shows the step's calls, Esc then Enter goes on.",
            (true, false) => " Enter goes on.",
        };
        return Some((Tone::Plain, format!("The run is over.{enter}")));
    }
    if live.stopping {
        let says = if live.resetting() {
            "The reset goes on in Azure; crosspull only stops watching it. Ctrl+C again leaves."
        } else {
            "Stopping after the call in flight. Ctrl+C again leaves at once."
        };
        return Some((Tone::Warn, says.to_owned()));
    }
    if live.question().is_some() {
        let enter = if chosen {
            "Enter shows the step's calls, Esc then Enter asks again."
        } else {
            "Enter asks again, Ctrl+C ends the run here."
        };
        return Some((Tone::Warn, format!("Not reset. {enter}"))).filter(|_| model.overlays.is_empty());
    }
    if live.soaking().is_some() {
        return Some((Tone::Dim, "Nothing is asked of Azure meanwhile. w waits no longer.".to_owned()));
    }
    (live.job == Job::Run && live.run.id.is_none()).then(|| (Tone::Dim, "Starting.".to_owned()))
}
