//! Patience: asking again until something is so, with a reason and an end. Azure's directories and role checks take
//! time to agree (`docs/facts/azure.md` 3.1), so nothing is done after a fixed sleep: a question tells when it can be
//! done.

use std::time::{Duration, Instant};

use crosspull_core::event::Work;
use crosspull_core::explain::{Refusal, Trouble};
use crosspull_core::text::duration;

use crate::step_result::StepError;
use crate::wire::{CallError, Wire};

/// The pauses between questions, and the time for all of them.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The first wait; later ones grow.
    pub every: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// The time for all questions.
    pub at_most: Duration,
}

/// The answer to one question.
#[derive(Debug)]
pub enum Asked<T> {
    /// The answer is yes.
    Yes(T),
    /// The answer is "not yet": why, in words that complete "waiting: …", and what the service said.
    NotYet(&'static str, Option<Refusal>),
}

impl Patience {
    /// Waits so many seconds between two questions at first, and so many minutes in all.
    #[must_use]
    pub const fn new(every_seconds: u64, at_most_minutes: u64) -> Self {
        Self {
            every: Duration::from_secs(every_seconds),
            longest: Duration::from_secs(every_seconds * 8),
            at_most: Duration::from_secs(at_most_minutes * 60),
        }
    }

    /// Asks at an even pace: later pauses do not grow.
    #[must_use]
    pub const fn evenly(mut self) -> Self {
        self.longest = self.every;
        self
    }

    /// Asks until the answer is yes. `what` says what has not happened if the answer never is.
    ///
    /// # Errors
    /// The error of `ask`, or a failure that names the last answer when time is up.
    pub async fn until<T>(
        self,
        wire: &Wire,
        work: &Work,
        what: &str,
        mut ask: impl AsyncFnMut() -> Result<Asked<T>, StepError>,
    ) -> Result<T, StepError> {
        let pace = wire.pace();
        let at_most = pace.of(self.at_most);
        let begun = Instant::now();
        let mut wait = self.every;
        let mut tries = 0;
        loop {
            let (why, refusal) = match ask().await? {
                Asked::Yes(value) => return Ok(value),
                Asked::NotYet(why, refusal) => (why, refusal),
            };
            tries += 1;
            // One answer that was slow to come does not end it.
            if tries > 1 && begun.elapsed() >= at_most {
                return Err(StepError::Failed(too_long(what, why, self.at_most, refusal)));
            }
            wire.pause(work, why, pace.of(wait), at_most, tries).await.map_err(|e| StepError::of(what, e))?;
            wait = (wait * 3 / 2).min(self.longest);
        }
    }
}

/// The number of times that a question of the checks is asked where the service fails, beside the wire's own tries.
const ROUNDS: u32 = 4;

/// Asks a question of the checks, again and again where the service has trouble: the question only reads, and without
/// its answer the run would stop.
///
/// # Errors
/// The failure of the last try.
pub async fn patiently<T>(
    wire: &Wire,
    work: &Work,
    ask: impl AsyncFn() -> Result<T, CallError>,
) -> Result<T, CallError> {
    let pace = wire.pace();
    let mut wait = Duration::from_secs(5);
    let rounds = if pace.is_at_once() { 1 } else { ROUNDS };
    for round in 1..rounds {
        match ask().await {
            Err(error) if error.may_pass() => {}
            answer => return answer,
        }
        wire.pause(work, "the service has trouble", pace.of(wait), pace.of(Duration::from_secs(60)), round).await?;
        wait *= 2;
    }
    ask().await
}

fn too_long(what: &str, why: &str, at_most: Duration, refusal: Option<Refusal>) -> Trouble {
    let waited = duration(u64::try_from(at_most.as_millis()).unwrap_or(u64::MAX));
    let trouble = refusal.map_or_else(|| Trouble::new(what, "", ""), |r| Trouble::from_refusal(what, r));
    let now = if trouble.now.is_empty() { "Go on later with crosspull resume.".into() } else { trouble.now.clone() };
    Trouble { now, ..trouble.besides(format!("After {waited} still: {why}.")) }
}

#[cfg(test)]
mod tests {
    use crosspull_core::explain::Meaning;

    use super::*;

    #[test]
    fn a_reason_that_lasts_is_told_when_patience_ends() {
        for row in Meaning::all().filter(|row| !row.may_pass()) {
            let (code, message) = (row.code.to_owned(), row.words.unwrap_or_default().to_owned());
            let refusal = Refusal { status: Some(403), code, message, request_id: None };
            let told = too_long("x", "the role is not in effect yet", Duration::from_secs(60), Some(refusal));
            assert!(told.why.starts_with("After ") && told.why.ends_with(row.means), "{}", told.why);
            assert_eq!(told.now, row.now);
        }
    }
}
