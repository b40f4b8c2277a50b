//! Simulated time: seconds since the start, run `speed` times faster than the wall clock.
//!
//! Every delay of the cloud (replication, operations, the person who consents) is counted here, so that
//! one number makes a demonstration calm and a test quick. The hand of a clock can be moved forward, so that hours are
//! over at once; unit tests have one that stands still otherwise.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// A point in simulated time, in seconds since the start.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Moment(f64);

impl Moment {
    /// Before everything: the moment of what was in the world at the start, known everywhere.
    pub const LONG_AGO: Self = Self(f64::NEG_INFINITY);
    /// The start.
    #[cfg(test)]
    pub const START: Self = Self(0.0);

    /// Returns the moment `seconds` later.
    #[must_use]
    pub fn after(self, seconds: f64) -> Self {
        Self(self.0 + seconds)
    }

    /// True where `now` has reached this moment.
    #[must_use]
    pub fn reached(self, now: Self) -> bool {
        now >= self
    }
}

/// The clock of one simulated cloud.
#[derive(Debug)]
pub struct Clock {
    source: Source,
    /// The simulated seconds by which the hand was moved forward.
    moved: watch::Sender<f64>,
}

#[derive(Debug)]
enum Source {
    Running {
        start: Instant,
        speed: f64,
    },
    #[cfg(test)]
    ByHand {
        epoch: Timestamp,
    },
}

impl Clock {
    /// Returns a clock that runs `speed` times as fast as the wall clock.
    #[must_use]
    pub fn running(speed: f64) -> Self {
        let start = Instant::now();
        Self { source: Source::Running { start, speed }, moved: watch::Sender::new(0.0) }
    }

    /// Returns a clock that stands still until [`Clock::advance`] moves it.
    #[cfg(test)]
    #[must_use]
    pub fn by_hand(epoch: Timestamp) -> Self {
        Self { source: Source::ByHand { epoch }, moved: watch::Sender::new(0.0) }
    }

    /// Moves the hand of the clock forward: so many simulated seconds are over at once, and who waits for less is woken.
    pub fn advance(&self, seconds: f64) {
        self.moved.send_modify(|moved| *moved += seconds);
    }

    /// Returns the simulated seconds by which the hand was moved forward.
    #[must_use]
    pub fn moved(&self) -> f64 {
        *self.moved.borrow()
    }

    /// Returns the present moment.
    #[must_use]
    pub fn now(&self) -> Moment {
        let passed = match &self.source {
            Source::Running { start, speed } => start.elapsed().as_secs_f64() * speed,
            #[cfg(test)]
            Source::ByHand { .. } => 0.0,
        };
        Moment(passed + self.moved())
    }

    /// Returns today's date as answers and tokens show it. It is the wall clock's, whatever the speed, since clients
    /// compare it with theirs; where the hand was moved, it is later by as much.
    #[must_use]
    pub fn timestamp(&self) -> Timestamp {
        let date = match &self.source {
            Source::Running { .. } => Timestamp::now(),
            #[cfg(test)]
            Source::ByHand { epoch } => *epoch,
        };
        let moved = SignedDuration::try_from_secs_f64(self.moved()).unwrap_or_default();
        date.checked_add(moved).unwrap_or(date)
    }

    /// Waits for `seconds` of simulated time, or until the hand was moved beyond them.
    pub async fn sleep(&self, seconds: f64) {
        let mut hand = self.moved.subscribe();
        let end = self.now().after(seconds);
        while !end.reached(self.now()) {
            tokio::select! {
                () = self.ticks(end) => {}
                // The sender lives as long as the clock, so the wait cannot fail.
                _ = hand.changed() => {}
            }
        }
    }

    /// Waits for what is left until `end` where nobody moves the hand: for ever with a clock that stands still.
    async fn ticks(&self, end: Moment) {
        match &self.source {
            Source::Running { .. } => tokio::time::sleep(self.real(end.0 - self.now().0)).await,
            #[cfg(test)]
            Source::ByHand { .. } => std::future::pending().await,
        }
    }

    /// Returns the time that `seconds` of simulated time last on the wall clock.
    #[must_use]
    pub fn real(&self, seconds: f64) -> Duration {
        let speed = match &self.source {
            Source::Running { speed, .. } => *speed,
            #[cfg(test)]
            Source::ByHand { .. } => 1.0,
        };
        Duration::try_from_secs_f64(seconds / speed).unwrap_or_default()
    }

    /// Returns the whole seconds to send in `Retry-After` for a wait of `seconds`; 0 when the speed makes it shorter
    /// than half a second (`errors::wait_headers` then says 1).
    #[must_use]
    pub fn retry_after(&self, seconds: f64) -> u64 {
        let real = self.real(seconds);
        real.as_secs() + u64::from(real.subsec_millis() >= 500)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_at_the_start_is_known_everywhere() {
        assert!(Moment::LONG_AGO.after(1e9).reached(Moment::START));
        assert!(!Moment::START.after(1.0).reached(Moment::START));
    }

    #[tokio::test]
    async fn a_clock_by_hand_wakes_its_sleepers_when_moved() {
        let clock = Clock::by_hand(Timestamp::UNIX_EPOCH);
        let sleeper = clock.sleep(10.0);
        tokio::pin!(sleeper);
        assert!(futures_util::poll!(&mut sleeper).is_pending());
        clock.advance(9.0);
        assert!(futures_util::poll!(&mut sleeper).is_pending());
        clock.advance(1.0);
        assert!(futures_util::poll!(&mut sleeper).is_ready());
        assert_eq!(clock.timestamp().as_second(), 10);
    }

    #[tokio::test]
    async fn hours_are_over_at_once_where_the_hand_is_moved() {
        let clock = Clock::running(1.0);
        let (before, date) = (clock.now(), clock.timestamp());
        let sleeper = clock.sleep(3.0 * 3600.0);
        tokio::pin!(sleeper);
        assert!(futures_util::poll!(&mut sleeper).is_pending());
        clock.advance(3.0 * 3600.0);
        sleeper.await;
        assert!(before.after(3.0 * 3600.0).reached(clock.now()));
        assert!(clock.timestamp() >= date + SignedDuration::from_hours(3));
    }

    #[test]
    fn speed_divides_the_waits_it_asks_for() {
        assert_eq!(Clock::running(1.0).retry_after(5.0), 5);
        assert_eq!(Clock::running(5.0).retry_after(5.0), 1);
        assert_eq!(Clock::running(50.0).retry_after(5.0), 0);
    }
}
