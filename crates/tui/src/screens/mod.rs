//! The screens: what each shows. `update` says what they do.

pub(crate) mod checks;
pub(crate) mod consent;
pub(crate) mod done;
pub(crate) mod home;
pub(crate) mod layers;
pub(crate) mod review;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod sign_in;

use std::borrow::Cow;
use std::ops::Range;

use jiff::Timestamp;
use ratatui::text::{Line, Span};
use zeroize::Zeroize as _;

use crate::keys::Context;
use crate::model::{Copied, Handed, Model, Screen};
use crate::theme::Tone;
use crate::words;

/// What a screen shows: a title that stays, lines that scroll, the part of them that must be in sight.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    /// The title.
    pub title: Vec<Span<'static>>,
    /// What stands at the right of the title.
    pub right: Vec<Span<'static>>,
    /// The lines.
    pub lines: Vec<Line<'static>>,
    /// The lines below them that do not scroll: buttons.
    pub foot: Vec<Line<'static>>,
    /// The lines that must be in sight.
    pub focus: Range<usize>,
    /// The first line that is shown, where the operator scrolls by hand.
    pub from: Option<usize>,
    /// The column and the line of the cursor.
    pub cursor: Option<(usize, usize)>,
}

impl Sheet {
    /// A sheet with a title.
    pub fn new(title: Span<'static>) -> Self {
        Self { title: vec![title], ..Self::default() }
    }

    /// An empty line, unless there is one.
    pub fn gap(&mut self) {
        if self.lines.last().is_some_and(|l| l.width() > 0) {
            self.lines.push(Line::default());
        }
    }

    /// Wipes the texts of a sheet that was drawn: a secret in sight is among them.
    pub fn wipe(self) {
        for text in self.lines.into_iter().flat_map(|line| line.spans).map(|span| span.content) {
            if let Cow::Owned(mut text) = text {
                text.zeroize();
            }
        }
    }

    /// The first line that is shown in so many rows.
    pub fn offset(&self, rows: usize) -> usize {
        let most = self.lines.len().saturating_sub(rows);
        self.from.unwrap_or_else(|| self.focus.end.saturating_sub(rows).min(self.focus.start)).min(most)
    }
}

/// What the screen shows in so many columns and rows.
pub(crate) fn sheet(model: &Model, columns: usize, rows: usize, now: Timestamp) -> Sheet {
    if let Some(signing_in) = &model.signing_in {
        return Sheet { from: model.scrolled, ..sign_in::sheet(model, signing_in, columns, rows, now) };
    }
    let mut sheet = match &model.screen {
        Screen::Home { chosen } => home::sheet(model, *chosen, columns),
        Screen::Runs { way, chosen } => runs::sheet(model, *way, *chosen, columns),
        Screen::Form(form) => form.sheet(model, columns, rows),
        Screen::Checks { chosen } => checks::sheet(model, *chosen, columns, rows, now),
        Screen::Review { chosen } => review::sheet(model, *chosen, columns),
        Screen::Run { chosen } => match model.live.person() {
            Some((step, person)) => consent::sheet(model, step, person, columns, now),
            None => run::sheet(model, *chosen, columns, now),
        },
        Screen::Done => done::sheet(model, columns, now),
    };
    sheet.from = model.scrolled.filter(|_| model.in_sight(now).is_none());
    sheet
}

/// What stands in the message line whatever else is said there: how long the secret stays in the clipboard, and whether
/// the file for it was made.
pub(crate) fn standing(model: &Model) -> Option<(Tone, String)> {
    if let Some(Copied::For { seconds_left, .. }) = &model.copied {
        let left = words::seconds(*seconds_left);
        // Elsewhere the key means something else.
        let keeps = if Context::of(model) == Context::Done { ", Esc keeps it there" } else { "" };
        return Some((Tone::Warn, format!("The secret is in the clipboard; it is cleared in {left}{keeps}.")));
    }
    match (&model.screen, &model.handed) {
        (Screen::Run { .. } | Screen::Done, Handed::Saved(place)) => {
            Some((Tone::Dim, format!("The secret is saved, readable by you alone: {place}")))
        }
        (Screen::Run { .. } | Screen::Done, Handed::NotSaved(why)) if model.copied.is_none() => {
            Some((Tone::Bad, why.clone()))
        }
        _ => None,
    }
}

/// The message line where nothing else was said: what is wrong, what is waited for.
pub(crate) fn status(model: &Model) -> Option<(Tone, String)> {
    if model.signing_in.is_some() {
        return None;
    }
    match &model.screen {
        Screen::Home { .. } => model.simulated.then(|| (Tone::Dim, "Nothing here leaves this machine.".to_owned())),
        Screen::Runs { .. } => Some((Tone::Dim, "Its journal is read; nothing is sent before you say so.".to_owned())),
        Screen::Form(_) => None,
        Screen::Checks { .. } => checks::status(model),
        Screen::Review { .. } => Some((Tone::Dim, review::status(model).to_owned())),
        Screen::Run { .. } => run::status(model),
        Screen::Done => done::status(model),
    }
}
