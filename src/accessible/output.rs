//! Lines to standard output: each is written once, and nothing is ever written over.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Instant;

use crosspull_core::text::terminal_safe;
use crosspull_tui::Line;

use crate::terminal::tty::Hidden;

/// Standard output, and the prompt that stands there.
pub struct Output {
    /// True where a person types behind the prompt. Else the prompt is a line, so that whoever reads lines gets it.
    is_terminal: bool,
    /// True while the prompt is the last thing on a line that nobody ended.
    open: bool,
    /// The prompt that nobody answered yet. Whoever reads lines gets it once, and so answers it once.
    unanswered: Option<String>,
    /// The time since which the question is asked.
    pub prompted: Instant,
    /// There while the terminal hides what is typed.
    hides: Option<Hidden>,
    /// True once nobody reads any more.
    pub gone: bool,
}

impl Output {
    /// Creates the output.
    pub fn new() -> Self {
        let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        Self { is_terminal, open: false, unanswered: None, prompted: Instant::now(), hides: None, gone: false }
    }

    /// Writes lines. What cannot be written is for nobody.
    pub fn write(&mut self, lines: &[Line]) {
        if !lines.is_empty() && !self.gone {
            self.gone = self.written(lines).is_err();
        }
    }

    fn written(&mut self, lines: &[Line]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for line in lines {
            if std::mem::take(&mut self.open) {
                writeln!(out)?;
            }
            match line {
                Line::Text(text) => writeln!(out, "{}", terminal_safe(text))?,
                Line::Secret(secret) => writeln!(out, "{}", secret.reveal())?,
                Line::Prompt { text, hidden, again } => {
                    // Taken before it is written: whoever waits for it may answer before the write returns.
                    if !again {
                        self.prompted = Instant::now();
                    }
                    self.hides = self.hides.take().or_else(|| if *hidden { Hidden::begin() } else { None });
                    if self.is_terminal {
                        write!(out, "{}", terminal_safe(text))?;
                    } else if self.unanswered.as_ref() != Some(text) {
                        writeln!(out, "{}", terminal_safe(text.trim_end()))?;
                    }
                    self.open = self.is_terminal;
                    self.unanswered = Some(text.clone());
                }
            }
        }
        out.flush()
    }

    /// Takes in that a line was typed. The terminal ended the prompt's line, unless it hid what was typed.
    pub fn typed(&mut self) {
        if self.hides.is_none() {
            self.open = false;
        }
        self.unanswered = None;
        self.show();
    }

    /// Lets the terminal show again what is typed.
    pub fn show(&mut self) {
        self.hides = None;
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.show();
        if std::mem::take(&mut self.open) {
            let _ = writeln!(io::stdout());
        }
    }
}
