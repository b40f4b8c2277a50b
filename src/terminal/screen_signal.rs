//! The meanings of the signals that the full screen takes.

use crate::exit::Code;

/// A signal's meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(windows, expect(dead_code, reason = "Windows has the first alone"))]
pub enum ScreenSignal {
    /// The program is to end with that code.
    End(Code),
    /// The program is to stop for a while.
    Suspend,
    /// The program was stopped and goes on; others had the terminal meanwhile.
    Continue,
    /// The window has another size, or somebody wants a whole frame.
    Window,
}
