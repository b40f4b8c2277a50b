//! Lines to standard output and standard error, without anything that a terminal would take for more than text.

use std::io::{self, Write as _};

use crosspull_core::text::terminal_safe;

/// Standard output. What becomes of it does not stop a run, which has its journal: a reader may go away, a terminal with
/// its line, a disk may be full.
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

    /// Why not all of it was written; none also where its reader did not want more.
    pub fn trouble(&self) -> Option<&io::Error> {
        self.lost.as_ref().filter(|error| error.kind() != io::ErrorKind::BrokenPipe)
    }
}

fn written(lines: &[String]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in lines {
        writeln!(out, "{}", terminal_safe(line))?;
    }
    out.flush()
}

/// A line to standard error. Where that is gone there is nobody to tell.
pub fn aside(line: &str) {
    let _ = writeln!(io::stderr(), "{}", terminal_safe(line));
}
