//! The methods by which a registry lets somebody in, from the table in core.

use crosspull_core::route::{METHODS, Method};
use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::View;
use crate::shared::Shared;
use crate::theme::{Theme, Tone};
use crate::widgets::lines::{block, hang};
use crate::widgets::sheet::Sheet;

/// Columns of the names before what is said of a method.
const NAME: usize = 8;
/// Columns before everything that is said of a method.
const INDENT: usize = 2;

/// The methods.
#[derive(Debug, Default)]
pub(crate) struct MethodsLayer {
    /// The first line that is shown.
    from: usize,
}

impl View for MethodsLayer {
    fn sheet(&self, shared: &Shared, columns: usize, _: usize, _: Timestamp) -> Sheet {
        let mut sheet = Sheet::new(Span::raw("How a registry lets somebody in"));
        for method in METHODS {
            sheet.gap();
            sheet.lines.extend(lines(shared.theme, method, columns));
        }
        sheet.from = Some(self.from);
        sheet
    }

    fn first_line(&mut self) -> Option<&mut usize> {
        Some(&mut self.from)
    }
}

/// Returns a method: its name, and below it how, for what, whether roles decide, its limits, and the routes that use it.
fn lines(theme: Theme, method: &Method, columns: usize) -> Vec<Line<'static>> {
    let mut lines = block(theme, Tone::Strong, method.name, 0, columns);
    for (name, says) in method.says() {
        let before = vec![Span::raw(" ".repeat(INDENT)), theme.span(Tone::Dim, format!("{name:NAME$}"))];
        lines.extend(hang(theme, Tone::Plain, before, &says, columns));
    }
    lines
}
