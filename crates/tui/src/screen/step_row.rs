//! The row of a step: number, tenant, glyph, title, word, time. The run and the review of an earlier run show it.

use crosspull_core::names::Outcome;
use crosspull_core::operation::Step;
use crosspull_core::plan::Plan;
use crosspull_core::run::{Status, StepState};
use crosspull_core::text::duration;
use jiff::Timestamp;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::theme::{Mark, Theme, Tone};
use crate::widgets::lines::{apart, fit};
use crate::words::{names, times};

/// Columns of a state's word.
const WORD: usize = 10;
/// Columns of a time.
const TIME: usize = 11;
/// Times are left out where the body has fewer columns.
const NARROW: usize = 50;

/// Returns the row of a step.
pub(crate) fn line(
    theme: Theme,
    plan: &Plan,
    step: &Step,
    state: &StepState,
    here: bool,
    columns: usize,
    now: Timestamp,
) -> Line<'static> {
    let (mark, tone, word) = state_of(step, state);
    let number = names::number(plan, step.id);
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

/// Returns glyph, tone of the title, and word of a step's state.
fn state_of(step: &Step, state: &StepState) -> (Mark, Tone, &'static str) {
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

/// Returns the word of a step's state.
pub(crate) fn word(step: &Step, state: &StepState) -> &'static str {
    state_of(step, state).2
}

/// Returns the glyph of an outcome.
pub(crate) const fn mark(outcome: Outcome) -> Mark {
    match outcome {
        Outcome::Created | Outcome::Changed | Outcome::Proved | Outcome::Undone => Mark::Good,
        Outcome::Found | Outcome::Skipped => Mark::Found,
        Outcome::NotDone | Outcome::Left => Mark::Warn,
        Outcome::Failed => Mark::Bad,
        Outcome::Unknown => Mark::Unknown,
    }
}

/// Returns the tone of a state's word: quiet where the glyph says it, and loud where somebody must look.
const fn word_tone(mark: Mark) -> Tone {
    match mark {
        Mark::Bad => Tone::Bad,
        Mark::Warn | Mark::Unknown => Tone::Warn,
        Mark::Here | Mark::Work => Tone::Accent,
        Mark::ToCome => Tone::Dim,
        Mark::Good | Mark::Found => Tone::Good,
    }
}

/// Returns how long a step takes or took.
fn took(state: &StepState, now: Timestamp) -> String {
    match (state.started, state.status) {
        (None, _) | (_, Status::ToCome | Status::Asking) => String::new(),
        (Some(from), _) => duration(times::between(from, state.ended.unwrap_or(now))),
    }
}
