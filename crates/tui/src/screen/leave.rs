//! A question: leave, though something is lost by it?

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::{Reaction, View, to_answers};
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
    /// True where it is not the program that is left, but the end of a run for its answers.
    to_answers: bool,
    /// True where the secret was taken out of the clipboard while it was asked what is to become of it there.
    pub cleared: bool,
}

impl LeaveLayer {
    /// Opens the question with the focus on no.
    pub const fn new(at_end: bool, cleared: bool) -> Self {
        Self { yes: false, at_end, to_answers: false, cleared }
    }

    /// Opens the question whether to go back to the answers though nobody has the secret of the run that ended.
    pub const fn to_answers() -> Self {
        Self { yes: false, at_end: true, to_answers: true, cleared: false }
    }

    /// Returns the question, and the words of yes.
    const fn asks(&self) -> (&'static str, &'static str) {
        match (self.to_answers, self.cleared) {
            (true, _) => ("Leave this run?", "Leave it"),
            (false, true) => ("Leave?", "Leave without it"),
            (false, false) => ("Leave?", "Leave"),
        }
    }

    /// Returns what is lost.
    fn loses(&self, shared: &Shared) -> &'static str {
        let run = &shared.live.run;
        match (self.at_end, self.cleared) {
            (_, true) if run.gave_secret() || run.reset_was_sent() => {
                "The clipboard was cleared: the secret is nowhere but in the cluster."
            }
            (_, true) => "The clipboard was cleared: the secret is gone.",
            (true, false) if self.to_answers => "Its secret is in no file, and another run makes another one.",
            (true, false) => "crosspull does not keep the secret. Leave without it?",
            (false, false) if shared.wrote => "Nothing more was written. The answers are not kept.",
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

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
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
        let then = match (yes, self.to_answers) {
            (false, _) => Vec::new(),
            (true, true) => to_answers(shared),
            (true, false) => vec![Reaction::Do(Effect::Leave)],
        };
        std::iter::once(Reaction::Close).chain(then).collect()
    }

    fn spoken(&self, shared: &Shared, _: Timestamp) -> Spoken {
        let (question, go) = self.asks();
        let rows = [go, "Stay"].map(|words| Row::new(words, [""; 0])).into();
        let mut spoken = Spoken::choice(question, rows, Some(1)).losing();
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
        let (question, go) = self.asks();
        let mut sheet = Sheet::new(Span::raw(question));
        sheet.lines.extend(block(shared.theme, Tone::Plain, self.loses(shared), 0, columns));
        sheet.foot = vec![Line::default(), buttons(shared.theme, go, "Stay", self.yes)];
        sheet
    }
}
