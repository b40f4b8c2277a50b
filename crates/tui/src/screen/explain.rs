//! A step of the plan, explained.

use crosspull_core::names::StepId;
use jiff::Timestamp;
use ratatui::text::Span;

use super::View;
use crate::shared::Shared;
use crate::theme::Tone;
use crate::widgets::lines::block;
use crate::widgets::sheet::Sheet;
use crate::words::explain;

/// A step, explained.
#[derive(Debug)]
pub(crate) struct ExplainLayer {
    step: StepId,
    /// The first line that is shown.
    from: usize,
}

impl ExplainLayer {
    /// Opens the explanation of a step.
    pub const fn new(step: StepId) -> Self {
        Self { step, from: 0 }
    }
}

impl View for ExplainLayer {
    fn sheet(&self, shared: &Shared, columns: usize, _: usize, _: Timestamp) -> Sheet {
        let plan = shared.live.plan();
        let Some((plan, step)) = plan.and_then(|p| p.step(self.step).map(|s| (p, s))) else {
            return Sheet { from: Some(self.from), ..Sheet::default() };
        };
        let mut sheet = Sheet::new(Span::raw(format!("{} {}", step.id, step.title())));
        for sentence in explain::explain(plan, step) {
            sheet.gap();
            sheet.lines.extend(block(shared.theme, Tone::Plain, &sentence, 0, columns));
        }
        sheet.from = Some(self.from);
        sheet
    }

    fn first_line(&mut self) -> Option<&mut usize> {
        Some(&mut self.from)
    }
}
