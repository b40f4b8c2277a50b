//! One sign-in for all who ask for a registry's token at once.

use std::time::Duration;

use crosspull_azure::registry_login::RegistrySignIn;
use crosspull_core::login::kept::{Failed, Kept};
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use jiff::Timestamp;

use super::cache::Cache;
use super::renew;
use crate::headless::lines::aside;

/// The most characters of a line that tells a failure.
pub const LONGEST: usize = 1500;
/// The longest wait for another call that signs in to the registry: a little longer than that one may take.
const LIMIT: Duration = renew::LIMIT.saturating_add(Duration::from_secs(10));

/// Returns the token that is kept, else that of a new sign-in, which is kept then. Of many who ask one signs in; where
/// that fails, it fails for all who asked before it did. `by` are the settings and the identity, `since` is the time of
/// the question.
///
/// # Errors
/// The reason and what to do now, in one line.
pub fn kept_or_fresh(
    cache: &Cache,
    server: &str,
    by: String,
    since: Timestamp,
    sign_in: impl FnOnce() -> Result<RegistrySignIn, String>,
) -> Result<Secret, String> {
    let kept = || cache.good(server, &by, Timestamp::now()).map(|kept| kept.refresh);
    if let Some(refresh) = kept() {
        return Ok(refresh);
    }
    let mut turn = match cache.turn(server, LIMIT) {
        Ok(Some(turn)) => Some(turn),
        Ok(None) => {
            return Err(format!(
                "another call of the helper has been signing in for {} seconds and does not end: end it, then try again",
                LIMIT.as_secs()
            ));
        }
        // Where files cannot be locked, each signs in.
        Err(_) => None,
    };
    if let Some(refresh) = kept() {
        return Ok(refresh);
    }
    let failed = turn.as_mut().and_then(|turn| Failed::parse(&turn.left()));
    if let Some(failed) = failed.filter(|failed| failed.is_shared_by(&by, since, Timestamp::now())) {
        return Err(failed.why);
    }
    match sign_in() {
        Ok(RegistrySignIn { refresh, expires, .. }) => {
            let kept = Kept { by, since: Timestamp::now(), expires, refresh };
            if let Err(error) = cache.keep(server, &kept) {
                aside(&format!("crosspull: the token of {server} cannot be kept ({error}): each call signs in"));
            }
            Ok(kept.refresh)
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
            kept_or_fresh(&cache, "a.azurecr.io", by.to_owned(), since, sign_in).map(drop)
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
