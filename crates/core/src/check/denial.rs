//! The deny assignments of Azure in the checks of rights: what they do to a right that the operator has.

use super::{Check, Finding};
use crate::rights::Denial;

/// Judges what deny assignments do to a right that the operator has. `what` says what it lets the operator do.
pub(super) fn judge_denial(check: Check, what: &str, denial: &Denial) -> Finding {
    match denial {
        Denial::No => check.pass(format!("you may {what}")),
        Denial::By(name) => check.stop(
            format!("the deny assignment {name} forbids you to {what}"),
            "No role helps: ask whoever made the deny assignment to except you, or sign in with another account.",
        ),
        Denial::Perhaps(name) => check.warn(
            format!("you may {what}; whether the deny assignment {name} is about you is not clear"),
            "If it is refused, ask whoever made the deny assignment to except you, or sign in with another account.",
        ),
        Denial::Unseen => check.warn(
            format!("you may {what}; whether a deny assignment forbids it you may not see"),
            "To see them takes Microsoft.Authorization/denyAssignments/read, which Reader has. If one refuses it, that is \
             said.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    #[test]
    fn what_forbids_stops_and_what_is_not_clear_warns() {
        let deny = || "\"lockdown\"".to_owned();
        for (denial, level, says) in [
            (Denial::No, Level::Pass, "you may reset it"),
            (Denial::By(deny()), Level::Stop, "the deny assignment \"lockdown\" forbids you to reset it"),
            (Denial::Perhaps(deny()), Level::Warn, "\"lockdown\" is about you is not clear"),
            (Denial::Unseen, Level::Warn, "whether a deny assignment forbids it you may not see"),
        ] {
            let finding = judge_denial(Check::App, "reset it", &denial);
            assert_eq!(finding.level, level, "{denial:?}");
            assert!(finding.text.contains(says), "{}", finding.text);
        }
    }
}
