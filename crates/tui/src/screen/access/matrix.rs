//! The page of what somebody may do: kinds of objects by verbs. The reason of the cell under the cursor is in the message line.

mod spoken;

use crosspull_core::access::{May, Row};
use crossterm::event::KeyEvent;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::{copy, file_name};
use crate::keys::{Action, Move};
use crate::screen::path::Saving;
use crate::screen::{Layer, PathLayer, Reaction};
use crate::shared::Shared;
use crate::theme::Tone;
use crate::widgets::lines::{block, fit, width};
use crate::widgets::sheet::Sheet;
use crate::widgets::text_box::TextBox;

/// Rows of the window that are not the table's.
const AROUND: u16 = 9;

/// The table, with the cell under the cursor.
#[derive(Debug, Default)]
pub(super) struct Table {
    row: usize,
    verb: usize,
    /// The text that narrows the rows, while it is typed.
    filter: Option<TextBox>,
    /// The row whose reasons are told where there is no screen.
    told: Option<usize>,
}

impl Table {
    /// Returns true while a text is typed that narrows the rows.
    pub const fn is_narrowed(&self) -> bool {
        self.filter.is_some()
    }

    /// Takes a key of the text that narrows the rows.
    pub fn typed(&mut self, shared: &mut Shared, key: &KeyEvent) {
        if let Some(filter) = &mut self.filter {
            filter.key(key);
            self.narrow(shared);
        }
    }

    /// Takes a paste for that text.
    pub fn pasted(&mut self, shared: &mut Shared, text: &str) {
        if let Some(filter) = &mut self.filter {
            filter.paste(text);
            self.narrow(shared);
        }
    }

    fn narrow(&self, shared: &mut Shared) {
        let text = self.filter.as_ref().map_or("", TextBox::value);
        text.trim().clone_into(&mut shared.access.wanted.filter);
    }

    /// Does what an action asks for.
    pub fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        shared.scrolled = None;
        match action {
            Action::Move(way) => self.moves(shared, way),
            Action::Left => self.verb = self.verb.saturating_sub(1),
            Action::Right => self.verb = (self.verb + 1).min(last(verbs(shared).len())),
            Action::Filter => self.filter = Some(TextBox::new(&shared.access.wanted.filter)),
            Action::GoOn => self.filter = None,
            Action::Back => {
                self.filter = Some(TextBox::default());
                self.narrow(shared);
                self.filter = None;
            }
            Action::OnlyAllowed => {
                shared.access.wanted.only_allowed ^= true;
                shared.access.work_out();
            }
            Action::Copy => {
                let text = shared.access.whole().map(|matrix| matrix.markdown().join("\n") + "\n");
                return text.map(|text| copy(shared, "whole matrix", text)).into_iter().collect();
            }
            Action::SaveMatrix => {
                let layer = PathLayer::new(Saving::Matrix, &file_name(shared));
                return vec![Reaction::Over(Layer::Path(layer))];
            }
            _ => {}
        }
        Vec::new()
    }

    fn moves(&mut self, shared: &Shared, way: Move) {
        let last = last(shared.access.rows().len());
        let page = usize::from(shared.size.1.saturating_sub(AROUND).max(1));
        let row = self.row.min(last);
        self.row = match way {
            Move::Up => row.saturating_sub(1),
            Move::Down => row + 1,
            Move::PageUp => row.saturating_sub(page),
            Move::PageDown => row + page,
            Move::First => 0,
            Move::Last => last,
        }
        .min(last);
    }

    /// Adds the table: its head, which stays, and a line for each row.
    pub fn add(&self, shared: &Shared, sheet: &mut Sheet, columns: usize) {
        let theme = shared.theme;
        let rows = shared.access.rows();
        let names: Vec<String> = rows.iter().map(|row| row.kind.short()).collect();
        let wide = names.iter().map(|name| width(name)).max().unwrap_or_default();
        let wide = wide.max(place(shared).len()).min(columns / 2).max(8);
        let seen = Seen::of(verbs(shared), self.verb, columns.saturating_sub(wide));
        sheet.head = vec![seen.head(shared, &place(shared), wide)];
        if rows.is_empty() {
            return sheet.lines.extend(block(
                theme,
                Tone::Plain,
                "No row is left. n, o and / change what is shown.",
                0,
                columns,
            ));
        }
        let here = self.row.min(last(rows.len()));
        for (at, (row, name)) in rows.iter().zip(&names).enumerate() {
            let is_here = at == here;
            let tone = if is_here { Tone::Strong } else { Tone::Plain };
            let mut spans = vec![theme.span(tone, format!("{:wide$}", fit(name, wide)))];
            for (verb, name) in seen.verbs() {
                let cell = row.cells.get(verb).map_or(("?", Tone::Warn), mark);
                let text = theme.span(cell.1, format!("{:^1$}", cell.0, width(name)));
                let is_cell = is_here && verb == seen.chosen;
                spans.push(Span::raw(" "));
                spans.push(if is_cell { text.patch_style(Modifier::REVERSED) } else { text });
            }
            sheet.lines.push(Line::from(spans));
        }
        sheet.focus = here..here + 1;
        sheet.cursor = Some((wide + seen.column(), here));
    }

    /// Returns the reason of the cell under the cursor; while a text is typed, that text.
    pub fn status(&self, shared: &Shared) -> Option<(Tone, String)> {
        if let Some(filter) = &self.filter {
            return Some((Tone::Plain, format!("Rows with: {}▏", filter.value())));
        }
        let rows = shared.access.rows();
        let row: &Row = rows.get(self.row.min(last(rows.len())))?;
        let at = self.verb.min(last(row.cells.len()));
        let (cell, verb) = (row.cells.get(at)?, verbs(shared).get(at)?);
        Some((Tone::Plain, reason(verb, row, cell)))
    }
}

/// Returns what a cell says, with its reason.
fn reason(verb: &str, row: &Row, cell: &May) -> String {
    let says = match cell {
        May::Yes(because) => format!("yes, by {because}"),
        May::No(why) => format!("no, as {why}"),
        May::Unknown(why) => format!("not known, since {why}"),
    };
    format!("{verb} {}: {says}", row.kind)
}

/// The verbs that fit into a window, the chosen one among them.
struct Seen<'a> {
    all: &'a [String],
    first: usize,
    /// The one after the last that fits.
    end: usize,
    chosen: usize,
}

impl<'a> Seen<'a> {
    /// Chooses what fits into that many columns.
    fn of(all: &'a [String], chosen: usize, columns: usize) -> Self {
        let chosen = chosen.min(last(all.len()));
        // The mark that there are more has two columns.
        let room = columns.saturating_sub(2);
        let taken = |verbs: &[String]| verbs.iter().map(|verb| width(verb) + 1).sum::<usize>();
        let upto = |first: usize, end: usize| all.get(first..end).map_or(0, taken);
        let first = (0..=chosen).find(|first| upto(*first, chosen + 1) <= room).unwrap_or(chosen);
        let end = (chosen + 1..=all.len()).rev().find(|end| upto(first, *end) <= room).unwrap_or(chosen + 1);
        Self { all, first, end, chosen }
    }

    /// Returns the verbs that are seen, each with its place.
    fn verbs(&self) -> impl Iterator<Item = (usize, &'a String)> {
        self.all.iter().enumerate().take(self.end).skip(self.first)
    }

    /// Returns the head of the table. A mark says where there are more verbs.
    fn head(&self, shared: &Shared, place: &str, wide: usize) -> Line<'static> {
        let theme = shared.theme;
        let mut spans = vec![theme.span(Tone::Plain, format!("{:wide$}", fit(place, wide)))];
        for (at, verb) in self.verbs() {
            let before = if at == self.first && self.first > 0 { "←" } else { " " };
            let tone = if at == self.chosen { Tone::Strong } else { Tone::Plain };
            spans.extend([theme.span(Tone::Accent, before), theme.span(tone, verb.clone())]);
        }
        if self.end < self.all.len() {
            spans.push(theme.span(Tone::Accent, " →"));
        }
        Line::from(spans)
    }

    /// Returns the column of the chosen cell's mark, after the names.
    fn column(&self) -> usize {
        let before: usize = self.verbs().take_while(|(at, _)| *at < self.chosen).map(|(_, verb)| width(verb) + 1).sum();
        let own = self.all.get(self.chosen).map_or(1, |verb| width(verb));
        before + 1 + own.saturating_sub(1) / 2
    }
}

/// Returns the mark of a cell.
const fn mark(cell: &May) -> (&'static str, Tone) {
    match cell {
        May::Yes(_) => ("✓", Tone::Good),
        May::No(_) => ("-", Tone::Dim),
        May::Unknown(_) => ("?", Tone::Warn),
    }
}

/// Returns where it is that they may: a namespace or all, and what narrows the rows.
fn place(shared: &Shared) -> String {
    let wanted = &shared.access.wanted;
    let place = wanted.namespace.as_ref().map_or_else(|| "all namespaces".to_owned(), |name| format!("in {name}"));
    if wanted.filter.is_empty() { place } else { format!("{place} /{}", wanted.filter) }
}

fn verbs(shared: &Shared) -> &[String] {
    shared.access.matrix.as_ref().map_or(&[], |matrix| &matrix.verbs)
}

/// Returns the place of the last of so many.
const fn last(of: usize) -> usize {
    of.saturating_sub(1)
}
