//! The review: every request that will be made, with its undo. What cannot be undone stands first.

use crosspull_core::plan::{Plan, Route, Side, Step};
use crosspull_core::run::{Run, Way};
use jiff::Timestamp;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::{Sheet, run};
use crate::lines::{block, fit, path, width};
use crate::live::Errand;
use crate::model::Model;
use crate::theme::{Theme, Tone};
use crate::words;

/// What happens to a reset that an earlier part of the run sent.
const WATCHES: &str = "The reset was sent. Where Azure still works on it, it is watched to its end; where it did not take, you \
                       are asked before it is sent again.";

/// The screen.
pub(crate) fn sheet(model: &Model, chosen: usize, columns: usize) -> Sheet {
    let theme = model.theme;
    let mut sheet = Sheet::new(theme.span(Tone::Strong, "Review"));
    let Some(plan) = model.live.plan() else {
        return sheet;
    };
    sheet.right = vec![theme.span(Tone::Dim, format!("{} steps", plan.steps.len()))];
    if let Some(errand) = &model.live.errand {
        sheet.title = vec![theme.span(Tone::Strong, title(errand))];
        sheet.lines.extend(block(theme, Tone::Plain, &beginning(&model.live.run, errand), 0, columns));
        sheet.gap();
    }
    let sent = model.live.errand.as_ref().is_some_and(|e| e.way == Way::On) && model.live.run.reset_was_sent();
    let warning = if sent { WATCHES.to_owned() } else { words::warning(plan) };
    sheet.lines.extend(block(theme, Tone::Warn, &warning, 0, columns));
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
    let goes_on = model.live.errand.as_ref().is_some_and(|errand| errand.way == Way::On);
    for (i, step) in plan.steps.iter().enumerate() {
        let top = if i == 0 { 0 } else { sheet.lines.len() };
        let state = model.live.run.step(step.id).filter(|_| goes_on);
        sheet.lines.extend(match state {
            Some(state) => vec![run::line(theme, plan, step, state, i == chosen, columns, Timestamp::UNIX_EPOCH)],
            None => lines(theme, plan, step, i == chosen, columns),
        });
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
    if plan.route != Route::TakeBack {
        lines.extend(block(theme, Tone::Dim, &step.undo().to_string(), indent, columns));
    }
    lines
}

fn title(errand: &Errand) -> String {
    match errand.way {
        Way::On => format!("Go on with run {}", errand.run),
        Way::Back => format!("Take back run {}", errand.run),
    }
}

/// What is done with an earlier run.
fn beginning(run: &Run, errand: &Errand) -> String {
    match errand.way {
        Way::On => format!("{} Every step looks first; what is done is not done again.", run.headline()),
        Way::Back => "Newest first, and past a step that fails. What the run found stays.".to_owned(),
    }
}

/// The message line.
pub(crate) const fn status(model: &Model) -> &'static str {
    if model.live.errand.is_some() { "Nothing is sent before you say so." } else { "Nothing was written so far." }
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
