//! Buttons below a question.

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::theme::{Theme, Tone};

/// Returns a button; the one in focus is reversed and marked.
pub(crate) fn button(theme: Theme, text: &str, on: bool) -> Span<'static> {
    let text = if on { format!("▸ {text} ") } else { format!("  {text} ") };
    let span = theme.span(if on { Tone::Strong } else { Tone::Plain }, text);
    if on { span.patch_style(Modifier::REVERSED) } else { span }
}

/// Returns two buttons side by side.
pub(crate) fn buttons(theme: Theme, yes: &str, no: &str, on_yes: bool) -> Line<'static> {
    Line::from(vec![button(theme, yes, on_yes), Span::raw("   "), button(theme, no, !on_yes)])
}
