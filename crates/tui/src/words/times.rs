//! Times, waits and tries in words.

use crosspull_core::run::{Try, Wait};
use crosspull_core::text::duration;
use jiff::Timestamp;

/// Returns the milliseconds from one time to another; none where the second is earlier.
pub(crate) fn between(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.as_millisecond().saturating_sub(from.as_millisecond())).unwrap_or(0)
}

/// Returns whole seconds in words, for what is counted up or down on a screen: `3 s`, `1 min 12 s`.
pub(crate) fn seconds(count: u64) -> String {
    if count < 60 { format!("{count} s") } else { duration(count.saturating_mul(1000)) }
}

/// Returns a limit in words: `10 min`, `90 s`.
pub(crate) fn limit(ms: u64) -> String {
    let seconds = ms / 1000;
    if seconds >= 60 && seconds.is_multiple_of(60) { format!("{} min", seconds / 60) } else { duration(ms) }
}

/// Returns until when a wait lasts: the next try and the end.
pub(crate) fn until(wait: &Wait, now: Timestamp) -> String {
    let left = between(now, wait.until).div_ceil(1000);
    if wait.tries == 0 {
        return format!("goes on in {}", seconds(left));
    }
    let next = match left {
        0 => "next try now".to_owned(),
        left => format!("next try in {}", seconds(left)),
    };
    if wait.at_most_ms == 0 { next } else { format!("{next}, at most {}", limit(wait.at_most_ms)) }
}

/// Returns a wait in one sentence.
pub(crate) fn wait(wait: &Wait, now: Timestamp) -> String {
    format!("Waiting: {}; {}", wait.why, until(wait, now))
}

/// Returns a try in a few words: status, time, the service's code and words.
pub(crate) fn tried(tried: &Try) -> String {
    let status = tried.status.map_or_else(|| "no answer".to_owned(), |s| s.to_string());
    let refusal = tried.refusal.as_ref().map_or_else(String::new, |r| format!("  {}: {}", r.code, r.message));
    format!("{status} in {}{refusal}", duration(tried.ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_short() {
        assert_eq!(limit(600_000), "10 min");
        assert_eq!(limit(90_000), "1 min 30 s");
    }
}
