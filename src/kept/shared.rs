//! One sign-in for all who ask for a token at once.

use std::time::Duration;

use crosspull_core::kept::{Failed, Kept, Sort};
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use jiff::Timestamp;

use super::cache::Cache;
use crate::headless::lines::aside;

/// The most characters of a line that tells a failure.
pub const LONGEST: usize = 1500;
/// The longest time that a sign-in may take that asks nobody: a program waits for it, and the Azure CLI may hang.
pub const SIGN_IN_LIMIT: Duration = Duration::from_secs(90);
/// The longest wait for another call that signs in: a little longer than that one may take.
const LIMIT: Duration = SIGN_IN_LIMIT.saturating_add(Duration::from_secs(10));

/// A token that is asked for.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// The sort.
    pub sort: Sort,
    /// The name that it is kept under.
    pub name: &'a str,
    /// The settings and the identity that it is made by, in one line.
    pub by: String,
    /// The time at which it was asked for.
    pub since: Timestamp,
}

/// Returns the token that is kept, else that of a new sign-in, which is kept then. Of many who ask one signs in; where
/// that fails, it fails for all who asked before it did.
///
/// # Errors
/// The reason and what to do now, in one line.
pub fn kept_or_fresh(
    cache: &Cache,
    wanted: Wanted<'_>,
    sign_in: impl FnOnce() -> Result<(Secret, Timestamp), String>,
) -> Result<Kept, String> {
    let Wanted { sort, name, by, since } = wanted;
    let kept = || cache.good(sort, name, &by, Timestamp::now());
    if let Some(kept) = kept() {
        return Ok(kept);
    }
    let mut turn = match cache.turn(name, LIMIT) {
        Ok(Some(turn)) => Some(turn),
        Ok(None) => {
            return Err(format!(
                "another call has been signing in for {} seconds and does not end: end it, then try again",
                LIMIT.as_secs()
            ));
        }
        // Where files cannot be locked, each signs in.
        Err(_) => None,
    };
    if let Some(kept) = kept() {
        return Ok(kept);
    }
    let failed = turn.as_mut().and_then(|turn| Failed::parse(&turn.left()));
    if let Some(failed) = failed.filter(|failed| failed.is_shared_by(&by, since, Timestamp::now())) {
        return Err(failed.why);
    }
    match sign_in() {
        Ok((token, expires)) => {
            let kept = Kept { sort, by, since: Timestamp::now(), expires, token };
            if let Err(error) = cache.keep(name, &kept) {
                aside(&format!("crosspull: the token of {name} cannot be kept ({error}): each call signs in"));
            }
            Ok(kept)
        }
        Err(why) => {
            let failed = Failed { by, at: Timestamp::now(), why: printable(&why, LONGEST) };
            // Where it cannot be left, the next one tries for itself.
            let _ = turn.as_mut().map(|turn| turn.leave(&failed.text()));
            Err(failed.why)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_sign_in_that_fails_fails_for_all_who_asked_before() {
        let runtime = tempfile::tempdir().expect("a folder");
        std::fs::set_permissions(runtime.path(), std::fs::Permissions::from_mode(0o700)).expect("ours");
        let cache = Cache::within(Some(runtime.path().as_os_str())).expect("private");
        let (tries, asked) = (AtomicUsize::new(0), Barrier::new(8));
        let ask = |by: &str, since| {
            let sign_in = || Err(format!("no {}", tries.fetch_add(1, Ordering::SeqCst)));
            let wanted = Wanted { sort: Sort::Registry, name: "a.azurecr.io", by: by.to_owned(), since };
            kept_or_fresh(&cache, wanted, sign_in).map(drop)
        };
        std::thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| {
                    let since = Timestamp::now();
                    asked.wait();
                    assert_eq!(ask("me", since), Err("no 0".to_owned()));
                });
            }
        });
        assert_eq!(ask("you", Timestamp::UNIX_EPOCH), Err("no 1".to_owned()), "another identity tries for itself");
        let later = Timestamp::now() + Duration::from_millis(1);
        assert_eq!(ask("you", later), Err("no 2".to_owned()), "who asks later does too");
    }
}
