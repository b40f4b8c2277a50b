//! Signals as the full screen takes them: besides those that end the program, those that stop it for a while and those that
//! tell of the window.

use std::io;

use rustix::process::{Signal as Kill, getpgrp, getppid, getsid, kill_current_process_group};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::signals::Signals;
use crate::terminal::screen_signal::ScreenSignal;

/// SIGTSTP and SIGCONT, by their numbers here.
const SUSPEND: i32 = Kill::TSTP.as_raw();
const CONTINUE: i32 = Kill::CONT.as_raw();

/// The signals that are listened to while the terminal is taken over.
#[derive(Debug)]
pub struct ScreenSignals {
    ends: Signals,
    quit: Signal,
    suspend: Signal,
    goes_on: Signal,
    window: Signal,
}

impl ScreenSignals {
    /// Takes the signals from their defaults. A hangup is never ignored: without its terminal there is no screen.
    ///
    /// # Errors
    /// An error where the system refuses.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            ends: Signals::listen(false)?,
            quit: signal(SignalKind::quit())?,
            suspend: signal(SignalKind::from_raw(SUSPEND))?,
            goes_on: signal(SignalKind::from_raw(CONTINUE))?,
            window: signal(SignalKind::window_change())?,
        })
    }

    /// Waits for the next signal.
    pub async fn next(&mut self) -> ScreenSignal {
        tokio::select! {
            biased;
            code = self.ends.next() => ScreenSignal::End(code),
            _ = self.quit.recv() => ScreenSignal::End(131),
            _ = self.suspend.recv() => ScreenSignal::Suspend,
            _ = self.goes_on.recv() => ScreenSignal::Continue,
            _ = self.window.recv() => ScreenSignal::Window,
        }
    }
}

/// Returns true where somebody could let the program go on once it is stopped. That takes a shell of this session which made a group for the job. It
/// is the kernel's own rule for SIGTSTP (POSIX, orphaned process groups), which does not hold for a signal that is caught.
pub fn has_job_control() -> bool {
    let Ok(session) = getsid(None) else { return false };
    getpgrp() != session && getppid().is_some_and(|parent| getsid(Some(parent)).is_ok_and(|of| of == session))
}

/// Stops the program and whoever works with it, as Ctrl+Z does in a terminal that takes whole lines; returns once it goes on.
///
/// # Errors
/// An error where the system refuses.
pub fn stop_for_a_while() -> io::Result<()> {
    Ok(kill_current_process_group(Kill::STOP)?)
}
