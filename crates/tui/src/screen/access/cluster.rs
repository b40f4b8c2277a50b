//! The page of the cluster: what it is like, the ways in that are open with what each takes, and what closes the others.

use crosspull_core::access::{AskedCluster, ClusterAccess, Door};
use jiff::Timestamp;
use ratatui::text::{Line, Span};

use crate::shared::Shared;
use crate::theme::{Mark, Tone};
use crate::widgets::lines::{block, hang, path, width, wrap};
use crate::widgets::sheet::Sheet;
use crate::words::command::in_lines;

/// Columns of the names before facts.
const NAME: usize = 16;
/// In fewer columns a fact stands below its name, so that an id in it stays whole.
const NARROW: usize = 56;

/// Adds the page.
pub(super) fn add(shared: &Shared, read: &ClusterAccess, sheet: &mut Sheet, columns: usize, now: Timestamp) {
    let id = shared.asked_cluster().map(|id| ("id", id.to_string()));
    for (name, text) in read.facts().into_iter().chain(id) {
        fact(shared, sheet, name, &text, columns);
    }
    let (open, closed): (Vec<_>, Vec<_>) = read.ways().into_iter().partition(|(_, door)| matches!(door, Door::Open(_)));
    for (title, ways) in [("Open", open), ("Closed", closed)] {
        if ways.is_empty() {
            continue;
        }
        sheet.gap();
        sheet.lines.push(shared.theme.span(Tone::Strong, title).into());
        for (way, door) in ways {
            one_way(shared, sheet, way.name(), door, columns, now);
        }
    }
    command(shared, sheet, columns);
}

/// Adds a fact: beside its name, or below it where there is little room.
fn fact(shared: &Shared, sheet: &mut Sheet, name: &str, text: &str, columns: usize) {
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

/// Adds a way in, with what it takes or what closes it.
fn one_way(shared: &Shared, sheet: &mut Sheet, name: &str, door: Door, columns: usize, now: Timestamp) {
    let theme = shared.theme;
    match door {
        Door::Open(takes) => {
            let mark = vec![theme.mark(Mark::Good, now), Span::raw(" ")];
            sheet.lines.extend(hang(theme, Tone::Plain, mark, name, columns));
            sheet.lines.extend(block(theme, Tone::Plain, &format!("takes {takes}"), 4, columns));
        }
        Door::Closed(why) => {
            let mark = vec![theme.span(Tone::Dim, "- ")];
            sheet.lines.extend(hang(theme, Tone::Plain, mark, &format!("{name}: {why}"), columns));
        }
    }
}

/// Adds the command that tells the same. In the demo it would find nothing.
fn command(shared: &Shared, sheet: &mut Sheet, columns: usize) {
    if shared.simulated {
        return;
    }
    let theme = shared.theme;
    let by = AskedCluster::variables(&shared.answers).map_or_else(String::new, |names| format!(", by {names}"));
    sheet.gap();
    sheet.lines.extend(block(theme, Tone::Dim, &format!("The same without the wizard (y copies it){by}:"), 0, columns));
    for part in in_lines(&shared.access_command(), columns.saturating_sub(2)) {
        sheet.lines.extend(block(theme, Tone::Plain, &part, 2, columns));
    }
}
