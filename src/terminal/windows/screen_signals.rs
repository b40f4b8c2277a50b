//! Signals as the full screen would take them.

use std::io;

use super::signals::Signals;
use crate::terminal::screen_signal::ScreenSignal;

/// The signals that are listened to while the terminal is taken over.
#[derive(Debug)]
pub struct ScreenSignals(Signals);

impl ScreenSignals {
    /// Takes the signals from their defaults.
    ///
    /// # Errors
    /// An error where the system refuses.
    pub fn listen() -> io::Result<Self> {
        Signals::listen(false).map(Self)
    }

    /// Waits for the next signal.
    pub async fn next(&mut self) -> ScreenSignal {
        ScreenSignal::End(self.0.next().await)
    }
}

/// Returns false: nothing lets a program go on that is stopped.
pub const fn has_job_control() -> bool {
    false
}

/// Refuses to stop the program.
///
/// # Errors
/// An error always.
pub fn stop_for_a_while() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
