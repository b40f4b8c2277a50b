//! The cells of the matrix, worked off side by side: most of a cell's time is waiting.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

/// The number of cells that are at work at a time.
const WORKERS: usize = 8;

/// One cell: a name, and what must hold.
pub struct Cell {
    name: String,
    holds: Box<dyn FnOnce() + Send>,
}

/// The number of cells that held, and of all cells.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    pub held: usize,
    pub of: usize,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} cells held", self.held, self.of)
    }
}

impl Cell {
    pub fn new(name: String, holds: impl FnOnce() + Send + 'static) -> Self {
        Self { name, holds: Box::new(holds) }
    }
}

/// One part of the matrix is at work at a time, whatever the number of tests that are.
static AT_WORK: Mutex<()> = Mutex::new(());

/// Works all cells off; fails with the names of those that did not hold.
pub fn all_hold(cells: Vec<Cell>) -> Held {
    let _alone = AT_WORK.lock().unwrap_or_else(PoisonError::into_inner);
    let of = cells.len();
    let left = Mutex::new(cells);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let next = left.lock().expect("no worker panics here").pop();
                    let Some(Cell { name, holds }) = next else { break };
                    if let Err(why) = catch_unwind(AssertUnwindSafe(holds)) {
                        let said = why.downcast_ref::<&str>().map(|text| (*text).to_owned());
                        let why = why.downcast_ref::<String>().cloned().or(said).unwrap_or_default();
                        failed.lock().expect("no worker panics here").push(format!("{name}: {why}"));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("no worker panics here");
    let held = Held { held: of - failed.len(), of };
    assert!(failed.is_empty(), "{held}; these did not:\n{}", failed.join("\n\n"));
    held
}
