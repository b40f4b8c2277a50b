//! Signals that end the program, as a stream of exit codes.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::exit::Code;

/// The signals that end the program.
#[derive(Debug)]
pub struct Signals {
    /// None where whoever started the program had it ignored, as nohup does.
    hangup: Option<Signal>,
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Takes the signals from their defaults. A hangup that is ignored stays so where the program `may_outlive` its
    /// terminal.
    ///
    /// # Errors
    /// An error where the system refuses.
    pub fn listen(may_outlive: bool) -> std::io::Result<Self> {
        // Where there is no such file nothing is known, and the signal is taken.
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = may_outlive && ignores_hangup(&status);
        // A file that may not grow is an error of the write, as a full disk is, and does not end the program.
        const FILE_SIZE_EXCEEDED: i32 = 25;
        let _ = signal(SignalKind::from_raw(FILE_SIZE_EXCEEDED))?;
        Ok(Self {
            hangup: if ignored { None } else { Some(signal(SignalKind::hangup())?) },
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the next signal, and returns the exit code that it asks for: 129 the line dropped, 130 Ctrl-C, 143
    /// terminated.
    pub async fn next(&mut self) -> Code {
        tokio::select! {
            () = hung_up(self.hangup.as_mut()) => 129,
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
        }
    }
}

/// Ends when the line drops; never where that is ignored.
async fn hung_up(hangup: Option<&mut Signal>) {
    match hangup {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Returns true where the process was started with SIGHUP ignored, by what Linux says of it (`SigIgn`, bit 0).
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|m| u64::from_str_radix(m.trim(), 16).ok()).is_some_and(|m| m & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ignored_hangup_stays_ignored() {
        assert!(ignores_hangup("Name:\tx\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangup("SigIgn:\t0000000000001000\n"));
        assert!(!ignores_hangup(""));
    }
}
