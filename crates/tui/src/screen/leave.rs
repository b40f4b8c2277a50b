//! A question: leave, though something is lost by it?

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::{Reaction, View};
use crate::keys::{Action, Context};
use crate::msg::Effect;
use crate::shared::Shared;
use crate::spoken::{Answer, Row, Spoken};
use crate::theme::Tone;
use crate::widgets::button::buttons;
use crate::widgets::lines::block;
use crate::widgets::sheet::Sheet;

/// Leave, though something is lost by it?
#[derive(Debug)]
pub(crate) struct LeaveLayer {
    /// True where the focus is on yes.
    yes: bool,
    /// True where the run is over, so that what is lost is its secret and not the answers.
    at_end: bool,
    /// True where the secret was taken out of the clipboard while it was asked what is to become of it there.
    pub cleared: bool,
}

impl LeaveLayer {
    /// Opens the question with the focus on no.
    pub const fn new(at_end: bool, cleared: bool) -> Self {
        Self { yes: false, at_end, cleared }
    }

    /// Returns what is lost.
    fn loses(&self, shared: &Shared) -> &'static str {
        let run = &shared.live.run;
        match (self.at_end, self.cleared) {
            (_, true) if run.gave_secret() || run.reset_was_sent() => {
                "The clipboard was cleared: the secret is nowhere but in the cluster."
            }
            (_, true) => "The clipboard was cleared: the secret is gone.",
            (true, false) => "crosspull does not keep the secret. Leave without it?",
            (false, false) => "Nothing was written. The answers are not kept.",
        }
    }
}

impl View for LeaveLayer {
    fn context(&self, _: &Shared) -> Context {
        Context::Question
    }

    /// A secret is lost by no key that was meant for the screen below.
    fn writes(&self, _: &Shared, action: Action) -> bool {
        let leaves = match action {
            Action::Yes | Action::Stop => true,
            Action::GoOn => self.yes,
            _ => false,
        };
        leaves && (self.at_end || self.cleared)
    }

    fn on(&mut self, _: &mut Shared, action: Action) -> Vec<Reaction> {
        let yes = match action {
            Action::Left | Action::Right => {
                self.yes = !self.yes;
                return Vec::new();
            }
            Action::Yes => true,
            Action::GoOn => self.yes,
            Action::No | Action::Back => false,
            _ => return Vec::new(),
        };
        std::iter::once(Reaction::Close).chain(yes.then_some(Reaction::Do(Effect::Leave))).collect()
    }

    fn spoken(&self, shared: &Shared, _: Timestamp) -> Spoken {
        let go = if self.cleared { "Leave without it" } else { "Leave" };
        let rows = [go, "Stay"].map(|words| Row::new(words, [""; 0])).into();
        let mut spoken = Spoken::choice("Leave?", rows, Some(1)).losing();
        spoken.lines.push(self.loses(shared).to_owned());
        spoken
    }

    fn said(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        match answer {
            Answer::Number(0) => self.on(shared, Action::Yes),
            _ => self.on(shared, Action::No),
        }
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, _: Timestamp) -> Sheet {
        let go = if self.cleared { "Leave without it" } else { "Leave" };
        let mut sheet = Sheet::new(Span::raw("Leave?"));
        sheet.lines.extend(block(shared.theme, Tone::Plain, self.loses(shared), 0, columns));
        sheet.foot = vec![Line::default(), buttons(shared.theme, go, "Stay", self.yes)];
        sheet
    }
}
