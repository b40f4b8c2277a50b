//! Waiting until a person has acted, and telling what the services say meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crosspull_core::explain::{Awaited, Refusal, Trouble};

use super::consent::{ConsentAnswer, OpenPage};
use crate::step_context::StepContext;
use crate::step_result::StepError;
use crate::wire::Pause;

/// The first wait between two questions; later ones grow.
const FIRST: Duration = Duration::from_secs(5);
/// The longest wait between two questions: a person may take days, and each question is an entry of the journal.
const LONGEST: Duration = Duration::from_secs(30);
/// Replicas agree within this (`docs/facts/azure.md` 3.1). What one says for longer is so.
const LAG: Duration = Duration::from_secs(60);
/// A browser comes back from a consent page within this.
const BROWSER: Duration = Duration::from_secs(10);
/// The reason to wait once the consent page told that consent was given.
const GIVEN: &str = "consent was given; tenant B's sign-in does not know it yet";

/// The words of a wait for somebody.
pub struct Waited<'a> {
    /// The reason, which completes "waiting: …".
    pub why: &'static str,
    /// The thing that does not work meanwhile, as a sentence. It is told where a service gives another reason than that
    /// nobody has acted.
    pub no: &'a str,
    /// The trouble to tell once the time is over.
    pub late: Trouble,
}

/// The knowledge of why the person has not acted yet.
#[derive(Debug)]
pub enum NotYet {
    /// Nothing more.
    Silent,
    /// A service's answer.
    Refused(Refusal),
    /// The words of somebody else, such as a node.
    Told(Trouble),
}

/// The result of one question: the thing that was waited for, or why it is not there yet.
pub type Seen<T> = Result<T, NotYet>;

/// Takes what could be mended while somebody is waited for as a "not yet" that says so.
pub fn hindered<T>(asked: Result<Seen<T>, StepError>) -> Result<Seen<T>, StepError> {
    match asked {
        Err(StepError::Failed(trouble)) if is_hindered(&trouble) => Ok(Err(NotYet::Told(trouble))),
        other => other,
    }
}

fn is_hindered(trouble: &Trouble) -> bool {
    trouble.refusal.as_ref().is_some_and(|refusal| refusal.awaited() == Awaited::Hindered)
}

/// Asks until a person has acted, but not for ever: the run can be taken up again. What a service says meanwhile is told
/// as soon as it says it, and ends the wait where waiting cannot change it. The answer of the consent page counts where
/// it comes back here.
pub async fn until_one_acts<T>(
    context: &StepContext<'_>,
    waited: Waited<'_>,
    page: Option<OpenPage>,
    ask: impl AsyncFn() -> Result<Seen<T>, StepError>,
) -> Result<T, StepError> {
    let wire = context.door().wire();
    let pace = wire.pace();
    let begun = Instant::now();
    let (mut wait, mut tries, mut why) = (FIRST, 0, waited.why);
    let mut lagging = Lagging::default();
    // What the page told stands until the person has acted: a question never shows it.
    let mut by_page: Option<Trouble> = None;
    let page = page.map(Arc::new);
    let mut answer = Box::pin(answer_of(page.clone()));
    loop {
        let not_yet = match hindered(ask().await)? {
            Ok(there) => {
                if page.is_some() {
                    // The browser that consented may still be on its way back, and is to find its page.
                    tokio::spawn(tokio::time::timeout(BROWSER, answer));
                }
                return Ok(there);
            }
            Err(not_yet) => not_yet,
        };
        let says = lagging.judge(waited.no, not_yet, pace.of(LAG))?;
        let says = by_page.clone().or(says);
        if begun.elapsed() + pace.of(FIRST) > pace.person {
            return Err(StepError::Waits(late(waited.late, says)));
        }
        tries += 1;
        let pause = Pause { work: &context.work, why, wait: pace.of(wait), at_most: pace.person, tries, says };
        let came = wire.pause_unless(pause, answer.as_mut()).await.map_err(|e| StepError::of(&waited.late.what, e))?;
        let Some(came) = came else {
            wait = (wait * 3 / 2).min(LONGEST);
            continue;
        };
        wait = FIRST;
        match came {
            ConsentAnswer::Given => (by_page, why) = (None, GIVEN),
            ConsentAnswer::Declined(trouble) => return Err(StepError::Waits(trouble)),
            ConsentAnswer::Says(trouble) => by_page = Some(trouble),
        }
        answer = Box::pin(answer_of(page.clone()));
    }
}

async fn answer_of(page: Option<Arc<OpenPage>>) -> ConsentAnswer {
    match page {
        Some(page) => page.answer().await,
        None => std::future::pending().await,
    }
}

/// Returns what is told once the time is over: what the service said last, where it said more than that nobody has acted.
fn late(late: Trouble, says: Option<Trouble>) -> Trouble {
    match says {
        None => late,
        Some(says) => Trouble {
            why: [says.what, says.why].join(" "),
            now: if says.now.is_empty() { says.now } else { says.now + " " } + "Then go on with crosspull resume.",
            ..Trouble { refusal: says.refusal, ..late }
        },
    }
}

/// Since when an answer came that may only be a replica that lags.
#[derive(Default)]
struct Lagging(Option<Instant>);

impl Lagging {
    /// Returns what is to be told of a "not yet".
    ///
    /// # Errors
    /// An error for a refusal that waiting cannot change.
    fn judge(&mut self, no: &str, not_yet: NotYet, lag: Duration) -> Result<Option<Trouble>, StepError> {
        let refusal = match not_yet {
            NotYet::Silent => None,
            NotYet::Told(trouble) => {
                self.0 = None;
                return Ok(Some(trouble));
            }
            NotYet::Refused(refusal) => Some(refusal),
        };
        let awaited = refusal.as_ref().map_or(Awaited::NotYet, Refusal::awaited);
        if awaited != Awaited::MayLag {
            self.0 = None;
        }
        let Some(refusal) = refusal else { return Ok(None) };
        let mut lags = || self.0.get_or_insert_with(Instant::now).elapsed() < lag;
        match awaited {
            Awaited::NotYet => Ok(None),
            Awaited::MayLag if lags() => Ok(None),
            Awaited::MayLag | Awaited::Hindered => Ok(Some(Trouble::from_refusal(no, refusal))),
            Awaited::InVain => Err(StepError::Failed(Trouble::from_refusal(no, refusal))),
        }
    }
}
