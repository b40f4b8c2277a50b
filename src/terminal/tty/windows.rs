//! The console on Windows. It compiles, and nobody ran it: see `docs/PLATFORMS.md`.

use std::io::{self, Read as _};
use std::time::Duration;

use winapi_util::HandleRef;
use winapi_util::console::{mode, set_mode};

/// Returns the columns and rows that the console tells; zeros where it tells none.
pub fn size() -> (u16, u16) {
    crossterm::terminal::size().unwrap_or_default()
}

/// Reads what was typed. The console gives UTF-16, which the standard library makes text of, in a buffer that keeps it.
///
/// # Errors
/// An error where the system refuses.
pub fn read(chunk: &mut [u8]) -> io::Result<usize> {
    io::stdin().lock().read(chunk)
}

/// Would drop the lines that were typed and not read: what the console keeps of them is not reached from here.
pub const fn forget_typed() {}

/// Reads nothing: the terminal is asked nothing where there are no screens.
pub const fn read_within(_time: Duration, _chunk: &mut [u8]) -> Option<usize> {
    None
}

/// The console's mode before it hid what is typed; it shows it again when this is dropped.
pub struct Hidden(u32);

impl Hidden {
    /// Has the console hide what is typed. `None` where that is no console.
    pub fn begin() -> Option<Self> {
        /// Microsoft, "SetConsoleMode".
        const ENABLE_ECHO_INPUT: u32 = 0x4;
        let before = mode(HandleRef::stdin()).ok()?;
        set_mode(HandleRef::stdin(), before & !ENABLE_ECHO_INPUT).ok().map(|()| Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = set_mode(HandleRef::stdin(), self.0);
    }
}

/// Returns true for what a write to a console that is gone ends with.
pub fn is_of_a_lost_line(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}
