//! The fields for the registry's own user.

use crosspull_core::login::Who;
use crosspull_core::secret::Secret;
use crosspull_core::text::clean;
use crossterm::event::KeyEvent;

use super::Drawn;
use crate::widgets::hidden_box::HiddenBox;
use crate::widgets::text_box::TextBox;

/// The user of the registry's own, with the password: two fields below the others.
#[derive(Debug)]
pub(in super::super) struct OwnUser {
    who: Who,
    name: TextBox,
    password: HiddenBox,
}

impl OwnUser {
    /// The number of its fields.
    pub const FIELDS: usize = 2;

    /// Creates the fields with what is in them.
    pub fn new(who: Who, name: &str, password: &str) -> Self {
        Self { who, name: TextBox::new(name), password: HiddenBox::new(password) }
    }

    /// Takes a key for one of the fields.
    pub fn key(&mut self, field: usize, key: &KeyEvent) {
        let _ = if field == 0 { self.name.key(key) } else { self.password.key(key) };
    }

    /// Takes a paste for one of the fields.
    pub fn paste(&mut self, field: usize, text: &str) {
        if field == 0 { self.name.paste(text) } else { self.password.paste(text) }
    }

    /// Puts a text in one of the fields, in place of what is there.
    pub fn put(&mut self, field: usize, text: &str) {
        if field == 0 { self.name = TextBox::new(text) } else { self.password = HiddenBox::new(text) }
    }

    /// Returns the fields as they are drawn in that many columns.
    pub fn drawn(&self, room: usize) -> [Drawn; Self::FIELDS] {
        let (name, at) = self.name.view(room);
        let password = self.password.view(room);
        let dots = password.chars().count();
        [("User name", name, at), ("Password", password, dots)].map(|(label, value, cursor)| {
            let help = self.help(usize::from(label == "Password"));
            Drawn { label, value, cursor, else_used: "", help, complaint: None }
        })
    }

    /// Returns true where a user of the registry's own is to sign in: a token always, its admin once a name is typed.
    pub fn signs_in(&self) -> bool {
        self.who == Who::Token || !clean(self.name.value()).is_empty()
    }

    /// Returns what is in them.
    pub fn typed(&self) -> (String, Secret) {
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
