//! Signals that end the program, as a stream of exit codes (Microsoft, "Console Control Handlers").

use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown,
};

use crate::exit::Code;

/// The signals that end the program.
#[derive(Debug)]
pub struct Signals {
    interrupt: CtrlC,
    stop: CtrlBreak,
    close: CtrlClose,
    shutdown: CtrlShutdown,
}

impl Signals {
    /// Takes the signals from their defaults. Nobody can have them ignored there.
    ///
    /// # Errors
    /// An error where the system refuses.
    pub fn listen(_may_outlive: bool) -> std::io::Result<Self> {
        Ok(Self { interrupt: ctrl_c()?, stop: ctrl_break()?, close: ctrl_close()?, shutdown: ctrl_shutdown()? })
    }

    /// Waits for the next signal, and returns the exit code that it asks for: 129 the window is closed, 130 Ctrl-C, 143 Ctrl-Break or
    /// the machine's end.
    pub async fn next(&mut self) -> Code {
        tokio::select! {
            _ = self.close.recv() => 129,
            _ = self.interrupt.recv() => 130,
            _ = self.stop.recv() => 143,
            _ = self.shutdown.recv() => 143,
        }
    }
}
