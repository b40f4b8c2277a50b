//! Patience: asking again until something is so, with a reason and an end. Azure's directories and role checks take
//! time to agree (`azure-facts.md` 3.1), so nothing is done after a fixed sleep; it is asked for.

use std::time::{Duration, Instant};

use crosspull_core::event::Work;
use crosspull_core::explain::{NoConnection, Refusal, Trouble};
use crosspull_core::text::duration;

use crate::journal::JournalError;
use crate::wire::{CallError, Wire};

/// How often to ask, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The first wait; later ones grow.
    pub every: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// How long in all.
    pub at_most: Duration,
}

/// The answer to one question.
#[derive(Debug)]
pub enum Asked<T> {
    /// It is so.
    Yes(T),
    /// Not yet; why, in words that complete "waiting: …", and what the service said.
    NotYet(&'static str, Option<Refusal>),
}

/// Why a step went no further.
#[derive(Debug)]
pub enum Halt {
    /// It did not work.
    Failed(Trouble),
    /// It may or may not have worked.
    Unknown(Trouble),
    /// A person must act first.
    Waits(Trouble),
    /// The operator said stop.
    Stopped,
    /// A step that it builds on did not end well.
    Blocked,
    /// It is not taken back, since something that stays needs it; what comes before it in the run stays too.
    Needed(Trouble),
    /// The journal cannot be written.
    Journal(JournalError),
}

impl From<JournalError> for Halt {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl Halt {
    /// What a call's error means for the step; `what` says what did not happen, as a sentence.
    #[must_use]
    pub fn of(what: &str, error: CallError) -> Self {
        match error {
            CallError::Refused(refused) => Self::Failed(Trouble::from_refusal(what, refused.refusal)),
            CallError::Unreachable(refusal) if matches!(refusal.code.as_str(), "Torn" | "TooLarge" | "Elsewhere") => {
                Self::Failed(Trouble::from_refusal(what, refusal).because(
                    "The service's answer cannot be used.",
                    "Go on with crosspull resume. If it lasts, report it with the request's address.",
                ))
            }
            CallError::Unreachable(refusal) if NoConnection::of(&refusal).is_some() => {
                let trouble = Trouble::from_refusal(what, refusal);
                let now = format!("{} Then go on with crosspull resume.", trouble.now);
                Self::Failed(Trouble { now, ..trouble })
            }
            CallError::Unreachable(refusal) => Self::Failed(Trouble::from_refusal(what, refusal).because(
                "The service could not be reached.",
                "Check the connection, then go on with crosspull resume.",
            )),
            CallError::Lost(refusal) => Self::Unknown(Trouble::from_refusal(what, refusal).because(
                "The answer was lost, so it may have been done all the same.",
                "Go on with crosspull resume: it looks first.",
            )),
            CallError::SignIn(trouble) => Self::Failed(trouble),
            CallError::Journal(error) => Self::Journal(error),
            CallError::Stopped => Self::Stopped,
        }
    }
}

impl Halt {
    /// Why it went no further, as sentences.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::Failed(trouble) | Self::Unknown(trouble) | Self::Waits(trouble) | Self::Needed(trouble) => {
                let words = trouble.refusal.as_ref().map(|refusal| format!(" ({refusal})"));
                format!("{}{}", trouble.why, words.unwrap_or_default())
            }
            Self::Journal(error) => format!("{error}."),
            Self::Stopped => "You stopped it.".to_owned(),
            Self::Blocked => "A step before it did not end well.".to_owned(),
        }
    }

    /// Turns a failure into one that keeps what comes before it in the run.
    #[must_use]
    pub fn needed(self) -> Self {
        match self {
            Self::Failed(trouble) => Self::Needed(trouble),
            other => other,
        }
    }

    /// Turns a failure into one whose outcome nobody knows.
    #[must_use]
    pub fn unknown(self) -> Self {
        match self {
            Self::Failed(trouble) => Self::Unknown(trouble),
            other => other,
        }
    }

    /// The same halt with another way out, where it has one.
    #[must_use]
    pub fn now(self, now: &str) -> Self {
        let told = |trouble: Trouble| Trouble { now: now.to_owned(), ..trouble };
        match self {
            Self::Failed(trouble) => Self::Failed(told(trouble)),
            Self::Unknown(trouble) => Self::Unknown(told(trouble)),
            other => other,
        }
    }
}

impl Patience {
    /// So many seconds between two questions at first, so many minutes in all.
    #[must_use]
    pub const fn new(every_seconds: u64, at_most_minutes: u64) -> Self {
        Self {
            every: Duration::from_secs(every_seconds),
            longest: Duration::from_secs(every_seconds * 8),
            at_most: Duration::from_secs(at_most_minutes * 60),
        }
    }

    /// The same, asking at an even pace.
    #[must_use]
    pub const fn evenly(mut self) -> Self {
        self.longest = self.every;
        self
    }

    /// Asks until the answer is yes. `what` says what has not happened if it never is.
    ///
    /// # Errors
    /// What `ask` fails with, or a failure that names the last answer when time is up.
    pub async fn until<T>(
        self,
        wire: &Wire,
        work: &Work,
        what: &str,
        mut ask: impl AsyncFnMut() -> Result<Asked<T>, Halt>,
    ) -> Result<T, Halt> {
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
                return Err(Halt::Failed(too_long(what, why, self.at_most, refusal)));
            }
            wire.pause(work, why, pace.of(wait), at_most, tries).await.map_err(|e| Halt::of(what, e))?;
            wait = (wait * 3 / 2).min(self.longest);
        }
    }
}

/// How often a question of the checks is asked where the service fails, beside the wire's own tries.
const ROUNDS: u32 = 4;

/// Asks a question of the checks, again and again where the service has trouble: it only reads, and without its answer
/// the run would stop.
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
    for round in 1..ROUNDS {
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
    let now =
        if trouble.now.is_empty() { "Go on later with crosspull resume.".to_owned() } else { trouble.now.clone() };
    trouble.because(format!("After {waited} still: {why}."), now)
}
