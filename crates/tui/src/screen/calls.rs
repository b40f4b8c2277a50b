//! The calls of a step, with their tries.

use crosspull_core::explain::Meaning;
use crosspull_core::names::StepId;
use crosspull_core::run::{Call, Try};
use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::View;
use crate::shared::Shared;
use crate::theme::Tone;
use crate::widgets::lines::{block, hang};
use crate::widgets::sheet::Sheet;
use crate::words::times;

/// The calls of a step by number, the last one first.
#[derive(Debug)]
pub(crate) struct CallsLayer {
    step: StepId,
    /// The first line that is shown.
    from: usize,
}

impl CallsLayer {
    /// Opens the calls of a step.
    pub const fn new(step: StepId) -> Self {
        Self { step, from: 0 }
    }
}

impl View for CallsLayer {
    fn sheet(&self, shared: &Shared, columns: usize, _: usize, _: Timestamp) -> Sheet {
        let (theme, run) = (shared.theme, &shared.live.run);
        let title = run
            .plan
            .as_ref()
            .and_then(|p| p.step(self.step))
            .map_or_else(String::new, |s| format!("{} {}", s.id, s.title()));
        let mut sheet = Sheet::new(Span::raw(title));
        let calls: Vec<&Call> = run.calls_of(self.step).collect();
        if calls.is_empty() {
            sheet.lines.push(theme.span(Tone::Dim, "No call was made so far.").into());
        }
        for (n, call) in calls.into_iter().enumerate().rev() {
            sheet.gap();
            let head = vec![
                theme.span(Tone::Dim, format!("{}. ", n + 1)),
                theme.span(Tone::Accent, format!("{} ", call.method)),
            ];
            sheet.lines.extend(hang(theme, Tone::Strong, head, &call.url, columns));
            sheet.lines.extend(block(
                theme,
                Tone::Dim,
                &format!("{}, as tenant {}, at {}", call.plane.word(), call.side, call.started.strftime("%T UTC")),
                2,
                columns,
            ));
            for (n, tried) in call.tries.iter().enumerate().rev() {
                sheet.lines.extend(one_try(shared, n + 1, tried, columns));
            }
        }
        sheet.from = Some(self.from);
        sheet
    }

    fn first_line(&mut self) -> Option<&mut usize> {
        Some(&mut self.from)
    }
}

/// Returns a try: its answer, what that means, what to do.
fn one_try(shared: &Shared, n: usize, tried: &Try, columns: usize) -> Vec<Line<'static>> {
    let theme = shared.theme;
    let tone = if tried.refusal.is_some() { Tone::Warn } else { Tone::Plain };
    let mut lines = block(theme, tone, &format!("try {n}: {}", times::tried(tried)), 2, columns);
    let Some(refusal) = &tried.refusal else {
        return lines;
    };
    if let Some(meaning) = Meaning::of(refusal) {
        lines.extend(block(theme, Tone::Plain, &format!("{} {}", meaning.means, meaning.now), 4, columns));
    }
    // Its own words are told above.
    for text in refusal.lines(shared.holding().cloud()).iter().skip(1) {
        lines.extend(block(theme, Tone::Dim, text, 4, columns));
    }
    lines
}
