//! The sign-in to a registry among what all screens share: its answers stand in place of those of a run.

use crosspull_core::explain::Trouble;
use crosspull_core::input::Key;
use crosspull_core::login::{Given, SignedIn, WAYS, Who, Wish};
use crosspull_core::names::Side;
use crosspull_core::sign_in::SignIn;

use super::Shared;
use crate::here::Here;
use crate::login::{Giving, Stage};

impl Shared {
    /// Begins to ask for a sign-in of that one. It has answers of its own, which begin as those of the run.
    pub fn begin_login(&mut self, who: Who) {
        let of_run = way_of_person(self.answers.or_default(Key::SignInB));
        self.login.answers.begin(&mut self.answers);
        let before = way_of_person(self.answers.or_default(Key::SignInB)).or(of_run);
        let way = before.unwrap_or_else(|| self.here.way_of_person());
        self.answers.set(Key::SignInB, who.sign_in(way).unwrap_or(SignIn::Nobody).word());
        if self.login.who.replace(who) != Some(who) {
            self.login.own = None;
        }
    }

    /// Ends to ask for a sign-in. The answers of the run are those that hold again.
    pub fn end_login(&mut self) {
        self.login.answers.end(&mut self.answers);
    }

    /// True while a sign-in to a registry is asked for.
    pub const fn is_login(&self) -> bool {
        self.login.answers.are_in_place()
    }

    /// Returns the sign-in that is wanted, by the answers so far.
    pub fn wish(&self) -> Option<Wish> {
        let who = self.login.who.filter(|_| self.is_login())?;
        let text = |key| self.answers.get(key).map(str::to_owned);
        let own = self.login.own.clone();
        Some(Wish {
            registry: text(Key::Registry).unwrap_or_default(),
            who,
            way: way_of_person(self.answers.or_default(Key::SignInB)),
            tenant: text(Key::TenantB).filter(|_| who != Who::Token),
            repositories: self.answers.all(Key::Repository).into_iter().map(str::to_owned).collect(),
            user: own.as_ref().map(|(user, _)| user.clone()).filter(|user| !user.is_empty()),
            password: own.map(|(_, password)| password).filter(|password| !password.is_empty()),
        })
    }

    /// Begins another try. What came of the one before is forgotten; true where its secret is to be taken out of the clipboard.
    pub fn try_login(&mut self) -> bool {
        self.login.attempt = self.login.attempt.wrapping_add(1);
        self.leave_login(Stage::Goes)
    }

    /// Forgets what came of the sign-in. True where its secret is to be taken out of the clipboard.
    pub fn leave_login(&mut self, stage: Stage) -> bool {
        self.login.stage = stage;
        self.login.programs.clear();
        self.forget_secret()
    }

    /// Takes in what came of a try. What comes of an earlier one, or of one that was given up, is for nobody.
    pub fn hear_login(&mut self, attempt: u32, entered: Result<Box<SignedIn>, Trouble>) {
        if attempt != self.login.attempt || !matches!(self.login.stage, Stage::Goes) {
            return;
        }
        self.login.stage = match entered {
            Ok(told) => {
                // In the demo what they are given would go with it.
                let programs = told.programs.iter().filter(|_| !self.simulated);
                self.login.programs = programs.map(|name| (*name, Giving::NotYet)).collect();
                Stage::SignedIn(told)
            }
            Err(trouble) => Stage::Refused(Box::new(trouble)),
        };
    }

    /// Takes in what became of the sign-in of a try at a program. An earlier one's is for nobody.
    pub fn hear_given(&mut self, attempt: u32, given: Given) {
        if attempt != self.login.attempt {
            return;
        }
        if let Some((_, giving)) = self.login.programs.iter_mut().find(|(name, _)| *name == given.program) {
            *giving = Giving::Over(given);
        }
    }
}

impl Here {
    /// Returns the way that suits this place for a person.
    fn way_of_person(&self) -> SignIn {
        let mut fitting = self.offers(Side::B).iter().filter(|offer| offer.fits);
        fitting.find_map(|offer| way_of_person(offer.way.word())).unwrap_or(SignIn::AzureCli)
    }
}

/// Returns the way of a word, where it is one in which a person signs in to a registry.
fn way_of_person(word: &str) -> Option<SignIn> {
    let known = WAYS.iter().any(|(known, _)| *known == word);
    SignIn::from_word(word).filter(|_| known)
}
