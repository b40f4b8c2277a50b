//! Facts: a name, and what is known.

use ratatui::text::{Line, Span};

use crate::shared::Shared;
use crate::theme::Tone;
use crate::widgets::lines::{path, width, wrap};
use crate::widgets::sheet::Sheet;

/// Columns of the names before facts.
const NAME: usize = 16;
/// In fewer columns a fact stands below its name, so that an id in it stays whole.
const NARROW: usize = 56;

/// Adds a fact: beside its name, or below it where there is little room.
pub(super) fn fact(shared: &Shared, sheet: &mut Sheet, name: &str, text: &str, columns: usize) {
    let dim = |text: String| shared.theme.span(Tone::Dim, text);
    let indent = if columns < NARROW { 2 } else { NAME };
    let mut before = if columns < NARROW {
        sheet.lines.push(dim(name.to_owned()).into());
        None
    } else {
        Some(dim(format!("{name:NAME$}")))
    };
    for line in whole(text, columns.saturating_sub(indent)) {
        let before = before.take().unwrap_or_else(|| Span::raw(" ".repeat(indent)));
        sheet.lines.push(Line::from(vec![before, Span::raw(line)]));
    }
}

/// Returns words in lines of that many columns. An id that is longer than a line goes on after a slash.
fn whole(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= columns => line.extend([" ", word]),
            _ if word.contains('/') => lines.extend(path(word, columns)),
            _ => lines.extend(wrap(word, columns)),
        }
    }
    lines
}
