//! Home: what do you want to do?

use ratatui::text::Line;

use super::Sheet;
use crate::lines::{block, fit};
use crate::model::Model;
use crate::theme::Tone;

/// What can be done, each with the line that says more.
pub(crate) const ENTRIES: [(&str, &str); 1] =
    [("Let a cluster pull from a registry", "in another tenant; the pull is proved first")];

/// The screen.
pub(crate) fn sheet(model: &Model, chosen: usize, columns: usize) -> Sheet {
    let theme = model.theme;
    let mut sheet = Sheet::new(theme.span(Tone::Strong, "What do you want to do?"));
    for (i, (title, says)) in ENTRIES.iter().enumerate() {
        let top = sheet.lines.len();
        let here = i == chosen;
        let (mark, tone) = if here { ("▸ ", Tone::Strong) } else { ("  ", Tone::Plain) };
        let title = fit(title, columns.saturating_sub(2));
        sheet.lines.push(Line::from(vec![theme.span(Tone::Accent, mark), theme.span(tone, title)]));
        sheet.lines.extend(block(theme, Tone::Dim, says, 4, columns));
        if here {
            sheet.focus = top..sheet.lines.len();
        }
    }
    sheet
}
