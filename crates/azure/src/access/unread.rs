//! Reads that failed, in words: a part that was not read is told as such.

use crosspull_core::text::lower_first;

use crate::wire::CallError;

/// Returns why something was not read, as the end of a sentence that begins with "not known, since".
pub(super) fn unread(what: &str, who: &str, error: CallError) -> String {
    let why = match error {
        CallError::Refused(refused) if refused.refusal.status.is_some_and(|status| status >= 500) => {
            format!("{who} answers with an error ({})", refused.refusal)
        }
        CallError::Refused(refused) => format!("{who} refuses it ({})", refused.refusal),
        CallError::Unreachable(refusal) | CallError::Lost(refusal) => format!("{who} does not answer ({refusal})"),
        CallError::SignIn(trouble) => lower_first(trouble.why.trim_end_matches('.')),
        CallError::Journal(_) | CallError::Stopped => "you stopped it".to_owned(),
    };
    format!("{what} were not read: {why}")
}
