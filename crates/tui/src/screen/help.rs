//! Help: the keys that do something in a place now, printed from the key table.

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::View;
use crate::keys::Binding;
use crate::shared::Shared;
use crate::theme::{Mark, Tone};
use crate::widgets::lines::hang;
use crate::widgets::sheet::Sheet;

/// The keys of a place.
#[derive(Debug)]
pub(crate) struct HelpLayer {
    rows: Vec<&'static Binding>,
    /// The first line that is shown.
    from: usize,
}

impl HelpLayer {
    /// Opens the help of a place: the rows that are offered there.
    pub const fn new(rows: Vec<&'static Binding>) -> Self {
        Self { rows, from: 0 }
    }
}

impl View for HelpLayer {
    fn sheet(&self, shared: &Shared, columns: usize, _: usize, now: Timestamp) -> Sheet {
        let theme = shared.theme;
        let mut sheet = Sheet::new(Span::raw("Keys"));
        for row in self.rows.iter().filter(|row| !row.help.is_empty()) {
            let label = theme.span(Tone::Strong, format!("{:11}", row.label));
            sheet.lines.extend(hang(theme, Tone::Plain, vec![label], row.help, columns));
        }
        sheet.gap();
        let marks = [
            (Mark::ToCome, "to come"),
            (Mark::Here, "here"),
            (Mark::Good, "created, changed"),
            (Mark::Found, "was there already"),
            (Mark::Warn, "needs a look"),
            (Mark::Bad, "stopped, failed"),
            (Mark::Unknown, "nobody knows"),
        ];
        for (mark, says) in marks {
            sheet.lines.push(Line::from(vec![theme.mark(mark, now), Span::raw(format!("          {says}"))]));
        }
        sheet.from = Some(self.from);
        sheet
    }

    fn first_line(&mut self) -> Option<&mut usize> {
        Some(&mut self.from)
    }
}
