//! Cases of one story, side by side: most of a story's time is waiting.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;

/// The number of cases that are at work at a time. Other stories are at work beside them.
const WORKERS: usize = 4;

/// Runs every case, a few at a time. Fails with the first one that failed, when all are over.
pub fn side_by_side<C: Send>(cases: impl IntoIterator<Item = C>, holds: impl Fn(C) + Sync) {
    let left = Mutex::new(cases.into_iter().collect::<Vec<C>>());
    let failed = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let next = left.lock().expect("nothing panics with it").pop();
                    let Some(case) = next else { break };
                    if let Err(why) = catch_unwind(AssertUnwindSafe(|| holds(case))) {
                        failed.lock().expect("nothing panics with it").get_or_insert(why);
                    }
                }
            });
        }
    });
    if let Some(why) = failed.into_inner().expect("nothing panics with it") {
        resume_unwind(why);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::side_by_side;

    #[test]
    fn every_case_is_run_and_one_that_fails_is_told() {
        let sum = AtomicUsize::new(0);
        let add = |case: usize| _ = sum.fetch_add(case, Ordering::Relaxed);
        side_by_side(1..=9, add);
        assert_eq!(sum.load(Ordering::Relaxed), 45);
        let failed = std::panic::catch_unwind(|| side_by_side(1..=9, |case| assert_ne!(case, 5, "five")));
        assert!(failed.is_err_and(|why| why.downcast_ref::<String>().is_some_and(|why| why.contains("five"))));
    }
}
