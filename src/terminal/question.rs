//! The one question that the terminal is asked: its background (xterm, OSC 11).
//!
//! Nothing waits for the answer but the end of the program: what came after it would be typed into the shell. A terminal answers
//! before it shows what is drawn after the question, and sends its keys after that answer. So whoever leaves by a key that
//! answers to the first frame has sent the answer before it, however slow the line is; a key that was pressed ahead of the frame,
//! and a signal, are waited out.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use super::surroundings::is_ssh;
use super::tty;

const ASKS: &[u8] = b"\x1b]11;?\x1b\\";
/// The longest time that an answer takes: from a terminal here, and over a line.
const PATIENCE: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// A question that is not answered yet.
#[derive(Debug)]
pub(super) struct Question {
    until: Instant,
}

impl Question {
    /// Asks the terminal.
    ///
    /// # Errors
    /// An error where the terminal is gone.
    pub(super) fn ask(variable: impl Fn(&str) -> Option<String>) -> io::Result<Self> {
        let mut out = io::stdout();
        out.write_all(ASKS)?;
        out.flush()?;
        let [here, over_a_line] = PATIENCE;
        Ok(Self { until: Instant::now() + if is_ssh(variable) { over_a_line } else { here } })
    }

    /// Waits for the answer as long as it may still come, and throws it away, with keys that come before it.
    pub(super) fn settle(&self) {
        let (mut block, mut last) = ([0; 256], Vec::new());
        loop {
            let left = self.until.saturating_duration_since(Instant::now());
            let Some(count) = tty::read_within(left, &mut block) else { return };
            last.extend_from_slice(block.get(..count).unwrap_or_default());
            if ends(&last) {
                return;
            }
            // The first byte of a terminator that comes in pieces.
            last.drain(..last.len().saturating_sub(1));
        }
    }
}

/// Returns true where a terminator is among the bytes: BEL or ST.
fn ends(bytes: &[u8]) -> bool {
    bytes.contains(&0x07) || bytes.windows(2).any(|two| two == b"\x1b\\")
}
