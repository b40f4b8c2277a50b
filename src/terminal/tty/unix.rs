//! The line to the terminal on Linux and macOS (termios(3)).

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{
    LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcgetwinsize, tcsetattr,
};

/// Returns the columns and rows that the terminal tells; zeros where it tells none.
pub fn size() -> (u16, u16) {
    tcgetwinsize(io::stdout()).map_or((0, 0), |size| (size.ws_col, size.ws_row))
}

/// Reads what was typed, by itself and not through the standard library's buffer, which would keep a secret.
///
/// # Errors
/// An error where the system refuses.
pub fn read(chunk: &mut [u8]) -> io::Result<usize> {
    Ok(rustix::io::read(io::stdin(), chunk)?)
}

/// Drops the lines that were typed and not read. Where there is no terminal, nobody typed.
pub fn forget_typed() {
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
}

/// Reads what is typed within a time. `None` where nothing comes, or the line is gone.
pub fn read_within(time: Duration, chunk: &mut [u8]) -> Option<usize> {
    let (line, time) = (io::stdin(), Timespec::try_from(time).ok()?);
    let mut ready = [PollFd::new(&line, PollFlags::IN)];
    poll(&mut ready, Some(&time)).ok().filter(|count| *count > 0)?;
    rustix::io::read(&line, chunk).ok().filter(|count| *count > 0)
}

/// The terminal as it was before it hid what is typed; it shows it again when this is dropped.
pub struct Hidden(Termios);

impl Hidden {
    /// Has the terminal hide what is typed. `None` where that is no terminal.
    pub fn begin() -> Option<Self> {
        let before = tcgetattr(io::stdin()).ok()?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Now, &hidden).ok().map(|()| Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// Returns true for what a write to a terminal that hung up ends with. Any other error, such as that of a terminal that
/// takes nothing just now, passes.
pub fn is_of_a_lost_line(error: &io::Error) -> bool {
    let lost = [Errno::IO, Errno::NXIO, Errno::PIPE, Errno::BADF, Errno::NODEV].map(Errno::raw_os_error);
    error.raw_os_error().is_some_and(|number| lost.contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_line_that_is_lost_ends_the_drawing() {
        let lost = |errno: Errno| is_of_a_lost_line(&errno.into());
        assert!([Errno::IO, Errno::PIPE, Errno::NXIO].into_iter().all(lost));
        assert!(![Errno::AGAIN, Errno::INTR, Errno::NOSPC].into_iter().any(lost));
        assert!(!is_of_a_lost_line(&io::Error::other(
            "the cursor position could not be read within a normal duration"
        )));
    }
}
