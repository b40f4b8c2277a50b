//! The terminal: taken over whole, and given back whatever happens.

pub mod browser;
pub mod clipboard;
pub mod signals;
pub mod surroundings;

use std::io::{self, IsTerminal as _, Write as _};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};

use crosspull_core::secret::Secret;
use crosspull_tui::Theme;
use crossterm::cursor::MoveTo;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use ratatui::DefaultTerminal;
use ratatui::layout::{Position, Rect};
use rustix::io::Errno;

/// The terminal in raw mode, on its alternate screen, with pastes marked.
pub struct Terminal {
    /// Ratatui's own work when it is dropped would fail on a terminal that is gone, and abort the program.
    inner: ManuallyDrop<DefaultTerminal>,
    /// True where the screen may not show the last frame, so that the next one is drawn whole.
    stale: bool,
}

/// The terminal is gone, and its line with it.
#[derive(Debug)]
pub struct Gone;

/// True while the terminal is taken over, so that it is given back once.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The reason why the wizard cannot run here.
pub const NO_TERMINAL: &str = "crosspull: the wizard needs a terminal, and this is none. In plain lines it needs none: \
                               crosspull --accessible. Or give the inputs as flags or in a file: crosspull apply \
                               --answers FILE --yes";

impl Terminal {
    /// Returns true where standard input and output are a terminal.
    pub fn is_there() -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    /// Takes the terminal over. A panic gives it back before it is reported.
    ///
    /// # Errors
    /// An error where the terminal refuses.
    pub fn open() -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            leave();
            before(panic);
        }));
        let terminal = ManuallyDrop::new(ratatui::try_init()?);
        TAKEN.store(true, Ordering::Relaxed);
        crossterm::execute!(io::stdout(), EnableBracketedPaste)?;
        Ok(Self { inner: terminal, stale: false })
    }

    /// Draws a frame; the terminal shows it whole or not at all. One that could not be drawn leaves the screen stale.
    ///
    /// # Errors
    /// An error where the terminal is gone.
    pub fn draw(&mut self, view: impl FnOnce(&mut ratatui::Frame)) -> Result<(), Gone> {
        let begun = crossterm::queue!(io::stdout(), BeginSynchronizedUpdate);
        let drawn = self.frame(view);
        let ended = crossterm::execute!(io::stdout(), EndSynchronizedUpdate);
        let failed: Vec<io::Error> = [begun, drawn, ended].into_iter().filter_map(Result::err).collect();
        self.stale = !failed.is_empty();
        if failed.iter().any(is_of_a_lost_line) { Err(Gone) } else { Ok(()) }
    }

    fn frame(&mut self, view: impl FnOnce(&mut ratatui::Frame)) -> io::Result<()> {
        if self.stale {
            // ratatui's own `clear` asks the terminal where its cursor is, and fails where it does not answer in time.
            // Its `resize` wipes the screen and asks nothing.
            let size = self.inner.size()?;
            self.inner.resize(Rect::from((Position::ORIGIN, size)))?;
            // A frame that was not shown is still in it.
            self.inner.current_buffer_mut().reset();
        }
        self.inner.draw(view).map(drop)
    }

    /// Forgets what is on the screen, so that the next frame is drawn whole.
    pub const fn forget(&mut self) {
        self.stale = true;
    }

    /// Returns true where the screen does not show the last frame.
    pub const fn is_stale(&self) -> bool {
        self.stale
    }

    /// Writes an escape sequence between two frames.
    ///
    /// # Errors
    /// An error where the terminal is gone.
    pub fn write(&mut self, sequence: &Secret) -> io::Result<()> {
        let mut out = io::stdout();
        out.write_all(sequence.reveal().as_bytes())?;
        out.flush()
    }

    /// Returns the terminal's columns and rows.
    pub fn size(&self) -> (u16, u16) {
        self.inner.size().map_or((80, 24), |s| (s.width, s.height))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        leave();
    }
}

/// Returns true for what a write to a terminal that hung up ends with. Any other error, such as that of a terminal that
/// takes nothing just now, passes.
fn is_of_a_lost_line(error: &io::Error) -> bool {
    let lost = [Errno::IO, Errno::NXIO, Errno::PIPE, Errno::BADF, Errno::NODEV].map(Errno::raw_os_error);
    error.raw_os_error().is_some_and(|number| lost.contains(&number))
}

/// Gives the terminal back. Every part is tried, whatever became of the others; where the terminal is gone there is
/// nobody to tell, and saying so on standard error would fail too.
///
/// The last frame is wiped first, since it may show a secret, and a terminal without an alternate screen would keep it.
fn leave() {
    if !TAKEN.swap(false, Ordering::Relaxed) {
        return;
    }
    let _ = crossterm::execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        DisableBracketedPaste,
        Clear(ClearType::All),
        MoveTo(0, 0)
    );
    let _ = ratatui::try_restore();
    let _ = crossterm::execute!(io::stdout(), crossterm::cursor::Show);
}

/// Returns what the terminal can show, by what the environment says of it.
pub fn theme() -> Theme {
    let linux_console = std::env::var("TERM").is_ok_and(|t| matches!(t.as_str(), "linux" | "dumb"));
    let unicode = !linux_console && supports_unicode::on(supports_unicode::Stream::Stdout);
    let colour = supports_color::on(supports_color::Stream::Stdout).is_some();
    Theme::new(unicode, colour)
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
