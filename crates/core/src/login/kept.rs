//! The credential helper's memory: the refresh token that a registry gave, and the last failure to get one. Both are
//! texts of a few lines, bound to the settings that they were made by.

use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use super::REFRESH_HOURS;
use crate::secret::Secret;

/// The first line of a token that is kept: the form of the rest.
const FORM: &str = "crosspull-registry-token 1";
/// The life of a registry's refresh token.
const LIFE: SignedDuration = SignedDuration::from_hours(REFRESH_HOURS);
/// A token is renewed when less of its life than this is left: whoever gets it has still to use it.
const RENEWED_BEFORE: SignedDuration = SignedDuration::from_mins(10);

/// A registry's refresh token, as it is kept between calls.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The settings and the identity that it was made by, in one line. Nobody else is given it.
    pub by: String,
    /// The time at which it was kept, by this machine's clock.
    pub since: Timestamp,
    /// The end of its life, as the token says it.
    pub expires: Timestamp,
    /// The token.
    pub refresh: Secret,
}

impl Kept {
    /// Returns the text of the file that it is kept in.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let Self { by, since, expires, refresh } = self;
        let (since, expires) = (since.as_second(), expires.as_second());
        Zeroizing::new(format!("{FORM}\n{by}\n{since}\n{expires}\n{}\n", refresh.reveal()))
    }

    /// Reads a file. Returns `None` for one that is torn or that is something else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.strip_prefix(FORM)?.strip_prefix('\n')?.split('\n');
        let mut line = || lines.next().filter(|line| !line.is_empty());
        let by = line()?.to_owned();
        let [since, expires] = [line()?, line()?].map(second);
        let refresh = Secret::new(line()?.to_owned());
        lines.next().is_none().then_some(Self { by, since: since?, expires: expires?, refresh })
    }

    /// Returns true where it may be given to whoever has those settings now: nobody else's, not from the future, and
    /// with enough of its life left.
    ///
    /// The end that the token says is by the registry's clock. No token lives longer than three hours by this
    /// machine's, so that a clock that is slow here keeps none for too long.
    #[must_use]
    pub fn is_good(&self, by: &str, now: Timestamp) -> bool {
        let by_this_clock = self.since.checked_add(LIFE).unwrap_or(self.since);
        let left = self.expires.min(by_this_clock).duration_since(now);
        self.by == by && self.since <= now && left > RENEWED_BEFORE
    }
}

/// A sign-in that failed: told to everybody who waited for it, so that they do not try one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The settings and the identity that it was tried by, in one line.
    pub by: String,
    /// The time at which it failed.
    pub at: Timestamp,
    /// The reason and the cure, in one line.
    pub why: String,
}

impl Failed {
    /// Returns the text of the file that it is left in.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.at.as_nanosecond(), self.by, self.why)
    }

    /// Reads a file. Returns `None` for one that is torn or empty.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_suffix('\n')?.splitn(3, '\n');
        let at = Timestamp::from_nanosecond(parts.next()?.parse().ok()?).ok()?;
        Some(Self { at, by: parts.next()?.to_owned(), why: parts.next()?.to_owned() })
    }

    /// Returns true where it is also the failure of one who has those settings and has waited since then.
    #[must_use]
    pub fn is_shared_by(&self, by: &str, since: Timestamp, now: Timestamp) -> bool {
        self.by == by && since <= self.at && self.at <= now
    }
}

fn second(text: &str) -> Option<Timestamp> {
    Timestamp::from_second(text.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + minutes * 60).expect("a time")
    }

    fn kept() -> Kept {
        Kept { by: "me".to_owned(), since: at(0), expires: at(180), refresh: Secret::new("r.e.f".to_owned()) }
    }

    #[test]
    fn what_is_kept_is_read_back() {
        let read = Kept::parse(&kept().text()).expect("a token");
        assert_eq!((read.by.as_str(), read.since, read.expires), ("me", at(0), at(180)));
        assert_eq!(read.refresh.reveal(), "r.e.f");
    }

    #[test]
    fn no_part_of_a_file_is_taken_for_the_whole() {
        let text = kept().text();
        for end in 0..text.len() {
            assert!(Kept::parse(&text[..end]).is_none(), "{end}");
        }
        for other in ["", "\n", "{}", &format!("{}x\n", *text), &text.replace('1', "x")] {
            assert!(Kept::parse(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_token_is_good_until_its_last_ten_minutes() {
        let kept = kept();
        for (minutes, good) in [(0, true), (169, true), (170, false), (179, false), (181, false), (-1, false)] {
            assert_eq!(kept.is_good("me", at(minutes)), good, "{minutes}");
        }
        assert!(!kept.is_good("somebody else", at(0)));
    }

    #[test]
    fn a_slow_clock_keeps_no_token_for_longer_than_it_lives() {
        // The clock is an hour behind the registry's: the token seems to live four hours.
        let kept = Kept { expires: at(240), ..kept() };
        assert!(kept.is_good("me", at(169)) && !kept.is_good("me", at(171)));
    }

    #[test]
    fn a_failure_is_shared_by_who_waited_for_it() {
        let failed = Failed { by: "me".to_owned(), at: at(5), why: "az is not there".to_owned() };
        assert_eq!(Failed::parse(&failed.text()).as_ref(), Some(&failed));
        assert_eq!(Failed::parse(""), None);
        assert!(failed.is_shared_by("me", at(5), at(5)) && failed.is_shared_by("me", at(4), at(9)));
        assert!(!failed.is_shared_by("me", at(6), at(9)), "it began later");
        assert!(!failed.is_shared_by("you", at(4), at(9)), "it has other settings");
        assert!(!failed.is_shared_by("me", at(1), at(4)), "the clock was set back since");
    }
}
