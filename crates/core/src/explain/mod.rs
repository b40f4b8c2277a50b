//! Errors as data, and the one table that tells what an error of Azure means here and what to do now.

use serde::{Deserialize, Serialize};

use crate::cloud::KnownCloud;
use crate::wording::{Front, Wording};

mod awaited;
mod azure_cli;
mod connection;
mod firewall;
mod meanings;

pub use awaited::Awaited;
pub use azure_cli::{CliCommands, CliFailure, without_colours};
pub use connection::NoConnection;
pub use firewall::Firewall;
pub use meanings::{Meaning, meaning};

/// A service's answer that is an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The HTTP status. `None` where no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The service's own code, such as `AuthorizationFailed` or `AADSTS700016`.
    pub code: String,
    /// The service's own words, fit for a terminal.
    pub message: String,
    /// The id under which Microsoft's support finds the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Refusal {
    /// Returns the refusal as lines for a screen or a terminal.
    ///
    /// The lines are the service's own words, where that cloud's documents tell more, and the id for Microsoft's
    /// support.
    #[must_use]
    pub fn lines(&self, cloud: Option<KnownCloud>) -> Vec<String> {
        let page = Meaning::of(self).map(|meaning| meaning.page(cloud));
        let id = self.request_id.as_ref().map(|id| format!("request id {id}"));
        [Some(self.to_string()), page, id].into_iter().flatten().collect()
    }
}

/// An error for a person: what happened, why, what to do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// The event that went wrong.
    pub what: String,
    /// The cause, as far as it is known.
    pub why: String,
    /// The cure.
    #[serde(flatten)]
    pub now: Wording,
    /// The service's answer behind the trouble.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

impl Trouble {
    /// Returns trouble that no service answered: crosspull found it itself.
    #[must_use]
    pub fn new(what: impl Into<String>, why: impl Into<String>, now: impl Into<Wording>) -> Self {
        Self { what: what.into(), why: why.into(), now: now.into(), refusal: None }
    }

    /// Returns trouble with a service's answer behind it, or with the lack of one. The tables tell what that means.
    #[must_use]
    pub fn from_refusal(what: impl Into<String>, refusal: Refusal) -> Self {
        let known = NoConnection::of(&refusal).map(|cause| (cause.means(), cause.now()));
        let known = known.or_else(|| Meaning::of(&refusal).map(|m| (m.means, m.now)));
        let known = known.or_else(|| without_answer(&refusal));
        let (why, now) = known.map_or_else(
            || ("The service gives no reason that crosspull knows.".to_owned(), unknown_now(&refusal)),
            |(means, now)| (means.to_owned(), now.to_owned()),
        );
        Self { what: what.into(), why, now: now.into(), refusal: Some(refusal) }
    }

    /// Returns the trouble with a reason and a cure that fit the place better than the table's.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>, now: impl Into<Wording>) -> Self {
        self.why = why.into();
        self.now = now.into();
        self
    }

    /// Returns the trouble with what this place adds. A reason that lasts and that the tables know is told behind it, and
    /// is never lost for it.
    #[must_use]
    pub fn besides(self, why: impl Into<String>) -> Self {
        let meaning = self.refusal.as_ref().and_then(Meaning::of).is_some_and(|m| !m.may_pass());
        let cause = self.refusal.as_ref().and_then(NoConnection::of).is_some();
        let why = if meaning || cause { format!("{} {}", why.into(), self.why) } else { why.into() };
        Self { why, ..self }
    }

    /// Returns the trouble with the right that lacks at this place, where the service says no more than that one lacks.
    ///
    /// A code that tells another reason, and one that no table knows, keep what is told of them.
    #[must_use]
    pub fn where_denied(self, why: impl Into<String>, now: impl Into<Wording>) -> Self {
        if self.refusal.as_ref().and_then(Meaning::of).is_some_and(Meaning::is_denied) {
            return self.because(why, now);
        }
        self
    }

    /// True where a service said no, and says it again until somebody does something.
    #[must_use]
    pub fn lasts(&self) -> bool {
        let Some(refusal) = &self.refusal else { return false };
        Meaning::of(refusal).map_or_else(
            || refusal.status.is_some_and(|status| (400..500).contains(&status) && !matches!(status, 408 | 429)),
            |meaning| !meaning.may_pass(),
        )
    }

    /// True for trouble with a sign-in that was answered with a no, by a service or by a program: asking again changes
    /// nothing.
    #[must_use]
    pub fn keeps_out(&self) -> bool {
        self.refusal.is_none() || self.lasts()
    }

    /// Returns the trouble as lines for the command line of a run.
    #[must_use]
    pub fn lines(&self, cloud: Option<KnownCloud>) -> Vec<String> {
        self.told(Front::Flags, cloud)
    }

    /// Returns the trouble as lines in the words of a front end.
    ///
    /// The lines are what, why, now, and the service's own words with the address that tells more in that cloud.
    #[must_use]
    pub fn told(&self, front: Front, cloud: Option<KnownCloud>) -> Vec<String> {
        let mut lines = vec![self.what.clone(), self.why.clone(), self.now.told(front)];
        lines.extend(self.refusal.iter().flat_map(|refusal| refusal.lines(cloud)));
        lines.retain(|l| !l.is_empty());
        lines
    }
}

/// Returns meaning and cure where there was a connection, and no answer that is of use.
fn without_answer(refusal: &Refusal) -> Option<(&'static str, &'static str)> {
    match (refusal.status, refusal.code.as_str()) {
        (None, "NoAnswer") => Some(("No answer came.", "Check the network and the proxy, then try again.")),
        (None, "Torn" | "TooLarge" | "Elsewhere") => {
            Some(("The answer cannot be used.", "Try again; if it lasts, report it with the words below."))
        }
        _ => None,
    }
}

/// Returns the cure for an answer that the table does not know.
fn unknown_now(refusal: &Refusal) -> String {
    match refusal.status {
        Some(500..) => "It is on the service's side: try again later.",
        Some(429) => "The service asks for patience: try again later.",
        _ => "Read the service's own words below.",
    }
    .to_owned()
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(status) = self.status {
            write!(f, "{status} ")?;
        }
        f.write_str(&self.code)?;
        // Nothing stands behind a colon where the service said no more.
        if self.message.is_empty() { Ok(()) } else { write!(f, ": {}", self.message) }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.lines(None).join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_of_the_table_is_told_by_a_general_sentence() {
        for row in Meaning::all() {
            let refusal = Refusal {
                status: Some(403),
                code: row.code.to_owned(),
                message: row.words.unwrap_or("Words of the service.").to_owned(),
                request_id: Some("r-1".to_owned()),
            };
            let told = || Trouble::from_refusal("x", refusal.clone());
            assert_eq!((told().why.as_str(), &*told().now), (row.means, row.now), "{}", row.code);
            let denied = told().where_denied("The place's own.", "");
            assert_eq!(denied.why == row.means, !row.is_denied(), "{}: {}", row.code, denied.why);
            let besides = told().besides("It was lost.");
            assert!(row.may_pass() || besides.why == format!("It was lost. {}", row.means), "{}", besides.why);
            for cloud in [None, Some(KnownCloud::China), Some(KnownCloud::UsGov)] {
                let lines = told().lines(cloud);
                assert!(lines.contains(&row.page(cloud)) && lines.contains(&"request id r-1".to_owned()), "{lines:?}");
            }
        }
    }

    #[test]
    fn what_no_table_knows_is_told_in_the_services_words_alone() {
        for status in [400, 401, 403, 404, 409, 412, 422] {
            let (code, message) = ("Odd".to_owned(), "Words that nobody has seen.".to_owned());
            let refusal = Refusal { status: Some(status), code, message, request_id: Some("r-1".to_owned()) };
            let told = Trouble::from_refusal("x", refusal).where_denied("A guess.", "Another.");
            assert_eq!(told.why, "The service gives no reason that crosspull knows.");
            let lines = told.lines(None);
            let own = [format!("{status} Odd: Words that nobody has seen."), "request id r-1".to_owned()];
            assert_eq!(lines.get(lines.len() - 2..), Some(&own[..]), "{lines:?}");
        }
    }

    #[test]
    fn a_known_code_is_explained_and_an_unknown_one_shows_the_services_words() {
        let refusal = |code: &str| Refusal {
            status: Some(403),
            code: code.to_owned(),
            message: "m".to_owned(),
            request_id: None,
        };
        let known = Trouble::from_refusal("The role was not assigned.", refusal("AuthorizationFailed"));
        assert_eq!(known.why, "The signed-in account may not do this.");
        let page = "https://learn.microsoft.com/azure/role-based-access-control/troubleshooting";
        assert_eq!(known.lines(None).last().map(String::as_str), Some(page));
        let silent = Refusal { status: None, ..refusal("NoAnswer") };
        assert_eq!(Trouble::from_refusal("x", silent).why, "No answer came.");
        let unknown = Trouble::from_refusal("x", refusal("Odd"));
        assert_eq!(unknown.lines(None).last().map(String::as_str), Some("403 Odd: m"));
    }
}
