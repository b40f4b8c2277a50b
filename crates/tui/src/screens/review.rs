//! The review: every request that will be made, with its undo. What cannot be undone stands first.

use crosspull_core::plan::{Plan, Side, Step};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::Sheet;
use crate::lines::{block, fit, path, width};
use crate::model::Model;
use crate::theme::{Theme, Tone};
use crate::words;

/// The screen.
pub(crate) fn sheet(model: &Model, chosen: usize, columns: usize) -> Sheet {
    let theme = model.theme;
    let mut sheet = Sheet::new(theme.span(Tone::Strong, "Review"));
    let Some(plan) = &model.live.run.plan else {
        return sheet;
    };
    sheet.right = vec![theme.span(Tone::Dim, format!("{} steps", plan.steps.len()))];
    sheet.lines.extend(block(theme, Tone::Warn, &words::warning(plan), 0, columns));
    sheet.gap();
    for (side, resource) in [Side::A, Side::B].into_iter().zip(words::resources(plan)) {
        sheet.lines.push(Line::from(vec![
            theme.span(Tone::Dim, format!("{side} ")),
            Span::raw(fit(&plan.tenant(side).to_string(), columns.saturating_sub(2))),
        ]));
        let id = path(&resource, columns.saturating_sub(2)).into_iter();
        sheet.lines.extend(id.map(|part| Line::from(vec![Span::raw("  "), Span::raw(part)])));
    }
    sheet.gap();
    for (i, step) in plan.steps.iter().enumerate() {
        let top = if i == 0 { 0 } else { sheet.lines.len() };
        sheet.lines.extend(lines(theme, plan, step, i == chosen, columns));
        if i == chosen {
            sheet.focus = top..sheet.lines.len();
        }
    }
    sheet
}

/// A step: number, tenant and title, its requests, and, dim, its undo.
fn lines(theme: Theme, plan: &Plan, step: &Step, chosen: bool, columns: usize) -> Vec<Line<'static>> {
    let number = words::number(plan, step.id);
    let indent = number.len() + 3;
    let title = theme.span(Tone::Strong, fit(&step.title(), columns.saturating_sub(indent)));
    let title = if chosen { title.patch_style(Modifier::REVERSED) } else { title };
    let mut lines = vec![Line::from(vec![Span::raw(number), theme.span(Tone::Dim, format!(" {} ", step.side)), title])];
    for text in step.requests() {
        lines.extend(request(theme, &text, indent, columns));
    }
    lines.extend(block(theme, Tone::Dim, &step.undo().to_string(), indent, columns));
    lines
}

/// A request and what it sends: side by side where there is room, else below each other.
fn request(theme: Theme, text: &str, indent: usize, columns: usize) -> Vec<Line<'static>> {
    let (call, sends) = text.split_once("  ").unwrap_or((text, ""));
    let mut lines = block(theme, Tone::Plain, call, indent, columns);
    match lines.as_mut_slice() {
        _ if sends.is_empty() => {}
        [line] if line.width() + 2 + width(sends) <= columns => {
            line.push_span(theme.span(Tone::Dim, format!("  {}", fit(sends, columns))));
        }
        _ => lines.extend(block(theme, Tone::Dim, sends, indent + 2, columns)),
    }
    lines
}
