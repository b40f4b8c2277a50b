//! The form of a sign-in to a registry: the fields that the one who signs in has, and below them the registry's own user.

use crosspull_core::input::{Complaint, Key, Page};
use crosspull_core::login::{self, Meant, Who};
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::SignIn;
use crosspull_core::text::clean;
use crossterm::event::KeyEvent;
use ratatui::text::{Line, Span};

use super::FormScreen;
use crate::msg::{Effect, Notice};
use crate::screen::{Go, Reaction};
use crate::shared::Shared;
use crate::theme::Tone;
use crate::widgets::cell::{Cell, LABEL};
use crate::widgets::hidden_box::HiddenBox;
use crate::widgets::lines::hang;
use crate::widgets::sheet::Sheet;
use crate::widgets::text_box::TextBox;

/// The user of the registry's own, with the password: two fields below the others.
#[derive(Debug)]
pub(super) struct OwnUser {
    who: Who,
    name: TextBox,
    password: HiddenBox,
}

impl OwnUser {
    /// The number of its fields.
    pub const FIELDS: usize = 2;

    /// Takes a key for one of the fields.
    pub fn key(&mut self, field: usize, key: &KeyEvent) {
        let _ = if field == 0 { self.name.key(key) } else { self.password.key(key) };
    }

    /// Takes a paste for one of the fields.
    pub fn paste(&mut self, field: usize, text: &str) {
        if field == 0 { self.name.paste(text) } else { self.password.paste(text) }
    }

    fn typed(&self) -> (String, Secret) {
        (clean(self.name.value()).to_owned(), self.password.secret())
    }

    /// Returns what a field is for.
    const fn help(&self, field: usize) -> &'static str {
        match (self.who, field) {
            (Who::Admin, 0) => {
                "The admin account's name. Where it is empty, Azure is asked for it and for its password."
            }
            (_, 0) => "The name of the token, as the registry lists it.",
            _ => "One of its passwords. It may be in CROSSPULL_REGISTRY_PASSWORD in place of here.",
        }
    }
}

impl FormScreen {
    /// Opens the form of the one who signs in to a registry, with the answers so far.
    pub fn login(shared: &Shared) -> Self {
        let who = shared.login.who.unwrap_or(Who::Me);
        let asks = |key| match key {
            Key::TenantB => who != Who::Token,
            Key::SignInB => matches!(who, Who::Me | Who::Admin),
            _ => true,
        };
        let fields = login::FIELDS.iter().filter(|field| asks(field.key));
        let cells = fields.map(|field| Cell::new(field, &shared.answers)).collect();
        let way = SignIn::from_word(shared.answers.or_default(Key::SignInB));
        let own = matches!(who, Who::Admin | Who::Token).then(|| {
            let (name, password) = shared.login.own.as_ref().map_or(("", ""), |(name, secret)| (name, secret.reveal()));
            OwnUser { who, name: TextBox::new(name), password: HiddenBox::new(password) }
        });
        Self { own, ..Self::of(Page::Login, cells, way) }
    }

    /// Goes on to the sign-in where nothing is wrong with the answers, else to the first that needs something.
    pub(super) fn submit_login(&mut self, shared: &mut Shared) -> Vec<Reaction> {
        shared.login.own = self.own.as_ref().map(OwnUser::typed);
        let Some(wish) = shared.wish() else { return Vec::new() };
        let wrong = self.complain(&self.wrong_of_login(&wish));
        if wrong > 0 {
            shared.notice =
                Some(Notice::bad(if wrong == 1 { "One answer needs a look." } else { "Some answers need a look." }));
            return Vec::new();
        }
        let at_name = self.focus == self.cells.len();
        if self.own.is_some() && wish.user.is_none() && (wish.who == Who::Token || wish.password.is_some()) {
            shared.notice = at_name.then(|| Notice::bad("A registry's own user signs in by name and password."));
            self.go_to(self.cells.len());
            return Vec::new();
        }
        begin(shared)
    }

    /// Returns what is wrong with the answers.
    fn wrong_of_login(&self, wish: &login::Wish) -> Vec<Complaint> {
        let judged = self.cells.iter().filter_map(|cell| {
            let text = cell.judged().err().or_else(|| {
                let lacks = cell.field.key == Key::Registry && cell.text().is_empty();
                lacks.then(|| format!("missing. {}", cell.field.help))
            })?;
            Some(Complaint { key: Some(cell.field.key), text })
        });
        let judged: Vec<Complaint> = judged.collect();
        match Meant::parse(&wish.registry) {
            Ok(registry) if judged.is_empty() => wish.wrong(&registry),
            _ => judged,
        }
    }

    /// Goes back to the question who will use it.
    pub(super) fn leave_login(&mut self, shared: &mut Shared) -> Vec<Reaction> {
        shared.login.own = self.own.as_ref().map(OwnUser::typed);
        shared.end_login();
        vec![Reaction::Go(Go::Who)]
    }

    /// Adds the fields of the registry's own user.
    pub(super) fn draw_own(&self, shared: &Shared, sheet: &mut Sheet, columns: usize, rows: usize) {
        let Some(own) = &self.own else { return };
        let theme = shared.theme;
        let room = columns.saturating_sub(LABEL);
        let (name, at) = own.name.view(room);
        let password = own.password.view(room);
        let cursor = password.chars().count();
        for (field, (label, value, cursor)) in
            [("User name", name, at), ("Password", password, cursor)].into_iter().enumerate()
        {
            if rows >= 12 {
                sheet.gap();
            }
            let top = sheet.lines.len();
            let here = self.focus == self.cells.len() + field;
            let (of_label, of_value) = if here { (Tone::Accent, Tone::Strong) } else { (Tone::Plain, Tone::Plain) };
            sheet
                .lines
                .push(Line::from(vec![theme.span(of_label, format!("{label:LABEL$}")), theme.span(of_value, value)]));
            if here {
                let before = vec![Span::raw(" ".repeat(LABEL))];
                sheet.lines.extend(hang(theme, Tone::Dim, before, own.help(field), columns));
                (sheet.focus, sheet.cursor) = (top..sheet.lines.len(), Some((LABEL + cursor, top)));
            }
        }
    }
}

/// Signs in, and shows that.
pub(crate) fn begin(shared: &mut Shared) -> Vec<Reaction> {
    let clears = shared.try_login();
    let enter = Effect::EnterRegistry { attempt: shared.login.attempt };
    let effects = clears.then_some(Effect::ClearClipboard).into_iter().chain([enter]);
    effects.map(Reaction::Do).chain([Reaction::Go(Go::Login)]).collect()
}
