//! Home: what do you want to do?

use crosspull_core::run::Way;
use crosspull_core::text::count;
use ratatui::text::{Line, Span};

use super::Sheet;
use crate::lines::{apart, block, fit, width};
use crate::model::Model;
use crate::theme::Tone;
use crate::words;

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Begin a run.
    New,
    /// Go on with an earlier run, or take one back.
    Earlier(Way),
}

/// What can be done now: earlier runs are offered where there are some.
pub(crate) fn entries(model: &Model) -> Vec<Entry> {
    let earlier = [Way::On, Way::Back].into_iter().filter(|way| !model.earlier_for(*way).is_empty());
    std::iter::once(Entry::New).chain(earlier.map(Entry::Earlier)).collect()
}

/// The screen.
pub(crate) fn sheet(model: &Model, chosen: usize, columns: usize) -> Sheet {
    let theme = model.theme;
    let mut sheet = Sheet::new(theme.span(Tone::Strong, "What do you want to do?"));
    for (i, entry) in entries(model).into_iter().enumerate() {
        sheet.gap();
        let top = sheet.lines.len();
        let here = i == chosen;
        let (mark, tone) = if here { ("▸ ", Tone::Strong) } else { ("  ", Tone::Plain) };
        let (title, right, says) = words(model, entry);
        let title = fit(title, columns.saturating_sub(2));
        let room = columns.saturating_sub(2 + width(&title)) > width(&right);
        let right = if room { vec![theme.span(Tone::Dim, right)] } else { Vec::new() };
        let left: Vec<Span<'static>> = vec![theme.span(Tone::Accent, mark), theme.span(tone, title)];
        sheet.lines.push(if right.is_empty() { Line::from(left) } else { apart(left, right, columns) });
        sheet.lines.extend(block(theme, Tone::Dim, &says, 4, columns));
        if here {
            sheet.focus = top..sheet.lines.len();
        }
    }
    sheet
}

/// An entry's title, what stands at its right, and the line that says more.
fn words(model: &Model, entry: Entry) -> (&'static str, String, String) {
    let runs = |way| model.earlier_for(way);
    match entry {
        Entry::New => (
            "Let a cluster pull from a registry",
            String::new(),
            "in another tenant; the pull is proved first".to_owned(),
        ),
        Entry::Earlier(Way::On) => {
            let newest = runs(Way::On).first().map(|run| words::earlier(run)).unwrap_or_default();
            ("Go on with an earlier run", format!("{} unfinished", runs(Way::On).len()), newest)
        }
        Entry::Earlier(Way::Back) => (
            "Take back what a run made",
            count(runs(Way::Back).len(), "run"),
            "newest first; what was there before the run stays".to_owned(),
        ),
    }
}
