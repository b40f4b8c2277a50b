//! A place for a file: where to save the secret or the plan.

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::text::Span;

use super::{Reaction, View};
use crate::keys::{Action, Context};
use crate::msg::{Effect, Notice};
use crate::shared::Shared;
use crate::theme::Tone;
use crate::widgets::lines::block;
use crate::widgets::sheet::Sheet;
use crate::widgets::text_box::TextBox;
use crate::words::plan_text::plan_text;

/// A thing to save in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Saving {
    Secret,
    Plan,
}

/// A question: where to save?
#[derive(Debug)]
pub(crate) struct PathLayer {
    what: Saving,
    /// The path, as typed.
    input: TextBox,
}

impl PathLayer {
    /// Opens the question with a path filled in.
    pub fn new(what: Saving, path: &str) -> Self {
        Self { what, input: TextBox::new(path) }
    }
}

impl View for PathLayer {
    fn context(&self, _: &Shared) -> Context {
        Context::Path
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        match action {
            Action::GoOn => self.save(shared),
            Action::Back => vec![Reaction::Close],
            _ => Vec::new(),
        }
    }

    fn typed(&mut self, _: &mut Shared, key: &KeyEvent) {
        self.input.key(key);
    }

    fn pasted(&mut self, _: &mut Shared, text: &str) {
        self.input.paste(text);
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, _: Timestamp) -> Sheet {
        let (text, cursor) = self.input.view(columns);
        let mut sheet = Sheet::new(Span::raw(match self.what {
            Saving::Secret => "Save the secret",
            Saving::Plan => "Save the plan",
        }));
        let hint = match self.what {
            Saving::Secret => "A new file, readable by you alone. It must not exist yet.",
            Saving::Plan => "A new file. It holds no secret. It must not exist yet.",
        };
        sheet.lines.extend(block(shared.theme, Tone::Dim, hint, 0, columns));
        sheet.gap();
        sheet.cursor = Some((cursor, sheet.lines.len()));
        sheet.lines.push(shared.theme.span(Tone::Strong, text).into());
        let lines = sheet.lines.len();
        sheet.focus = lines.saturating_sub(1)..lines;
        sheet
    }
}

impl PathLayer {
    /// Lets the shell save, which says what became of that. Without a path the question stays.
    fn save(&self, shared: &mut Shared) -> Vec<Reaction> {
        let path = self.input.value().trim().to_owned();
        if path.is_empty() {
            shared.notice = Some(Notice::bad("Give the path of a new file."));
            return Vec::new();
        }
        let plan = || Some(plan_text(shared.live.plan()?, &shared.live.run, &shared.answers));
        let effect = match self.what {
            Saving::Secret => Some(Effect::SaveSecret { path }),
            Saving::Plan => plan().map(|text| Effect::SavePlan { path, text }),
        };
        std::iter::once(Reaction::Close).chain(effect.map(Reaction::Do)).collect()
    }
}
