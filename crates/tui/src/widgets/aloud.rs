//! A sheet as plain lines, for whoever does not see it.

use ratatui::text::{Line, Span};

use super::sheet::Sheet;
use crate::spoken::Spoken;

/// Columns in which nothing is wrapped.
pub(crate) const WIDE: usize = 4000;
/// Rows in which everything has room.
pub(crate) const TALL: usize = 1000;

/// The glyphs of states as words; where there is none, the line says it.
const WORDS: [(&str, &str); 12] = [
    ("✗", "failed: "),
    ("!", "warning: "),
    ("?", "not known: "),
    ("=", "was there: "),
    ("✓", ""),
    ("○", ""),
    ("●", ""),
    ("◐", ""),
    ("◓", ""),
    ("◑", ""),
    ("◒", ""),
    ("▸", ""),
];

/// Returns a sheet as what is said. Buttons are not: the view says what it asks.
pub(crate) fn aloud(sheet: &Sheet) -> Spoken {
    let text = |spans: &[Span<'static>]| spans.iter().map(|span| span.content.as_ref()).collect::<String>();
    let (title, right) = (text(&sheet.title), text(&sheet.right));
    let parts = [title.trim(), right.trim()].into_iter().filter(|part| !part.is_empty());
    let title = parts.collect::<Vec<_>>().join(", ");
    let lines = sheet.head.iter().chain(&sheet.lines).map(line).filter(|line| !line.is_empty()).collect();
    Spoken { lines, ..Spoken::titled(title) }
}

/// Returns a line: a glyph as its word, and what stands in columns with a colon between.
fn line(line: &Line<'static>) -> String {
    let mut text = String::new();
    let mut after_mark = false;
    for span in &line.spans {
        let glyph = WORDS.iter().find(|(glyph, _)| *glyph == span.content.trim());
        match glyph {
            Some((_, word)) => text.push_str(word),
            // The space after a glyph.
            None if after_mark && span.content.trim().is_empty() => {}
            None => text.push_str(&span.content),
        }
        after_mark = glyph.is_some();
    }
    // A mark that is part of a longer text.
    columns(text.replace("▸ ", "  ").trim_end())
}

/// Returns a line with a colon in place of the spaces between columns; at its beginning two spaces are enough.
fn columns(line: &str) -> String {
    let text = line.trim_start();
    let indent = if text.len() < line.len() { "  " } else { "" };
    let parts: Vec<&str> = text.split("  ").map(str::trim).filter(|part| !part.is_empty()).collect();
    let mut joined = String::new();
    for part in parts {
        if !joined.is_empty() {
            joined.push_str(if joined.ends_with([':', ',', '.', ';']) { " " } else { ": " });
        }
        joined.push_str(part);
    }
    format!("{indent}{joined}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glyphs_become_words_and_columns_become_colons() {
        let shown = |spans: Vec<&'static str>| line(&Line::from_iter(spans.into_iter().map(Span::raw)));
        assert_eq!(shown(vec!["A ", " ", "!", " ", "you may not copy roles"]), "A: warning: you may not copy roles");
        assert_eq!(shown(vec!["✓", " ", "aks-shop runs"]), "aks-shop runs");
        assert_eq!(shown(vec!["  ", "user name  ", "0000"]), "  user name: 0000");
        assert_eq!(shown(vec!["▸ ", "docker"]), "docker");
        assert_eq!(shown(vec!["   "]), "");
    }
}
