//! Waiting until a person has acted.

use std::time::{Duration, Instant};

use crosspull_core::explain::{Refusal, Trouble};

use crate::engine::Doing;
use crate::patience::{Asked, Halt, Patience};

/// The longest wait between two questions: a person may take days, and each question is an entry of the journal.
const LONGEST: Duration = Duration::from_secs(30);

impl Doing<'_> {
    /// Asks until a person has acted, but not for ever: the run can be taken up again. `why` completes "waiting: …", the
    /// inner error of `ask` is what a service said meanwhile, and `late` is told once the time is over.
    pub(super) async fn until_a_person_acts<T>(
        &self,
        why: &'static str,
        late: Trouble,
        ask: impl AsyncFn() -> Result<Result<T, Option<Refusal>>, Halt>,
    ) -> Result<T, Halt> {
        let pace = self.door().wire().pace();
        let begun = Instant::now();
        // The end is that of the person, not of the patience, which the pace shortens.
        let at_most = pace.person.mul_f64(pace.divisor.max(1.0));
        let people = Patience { at_most, longest: LONGEST, ..Patience::new(5, 0) };
        people
            .until(self.door().wire(), &self.work, &late.what, async || match ask().await? {
                Ok(there) => Ok(Asked::Yes(there)),
                Err(_) if begun.elapsed() + pace.of(people.every) > pace.person => Err(Halt::Waits(late.clone())),
                Err(refusal) => Ok(Asked::NotYet(why, refusal)),
            })
            .await
    }
}
