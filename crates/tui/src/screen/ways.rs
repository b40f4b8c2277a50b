//! Other ways to sign in, since one did not work.

use crosspull_core::explain::Trouble;
use crosspull_core::names::Side;
use crosspull_core::sign_in::{Offer, SignIn, next_way};
use crosspull_core::wording::Front;
use jiff::Timestamp;
use ratatui::style::Modifier;
use ratatui::text::Span;

use super::{Reaction, View};
use crate::keys::{Action, Context, Move};
use crate::shared::Shared;
use crate::spoken::{Answer, Row, Spoken};
use crate::theme::Tone;
use crate::widgets::lines::{block, hang};
use crate::widgets::sheet::Sheet;

/// The layer that tells why a sign-in did not work, and offers the other ways that fit the place.
#[derive(Debug)]
pub(crate) struct WaysLayer {
    side: Side,
    /// The reason why it did not work.
    trouble: Box<Trouble>,
    /// The ways that fit.
    offers: Vec<Offer>,
    /// The place of the chosen one among them.
    chosen: usize,
}

impl WaysLayer {
    /// Opens the choice after a way `failed`.
    pub fn new(shared: &Shared, side: Side, failed: SignIn, trouble: Trouble) -> Self {
        let all = shared.here.offers(side);
        let others = all.iter().filter(|offer| offer.fits && offer.way != failed && offer.way != SignIn::Nobody);
        let offers: Vec<Offer> = others.copied().collect();
        let next = next_way(all, failed);
        let chosen = offers.iter().position(|offer| Some(*offer) == next).unwrap_or(0);
        Self { side, trouble: Box::new(trouble), offers, chosen }
    }

    fn along(&mut self, way: Move) {
        let last = self.offers.len().saturating_sub(1);
        self.chosen = match way {
            Move::Up | Move::PageUp => self.chosen.saturating_sub(1),
            Move::Down | Move::PageDown => self.chosen.saturating_add(1).min(last),
            Move::First => 0,
            Move::Last => last,
        };
    }
}

impl View for WaysLayer {
    fn context(&self, _: &Shared) -> Context {
        Context::Ways
    }

    fn on(&mut self, _: &mut Shared, action: Action) -> Vec<Reaction> {
        match action {
            Action::Move(way) => {
                self.along(way);
                Vec::new()
            }
            Action::GoOn => {
                let taken = self.offers.get(self.chosen).copied().map(Reaction::SignInBy);
                std::iter::once(Reaction::Close).chain(taken).collect()
            }
            Action::Back => vec![Reaction::Close],
            _ => Vec::new(),
        }
    }

    fn spoken(&self, shared: &Shared, _: Timestamp) -> Spoken {
        let Self { side, trouble, offers, chosen } = self;
        let texts = [trouble.why.clone(), trouble.now.told(Front::Fields)].into_iter().filter(|text| !text.is_empty());
        let refusal = trouble.refusal.iter().flat_map(|refusal| refusal.lines(shared.holding().cloud()));
        let lines = texts.chain(refusal).collect();
        let title = format!("Sign-in to tenant {side} did not work");
        if offers.is_empty() {
            return Spoken { lines, ..Spoken::titled(title) };
        }
        let rows = offers.iter().map(|offer| Row::new(offer.way.word(), [offer.why])).collect();
        Spoken { lines, ..Spoken::choice(title, rows, Some(*chosen)) }
    }

    fn said(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        let Answer::Number(at) = answer else { return Vec::new() };
        self.chosen = *at;
        self.on(shared, Action::GoOn)
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, _: Timestamp) -> Sheet {
        let Self { side, trouble, offers, chosen } = self;
        let mut sheet = Sheet::new(Span::raw(format!("Sign-in to tenant {side} did not work")));
        let theme = shared.theme;
        for text in [&trouble.why, &trouble.now.told(Front::Fields)].into_iter().filter(|text| !text.is_empty()) {
            sheet.lines.extend(block(theme, Tone::Plain, text, 0, columns));
        }
        for text in trouble.refusal.iter().flat_map(|refusal| refusal.lines(shared.holding().cloud())) {
            sheet.lines.extend(block(theme, Tone::Dim, &text, 0, columns));
        }
        sheet.gap();
        if offers.is_empty() {
            sheet.lines.extend(block(theme, Tone::Dim, "No other way fits this place.", 0, columns));
        }
        for (at, offer) in offers.iter().enumerate() {
            let on = at == *chosen;
            let name = format!("{}{:18}", if on { "▸ " } else { "  " }, offer.way.word());
            let name = theme.span(if on { Tone::Strong } else { Tone::Plain }, name);
            let name = if on { name.patch_style(Modifier::REVERSED) } else { name };
            if on {
                sheet.focus = sheet.lines.len()..sheet.lines.len() + 1;
            }
            sheet.lines.extend(hang(theme, Tone::Dim, vec![name, Span::raw("  ")], offer.why, columns));
        }
        sheet
    }
}
