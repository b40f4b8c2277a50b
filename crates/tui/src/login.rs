//! A sign-in to a registry: who wants it, by which answers, and what came of it.

use crosspull_core::explain::Trouble;
use crosspull_core::login::{Given, SignedIn, Who};
use crosspull_core::secret::Secret;

use crate::own_answers::OwnAnswers;

/// A sign-in to a registry.
#[derive(Debug, Default)]
pub(crate) struct Login {
    /// The one who signs in.
    pub who: Option<Who>,
    /// The answers of the sign-in, which has its own.
    pub answers: OwnAnswers,
    /// The user of the registry's own, with the password.
    pub own: Option<(String, Secret)>,
    pub stage: Stage,
    /// Tells the answer to this try from one to an earlier try.
    pub attempt: u32,
    /// The programs that can get the sign-in, each with what became of that.
    pub programs: Vec<(&'static str, Giving)>,
}

/// The stage of a sign-in.
#[derive(Debug, Default)]
pub(crate) enum Stage {
    /// Nobody signs in.
    #[default]
    Nobody,
    /// Somebody is about to.
    Goes,
    Refused(Box<Trouble>),
    SignedIn(Box<SignedIn>),
}

/// What became of the sign-in at a program.
#[derive(Debug, Clone)]
pub(crate) enum Giving {
    NotYet,
    Goes,
    Over(Given),
}

impl Login {
    /// Returns true while somebody is signing in, or a program is being given the sign-in.
    pub fn moves(&self) -> bool {
        matches!(self.stage, Stage::Goes) || self.programs.iter().any(|(_, giving)| matches!(giving, Giving::Goes))
    }
}
