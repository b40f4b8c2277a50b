//! The accounts that signed in to the tenants.

use crosspull_core::input::Answers;
use crosspull_core::input::Key;
use crosspull_core::names::{PerTenant, Side};
use crosspull_core::sign_in::Entered;

/// The accounts that signed in to the tenants, as long as the answers are those that they signed in by.
#[derive(Debug, Default)]
pub(crate) struct SignedIn {
    known: PerTenant<Option<(By, Entered)>>,
    /// The answers that somebody is signing in by.
    asked: PerTenant<Option<By>>,
    /// True where the operator stopped that.
    stopped: PerTenant<bool>,
}

/// The answers that somebody signs in by: tenant, way, cloud and another sign-in host.
type By = [String; 4];

fn by(side: Side, answers: &Answers) -> By {
    [Key::tenant(side), Key::sign_in(side), Key::Cloud, Key::LoginHost].map(|key| answers.or_default(key).to_owned())
}

impl SignedIn {
    /// Takes in that somebody is asked to sign in.
    pub fn ask(&mut self, side: Side, answers: &Answers) {
        self.asked[side] = Some(by(side, answers));
        self.stopped[side] = false;
    }

    /// Takes in who signed in.
    pub fn hear(&mut self, side: Side, entered: Entered, answers: &Answers) {
        self.stopped[side] = false;
        let by = self.asked[side].take().unwrap_or_else(|| by(side, answers));
        self.known[side] = Some((by, entered));
    }

    /// Takes in that the operator stopped the sign-in.
    pub fn stop(&mut self, side: Side) {
        self.stopped[side] = true;
    }

    /// Takes in that nobody signed in. Returns true where that is what the operator wanted.
    pub fn forget(&mut self, side: Side) -> bool {
        self.asked[side] = None;
        std::mem::take(&mut self.stopped[side])
    }

    /// Returns who signed in by these answers.
    pub fn of(&self, side: Side, answers: &Answers) -> Option<&Entered> {
        self.known[side].as_ref().filter(|(known, _)| *known == by(side, answers)).map(|(_, entered)| entered)
    }

    /// Returns true while somebody signs in by these answers.
    pub fn signs_in(&self, side: Side, answers: &Answers) -> bool {
        self.asked[side].as_ref().is_some_and(|asked| *asked == by(side, answers))
    }
}
