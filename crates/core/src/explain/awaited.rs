//! What a service says while somebody else has not acted yet, and whether waiting can change it.

use super::{Meaning, NoConnection, Refusal};

/// The meaning of a refusal to whoever waits until somebody else has let an app in, or given it a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaited {
    /// It says no more than that nobody has done it yet.
    NotYet,
    /// It may be a replica that lags. Once it lasts, it is what it says.
    MayLag,
    /// It says something else, which may be mended or pass while one waits.
    Hindered,
    /// It stays, however long one waits.
    InVain,
}

/// The answers to an app that nobody has let in, or that has no role (`docs/facts/azure.md` 3.1 and 3.2).
const NOT_YET: [&str; 4] = ["AADSTS700016", "AADSTS7000229", "UNAUTHORIZED", "NotGranted"];

/// The answer to a secret that is wrong, or not known everywhere yet.
const MAY_LAG: &str = "AADSTS7000215";

/// The codes of the sign-in that tell what somebody in the other tenant, or of the network, can mend meanwhile.
const HINDERED: [&str; 17] = [
    "AADSTS7000112",
    "AADSTS53003",
    "AADSTS530035",
    "AADSTS50131",
    "AADSTS53000",
    "AADSTS53001",
    "AADSTS53002",
    "AADSTS530003",
    "AADSTS650052",
    "AADSTS500021",
    "AADSTS500022",
    "AADSTS500011",
    "AADSTS50105",
    "AADSTS65001",
    "AADSTS90094",
    "AADSTS90095",
    "AADSTS65004",
];

impl Refusal {
    /// Returns what the refusal means to whoever waits for somebody else.
    ///
    /// What no table knows is told in the service's words, and does not end the wait: only what is known to stay does.
    #[must_use]
    pub fn awaited(&self) -> Awaited {
        let is_one_of = |codes: &[&str]| codes.iter().any(|code| code.eq_ignore_ascii_case(&self.code));
        if is_one_of(&NOT_YET) {
            return Awaited::NotYet;
        }
        if is_one_of(&[MAY_LAG]) {
            return Awaited::MayLag;
        }
        let stays = |meaning: &Meaning| meaning.is_of_sign_in() && !meaning.may_pass() && !is_one_of(&HINDERED);
        let answered = NoConnection::of(self).is_none();
        if answered && Meaning::of(self).is_some_and(stays) { Awaited::InVain } else { Awaited::Hindered }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::meaning;

    fn refusal(code: &str) -> Refusal {
        Refusal { status: Some(400), code: code.to_owned(), message: String::new(), request_id: None }
    }

    #[test]
    fn what_waiting_can_change_is_told_from_what_it_cannot() {
        for (code, awaited) in [
            ("AADSTS700016", Awaited::NotYet),
            ("unauthorized", Awaited::NotYet),
            ("AADSTS7000215", Awaited::MayLag),
            ("AADSTS7000112", Awaited::Hindered),
            ("AADSTS53003", Awaited::Hindered),
            ("AADSTS530003", Awaited::Hindered),
            ("DENIED", Awaited::Hindered),
            ("NoAnswer", Awaited::Hindered),
            ("AADSTS90999", Awaited::Hindered),
            ("AADSTS90002", Awaited::InVain),
            ("AADSTS7000222", Awaited::InVain),
            ("AADSTS900382", Awaited::InVain),
        ] {
            assert_eq!(refusal(code).awaited(), awaited, "{code}");
        }
    }

    #[test]
    fn every_code_that_is_named_here_has_a_meaning() {
        for code in NOT_YET.iter().chain(&HINDERED).chain([&MAY_LAG]) {
            assert!(meaning(code).is_some(), "{code}");
        }
    }
}
