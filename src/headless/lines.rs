//! Lines to standard output and standard error, without anything that a terminal would take for more than text.

use std::io::{self, Write as _};

use crosspull_core::text::terminal_safe;

/// Standard output. What becomes of it does not stop a run, which has its journal: a reader may go away, a terminal
/// with its line, a disk may be full.
#[derive(Debug, Default)]
pub struct Lines {
    lost: Option<io::Error>,
}

impl Lines {
    /// Writes lines, unless an earlier one could not be written.
    pub fn write(&mut self, lines: &[String]) {
        if self.lost.is_none() {
            self.lost = written(lines).err();
        }
    }

    /// Ends the output of a command that does nothing else.
    ///
    /// # Errors
    /// An error where not all of it could be written. A reader that did not want more is none.
    pub fn whole(self) -> io::Result<()> {
        self.lost.map_or(Ok(()), |error| unless_unwanted(Err(error)))
    }

    /// Returns why not all of it was written. A reader that did not want more is no reason.
    pub fn trouble(&self) -> Option<&io::Error> {
        self.lost.as_ref().filter(|error| !is_unwanted(error))
    }
}

/// Writes bytes to standard output as they are.
///
/// # Errors
/// An error where they could not be written. A reader that did not want more is none.
pub fn bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    unless_unwanted(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Takes it as a success that the reader did not want more, as `head` does.
fn unless_unwanted(written: io::Result<()>) -> io::Result<()> {
    written.or_else(|error| if is_unwanted(&error) { Ok(()) } else { Err(error) })
}

/// Returns true where the reader of a pipe went away.
fn is_unwanted(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

fn written(lines: &[String]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in lines {
        writeln!(out, "{}", terminal_safe(line))?;
    }
    out.flush()
}

/// Writes a line to standard error. Where that is gone there is nobody to tell.
pub fn aside(line: &str) {
    let _ = writeln!(io::stderr(), "{}", terminal_safe(line));
}
