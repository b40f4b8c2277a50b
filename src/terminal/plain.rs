//! A text on the terminal itself, without a frame, so that it can be marked whole with the mouse.
//!
//! The terminal breaks the lines by itself: what it marks over such a break it gives as one line, other than what is drawn
//! in rows. The text is wiped when it is left, since the terminal would keep it (`docs/facts/terminal.md` 1).

use std::io::{self, Write};
use std::time::{Duration, Instant};

use crosspull_core::secret::Secret;
use crosspull_core::text::terminal_safe;
use crossterm::cursor::{MoveTo, MoveToColumn, MoveUp, Show};
use crossterm::queue;
use crossterm::terminal::{Clear, ClearType, LeaveAlternateScreen};

/// The longest time that a text stays.
const STAYS: Duration = Duration::from_secs(60);
/// The line below the text.
const BELOW: &str = "Any key wipes this and goes back; in a minute it goes by itself.";

/// A text that is shown plain.
#[derive(Debug)]
pub struct Plain {
    text: Secret,
    /// The time at which it goes by itself.
    pub until: Instant,
}

impl Plain {
    /// Shows a text in place of the screens, whose last frame, of so many rows, is wiped.
    ///
    /// # Errors
    /// An error where the terminal is gone.
    pub fn show(text: Secret, rows: u16, out: &mut impl Write) -> io::Result<Self> {
        erase(rows, out)?;
        queue!(out, LeaveAlternateScreen, Show)?;
        for line in text.reveal().lines() {
            write!(out, "{}\r\n", terminal_safe(line))?;
        }
        write!(out, "\r\n{BELOW}")?;
        out.flush()?;
        Ok(Self { text, until: Instant::now() + STAYS })
    }

    /// Wipes the text from a window of that size. What has left the window at its top stays with the terminal.
    ///
    /// # Errors
    /// An error where the terminal is gone.
    pub fn wipe(self, (columns, rows): (u16, u16), out: &mut impl Write) -> io::Result<()> {
        let up = self.rows_above(columns).min(usize::from(rows.saturating_sub(1)));
        queue!(out, MoveToColumn(0), Clear(ClearType::CurrentLine))?;
        // Row by row, since tmux keeps in its history what is wiped in one (its option `scroll-on-clear`).
        for _ in 0..up {
            queue!(out, MoveUp(1), Clear(ClearType::CurrentLine))?;
        }
        out.flush()
    }

    /// Returns the number of rows above that of the cursor.
    fn rows_above(&self, columns: u16) -> usize {
        let rows = |line: &str| line.chars().count().max(1).div_ceil(usize::from(columns).max(1));
        self.text.reveal().lines().map(|line| rows(&terminal_safe(line))).sum::<usize>() + rows(BELOW)
    }
}

/// Wipes a window of so many rows: row by row, since some terminals keep in their history what is wiped in one.
pub fn erase(rows: u16, out: &mut impl Write) -> io::Result<()> {
    for row in 0..rows {
        queue!(out, MoveTo(0, row), Clear(ClearType::CurrentLine))?;
    }
    queue!(out, MoveTo(0, 0))
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;

    /// Returns what a terminal of that size shows, behind the shell's line, while the text is shown and when it was wiped.
    fn seen(text: &str, (columns, rows): (u16, u16)) -> [String; 2] {
        let side = |length| NonZero::new(length).expect("a size");
        let mut terminal = vt100::Parser::new(side(rows), side(columns), 100);
        terminal.process(b"$ crosspull\r\n\x1b[?1049hframe");
        let mut out = Vec::new();
        let plain = Plain::show(Secret::new(text.to_owned()), rows, &mut out).expect("written");
        terminal.process(&out);
        let shown = terminal.screen().contents();
        let mut out = Vec::new();
        plain.wipe((columns, rows), &mut out).expect("written");
        terminal.process(&out);
        [shown, terminal.screen().contents()]
    }

    #[test]
    fn a_text_is_shown_whole_and_wiped_whole_and_what_was_there_stays() {
        let long = "~".repeat(95);
        for text in ["k7Q~secret", &long, "https://login.example/a?b=c\nABCD-1234"] {
            for columns in [40, 80, 95] {
                let [shown, wiped] = seen(text, (columns, 24));
                assert!(shown.starts_with(&format!("$ crosspull\n{text}\n\nAny key wipes")), "{columns}: {shown}");
                assert_eq!(wiped.trim_end(), "$ crosspull", "{columns} {text}");
            }
        }
    }

    #[test]
    fn a_text_that_is_longer_than_the_window_leaves_nothing_in_it() {
        let text = "line\n".repeat(40);
        let [shown, wiped] = seen(&text, (80, 12));
        assert!(shown.contains("line") && shown.contains("Any key wipes"), "{shown}");
        assert_eq!(wiped, "");
    }
}
