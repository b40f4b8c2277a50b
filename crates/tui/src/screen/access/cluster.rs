//! The page of the cluster: what it is like, the ways in that are open with what each takes, and what closes the others.

use crosspull_core::access::{AskedCluster, ClusterAccess, Door};
use jiff::Timestamp;
use ratatui::text::Span;

use super::facts::fact;
use crate::shared::Shared;
use crate::theme::{Mark, Tone};
use crate::widgets::lines::{block, hang};
use crate::widgets::sheet::Sheet;
use crate::words::command::in_lines;
use crate::words::next::copied_by;

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
pub(super) fn command(shared: &Shared, sheet: &mut Sheet, columns: usize) {
    if shared.simulated {
        return;
    }
    let theme = shared.theme;
    let by = AskedCluster::variables(&shared.answers).map_or_else(String::new, |names| format!(", by {names}"));
    sheet.gap();
    let copies = copied_by('y', shared);
    sheet.lines.extend(block(theme, Tone::Dim, &format!("The same without the wizard{copies}{by}:"), 0, columns));
    for part in in_lines(&shared.access_command(), columns.saturating_sub(2)) {
        sheet.lines.extend(block(theme, Tone::Plain, &part, 2, columns));
    }
}
