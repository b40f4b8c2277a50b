//! The check of the soak: is the wait before the reset long enough?

use super::{About, Check, Finding};
use crate::input::Key;
use crate::text::count;
use crate::wording::Wording;

/// The wait before the reset that the documents ask for, in minutes.
///
/// A service principal is known in every region after around 30 minutes (`docs/facts/azure.md` 3.1).
pub const SOAK_MINUTES: u16 = 30;

pub(super) fn about() -> About {
    About::of_a("the wait before the reset")
}

/// Judges the wait between the proof and the reset.
#[must_use]
pub fn judge_soak(minutes: u16) -> Finding {
    if minutes >= SOAK_MINUTES {
        return Check::Soak.pass(format!("the reset comes {} after the proof", count(usize::from(minutes), "minute")));
    }
    let when = if minutes == 0 {
        "right after".to_owned()
    } else {
        format!("{} after", count(usize::from(minutes), "minute"))
    };
    Check::Soak.warn(
        format!("the reset comes {when} the proof; Microsoft asks for around {}", count(usize::from(SOAK_MINUTES), "minute")),
        Wording::from(
            "A new service principal is not known in every region at once, and a reset that meets one that does not know it \
             fails. Give ",
        ) + Key::Soak.given(SOAK_MINUTES.to_string())
            + ", or know that your regions are quick.",
    )
}

/// Returns the finding for a simulated cloud, in whose one place every principal is known at once.
#[must_use]
pub fn soak_of_a_simulated_cloud() -> Finding {
    Check::Soak.pass("a simulated cloud has no regions that learn of a principal late, so no wait is needed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    #[test]
    fn a_wait_shorter_than_the_documents_ask_for_is_warned_of() {
        assert_eq!(judge_soak(30).level, Level::Pass);
        assert!(judge_soak(5).text.contains("comes 5 minutes after the proof"));
        assert!(judge_soak(0).text.contains("comes right after the proof"));
        assert_eq!(judge_soak(0).level, Level::Warn);
    }
}
