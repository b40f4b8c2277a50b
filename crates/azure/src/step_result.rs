//! The end of a step: an outcome, or an error.

use crosspull_core::explain::{NoConnection, Trouble};
use crosspull_core::names::Outcome;
use crosspull_core::wording::Wording;

use crate::journal::JournalError;
use crate::refusal::Unanswered;
use crate::wire::CallError;

/// The outcome of a step with a note for people, or the error that ended the step.
pub(crate) type StepResult = Result<(Outcome, String), StepError>;

/// The reason why a step went no further.
#[derive(Debug)]
pub enum StepError {
    /// The step did not work.
    Failed(Trouble),
    /// The step may or may not have worked.
    Unknown(Trouble),
    /// A person must act first.
    Waits(Trouble),
    /// The operator said stop.
    Stopped,
    /// A step that this one builds on did not end well.
    Blocked,
    /// The step is not taken back, since something that stays needs it. What comes before it in the run stays too.
    Needed(Trouble),
    /// The journal cannot be written.
    Journal(JournalError),
}

impl From<JournalError> for StepError {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl StepError {
    /// Returns what the error of a call means for the step. `what` says what did not happen, as a sentence.
    #[must_use]
    pub fn of(what: &str, error: CallError) -> Self {
        match error {
            CallError::Refused(refused) => Self::Failed(Trouble::from_refusal(what, refused.refusal)),
            CallError::Unreachable(refusal) if Unanswered::is_unusable(&refusal) => {
                Self::Failed(Trouble::from_refusal(what, refusal).because(
                    "The service's answer cannot be used.",
                    "Try again. If it lasts, report it with the request's address.",
                ))
            }
            CallError::Unreachable(refusal) if NoConnection::of(&refusal).is_some() => {
                let trouble = Trouble::from_refusal(what, refusal);
                let now = trouble.now.clone() + " Then go on.";
                Self::Failed(Trouble { now, ..trouble })
            }
            CallError::Unreachable(refusal) => Self::Failed(
                Trouble::from_refusal(what, refusal)
                    .because("The service could not be reached.", "Check the connection, then go on."),
            ),
            CallError::Lost(refusal) => {
                let lost = "The answer was lost, so it may have been done all the same.";
                // A text that is no sentence stays as it is.
                let told = what.strip_suffix('.').map(|what| format!("{what}, or its answer was lost."));
                let trouble = Trouble::from_refusal(told.unwrap_or_else(|| what.to_owned()), refusal).besides(lost);
                Self::Unknown(Trouble { now: "Go on: crosspull looks first.".into(), ..trouble })
            }
            CallError::SignIn(trouble) => Self::Failed(trouble),
            CallError::Journal(error) => Self::Journal(error),
            CallError::Stopped => Self::Stopped,
        }
    }

    /// Returns a failure of the step: what did not happen, why, and what to do now.
    #[must_use]
    pub fn failed(what: impl Into<String>, why: impl Into<String>, now: impl Into<Wording>) -> Self {
        Self::Failed(Trouble::new(what, why, now))
    }

    /// True where the run itself goes no further, whatever the step makes of the error.
    #[must_use]
    pub const fn ends_the_run(&self) -> bool {
        matches!(self, Self::Stopped | Self::Journal(_))
    }

    /// True where a service said no, so that what was asked of it was not done.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        let Self::Failed(trouble) = self else { return false };
        trouble.refusal.as_ref().and_then(|refusal| refusal.status).is_some_and(|status| (400..500).contains(&status))
    }

    /// True where a service said no to the step, and says it again until somebody does something.
    #[must_use]
    pub fn lasts(&self) -> bool {
        matches!(self, Self::Failed(trouble) if self.is_refusal() && trouble.lasts())
    }

    /// Returns why the step went no further, as sentences.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::Failed(trouble) | Self::Unknown(trouble) | Self::Waits(trouble) | Self::Needed(trouble) => {
                let words = trouble.refusal.as_ref().map(|refusal| format!(" ({refusal})"));
                format!("{}{}", trouble.why, words.unwrap_or_default())
            }
            Self::Journal(error) => format!("{error}."),
            Self::Stopped => "You stopped it.".to_owned(),
            Self::Blocked => "A step before it did not end well.".to_owned(),
        }
    }

    /// Turns a failure into one that keeps what comes before the step in the run.
    #[must_use]
    pub fn needed(self) -> Self {
        match self {
            Self::Failed(trouble) => Self::Needed(trouble),
            other => other,
        }
    }

    /// Turns a failure into one whose outcome nobody knows.
    #[must_use]
    pub fn unknown(self) -> Self {
        match self {
            Self::Failed(trouble) => Self::Unknown(trouble),
            other => other,
        }
    }

    /// Returns the same error with another reason and way out, where it has one.
    #[must_use]
    pub fn because(self, why: &str, now: impl Into<Wording>) -> Self {
        match self {
            Self::Failed(trouble) => Self::Failed(trouble.because(why, now)),
            Self::Unknown(trouble) => Self::Unknown(trouble.because(why, now)),
            other => other,
        }
    }

    /// Returns the same error with the right that lacks at this place, where the service says that one lacks.
    #[must_use]
    pub fn where_denied(self, why: &str, now: impl Into<Wording>) -> Self {
        match self {
            Self::Failed(trouble) => Self::Failed(trouble.where_denied(why, now)),
            other => other,
        }
    }

    /// Returns the same error with another way out, where it has one.
    #[must_use]
    pub fn now(self, now: &str) -> Self {
        let told = |trouble: Trouble| Trouble { now: now.into(), ..trouble };
        match self {
            Self::Failed(trouble) => Self::Failed(told(trouble)),
            Self::Unknown(trouble) => Self::Unknown(told(trouble)),
            other => other,
        }
    }
}

/// Ends a step with an outcome and nothing to add.
pub(crate) const fn plainly(outcome: Outcome) -> StepResult {
    Ok((outcome, String::new()))
}

/// Ends the taking back of a step that left nothing.
pub(crate) fn nothing_there() -> StepResult {
    Ok((Outcome::Skipped, "nothing of it is there".to_owned()))
}

#[cfg(test)]
mod tests {
    use crosspull_core::explain::{Meaning, Refusal};

    use super::*;

    #[test]
    fn a_lost_answer_does_not_say_that_nothing_was_done() {
        let lost = |what: &str| match StepError::of(what, CallError::Lost(Unanswered::Torn.because("x"))) {
            StepError::Unknown(trouble) => trouble.what,
            other => panic!("{other:?}"),
        };
        assert_eq!(lost("The app was not created."), "The app was not created, or its answer was lost.");
        assert_eq!(lost("Not a sentence"), "Not a sentence");
        assert_eq!(lost(""), "");
    }
    use crate::refusal::Refused;

    #[test]
    fn no_code_of_the_table_is_told_by_a_general_sentence_at_any_step() {
        for row in Meaning::all() {
            let refusal = || Refusal {
                status: Some(403),
                code: row.code.to_owned(),
                message: row.words.unwrap_or_default().to_owned(),
                request_id: None,
            };
            let refused = CallError::Refused(Refused { refusal: refusal(), oauth: None, claims: None });
            let told = StepError::of("x", refused).why();
            assert!(told.starts_with(row.means), "{told}");
            let lost = StepError::of("x", CallError::Lost(refusal())).why();
            assert!(row.may_pass() || lost.contains(row.means), "{lost}");
        }
    }
}
