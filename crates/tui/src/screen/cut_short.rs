//! A question: wait no longer before the reset?

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::{Reaction, View};
use crate::keys::{Action, Context};
use crate::msg::Effect;
use crate::shared::Shared;
use crate::spoken::{Answer, Spoken};
use crate::theme::Tone;
use crate::widgets::button::buttons;
use crate::widgets::lines::block;
use crate::widgets::sheet::Sheet;
use crate::words::reset;

/// Wait no longer before the reset?
#[derive(Debug, Default)]
pub(crate) struct CutShortLayer {
    /// True where the focus is on yes.
    yes: bool,
}

impl View for CutShortLayer {
    /// Keys typed ahead must not answer with yes.
    fn context(&self, _: &Shared) -> Context {
        Context::Reset
    }

    fn writes(&self, _: &Shared, action: Action) -> bool {
        action == Action::GoOn && self.yes
    }

    fn on(&mut self, _: &mut Shared, action: Action) -> Vec<Reaction> {
        match action {
            Action::Left | Action::Right => self.yes = !self.yes,
            Action::GoOn if self.yes => return vec![Reaction::Close, Reaction::Do(Effect::CutShort)],
            Action::GoOn | Action::Back => return vec![Reaction::Close],
            _ => {}
        }
        Vec::new()
    }

    fn spoken(&self, _: &Shared, _: Timestamp) -> Spoken {
        Spoken { lines: vec![reset::short_wait()], ..Spoken::titled("Wait no longer?") }.yes("Wait no longer?")
    }

    fn said(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        match answer {
            Answer::Yes => {
                self.yes = true;
                self.on(shared, Action::GoOn)
            }
            _ => Vec::new(),
        }
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, _: Timestamp) -> Sheet {
        let mut sheet = Sheet::new(Span::raw("Wait no longer?"));
        sheet.lines.extend(block(shared.theme, Tone::Plain, &reset::short_wait(), 0, columns));
        sheet.foot = vec![Line::default(), buttons(shared.theme, "Wait no longer", "Wait", self.yes)];
        sheet
    }
}
