//! The memory of what answers for other programs: a token that was given, and the last failure to get one. Both are texts
//! of a few lines, bound to the settings that they were made by.

use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// The sort of a token that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A registry's refresh token, for docker and its kin.
    Registry,
    /// A token of Entra for the Kubernetes API of clusters, for kubectl.
    Cluster,
}

impl Sort {
    /// Returns the first line of the file: the form of the rest.
    const fn form(self) -> &'static str {
        match self {
            Self::Registry => "crosspull-registry-token 1",
            Self::Cluster => "crosspull-cluster-token 1",
        }
    }

    /// Returns the longest life of such a token: three hours (`docs/facts/azure.md` 3.10), and a day and some hours where
    /// access is evaluated continuously (Microsoft, "Continuous access evaluation").
    const fn life(self) -> SignedDuration {
        match self {
            Self::Registry => SignedDuration::from_hours(3),
            Self::Cluster => SignedDuration::from_hours(28),
        }
    }

    /// A token is renewed when less of its life than this is left: whoever gets it has still to use it.
    const fn renewed_before(self) -> SignedDuration {
        match self {
            Self::Registry => SignedDuration::from_mins(10),
            Self::Cluster => SignedDuration::from_mins(5),
        }
    }
}

/// A token, as it is kept between calls.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The sort of the token.
    pub sort: Sort,
    /// The settings and the identity that it was made by, in one line. Nobody else is given it.
    pub by: String,
    /// The time at which it was kept, by this machine's clock.
    pub since: Timestamp,
    /// The end of its life, as the token says it.
    pub expires: Timestamp,
    /// The token.
    pub token: Secret,
}

impl Kept {
    /// Returns the text of the file that it is kept in.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let Self { sort, by, since, expires, token } = self;
        let (since, expires) = (since.as_second(), expires.as_second());
        Zeroizing::new(format!("{}\n{by}\n{since}\n{expires}\n{}\n", sort.form(), token.reveal()))
    }

    /// Reads a file. Returns `None` for one that is torn or that is something else.
    #[must_use]
    pub fn parse(sort: Sort, text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.strip_prefix(sort.form())?.strip_prefix('\n')?.split('\n');
        let mut line = || lines.next().filter(|line| !line.is_empty());
        let by = line()?.to_owned();
        let [since, expires] = [line()?, line()?].map(second);
        let token = Secret::new(line()?.to_owned());
        lines.next().is_none().then_some(Self { sort, by, since: since?, expires: expires?, token })
    }

    /// Returns true where it may be given to whoever has those settings now: nobody else's, not from the future, and
    /// with enough of its life left.
    ///
    /// The end that the token says is by the clock of who made it. No token lives longer than its sort by this machine's, so
    /// that a clock that is slow here keeps none for too long.
    #[must_use]
    pub fn is_good(&self, by: &str, now: Timestamp) -> bool {
        let by_this_clock = self.since.checked_add(self.sort.life()).unwrap_or(self.since);
        let left = self.expires.min(by_this_clock).duration_since(now);
        self.by == by && self.since <= now && left > self.sort.renewed_before()
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
        let token = Secret::new("r.e.f".to_owned());
        Kept { sort: Sort::Registry, by: "me".to_owned(), since: at(0), expires: at(180), token }
    }

    #[test]
    fn what_is_kept_is_read_back() {
        let read = Kept::parse(Sort::Registry, &kept().text()).expect("a token");
        assert_eq!((read.by.as_str(), read.since, read.expires), ("me", at(0), at(180)));
        assert_eq!(read.token.reveal(), "r.e.f");
    }

    #[test]
    fn no_part_of_a_file_is_taken_for_the_whole() {
        let text = kept().text();
        for end in 0..text.len() {
            assert!(Kept::parse(Sort::Registry, &text[..end]).is_none(), "{end}");
        }
        for other in ["", "\n", "{}", &format!("{}x\n", *text), &text.replace('1', "x")] {
            assert!(Kept::parse(Sort::Registry, other).is_none(), "{other}");
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
    fn a_token_of_a_cluster_is_good_until_its_last_five_minutes_and_is_no_registrys() {
        let kept = Kept { sort: Sort::Cluster, expires: at(60), ..kept() };
        for (minutes, good) in [(0, true), (54, true), (55, false), (61, false), (-1, false)] {
            assert_eq!(kept.is_good("me", at(minutes)), good, "{minutes}");
        }
        assert!(
            Kept::parse(Sort::Registry, &kept.text()).is_none() && Kept::parse(Sort::Cluster, &kept.text()).is_some()
        );
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
