//! Who can reach a cluster: while it is read, why it could not be, or what was found.

mod cluster;

use crosspull_core::input::Page;
use jiff::Timestamp;
use ratatui::text::Span;

use super::form::begin_access;
use super::{Go, Reaction, View};
use crate::access::Reading;
use crate::keys::{Action, Context};
use crate::msg::Effect;
use crate::secret::Copying;
use crate::shared::Shared;
use crate::theme::{Mark, Tone};
use crate::widgets::lines::{block, fit, hang, path};
use crate::widgets::sheet::Sheet;
use crate::widgets::trouble::trouble;
use crate::words::times;

/// The answer to who can reach a cluster.
#[derive(Debug, Default)]
pub(crate) struct AccessScreen;

impl View for AccessScreen {
    fn context(&self, shared: &Shared) -> Context {
        if shared.access.cluster.read().is_some() { Context::Access } else { Context::Asking }
    }

    fn offers(&self, shared: &Shared, action: Action) -> bool {
        match action {
            Action::Again => !shared.access.cluster.goes(),
            Action::CopyCommand => !shared.simulated,
            _ => true,
        }
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        match action {
            Action::Move(way) => vec![Reaction::Scroll(way)],
            Action::Back => back(shared),
            Action::Again => begin_access(shared),
            Action::CopyCommand => vec![copy(shared, "command", shared.access_command())],
            _ => Vec::new(),
        }
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, now: Timestamp) -> Sheet {
        match &shared.access.cluster {
            Reading::NotAsked => Sheet::default(),
            Reading::Goes => goes(shared, columns, now),
            Reading::Failed(why) => {
                let mut sheet = Sheet::new(shared.theme.span(Tone::Strong, "Not known"));
                sheet.lines.extend(trouble(shared.theme, shared.answers.cloud(), why, columns));
                sheet
            }
            Reading::Read(read) => {
                let mut sheet = Sheet::new(shared.theme.span(Tone::Strong, fit(&name(shared), columns)));
                cluster::add(shared, read, &mut sheet, columns, now);
                sheet
            }
        }
    }

    fn status(&self, shared: &Shared, _: bool) -> Option<(Tone, String)> {
        match &shared.access.cluster {
            Reading::Goes => Some((Tone::Plain, "Esc stops it.".to_owned())),
            Reading::Failed(_) => Some((Tone::Warn, "Esc changes answers, Enter tries again.".to_owned())),
            Reading::NotAsked | Reading::Read(_) => None,
        }
    }

    /// It is read again by the same answers.
    fn loses(&self, _: &Shared) -> bool {
        false
    }
}

/// Returns the name of the cluster.
fn name(shared: &Shared) -> String {
    shared.asked_cluster().map_or_else(|| "The cluster".to_owned(), |id| id.name().to_owned())
}

/// Returns what is read, and for how long.
fn goes(shared: &Shared, columns: usize, now: Timestamp) -> Sheet {
    let theme = shared.theme;
    let mut sheet = Sheet::new(theme.span(Tone::Strong, fit(&format!("Reading {}", name(shared)), columns)));
    let seconds = shared.access.since.map_or(0, |since| times::between(since, now) / 1000);
    sheet.right = vec![theme.span(Tone::Dim, times::seconds(seconds))];
    let mark = vec![theme.mark(Mark::Work, now), Span::raw(" ")];
    match &shared.access.call {
        None => sheet.lines.extend(hang(theme, Tone::Plain, mark, "signing in", columns)),
        Some(call) => {
            let mut before = Some(mark);
            for line in path(call, columns.saturating_sub(2)) {
                let mut spans = before.take().unwrap_or_else(|| vec![Span::raw("  ")]);
                spans.push(theme.span(Tone::Plain, line));
                sheet.lines.push(spans.into());
            }
        }
    }
    sheet.lines.extend(block(theme, Tone::Dim, "This only reads.", 2, columns));
    sheet
}

/// Goes back to the form. What goes is stopped, and what was read is forgotten.
fn back(shared: &mut Shared) -> Vec<Reaction> {
    shared.leave_access();
    vec![Reaction::Do(Effect::LeaveAccess), Reaction::Go(Go::Form(Page::Access))]
}

/// Has a text copied.
fn copy(shared: &mut Shared, what: &str, text: String) -> Reaction {
    shared.copying = Some(Copying::Other);
    Reaction::Do(Effect::Copy { what: what.to_owned(), text: text.into() })
}
