//! The fields of a form below those of the table of inputs: what is no input of a run.

mod own_user;
mod principal;

use crossterm::event::KeyEvent;
use ratatui::text::{Line, Span};

use super::FormScreen;
use crate::shared::Shared;
use crate::theme::Tone;
use crate::widgets::cell::LABEL;
use crate::widgets::lines::hang;
use crate::widgets::sheet::Sheet;
pub(super) use own_user::OwnUser;
pub(super) use principal::PrincipalField;

/// The fields below the others.
#[derive(Debug)]
pub(super) enum Below {
    /// The user of the registry's own, with the password.
    OwnUser(OwnUser),
    /// The one who is asked about.
    Principal(PrincipalField),
}

/// A field as it is drawn.
pub(super) struct Drawn {
    pub label: &'static str,
    /// The text in it. Empty where nothing was typed.
    pub value: String,
    /// The column of the cursor in it.
    pub cursor: usize,
    /// The text that stands for an empty field.
    pub else_used: &'static str,
    pub help: &'static str,
    pub complaint: Option<String>,
}

impl Below {
    /// Returns the number of the fields.
    pub const fn fields(&self) -> usize {
        match self {
            Self::OwnUser(_) => OwnUser::FIELDS,
            Self::Principal(_) => 1,
        }
    }

    /// Takes a key for one of the fields.
    pub fn key(&mut self, field: usize, key: &KeyEvent) {
        match self {
            Self::OwnUser(own) => own.key(field, key),
            Self::Principal(principal) => principal.key(key),
        }
    }

    /// Takes a paste for one of the fields.
    pub fn paste(&mut self, field: usize, text: &str) {
        match self {
            Self::OwnUser(own) => own.paste(field, text),
            Self::Principal(principal) => principal.paste(text),
        }
    }

    /// Puts a text in one of the fields, in place of what is there.
    pub fn put(&mut self, field: usize, text: &str) {
        match self {
            Self::OwnUser(own) => own.put(field, text),
            Self::Principal(principal) => principal.put(text),
        }
    }

    /// Returns true for a field that holds a secret.
    pub const fn is_hidden(&self, field: usize) -> bool {
        matches!((self, field), (Self::OwnUser(_), 1))
    }

    pub(super) fn drawn(&self, room: usize) -> Vec<Drawn> {
        match self {
            Self::OwnUser(own) => own.drawn(room).into(),
            Self::Principal(principal) => vec![principal.drawn(room)],
        }
    }
}

impl FormScreen {
    /// Adds the fields below the others.
    pub(super) fn draw_below(&self, shared: &Shared, sheet: &mut Sheet, columns: usize, rows: usize) {
        let Some(below) = &self.below else { return };
        let theme = shared.theme;
        for (field, drawn) in below.drawn(columns.saturating_sub(LABEL)).into_iter().enumerate() {
            if rows >= 12 {
                sheet.gap();
            }
            let top = sheet.lines.len();
            let here = self.focus == self.cells.len() + field;
            let (of_label, of_value) = if here { (Tone::Accent, Tone::Strong) } else { (Tone::Plain, Tone::Plain) };
            let label = theme.span(of_label, format!("{:LABEL$}", drawn.label));
            let value = match drawn.value.as_str() {
                "" => theme.span(Tone::Dim, drawn.else_used),
                value => theme.span(of_value, value),
            };
            sheet.lines.push(Line::from(vec![label, value]));
            let indent = Span::raw(" ".repeat(LABEL));
            if let Some(complaint) = &drawn.complaint {
                let before = vec![indent, theme.span(Tone::Bad, "✗ ")];
                sheet.lines.extend(hang(theme, Tone::Bad, before, complaint, columns));
            } else if here {
                sheet.lines.extend(hang(theme, Tone::Dim, vec![indent], drawn.help, columns));
            }
            if here {
                (sheet.focus, sheet.cursor) = (top..sheet.lines.len(), Some((LABEL + drawn.cursor, top)));
            }
        }
    }
}
