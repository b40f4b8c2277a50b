//! The form of a sign-in to a registry: the fields that the one who signs in has, and below them the registry's own user.

use crosspull_core::input::{Complaint, Key, Page};
use crosspull_core::login::{self, Meant, Who};
use crosspull_core::sign_in::SignIn;

use super::FormScreen;
use super::below::{Below, OwnUser};
use crate::msg::{Effect, Notice};
use crate::screen::{Go, Reaction};
use crate::shared::Shared;
use crate::widgets::cell::Cell;

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
            OwnUser::new(who, name, password)
        });
        let mut form = Self { below: own.map(Below::OwnUser), ..Self::of(Page::Login, cells, way) };
        form.lacks_server();
        form
    }

    /// Returns the place of the field for the registry, where its own user signs in and its host is not named. That is
    /// complained about at once, before a password is typed.
    pub(super) fn lacks_server(&mut self) -> Option<usize> {
        let own = self.own_user().is_some_and(OwnUser::signs_in);
        let place = self.cells.iter().position(|cell| cell.field.key == Key::Registry).filter(|_| own)?;
        let cell = self.cells.get_mut(place)?;
        let unnamed = matches!(Meant::parse(cell.text()), Ok(Meant::Name(_) | Meant::Id(_)));
        if unnamed {
            cell.complaint = Some(login::NEEDS_SERVER.to_owned());
        }
        unnamed.then_some(place)
    }

    /// Goes on to the sign-in where nothing is wrong with the answers, else to the first that needs something.
    pub(super) fn submit_login(&mut self, shared: &mut Shared) -> Vec<Reaction> {
        shared.login.own = self.own_user().map(OwnUser::typed);
        let Some(wish) = shared.wish() else { return Vec::new() };
        let wrong = self.complain(&self.wrong_of_login(&wish));
        if wrong > 0 {
            shared.notice =
                Some(Notice::bad(if wrong == 1 { "One answer needs a look." } else { "Some answers need a look." }));
            return Vec::new();
        }
        let at_name = self.focus == self.cells.len();
        if self.own_user().is_some() && wish.user.is_none() && (wish.who == Who::Token || wish.password.is_some()) {
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
            Some(Complaint::of(cell.field.key, text))
        });
        let judged: Vec<Complaint> = judged.collect();
        match Meant::parse(&wish.registry) {
            Ok(registry) if judged.is_empty() => wish.wrong(&registry),
            _ => judged,
        }
    }

    /// Goes back to the question who will use it.
    pub(super) fn leave_login(&mut self, shared: &mut Shared) -> Vec<Reaction> {
        shared.login.own = self.own_user().map(OwnUser::typed);
        shared.end_login();
        vec![Reaction::Go(Go::Who)]
    }

    const fn own_user(&self) -> Option<&OwnUser> {
        if let Some(Below::OwnUser(own)) = &self.below { Some(own) } else { None }
    }
}

/// Signs in, and shows that.
pub(crate) fn begin(shared: &mut Shared) -> Vec<Reaction> {
    let clears = shared.try_login();
    let enter = Effect::EnterRegistry { attempt: shared.login.attempt };
    let effects = clears.then_some(Effect::ClearClipboard).into_iter().chain([enter]);
    effects.map(Reaction::Do).chain([Reaction::Go(Go::Login)]).collect()
}
