//! The recorder, through which every event goes: to the journal first and then to the front end.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use crosspull_core::event::{Entry, Event};

use crosspull_core::names::CallId;
use crosspull_core::run::Run;
use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;

use crate::journal::{EntryLog, JournalError};

/// Takes events to the journal and to the front end. The time comes in as a function, so that a test can set it.
#[derive(Debug)]
pub struct Recorder {
    front_end: UnboundedSender<Entry>,
    journal: Mutex<Option<Box<dyn EntryLog>>>,
    /// The run as far as its events tell at present.
    run: Mutex<Run>,
    now: fn() -> Timestamp,
    calls: AtomicU32,
}

impl Recorder {
    /// Makes a recorder without a journal yet: checks write nothing, so they need none.
    #[must_use]
    pub fn new(front_end: UnboundedSender<Entry>, now: fn() -> Timestamp) -> Self {
        Self { front_end, journal: Mutex::new(None), run: Mutex::default(), now, calls: AtomicU32::new(1) }
    }

    /// Writes events to a journal too from here on. `past` is what the journal tells so far; nothing of a new run.
    pub fn begin(&self, journal: impl EntryLog + 'static, past: Run) {
        *self.run.lock().unwrap_or_else(PoisonError::into_inner) = past;
        *self.journal.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(journal));
    }

    /// Lets go of the journal: nothing more is written, and others may work on the run.
    pub fn close(&self) {
        *self.journal.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Asks the run about its present state.
    pub fn of_run<T>(&self, ask: impl FnOnce(&Run) -> T) -> T {
        ask(&self.run.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Numbers the next calls after that one, so that a run that goes on uses no number twice.
    pub fn number_after(&self, last: CallId) {
        self.calls.fetch_max(last.0.saturating_add(1), Ordering::Relaxed);
    }

    /// Returns the present time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// Returns the number of the next call.
    pub fn next_call(&self) -> CallId {
        CallId(self.calls.fetch_add(1, Ordering::Relaxed))
    }

    /// Announces an event: the journal has it, and a crash may lose it.
    ///
    /// # Errors
    /// An error where the journal cannot be written.
    pub fn announce(&self, event: Event) -> Result<(), JournalError> {
        self.append(event, false)
    }

    /// Records an event so that a crash does not lose it: the journal is synced before this returns.
    ///
    /// # Errors
    /// An error where the journal cannot be written or synced.
    pub fn record(&self, event: Event) -> Result<(), JournalError> {
        self.append(event, true)
    }

    fn append(&self, event: Event, safe: bool) -> Result<(), JournalError> {
        let entry = Entry::new(self.now(), event);
        if let Some(journal) = self.journal.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            journal.append(&entry, safe)?;
        }
        self.run.lock().unwrap_or_else(PoisonError::into_inner).apply(&entry);
        // A front end that is gone must not stop a run whose journal still works.
        let _ = self.front_end.send(entry);
        Ok(())
    }
}
