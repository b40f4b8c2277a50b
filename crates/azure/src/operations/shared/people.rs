//! Waiting until a person has acted.

use std::time::{Duration, Instant};

use crosspull_core::explain::{Refusal, Trouble};

use crate::patience::{Asked, Patience};
use crate::step_context::StepContext;
use crate::step_result::StepError;

/// The longest wait between two questions: a person may take days, and each question is an entry of the journal.
const LONGEST: Duration = Duration::from_secs(30);

/// Asks until a person has acted, but not for ever: the run can be taken up again. `why` completes "waiting: …", the
/// inner error of `ask` is what a service said meanwhile, and `late` is told once the time is over.
pub async fn until_one_acts<T>(
    context: &StepContext<'_>,
    why: &'static str,
    late: Trouble,
    ask: impl AsyncFn() -> Result<Result<T, Option<Refusal>>, StepError>,
) -> Result<T, StepError> {
    let pace = context.door().wire().pace();
    let begun = Instant::now();
    // The end is that of the person, not of the patience, which the pace shortens.
    let at_most = pace.person.mul_f64(pace.divisor.max(1.0));
    let people = Patience { at_most, longest: LONGEST, ..Patience::new(5, 0) };
    context
        .until(people, &late.what, async || match ask().await? {
            Ok(there) => Ok(Asked::Yes(there)),
            Err(_) if begun.elapsed() + pace.of(people.every) > pace.person => Err(StepError::Waits(late.clone())),
            Err(refusal) => Ok(Asked::NotYet(why, refusal)),
        })
        .await
}
