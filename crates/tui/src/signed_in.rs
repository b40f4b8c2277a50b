//! The accounts that signed in to the tenants.

use crosspull_core::input::{Answers, Key};
use crosspull_core::names::Side;
use crosspull_core::sign_in::Entered;

/// The accounts that signed in to the tenants, as long as the answers are those that they signed in by.
#[derive(Debug, Default)]
pub(crate) struct SignedIn {
    known: [Option<(By, Entered)>; 2],
    /// The answers that somebody is signing in by.
    asked: [Option<By>; 2],
    /// True where the operator stopped that.
    stopped: [bool; 2],
}

/// The answers that somebody signs in by: tenant, way, cloud and another sign-in host.
type By = [String; 4];

const fn place(side: Side) -> usize {
    match side {
        Side::A => 0,
        Side::B => 1,
    }
}

fn by(side: Side, answers: &Answers) -> By {
    [Key::tenant(side), Key::sign_in(side), Key::Cloud, Key::LoginHost].map(|key| answers.or_default(key).to_owned())
}

impl SignedIn {
    /// Takes in that somebody is asked to sign in.
    pub fn ask(&mut self, side: Side, answers: &Answers) {
        self.asked[place(side)] = Some(by(side, answers));
        self.stopped[place(side)] = false;
    }

    /// Takes in who signed in.
    pub fn hear(&mut self, side: Side, entered: Entered, answers: &Answers) {
        self.stopped[place(side)] = false;
        let by = self.asked[place(side)].take().unwrap_or_else(|| by(side, answers));
        self.known[place(side)] = Some((by, entered));
    }

    /// Takes in that the operator stopped the sign-in.
    pub const fn stop(&mut self, side: Side) {
        self.stopped[place(side)] = true;
    }

    /// Takes in that nobody signed in. Returns true where that is what the operator wanted.
    pub fn forget(&mut self, side: Side) -> bool {
        self.asked[place(side)] = None;
        std::mem::take(&mut self.stopped[place(side)])
    }

    /// Returns who signed in by these answers.
    pub fn of(&self, side: Side, answers: &Answers) -> Option<&Entered> {
        self.known[place(side)].as_ref().filter(|(known, _)| *known == by(side, answers)).map(|(_, entered)| entered)
    }

    /// Returns true while somebody signs in by these answers.
    pub fn signs_in(&self, side: Side, answers: &Answers) -> bool {
        self.asked[place(side)].as_ref().is_some_and(|asked| *asked == by(side, answers))
    }
}
