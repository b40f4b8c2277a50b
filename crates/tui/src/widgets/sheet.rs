//! A sheet: what a screen shows, and how far it scrolls.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::text::{Line, Span};
use zeroize::Zeroize as _;

use crate::keys::Move;

/// The content of a screen: a title that stays, lines that scroll, the part of them that must be in sight.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    pub title: Vec<Span<'static>>,
    /// The text at the right of the title.
    pub right: Vec<Span<'static>>,
    /// The lines above the others that do not scroll: the head of a table.
    pub head: Vec<Line<'static>>,
    pub lines: Vec<Line<'static>>,
    /// The lines below the others that do not scroll: buttons.
    pub foot: Vec<Line<'static>>,
    /// The lines that must be in sight.
    pub focus: Range<usize>,
    /// The first line that is shown, where the operator scrolls by hand.
    pub from: Option<usize>,
    /// The column and the line of the cursor.
    pub cursor: Option<(usize, usize)>,
}

impl Sheet {
    /// Creates a sheet with a title.
    pub fn new(title: Span<'static>) -> Self {
        Self { title: vec![title], ..Self::default() }
    }

    /// Adds an empty line, unless the last one is empty.
    pub fn gap(&mut self) {
        if self.lines.last().is_some_and(|l| l.width() > 0) {
            self.lines.push(Line::default());
        }
    }

    /// Wipes the texts of a sheet that was drawn: a secret in sight is among them.
    pub fn wipe(self) {
        for text in self.lines.into_iter().flat_map(|line| line.spans).map(|span| span.content) {
            if let Cow::Owned(mut text) = text {
                text.zeroize();
            }
        }
    }

    /// Returns the rows for the lines that scroll, of so many.
    pub const fn rows(&self, of: usize) -> usize {
        of.saturating_sub(self.head.len())
    }

    /// Returns the first line that is shown in so many rows.
    pub fn offset(&self, rows: usize) -> usize {
        let rows = self.rows(rows);
        let most = self.lines.len().saturating_sub(rows);
        self.from.unwrap_or_else(|| self.focus.end.saturating_sub(rows).min(self.focus.start)).min(most)
    }

    /// Returns how many lines there are above and below those that are shown.
    pub fn hidden(&self, rows: usize) -> (usize, usize) {
        let above = self.offset(rows);
        (above, self.lines.len().saturating_sub(above + self.rows(rows)))
    }

    /// Returns how far the sheet scrolls in so many rows.
    pub fn room(&self, rows: usize) -> Room {
        let from = self.offset(rows);
        let rows = self.rows(rows);
        Room { from, rows, most: self.lines.len().saturating_sub(rows) }
    }
}

/// The lines that a sheet scrolls.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// The first line that is shown.
    pub from: usize,
    /// The number of lines that are shown.
    pub rows: usize,
    /// The furthest that `from` may be.
    pub most: usize,
}

impl Room {
    /// Returns the first line to show, from that one along. A page leaves a line of the page before in sight.
    pub fn moved(&self, from: usize, way: Move) -> usize {
        let page = self.rows.saturating_sub(1).max(1);
        let to = match way {
            Move::Up => from.saturating_sub(1),
            Move::Down => from.saturating_add(1),
            Move::PageUp => from.saturating_sub(page),
            Move::PageDown => from.saturating_add(page),
            Move::First => 0,
            Move::Last => self.most,
        };
        to.min(self.most)
    }
}
