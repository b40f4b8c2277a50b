//! A question: leave, and what is to become of the secret that is in the clipboard alone?

use jiff::Timestamp;
use ratatui::text::{Line, Span};

use super::{Reaction, View};
use crate::here::Clipboard;
use crate::keys::{Action, Context};
use crate::msg::Effect;
use crate::secret::Copied;
use crate::shared::Shared;
use crate::spoken::{Answer, Row, Spoken};
use crate::theme::Tone;
use crate::widgets::button::button;
use crate::widgets::lines::block;
use crate::widgets::sheet::Sheet;

/// An answer to what is to become of a secret in the clipboard when the program is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parting {
    /// The secret stays in the clipboard.
    Keep,
    /// The secret is taken out of it.
    Clear,
    /// Nothing: the program is not left.
    Stay,
}

impl Parting {
    /// Returns the answers that there are. A clipboard that goes with the program keeps nothing.
    pub const fn all(goes: bool) -> &'static [Self] {
        if goes { &[Self::Clear, Self::Stay] } else { &[Self::Keep, Self::Clear, Self::Stay] }
    }

    /// Returns the words of the answer's button.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Keep => "Leave it there",
            Self::Clear => "Clear it",
            Self::Stay => "Stay",
        }
    }

    /// Returns the answer beside it; after the last one comes the first.
    pub fn beside(self, goes: bool, forward: bool) -> Self {
        let all = Self::all(goes);
        let at = all.iter().position(|one| *one == self).unwrap_or(0);
        let to = at + if forward { 1 } else { all.len() - 1 };
        all.get(to % all.len()).copied().unwrap_or(self)
    }
}

/// Leave, and what is to become of the secret that is in the clipboard alone?
#[derive(Debug)]
pub(crate) struct ClipboardLayer {
    /// The answer in focus.
    chosen: Parting,
}

impl ClipboardLayer {
    /// Opens the question with the focus on the answer that changes nothing.
    pub const fn new() -> Self {
        Self { chosen: Parting::Stay }
    }
}

impl View for ClipboardLayer {
    fn context(&self, _: &Shared) -> Context {
        Context::Clipboard
    }

    fn offers(&self, shared: &Shared, action: Action) -> bool {
        action != Action::KeepCopied || !shared.here.clipboard.goes()
    }

    /// A secret is lost by no key that was meant for the screen below.
    fn writes(&self, shared: &Shared, action: Action) -> bool {
        match action {
            Action::KeepCopied => self.offers(shared, action),
            Action::ClearCopied => true,
            Action::GoOn => self.chosen != Parting::Stay,
            _ => false,
        }
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        let goes = shared.here.clipboard.goes();
        match action {
            Action::Left => self.chosen = self.chosen.beside(goes, false),
            Action::Right => self.chosen = self.chosen.beside(goes, true),
            Action::GoOn => return part(shared, self.chosen),
            Action::KeepCopied if !goes => return part(shared, Parting::Keep),
            Action::ClearCopied => return part(shared, Parting::Clear),
            Action::Back => return part(shared, Parting::Stay),
            _ => {}
        }
        Vec::new()
    }

    fn spoken(&self, shared: &Shared, _: Timestamp) -> Spoken {
        let answers = Parting::all(shared.here.clipboard.goes());
        let chosen = answers.iter().position(|answer| *answer == self.chosen);
        let rows = answers.iter().map(|answer| Row::new(answer.words(), [""; 0])).collect();
        let mut spoken = Spoken::choice("Leave?", rows, chosen).losing();
        spoken.lines.push(says(shared));
        spoken
    }

    fn said(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        let Answer::Number(at) = answer else { return Vec::new() };
        let answer = Parting::all(shared.here.clipboard.goes()).get(*at).copied();
        answer.map_or_else(Vec::new, |answer| part(shared, answer))
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, _: Timestamp) -> Sheet {
        let (theme, goes) = (shared.theme, shared.here.clipboard.goes());
        let mut sheet = Sheet::new(Span::raw("Leave?"));
        sheet.lines.extend(block(theme, Tone::Plain, &says(shared), 0, columns));
        let all = Parting::all(goes).iter().map(|answer| button(theme, answer.words(), *answer == self.chosen));
        let all: Vec<Span> = all.collect();
        // In the smallest window there is no room between them but their own.
        let between = if all.iter().map(|button| button.width() + 3).sum::<usize>() <= columns { "   " } else { "" };
        let row = all.into_iter().flat_map(|button| [button, Span::raw(between)]).collect();
        sheet.foot = vec![Line::default(), row];
        sheet
    }
}

/// Returns where the secret is.
fn says(shared: &Shared) -> String {
    let says = match shared.here.clipboard {
        Clipboard::Own => "The secret is in the clipboard alone, in no file. It goes from there when crosspull ends.",
        Clipboard::File => "The secret is in the file for copies alone, which goes when crosspull ends.",
        Clipboard::Terminals | Clipboard::Nowhere => "The secret was only sent to your terminal's clipboard.",
    };
    says.to_owned()
}

/// Leaves as was answered.
fn part(shared: &mut Shared, answer: Parting) -> Vec<Reaction> {
    let clears = match answer {
        Parting::Stay => return vec![Reaction::Close],
        Parting::Keep => {
            shared.copied = Some(Copied::Kept);
            None
        }
        // Also where the time was taken away.
        Parting::Clear => {
            shared.copied = None;
            Some(Effect::ClearClipboard)
        }
    };
    let effects = clears.into_iter().chain([Effect::Leave]).map(Reaction::Do);
    std::iter::once(Reaction::Close).chain(effects).collect()
}
