//! Signals that end the program, as a stream of exit codes.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::Code;

/// The signals that end the program.
#[derive(Debug)]
pub struct Signals {
    hangup: Signal,
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Takes the signals from their defaults.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// The next one, as the exit code that it asks for: 129 the line dropped, 130 Ctrl-C, 143 terminated.
    pub async fn next(&mut self) -> Code {
        tokio::select! {
            _ = self.hangup.recv() => 129,
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
        }
    }
}
