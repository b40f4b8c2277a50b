//! The list under a field: what is looked for, what narrows it, and what of it is taken.

use crosspull_core::find::{Named, Sought};
use crosspull_core::ids::ImageRef;
use crosspull_core::input::{Key, Page};
use crosspull_core::login::Meant;
use crosspull_core::names::Side;
use crosspull_core::sign_in::SignIn;

use super::FormScreen;
use crate::pages::side;
use crate::shared::Shared;
use crate::widgets::cell::{Cell, Value};
use crate::widgets::picker::Picker;
use crate::widgets::text_box::TextBox;

/// A list that fits what stands in a field.
struct Wanted {
    key: Key,
    sought: Sought,
    /// The text in the field.
    text: String,
    /// The part of the text that narrows the list.
    filter: String,
    /// True where the text is a whole answer already.
    whole: bool,
}

impl FormScreen {
    /// Returns true where the field in focus has a list, and is not answered already. Another namespace always goes with
    /// those that are named.
    pub fn can_list(&self) -> bool {
        self.wanted().is_some_and(|wanted| !wanted.whole || wanted.key == Key::Namespace)
    }

    /// Returns true where the field in focus has a list.
    pub fn has_list(&self) -> bool {
        self.wanted().is_some()
    }

    /// Returns true where what is in the field in focus is a whole answer, and no part of one by which a list is narrowed.
    pub fn is_whole(&self) -> bool {
        self.wanted().is_none_or(|wanted| wanted.whole || wanted.key == Key::Namespace)
    }

    /// Returns true where somebody can sign in to the tenant of the page.
    pub fn can_sign_in(&self) -> bool {
        // What is beside the routes signs in by itself: before it, one to a tenant that is named tells who one is there.
        let Some(side) = side(self.page) else { return false };
        let is_beside = matches!(self.page, Page::Login | Page::Access);
        let can = !is_beside || (self.cell(Key::sign_in(side)).is_some() && self.is_right(Key::tenant(side)));
        can && self.way().is_some_and(|way| way != SignIn::Nobody)
    }

    /// Opens the list of the field in focus, for which a key asked.
    pub fn ask(&mut self) {
        if let Some(wanted) = self.wanted() {
            self.open(wanted, true);
        }
    }

    /// Closes the list, which does not come again by itself.
    pub fn hush(&mut self) {
        (self.list, self.hushed) = (None, true);
    }

    /// Lets the list follow what stands in the field in focus. The list comes by itself where the tenant is open.
    fn follow(&mut self, open: bool) {
        let Some(wanted) = self.wanted() else {
            self.list = None;
            return;
        };
        let comes = !wanted.whole && !self.hushed && self.lists_by_itself(open);
        match &mut self.list {
            Some(list) if list.key == wanted.key && list.sought == wanted.sought => {
                let edited = wanted.text != list.opened_with;
                list.picked = picked(&wanted);
                if wanted.whole && edited && wanted.key != Key::Repository {
                    self.list = None;
                } else if wanted.whole && !edited {
                    list.narrow("");
                } else {
                    list.narrow(&wanted.filter);
                }
            }
            // Another repository, or its tags: who was let in once is let in again.
            Some(list) if list.key == wanted.key && list.len() > 0 && !wanted.whole => self.open(wanted, true),
            _ if comes => self.open(wanted, false),
            _ => self.list = None,
        }
    }

    /// Lets the list follow what stands in the field in focus, and returns the list.
    pub fn followed(&mut self, shared: &Shared) -> Option<&mut Picker> {
        self.follow(self.is_open(shared));
        self.list.as_deref_mut()
    }

    fn open(&mut self, wanted: Wanted, asked: bool) {
        let mut list = Picker::new(wanted.key, wanted.sought.clone(), &wanted.text, asked);
        list.picked = picked(&wanted);
        if !wanted.whole {
            list.narrow(&wanted.filter);
        }
        (self.list, self.hushed) = (Some(Box::new(list)), false);
    }

    /// Takes what is chosen into the field; false where nothing is. A repository is followed by its tags. A namespace goes
    /// with those that are named already, and one of these goes out.
    pub fn take(&mut self) -> bool {
        let Some(list) = &self.list else { return false };
        let Some(value) = list.taken() else { return false };
        let value = match list.sought {
            Sought::For(Key::Repository) => format!("{value}:"),
            _ => value.to_owned(),
        };
        let Some(cell) = self.cells.get_mut(self.focus) else { return false };
        let Value::Text(input) = &mut cell.value else { return false };
        let typed = input.value();
        *input = TextBox::new(&match cell.field.key {
            Key::Repository => format!("{}{value}", before_last_word(typed)),
            Key::Namespace if cell.typed => with(before_last_word(typed), &value),
            Key::Namespace => with_or_without(typed, &value),
            _ => value.clone(),
        });
        cell.changed();
        cell.typed = false;
        if value.ends_with(':') {
            self.ask()
        } else {
            self.list = None
        }
        true
    }

    /// Returns what keys do for a list that is not there yet, after the help of the field.
    pub(super) fn hint(&self, shared: &Shared) -> &'static str {
        let open = self.is_open(shared);
        match self.way() {
            _ if !self.can_list() => "",
            Some(way) if way.asks_a_person() && !open => " Down signs in and lists them.",
            _ if self.hushed || !open || !self.lists_by_itself(open) => " Down lists them.",
            _ => "",
        }
    }

    /// Returns true where nobody is asked for the list of the field in focus, and all that it needs is there. Tenants
    /// are listed before one is named, so nobody signed in to it yet.
    fn lists_by_itself(&self, open: bool) -> bool {
        let asks = self.way().is_none_or(SignIn::asks_a_person);
        open && match self.cells.get(self.focus).map(|cell| cell.field.key) {
            Some(Key::TenantA | Key::TenantB) => !asks,
            Some(Key::Namespace) => self.cells.get(self.focus).is_some_and(|cell| cell.typed),
            Some(Key::Repository) => self.is_right(Key::TenantB) && self.is_id(Key::Registry),
            // A person's own tenant is the one where none is named.
            Some(Key::Registry) if self.page == Page::Login && self.cell(Key::SignInB).is_some() => {
                self.cell(Key::TenantB).is_none_or(|cell| cell.judged().is_ok())
            }
            Some(Key::Cluster) if self.page == Page::Access => {
                self.cell(Key::TenantA).is_none_or(|cell| cell.judged().is_ok())
            }
            _ => side(self.page).is_some_and(|side| self.is_right(Key::tenant(side))),
        }
    }

    /// Returns true where the tenant of the page can be read without asking anybody: somebody signed in already, or the
    /// way asks nobody and can work here.
    pub fn is_open(&self, shared: &Shared) -> bool {
        let (Some(side), Some(way)) = (self.lists_in(), self.way()) else { return false };
        let fits = shared.simulated || !shared.here.offers(side).iter().any(|offer| offer.way == way && !offer.fits);
        shared.signed_in.of(side, &shared.answers).is_some() || (!way.asks_a_person() && fits)
    }

    /// Returns the tenant that the lists of the page are read in: its own, or the cluster's.
    fn lists_in(&self) -> Option<Side> {
        side(self.page).or_else(|| (self.page == Page::PullSecret).then_some(Side::A))
    }

    /// Returns the way to sign in to that tenant.
    pub(super) fn way(&self) -> Option<SignIn> {
        let key = Key::sign_in(self.lists_in()?);
        self.cell(key).map_or(self.way_before, |cell| SignIn::from_word(cell.text()))
    }

    fn cell(&self, key: Key) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.field.key == key)
    }

    fn is_right(&self, key: Key) -> bool {
        self.cell(key).is_some_and(|cell| !cell.text().is_empty() && cell.judged().is_ok())
    }

    /// Returns true for what is right and no name that is still to be looked up.
    fn is_id(&self, key: Key) -> bool {
        self.is_right(key) && self.cell(key).is_some_and(|cell| Named::read(key, cell.text()).is_none())
    }

    /// True for a registry's login server, where that is all that is asked.
    fn is_server(&self, cell: &Cell) -> bool {
        self.page == Page::Login && matches!(Meant::parse(cell.text()), Ok(Meant::Server(_)))
    }

    /// Returns what there is to list for the field in focus. Nobody lists what is in a tenant that nobody signs in to.
    fn wanted(&self) -> Option<Wanted> {
        let cell = self.cells.get(self.focus)?;
        let Value::Text(input) = &cell.value else { return None };
        self.way().filter(|way| *way != SignIn::Nobody)?;
        let (key, typed) = (cell.field.key, input.value());
        match key {
            Key::TenantA | Key::TenantB | Key::Cluster | Key::Registry => Some(Wanted {
                key,
                sought: Sought::For(key),
                text: typed.to_owned(),
                filter: Named::read(key, cell.text()).map_or_else(|| cell.text().to_owned(), |named| named.name),
                whole: self.is_id(key) || self.is_server(cell),
            }),
            Key::Repository if self.page != Page::Login => image(typed),
            Key::Namespace => Some(Wanted {
                key,
                sought: Sought::For(key),
                text: typed.to_owned(),
                filter: last_word(typed).to_owned(),
                whole: !cell.typed && !last_word(typed).is_empty(),
            }),
            _ => None,
        }
    }
}

/// Returns what there is to list for images: for the last of them its repository, then its tags.
fn image(typed: &str) -> Option<Wanted> {
    let word = last_word(typed);
    let wanted = |sought, filter: &str, whole| Wanted {
        key: Key::Repository,
        sought,
        text: typed.to_owned(),
        filter: filter.to_owned(),
        whole,
    };
    if word.contains(['@', '*']) {
        return None;
    }
    let Some((name, tag)) = word.rsplit_once(':') else {
        return Some(wanted(Sought::For(Key::Repository), word, false));
    };
    let repository = ImageRef::parse(name).ok()?.repository;
    Some(wanted(Sought::Tags(repository), tag, ImageRef::parse(word).is_ok()))
}

/// Returns the namespaces that stand in the field, without the one that is being typed.
fn picked(wanted: &Wanted) -> Vec<String> {
    let text = match wanted.key {
        Key::Namespace if wanted.whole => wanted.text.as_str(),
        Key::Namespace => before_last_word(&wanted.text),
        _ => "",
    };
    words(text).map(str::to_owned).collect()
}

/// Returns some words with one more, or as they are where it is among them.
fn with(text: &str, word: &str) -> String {
    let others = words(text).filter(|one| *one != word);
    others.chain([word]).collect::<Vec<_>>().join(" ")
}

/// Returns some words with one more, or without that one where it is among them.
fn with_or_without(text: &str, word: &str) -> String {
    let is_there = words(text).any(|one| one == word);
    let others = words(text).filter(|one| *one != word);
    others.chain((!is_there).then_some(word)).collect::<Vec<_>>().join(" ")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',']).filter(|word| !word.is_empty())
}

fn before_last_word(typed: &str) -> &str {
    &typed[..typed.len() - last_word(typed).len()]
}

/// Returns the last word, as far as it is typed; empty after a space.
fn last_word(typed: &str) -> &str {
    typed.rsplit([' ', ',']).next().unwrap_or_default()
}
