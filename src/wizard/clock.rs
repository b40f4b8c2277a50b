//! The time that screens show: it goes on evenly, whatever somebody does to the clock of the machine.

use crosspull_tui::Msg;
use jiff::{SignedDuration, Timestamp};

/// A clock that cannot be set. A secret that is in sight for ten seconds is hidden after ten, also where the machine's clock
/// is put back by an hour meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// The time at its start, and the count of seconds then.
    start: (Timestamp, SignedDuration),
}

impl Clock {
    /// Starts it at the time of the machine.
    pub fn start() -> Self {
        Self { start: (Timestamp::now(), counted()) }
    }

    /// Returns the time.
    pub fn now(&self) -> Timestamp {
        let (at, then) = self.start;
        at.checked_add(counted().saturating_sub(then)).unwrap_or(at)
    }

    /// Returns a message whose time is that of this clock. The journal has the machine's.
    pub fn restamped(&self, msg: Msg) -> Msg {
        match msg {
            Msg::Engine(mut entry) => {
                entry.at = self.now();
                Msg::Engine(entry)
            }
            other => other,
        }
    }
}

/// Returns the time since the machine started; where it can be told, with the time in which it slept.
#[cfg(unix)]
fn counted() -> SignedDuration {
    use rustix::time::{ClockId, clock_gettime};

    #[cfg(target_os = "linux")]
    let clock = ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    let clock = ClockId::Monotonic;
    let time = clock_gettime(clock);
    SignedDuration::new(time.tv_sec, i32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Returns the time since it was first asked for.
#[cfg(not(unix))]
fn counted() -> SignedDuration {
    static FIRST: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    SignedDuration::try_from(FIRST.elapsed()).unwrap_or(SignedDuration::ZERO)
}
