//! Earlier runs: which one?

use crosspull_core::run::{Run, Way};
use ratatui::text::Line;

use super::Sheet;
use crate::lines::{block, fit};
use crate::model::Model;
use crate::theme::{Theme, Tone};
use crate::words;

/// The screen.
pub(crate) fn sheet(model: &Model, way: Way, chosen: usize, columns: usize) -> Sheet {
    let theme = model.theme;
    let title = match way {
        Way::On => "Go on with which run?",
        Way::Back => "Take back which run?",
    };
    let mut sheet = Sheet::new(theme.span(Tone::Strong, title));
    for (i, run) in model.earlier_for(way).into_iter().enumerate() {
        let top = sheet.lines.len();
        sheet.lines.extend(lines(theme, run, i == chosen, columns));
        if i == chosen {
            sheet.focus = top..sheet.lines.len();
        }
    }
    sheet
}

/// A run: when it began and what it is about; its id and where it stands.
fn lines(theme: Theme, run: &Run, chosen: bool, columns: usize) -> Vec<Line<'static>> {
    let (mark, tone) = if chosen { ("▸ ", Tone::Strong) } else { ("  ", Tone::Plain) };
    let title = fit(&words::began(run), columns.saturating_sub(2));
    let id = run.id.as_ref().map(ToString::to_string).unwrap_or_default();
    let stands = run.where_it_stopped();
    let stands = if stands.is_empty() { run.stage().word().to_owned() } else { stands };
    let mut lines = vec![Line::from(vec![theme.span(Tone::Accent, mark), theme.span(tone, title)])];
    lines.extend(block(theme, Tone::Dim, &format!("{id} · {stands}"), 4, columns));
    lines
}
