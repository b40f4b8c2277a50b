//! The parts of a form around its fields: what stands at their right and under them, and the line that others are behind.

use crosspull_core::input::Key;
use ratatui::text::{Line, Span};

use super::FormScreen;
use crate::pages;
use crate::shared::Shared;
use crate::theme::{Theme, Tone};
use crate::widgets::cell::{Cell, LABEL};
use crate::widgets::lines::{hang, width};
use crate::widgets::picker_rows;
use crate::words::names;

/// In fewer columns a list begins at the left edge.
const NARROW: usize = 56;

impl FormScreen {
    /// Returns the line that the folded fields are behind, with their names.
    pub(super) fn fold(&self, theme: Theme, columns: usize) -> Vec<Line<'static>> {
        let tone = if self.is_at_fold() { Tone::Accent } else { Tone::Plain };
        let names: Vec<&str> = self.folded.iter().map(|cell| cell.field.label).collect();
        hang(theme, Tone::Dim, vec![theme.span(tone, format!("{:LABEL$}", "More"))], &names.join(", "), columns)
    }

    /// Returns what stands at the right of a field: how much its list has, or who signed in.
    pub(super) fn right(&self, shared: &Shared, cell: &Cell, focused: bool, columns: usize) -> String {
        let list = self.list.as_ref().filter(|list| focused && list.is_seen());
        match (list, pages::side(self.page)) {
            (Some(list), _) => picker_rows::count(
                list,
                cell.beside(focused, columns),
                columns.saturating_sub(LABEL + width(cell.text()) + 2),
            ),
            (None, Some(side)) if cell.field.key == Key::sign_in(side) => {
                let account = shared.signed_in.of(side, &shared.answers).and_then(|entered| entered.account.as_ref());
                match account {
                    _ if shared.signed_in.signs_in(side, &shared.answers) => "signing in".to_owned(),
                    Some(account) => account.to_string(),
                    None => String::new(),
                }
            }
            _ => String::new(),
        }
    }

    /// Returns what stands under a field: its complaint, its list, what it means or what it is for.
    pub(super) fn under(
        &self,
        shared: &Shared,
        cell: &Cell,
        focused: bool,
        columns: usize,
        rows: usize,
    ) -> Vec<Line<'static>> {
        let theme = shared.theme;
        let list = self.list.as_ref().filter(|list| focused && list.is_seen());
        let complaint = cell.complaint(theme, columns);
        if let Some(list) = list {
            let indent = if columns < NARROW { 0 } else { LABEL - 2 };
            let most = at_once(rows, self.cells.len());
            let mut lines = complaint.unwrap_or_default();
            lines.extend(picker_rows::rows(theme, list, indent, columns, most));
            return lines;
        }
        // The simulated cloud has credentials of its own.
        let here = Some(&shared.here).filter(|_| !shared.simulated);
        let text = || {
            let entered = pages::side(self.page)
                .filter(|side| cell.field.key == Key::tenant(*side))
                .and_then(|side| shared.signed_in.of(side, &shared.answers))
                .map(|entered| names::tenant(entered, cell.text(), columns.saturating_sub(LABEL)));
            let keys = if focused { self.hint(shared) } else { "" };
            entered.map(|entered| format!("{entered}{keys}")).or_else(|| cell.meaning(here, focused, keys))
        };
        let before = || vec![Span::raw(" ".repeat(LABEL))];
        complaint
            .unwrap_or_else(|| text().map_or_else(Vec::new, |text| hang(theme, Tone::Dim, before(), &text, columns)))
    }
}

/// Returns how many entries of a list are in sight at once, in a form of so many fields.
fn at_once(rows: usize, fields: usize) -> usize {
    rows.saturating_sub(2 * fields + 1).clamp(3, 12)
}
