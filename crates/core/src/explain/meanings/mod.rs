//! The table of meanings: what the codes of the services mean in this job, and what to do.
//!
//! The table explains and does not decide: decisions depend on a status or on OAuth's own word, never on a number
//! (`docs/facts/azure.md` 3.1).

mod directory;
mod nodes;
mod registry;
mod resources;
mod sign_in;

use super::Refusal;
use crate::cloud::KnownCloud;

/// The meaning of a code in this job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The service's code.
    pub code: &'static str,
    /// The words that the service's message has beside the code. `None` where the code alone tells.
    pub words: Option<&'static str>,
    /// The meaning, as a sentence.
    pub means: &'static str,
    /// The cure.
    pub now: &'static str,
    /// The document that tells more.
    more: More,
    /// The kind of reason that the code tells.
    kind: Kind,
}

/// The kind of reason that a code tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The code tells the reason, and it stays so until somebody does something.
    Reason,
    /// The code tells the reason, and it may pass by itself.
    Passing,
    /// The code says that a right lacks. Which one, the place of the call tells better.
    Denied,
}

/// The document that tells more of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum More {
    /// The sign-in service's own page for a number.
    SignIn,
    /// A path of Azure's documents, which every cloud has.
    Azure(&'static str),
    /// A path of Microsoft Graph's documents, which serve every cloud.
    Graph(&'static str),
}

impl Meaning {
    /// Returns the page that tells more, in that cloud. The public cloud's page stands in where none is known.
    ///
    /// A sign-in's number has a page at the sign-in service (Microsoft identity platform, error codes reference, in its
    /// public and its Chinese edition).
    #[must_use]
    pub fn page(&self, cloud: Option<KnownCloud>) -> String {
        let cloud = cloud.unwrap_or(KnownCloud::Public);
        match self.more {
            More::SignIn => {
                let number = self.code.trim_start_matches("AADSTS");
                format!("https://{}/error?code={number}", cloud.error_host())
            }
            More::Azure(path) => format!("https://{}/{path}", cloud.documents()),
            More::Graph(path) => format!("https://learn.microsoft.com/graph/{path}"),
        }
    }

    /// Returns the meaning of a refusal, where the table knows its code.
    #[must_use]
    pub fn of(refusal: &Refusal) -> Option<&'static Self> {
        let has_words = |m: &Self| m.words.is_none_or(|words| refusal.message.contains(words));
        Self::all().find(|m| m.code.eq_ignore_ascii_case(&refusal.code) && has_words(m))
    }

    /// Returns the whole table. A row that asks for words comes before the one of the code alone.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        [sign_in::ROWS, resources::ROWS, nodes::ROWS, directory::ROWS, registry::ROWS].into_iter().flatten()
    }

    /// True where the code says no more than that a right lacks, so that the place of the call tells better which.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.kind == Kind::Denied
    }

    /// True for a code of the sign-in service.
    #[must_use]
    pub fn is_of_sign_in(&self) -> bool {
        self.more == More::SignIn
    }

    /// True where the reason may pass without anybody doing anything.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        self.kind == Kind::Passing
    }

    /// Returns a row of the sign-in service.
    const fn sign_in(code: &'static str, means: &'static str, now: &'static str) -> Self {
        Self::row(code, means, now, More::SignIn)
    }

    /// Returns a row with a page of Azure's documents.
    const fn azure(code: &'static str, means: &'static str, now: &'static str, page: &'static str) -> Self {
        Self::row(code, means, now, More::Azure(page))
    }

    /// Returns a row with a page of Microsoft Graph's documents.
    const fn graph(code: &'static str, means: &'static str, now: &'static str, page: &'static str) -> Self {
        Self::row(code, means, now, More::Graph(page))
    }

    const fn row(code: &'static str, means: &'static str, now: &'static str, more: More) -> Self {
        Self { code, words: None, means, now, more, kind: Kind::Reason }
    }

    /// Returns the row for answers alone whose message has these words.
    const fn saying(self, words: &'static str) -> Self {
        Self { words: Some(words), ..self }
    }

    /// Returns the row as one of a reason that may pass by itself.
    const fn passing(self) -> Self {
        Self { kind: Kind::Passing, ..self }
    }

    /// Returns the row as one of a right that lacks.
    const fn denied(self) -> Self {
        Self { kind: Kind::Denied, ..self }
    }
}

/// Returns the meaning of a code alone, where the table knows the code.
#[must_use]
pub fn meaning(code: &str) -> Option<&'static Meaning> {
    Meaning::all().find(|m| m.words.is_none() && m.code.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_has_a_row_for_every_code_and_no_other() {
        let document = include_str!("../../../../../docs/TROUBLESHOOTING.md");
        let told: Vec<&str> = document.lines().filter(|line| line.starts_with("| `")).collect();
        let with = |m: &Meaning| m.words.map(|words| format!(" with “{words}”")).unwrap_or_default();
        let row = |m: &Meaning| format!("| `{}`{} | {} | {} |", m.code, with(m), m.means, m.now);
        assert_eq!(told, Meaning::all().map(row).collect::<Vec<_>>());
    }

    #[test]
    fn every_code_has_a_page_in_its_cloud() {
        let page = |code, cloud| meaning(code).map(|m| m.page(cloud)).unwrap_or_default();
        assert_eq!(page("AADSTS53003", None), "https://login.microsoftonline.com/error?code=53003");
        assert_eq!(
            page("AADSTS53003", Some(KnownCloud::China)),
            "https://login.partner.microsoftonline.cn/error?code=53003"
        );
        assert_eq!(page("AADSTS53003", Some(KnownCloud::UsGov)), "https://login.microsoftonline.us/error?code=53003");
        let registry = "container-registry/container-registry-troubleshoot-access";
        assert_eq!(page("DENIED", None), format!("https://learn.microsoft.com/azure/{registry}"));
        assert_eq!(page("DENIED", Some(KnownCloud::China)), format!("https://docs.azure.cn/en-us/{registry}"));
        for m in Meaning::all() {
            assert_eq!(m.more == More::SignIn, m.code.starts_with("AADSTS"), "{}", m.code);
            let number = m.code.trim_start_matches("AADSTS");
            assert!(m.more != More::SignIn || number.bytes().all(|b| b.is_ascii_digit()), "{}", m.code);
        }
    }

    #[test]
    fn every_meaning_is_two_sentences_and_fits_a_screen_of_80_columns_in_three_lines() {
        for m in Meaning::all() {
            for text in [m.means, m.now] {
                assert!(text.ends_with('.') && text.len() <= 180, "{}: {text}", m.code);
            }
        }
    }

    #[test]
    fn no_row_hides_another() {
        let mut seen = BTreeSet::new();
        for m in Meaning::all() {
            let code = m.code.to_ascii_lowercase();
            assert!(!seen.contains(&(code.clone(), None)), "{} comes after its general row", m.code);
            assert!(seen.insert((code, m.words)), "{} is there twice", m.code);
        }
    }

    #[test]
    fn words_tell_a_constrained_right_from_one_that_lacks() {
        let refusal = |message: &str| Refusal {
            status: Some(403),
            code: "AuthorizationFailed".to_owned(),
            message: message.to_owned(),
            request_id: None,
        };
        let constrained = "... The request was denied because an ABAC condition that is not fulfilled.";
        let told = |message| Meaning::of(&refusal(message)).map(|m| (m.is_denied(), m.means));
        assert_eq!(told("does not have authorization").map(|told| told.0), Some(true));
        let (denied, means) = told(constrained).expect("a row");
        assert!(!denied && means.contains("condition"), "{means}");
    }

    #[test]
    fn words_tell_a_quota_from_a_cluster_that_takes_no_change() {
        let means = |message: &str| {
            let code = "OperationNotAllowed".to_owned();
            Meaning::of(&Refusal { status: Some(409), code, message: message.to_owned(), request_id: None })
                .map(|m| m.means)
        };
        let over = means("Operation results in exceeding quota limits of Core.").unwrap_or_default();
        assert!(over.contains("quota"), "{over}");
        let stopped = means("Operation is not allowed while the cluster is stopped.").unwrap_or_default();
        assert!(stopped.contains("present state"), "{stopped}");
    }
}
